#include "contracts/mine_native.h"
#include "contracts/mine_reads.h"

/* Ways that one value can come to be; beyond it the value is unknown. */
#define OPTIONS_MAX 24

const mine_value mine_unknown = {.kind = VALUE_UNKNOWN};
const mine_value mine_none = {.kind = VALUE_NONE};

static mine_value *new_value(mine_run *run, mine_kind kind)
{
    mine_value *value = cp_new(run->arena, mine_value, 1);
    value->kind = kind;
    return value;
}

const mine_value *mine_text(mine_run *run, mine_kind kind, cp_str text)
{
    mine_value *value = new_value(run, kind);
    value->text = text;
    return value;
}

const mine_value *mine_bool(mine_run *run, const mine_cond *cond)
{
    mine_value *value = new_value(run, VALUE_BOOL);
    value->cond = cond;
    return value;
}

const mine_value *mine_dtype_value(mine_run *run, cp_dtypes set)
{
    mine_value *value = new_value(run, VALUE_DTYPE);
    value->set = set;
    return value;
}

const mine_value *mine_func_value(mine_run *run, cp_func *func, mine_scope *scope,
                                  const mine_value *self)
{
    mine_value *value = new_value(run, VALUE_FUNC);
    cp_func_read(func);
    value->func = func;
    value->scope = scope;
    value->self = self;
    return value;
}

static void add_option(mine_run *run, mine_option *options, size_t *count,
                       const mine_cond *cond, const mine_value *value)
{
    if (cond->kind == COND_FALSE || *count > OPTIONS_MAX)
        return;
    if (value->kind == VALUE_SELECT) {
        for (uint32_t i = 0; i < value->count; i++)
            add_option(run, options, count,
                       mine_and(run->arena, cond, value->options[i].cond),
                       value->options[i].value);
        return;
    }
    for (size_t i = 0; i < *count; i++)
        if (options[i].value == value) {
            options[i].cond = mine_or(run->arena, options[i].cond, cond);
            return;
        }
    options[(*count)++] = (mine_option){cond, value};
}

const mine_value *mine_select(mine_run *run, const mine_option *options, size_t count)
{
    mine_option *flat = cp_new(run->arena, mine_option, OPTIONS_MAX + 2);
    size_t n = 0;
    for (size_t i = 0; i < count && n <= OPTIONS_MAX; i++)
        add_option(run, flat, &n, options[i].cond, options[i].value);
    if (n > OPTIONS_MAX || n == 0)
        return &mine_unknown;
    bool all_bool = true;
    for (size_t i = 0; i < n; i++)
        all_bool &= flat[i].value->kind == VALUE_BOOL;
    if (n == 1 && flat[0].cond->kind == COND_TRUE)
        return flat[0].value;
    if (all_bool) {
        const mine_cond *any = &mine_false;
        for (size_t i = 0; i < n; i++)
            any = mine_or(run->arena, any,
                          mine_and(run->arena, flat[i].cond, flat[i].value->cond));
        return mine_bool(run, any);
    }
    mine_value *value = new_value(run, VALUE_SELECT);
    value->options = flat;
    value->count = (uint32_t)n;
    return value;
}

const mine_cond *mine_truth(mine_run *run, const mine_value *value, const cp_expr *expr)
{
    switch (value->kind) {
    case VALUE_BOOL:
        return value->cond;
    case VALUE_NONE:
        return &mine_false;
    case VALUE_PARAM:
        return mine_under_path(
            run, mine_atom(run->arena, COND_TRUTH, value->text, (cp_str){0}));
    case VALUE_NUMBER:
        return cp_str_is(value->text, "0") ? &mine_false : &mine_true;
    case VALUE_TEXT:
        return value->text.len ? &mine_true : &mine_false;
    case VALUE_FUNC:
    case VALUE_CLASS:
    case VALUE_OBJECT:
    case VALUE_PYTHON:
    case VALUE_NATIVE:
    case VALUE_DTYPE:
    case VALUE_DTYPE_OF:
    case VALUE_POINTER:
        return &mine_true;
    case VALUE_LIST:
        return value->count ? &mine_true : &mine_false;
    case VALUE_SELECT: {
        const mine_cond *any = &mine_false;
        for (uint32_t i = 0; i < value->count; i++)
            any = mine_or(run->arena, any,
                          mine_and(run->arena, value->options[i].cond,
                                   mine_truth(run, value->options[i].value, expr)));
        return any;
    }
    default:
        return mine_opaque(run, expr);
    }
}

static bool is_constant(const mine_value *v)
{
    return v->kind == VALUE_TEXT || v->kind == VALUE_NUMBER || v->kind == VALUE_ENUM ||
           v->kind == VALUE_BOOL;
}

/* A parameter against a constant. */
static const mine_cond *param_is(mine_run *run, const mine_value *param,
                                 const mine_value *other, const cp_expr *expr)
{
    if (other->kind == VALUE_NONE)
        return mine_not(run->arena,
                        mine_atom(run->arena, COND_GIVEN, param->text, (cp_str){0}));
    if (other->kind == VALUE_BOOL) {
        const mine_cond *truth =
            mine_atom(run->arena, COND_TRUTH, param->text, (cp_str){0});
        return other->cond->kind == COND_TRUE    ? truth
               : other->cond->kind == COND_FALSE ? mine_not(run->arena, truth)
                                                 : mine_opaque(run, expr);
    }
    if (other->kind == VALUE_TEXT || other->kind == VALUE_NUMBER ||
        other->kind == VALUE_ENUM) {
        for (size_t i = 0; i < other->text.len; i++) {
            char c = other->text.ptr[i];
            bool word = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
                        c == '.' || (c >= '0' && c <= '9');
            if (!word)
                return mine_opaque(run, expr);
        }
        return other->text.len ? mine_atom(run->arena, COND_IS, param->text, other->text)
                               : mine_opaque(run, expr);
    }
    return mine_opaque(run, expr);
}

static const mine_cond *dtype_is(mine_run *run, const mine_value *a, const mine_value *b,
                                 const cp_expr *expr)
{
    if (a->kind == VALUE_DTYPE && b->kind == VALUE_DTYPE)
        return a->set == b->set && a->set != MINE_OTHER ? &mine_true
               : a->set != b->set                       ? &mine_false
                                                        : mine_opaque(run, expr);
    if (b->kind == VALUE_NONE)
        return &mine_false;
    if (b->kind == VALUE_DTYPE_OF && a->kind == VALUE_DTYPE)
        return dtype_is(run, b, a, expr);
    if (b->kind == VALUE_DTYPE)
        return mine_dtype(run->arena, a->text, b->set);
    if (b->kind == VALUE_ENUM) /* the constant of a dtype that we have no name for */
        return mine_dtype(run->arena, a->text, MINE_OTHER);
    if (b->kind == VALUE_DTYPE_OF && cp_str_eq(a->text, b->text))
        return &mine_true;
    if (b->kind == VALUE_DTYPE_OF)
        return mine_atom(run->arena, COND_SAME, a->text, b->text);
    return mine_atom(run->arena, COND_OPAQUE, CP_STR(MINE_OF_DTYPE),
                     mine_opaque(run, expr)->text);
}

/* "module.Class.member": what a class of another package holds. */
static bool is_member(cp_str dotted)
{
    cp_str rest = dotted, owner = {0}, last = {0};
    while (rest.len) {
        owner = last;
        last = cp_str_next(&rest, '.');
    }
    return owner.len && owner.ptr[0] >= 'A' && owner.ptr[0] <= 'Z' && last.len;
}

static bool member_name(cp_str dotted, cp_str name)
{
    return cp_str_ends(dotted, name) && dotted.len > name.len &&
           dotted.ptr[dotted.len - name.len - 1] == '.';
}

static const mine_cond *equal_plain(mine_run *run, const mine_value *a,
                                    const mine_value *b, const cp_expr *expr)
{
    bool dtype_a = a->kind == VALUE_DTYPE_OF || a->kind == VALUE_DTYPE;
    bool dtype_b = b->kind == VALUE_DTYPE_OF || b->kind == VALUE_DTYPE;
    if (dtype_a && !dtype_b)
        b = mine_as_dtype(run, b);
    if (dtype_b && !dtype_a)
        a = mine_as_dtype(run, a);
    dtype_a |= a->kind == VALUE_DTYPE_OF;
    dtype_b |= b->kind == VALUE_DTYPE_OF;
    if (a->kind == VALUE_DTYPE_OF || (dtype_a && dtype_b))
        return dtype_is(run, a, b, expr);
    if (b->kind == VALUE_DTYPE_OF)
        return dtype_is(run, b, a, expr);
    if ((dtype_a && b->kind == VALUE_UNKNOWN) || (dtype_b && a->kind == VALUE_UNKNOWN))
        return mine_atom(run->arena, COND_OPAQUE, CP_STR(MINE_OF_DTYPE),
                         mine_opaque(run, expr)->text);
    const mine_cond *part = mine_dtype_part_is(run, a, b);
    if (!part)
        part = mine_dtype_part_is(run, b, a);
    if (part)
        return part;
    if (a->kind == VALUE_PARAM)
        return param_is(run, a, b, expr);
    if (b->kind == VALUE_PARAM)
        return param_is(run, b, a, expr);
    if (a->kind == VALUE_OUTER && b->kind == VALUE_ENUM && is_member(a->text))
        return member_name(a->text, b->text) ? &mine_true : &mine_false;
    if (b->kind == VALUE_OUTER && a->kind == VALUE_ENUM)
        return equal_plain(run, b, a, expr);
    if (is_constant(a) && is_constant(b) && a->kind == b->kind && a->kind != VALUE_BOOL &&
        !mine_has_hole(a->text) && !mine_has_hole(b->text))
        return cp_str_eq(a->text, b->text) ? &mine_true : &mine_false;
    if (a->kind == VALUE_NONE || b->kind == VALUE_NONE) {
        const mine_value *other = a->kind == VALUE_NONE ? b : a;
        return other->kind == VALUE_NONE      ? &mine_true
               : other->kind == VALUE_UNKNOWN ? mine_opaque(run, expr)
                                              : &mine_false;
    }
    return mine_opaque(run, expr);
}

const mine_cond *mine_equal(mine_run *run, const mine_value *a, const mine_value *b,
                            const cp_expr *expr)
{
    if (a->kind != VALUE_SELECT && b->kind != VALUE_SELECT)
        return mine_under_path(run, equal_plain(run, a, b, expr));
    const mine_value *select = a->kind == VALUE_SELECT ? a : b;
    const mine_value *other = select == a ? b : a;
    /* One option holds and only one, so what differs can be said option by option. */
    const mine_cond *any = &mine_false, *none = &mine_false, *first = NULL;
    bool alike = true;
    for (uint32_t i = 0; i < select->count; i++) {
        const mine_cond *when = mine_under_path(run, select->options[i].cond);
        const mine_cond *same = mine_equal(run, select->options[i].value, other, expr);
        first = first ? first : same;
        alike &= mine_cond_same(first, same);
        any = mine_or(run->arena, any, mine_and(run->arena, when, same));
        none = mine_or(run->arena, none,
                       mine_and(run->arena, when, mine_not(run->arena, same)));
    }
    if (alike && first) /* whichever it is, that says the same */
        return first;
    if (any->kind != COND_OR && any->kind != COND_AND)
        return any;
    mine_cond *cond = cp_new(run->arena, mine_cond, 1);
    *cond = *any;
    cond->against = none;
    return cond;
}

const mine_value *mine_as_dtype(mine_run *run, const mine_value *value)
{
    if (value->kind == VALUE_PARAM)
        return mine_text(
            run, VALUE_DTYPE_OF,
            cp_str_printf(run->arena, "%c%.*s", MINE_IS_DTYPE, CP_STR_ARGS(value->text)));
    if (value->kind != VALUE_SELECT)
        return value;
    mine_option *options = cp_new(run->arena, mine_option, value->count);
    for (uint32_t i = 0; i < value->count; i++)
        options[i] = (mine_option){value->options[i].cond,
                                   mine_as_dtype(run, value->options[i].value)};
    return mine_select(run, options, value->count);
}

const mine_value *mine_dtype_of(mine_run *run, const mine_value *value)
{
    switch (value->kind) {
    case VALUE_PARAM:
        return mine_text(run, VALUE_DTYPE_OF, value->text);
    case VALUE_TENSOR:
        return value->of ? mine_as_dtype(run, value->of) : &mine_unknown;
    case VALUE_SELECT: {
        mine_option *options = cp_new(run->arena, mine_option, value->count);
        for (uint32_t i = 0; i < value->count; i++)
            options[i] = (mine_option){value->options[i].cond,
                                       mine_dtype_of(run, value->options[i].value)};
        return mine_select(run, options, value->count);
    }
    default:
        return &mine_unknown;
    }
}

void mine_set_var(mine_run *run, mine_scope *scope, cp_str name, const mine_value *value)
{
    for (size_t i = 0; i < scope->count; i++)
        if (cp_str_eq(scope->vars[i].name, name)) {
            scope->vars[i].value = value;
            return;
        }
    mine_var var = {name, value};
    cp_push(run->arena, scope->vars, scope->count, scope->room, var);
}

void mine_set_field(mine_run *run, mine_object *object, cp_str name,
                    const mine_value *value)
{
    value = mine_as_field(run, object, name, value);
    for (size_t i = 0; i < object->count; i++) {
        if (!cp_str_eq(object->fields[i].name, name))
            continue;
        /* Under a condition that the object does not stand under: only then. */
        const mine_cond *when = &mine_true;
        for (size_t k = object->path_count; k < run->path_count; k++)
            when = mine_and(run->arena, when, run->path[k]);
        mine_option both[] = {{when, value},
                              {mine_not(run->arena, when), object->fields[i].value}};
        object->fields[i].value = mine_select(run, both, 2);
        return;
    }
    mine_var field = {name, value};
    cp_push(run->arena, object->fields, object->count, object->room, field);
}
