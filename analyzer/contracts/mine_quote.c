#include "contracts/mine_engine.h"

/* Conditions that are quoted as the code that says them. */

/* The words of an expression: all that is left of code that a macro made. */
static void put_words(cp_buf *out, const cp_expr *expr)
{
    if (!expr)
        return;
    for (uint32_t i = 0; i < expr->kid_count; i++)
        put_words(out, expr->kids[i]);
    for (uint32_t i = 0; expr->kind == CP_EXPR_CALL && i < expr->arg_count; i++)
        put_words(out, expr->args[i].value);
    if (expr->text.len)
        cp_buf_printf(out, "%.*s ", CP_STR_ARGS(expr->text));
}

const mine_cond *mine_opaque(mine_run *run, const cp_expr *expr)
{
    cp_str code = {expr->code ? expr->code : "", expr->span.end - expr->span.start};
    if (!code.len) {
        cp_buf words = {.arena = run->arena};
        put_words(&words, expr);
        code = cp_buf_str(&words);
    }
    char *text = cp_new(run->arena, char, code.len + 1);
    size_t n = 0;
    for (size_t i = 0; i < code.len; i++) { /* on one line, without backquotes */
        char c = code.ptr[i];
        bool blank = c == ' ' || c == '\n' || c == '\t' || c == '\r';
        if (!blank)
            text[n++] = c == '`' ? '\'' : c;
        else if (n && text[n - 1] != ' ')
            text[n++] = ' ';
    }
    return mine_atom(run->arena, COND_OPAQUE, (cp_str){0},
                     cp_str_trim((cp_str){text, n}));
}

const cp_expr *mine_turned(mine_run *run, const cp_expr *expr)
{
    cp_str op = expr->text;
    cp_str against = cp_str_is(op, "!=")       ? CP_STR("==")
                     : cp_str_is(op, "is not") ? CP_STR("is")
                     : cp_str_is(op, "not in") ? CP_STR("in")
                                               : (cp_str){"", 0};
    if (!against.len)
        return NULL;
    cp_str code = {expr->code ? expr->code : "", expr->span.end - expr->span.start};
    uint32_t left = expr->kids[0]->outer.end;
    size_t from = left > expr->span.start ? left - expr->span.start : 0;
    size_t at = from < code.len ? cp_str_find(code, op, from) : SIZE_MAX;
    cp_expr *turned = cp_new(run->arena, cp_expr, 1);
    *turned = *expr;
    turned->text = against;
    turned->span.end = turned->span.start; /* its words, where the code is not plain */
    if (at == SIZE_MAX)
        return turned;
    cp_str said = cp_str_printf(
        run->arena, "%.*s%.*s%.*s", CP_STR_ARGS(cp_str_cut(code, 0, at)),
        CP_STR_ARGS(against), CP_STR_ARGS(cp_str_cut(code, at + op.len, code.len)));
    turned->code = said.ptr;
    turned->span.end += (uint32_t)said.len;
    return turned;
}
