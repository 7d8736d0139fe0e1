#include "edits/draft.h"
#include "edits/lex.h"

static cp_str cut(const cp_draft *draft, size_t start, size_t end)
{
    return cp_str_cut(draft->text, start, end);
}

static bool has_elif(const cp_stmt *s)
{
    return s->orelse.count == 1 && s->orelse.stmts[0]->is_elif;
}

/* Puts `to` in the place of `from`, less the bytes that both begin and end with. */
static void replace_differing(cp_draft *draft, size_t start, cp_str from, cp_str to)
{
    size_t head = 0, tail = 0;
    while (head < from.len && head < to.len && from.ptr[head] == to.ptr[head])
        head++;
    while (tail < from.len - head && tail < to.len - head &&
           from.ptr[from.len - 1 - tail] == to.ptr[to.len - 1 - tail])
        tail++;
    cp_draft_replace(draft, start + head, start + from.len - tail,
                     cp_str_cut(to, head, to.len - tail));
}

static void swap_operator(cp_draft *draft, const cp_expr *test, const char *from,
                          const char *to)
{
    cp_str between = cut(draft, test->kids[0]->outer.end, test->kids[1]->outer.start);
    size_t at = cp_str_find(between, cp_str_of(from), 0);
    if (at == SIZE_MAX || cp_lex_has_comment(between)) {
        cp_draft_refuse(draft, test->span, "its test cannot be turned round");
        return;
    }
    size_t start = test->kids[0]->outer.end + at;
    replace_differing(draft, start, cp_str_of(from), cp_str_of(to));
}

static bool invert_compare(cp_draft *draft, const cp_expr *test)
{
    static const char *const pairs[][2] = {
        {"==", "!="},     {"!=", "=="},     {"is", "is not"},
        {"is not", "is"}, {"in", "not in"}, {"not in", "in"},
    };
    if (test->kind != CP_EXPR_COMPARE || test->kid_count != 2)
        return false;
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        if (!cp_str_is(test->text, pairs[i][0]))
            continue;
        swap_operator(draft, test, pairs[i][0], pairs[i][1]);
        return true;
    }
    return false;
}

static bool is_atom(const cp_expr *e)
{
    return e->kind == CP_EXPR_NAME || e->kind == CP_EXPR_ATTR ||
           e->kind == CP_EXPR_SUBSCRIPT || e->kind == CP_EXPR_CALL ||
           e->outer.start < e->span.start;
}

static void invert(cp_draft *draft, const cp_expr *test)
{
    if (invert_compare(draft, test))
        return;
    if (test->kind == CP_EXPR_UNARY && cp_str_is(test->text, "not")) {
        const cp_expr *kid = test->kids[0];
        bool long_one = cp_lex_breaks_line(cut(draft, kid->span.start, kid->span.end));
        cp_span left = long_one ? kid->outer : kid->span;
        cp_draft_delete(draft, test->span.start, left.start);
        cp_draft_delete(draft, left.end, test->span.end);
        return;
    }
    bool bare = is_atom(test);
    cp_draft_replace(draft, test->outer.start, test->outer.start,
                     bare ? CP_STR("not ") : CP_STR("not ("));
    if (!bare)
        cp_draft_replace(draft, test->outer.end, test->outer.end, CP_STR(")"));
}

/* Whether the branches stand on lines of their own, so that lines can go. */
static bool has_own_lines(const cp_draft *draft, const cp_stmt *s)
{
    bool plain = cp_draft_owns_lines(draft, s->body.span);
    if (!s->orelse.count)
        return plain;
    return plain && s->else_span.end && cp_draft_owns_lines(draft, s->else_span) &&
           cp_draft_owns_lines(draft, s->orelse.span);
}

/* Removes the lines from the one after the header to that of `else:`. */
static void keep_else_only(cp_draft *draft, cp_stmt *s)
{
    if (has_elif(s)) {
        cp_draft_refuse(draft, s->span, "its first branch becomes empty before an elif");
        return;
    }
    if (!has_own_lines(draft, s)) {
        cp_draft_refuse(draft, s->span, "its branches share their lines");
        return;
    }
    size_t first = cp_draft_line_end(draft, s->value->outer.end);
    cp_draft_delete(draft, first, cp_draft_line_end(draft, s->else_span.end));
    invert(draft, s->value);
}

static void drop_else(cp_draft *draft, cp_stmt *s)
{
    cp_span span = {s->else_span.start, s->orelse.span.end};
    if (has_elif(s))
        span = s->orelse.stmts[0]->span;
    if (!span.start || !cp_draft_owns_lines(draft, span)) {
        cp_draft_refuse(draft, s->span, "its branches share their lines");
        return;
    }
    cp_draft_remove_lines(draft, cp_draft_with_tail(draft, span));
}

/* Whether both branches are the same statements, each without a block. */
static bool branches_equal(const cp_draft *draft, const cp_stmt *s)
{
    if (!s->orelse.count || s->orelse.count != s->body.count)
        return false;
    for (uint32_t i = 0; i < s->body.count; i++) {
        const cp_stmt *a = s->body.stmts[i], *b = s->orelse.stmts[i];
        if (a->kind != b->kind || a->body.count || b->body.count || a->func || a->class ||
            a->kind == CP_STMT_MATCH)
            return false;
        cp_str left = cp_lex_squeeze(draft->arena, cp_draft_render(draft, a->span));
        cp_str right = cp_lex_squeeze(draft->arena, cp_draft_render(draft, b->span));
        if (!cp_str_eq(left, right))
            return false;
    }
    return true;
}

/* Moves the lines of `block` to the indentation of `s`. */
static void dedent(cp_draft *draft, const cp_stmt *s, const cp_block *block)
{
    size_t outer = s->span.start - cp_draft_line_start(draft, s->span.start);
    size_t at = cp_draft_line_start(draft, block->span.start);
    size_t inner = block->span.start - at;
    while (at < block->span.end) {
        size_t code = cp_draft_indent_end(draft, at);
        size_t width = code - at;
        if (width >= inner)
            cp_draft_delete(draft, at + outer, at + inner);
        else if (width > outer)
            cp_draft_delete(draft, at + outer, code);
        at = cp_draft_line_end(draft, at);
    }
}

static void keep_one(cp_draft *draft, cp_stmt *s)
{
    cp_span header = {s->span.start, s->else_span.start};
    cp_block *stays = cp_draft_touches(draft, s->orelse.span) ? &s->body : &s->orelse;
    if (!has_own_lines(draft, s) ||
        cp_lex_has_long_string(cut(draft, stays->span.start, stays->span.end))) {
        cp_draft_refuse(draft, s->span, "its equal branches cannot be joined");
        return;
    }
    if (s->is_elif) { /* what follows it is the `else:` of the chain */
        header.end = (uint32_t)cp_draft_line_start(draft, s->else_span.start);
        cp_draft_remove_lines(draft, header);
        return;
    }
    header.end = (uint32_t)cp_draft_line_start(draft, stays->span.start);
    cp_draft_remove_lines(draft, header);
    if (stays == &s->body)
        cp_draft_remove_lines(draft, (cp_span){s->else_span.start, s->orelse.span.end});
    dedent(draft, s, stays);
}

bool cp_draft_shrink_if(cp_draft *draft, cp_stmt *s, bool body_gone, bool else_gone)
{
    bool pure = cp_draft_is_pure(s->value);
    bool no_else = s->orelse.count == 0 || else_gone;
    bool touched =
        cp_draft_touches(draft, s->body.span) || cp_draft_touches(draft, s->orelse.span);
    bool equal = touched && !body_gone && !else_gone && branches_equal(draft, s);
    if ((body_gone || equal) && !pure && (no_else || equal)) {
        cp_draft_refuse(draft, s->span,
                        "it would lose its branches, but its test calls "
                        "something");
        return false;
    }
    if (body_gone && no_else)
        return true;
    if (body_gone)
        keep_else_only(draft, s);
    else if (else_gone)
        drop_else(draft, s);
    else if (equal)
        keep_one(draft, s);
    return false;
}
