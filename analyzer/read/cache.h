/*
 * cache.h - what a run worked out, kept for the next one.
 *
 * Layer: read. An entry is a file below $XDG_CACHE_HOME/castproof (or ~/.cache/castproof)
 * named by all that it was made from, so that none is ever out of date. A cache that
 * cannot be read or written is as none.
 */
#ifndef CP_READ_CACHE_H
#define CP_READ_CACHE_H

#include "base/str.h"

/* The file of what `kind` names and `parts` were; "" where there is no cache. */
cp_str cp_cache_entry(cp_arena *arena, const char *kind, const cp_str *parts,
                      size_t count);

/* False where there is no such entry. */
bool cp_cache_get(cp_arena *arena, cp_str entry, cp_str *text);
void cp_cache_put(cp_arena *arena, cp_str entry, cp_str text);

#endif
