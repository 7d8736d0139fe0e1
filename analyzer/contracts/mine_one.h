/*
 * mine_one.h - what single functions of a tree enforce.
 *
 * Layer: contracts. For who asks about a few functions and not about the whole tree.
 * One thread at a time.
 */
#ifndef CP_CONTRACTS_MINE_ONE_H
#define CP_CONTRACTS_MINE_ONE_H

#include "contracts/mine.h"

typedef struct cp_miner cp_miner;

/* What one function enforces. */
typedef struct cp_mined_one {
    cp_mined *facts; /* by parameter, condition and dtypes */
    size_t count;
    const cp_expr **calls; /* of Python code, that C++ code was found behind */
    size_t call_count;
    cp_str *parameters; /* of an operator, as C++ names them */
    uint32_t parameter_count;
    bool given_up; /* its code was too much to follow to its end */
} cp_mined_one;

/* `input` is borrowed; everything lives in `arena`. */
cp_miner *cp_miner_new(cp_arena *arena, const cp_mine_input *input);

/* The facts of a function of Python, each of `call`. */
cp_mined_one cp_mine_one(cp_miner *miner, cp_func *func, cp_str call);

/*
 * The same of what C++ code registers as the operator `name`, without its namespace.
 * False where none does, or it cannot be told which.
 */
bool cp_mine_operator(cp_miner *miner, cp_str name, cp_str call, cp_mined_one *one);

#endif
