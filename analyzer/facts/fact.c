#include "facts/fact.h"

cp_str cp_expr_dotted(cp_arena *arena, const cp_expr *expr)
{
    size_t len = 0;
    const cp_expr *at = expr;
    for (; at && at->kind == CP_EXPR_ATTR && at->text.len; at = at->kids[0])
        len += at->text.len + 1;
    if (!at || at->kind != CP_EXPR_NAME || at->text.len == 0)
        return CP_STR("");
    if (at == expr)
        return expr->text;
    len += at->text.len;
    char *text = cp_new(arena, char, len + 1), *end = text + len;
    for (at = expr; at->kind == CP_EXPR_ATTR; at = at->kids[0]) {
        end -= at->text.len;
        cp_str_put(end, at->text);
        *--end = '.';
    }
    cp_str_put(text, at->text);
    return (cp_str){text, len};
}

static cp_str code_of(const cp_expr *expr)
{
    return (cp_str){expr->code, expr->span.end - expr->span.start};
}

static bool is_word(char c)
{
    return c == '_' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
           (c >= 'A' && c <= 'Z') || (c & 0x80);
}

/* Skips blanks, line breaks and comments; whether there were any. */
static bool skip_blanks(cp_str *code)
{
    cp_str all = *code;
    while (code->len && strchr(" \t\f\r\n\\#", code->ptr[0]) && code->ptr[0]) {
        size_t line = cp_str_find(*code, CP_STR("\n"), 0);
        size_t skip = code->ptr[0] != '#' ? 1 : line == SIZE_MAX ? code->len : line;
        *code = cp_str_cut(*code, skip, code->len);
    }
    return all.len != code->len;
}

/*
 * Text that has no structure here. With a quote in it only the same bytes are the
 * same: blanks count within a string, and where it ends is the parser's to say.
 */
static bool same_code(cp_str a, cp_str b)
{
    if (cp_str_eq(a, b))
        return true;
    if (cp_str_has(a, CP_STR("\"")) || cp_str_has(a, CP_STR("'")))
        return false;
    char last = ' ';
    while (true) {
        bool gap_a = skip_blanks(&a), gap_b = skip_blanks(&b);
        if (!a.len || !b.len)
            return !a.len && !b.len;
        if (a.ptr[0] != b.ptr[0])
            return false;
        if (gap_a != gap_b && is_word(last) && is_word(a.ptr[0]))
            return false; /* "not in" is not "notin" */
        last = a.ptr[0];
        a = cp_str_cut(a, 1, a.len);
        b = cp_str_cut(b, 1, b.len);
    }
}

/* 'x' and "x" spell the same where nothing in them is read as an escape. */
static bool same_string(const cp_expr *a, const cp_expr *b)
{
    if (cp_str_eq(code_of(a), code_of(b)))
        return true;
    return cp_str_eq(a->text, b->text) && !cp_str_has(a->text, CP_STR("\\"));
}

static bool same_or_absent(const cp_expr *a, const cp_expr *b)
{
    return a && b ? cp_expr_same(a, b) : a == b;
}

static bool same_parts(const cp_expr *a, const cp_expr *b)
{
    if (a->kid_count != b->kid_count || a->arg_count != b->arg_count)
        return false;
    for (uint32_t i = 0; i < a->kid_count; i++) {
        if (!same_or_absent(a->kids[i], b->kids[i]))
            return false;
    }
    for (uint32_t i = 0; i < a->arg_count; i++) {
        if (!cp_str_eq(a->args[i].name, b->args[i].name) ||
            !cp_expr_same(a->args[i].value, b->args[i].value))
            return false;
    }
    return true;
}

bool cp_expr_same(const cp_expr *a, const cp_expr *b)
{
    if (a == b)
        return true;
    if (a->kind != b->kind || a->has_error || b->has_error)
        return false;
    if (a->kind == CP_EXPR_OTHER || a->kind == CP_EXPR_LAMBDA)
        return same_code(code_of(a), code_of(b));
    if (a->kind == CP_EXPR_STRING)
        return same_string(a, b);
    return cp_str_eq(a->text, b->text) && same_parts(a, b);
}

cp_expr *cp_call_keyword(const cp_expr *call, cp_str name)
{
    if (!call || name.len == 0)
        return NULL;
    for (uint32_t i = 0; i < call->arg_count; i++) {
        if (cp_str_eq(call->args[i].name, name))
            return call->args[i].value;
    }
    return NULL;
}

void cp_expr_walk(cp_expr *expr, void (*visit)(cp_expr *, void *), void *data)
{
    if (!expr)
        return;
    visit(expr, data);
    for (uint32_t i = 0; i < expr->kid_count; i++)
        cp_expr_walk(expr->kids[i], visit, data);
    for (uint32_t i = 0; i < expr->arg_count; i++)
        cp_expr_walk(expr->args[i].value, visit, data);
}

bool cp_func_decorated(cp_func *func, const char *name)
{
    if (!func->decorated)
        return false;
    cp_func_read(func);
    for (uint32_t i = 0; i < func->decorator_count; i++)
        if (func->decorators[i]->kind == CP_EXPR_NAME &&
            cp_str_is(func->decorators[i]->text, name))
            return true;
    return false;
}

bool cp_func_is_kernel(cp_func *func)
{
    if (!func->decorated)
        return false;
    cp_func_read(func);
    for (uint32_t i = 0; i < func->decorator_count; i++) {
        const cp_expr *expr = func->decorators[i];
        if (expr->kind == CP_EXPR_CALL)
            expr = expr->kids[0];
        bool named = expr->kind == CP_EXPR_NAME || expr->kind == CP_EXPR_ATTR;
        if (named && cp_str_is(expr->text, "jit"))
            return true;
    }
    return false;
}

cp_func *cp_module_func_at(const cp_module *module, size_t offset)
{
    cp_func *found = NULL;
    for (uint32_t i = 0; i < module->func_count; i++) { /* reading may add to them */
        cp_func *func = module->funcs[i];
        if (offset < func->span.start || func->span.end <= offset)
            continue;
        cp_func_read(func);
        if (!found || func->span.start >= found->span.start)
            found = func;
    }
    return found;
}

cp_str cp_import_target(cp_arena *arena, const cp_module *from, const cp_import *import)
{
    if (import->level == 0)
        return import->module;
    cp_str base = from->dotted;
    for (uint32_t up = from->is_package ? 1 : 0; up < import->level; up++) {
        const char *dot = base.len ? memrchr(base.ptr, '.', base.len) : NULL;
        base.len = dot ? (size_t)(dot - base.ptr) : 0;
    }
    if (import->module.len == 0)
        return base;
    if (base.len == 0)
        return import->module;
    return cp_str_printf(arena, "%.*s.%.*s", CP_STR_ARGS(base),
                         CP_STR_ARGS(import->module));
}
