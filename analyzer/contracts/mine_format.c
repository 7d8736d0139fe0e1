#include "contracts/mine_python.h"

/* Combinations of parts that are followed; beyond it the text is unknown. */
#define COMBINATIONS_MAX 400

static mine_option option_at(const mine_value *value, uint32_t i)
{
    return value->kind == VALUE_SELECT ? value->options[i]
                                       : (mine_option){&mine_true, value};
}

static uint32_t option_count(const mine_value *value)
{
    return value->kind == VALUE_SELECT ? value->count : 1;
}

static bool is_text(const mine_value *value)
{
    return value->kind == VALUE_TEXT || value->kind == VALUE_NUMBER;
}

bool mine_has_hole(cp_str text)
{
    return text.len && memchr(text.ptr, MINE_HOLE, text.len);
}

/* What stands in a text for the value. */
static cp_str spelled(mine_run *run, const mine_value *value)
{
    if (is_text(value))
        return value->text;
    if (value->kind != VALUE_DTYPE_OF)
        return cp_str_printf(run->arena, "%c", MINE_HOLE);
    cp_push(run->arena, run->holes, run->hole_count, run->hole_room, value);
    return cp_str_printf(run->arena, "%c%zu%c", MINE_HOLE, run->hole_count - 1,
                         MINE_HOLE_END);
}

/* For each way that the two can be. */
const mine_value *mine_append(mine_run *run, const mine_value *left,
                              const mine_value *right)
{
    uint32_t n = option_count(left), m = option_count(right), count = 0;
    if ((size_t)n * m > COMBINATIONS_MAX || left->kind == VALUE_UNKNOWN)
        return &mine_unknown;
    mine_option *options = cp_new(run->arena, mine_option, (size_t)n * m);
    for (uint32_t i = 0; i < n; i++)
        for (uint32_t k = 0; k < m; k++) {
            mine_option a = option_at(left, i), b = option_at(right, k);
            cp_str tail = spelled(run, b.value);
            const mine_value *value =
                mine_text(run, VALUE_TEXT,
                          cp_str_printf(run->arena, "%.*s%.*s",
                                        CP_STR_ARGS(a.value->text), CP_STR_ARGS(tail)));
            options[count++] = (mine_option){mine_and(run->arena, a.cond, b.cond), value};
        }
    return mine_select(run, options, count);
}

/* What str() makes of the value, where a class of the tree says so. */
static const mine_value *as_text(mine_run *run, mine_scope *scope,
                                 const mine_value *value, cp_expr *site)
{
    if (value->kind != VALUE_LIST || !value->class)
        return value;
    mine_scope *from = value->scope;
    cp_func *func =
        mine_find_method(run, value->class, CP_STR("__str__"), SIZE_MAX, false, &from);
    mine_args none = {0};
    return func ? mine_apply(run, mine_func_value(run, func, from, value), &none, scope,
                             site)
                : value;
}

/* The offset behind the `}` that ends the interpolation whose value ends at `at`. */
static size_t behind_brace(cp_str code, size_t at)
{
    while (at < code.len && code.ptr[at] != '}')
        at++;
    return at < code.len ? at + 1 : at;
}

const mine_value *mine_format(mine_run *run, mine_scope *scope, cp_expr *expr)
{
    cp_str code = {expr->code, expr->span.end - expr->span.start};
    size_t at = 0, stop = code.len;
    while (at < stop && code.ptr[at] != '"' && code.ptr[at] != '\'')
        at++;
    char quote = at < stop ? code.ptr[at] : '"';
    while (at < stop && code.ptr[at] == quote)
        at++;
    while (stop > at && code.ptr[stop - 1] == quote)
        stop--;
    const mine_value *text = mine_text(run, VALUE_TEXT, (cp_str){0});
    uint32_t kid = 0;
    while (at < stop) {
        size_t brace = at;
        while (brace < stop && code.ptr[brace] != '{')
            brace++;
        text = mine_append(run, text,
                           mine_text(run, VALUE_TEXT, cp_str_cut(code, at, brace)));
        if (brace >= stop || kid >= expr->kid_count)
            break;
        cp_expr *part = expr->kids[kid++];
        text = mine_append(run, text,
                           as_text(run, scope, mine_eval(run, scope, part), part));
        at = behind_brace(code, part->span.end - expr->span.start);
    }
    return text;
}
