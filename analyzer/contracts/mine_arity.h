/*
 * mine_arity.h - calls that hand a function another number of arguments than it takes.
 *
 * Layer: contracts. Private to mine_*.c.
 */
#ifndef CP_CONTRACTS_MINE_ARITY_H
#define CP_CONTRACTS_MINE_ARITY_H

#include "contracts/mine_engine.h"

/* A call that cannot succeed. */
typedef struct mine_broken {
    cp_str call, function; /* "file:line" of both */
    cp_str reason;
    const mine_cond **guard; /* under all of these */
    uint32_t guard_count;
} mine_broken;

/*
 * mine_fail.c: whether what the path says can hold at a time; false where that is too
 * much to tell.
 */
bool mine_path_is_possible(const mine_run *run);
/*
 * Whether a call from Python hands an exported function of C++ as many arguments as it
 * takes: notes it where it surely does not.
 */
void mine_check_arity(mine_run *run, const mine_value *callee, const mine_args *args,
                      const mine_scope *scope, const cp_expr *site);
/* The calls that cannot succeed, as facts of `call`. */
void mine_keep_broken(const mine_run *run, cp_str call, mine_facts *facts);

#endif
