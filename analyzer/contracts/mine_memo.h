/*
 * mine_memo.h - calls that need not be run: those that were, and those that give nothing.
 *
 * Layer: contracts. Private to mine_*.c.
 */
#ifndef CP_CONTRACTS_MINE_MEMO_H
#define CP_CONTRACTS_MINE_MEMO_H

#include "contracts/mine_engine.h"

/*
 * What a call like this one gave before, under a path that still holds; else NULL.
 * `apart` as mine_is_apart says.
 */
const mine_value *mine_recall(mine_run *run, const mine_value *callee,
                              const mine_args *args, bool apart);
/* Notes what the call that was just run gave. `args` must not change any more. */
void mine_keep(mine_run *run, const mine_value *callee, const mine_args *args, bool apart,
               const mine_value *result);
/* An object of its own with the same fields; any other value as it is. */
const mine_value *mine_copy_object(mine_run *run, const mine_value *value);
/* Whether anything can be found by running the function with these arguments. */
bool mine_is_worth_running(const mine_value *callee, const mine_args *args);
/* Whether the call hangs on nothing that the entry point is given. */
bool mine_is_apart(const mine_value *callee, const mine_args *args);
/* The path is put aside: what is looked at until it is put back holds on any. */
typedef struct mine_aside {
    const mine_cond **path, **known;
    size_t path_count, path_room, known_count, known_room, chain;
} mine_aside;
mine_aside mine_put_aside(mine_run *run);
void mine_put_back(mine_run *run, mine_aside aside);

#endif
