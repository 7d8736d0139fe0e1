#include "contracts/mine_python.h"

static mine_value *new_items(mine_run *run, mine_kind kind, size_t room)
{
    mine_value *value = cp_new(run->arena, mine_value, 1);
    value->kind = kind;
    value->items = cp_new(run->arena, const mine_value *, room + 1);
    return value;
}

/* Where the value of the key is among the items, or where it would be added. */
static uint32_t place_of(const mine_value *dict, const mine_value *key)
{
    uint32_t at = 0;
    while (at + 1 < dict->count &&
           !(key->kind == VALUE_TEXT && dict->items[at]->kind == VALUE_TEXT &&
             cp_str_eq(dict->items[at]->text, key->text)))
        at += 2;
    return at;
}

/* The dictionary with the value under the key, over what was there. */
const mine_value *mine_with_key(mine_run *run, const mine_value *dict,
                                const mine_value *key, const mine_value *value)
{
    mine_value *more = new_items(run, VALUE_DICT, dict->count + 2);
    for (uint32_t i = 0; i < dict->count; i++)
        more->items[more->count++] = dict->items[i];
    uint32_t at = place_of(more, key);
    more->items[at] = key;
    more->items[at + 1] = value;
    if (at + 2 > more->count)
        more->count = at + 2;
    return more;
}

/* One of several dictionaries as one: a key that only some of them hold may be unknown.
 */
static const mine_value *as_one(mine_run *run, const mine_value *select)
{
    const mine_value *all = new_items(run, VALUE_DICT, 0);
    for (uint32_t i = 0; i < select->count; i++) {
        const mine_value *dict = select->options[i].value;
        for (uint32_t k = 0; dict->kind == VALUE_DICT && k + 1 < dict->count; k += 2) {
            const mine_value *key = dict->items[k];
            if (place_of(all, key) < all->count)
                continue;
            mine_option *options = cp_new(run->arena, mine_option, select->count);
            for (uint32_t n = 0; n < select->count; n++) {
                const mine_value *other = select->options[n].value;
                uint32_t at = other->kind == VALUE_DICT ? place_of(other, key) : 0;
                bool there = other->kind == VALUE_DICT && at < other->count;
                options[n] = (mine_option){select->options[n].cond,
                                           there ? other->items[at + 1] : &mine_unknown};
            }
            all = mine_with_key(run, all, key, mine_select(run, options, select->count));
        }
    }
    return all;
}

const mine_value *mine_one_dict(mine_run *run, const mine_value *value)
{
    if (value->kind != VALUE_SELECT)
        return value->kind == VALUE_DICT ? value : NULL;
    uint32_t left = 0, last = 0;
    for (uint32_t i = 0; i < value->count; i++) {
        if (value->options[i].value->kind != VALUE_DICT)
            return NULL;
        if (mine_under_path(run, value->options[i].cond)->kind == COND_FALSE)
            continue;
        left++;
        last = i;
    }
    return left == 1 ? value->options[last].value : as_one(run, value);
}

static const mine_value *with_all(mine_run *run, const mine_value *dict,
                                  const mine_value *more)
{
    const mine_value *other = mine_one_dict(run, more);
    for (uint32_t i = 0; other && i + 1 < other->count; i += 2)
        dict = mine_with_key(run, dict, other->items[i], other->items[i + 1]);
    return dict;
}

/* `{key: value, **more}` */
const mine_value *mine_dict(mine_run *run, mine_scope *scope, cp_expr *expr)
{
    mine_value *plain = new_items(run, VALUE_DICT, expr->kid_count);
    const mine_value *dict = plain;
    bool merged = false;
    for (uint32_t i = 0; i + 1 < expr->kid_count; i += 2) {
        cp_expr *key = expr->kids[i], *value = expr->kids[i + 1];
        if (!key && value->kind == CP_EXPR_STAR)
            value = value->kids[0];
        const mine_value *at = key ? mine_eval(run, scope, key) : NULL;
        const mine_value *held = mine_eval(run, scope, value);
        merged |= !key;
        if (!key) {
            dict = with_all(run, dict, held);
        } else if (merged) {
            dict = mine_with_key(run, dict, at, held);
        } else {
            plain->items[plain->count++] = at;
            plain->items[plain->count++] = held;
        }
    }
    return dict;
}

/* `dict(key=value, **more)` */
const mine_value *mine_dict_of(mine_run *run, const mine_args *args)
{
    const mine_value *dict = new_items(run, VALUE_DICT, 0);
    for (size_t i = 0; i < args->count; i++)
        dict = args->items[i].name.len
                   ? mine_with_key(run, dict,
                                   mine_text(run, VALUE_TEXT, args->items[i].name),
                                   args->items[i].value)
                   : with_all(run, dict, args->items[i].value);
    return dict;
}

/* `d.items()`, `d.keys()`, `d.values()` */
const mine_value *mine_dict_list(mine_run *run, const mine_value *dict, cp_str name)
{
    bool items = cp_str_is(name, "items"), keys = cp_str_is(name, "keys");
    if (!items && !keys && !cp_str_is(name, "values"))
        return NULL;
    mine_value *list = new_items(run, VALUE_LIST, dict->count);
    for (uint32_t i = 0; i + 1 < dict->count; i += 2)
        list->items[list->count++] =
            items ? mine_pair(run, dict->items[i], dict->items[i + 1])
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
