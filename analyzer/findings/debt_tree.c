#include "findings/debt_parts.h"

static bool names_one(const cp_expr *expr, cp_dtype dtype)
{
    return expr->kind == CP_EXPR_ATTR && cp_dtype_of_torch(expr->text) == dtype;
}

bool cp_debt_names(const cp_expr *dtypes, cp_dtype dtype)
{
    for (uint32_t i = 0; dtypes->kind == CP_EXPR_TUPLE && i < dtypes->kid_count; i++)
        if (names_one(dtypes->kids[i], dtype))
            return true;
    return names_one(dtypes, dtype);
}

static bool names_dtypes(const cp_expr *expr)
{
    if (expr->kind != CP_EXPR_TUPLE)
        return expr->kind == CP_EXPR_ATTR &&
               cp_dtype_is_float(cp_dtype_of_torch(expr->text));
    for (uint32_t i = 0; i < expr->kid_count; i++)
        if (!names_dtypes(expr->kids[i]))
            return false;
    return expr->kid_count > 0;
}

/* What a name stands for, where it is bound once. */
static const cp_expr *meant_by(const cp_study *study, const cp_expr *expr)
{
    const cp_node *node =
        expr->kind == CP_EXPR_NAME ? cp_flow_node_of(study->flow, expr) : NULL;
    while (node && node->kind == CP_NODE_JOIN && node->join == CP_JOIN_LOCAL &&
           node->input_count == 1)
        node = node->inputs[0].node;
    return node && node->expr ? node->expr : expr;
}

static cp_str function_name(const cp_study *study, const cp_node *at)
{
    return cp_str_printf(study->arena, "%.*s.%.*s", CP_STR_ARGS(at->module->dotted),
                         CP_STR_ARGS(at->func->qualname));
}

bool cp_debt_built(const cp_study *study, const cp_use *use, cp_debt_own *own)
{
    static const char *const parts[] = {"topk", "gate", "routing"};
    static const char *const names[] = {"scores", "logits", "input"};
    const cp_node *at = use->at;
    const cp_call *call = at->kind == CP_NODE_CALL ? at->call : NULL;
    if (use->kind != CP_USE_ESCAPE || !call || !call->arg_count || !at->func ||
        !at->module || at->expr->kids[0]->kind != CP_EXPR_ATTR)
        return false;
    const cp_node *given = call->args[0].node;
    const cp_flow_rules *rules = cp_flow_rules_of(study->flow);
    bool routes = false;
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        routes |= cp_str_has(at->expr->kids[0]->text, cp_str_of(parts[i]));
    bool logits = cp_map_get(&rules->logits, given->name) != NULL;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        logits |= cp_str_is(given->name, names[i]);
    *own = (cp_debt_own){.function = function_name(study, at), .parameter = given->name};
    return routes && logits && given->kind == CP_NODE_JOIN &&
           given->join == CP_JOIN_PARAM;
}

bool cp_debt_assertion(const cp_study *study, const cp_use *use, cp_debt_own *own)
{
    const cp_node *at = use->at;
    if (use->kind != CP_USE_DTYPE || at->kind != CP_NODE_ATTR || !at->expr || !at->func ||
        !at->module)
        return false;
    const cp_stmt *stmt = cp_debt_stmt_at(at->module, at->expr->span.start);
    const cp_expr *test = stmt && stmt->kind == CP_STMT_ASSERT ? stmt->value : NULL;
    if (!test || test->kind != CP_EXPR_COMPARE || test->kids[0] != at->expr ||
        at->expr->kids[0]->kind != CP_EXPR_NAME ||
        cp_debt_is_other_name(at->expr->kids[0]->text, CP_ROLE_ROUTER_LOGITS) ||
        (!cp_str_is(test->text, "==") && !cp_str_is(test->text, "in")))
        return false;
    uint32_t line = cp_source_line(at->module->source, test->span.start);
    *own = (cp_debt_own){.function = function_name(study, at),
                         .parameter = at->expr->kids[0]->text,
                         .stated =
                             cp_str_printf(study->arena, "%.*s:%u",
                                           CP_STR_ARGS(at->module->source->path), line),
                         .dtypes = meant_by(study, test->kids[1])};
    return names_dtypes(own->dtypes);
}
