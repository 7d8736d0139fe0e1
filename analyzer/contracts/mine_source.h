/*
 * mine_source.h - the files of a kernel library, read and ready to be mined.
 *
 * Layer: contracts. Owns the project and the arenas of the C++ files, until it is
 * disposed of.
 */
#ifndef CP_CONTRACTS_MINE_SOURCE_H
#define CP_CONTRACTS_MINE_SOURCE_H

#include "contracts/mine.h"
#include "read/walk.h"

/* Called for each file that is not read to its end; the rest goes on. */
typedef void cp_mine_trouble(void *data, cp_str path, const char *message);

typedef struct cp_mine_source {
    cp_mine_input input;
    cp_str package, version; /* as the tree's metadata says; "" if nothing says it */
    size_t file_count;       /* Python and C++ files that were looked at */
    cp_arena *arenas;        /* of the C++ files, one a thread */
    int arena_count;
} cp_mine_source;

/*
 * Reads the tree at `root` on up to `threads` threads. Without libclang, C++ files are
 * left out, which is one trouble.
 *
 * CP_ERR_IO  `root` cannot be walked
 *
 * Whatever is returned, cp_mine_source_dispose frees what was read.
 */
CP_MUST_CHECK cp_status cp_mine_source_read(cp_mine_source *source, cp_arena *arena,
                                            cp_str root, const cp_walk_options *walk,
                                            int threads, cp_mine_trouble *trouble,
                                            void *data, cp_err *err);

void cp_mine_source_dispose(cp_mine_source *source);

#endif
