#include "contracts/mine_python.h"

/* How many elements of a list a comprehension is followed for. */
#define ELEMENTS_MAX 24

static mine_value *new_list(mine_run *run, size_t room)
{
    mine_value *list = cp_new(run->arena, mine_value, 1);
    list->kind = VALUE_LIST;
    list->items = cp_new(run->arena, const mine_value *, room + 1);
    return list;
}

/* `[body for target in list]`, and the same as a set, a generator or a dictionary. */
static const mine_value *comprehension(mine_run *run, mine_scope *scope, cp_expr *expr)
{
    cp_expr *clause = expr->kids[1], *body = expr->kids[0];
    bool pairs = cp_str_is(body->text, "pair") && body->kid_count == 2;
    const mine_value *over = mine_eval(run, scope, clause->kids[1]);
    bool known = over->kind == VALUE_LIST && over->count <= ELEMENTS_MAX;
    uint32_t rounds = known ? over->count : 1;
    mine_value *list = new_list(run, 2 * (size_t)rounds);
    list->kind = pairs ? VALUE_DICT : VALUE_LIST;
    for (uint32_t i = 0; i < rounds; i++) {
        mine_scope *inner = cp_new(run->arena, mine_scope, 1);
        *inner = (mine_scope){.parent = scope, .module = scope->module};
        mine_assign(run, inner, clause->kids[0], known ? over->items[i] : &mine_unknown);
        for (uint32_t k = 0; k < (pairs ? 2 : 1); k++)
            list->items[list->count++] =
                mine_eval(run, inner, pairs ? body->kids[k] : body);
    }
    return known ? list : &mine_unknown;
}

const mine_value *mine_comprehension(mine_run *run, mine_scope *scope, cp_expr *expr)
{
    bool one = cp_str_ends(expr->text, CP_STR("comprehension")) ||
               cp_str_is(expr->text, "generator_expression");
    if (!one || expr->kid_count != 2 || !expr->kids[0] || !expr->kids[1])
        return NULL;
    const cp_expr *clause = expr->kids[1];
    bool plain = cp_str_is(clause->text, "for_in_clause") && clause->kid_count == 2;
    return plain ? comprehension(run, scope, expr) : NULL;
}

/* What of the types that isinstance is asked for the value is known to be. */
static bool is_of_type(const mine_value *value, cp_str type)
{
    switch (value->kind) {
    case VALUE_DTYPE:
    case VALUE_DTYPE_OF:
        return cp_str_is(type, "dtype");
    case VALUE_BOOL:
        return cp_str_is(type, "bool") || cp_str_is(type, "int");
    case VALUE_NUMBER:
        return cp_str_is(type, cp_str_has(value->text, CP_STR(".")) ? "float" : "int");
    case VALUE_TEXT:
        return cp_str_is(type, "str");
    default:
        return false;
    }
}

static const mine_cond *instance_of(mine_run *run, const mine_value *value,
                                    const cp_expr *type, const cp_expr *call)
{
    static const char *const known[] = {"bool", "int", "float", "str", "dtype"};
    if (type->kind == CP_EXPR_TUPLE) {
        const mine_cond *any = &mine_false;
        for (uint32_t i = 0; i < type->kid_count; i++)
            any = mine_or(run->arena, any, instance_of(run, value, type->kids[i], call));
        return any;
    }
    if (value->kind == VALUE_SELECT) {
        const mine_cond *any = &mine_false;
        for (uint32_t i = 0; i < value->count; i++)
            any =
                mine_or(run->arena, any,
                        mine_and(run->arena, value->options[i].cond,
                                 instance_of(run, value->options[i].value, type, call)));
        return mine_under_path(run, any);
    }
    bool plain = value->kind == VALUE_DTYPE || value->kind == VALUE_DTYPE_OF ||
                 value->kind == VALUE_BOOL || value->kind == VALUE_NUMBER ||
                 value->kind == VALUE_TEXT;
    if (value->kind == VALUE_NONE)
        return &mine_false;
    const cp_expr *said =
        value->kind == VALUE_PARAM ? cp_map_get(&run->plain, value->text) : NULL;
    for (size_t i = 0; said && i < sizeof known / sizeof *known; i++)
        if (cp_str_is(said->text, known[i]))
            return cp_str_eq(said->text, type->text) ? &mine_true : &mine_false;
    for (size_t i = 0; i < sizeof known / sizeof *known && plain; i++)
        if (cp_str_is(type->text, known[i]))
            return is_of_type(value, type->text) ? &mine_true : &mine_false;
    return mine_opaque(run, call);
}

/* all(…) and any(…) of a list that is known. */
static const mine_value *quantified(mine_run *run, const mine_value *list, bool all,
                                    const cp_expr *call)
{
    const mine_cond *cond = all ? &mine_true : &mine_false;
    for (uint32_t i = 0; i < list->count; i++) {
        const mine_cond *one = mine_truth(run, list->items[i], call);
        cond = all ? mine_and(run->arena, cond, one) : mine_or(run->arena, cond, one);
    }
    return mine_bool(run, cond);
}

const mine_value *mine_pair(mine_run *run, const mine_value *a, const mine_value *b)
{
    mine_value *pair = new_list(run, 2);
    pair->items[pair->count++] = a;
    pair->items[pair->count++] = b;
    return pair;
}

/* zip(a, b), enumerate(a): a list of pairs, as far as the lists are known. */
static const mine_value *paired(mine_run *run, const mine_value *a, const mine_value *b)
{
    if (a->kind != VALUE_LIST || (b && b->kind != VALUE_LIST))
        return &mine_unknown;
    mine_value *list = new_list(run, a->count);
    for (uint32_t i = 0; i < a->count && (!b || i < b->count); i++)
        list->items[list->count++] =
            b ? mine_pair(run, a->items[i], b->items[i])
              : mine_pair(
                    run, mine_text(run, VALUE_NUMBER, cp_str_printf(run->arena, "%u", i)),
                    a->items[i]);
    return list;
}

const mine_value *mine_python_function(mine_run *run, mine_scope *scope, cp_expr *call,
                                       cp_str name)
{
    bool all = cp_str_is(name, "all");
    if (cp_str_is(name, "isinstance") && call->arg_count == 2)
        return mine_bool(run, instance_of(run, mine_eval(run, scope, call->args[0].value),
                                          call->args[1].value, call));
    if ((all || cp_str_is(name, "any")) && call->arg_count == 1) {
        const mine_value *list = mine_eval(run, scope, call->args[0].value);
        return list->kind == VALUE_LIST ? quantified(run, list, all, call)
                                        : &mine_unknown;
    }
    if (cp_str_is(name, "zip") && call->arg_count >= 2)
        return call->arg_count == 2 || cp_str_is(call->args[2].name, "strict")
                   ? paired(run, mine_eval(run, scope, call->args[0].value),
                            mine_eval(run, scope, call->args[1].value))
                   : &mine_unknown;
    if (cp_str_is(name, "enumerate") && call->arg_count == 1)
        return paired(run, mine_eval(run, scope, call->args[0].value), NULL);
    return NULL;
}

/* "separator".join(list) */
const mine_value *mine_joined(mine_run *run, const mine_value *separator,
                              const mine_value *list)
{
    if (list->kind != VALUE_LIST)
        return &mine_unknown;
    const mine_value *text = mine_text(run, VALUE_TEXT, (cp_str){0});
    for (uint32_t i = 0; i < list->count; i++) {
        if (i)
            text = mine_append(run, text, separator);
        text = mine_append(run, text, list->items[i]);
    }
    return text;
}
