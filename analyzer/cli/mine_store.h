/*
 * mine_store.h - the files of the cache: digests of files, and texts under a name.
 *
 * Layer: cli. Private to mine_cache.c.
 */
#ifndef CP_CLI_MINE_STORE_H
#define CP_CLI_MINE_STORE_H

#include "base/digest.h"

/* The digest of each file's bytes, on up to `threads` threads; of why it cannot be read.
 */
void cp_digest_files(const char *const *paths, size_t count, int threads,
                     cp_digest *digests);

/* The text that was written under that name; false where there is none, or not whole. */
bool cp_mine_store_read(cp_arena *arena, cp_str name, cp_str *text);

/*
 * Writes it, and makes the folders above. What others read there meanwhile is what was
 * there before, or all of it. False where the system refused.
 */
bool cp_mine_store_write(cp_arena *arena, cp_str name, cp_str text);

#endif
