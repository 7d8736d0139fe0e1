/*
 * mine_native.h - what the miner knows of C++: names, types, torch and tvm-ffi.
 *
 * Layer: contracts. Private to mine_*.c.
 */
#ifndef CP_CONTRACTS_MINE_NATIVE_H
#define CP_CONTRACTS_MINE_NATIVE_H

#include "contracts/mine_engine.h"

const mine_value *mine_builtin_native(mine_run *run, mine_scope *scope, cp_expr *call);
const mine_value *mine_same_types(mine_run *run, mine_scope *scope, cp_expr *expr);
/* A tensor of that dtype; NULL: it is not known. */
const mine_value *mine_new_tensor(mine_run *run, const mine_value *dtype);
/* The dtype that an argument names, if one does: `dtype=` or the first that is one. */
const mine_value *mine_dtype_argument(const mine_args *args);
/* A call of C++ that gives a tensor or the options of one; NULL if it is none. */
const mine_value *mine_native_tensor(mine_run *run, mine_scope *scope, cp_expr *call,
                                     cp_str name);
/* The function that an object of C++ offers to Python by that name; NULL if none. */
const mine_value *mine_offered(mine_run *run, const mine_value *value, cp_str name);
/* `expr` as the target of a call in C++: its functions, by name and number of arguments.
 */
const mine_value *mine_native_target(mine_run *run, mine_scope *scope, cp_expr *expr,
                                     size_t arg_count);
const mine_value *mine_native_export(mine_run *run, cp_str files, cp_str name,
                                     size_t arg_count);
/* What a C++ name outside of all functions stands for. */
const mine_value *mine_native_name(mine_run *run, mine_scope *scope, cp_str name);
cp_class *mine_native_class(mine_run *run, cp_expr *type);
cp_str mine_base_member(mine_run *run, const mine_scope *scope, const cp_expr *expr);
/* A dtype from DLDataType{kDLFloat, 32, 1}. */
const mine_value *mine_dlpack_dtype(mine_run *run, const cp_expr *call);
/* `code`, `bits` or `lanes` of a dtype. */
const mine_value *mine_dtype_part(mine_run *run, const mine_value *dtype, cp_str name);
/* Whether the code or the width of a dtype is what `other` says; NULL for neither. */
const mine_cond *mine_dtype_part_is(mine_run *run, const mine_value *part,
                                    const mine_value *other);
/* The dtypes among the template arguments of a callee; 0 if one of them is unknown. */
cp_dtypes mine_template_dtypes(mine_run *run, mine_scope *scope, const cp_expr *callee,
                               const mine_value **symbol);
/* TensorMatcher({…}), and a step of the chain of calls behind it. */
const mine_value *mine_new_matcher(mine_run *run, mine_scope *scope, const cp_expr *call);
const mine_value *mine_matcher_step(mine_run *run, mine_scope *scope,
                                    const mine_value *matcher, cp_expr *call,
                                    cp_expr *callee, cp_str name);

#endif
