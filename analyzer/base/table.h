/*
 * table.h - addresses to pointers, in an arena.
 *
 * Layer: base. What map.h is for texts, in half the space and without an order:
 * where things lie differs from run to run. {.arena = a} is an empty table. A key is
 * never NULL and never looked into. Nothing is removed.
 */
#ifndef CP_BASE_TABLE_H
#define CP_BASE_TABLE_H

#include "base/arena.h"

typedef struct cp_table_entry {
    const void *key; /* NULL: free */
    void *value;
} cp_table_entry;

typedef struct cp_table {
    cp_arena *arena;
    cp_table_entry *entries; /* `room` of them, a power of two; `count` are taken */
    size_t count, room;
} cp_table;

/* The value under `key`, or NULL. */
void *cp_table_get(const cp_table *table, const void *key);
/* Puts `value` under `key`, over what was there. */
void cp_table_put(cp_table *table, const void *key, void *value);
/* The place of the value under `key`, made (as NULL) where there was none. */
void **cp_table_slot(cp_table *table, const void *key);

#endif
