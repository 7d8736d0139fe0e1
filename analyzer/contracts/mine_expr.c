#include "contracts/mine_native.h"
#include "contracts/mine_python.h"
#include "contracts/mine_reads.h"

/* What one entry point may cost: expressions that are looked at, and memory. */
#define STEPS_MAX 120000
#define READ_STEPS_MAX 600000
#define BYTES_MAX ((size_t)96 << 20)
#define READ_BYTES_MAX ((size_t)40 << 20)

static const mine_value *eval_list(mine_run *run, mine_scope *scope, cp_expr *expr)
{
    mine_value *list = cp_new(run->arena, mine_value, 1);
    list->kind = VALUE_LIST;
    list->items = cp_new(run->arena, const mine_value *, expr->kid_count + 1);
    for (uint32_t i = 0; i < expr->kid_count; i++)
        list->items[list->count++] =
            expr->kids[i] ? mine_eval(run, scope, expr->kids[i]) : &mine_unknown;
    return list;
}

static const mine_value *eval_ternary(mine_run *run, mine_scope *scope, cp_expr *expr)
{
    const mine_cond *cond = mine_condition(run, scope, expr->kids[1]);
    if (cond->kind == COND_TRUE)
        return mine_eval(run, scope, expr->kids[0]);
    if (cond->kind == COND_FALSE)
        return mine_eval(run, scope, expr->kids[2]);
    size_t keep = run->path_count;
    mine_push_path(run, cond);
    const mine_value *yes = mine_eval(run, scope, expr->kids[0]);
    run->path_count = keep;
    mine_push_path(run, mine_not(run->arena, cond));
    const mine_value *no = mine_eval(run, scope, expr->kids[2]);
    run->path_count = keep;
    mine_option both[] = {{cond, yes}, {mine_not(run->arena, cond), no}};
    return mine_select(run, both, 2);
}

/* Membership in a list, as an `or` of comparisons. */
static const mine_cond *member(mine_run *run, const mine_value *item,
                               const mine_value *list, const cp_expr *expr)
{
    if (list->kind == VALUE_PARAM && item->kind == VALUE_TEXT)
        return mine_under_path(run, mine_atom(run->arena, COND_GIVEN,
                                              mine_key_of(run, list, item)->text,
                                              (cp_str){0}));
    if (list->kind != VALUE_LIST && list->kind != VALUE_DICT)
        return mine_opaque(run, expr);
    const mine_cond *any = &mine_false;
    uint32_t step = list->kind == VALUE_DICT ? 2 : 1;
    for (uint32_t i = 0; i < list->count; i += step)
        any = mine_or(run->arena, any, mine_equal(run, item, list->items[i], expr));
    return any;
}

static const mine_cond *order(mine_run *run, const mine_value *a, const mine_value *b,
                              cp_str op, const cp_expr *expr)
{
    if (a->kind != VALUE_PARAM || b->kind != VALUE_NUMBER)
        return mine_opaque(run, expr);
    return mine_under_path(run, mine_order(run->arena, a->text, op, b->text));
}

static const mine_cond *compare(mine_run *run, mine_scope *scope, cp_expr *expr)
{
    if (expr->kid_count != 2)
        return mine_opaque(run, expr);
    const mine_value *a = mine_eval(run, scope, expr->kids[0]);
    const mine_value *b = mine_eval(run, scope, expr->kids[1]);
    cp_str op = expr->text;
    const cp_expr *turned = mine_turned(run, expr), *said = turned ? turned : expr;
    const mine_cond *cond = NULL;
    if (cp_str_is(said->text, "in"))
        cond = member(run, a, b, said);
    else if (cp_str_is(said->text, "==") || cp_str_is(said->text, "is"))
        cond = mine_equal(run, a, b, said);
    else
        return order(run, a, b, op, expr);
    return turned ? mine_not(run->arena, cond) : cond;
}

/* `a and b`: what is on the right is looked at as if the left held. */
static const mine_cond *boolean(mine_run *run, mine_scope *scope, cp_expr *expr)
{
    bool all = cp_str_is(expr->text, "and");
    const mine_cond *a = mine_condition(run, scope, expr->kids[0]);
    if (a->kind == (all ? COND_FALSE : COND_TRUE))
        return a;
    size_t keep = run->path_count;
    mine_push_path(run, all ? a : mine_not(run->arena, a));
    const mine_cond *b = mine_condition(run, scope, expr->kids[1]);
    run->path_count = keep;
    return all ? mine_and(run->arena, a, b) : mine_or(run->arena, a, b);
}

/* `x` where x is declared as an Optional: whether it holds something. */
static bool is_optional(const mine_scope *scope, const cp_expr *expr)
{
    for (const mine_scope *s = scope; s && s->is_native; s = s->parent)
        for (uint32_t i = 0; s->func && i < s->func->param_count; i++)
            if (cp_str_eq(s->func->params[i].name, expr->text)) {
                const cp_expr *type = s->func->params[i].annotation;
                while (type && type->kind == CP_EXPR_SUBSCRIPT && type->kid_count)
                    type = type->kids[0];
                return type && (cp_str_is(type->text, "Optional") ||
                                cp_str_is(type->text, "optional"));
            }
    return false;
}

const mine_cond *mine_condition(mine_run *run, mine_scope *scope, cp_expr *expr)
{
    if (expr->kind == CP_EXPR_COMPARE)
        return compare(run, scope, expr);
    if (expr->kind == CP_EXPR_BOOL)
        return boolean(run, scope, expr);
    if (expr->kind == CP_EXPR_UNARY && cp_str_is(expr->text, "not"))
        return mine_not(run->arena, mine_condition(run, scope, expr->kids[0]));
    const mine_value *value = mine_eval(run, scope, expr);
    if (value->kind == VALUE_PARAM && expr->kind == CP_EXPR_NAME &&
        is_optional(scope, expr))
        return mine_under_path(
            run, mine_atom(run->arena, COND_GIVEN, value->text, (cp_str){0}));
    return mine_truth(run, value, expr);
}

static const mine_value *item_of(mine_run *run, const mine_scope *scope,
                                 const mine_value *owner, const mine_value *index,
                                 const cp_expr *expr)
{
    if (owner->kind == VALUE_NATIVE && index->kind == VALUE_TEXT &&
        !mine_has_hole(index->text)) {
        const mine_value *found =
            mine_native_export(run, owner->text, index->text, SIZE_MAX);
        if (!found) /* looked up by a name that nothing exports: the call fails */
            return NULL;
        return found;
    }
    if (owner->kind == VALUE_LIST && index->kind == VALUE_NUMBER) {
        unsigned at = 0;
        for (size_t i = 0; i < index->text.len; i++)
            at = at * 10 + (unsigned)(index->text.ptr[i] - '0');
        return at < owner->count ? owner->items[at] : &mine_unknown;
    }
    if (owner->kind == VALUE_DICT) {
        const mine_value *found = mine_by_dtype(run, scope, owner, index, expr);
        if (found)
            return found;
        for (uint32_t i = 0; i + 1 < owner->count; i += 2)
            if (mine_equal(run, owner->items[i], index, expr)->kind == COND_TRUE)
                return owner->items[i + 1];
        return &mine_unknown;
    }
    if (owner->kind == VALUE_OBJECT && owner->object->element)
        return owner->object->element;
    if (owner->kind == VALUE_PARAM && index->kind == VALUE_TEXT)
        return mine_key_of(run, owner, index);
    if (owner->kind == VALUE_PARAM)
        return index->kind == VALUE_NUMBER
                   ? mine_text(run, VALUE_PARAM,
                               cp_str_printf(run->arena, "%.*s[%.*s]",
                                             CP_STR_ARGS(owner->text),
                                             CP_STR_ARGS(index->text)))
                   : owner;
    return owner->kind == VALUE_TENSOR ? owner : &mine_unknown;
}

static const mine_value *eval_subscript(mine_run *run, mine_scope *scope, cp_expr *expr)
{
    const mine_value *same = scope->is_native ? mine_same_types(run, scope, expr) : NULL;
    if (same)
        return same;
    bool template = cp_str_is(expr->text, "<");
    const mine_value *target = template ? mine_template_target(run, scope, expr) : NULL;
    if (target)
        return target;
    const mine_value *owner = mine_eval(run, scope, expr->kids[0]);
    if (template)
        return owner; /* template arguments count where it is called */
    if (mine_has_pointer(owner)) {
        mine_note_read(run, scope->module, expr->span.start, owner);
        return &mine_unknown;
    }
    bool filled =
        owner->kind == VALUE_UNKNOWN ||
        ((owner->kind == VALUE_DICT || owner->kind == VALUE_LIST) && !owner->count);
    cp_str name = filled ? mine_store_name(run, scope, expr->kids[0]) : (cp_str){0};
    const mine_value *stored = name.len ? cp_map_get(&run->stores, name) : NULL;
    if (stored)
        return stored;
    const mine_value *index =
        expr->kid_count == 2 ? mine_eval(run, scope, expr->kids[1]) : &mine_unknown;
    uint32_t n = index->kind == VALUE_SELECT ? index->count : 1, count = 0;
    uint32_t m = owner->kind == VALUE_SELECT ? owner->count : 1;
    mine_option *options = cp_new(run->arena, mine_option, (size_t)n * m + 1);
    for (uint32_t i = 0; i < n; i++)
        for (uint32_t k = 0; k < m; k++) {
            mine_option a = index->kind == VALUE_SELECT
                                ? index->options[i]
                                : (mine_option){&mine_true, index};
            mine_option b = owner->kind == VALUE_SELECT
                                ? owner->options[k]
                                : (mine_option){&mine_true, owner};
            const mine_cond *cond = mine_and(run->arena, a.cond, b.cond);
            size_t keep = run->path_count;
            mine_push_path(run, cond);
            const mine_value *value = item_of(run, scope, b.value, a.value, expr);
            run->path_count = keep;
            if (!value)
                mine_failure(run, scope->module, expr->span.start, cond, false);
            else
                options[count++] = (mine_option){cond, value};
        }
    return count ? mine_select(run, options, count) : &mine_unknown;
}

static const mine_value *eval_number(mine_run *run, cp_expr *expr)
{
    return mine_text(run, VALUE_NUMBER, expr->text);
}

static const mine_value *eval_native_path(mine_run *run, mine_scope *scope, cp_expr *expr)
{
    cp_dtype dtype = cp_dtype_of_native(expr->text);
    if (dtype != CP_DTYPE_NONE)
        return mine_dtype_value(run, CP_DTYPES(dtype));
    const cp_expr *root = expr;
    while (root->kind == CP_EXPR_ATTR)
        root = root->kids[0];
    bool type = root->kind == CP_EXPR_NAME && !mine_lookup(run, scope, root->text);
    return type ? mine_text(run, VALUE_ENUM, expr->text) : NULL;
}

static const mine_value *eval_attr(mine_run *run, mine_scope *scope, cp_expr *expr)
{
    cp_str of_base =
        scope->is_native ? mine_base_member(run, scope, expr) : (cp_str){"", 0};
    if (of_base.len) {
        const mine_value *self = mine_lookup(run, scope, CP_STR("this"));
        const mine_value *field = self ? mine_field(run, self, of_base) : NULL;
        field = field || !self ? field : mine_field(run, self, expr->text);
        return field ? field : &mine_unknown;
    }
    if (scope->is_native) {
        const mine_value *found = mine_same_types(run, scope, expr);
        if (!found)
            found = eval_native_path(run, scope, expr);
        if (found)
            return found;
    }
    return mine_attribute(run, scope, mine_eval(run, scope, expr->kids[0]), expr);
}

static const mine_value *eval_lambda(mine_run *run, mine_scope *scope, cp_expr *expr)
{
    return mine_func_value(run, expr->func, scope, scope->is_native ? scope->self : NULL);
}

static const mine_value *eval_binary(mine_run *run, mine_scope *scope, cp_expr *expr)
{
    if (cp_str_is(expr->text, "=")) {
        const mine_value *value = mine_eval(run, scope, expr->kids[1]);
        mine_assign(run, scope, expr->kids[0], value);
        return value;
    }
    const mine_value *left = mine_eval(run, scope, expr->kids[0]);
    const mine_value *right = mine_eval(run, scope, expr->kids[1]);
    if (mine_has_pointer(left) || mine_has_pointer(right)) /* an offset */
        return mine_has_pointer(left) ? left : right;
    bool text = left->kind == VALUE_TEXT && right->kind == VALUE_TEXT;
    if (cp_str_is(expr->text, "+") && text)
        return mine_text(run, VALUE_TEXT,
                         cp_str_printf(run->arena, "%.*s%.*s", CP_STR_ARGS(left->text),
                                       CP_STR_ARGS(right->text)));
    if (cp_str_is(expr->text, "/") && right->kind == VALUE_TEXT)
        return right; /* a path: its last part is what matters */
    if (cp_str_is(expr->text, "+") && left->kind == VALUE_LIST &&
        right->kind == VALUE_LIST) {
        mine_value *list = cp_new(run->arena, mine_value, 1);
        list->kind = VALUE_LIST;
        list->items =
            cp_new(run->arena, const mine_value *, left->count + right->count + 1);
        for (uint32_t i = 0; i < left->count + right->count; i++)
            list->items[list->count++] =
                i < left->count ? left->items[i] : right->items[i - left->count];
        return list;
    }
    return &mine_unknown;
}

static const mine_value *eval_name(mine_run *run, mine_scope *scope, cp_expr *expr)
{
    const mine_value *found = mine_lookup(run, scope, expr->text);
    if (!found && scope->is_native && cp_str_starts(expr->text, CP_STR("kDL")))
        return mine_text(run, VALUE_ENUM, expr->text); /* DLPack's own constants */
    return found ? found : &mine_unknown;
}

static const mine_value *eval_other(mine_run *run, mine_scope *scope, cp_expr *expr)
{
    if (cp_str_is(expr->text, "string"))
        return mine_format(run, scope, expr);
    const mine_value *list = mine_comprehension(run, scope, expr);
    if (list)
        return list;
    const mine_value *last = &mine_unknown;
    bool wraps = expr->kid_count == 1;
    if (run->reads && cp_str_is(expr->text, "launch"))
        return mine_eval_launch(run, scope, expr);
    /* Of a kernel launch, the arguments are evaluated on the host. */
    for (uint32_t i = cp_str_is(expr->text, "launch"); i < expr->kid_count; i++)
        last = mine_eval(run, scope, expr->kids[i]);
    return wraps && cp_str_is(expr->text, "await") ? last : &mine_unknown;
}

static const mine_value *eval_unary(mine_run *run, mine_scope *scope, cp_expr *expr)
{
    if (cp_str_is(expr->text, "not"))
        return mine_bool(run, mine_condition(run, scope, expr));
    cp_expr *inner = expr->kids[0];
    if (run->reads && cp_str_is(expr->text, "&") && inner->kind == CP_EXPR_SUBSCRIPT &&
        !cp_str_is(inner->text, "<")) {
        const mine_value *whole = mine_eval(run, scope, inner->kids[0]);
        if (mine_has_pointer(whole))
            return whole;
    }
    const mine_value *value = mine_eval(run, scope, inner);
    if (cp_str_is(expr->text, "*") && mine_has_pointer(value)) {
        mine_note_read(run, scope->module, expr->span.start, value);
        return &mine_unknown;
    }
    if (cp_str_is(expr->text, "*") || cp_str_is(expr->text, "&"))
        return value;
    if (cp_str_is(expr->text, "-") && value->kind == VALUE_NUMBER)
        return mine_text(run, VALUE_NUMBER,
                         cp_str_printf(run->arena, "-%.*s", CP_STR_ARGS(value->text)));
    return &mine_unknown;
}

static bool costs_too_much(mine_run *run)
{
    size_t most = run->bytes + (run->reads ? READ_BYTES_MAX : BYTES_MAX);
    bool large = (++run->steps & 63) == 0 && cp_arena_size(run->arena) > most;
    if (large || run->steps > (run->reads ? READ_STEPS_MAX : STEPS_MAX))
        run->gave_up = large ? "too much memory" : "too many steps";
    return run->gave_up != NULL;
}

const mine_value *mine_eval(mine_run *run, mine_scope *scope, cp_expr *expr)
{
    if (!expr || run->gave_up || costs_too_much(run))
        return &mine_unknown;
    switch (expr->kind) {
    case CP_EXPR_NAME:
        return eval_name(run, scope, expr);
    case CP_EXPR_ATTR:
        return eval_attr(run, scope, expr);
    case CP_EXPR_CALL:
        return mine_call(run, scope, expr);
    case CP_EXPR_STRING:
        return mine_text(run, VALUE_TEXT, expr->text);
    case CP_EXPR_NUMBER:
        return eval_number(run, expr);
    case CP_EXPR_CONST:
        return cp_str_is(expr->text, "True")    ? mine_bool(run, &mine_true)
               : cp_str_is(expr->text, "False") ? mine_bool(run, &mine_false)
               : cp_str_is(expr->text, "None")  ? &mine_none
                                                : &mine_unknown;
    case CP_EXPR_SUBSCRIPT:
        return eval_subscript(run, scope, expr);
    case CP_EXPR_TUPLE:
        return eval_list(run, scope, expr);
    case CP_EXPR_DICT:
        return mine_dict(run, scope, expr);
    case CP_EXPR_COMPARE:
        return mine_bool(run, compare(run, scope, expr));
    case CP_EXPR_BOOL:
        /* `a or b` as a value is one of them; as a condition it is what matters here */
        return mine_bool(run, boolean(run, scope, expr));
    case CP_EXPR_TERNARY:
        return eval_ternary(run, scope, expr);
    case CP_EXPR_LAMBDA:
        return eval_lambda(run, scope, expr);
    case CP_EXPR_UNARY:
        return eval_unary(run, scope, expr);
    case CP_EXPR_BINARY:
        return eval_binary(run, scope, expr);
    case CP_EXPR_WALRUS: {
        const mine_value *value = mine_eval(run, scope, expr->kids[1]);
        mine_assign(run, scope, expr->kids[0], value);
        return value;
    }
    case CP_EXPR_OTHER:
        return eval_other(run, scope, expr);
    default:
        return &mine_unknown;
    }
}
