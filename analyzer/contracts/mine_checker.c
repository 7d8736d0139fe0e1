#include "contracts/mine_engine.h"

static const mine_value *var_of(const mine_scope *scope, cp_str name)
{
    for (size_t i = 0; i < scope->count; i++)
        if (cp_str_eq(scope->vars[i].name, name))
            return scope->vars[i].value;
    return NULL;
}

/*
 * Whether the function can be meant to check the arguments of another one: a named
 * function whose parameters the other has all.
 */
static bool can_check(const mine_value *value, const mine_scope *scope)
{
    if (value->kind != VALUE_FUNC || !value->func->name.len ||
        !value->func->param_count || (value->scope && value->scope->is_native))
        return false;
    for (uint32_t i = 0; i < value->func->param_count; i++) {
        const cp_param *param = &value->func->params[i];
        bool rest = param->kind == CP_PARAM_ARGS || param->kind == CP_PARAM_KWARGS;
        if (!rest && !param->fallback && !var_of(scope, param->name))
            return false;
    }
    return true;
}

static void call_checker(mine_run *run, const mine_value *checker, mine_scope *scope,
                         cp_expr *site)
{
    mine_args args = {0};
    for (uint32_t i = 0; i < checker->func->param_count; i++) {
        cp_str name = checker->func->params[i].name;
        const mine_value *value = var_of(scope, name);
        mine_bound bound = {name, value};
        if (value)
            cp_push(run->arena, args.items, args.count, args.room, bound);
    }
    mine_apply(run, checker, &args, scope, site);
    run->failed = false;
}

/* @supported_compute_capability([90, 100]): one of these devices. */
static const mine_cond *device_gate(mine_run *run, const cp_func *func)
{
    const mine_cond *any = NULL;
    for (uint32_t i = 0; i < func->decorator_count; i++) {
        const cp_expr *call = func->decorators[i];
        if (call->kind != CP_EXPR_CALL || !call->arg_count ||
            !cp_str_has(call->kids[0]->text, CP_STR("compute_capability")) ||
            call->args[0].value->kind != CP_EXPR_TUPLE)
            continue;
        const cp_expr *list = call->args[0].value;
        for (uint32_t k = 0; k < list->kid_count; k++) {
            if (list->kids[k]->kind != CP_EXPR_NUMBER)
                return NULL;
            const mine_cond *one = mine_atom(
                run->arena, COND_IS, CP_STR("compute_capability"), list->kids[k]->text);
            any = any ? mine_or(run->arena, any, one) : one;
        }
    }
    return any;
}

/* Whether the words say that something is checked; what else there is is not looked at.
 */
static bool names_check(cp_str keyword, const cp_expr *arg)
{
    static const char *const words[] = {"check",   "valid",   "verif",
                                        "require", "support", "guard"};
    if (arg->kind == CP_EXPR_DICT)
        return true;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (cp_str_find_nocase(keyword, cp_str_of(words[i]), 0) != SIZE_MAX ||
            cp_str_find_nocase(arg->text, cp_str_of(words[i]), 0) != SIZE_MAX)
            return true;
    return false;
}

static void call_by_backend(mine_run *run, const mine_value *table, mine_scope *scope,
                            cp_expr *site)
{
    const mine_value *backend = var_of(scope, CP_STR("backend"));
    for (uint32_t i = 0; backend && i + 1 < table->count; i += 2) {
        if (!can_check(table->items[i + 1], scope))
            continue;
        size_t keep = run->path_count;
        const mine_cond *chosen = mine_equal(run, backend, table->items[i], site);
        if (chosen->kind != COND_FALSE) {
            mine_push_path(run, chosen);
            call_checker(run, table->items[i + 1], scope, site);
        }
        run->path_count = keep;
    }
}

void mine_call_checkers(mine_run *run, cp_func *func, mine_scope *scope)
{
    const mine_cond *own = device_gate(run, func);
    if (own)
        mine_push_path(run, mine_under_path(run, own));
    for (uint32_t i = 0; i < func->decorator_count; i++) {
        cp_expr *call = func->decorators[i];
        if (call->kind != CP_EXPR_CALL)
            continue;
        for (unsigned k = 0; k < call->arg_count; k++) {
            cp_expr *arg = call->args[k].value;
            bool plain = arg->kind == CP_EXPR_NAME || arg->kind == CP_EXPR_DICT ||
                         arg->kind == CP_EXPR_ATTR;
            if (!plain || !names_check(call->args[k].name, arg))
                continue;
            const mine_value *value = mine_eval(run, scope->parent, arg);
            if (value->kind == VALUE_DICT)
                call_by_backend(run, value, scope, call);
            if (!can_check(value, scope))
                continue;
            const mine_cond *gate = device_gate(run, value->func);
            if (gate)
                mine_push_path(run, mine_under_path(run, gate));
            call_checker(run, value, scope, call);
        }
    }
}
