#include "base/table.h"

#include <assert.h>
#include <stdint.h>

/* The entry that holds `key`, or the free one where it belongs. */
static cp_table_entry *find(const cp_table *table, const void *key)
{
    uint64_t mixed = (uint64_t)(uintptr_t)key * UINT64_C(0x9e3779b97f4a7c15);
    size_t mask = table->room - 1;
    for (size_t at = (size_t)(mixed >> 32) & mask;; at = (at + 1) & mask) {
        cp_table_entry *entry = &table->entries[at];
        if (!entry->key || entry->key == key)
            return entry;
    }
}

static void widen(cp_table *table)
{
    cp_table old = *table;
    table->room = old.room ? old.room * 2 : 8;
    table->entries = cp_new(table->arena, cp_table_entry, table->room);
    for (size_t i = 0; i < old.room; i++)
        if (old.entries[i].key)
            *find(table, old.entries[i].key) = old.entries[i];
}

void *cp_table_get(const cp_table *table, const void *key)
{
    return table->count ? find(table, key)->value : NULL;
}

void **cp_table_slot(cp_table *table, const void *key)
{
    assert(key);
    if (table->count * 4 >= table->room * 3)
        widen(table);
    cp_table_entry *entry = find(table, key);
    table->count += !entry->key;
    entry->key = key;
    return &entry->value;
}

void cp_table_put(cp_table *table, const void *key, void *value)
{
    *cp_table_slot(table, key) = value;
}
