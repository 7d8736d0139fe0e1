#include "contracts/mine_native.h"

/* What a matcher is given by reference it fills in: their fields are not known then. */
static void forget_fields(mine_run *run, mine_scope *scope, const cp_expr *expr)
{
    for (uint32_t i = 0; expr->kind == CP_EXPR_TUPLE && i < expr->kid_count; i++)
        forget_fields(run, scope, expr->kids[i]);
    const mine_value *value =
        expr->kind == CP_EXPR_NAME ? mine_lookup(run, scope, expr->text) : NULL;
    if (value && value->kind == VALUE_OBJECT && value->object->class)
        value->object->count = 0;
}

const mine_value *mine_new_matcher(mine_run *run, mine_scope *scope, const cp_expr *call)
{
    mine_value *matcher = cp_new(run->arena, mine_value, 1);
    matcher->kind = VALUE_MATCHER;
    for (unsigned i = 0; i < call->arg_count; i++)
        forget_fields(run, scope, call->args[i].value);
    return matcher;
}

/* TensorMatcher({…}).with_dtype<A, B>(symbol).verify(x): each step of the chain. */
const mine_value *mine_matcher_step(mine_run *run, mine_scope *scope,
                                    const mine_value *matcher, cp_expr *call,
                                    cp_expr *callee, cp_str name)
{
    mine_value *next = cp_new(run->arena, mine_value, 1);
    *next = *matcher;
    for (unsigned i = 0; i < call->arg_count; i++)
        forget_fields(run, scope, call->args[i].value);
    if (cp_str_is(name, "with_dtype")) {
        const mine_value *of = NULL;
        next->set = mine_template_dtypes(run, scope, callee, &of);
        next->of = of;
        next->text = call->arg_count == 1 && call->args[0].value->kind == CP_EXPR_NAME
                         ? call->args[0].value->text
                         : (cp_str){0};
        return next;
    }
    if (!cp_str_is(name, "verify") || !call->arg_count)
        return next;
    const mine_value *dtype =
        mine_dtype_of(run, mine_eval(run, scope, call->args[0].value));
    const mine_cond *fits = &mine_true;
    if (next->set) {
        fits = &mine_false;
        for (unsigned d = 0; d < CP_DTYPE_COUNT; d++)
            if (next->set & CP_DTYPES(d))
                fits = mine_or(
                    run->arena, fits,
                    mine_equal(run, dtype, mine_dtype_value(run, CP_DTYPES(d)), call));
    } else if (next->of) {
        fits = mine_equal(run, dtype, next->of, call);
    }
    if (next->text.len) {
        void **seen = cp_map_slot(&run->symbols, next->text);
        const mine_value *before = *seen;
        if (before) {
            const mine_cond *same = mine_equal(run, dtype, before->of, call);
            fits = before->set == next->set ? same : mine_and(run->arena, fits, same);
        } else {
            mine_value *first = cp_new(run->arena, mine_value, 1);
            *first = (mine_value){VALUE_MATCHER, .set = next->set, .of = dtype};
            *seen = first;
        }
    }
    mine_failure(run, scope->module, call->span.start, mine_not(run->arena, fits), false);
    return next;
}
