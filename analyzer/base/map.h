/*
 * map.h - texts to pointers, in an arena.
 *
 * Layer: base. Keys are compared by their bytes and are borrowed: they must
 * live as long as the map. {.arena = a} is an empty map. Nothing is removed.
 * Entries are kept in the order in which their keys were first put, so a walk
 * over a map gives the same order on every run.
 */
#ifndef CP_BASE_MAP_H
#define CP_BASE_MAP_H

#include "base/str.h"

typedef struct cp_map_entry {
    cp_str key;
    uint64_t hash;
    void *value;
} cp_map_entry;

typedef struct cp_map {
    cp_arena *arena;
    cp_map_entry *entries; /* `count` of them, in the order of their first put */
    size_t count, room;
    uint32_t *slots; /* index of an entry, plus one; 0 is free */
    size_t slot_count;
} cp_map;

/* The value under `key`, or NULL. */
void *cp_map_get(const cp_map *map, cp_str key);
/* Puts `value` under `key`, over what was there. */
void cp_map_put(cp_map *map, cp_str key, void *value);
/* The place of the value under `key`, made (as NULL) where there was none. */
void **cp_map_slot(cp_map *map, cp_str key);

/* FNV-1a of the bytes, mixed; the same on every machine. */
uint64_t cp_hash(cp_str s);

#endif
