#include "edits/draft.h"
#include "edits/lex.h"

/* How tightly an expression holds together; the loosest first. */
enum {
    PLAIN, /* the place of an argument, of an assigned or of a returned value */
    TERNARY,
    OR,
    AND,
    NOT,
    COMPARE,
    BIT_OR,
    BIT_XOR,
    BIT_AND,
    SHIFT,
    SUM,
    PRODUCT,
    SIGN,
    POWER,
    PRIMARY,
};

/* What a line of code should not be longer than, in bytes (black's limit). */
#define LINE_LIMIT 88

static int binary_strength(cp_str op)
{
    static const struct {
        const char *op;
        int strength;
    } table[] = {{"|", BIT_OR}, {"^", BIT_XOR}, {"&", BIT_AND}, {"<<", SHIFT},
                 {">>", SHIFT}, {"+", SUM},     {"-", SUM},     {"**", POWER}};
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (cp_str_is(op, table[i].op))
            return table[i].strength;
    return PRODUCT;
}

/* PLAIN for what always keeps its parentheses. */
static int strength(const cp_draft *draft, const cp_expr *e)
{
    switch (e->kind) {
    case CP_EXPR_NAME:
    case CP_EXPR_ATTR:
    case CP_EXPR_CALL:
    case CP_EXPR_STRING:
    case CP_EXPR_CONST:
    case CP_EXPR_SUBSCRIPT:
    case CP_EXPR_DICT:
        return PRIMARY;
    case CP_EXPR_NUMBER:
        return SIGN; /* 1.real is no attribute */
    case CP_EXPR_TUPLE:
        return strchr("([{", draft->text.ptr[e->span.start]) ? PRIMARY : PLAIN;
    case CP_EXPR_UNARY:
        return cp_str_is(e->text, "not") ? NOT : SIGN;
    case CP_EXPR_BINARY:
        return binary_strength(e->text);
    case CP_EXPR_COMPARE:
        return COMPARE;
    case CP_EXPR_BOOL:
        return cp_str_is(e->text, "and") ? AND : OR;
    case CP_EXPR_TERNARY:
        return TERNARY;
    default:
        return PLAIN;
    }
}

/* What the place of kid `i` of `e` asks for. */
static int wanted(const cp_draft *draft, const cp_expr *e, uint32_t i)
{
    switch (e->kind) {
    case CP_EXPR_SUBSCRIPT:
        return i == 0 ? PRIMARY : PLAIN;
    case CP_EXPR_DICT:
        return PLAIN;
    case CP_EXPR_TUPLE:
        return strength(draft, e) == PRIMARY ? PLAIN : TERNARY;
    case CP_EXPR_UNARY:
        return strength(draft, e);
    case CP_EXPR_BINARY:
        return strength(draft, e) == POWER ? PRIMARY : strength(draft, e) + (int)(i > 0);
    case CP_EXPR_COMPARE:
        return BIT_OR;
    case CP_EXPR_BOOL:
        return strength(draft, e) + (int)(i > 0);
    case CP_EXPR_TERNARY:
        return i < 2 ? OR : TERNARY;
    case CP_EXPR_WALRUS:
        return TERNARY;
    default:
        return PRIMARY;
    }
}

static bool has_outer(const cp_expr *e)
{
    return e->outer.start < e->span.start;
}

static cp_str cut(const cp_draft *draft, size_t start, size_t end)
{
    return cp_str_cut(draft->text, start, end);
}

static bool fits(const cp_draft *draft, cp_span outer, cp_str left)
{
    size_t before = outer.start - cp_draft_line_start(draft, outer.start);
    cp_str rest = cut(draft, outer.end, cp_draft_line_end(draft, outer.end));
    while (rest.len && (rest.ptr[rest.len - 1] == '\n' || rest.ptr[rest.len - 1] == '\r'))
        rest.len--;
    return before + left.len + rest.len <= LINE_LIMIT;
}

/* Whether a comment that nobody asked to remove stands between `outer` and `inner`. */
static bool holds_comment(const cp_draft *draft, cp_span outer, cp_span inner)
{
    return cp_lex_has_comment(cut(draft, outer.start, inner.start)) ||
           cp_lex_has_comment(cut(draft, inner.end, outer.end));
}

/* Whether the parentheses `outer` around what is left of `r` can go. */
static bool can_strip(cp_draft *draft, cp_span outer, const cp_expr *r, int want)
{
    cp_str left = cp_draft_render(draft, r->span);
    bool several = memchr(draft->text.ptr + outer.start, '\n', outer.end - outer.start);
    int have = strength(draft, r);
    if (have == PLAIN || have < want || memchr(left.ptr, '\n', left.len))
        return false;
    return !several || fits(draft, outer, left);
}

static void leave(cp_draft *draft, cp_span whole, cp_span left)
{
    cp_draft_delete(draft, whole.start, left.start);
    cp_draft_delete(draft, left.end, whole.end);
}

/* Puts `r`, a part of `e`, in the place of `e`, with what parentheses it needs. */
static void narrow(cp_draft *draft, const cp_expr *e, const cp_expr *r, int want)
{
    bool whole_ternary = e->kind == CP_EXPR_TERNARY;
    if (holds_comment(draft, e->span, has_outer(r) ? r->outer : r->span))
        cp_draft_refuse(draft, e->span, "a comment stands in what would go");
    if (has_outer(e)) {
        bool strips = (want == PLAIN || whole_ternary) &&
                      can_strip(draft, e->outer, r, want) &&
                      !holds_comment(draft, e->outer, e->span);
        bool remarks = has_outer(r) && holds_comment(draft, r->outer, r->span);
        leave(draft, strips ? e->outer : e->span, remarks ? r->outer : r->span);
        return;
    }
    int have = strength(draft, r);
    bool bare = have != PLAIN && have >= want &&
                !cp_lex_breaks_line(cp_draft_render(draft, r->span));
    if (has_outer(r)) {
        bool strips = can_strip(draft, r->outer, r, want) &&
                      !holds_comment(draft, r->outer, r->span);
        leave(draft, e->span, strips ? r->span : r->outer);
        return;
    }
    leave(draft, e->span, r->span);
    if (!bare) {
        cp_draft_replace(draft, r->span.start, r->span.start, CP_STR("("));
        cp_draft_replace(draft, r->span.end, r->span.end, CP_STR(")"));
    }
}

static cp_expr *reduce(cp_draft *draft, cp_expr *e, int want);

static bool span_is(cp_span a, cp_span b)
{
    return a.start == b.start && a.end == b.end;
}

static bool is_at(const cp_expr *e, cp_span span)
{
    return span_is(e->span, span) || span_is(e->outer, span);
}

static const cp_change *change_at(cp_draft *draft, const cp_expr *e)
{
    const cp_change *change = NULL;
    for (uint32_t i = 0; i < draft->change_count; i++) {
        if (!is_at(e, draft->changes[i]->cast))
            continue;
        draft->found[i] = true;
        change = draft->changes[i];
    }
    return change;
}

typedef struct search {
    cp_span span;
    cp_expr *found;
} search;

static void look(cp_expr *e, void *data)
{
    search *s = data;
    if (!s->found && is_at(e, s->span))
        s->found = e;
}

static cp_expr *drop_cast(cp_draft *draft, cp_expr *e, const cp_change *change, int want)
{
    search s = {.span = change->keep};
    cp_expr_walk(e, look, &s);
    if (!s.found || s.found == e) {
        cp_draft_refuse(draft, e->span, "the value is no part of the cast");
        return e;
    }
    cp_expr *left = reduce(draft, s.found, PRIMARY);
    narrow(draft, e, left, want);
    return left;
}

static bool is_none(const cp_expr *e)
{
    return e->kind == CP_EXPR_CONST && cp_str_is(e->text, "None");
}

static cp_str squeezed(const cp_draft *draft, const cp_expr *e)
{
    return cp_lex_squeeze(draft->arena, cp_draft_render(draft, e->span));
}

/* Whether a change within `e` asks for the test to stay. */
static bool keeps_test(const cp_draft *draft, const cp_expr *e)
{
    for (uint32_t i = 0; i < draft->change_count; i++) {
        const cp_change *change = draft->changes[i];
        if (change->keep_none_test && e->span.start <= change->cast.start &&
            change->cast.end <= e->span.end)
            return true;
    }
    return false;
}

/* `None if x is None else x`, or `x if x is not None else None`: what x is, or NULL. */
static cp_expr *none_or_value(const cp_draft *draft, const cp_expr *e, cp_expr *yes,
                              cp_expr *no)
{
    const cp_expr *test = e->kids[1];
    if (test->kind != CP_EXPR_COMPARE || test->kid_count != 2 || !is_none(test->kids[1]))
        return NULL;
    cp_expr *value = NULL;
    if (cp_str_is(test->text, "is") && is_none(yes))
        value = no;
    else if (cp_str_is(test->text, "is not") && is_none(no))
        value = yes;
    if (!value || !cp_str_eq(squeezed(draft, value), squeezed(draft, test->kids[0])))
        return NULL;
    return value;
}

static cp_expr *reduce_ternary(cp_draft *draft, cp_expr *e, int want)
{
    cp_expr *yes = reduce(draft, e->kids[0], OR);
    reduce(draft, e->kids[1], OR);
    cp_expr *no = reduce(draft, e->kids[2], TERNARY);
    cp_expr *left = keeps_test(draft, e) ? NULL : none_or_value(draft, e, yes, no);
    if (!left && cp_str_eq(squeezed(draft, yes), squeezed(draft, no)))
        left = yes;
    if (!left)
        return e;
    if (!cp_draft_is_pure(e->kids[1])) {
        cp_draft_refuse(draft, e->span,
                        "both values become equal, but the condition calls something");
        return e;
    }
    narrow(draft, e, left, want);
    return left;
}

static void reduce_func(cp_draft *draft, cp_func *func)
{
    for (uint32_t i = 0; i < func->param_count; i++)
        if (func->params[i].fallback)
            reduce(draft, func->params[i].fallback, PLAIN);
    for (uint32_t i = 0; i < func->body.count; i++)
        if (func->body.stmts[i]->value)
            reduce(draft, func->body.stmts[i]->value, TERNARY);
}

/* The argument goes with the comma before it, or else with the one behind it. */
static void drop_argument(cp_draft *draft, const cp_expr *call, uint32_t at)
{
    cp_span gone = call->args[at].span;
    if (at > 0)
        gone.start = call->args[at - 1].span.end;
    else if (call->arg_count > 1)
        gone.end = call->args[1].span.start;
    else if (draft->text.ptr[gone.end] != ')')
        cp_draft_refuse(draft, gone, "more than the argument stands in the parentheses");
    if (cp_lex_has_comment(cut(draft, gone.start, gone.end)))
        cp_draft_refuse(draft, gone, "a comment stands in what would go");
    cp_draft_delete(draft, gone.start, gone.end);
}

static void reduce_argument(cp_draft *draft, const cp_expr *call, uint32_t at)
{
    for (uint32_t i = 0; i < draft->change_count; i++) {
        if (draft->changes[i]->kind != CP_CHANGE_DROP_ARGUMENT ||
            !span_is(draft->changes[i]->cast, call->args[at].span))
            continue;
        draft->found[i] = true;
        drop_argument(draft, call, at);
        return;
    }
    reduce(draft, call->args[at].value, PLAIN);
}

static cp_expr *reduce(cp_draft *draft, cp_expr *e, int want)
{
    if (!cp_draft_touches(draft, e->span))
        return e;
    const cp_change *change = change_at(draft, e);
    if (change)
        return drop_cast(draft, e, change, want);
    if (e->kind == CP_EXPR_TERNARY)
        return reduce_ternary(draft, e, want);
    for (uint32_t i = 0; i < e->kid_count; i++)
        if (e->kids[i])
            reduce(draft, e->kids[i], wanted(draft, e, i));
    for (uint32_t i = 0; i < e->arg_count; i++)
        reduce_argument(draft, e, i);
    if (e->kind == CP_EXPR_LAMBDA)
        reduce_func(draft, e->func);
    return e;
}

cp_expr *cp_draft_reduce(cp_draft *draft, cp_expr *root)
{
    return reduce(draft, root, PLAIN);
}

static bool is_harmless(const cp_expr *e)
{
    switch (e->kind) {
    case CP_EXPR_NAME:
    case CP_EXPR_ATTR:
    case CP_EXPR_STRING:
    case CP_EXPR_NUMBER:
    case CP_EXPR_CONST:
    case CP_EXPR_SUBSCRIPT:
    case CP_EXPR_TUPLE:
    case CP_EXPR_UNARY:
    case CP_EXPR_BINARY:
    case CP_EXPR_COMPARE:
    case CP_EXPR_BOOL:
    case CP_EXPR_TERNARY:
        return true;
    default:
        return e->kind == CP_EXPR_OTHER && cp_str_is(e->text, "comparison_operator");
    }
}

bool cp_draft_is_pure(const cp_expr *expr)
{
    bool pure = is_harmless(expr);
    for (uint32_t i = 0; pure && i < expr->kid_count; i++)
        pure = !expr->kids[i] || cp_draft_is_pure(expr->kids[i]);
    return pure;
}
