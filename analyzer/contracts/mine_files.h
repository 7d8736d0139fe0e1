/*
 * mine_files.h - the CUDA and C++ files of a tree, each parsed when something in it is
 * asked for.
 *
 * Layer: contracts. For whoever wants to know of a few functions and not of all: what is
 * parsed is the file that registers a name and the one that defines what it names, then
 * of what those include the files that hold a name which is looked up.
 */
#ifndef CP_CONTRACTS_MINE_FILES_H
#define CP_CONTRACTS_MINE_FILES_H

#include "contracts/mine.h"
#include "parse/decls.h"

typedef struct cp_mine_files cp_mine_files;

typedef struct cp_mine_files_options {
    cp_decls *decls;     /* borrowed */
    const cp_str *paths; /* of all the files, sorted; borrowed */
    size_t count;
    /* Called for a file that cannot be read or parsed; once where there is no libclang.
     */
    void (*trouble)(void *data, cp_str path, const char *message);
    void *data;
} cp_mine_files_options;

/* Reads nothing yet. Everything lives in `arena`. */
cp_mine_files *cp_mine_files_new(cp_arena *arena, const cp_mine_files_options *options);

/* What tells a C++ file that may be asked for from others. */
typedef struct cp_mine_guess {
    const cp_str *words; /* one of them is in it */
    size_t word_count;
    const cp_str *parts; /* or one of these in its name */
    size_t part_count;
} cp_mine_guess;

/* In `foresee` of the declarations: expects such files, and what they include. */
void cp_mine_files_foresee(cp_mine_files *files, const cp_mine_guess *guess);

/* Told of each file that is parsed, after those that it includes. */
typedef void cp_mine_files_add(void *data, cp_module *module);

/* The files that `names` lists, each ended by a blank, by the end of their paths. */
void cp_mine_files_named(cp_mine_files *files, cp_str names, cp_mine_files_add *add,
                         void *data);
/* The files that register `name` as an operator or export it. */
void cp_mine_files_registering(cp_mine_files *files, cp_str name, cp_mine_files_add *add,
                               void *data);
/* What was included on the way and not parsed so far, where it may hold the name. */
void cp_mine_files_holding(cp_mine_files *files, cp_str name, cp_mine_files_add *add,
                           void *data);
/*
 * Any file that may define the function, where one that registers operators declares it,
 * itself or in what it includes: those are linked with all others.
 */
void cp_mine_files_defining(cp_mine_files *files, cp_str name, cp_mine_files_add *add,
                            void *data);

#endif
