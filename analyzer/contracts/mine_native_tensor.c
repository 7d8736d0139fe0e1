#include "contracts/mine_native.h"

/* Functions that make a tensor of the dtype that one of their arguments names. */
static bool makes_tensor(cp_str name)
{
    static const char *const words[] = {"alloc_tensor", "empty",       "zeros", "ones",
                                        "full",         "FromNDAlloc", NULL};
    for (size_t i = 0; words[i]; i++)
        if (cp_str_is(name, words[i]))
            return true;
    return false;
}

static bool makes_alike(cp_str name)
{
    return cp_str_is(name, "empty_like") || cp_str_is(name, "zeros_like") ||
           cp_str_is(name, "ones_like");
}

/* x.options(), and what sets parts of options: their dtype is all that counts here. */
static const mine_value *options_of(mine_run *run, mine_scope *scope, cp_expr *call,
                                    const mine_value *owner, cp_str name)
{
    if (cp_str_is(name, "options"))
        return mine_dtype_of(run, owner);
    bool options = owner->kind == VALUE_DTYPE || owner->kind == VALUE_DTYPE_OF;
    if (options && cp_str_is(name, "dtype") && call->arg_count == 1)
        return mine_eval(run, scope, call->args[0].value);
    if (options && (cp_str_is(name, "device") || cp_str_is(name, "layout") ||
                    cp_str_is(name, "requires_grad")))
        return owner;
    return NULL;
}

const mine_value *mine_native_tensor(mine_run *run, mine_scope *scope, cp_expr *call,
                                     cp_str name)
{
    const cp_expr *callee = call->kids[0];
    if (callee->kind == CP_EXPR_ATTR && callee->kids[0]->kind != CP_EXPR_NAME &&
        cp_str_is(name, "dtype"))
        return options_of(run, scope, call, mine_eval(run, scope, callee->kids[0]), name);
    if (!makes_tensor(name) && !makes_alike(name))
        return callee->kind == CP_EXPR_ATTR && cp_str_is(name, "options")
                   ? options_of(run, scope, call, mine_eval(run, scope, callee->kids[0]),
                                name)
                   : NULL;
    if (call->arg_count < (makes_alike(name) ? 1u : 2u))
        return NULL; /* container.empty() */
    mine_args args = mine_arguments(run, scope, call);
    const mine_value *dtype = makes_alike(name) ? mine_dtype_of(run, args.items[0].value)
                                                : mine_dtype_argument(&args);
    return dtype ? mine_new_tensor(run, dtype) : NULL;
}
