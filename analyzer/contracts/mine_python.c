#include "contracts/mine_engine.h"

/* How many elements of a list a comprehension is followed for. */
#define ELEMENTS_MAX 24

static mine_value *new_list(mine_run *run, size_t room)
{
    mine_value *list = cp_new(run->arena, mine_value, 1);
    list->kind = VALUE_LIST;
    list->items = cp_new(run->arena, const mine_value *, room + 1);
    return list;
}

/* `[body for target in list]`, and the same as a set or a generator. */
static const mine_value *comprehension(mine_run *run, mine_scope *scope, cp_expr *expr)
{
    cp_expr *clause = expr->kids[1];
    const mine_value *over = mine_eval(run, scope, clause->kids[1]);
    bool known = over->kind == VALUE_LIST && over->count <= ELEMENTS_MAX;
    uint32_t rounds = known ? over->count : 1;
    mine_value *list = new_list(run, rounds);
    for (uint32_t i = 0; i < rounds; i++) {
        mine_scope *inner = cp_new(run->arena, mine_scope, 1);
        *inner = (mine_scope){.parent = scope, .module = scope->module};
        mine_assign(run, inner, clause->kids[0], known ? over->items[i] : &mine_unknown);
        list->items[list->count++] = mine_eval(run, inner, expr->kids[0]);
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
    bool plain = value->kind == VALUE_DTYPE || value->kind == VALUE_DTYPE_OF ||
                 value->kind == VALUE_BOOL || value->kind == VALUE_NUMBER ||
                 value->kind == VALUE_TEXT;
    if (value->kind == VALUE_NONE)
        return &mine_false;
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

static const mine_value *pair_of(mine_run *run, const mine_value *a, const mine_value *b)
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
            b ? pair_of(run, a->items[i], b->items[i])
              : pair_of(run,
                        mine_text(run, VALUE_NUMBER, cp_str_printf(run->arena, "%u", i)),
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

/* `d.items()`, `d.keys()`, `d.values()` */
const mine_value *mine_dict_list(mine_run *run, const mine_value *dict, cp_str name)
{
    bool items = cp_str_is(name, "items"), keys = cp_str_is(name, "keys");
    if (!items && !keys && !cp_str_is(name, "values"))
        return NULL;
    mine_value *list = new_list(run, dict->count);
    for (uint32_t i = 0; i + 1 < dict->count; i += 2)
        list->items[list->count++] =
            items ? pair_of(run, dict->items[i], dict->items[i + 1])
                  : dict->items[i + !keys];
    return list;
}

const mine_value *mine_key_of(mine_run *run, const mine_value *param,
                              const mine_value *key)
{
    return mine_text(run, VALUE_PARAM,
                     cp_str_printf(run->arena, "%.*s['%.*s']", CP_STR_ARGS(param->text),
                                   CP_STR_ARGS(key->text)));
}

const mine_value *mine_get_key(mine_run *run, mine_scope *scope, const mine_value *param,
                               cp_expr *call)
{
    if (!call->arg_count || call->arg_count > 2)
        return NULL;
    const mine_value *key = mine_eval(run, scope, call->args[0].value);
    if (key->kind != VALUE_TEXT || mine_has_hole(key->text))
        return NULL;
    const mine_value *there = mine_key_of(run, param, key);
    const mine_cond *given =
        mine_under_path(run, mine_atom(run->arena, COND_GIVEN, there->text, (cp_str){0}));
    mine_option both[] = {
        {given, there},
        {mine_not(run->arena, given),
         call->arg_count == 2 ? mine_eval(run, scope, call->args[1].value) : &mine_none}};
    return mine_select(run, both, 2);
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

static bool has_dtype_keys(const mine_value *dict)
{
    for (uint32_t i = 0; i + 1 < dict->count; i += 2)
        if (dict->items[i]->kind != VALUE_DTYPE || dict->items[i]->set == MINE_OTHER)
            return false;
    return dict->count > 0;
}

/* Whether the dictionary gives each dtype the name that C++ code has for it. */
static bool spells_dtypes(const mine_value *dict)
{
    for (uint32_t i = 0; i + 1 < dict->count; i += 2) {
        const mine_value *name = dict->items[i + 1];
        cp_dtype dtype =
            name->kind == VALUE_TEXT ? cp_dtype_of_native(name->text) : CP_DTYPE_NONE;
        if (dtype == CP_DTYPE_NONE || dict->items[i]->set != CP_DTYPES(dtype))
            return false;
    }
    return true;
}

const mine_value *mine_by_dtype(mine_run *run, const mine_scope *scope,
                                const mine_value *dict, const mine_value *dtype,
                                const cp_expr *expr)
{
    if (!has_dtype_keys(dict))
        return NULL;
    dtype = mine_as_dtype(run, dtype);
    if (dtype->kind != VALUE_DTYPE_OF)
        return NULL;
    cp_dtypes set = 0;
    mine_option *options = cp_new(run->arena, mine_option, dict->count + 1);
    size_t count = 0;
    for (uint32_t i = 0; i + 1 < dict->count; i += 2) {
        cp_dtypes key = dict->items[i]->set;
        if (set & key)
            continue;
        set |= key;
        options[count++] =
            (mine_option){mine_under_path(run, mine_dtype(run->arena, dtype->text, key)),
                          dict->items[i + 1]};
    }
    const mine_cond *known =
        mine_under_path(run, mine_dtype(run->arena, dtype->text, set));
    mine_failure(run, scope->module, expr->span.start, mine_not(run->arena, known),
                 false);
    return spells_dtypes(dict) ? dtype : mine_select(run, options, count);
}
