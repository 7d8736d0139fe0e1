/*
 * mine_cache.h - what `castproof mine` wrote for a tree that has not changed since.
 *
 * Layer: cli. Results are files below $XDG_CACHE_HOME/castproof (or ~/.cache/castproof),
 * named by what they were made from: the program, libclang, and path, size and time of
 * change of each file. A cache that cannot be read or written is as none.
 */
#ifndef CP_CLI_MINE_CACHE_H
#define CP_CLI_MINE_CACHE_H

#include "read/walk.h"

typedef struct cp_mine_result {
    cp_str toml;
    cp_str troubles; /* what standard error said, in lines */
} cp_mine_result;

/* The name of the result for these files of `root`; "" where there is no cache. */
cp_str cp_mine_cache_key(cp_arena *arena, cp_str root, const cp_file *files,
                         size_t count);

/* False where there is no result of that name. */
bool cp_mine_cache_get(cp_arena *arena, cp_str key, cp_mine_result *result);
void cp_mine_cache_put(cp_arena *arena, cp_str key, const cp_mine_result *result);

#endif
