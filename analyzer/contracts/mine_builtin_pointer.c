#include "contracts/mine_native.h"
#include "contracts/mine_reads.h"

/* Calls that take or pass on a pointer to a tensor's elements. */

cp_str mine_last_name(const cp_expr *expr)
{
    while (expr->kind == CP_EXPR_SUBSCRIPT && expr->kid_count)
        expr = expr->kids[0];
    return expr->kind == CP_EXPR_NAME || expr->kind == CP_EXPR_ATTR ? expr->text
                                                                    : (cp_str){"", 0};
}

/* The dtypes among the template arguments; 0 if one of them is unknown. */
cp_dtypes mine_template_dtypes(mine_run *run, mine_scope *scope, const cp_expr *callee,
                               const mine_value **symbol)
{
    cp_dtypes set = 0;
    if (callee->kind != CP_EXPR_SUBSCRIPT)
        return 0;
    for (uint32_t i = 1; i < callee->kid_count; i++) {
        const mine_value *value = mine_eval(run, scope, callee->kids[i]);
        if (value->kind == VALUE_DTYPE)
            set |= value->set;
        else if (value->kind == VALUE_DTYPE_OF && callee->kid_count == 2)
            *symbol = value;
        else
            return 0;
    }
    return set;
}

static void note_erased(mine_run *run, const mine_value *tensor)
{
    if (tensor->kind == VALUE_PARAM)
        cp_map_put(&run->erased, tensor->text, run);
    for (uint32_t i = 0; tensor->kind == VALUE_SELECT && i < tensor->count; i++)
        note_erased(run, tensor->options[i].value);
}

/* x.data_ptr<T>(): torch checks that x holds T. */
const mine_value *mine_data_pointer(mine_run *run, mine_scope *scope, cp_expr *call,
                                    cp_expr *callee)
{
    cp_expr *attr = callee->kind == CP_EXPR_SUBSCRIPT ? callee->kids[0] : callee;
    if (attr->kind != CP_EXPR_ATTR)
        return NULL;
    const mine_value *tensor = mine_eval(run, scope, attr->kids[0]), *symbol = NULL;
    mine_touch(run, scope, tensor, call->span.start);
    cp_dtypes set = mine_template_dtypes(run, scope, callee, &symbol);
    if (set) {
        const mine_cond *fits =
            mine_equal(run, mine_dtype_of(run, tensor), mine_dtype_value(run, set), call);
        if (fits->kind != COND_OPAQUE)
            mine_failure(run, scope->module, call->span.start, mine_not(run->arena, fits),
                         false);
    }
    if (callee->kind != CP_EXPR_SUBSCRIPT)
        note_erased(run, tensor);
    if (!run->reads)
        return &mine_unknown;
    bool plain = cp_str_ends(mine_last_name(callee), CP_STR("data_ptr"));
    bool one = set && !(set & (set - 1));
    return mine_pointer_to(run, tensor,
                           !plain                              ? MINE_OTHER
                           : callee->kind != CP_EXPR_SUBSCRIPT ? 0
                           : one                               ? set
                                                               : MINE_OTHER,
                           scope->module, call->span.start);
}

/* A cast, or a call that gives its argument; what a pointer points to is the cast's. */
const mine_value *mine_passed(mine_run *run, mine_scope *scope, cp_expr *call)
{
    const mine_value *value = mine_eval(run, scope, call->args[0].value);
    const cp_expr *callee = call->kids[0];
    if (!run->reads || callee->kind != CP_EXPR_SUBSCRIPT || callee->kid_count != 2 ||
        !cp_str_ends(mine_last_name(callee), CP_STR("_cast")) || !mine_has_pointer(value))
        return value;
    return mine_retype(run, value, mine_pointee(run, scope, callee->kids[1]),
                       scope->module, call->span.start);
}
