/*
 * mine_public.h - which functions and methods of a library callers can call, by what
 * name.
 *
 * Layer: contracts. Private to mine_*.c.
 */
#ifndef CP_CONTRACTS_MINE_PUBLIC_H
#define CP_CONTRACTS_MINE_PUBLIC_H

#include "contracts/mine_engine.h"

/* A function, or a method as one class has it, whose contracts are looked for. */
typedef struct mine_entry {
    cp_module *module;
    cp_func *func;
    cp_class *class; /* NULL: a function */
    cp_str call;
} mine_entry;

typedef struct mine_names mine_names;

/* The public names of a library. `run` reads what packages import. */
mine_names *mine_names_new(cp_arena *arena, mine_run *run);
/* All entry points, in the order of their files; *count of them. */
const mine_entry *mine_entries(mine_names *names, size_t *count);
/* What callers can know of the entry point: its parameters, and its other names. */
cp_mined_entry mine_entry_record(cp_arena *arena, const mine_names *names,
                                 const mine_entry *entry);

/* Whether a language of kernels compiles it: `@triton.jit`, `@cute.kernel`. */
bool mine_is_kernel(cp_func *func);
/*
 * The methods that callers of a class can call: its own, those of private bases, and
 * those of others that call one of these in turn. In the run's arena; *count of them.
 */
cp_func **mine_methods(mine_run *run, cp_module *module, cp_class *class, size_t *count);

#endif
