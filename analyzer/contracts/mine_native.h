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
/* The function that `f<T>` is, in a run where it matters which; else NULL. */
const mine_value *mine_template_target(mine_run *run, mine_scope *scope, cp_expr *expr);
const mine_value *mine_native_export(mine_run *run, cp_str files, cp_str name,
                                     size_t arg_count);
/* What a C++ name outside of all functions stands for. */
const mine_value *mine_native_name(mine_run *run, mine_scope *scope, cp_str name);
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

/* ---- which of several things of one name is meant ---- */

/* Has files parsed that may hold the name, where they are parsed when asked for. */
void mine_expect_name(mine_program *program, cp_str name);
cp_class *mine_native_class(mine_run *run, const mine_scope *scope, const cp_expr *type);
/* "a::b" and "C" -> "a::b::C" */
cp_str mine_within(cp_arena *arena, cp_str space, cp_str name);
/* The namespaces and classes around the code that the scope is of: "a::b::C". */
cp_str mine_space(mine_run *run, const mine_scope *scope);
/* "a::b" of `a::b::f`, template arguments aside; "" of a bare name. */
cp_str mine_qualifier(cp_arena *arena, const cp_expr *expr);
/* How well what is declared in `space` fits `qualifier::name` in code of `from`; > 0. */
unsigned mine_fit(cp_str space, cp_str qualifier, cp_str from);
/*
 * Whether what `module` declares in `space` can be meant by such a name at all; `fit` is
 * what mine_fit says of it. Of a name that nobody is sure of, nothing is followed.
 */
bool mine_is_visible(mine_run *run, const mine_scope *scope, const cp_module *module,
                     cp_str space, cp_str qualifier, unsigned fit);
/* The class that the function is a method of, wherever it is defined; or NULL. */
cp_class *mine_owner(mine_run *run, const cp_func *func);
mine_scope *mine_class_scope(mine_run *run, mine_scope *scope, cp_class *class,
                             const cp_expr *type);
/* What `using name = …` in the class or its bases stands for; NULL if there is none. */
const mine_value *mine_member_alias(mine_run *run, cp_class *class, mine_scope *scope,
                                    cp_str name);
/* Names for the template parameters, seen from the function or class that has them. */
void mine_bind_template(mine_run *run, mine_scope *scope, const cp_expr *params,
                        mine_scope *from, const cp_expr *args);
/* What a type of C++ is: a dtype, a class with its template arguments, or unknown. */
const mine_value *mine_type(mine_run *run, mine_scope *scope, cp_expr *type);

#endif
