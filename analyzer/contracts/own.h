/*
 * own.h - the contracts that the checked tree's own sources enforce.
 *
 * Layer: contracts. A tree may ship kernels itself. They are mined when somebody asks for
 * what they take, the whole tree or single functions: reading C++ costs time and memory,
 * and most runs need little of it or none. One thread at a time.
 */
#ifndef CP_CONTRACTS_OWN_H
#define CP_CONTRACTS_OWN_H

#include "contracts/contract.h"
#include "contracts/mine_files.h"
#include "contracts/mine_source.h"

typedef struct cp_own cp_own;

typedef struct cp_own_options {
    const cp_str *paths; /* what is checked, as the user wrote it; borrowed */
    size_t path_count;
    const cp_str *natives; /* the C++ files below these paths, sorted; borrowed */
    size_t native_count;
    const cp_str *excludes; /* as cp_walk_options has them */
    size_t exclude_count;
    cp_mine_guess guess; /* which C++ files are about routing; borrowed */
    bool use_cache;
    int threads; /* with more than one, such files are parsed ahead by another process */
    /* A file that is not read; once that libclang is missing. */
    void (*trouble)(void *data, cp_str path, const char *message);
    void *data;
} cp_own_options;

/*
 * Reads nothing here, but starts the process that parses C++ files: to be called while
 * this one is small and has one thread. Everything lives in `arena`, but for what is
 * disposed of.
 */
cp_own *cp_own_new(cp_arena *arena, const cp_own_options *options);

/* Frees the modules that were read, and ends the process; `own` may be NULL. */
void cp_own_dispose(cp_own *own);

/* The Python files that are checked, all read; before any function is asked about. */
void cp_own_use(cp_own *own, cp_project *project);

/* ---- single functions ---- */

/* A function of Python that C++ code of the tree was found behind, or an operator. */
typedef struct cp_own_function {
    cp_func *func;                 /* NULL of an operator */
    const cp_entry *entry;         /* named after the module that defines it */
    const cp_contracts *contracts; /* what it and others enforce, of origin "mined" */
    const cp_release *release;     /* the tree as it is */
    const cp_expr *const *calls;   /* in Python code, that lead to C++ code */
    size_t call_count;
} cp_own_function;

/*
 * What a function of a module, one of the project, enforces; NULL where no C++ code of
 * the tree is behind it. What nothing checks is not among the contracts: how a kernel
 * reads it is not known.
 */
const cp_own_function *cp_own_function_of(cp_own *own, cp_func *func);
/* The same of an operator, "torch.ops.NAMESPACE.name", that C++ code of the tree around
   the module registers. */
const cp_own_function *cp_own_operator_of(cp_own *own, const cp_module *module,
                                          cp_str dotted);
/* Whether somebody asked of the function before. */
bool cp_own_is_known(const cp_own *own, const cp_func *func);
bool cp_own_leads_out(const cp_own_function *function, const cp_expr *call);

/* Whether the function's name says that only its own module is to call it. */
bool cp_own_is_private(const cp_func *func);

/* Whether the module has one of the words that lead to C++ code: no more than a guess. */
bool cp_own_may_lead_out(cp_own *own, const cp_module *module);

/* ---- the whole tree ---- */

/* The tree around some of the checked paths, mined. */
typedef struct cp_own_tree {
    cp_str root;                   /* "" is the current folder */
    cp_str package, version;       /* "" where nothing says it */
    const cp_mine_input *input;    /* its modules of Python and of C++ */
    cp_mined_set mined;            /* what all its public functions enforce */
    const cp_contracts *contracts; /* the same, each of origin "mined" */
} cp_own_tree;

/* The trees of the checked paths, none twice; mined by the first call. */
const cp_own_tree *cp_own_trees(cp_own *own, size_t *count);

/* Something that a tree's check lets through and that is then read as another dtype. */
typedef struct cp_own_misread {
    cp_misread misread; /* its modules hold no more than their source */
    cp_str package, version;
} cp_own_misread;

/*
 * Mines the trees for it and lets go of them. To be called before much else is in
 * memory: this takes more than all the rest of a check.
 */
void cp_own_look_for_misreads(cp_own *own);
/* What was found below the checked paths; nothing where nobody looked. */
const cp_own_misread *cp_own_misreads(const cp_own *own, size_t *count);

/* Whether the file, one of the trees, is among what is checked. */
bool cp_own_is_checked(const cp_own *own, cp_str path);

/* own_below.c: whether both paths lead to one file, or one of the paths to its folder. */
bool cp_own_are_below(const cp_str *paths, size_t count, cp_str file);

/*
 * own_root.c: the tree that a checked path is of: the nearest folder from it upward that
 * says it is a project or a repository, else the outermost package around it, else the
 * path itself.
 */
cp_str cp_own_root(cp_arena *arena, cp_str path);

/* The dotted name of a module, by the packages that its file is in; "" if in none. */
cp_str cp_own_module_name(cp_arena *arena, cp_str path);

#endif
