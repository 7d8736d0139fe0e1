/*
 * mine_cache.h - what was mined from a library that has not changed since.
 *
 * Layer: cli. Results are files below $XDG_CACHE_HOME/castproof (or ~/.cache/castproof),
 * named by the digest of all that they hang on: the program, libclang, what is left out,
 * and the path and the bytes of each file. So that these need not be read each time, a
 * second, quick name leads to it, made of what the system tells of each file without
 * opening it: device, number, size, and the times of the last write and of the last
 * change. That time of change is set by the system alone, so that a file whose size and
 * time of writing were put back is seen all the same; and a file that was only touched,
 * or is a copy, is found by its bytes. Files that changed in these seconds are judged by
 * their bytes alone, as the clock of a file system is too coarse to tell two changes.
 *
 * Entries are whole or not there, and hold their own digest: what is damaged, or of
 * somebody else, is as none. So is a cache that cannot be read or written.
 */
#ifndef CP_CLI_MINE_CACHE_H
#define CP_CLI_MINE_CACHE_H

#include "base/digest.h"
#include "cli/options.h"
#include "contracts/library.h"

typedef struct cp_mine_cache {
    cp_arena *arena;
    const cp_library *library;
    cp_str folder; /* "": there is no cache */
    int threads;
    cp_digest recipe; /* of what the result hangs on besides the files */
    cp_digest quick, content;
    bool fresh; /* a file changed so lately that `quick` tells nothing */
} cp_mine_cache;

/* The cache for a library, which need not be open. It lives in `arena`. */
cp_mine_cache cp_mine_cache_open(cp_arena *arena, const cp_library *library,
                                 const cp_options *options);

/* The text that was put there for this state of the library; false where none was. */
bool cp_mine_cache_get(cp_mine_cache *cache, cp_str *text);

/* Keeps the text for this state, unless the library has changed since cp_mine_cache_get.
 */
void cp_mine_cache_put(cp_mine_cache *cache, cp_str text);

#endif
