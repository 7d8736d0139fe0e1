#include "show_facts.h"

static void put_expr(cp_buf *buf, const cp_expr *expr);
static void put_block(cp_buf *buf, const cp_block *block);

static void put_kids(cp_buf *buf, const cp_expr *expr)
{
    for (uint32_t i = 0; i < expr->kid_count; i++) {
        cp_buf_puts(buf, " ");
        put_expr(buf, expr->kids[i]);
    }
}

static void put_args(cp_buf *buf, const cp_expr *expr)
{
    for (uint32_t i = 0; i < expr->arg_count; i++) {
        cp_buf_puts(buf, " ");
        if (expr->args[i].name.len)
            cp_buf_printf(buf, "%.*s=", CP_STR_ARGS(expr->args[i].name));
        put_expr(buf, expr->args[i].value);
    }
}

static void put_params(cp_buf *buf, const cp_func *func)
{
    static const char *const marks[] = {"", "!", "*", "**"};
    cp_buf_puts(buf, "[");
    for (uint32_t i = 0; i < func->param_count; i++) {
        const cp_param *param = &func->params[i];
        cp_buf_printf(buf, "%s%s%.*s", i ? " " : "", marks[param->kind],
                      CP_STR_ARGS(param->name));
        if (param->annotation) {
            cp_buf_puts(buf, ":");
            put_expr(buf, param->annotation);
        }
        if (param->fallback) {
            cp_buf_puts(buf, "=");
            put_expr(buf, param->fallback);
        }
    }
    cp_buf_puts(buf, "]");
}

static void put_expr(cp_buf *buf, const cp_expr *expr)
{
    static const char *const kinds[] = {
        "", "attr", "call", "", "",   "",       "sub", "",       "dict",
        "", "",     "",     "", "if", "walrus", "",    "lambda", "",
    };
    if (!expr) {
        cp_buf_puts(buf, "-");
        return;
    }
    cp_str text = expr->text;
    if (expr->kind == CP_EXPR_NAME || expr->kind == CP_EXPR_NUMBER ||
        expr->kind == CP_EXPR_CONST) {
        cp_buf_add(buf, text);
        return;
    }
    if (expr->kind == CP_EXPR_STRING) {
        cp_buf_printf(buf, "'%.*s'", CP_STR_ARGS(text));
        return;
    }
    bool attr = expr->kind == CP_EXPR_ATTR;
    cp_buf_printf(buf, "(%s%s", expr->kind == CP_EXPR_OTHER ? "?" : "",
                  kinds[expr->kind]);
    if (!attr)
        cp_buf_add(buf, text);
    if (expr->kind == CP_EXPR_LAMBDA)
        put_params(buf, expr->func);
    put_kids(buf, expr);
    if (attr)
        cp_buf_printf(buf, " %.*s", CP_STR_ARGS(text));
    put_args(buf, expr);
    if (expr->kind == CP_EXPR_LAMBDA)
        put_block(buf, &expr->func->body);
    cp_buf_puts(buf, ")");
}

static void put_named(cp_buf *buf, const char *name, const cp_expr *expr)
{
    if (!expr)
        return;
    cp_buf_printf(buf, " %s", name);
    put_expr(buf, expr);
}

static void put_body(cp_buf *buf, const char *name, const cp_block *block)
{
    if (!block->count)
        return;
    cp_buf_printf(buf, " %s", name);
    put_block(buf, block);
}

static void put_import(cp_buf *buf, const cp_import *import)
{
    cp_buf_printf(buf, " %u/%.*s/%.*s/%.*s", import->level, CP_STR_ARGS(import->module),
                  CP_STR_ARGS(import->name), CP_STR_ARGS(import->local));
}

static void put_clauses(cp_buf *buf, const cp_stmt *stmt)
{
    for (uint32_t i = 0; i < stmt->item_count; i++) {
        cp_buf_puts(buf, i < stmt->handler_count ? " catch " : " item ");
        put_expr(buf, stmt->items[i].value);
        put_named(buf, "as ", stmt->items[i].target);
        if (i < stmt->handler_count)
            put_block(buf, &stmt->handlers[i]);
    }
    for (uint32_t i = 0; i < stmt->case_count; i++) {
        cp_buf_puts(buf, " case ");
        put_expr(buf, stmt->cases[i].pattern);
        put_named(buf, "when ", stmt->cases[i].guard);
        put_block(buf, &stmt->cases[i].body);
    }
    for (uint32_t i = 0; i < stmt->import_count; i++)
        put_import(buf, &stmt->imports[i]);
}

static void put_stmt(cp_buf *buf, const cp_stmt *stmt)
{
    static const char *const kinds[] = {
        "assign", "aug",   "expr",   "return", "if",    "while",  "for",    "with", "try",
        "match",  "raise", "assert", "def",    "class", "import", "delete", "",     "?",
    };
    cp_buf_puts(buf, stmt->is_elif ? "el" : "");
    cp_buf_puts(buf, kinds[stmt->kind]);
    cp_buf_add(buf, stmt->text);
    for (uint32_t i = 0; i < stmt->target_count; i++)
        put_named(buf, "", stmt->targets[i]);
    put_named(buf, ":", stmt->annotation);
    put_named(buf, "= ", stmt->value);
    if (stmt->func) {
        cp_buf_printf(buf, " %.*s", CP_STR_ARGS(stmt->func->qualname));
        put_params(buf, stmt->func);
        put_named(buf, "-> ", stmt->func->returns);
        put_block(buf, &stmt->func->body);
    }
    if (stmt->class) {
        cp_buf_printf(buf, " %.*s", CP_STR_ARGS(stmt->class->qualname));
        put_block(buf, &stmt->class->body);
    }
    put_body(buf, "", &stmt->body);
    put_clauses(buf, stmt);
    put_body(buf, "else", &stmt->orelse);
    put_body(buf, "finally", &stmt->final);
}

static void put_block(cp_buf *buf, const cp_block *block)
{
    cp_buf_puts(buf, "{");
    for (uint32_t i = 0; i < block->count; i++) {
        cp_buf_puts(buf, i ? "; " : "");
        put_stmt(buf, block->stmts[i]);
    }
    cp_buf_puts(buf, "}");
}

cp_str show_expr(cp_arena *arena, const cp_expr *expr)
{
    cp_buf buf = {.arena = arena};
    put_expr(&buf, expr);
    return cp_buf_str(&buf);
}

cp_str show_block(cp_arena *arena, const cp_block *block)
{
    cp_buf buf = {.arena = arena};
    put_block(&buf, block);
    return cp_buf_str(&buf);
}

cp_module *facts_of_bytes(cp_arena *arena, cp_str text)
{
    cp_source *source = cp_new(arena, cp_source, 1);
    *source = cp_source_of(arena, CP_STR("pkg/a.py"), cp_str_copy(arena, text));
    return cp_facts_from_python(arena, source);
}

cp_module *facts_of(cp_arena *arena, const char *text)
{
    return facts_of_bytes(arena, cp_str_of(text));
}

cp_str covered(const cp_module *module, cp_span span)
{
    return cp_str_cut(module->source->text, span.start, span.end);
}
