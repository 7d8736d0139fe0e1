/*
 * mine.h - from the sources of a kernel library to the dtype contracts it enforces.
 *
 * Layer: contracts. Every public Python function is run symbolically, from its
 * parameters down to the checks: through custom-op registration, cached getters, JIT
 * modules and export macros into C++ launchers, their base classes and helpers. What is
 * found are failures, "this call fails when …"; contracts are what is left.
 *
 * What cannot be followed is unknown, and nothing is said of it. Everything lives in the
 * arena given; modules are borrowed and must live as long.
 */
#ifndef CP_CONTRACTS_MINE_H
#define CP_CONTRACTS_MINE_H

#include "facts/dtype.h"
#include "facts/native.h"
#include "facts/project.h"

struct cp_mine_files; /* see mine_files.h */

/* Something that code asks for: a class or function `name`, in `space` where given. */
typedef struct cp_mine_need {
    cp_str name, space;
} cp_mine_need;

/* Reads C++ files that define what is needed: how many, and their modules. */
typedef size_t cp_mine_load(void *data, const cp_mine_need *needs, size_t count,
                            cp_module ***modules);

typedef struct cp_mine_input {
    cp_project *project; /* all Python files, read */
    cp_module **natives; /* all CUDA and C++ files, by path */
    size_t native_count;
    struct cp_mine_files *files; /* or those that are parsed when asked for; or NULL */
    cp_str root;                 /* the folder that dotted names and places are below */
    const cp_str *packages;      /* top folders whose functions are public; none: all */
    size_t package_count;
    cp_mine_load *load; /* NULL: there are no more files */
    void *load_data;
} cp_mine_input;

/* Something that takes its dtype from a parameter, and how, in words. */
typedef struct cp_mined_output {
    cp_str name, how;
} cp_mined_output;

/* One mined fact: a [[contract]]. */
typedef struct cp_mined {
    cp_str call, parameter;
    cp_str when; /* in the language of cond.h; "" is always */
    cp_dtypes accepts;
    cp_str same_as;
    bool unchecked;
    bool broken;    /* the call fails whatever its arguments are; no parameter */
    cp_str reason;  /* why it does; else "" */
    cp_str *stated; /* "file:line", the check first; of a broken call: it, the function */
    cp_mined_output *outputs; /* by name */
    uint32_t stated_count, output_count;
} cp_mined;

/* One entry point that facts were found of: an [[entry]]. */
typedef struct cp_mined_entry {
    cp_str call;
    cp_str *parameters;
    uint32_t parameter_count;
    cp_str *aliases;
    uint32_t alias_count;
} cp_mined_entry;

/* One entry point whose code was not followed to its end. */
typedef struct cp_mined_rest {
    cp_str call, place; /* place: "file:line" of the function */
    const char *why;
} cp_mined_rest;

/* An enum of whole numbers of a public module: an [[enum]]. */
typedef struct cp_mined_enum {
    cp_str name;
    cp_str *members; /* "Default = 0" */
    uint32_t member_count;
    cp_str stated;
} cp_mined_enum;

typedef struct cp_mined_set {
    cp_mined *facts; /* by call, parameter, condition and dtypes */
    size_t count;
    cp_mined_entry *entries; /* by call */
    size_t entry_count;
    cp_mined_rest *rest; /* by place and call */
    size_t rest_count;
    cp_mined_enum *enums; /* by name */
    size_t enum_count;
    struct mine_program *program; /* for cp_mine_misreads */
    struct mine_point *erased;    /* entry points whose pointers are worth following */
    size_t erased_count;
} cp_mined_set;

/* The contracts of all public functions, the same on every run and any number of threads.
 */
cp_mined_set cp_mine(cp_arena *arena, const cp_mine_input *input, int threads);

/* A place in a file. */
typedef struct cp_mine_place {
    const cp_module *module; /* NULL: there is none */
    uint32_t offset;
} cp_mine_place;

/* A dtype that a check lets through and that the code behind it reads as another one. */
typedef struct cp_misread {
    cp_str call;    /* the entry point, the first one by name */
    cp_str *others; /* entry points with the same check of which the same holds */
    size_t other_count;
    cp_str parameter;
    cp_str when; /* as in cp_mined */
    cp_dtype accepted, as;
    cp_dtypes accepts;         /* all that the check lets through */
    cp_str check_when;         /* when it is made */
    cp_mine_place check, cast; /* cast: where the pointer got its type */
    cp_mine_place *reads;      /* where it is handed to what reads it */
    uint32_t read_count;
} cp_misread;

typedef struct cp_misreads {
    cp_misread *items; /* by place of the check, parameter and dtypes */
    size_t count;
} cp_misreads;

/*
 * What is misread in a set that cp_mine gave, whose sources must still be there. Reads
 * further files of the tree, where the way of a tensor's pointer leads into them.
 */
cp_misreads cp_mine_misreads(cp_arena *arena, const cp_mined_set *set, int threads);

/* The TOML text of a set, as INTERFACE and rules/contracts/README.md describe it. */
cp_str cp_mine_toml(cp_arena *arena, const cp_mined_set *set, cp_str package,
                    cp_str version);

#endif
