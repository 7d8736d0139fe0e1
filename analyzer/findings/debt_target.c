#include "findings/debt_parts.h"

/* Goes to the statements below `stmt`, in the order of the source. */
typedef bool block_visit(const cp_block *block, void *data);

static bool each_block(const cp_stmt *stmt, block_visit *visit, void *data)
{
    if (stmt->func) {
        cp_func_read(stmt->func);
        return visit(&stmt->func->body, data);
    }
    if (stmt->class)
        return visit(&stmt->class->body, data);
    bool stop = visit(&stmt->body, data);
    for (uint32_t i = 0; !stop && i < stmt->case_count; i++)
        stop = visit(&stmt->cases[i].body, data);
    for (uint32_t i = 0; !stop && i < stmt->handler_count; i++)
        stop = visit(&stmt->handlers[i], data);
    return stop || visit(&stmt->orelse, data) || visit(&stmt->final, data);
}

typedef struct place {
    const cp_source *source;
    uint32_t offset;
    bool to_line_end; /* a statement that ends on the line of `offset` holds it too */
    const cp_stmt *holder, *next;
} place;

static bool holds(const place *at, const cp_stmt *stmt)
{
    if (stmt->span.start > at->offset)
        return false;
    if (at->offset < stmt->span.end)
        return true;
    return at->to_line_end && stmt->span.end > stmt->span.start &&
           cp_source_line(at->source, stmt->span.end - 1) ==
               cp_source_line(at->source, at->offset);
}

static bool visit_block(const cp_block *block, void *data)
{
    place *at = data;
    for (uint32_t i = 0; i < block->count; i++) {
        const cp_stmt *stmt = block->stmts[i];
        if (holds(at, stmt)) {
            at->holder = stmt;
            if (each_block(stmt, visit_block, at) || at->to_line_end)
                return true;
        } else if (stmt->span.start >= at->offset) {
            at->next = stmt;
            return true;
        }
    }
    return false;
}

const cp_stmt *cp_debt_stmt_at(const cp_module *module, uint32_t offset)
{
    place at = {.source = module->source, .offset = offset};
    visit_block(&module->body, &at);
    return at.holder;
}

/* Whether nothing but blanks and comments stands between the two bytes. */
static bool only_comments(const cp_module *module, uint32_t start, uint32_t end)
{
    bool in_comment = false;
    for (uint32_t i = start; i < end; i++) {
        char c = module->source->text.ptr[i];
        in_comment = c == '#' || (in_comment && c != '\n');
        if (!in_comment && c != ' ' && c != '\t' && c != '\n' && c != '\r')
            return false;
    }
    return true;
}

static bool is_simple(const cp_stmt *stmt)
{
    return stmt->kind == CP_STMT_ASSIGN || stmt->kind == CP_STMT_AUG ||
           stmt->kind == CP_STMT_EXPR || stmt->kind == CP_STMT_RETURN ||
           stmt->kind == CP_STMT_ASSERT;
}

static const cp_stmt *find_stmt(const cp_debt_note *note)
{
    const cp_span span = note->comment->span;
    place at = {.source = note->module->source,
                .offset = span.start,
                .to_line_end = !note->comment->own_line};
    visit_block(&note->module->body, &at);
    if (!note->comment->own_line)
        return at.holder;
    if (at.next && only_comments(note->module, span.end, at.next->span.start))
        return at.next;
    return at.holder && is_simple(at.holder) ? at.holder : NULL;
}

static bool names_dtype(const cp_expr *expr)
{
    return expr->kind == CP_EXPR_ATTR && (cp_str_is(expr->text, "dtype") ||
                                          cp_dtype_of_torch(expr->text) != CP_DTYPE_NONE);
}

bool cp_debt_is_cast(const cp_expr *expr)
{
    if (expr->kind != CP_EXPR_CALL || expr->kids[0]->kind != CP_EXPR_ATTR)
        return false;
    cp_str method = expr->kids[0]->text;
    if (cp_dtype_of_method(method) != CP_DTYPE_NONE)
        return expr->arg_count == 0;
    bool to = cp_str_is(method, "to") || cp_str_is(method, "type");
    for (uint32_t i = 0; to && i < expr->arg_count; i++)
        if (names_dtype(expr->args[i].value) || cp_str_is(expr->args[i].name, "dtype"))
            return true;
    return cp_str_is(method, "type_as");
}

static bool sets_dtype(const cp_expr *expr)
{
    if (cp_debt_is_cast(expr))
        return true;
    for (uint32_t i = 0; expr->kind == CP_EXPR_CALL && i < expr->arg_count; i++)
        if (cp_str_is(expr->args[i].name, "dtype") ||
            cp_str_is(expr->args[i].name, "out_dtype"))
            return true;
    return false;
}

typedef struct scan {
    const cp_flow_rules *rules;
    cp_debt_target *target;
    bool into_routing; /* what is being looked at is assigned to a routing name */
    bool about;        /* a dtype of a routing tensor was seen */
} scan;

static cp_role role_of(const scan *at, cp_str name)
{
    static const char *const weak[] = {"logits", "scores"};
    if (cp_map_get(&at->rules->logits, name))
        return CP_ROLE_ROUTER_LOGITS;
    if (cp_map_get(&at->rules->bias, name))
        return CP_ROLE_ROUTING_BIAS;
    if (cp_map_get(&at->rules->weights, name))
        return CP_ROLE_TOPK_WEIGHTS;
    for (size_t i = 0; at->target->routing_code && i < sizeof weak / sizeof *weak; i++)
        if (cp_str_is(name, weak[i]))
            return CP_ROLE_ROUTER_LOGITS;
    return CP_ROLE_NONE;
}

/* The role of the tensor that `x[…].view(…)` is made of. */
static cp_role role_of_tensor(const scan *at, const cp_expr *expr)
{
    for (int steps = 0; expr && steps < 16; steps++) {
        if (expr->kind == CP_EXPR_NAME || expr->kind == CP_EXPR_ATTR) {
            cp_role role = role_of(at, expr->text);
            if (role != CP_ROLE_NONE || expr->kind == CP_EXPR_NAME)
                return role;
        } else if (expr->kind != CP_EXPR_CALL && expr->kind != CP_EXPR_SUBSCRIPT) {
            return CP_ROLE_NONE;
        }
        expr = expr->kid_count ? expr->kids[0] : NULL;
    }
    return CP_ROLE_NONE;
}

static void look_at(cp_expr *expr, void *data)
{
    static const char *const ids[] = {"topk_ids", "topk_indices", "topk_idx"};
    scan *at = data;
    cp_debt_target *target = at->target;
    bool named = expr->kind == CP_EXPR_NAME || expr->kind == CP_EXPR_ATTR;
    if (named && !target->value && role_of(at, expr->text) != CP_ROLE_NONE) {
        target->value = expr;
        target->role = role_of(at, expr->text);
    }
    if (expr->kind == CP_EXPR_ATTR && cp_str_is(expr->text, "dtype")) {
        at->about |= role_of_tensor(at, expr->kids[0]) != CP_ROLE_NONE;
        for (size_t i = 0; i < sizeof ids / sizeof *ids; i++)
            target->asks_ids |= cp_str_is(expr->kids[0]->text, ids[i]);
    }
    bool sets = sets_dtype(expr);
    target->sets_dtype |= sets;
    at->about |= sets && at->into_routing;
    if (cp_debt_is_cast(expr) &&
        role_of_tensor(at, expr->kids[0]->kids[0]) != CP_ROLE_NONE) {
        at->about = true;
        if (!target->cast)
            target->cast = expr;
    }
}

static void look_into(const cp_stmt *stmt, scan *at)
{
    at->into_routing = false;
    for (uint32_t i = 0; i < stmt->target_count; i++) {
        at->into_routing |= role_of_tensor(at, stmt->targets[i]) != CP_ROLE_NONE;
        cp_expr_walk(stmt->targets[i], look_at, at);
    }
    if (stmt->value)
        cp_expr_walk(stmt->value, look_at, at);
}

static bool look_into_block(const cp_block *block, void *data)
{
    for (uint32_t i = 0; i < block->count; i++) {
        look_into(block->stmts[i], data);
        each_block(block->stmts[i], look_into_block, data);
    }
    return false;
}

static bool has_one(cp_str name, const char *const *words, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (cp_str_find_nocase(name, cp_str_of(words[i]), 0) != SIZE_MAX)
            return true;
    return false;
}

static void name_code(cp_debt_target *target, cp_str name)
{
    static const char *const routers[] = {"router", "routing", "moegate", "topkgate"};
    static const char *const moe[] = {"moe", "router", "expert", "sparse", "topk"};
    target->routing_code = has_one(name, routers, sizeof routers / sizeof *routers);
    target->moe_code = has_one(name, moe, sizeof moe / sizeof *moe);
}

cp_debt_target cp_debt_target_of(const cp_study *study, const cp_debt_note *note)
{
    cp_debt_target target = {
        .stmt = find_stmt(note),
        .func = cp_module_func_at(note->module, note->comment->span.start)};
    if (target.func)
        name_code(&target, target.func->qualname);
    if (!target.stmt || target.stmt->func || target.stmt->class)
        return target;
    scan at = {.rules = cp_flow_rules_of(study->flow), .target = &target};
    look_into(target.stmt, &at);
    target.about_dtype = at.about;
    cp_debt_target whole = target; /* what the body holds is not what stands here */
    at = (scan){.rules = at.rules, .target = &whole};
    if (!is_simple(target.stmt))
        each_block(target.stmt, look_into_block, &at);
    target.body_about_dtype = at.about;
    return target;
}
