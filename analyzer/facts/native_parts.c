#include "facts/native_read.h"

bool native_take(native_reader *r, const char *text)
{
    bool there = native_is(r, r->at, text);
    r->at += there;
    return there;
}

bool native_take_word(native_reader *r, const char *text)
{
    bool there = native_is_word(r, r->at, text);
    r->at += there;
    return there;
}

void native_broken(native_reader *r, uint32_t at)
{
    r->broken++;
    if (!r->module || !r->end)
        return;
    const native_token *token = &r->tokens[at < r->end ? at : r->end - 1];
    cp_span span = {token->at, token->end};
    cp_push(r->arena, r->module->errors, r->module->error_count, r->error_room, span);
}

cp_expr *native_new_expr(native_reader *r, cp_expr_kind kind, uint32_t from, uint32_t to)
{
    cp_expr *expr = cp_new(r->arena, cp_expr, 1);
    expr->kind = kind;
    if (from < to && to <= r->end) {
        uint32_t start = r->tokens[from].at, end = r->tokens[to - 1].end;
        expr->span = (cp_span){start, end > start ? end : start};
        expr->outer = expr->span;
        expr->code = r->text + start;
    }
    return expr;
}

void native_add_kid(native_reader *r, cp_expr *expr, cp_expr *kid)
{
    cp_expr **kids = cp_new(r->arena, cp_expr *, expr->kid_count + 1);
    if (expr->kid_count)
        memcpy(kids, expr->kids, expr->kid_count * sizeof *kids);
    kids[expr->kid_count++] = kid;
    expr->kids = kids;
}

cp_expr *native_name(native_reader *r, uint32_t at)
{
    cp_expr *expr = native_new_expr(r, CP_EXPR_NAME, at, at + 1);
    expr->text = r->tokens[at].text;
    return expr;
}

uint32_t native_angle_end(const native_reader *r, uint32_t open)
{
    unsigned depth = 0;
    for (uint32_t i = open; i < r->end; i++) {
        const native_token *t = &r->tokens[i];
        if (t->kind != TOKEN_PUNCT)
            continue;
        if (t->match) {
            i = t->match;
            continue;
        }
        if (cp_str_is(t->text, "<"))
            depth++;
        else if (cp_str_is(t->text, ">") && --depth == 0)
            return i + 1;
        else if (cp_str_is(t->text, ";") || cp_str_is(t->text, ")") ||
                 cp_str_is(t->text, "]") || cp_str_is(t->text, "}") ||
                 cp_str_is(t->text, "&&") || cp_str_is(t->text, "||"))
            return 0;
    }
    return 0;
}

/* Whether what follows `name<…>` fits a template and no comparison. */
bool native_follows_template(const native_reader *r, uint32_t at)
{
    static const char *const after[] = {"(",  ")",  ",",   ";",  "::", ":",   "{", "}",
                                        ">",  "]",  "&",   "*",  "[",  "...", "=", ".",
                                        "&&", "||", "<<<", "==", "!=", "?"};
    if (at >= r->end)
        return true;
    for (size_t i = 0; i < sizeof after / sizeof *after; i++)
        if (native_is(r, at, after[i]))
            return true;
    return native_is_name(r, at);
}

uint32_t native_part_end(const native_reader *r, uint32_t from, uint32_t to)
{
    for (uint32_t i = from; i < to; i++) {
        const native_token *t = &r->tokens[i];
        if (t->kind != TOKEN_PUNCT)
            continue;
        if (t->match && t->match < to) {
            i = t->match;
        } else if (cp_str_is(t->text, ",")) {
            return i;
        } else if (cp_str_is(t->text, "<") && i > from && native_is_name(r, i - 1)) {
            uint32_t end = native_angle_end(r, i);
            if (end && end <= to && native_follows_template(r, end))
                i = end - 1;
        }
    }
    return to;
}
