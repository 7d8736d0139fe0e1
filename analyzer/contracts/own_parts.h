/*
 * own_parts.h - what the files own*.c share.
 *
 * Layer: contracts.
 */
#ifndef CP_CONTRACTS_OWN_PARTS_H
#define CP_CONTRACTS_OWN_PARTS_H

#include "base/map.h"
#include "base/table.h"
#include "contracts/mine_files.h"
#include "contracts/mine_one.h"
#include "contracts/own.h"

/* A tree of which single functions are asked for. */
typedef struct own_part {
    cp_library library; /* its names alone: no files */
    cp_mine_input input;
    cp_miner *miner;
    cp_contracts *contracts;
    const cp_release *release;
    cp_map operators; /* dotted name -> own_answer */
} own_part;

struct cp_own {
    cp_arena *arena;
    cp_own_options options;
    cp_project *project;
    cp_decls *decls;
    bool read;
    cp_own_tree *trees;
    cp_mine_source *sources; /* of each tree */
    cp_library *libraries;   /* likewise */
    size_t count;
    cp_own_misread *misreads;
    size_t misread_count;
    cp_map parts;               /* folder of Python files -> own_part */
    cp_map by_root;             /* -> own_part */
    const cp_scanner *ways_out; /* words that lead to C++ code; NULL before it is asked */
    cp_table functions;         /* cp_func -> own_answer */
    cp_table modules; /* cp_module -> the cp_own itself, or its `modules` for no */
};

/* own.c: frees what the trees take; who asks for them again has them mined again. */
void own_forget_trees(cp_own *own);

/* own_function.c: whether all of the tree at `root` is checked. */
bool own_is_checked(const cp_own *own, cp_str root);
/* The C++ files of the tree at `root`. */
cp_mine_files *own_files(cp_own *own, cp_str root, size_t *count);

/* own_name.c: what the tree at `root` is called, which version it is, and its folder. */
void own_describe(cp_arena *arena, cp_str root, cp_library *library);

/* Adds a mined fact of the package to the set; `version` may be "". */
void own_add_fact(cp_contracts *set, cp_str package, cp_str version,
                  const cp_mined *fact);

#endif
