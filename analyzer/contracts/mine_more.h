/*
 * mine_more.h - files that a first look passed over and that something asks for.
 *
 * Layer: contracts. Private to mine_*.c. Kernels often stand in files that say nothing
 * of tensors; such a file is read when code that is followed names what it defines.
 */
#ifndef CP_CONTRACTS_MINE_MORE_H
#define CP_CONTRACTS_MINE_MORE_H

#include "contracts/mine_source.h"
#include "read/scan.h"

/* A C++ file of the tree. */
typedef struct native_file {
    cp_source source;
    bool wanted;       /* it holds a word that matters, or was asked for */
    bool tried;        /* it was parsed, or could not be */
    bool has_macros;   /* its definitions are known already */
    cp_module *module; /* NULL where it could not be parsed */
    cp_err err;
} native_file;

typedef struct mine_reader {
    cp_arena *arena;
    const cp_files *sources;
    native_file *files;
    size_t count;
    const cp_cuda_library *library;
    cp_macros *macros;
    cp_arena *arenas; /* one a thread, and one for texts */
    int threads;
    cp_map by_name; /* last part of a path -> list of files, made when first needed */
    cp_mine_trouble *trouble;
    void *data;
} mine_reader;

/* Parses the files that are wanted and were not tried yet. */
void mine_parse_wanted(mine_reader *reader);

/* cp_mine_load of cp_mine_input; `data` is the mine_reader. */
size_t mine_read_more(void *data, const cp_mine_need *needs, size_t count,
                      cp_module ***modules);

#endif
