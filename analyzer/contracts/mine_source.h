/*
 * mine_source.h - the files of a kernel library, read and ready to be mined.
 *
 * Layer: contracts. Owns the project and the arenas of the C++ files, until it is
 * disposed of.
 */
#ifndef CP_CONTRACTS_MINE_SOURCE_H
#define CP_CONTRACTS_MINE_SOURCE_H

#include "contracts/library.h"
#include "contracts/mine.h"
#include "read/scan.h"

typedef struct cp_mine_source {
    cp_mine_input input;
    cp_arena *arenas; /* of the C++ files, one a thread */
    int arena_count;
} cp_mine_source;

/*
 * Reads the files of an open library, which must live as long, on up to `threads`
 * threads. Without libclang, C++ files are left out, which is one trouble of no path.
 */
void cp_mine_source_read(cp_mine_source *source, cp_arena *arena,
                         const cp_library *library, int threads, cp_mine_trouble *trouble,
                         void *data);

void cp_mine_source_dispose(cp_mine_source *source);

/* Words without which a C++ file neither checks dtypes nor leads to one that does. */
const cp_scanner *cp_mine_native_words(cp_arena *arena);

#endif
