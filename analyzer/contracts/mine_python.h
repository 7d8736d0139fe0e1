/*
 * mine_python.h - what the miner knows of Python's own functions, texts and dictionaries.
 *
 * Layer: contracts. Private to mine_*.c.
 */
#ifndef CP_CONTRACTS_MINE_PYTHON_H
#define CP_CONTRACTS_MINE_PYTHON_H

#include "contracts/mine_engine.h"

/* What an f-string gives, as far as its parts are constants under some condition. */
const mine_value *mine_format(mine_run *run, mine_scope *scope, cp_expr *expr);
/* The text `left` with `right` behind it. */
const mine_value *mine_append(mine_run *run, const mine_value *left,
                              const mine_value *right);
/* A list, set or generator by a comprehension; NULL where it is none of these. */
const mine_value *mine_comprehension(mine_run *run, mine_scope *scope, cp_expr *expr);
/* isinstance, all, any, zip and enumerate; NULL for any other name. */
const mine_value *mine_python_function(mine_run *run, mine_scope *scope, cp_expr *call,
                                       cp_str name);
/* `param["key"]`, and `param.get("key", …)` */
const mine_value *mine_key_of(mine_run *run, const mine_value *param,
                              const mine_value *key);
const mine_value *mine_get_key(mine_run *run, mine_scope *scope, const mine_value *param,
                               cp_expr *call);
const mine_value *mine_pair(mine_run *run, const mine_value *a, const mine_value *b);
const mine_value *mine_dict(mine_run *run, mine_scope *scope, cp_expr *expr);
const mine_value *mine_dict_of(mine_run *run, const mine_args *args);
const mine_value *mine_with_key(mine_run *run, const mine_value *dict,
                                const mine_value *key, const mine_value *value);
/* What `**value` gives, if it is a dictionary or one of several; else NULL. */
const mine_value *mine_one_dict(mine_run *run, const mine_value *value);
const mine_value *mine_dict_list(mine_run *run, const mine_value *dict, cp_str name);
const mine_value *mine_joined(mine_run *run, const mine_value *separator,
                              const mine_value *list);
/*
 * `dict[x.dtype]`, which fails for any other dtype than its keys; NULL where this is
 * not what it is. Where the dictionary only spells the dtypes in C++, the dtype itself.
 */
const mine_value *mine_by_dtype(mine_run *run, const mine_scope *scope,
                                const mine_value *dict, const mine_value *dtype,
                                const cp_expr *expr);

/* torch.empty(…), torch.zeros_like(x, …), …; NULL for anything else of torch. */
const mine_value *mine_torch_call(mine_run *run, cp_str name, const mine_args *args);
/* torch.ops.namespace.name, with or without .default; NULL if it is none. */
const mine_value *mine_torch_operator(mine_run *run, cp_str dotted, size_t arg_count);

#endif
