#include "facts/from_python.h"

typedef void fill(cp_lower *lower, uint32_t node, cp_expr *expr);

static void reserve(cp_lower *lower, cp_expr *expr, uint32_t count)
{
    expr->kids = cp_new(lower->arena, cp_expr *, count);
    expr->kid_count = count;
}

/* The first `count` parts of `node` as kids; one that is not there has an error. */
static void fill_parts(cp_lower *lower, uint32_t node, cp_expr *expr, uint32_t count)
{
    reserve(lower, expr, count);
    uint32_t from = node + 1;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t part = cp_python_part_from(lower->nodes, node, from);
        expr->kids[i] = cp_lower_expr(lower, part);
        from = part ? lower->nodes[part].next : lower->nodes[node].next;
    }
}

/* The first token that is a direct child; "" if there is none. */
static cp_str first_token(const cp_lower *lower, uint32_t node)
{
    uint32_t token = cp_lower_find(lower, node, CP_PYTHON_TOKEN);
    return token ? cp_lower_text(lower, token) : CP_STR("");
}

static void fill_leaf(cp_lower *lower, uint32_t node, cp_expr *expr)
{
    expr->text = cp_lower_text(lower, node);
}

static void fill_attribute(cp_lower *lower, uint32_t node, cp_expr *expr)
{
    fill_parts(lower, node, expr, 1);
    uint32_t name = cp_lower_part(lower, node, 1);
    expr->text = name ? cp_lower_text(lower, name) : CP_STR("");
}

/* `A.B` of a pattern: a flat row of identifiers, built up from the left. */
static void fill_dotted(cp_lower *lower, uint32_t node, cp_expr *expr)
{
    if (cp_lower_count(lower, node) > CP_LOWER_DEPTH) {
        cp_lower_fill_other(lower, node, expr);
        return;
    }
    cp_expr *left = NULL;
    cp_each_part(lower, node, part)
    {
        cp_expr *here = cp_new(lower->arena, cp_expr, 1);
        here->kind = left ? CP_EXPR_ATTR : CP_EXPR_NAME;
        here->text = cp_lower_text(lower, part);
        here->span = (cp_span){expr->span.start, lower->nodes[part].end};
        here->outer = here->span;
        here->code = expr->code;
        if (left) {
            reserve(lower, here, 1);
            here->kids[0] = left;
        }
        left = here;
    }
    if (!left)
        return;
    left->outer = expr->outer;
    *expr = *left;
}

static void fill_call(cp_lower *lower, uint32_t node, cp_expr *expr)
{
    fill_parts(lower, node, expr, 1);
    enum { MOST_ARGS = (1 << 20) - 1 }; /* what cp_expr can count */
    uint32_t count;
    expr->args = cp_lower_args(lower, cp_lower_part(lower, node, 1), &count);
    expr->arg_count = count < MOST_ARGS ? count : MOST_ARGS;
    expr->has_error |= count > MOST_ARGS;
}

/* Text of a plain literal; bytes and f-strings are no values that are known. */
static void fill_string(cp_lower *lower, uint32_t node, cp_expr *expr)
{
    uint32_t open = cp_lower_find(lower, node, CP_PYTHON_STRING_START);
    uint32_t close = cp_lower_find(lower, node, CP_PYTHON_STRING_END);
    bool known = open && close && !lower->nodes[node].broken;
    cp_str prefix = open ? cp_lower_text(lower, open) : CP_STR("");
    for (size_t i = 0; i < prefix.len && prefix.ptr[i] != '"' && prefix.ptr[i] != '\'';
         i++)
        known = known && strchr("rRuU", prefix.ptr[i]);
    if (!known) {
        cp_lower_fill_other(lower, node, expr);
        return;
    }
    uint32_t start = lower->nodes[open].end;
    expr->kind = CP_EXPR_STRING;
    expr->text = (cp_str){lower->text + start, lower->nodes[close].start - start};
}

static void fill_subscript(cp_lower *lower, uint32_t node, cp_expr *expr)
{
    uint32_t count = cp_lower_count(lower, node);
    if (count == 2 && cp_lower_has_token(lower, node, ",", NULL)) { /* x[0,] */
        uint32_t index = cp_lower_part(lower, node, 1);
        reserve(lower, expr, 2);
        expr->kids[0] = cp_lower_expr(lower, cp_lower_part(lower, node, 0));
        expr->kids[1] = cp_lower_tuple(lower, node, index, 0);
        return;
    }
    fill_parts(lower, node, expr, count > 2 ? count : 2);
}

/* `list[int]` in an annotation: a name, then the types in a node of their own. */
static void fill_generic_type(cp_lower *lower, uint32_t node, cp_expr *expr)
{
    uint32_t types = cp_lower_find(lower, node, CP_PYTHON_TYPE_PARAMETER);
    if (!types) {
        cp_lower_fill_other(lower, node, expr);
        return;
    }
    reserve(lower, expr, cp_lower_count(lower, types) + 1);
    expr->kids[0] = cp_lower_expr(lower, cp_lower_part(lower, node, 0));
    uint32_t at = 1;
    cp_each_part(lower, types, type) expr->kids[at++] = cp_lower_expr(lower, type);
}

static void fill_sequence(cp_lower *lower, uint32_t node, cp_expr *expr)
{
    cp_python_kind kind = cp_lower_kind(lower, node);
    bool list = kind == CP_PYTHON_LIST || kind == CP_PYTHON_LIST_PATTERN;
    expr->text = list ? CP_STR("[") : kind == CP_PYTHON_SET ? CP_STR("{") : CP_STR("(");
    fill_parts(lower, node, expr, cp_lower_count(lower, node));
}

static void fill_dict(cp_lower *lower, uint32_t node, cp_expr *expr)
{
    reserve(lower, expr, 2 * cp_lower_count(lower, node));
    uint32_t at = 0;
    cp_each_part(lower, node, part)
    {
        bool pair = cp_lower_kind(lower, part) == CP_PYTHON_PAIR;
        bool splat = cp_lower_kind(lower, part) == CP_PYTHON_DICTIONARY_SPLAT;
        uint32_t first = cp_lower_part(lower, part, 0);
        expr->kids[at++] = pair ? cp_lower_expr(lower, first) : NULL;
        expr->kids[at++] = pair    ? cp_lower_expr(lower, cp_lower_part(lower, part, 1))
                           : splat ? cp_lower_expr(lower, first)
                                   : cp_lower_expr(lower, part);
    }
}

static void fill_unary(cp_lower *lower, uint32_t node, cp_expr *expr)
{
    expr->text = first_token(lower, node);
    fill_parts(lower, node, expr, 1);
}

static void fill_binary(cp_lower *lower, uint32_t node, cp_expr *expr)
{
    expr->text = first_token(lower, node);
    fill_parts(lower, node, expr, 2);
}

/* "not in" and "is not" may have any blanks between their words. */
static cp_str comparison(cp_str written)
{
    if (cp_str_starts(written, CP_STR("not")))
        return CP_STR("not in");
    if (cp_str_starts(written, CP_STR("is")) && written.len > 2)
        return CP_STR("is not");
    return written;
}

static void fill_compare(cp_lower *lower, uint32_t node, cp_expr *expr)
{
    if (cp_lower_count(lower, node) != 2) {
        cp_lower_fill_other(lower, node, expr);
        return;
    }
    expr->text = comparison(first_token(lower, node));
    fill_parts(lower, node, expr, 2);
}

static void fill_ternary(cp_lower *lower, uint32_t node, cp_expr *expr)
{
    fill_parts(lower, node, expr, 3);
}

static void fill_walrus(cp_lower *lower, uint32_t node, cp_expr *expr)
{
    fill_parts(lower, node, expr, 2);
}

static void fill_lambda(cp_lower *lower, uint32_t node, cp_expr *expr)
{
    expr->func = cp_lower_lambda(lower, node);
}

/* `-1` in a pattern is a token and a number; all other case patterns were unwrapped. */
static void fill_case_pattern(cp_lower *lower, uint32_t node, cp_expr *expr)
{
    if (cp_lower_count(lower, node) == 1 && cp_str_is(first_token(lower, node), "-")) {
        expr->kind = CP_EXPR_UNARY;
        fill_unary(lower, node, expr);
    } else {
        cp_lower_fill_other(lower, node, expr);
    }
}

static const struct rule {
    cp_expr_kind kind;
    fill *fill;
} rules[CP_PYTHON_KIND_COUNT] = {
    [CP_PYTHON_IDENTIFIER] = {CP_EXPR_NAME, fill_leaf},
    [CP_PYTHON_DOTTED_NAME] = {CP_EXPR_NAME, fill_dotted},
    [CP_PYTHON_ATTRIBUTE] = {CP_EXPR_ATTR, fill_attribute},
    [CP_PYTHON_MEMBER_TYPE] = {CP_EXPR_ATTR, fill_attribute},
    [CP_PYTHON_CALL] = {CP_EXPR_CALL, fill_call},
    [CP_PYTHON_STRING] = {CP_EXPR_STRING, fill_string},
    [CP_PYTHON_INTEGER] = {CP_EXPR_NUMBER, fill_leaf},
    [CP_PYTHON_FLOAT] = {CP_EXPR_NUMBER, fill_leaf},
    [CP_PYTHON_TRUE] = {CP_EXPR_CONST, fill_leaf},
    [CP_PYTHON_FALSE] = {CP_EXPR_CONST, fill_leaf},
    [CP_PYTHON_NONE] = {CP_EXPR_CONST, fill_leaf},
    [CP_PYTHON_ELLIPSIS] = {CP_EXPR_CONST, fill_leaf},
    [CP_PYTHON_SUBSCRIPT] = {CP_EXPR_SUBSCRIPT, fill_subscript},
    [CP_PYTHON_GENERIC_TYPE] = {CP_EXPR_SUBSCRIPT, fill_generic_type},
    [CP_PYTHON_TUPLE] = {CP_EXPR_TUPLE, fill_sequence},
    [CP_PYTHON_LIST] = {CP_EXPR_TUPLE, fill_sequence},
    [CP_PYTHON_SET] = {CP_EXPR_TUPLE, fill_sequence},
    [CP_PYTHON_EXPRESSION_LIST] = {CP_EXPR_TUPLE, fill_sequence},
    [CP_PYTHON_PATTERN_LIST] = {CP_EXPR_TUPLE, fill_sequence},
    [CP_PYTHON_TUPLE_PATTERN] = {CP_EXPR_TUPLE, fill_sequence},
    [CP_PYTHON_LIST_PATTERN] = {CP_EXPR_TUPLE, fill_sequence},
    [CP_PYTHON_DICTIONARY] = {CP_EXPR_DICT, fill_dict},
    [CP_PYTHON_UNARY_OPERATOR] = {CP_EXPR_UNARY, fill_unary},
    [CP_PYTHON_NOT_OPERATOR] = {CP_EXPR_UNARY, fill_unary},
    [CP_PYTHON_BINARY_OPERATOR] = {CP_EXPR_BINARY, fill_binary},
    [CP_PYTHON_UNION_TYPE] = {CP_EXPR_BINARY, fill_binary},
    [CP_PYTHON_BOOLEAN_OPERATOR] = {CP_EXPR_BOOL, fill_binary},
    [CP_PYTHON_COMPARISON_OPERATOR] = {CP_EXPR_COMPARE, fill_compare},
    [CP_PYTHON_CONDITIONAL_EXPRESSION] = {CP_EXPR_TERNARY, fill_ternary},
    [CP_PYTHON_NAMED_EXPRESSION] = {CP_EXPR_WALRUS, fill_walrus},
    [CP_PYTHON_LIST_SPLAT] = {CP_EXPR_STAR, fill_unary},
    [CP_PYTHON_DICTIONARY_SPLAT] = {CP_EXPR_STAR, fill_unary},
    [CP_PYTHON_LIST_SPLAT_PATTERN] = {CP_EXPR_STAR, fill_unary},
    [CP_PYTHON_DICTIONARY_SPLAT_PATTERN] = {CP_EXPR_STAR, fill_unary},
    [CP_PYTHON_SPLAT_TYPE] = {CP_EXPR_STAR, fill_unary},
    [CP_PYTHON_LAMBDA] = {CP_EXPR_LAMBDA, fill_lambda},
    [CP_PYTHON_CASE_PATTERN] = {CP_EXPR_OTHER, fill_case_pattern},
};

/*
 * What a node that only wraps another one wraps; 0 where it is no wrapper.
 * *parens: the wrapper is a pair of parentheses.
 */
static uint32_t unwrap(const cp_lower *lower, uint32_t node, bool *parens)
{
    cp_python_kind kind = cp_lower_kind(lower, node);
    uint32_t only = cp_lower_part(lower, node, 0);
    *parens = false;
    switch (kind) {
    case CP_PYTHON_TUPLE_PATTERN: /* (a) = 1 */
        if (cp_lower_count(lower, node) != 1 ||
            cp_lower_has_token(lower, node, ",", NULL))
            return 0;
        *parens = true;
        return only;
    case CP_PYTHON_PARENTHESIZED_EXPRESSION:
    case CP_PYTHON_PARENTHESIZED_LIST_SPLAT:
        *parens = true;
        return only;
    case CP_PYTHON_CASE_PATTERN:
        return cp_lower_find(lower, node, CP_PYTHON_TOKEN) ? 0 : only;
    case CP_PYTHON_TYPE:
    case CP_PYTHON_AS_PATTERN_TARGET:
        return only;
    default:
        return 0;
    }
}

/*
 * The grammar reads `*a.b` outside of calls as `(*a).b`, which Python never does:
 * the star goes back around the whole.
 */
static void hoist_star(cp_lower *lower, cp_expr *expr)
{
    cp_expr *inner = cp_new(lower->arena, cp_expr, 1), *star = expr->kids[0];
    *inner = *expr;
    inner->kids[0] = star->kids[0];
    inner->span.start = star->kids[0]->outer.start;
    inner->outer = inner->span;
    inner->code = lower->text + inner->span.start;
    inner->has_error = star->has_error;
    *expr = (cp_expr){.kind = CP_EXPR_STAR,
                      .text = star->text,
                      .span = expr->span,
                      .outer = expr->outer,
                      .code = expr->code};
    reserve(lower, expr, 1);
    expr->kids[0] = inner;
}

static bool starts_with_star(const cp_expr *expr)
{
    switch (expr->kind) {
    case CP_EXPR_ATTR:
    case CP_EXPR_CALL:
    case CP_EXPR_SUBSCRIPT:
    case CP_EXPR_BINARY:
    case CP_EXPR_COMPARE:
    case CP_EXPR_BOOL:
    case CP_EXPR_TERNARY:
        return expr->kids[0]->kind == CP_EXPR_STAR &&
               expr->kids[0]->outer.start == expr->kids[0]->span.start;
    default:
        return false;
    }
}

static void fill_expr(cp_lower *lower, uint32_t node, cp_expr *expr)
{
    const struct rule *rule = &rules[lower->nodes[node].kind];
    expr->kind = rule->fill ? rule->kind : CP_EXPR_OTHER;
    if (lower->depth >= CP_LOWER_DEPTH) {
        expr->kind = CP_EXPR_OTHER;
        expr->text = cp_lower_name(lower, node);
        cp_lower_unread(lower, node);
        return;
    }
    lower->depth++;
    (rule->fill ? rule->fill : cp_lower_fill_other)(lower, node, expr);
    lower->depth--;
    if (starts_with_star(expr))
        hoist_star(lower, expr);
}

cp_expr *cp_lower_expr(cp_lower *lower, uint32_t node)
{
    cp_expr *expr = cp_new(lower->arena, cp_expr, 1);
    if (!node) { /* a part that the grammar asks for is missing */
        *expr = (cp_expr){.kind = CP_EXPR_OTHER, .code = "", .has_error = true};
        return expr;
    }
    bool broken = lower->nodes[node].broken, parens, first = true;
    expr->outer = cp_lower_span(lower, node);
    for (uint32_t inner; (inner = unwrap(lower, node, &parens)); node = inner) {
        if (!parens && first)
            expr->outer = cp_lower_span(lower, inner);
        first = first && !parens;
    }
    expr->span = cp_lower_span(lower, node);
    expr->code = lower->text + expr->span.start;
    uint32_t unread = lower->unread;
    fill_expr(lower, node, expr);
    expr->has_error = broken || lower->unread != unread;
    return expr;
}
