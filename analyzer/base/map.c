#include "base/map.h"

uint64_t cp_hash(cp_str s)
{
    uint64_t h = 14695981039346656037u;
    for (size_t i = 0; i < s.len; i++)
        h = (h ^ (unsigned char)s.ptr[i]) * 1099511628211u;
    return h ^ (h >> 32);
}

/* The slot that holds `key`, or the free one where it belongs. */
static uint32_t *find_slot(const cp_map *map, cp_str key, uint64_t hash)
{
    size_t mask = map->slot_count - 1;
    for (size_t at = hash & mask;; at = (at + 1) & mask) {
        uint32_t *slot = &map->slots[at];
        if (*slot == 0)
            return slot;
        const cp_map_entry *entry = &map->entries[*slot - 1];
        if (entry->hash == hash && cp_str_eq(entry->key, key))
            return slot;
    }
}

static void widen(cp_map *map)
{
    map->slot_count = map->slot_count ? map->slot_count * 2 : 16;
    map->slots = cp_new(map->arena, uint32_t, map->slot_count);
    for (size_t i = 0; i < map->count; i++)
        *find_slot(map, map->entries[i].key, map->entries[i].hash) = (uint32_t)(i + 1);
}

void *cp_map_get(const cp_map *map, cp_str key)
{
    if (map->count == 0)
        return NULL;
    uint32_t slot = *find_slot(map, key, cp_hash(key));
    return slot ? map->entries[slot - 1].value : NULL;
}

void **cp_map_slot(cp_map *map, cp_str key)
{
    if (map->count * 4 >= map->slot_count * 3)
        widen(map);
    uint64_t hash = cp_hash(key);
    uint32_t *slot = find_slot(map, key, hash);
    if (*slot == 0) {
        cp_map_entry entry = {.key = key, .hash = hash};
        cp_push(map->arena, map->entries, map->count, map->room, entry);
        *slot = (uint32_t)map->count;
    }
    return &map->entries[*slot - 1].value;
}

void cp_map_put(cp_map *map, cp_str key, void *value)
{
    *cp_map_slot(map, key) = value;
}
