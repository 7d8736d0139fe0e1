#include "edits/draft.h"
#include "edits/lex.h"

/* The scope that binds the names of a statement. */
typedef enum scope {
    IN_MODULE,
    IN_CLASS,
    IN_FUNC,
} scope;

static bool shrink_block(cp_draft *draft, cp_block *block, scope where);

static bool is_place(const cp_expr *e)
{
    if (e->kind == CP_EXPR_NAME)
        return true;
    if (e->kind == CP_EXPR_ATTR)
        return is_place(e->kids[0]);
    if (e->kind != CP_EXPR_TUPLE || e->kid_count == 0)
        return false;
    for (uint32_t i = 0; i < e->kid_count; i++)
        if (!is_place(e->kids[i]))
            return false;
    return true;
}

/* In a class, `x = x` makes an attribute of what was a global. */
static bool says_nothing(const cp_draft *draft, const cp_stmt *s, const cp_expr *value,
                         scope where)
{
    if (s->kind == CP_STMT_EXPR)
        return is_place(value);
    if (s->kind != CP_STMT_ASSIGN || s->target_count != 1 || where == IN_CLASS)
        return false;
    const cp_expr *target = s->targets[0];
    cp_str to = cp_lex_squeeze(
        draft->arena, cp_str_cut(draft->text, target->span.start, target->span.end));
    cp_str from = cp_lex_squeeze(draft->arena, cp_draft_render(draft, value->span));
    return is_place(target) && is_place(value) && cp_str_eq(to, from);
}

static void reduce_all(cp_draft *draft, cp_expr **exprs, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        if (exprs[i])
            cp_draft_reduce(draft, exprs[i]);
}

/* True where a statement without a block became empty. */
static bool shrink_simple(cp_draft *draft, cp_stmt *s, scope where)
{
    reduce_all(draft, s->targets, s->target_count);
    reduce_all(draft, &s->annotation, 1);
    for (uint32_t i = 0; i < s->item_count; i++)
        reduce_all(draft, &s->items[i].value, 1);
    if (!s->value)
        return false;
    cp_expr *value = cp_draft_reduce(draft, s->value);
    return value != s->value && says_nothing(draft, s, value, where);
}

static void refuse_if_empty(cp_draft *draft, cp_stmt *s, cp_block *block, scope where)
{
    if (shrink_block(draft, block, where))
        cp_draft_refuse(draft, s->span, "a block that must not be empty would become so");
}

static bool shrink_stmt(cp_draft *draft, cp_stmt *s, scope where)
{
    bool gone = shrink_simple(draft, s, where);
    if (s->kind == CP_STMT_IF) {
        bool body_gone = shrink_block(draft, &s->body, where);
        bool else_gone = shrink_block(draft, &s->orelse, where);
        return cp_draft_shrink_if(draft, s, body_gone, else_gone);
    }
    refuse_if_empty(draft, s, &s->body, where);
    refuse_if_empty(draft, s, &s->orelse, where);
    refuse_if_empty(draft, s, &s->final, where);
    for (uint32_t i = 0; i < s->case_count; i++) {
        reduce_all(draft, &s->cases[i].guard, 1);
        refuse_if_empty(draft, s, &s->cases[i].body, where);
    }
    for (uint32_t i = 0; i < s->handler_count; i++)
        refuse_if_empty(draft, s, &s->handlers[i], where);
    if (s->func) {
        cp_func_read(s->func);
        for (uint32_t i = 0; i < s->func->param_count; i++)
            reduce_all(draft, &s->func->params[i].fallback, 1);
        reduce_all(draft, s->func->decorators, s->func->decorator_count);
        refuse_if_empty(draft, s, &s->func->body, IN_FUNC);
    }
    if (s->class)
        refuse_if_empty(draft, s, &s->class->body, IN_CLASS);
    return gone;
}

/* Takes a statement that shares its line with its neighbours out of it. */
static void remove_inline(cp_draft *draft, const cp_block *block, uint32_t i)
{
    cp_span span = block->stmts[i]->span;
    cp_span before = i ? block->stmts[i - 1]->span : (cp_span){0};
    cp_span after = i + 1 < block->count ? block->stmts[i + 1]->span : (cp_span){0};
    size_t line = cp_draft_line_start(draft, span.start);
    if (before.end > line)
        cp_draft_delete(draft, before.end, span.end);
    else if (after.start && after.start < cp_draft_line_end(draft, span.end))
        cp_draft_delete(draft, span.start, after.start);
    else
        cp_draft_refuse(draft, span, "it shares its line with what must stay");
}

static void remove_stmt(cp_draft *draft, const cp_block *block, uint32_t i)
{
    cp_span span = block->stmts[i]->span;
    if (cp_draft_owns_lines(draft, span))
        cp_draft_remove_lines(draft, block->stmts[i]->kind == CP_STMT_IF
                                         ? cp_draft_with_tail(draft, span)
                                         : span);
    else
        remove_inline(draft, block, i);
}

/* True where nothing of the block is left; its lines are then the caller's to remove. */
static bool shrink_block(cp_draft *draft, cp_block *block, scope where)
{
    if (!block->count || !cp_draft_touches(draft, block->span))
        return false;
    bool *gone = cp_new(draft->arena, bool, block->count);
    uint32_t left = block->count;
    for (uint32_t i = 0; i < block->count; i++) {
        if (cp_draft_touches(draft, block->stmts[i]->span))
            gone[i] = shrink_stmt(draft, block->stmts[i], where);
        left -= gone[i];
    }
    for (uint32_t i = 0; left && i < block->count; i++)
        if (gone[i])
            remove_stmt(draft, block, i);
    return left == 0;
}

static void remove_comment(cp_draft *draft, const cp_comment *comment)
{
    size_t start = comment->span.start;
    if (comment->own_line) {
        cp_draft_remove_lines(draft, comment->span);
        return;
    }
    while (start &&
           (draft->text.ptr[start - 1] == ' ' || draft->text.ptr[start - 1] == '\t'))
        start--;
    cp_draft_delete(draft, start, comment->span.end);
}

void cp_draft_shrink(cp_draft *draft)
{
    cp_module *module = (cp_module *)draft->module;
    for (uint32_t i = 0; i < draft->change_count; i++)
        for (uint32_t k = 0; k < draft->changes[i]->comment_count; k++)
            remove_comment(draft, draft->changes[i]->comments[k]);
    if (shrink_block(draft, &module->body, IN_MODULE))
        for (uint32_t i = 0; i < module->body.count; i++)
            cp_draft_remove_lines(draft, module->body.stmts[i]->span);
    for (uint32_t i = 0; i < draft->change_count; i++)
        if (!draft->found[i])
            cp_draft_refuse(draft, draft->changes[i]->cast,
                            "the cast is no expression of its own");
}
