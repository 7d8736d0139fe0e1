#include "facts/from_python.h"

static cp_with_item lower_item(cp_lower *lower, uint32_t node)
{
    cp_with_item item = {0};
    uint32_t what = node;
    if (cp_lower_kind(lower, what) == CP_PYTHON_WITH_ITEM)
        what = cp_lower_part(lower, what, 0);
    if (what && cp_lower_kind(lower, what) == CP_PYTHON_AS_PATTERN) {
        item.target = cp_lower_optional(lower, cp_lower_part(lower, what, 1));
        what = cp_lower_part(lower, what, 0);
    }
    item.value = cp_lower_expr(lower, what);
    return item;
}

/* The first part that is no block: the value of a statement that has a body. */
static uint32_t head(const cp_lower *lower, uint32_t node)
{
    uint32_t part = cp_lower_part(lower, node, 0);
    return part && cp_lower_kind(lower, part) != CP_PYTHON_BLOCK ? part : 0;
}

static void lower_else(cp_lower *lower, uint32_t node, cp_stmt *stmt)
{
    uint32_t clause = cp_lower_find(lower, node, CP_PYTHON_ELSE_CLAUSE), colon;
    if (!clause)
        return;
    stmt->orelse = cp_lower_suite(lower, clause);
    stmt->else_span = cp_lower_span(lower, clause);
    if (cp_lower_has_token(lower, clause, ":", &colon))
        stmt->else_span.end = lower->nodes[colon].end;
}

static void fill_branch(cp_lower *lower, uint32_t node, cp_stmt *stmt)
{
    stmt->value = cp_lower_expr(lower, head(lower, node));
    stmt->body = cp_lower_suite(lower, node);
}

/* The block that ends a statement; NULL where it has none. */
static const cp_block *last_block(const cp_stmt *stmt)
{
    if (stmt->func)
        return &stmt->func->body;
    if (stmt->class)
        return &stmt->class->body;
    if (stmt->final.count)
        return &stmt->final;
    if (stmt->orelse.count)
        return &stmt->orelse;
    if (stmt->handler_count)
        return &stmt->handlers[stmt->handler_count - 1];
    if (stmt->case_count)
        return &stmt->cases[stmt->case_count - 1].body;
    return stmt->body.count ? &stmt->body : NULL;
}

/* The parser counts comments behind the last statement of a block to the block. */
void cp_lower_end_with_code(cp_stmt *stmt)
{
    const cp_block *last = last_block(stmt);
    if (last && last->count && !stmt->has_error)
        stmt->span.end = last->span.end;
}

/* Each elif is the orelse of the one before; a loop, since there may be thousands. */
void cp_lower_if(cp_lower *lower, uint32_t node, cp_stmt *stmt)
{
    fill_branch(lower, node, stmt);
    cp_stmt *last = stmt;
    uint32_t levels = lower->depth, unread = lower->unread;
    cp_each_child(lower, node, child)
    {
        if (cp_lower_kind(lower, child) != CP_PYTHON_ELIF_CLAUSE)
            continue;
        cp_stmt *elif = cp_new(lower->arena, cp_stmt, 1);
        elif->kind = CP_STMT_IF;
        elif->is_elif = true;
        elif->span = (cp_span){lower->nodes[child].start, lower->nodes[node].end};
        last->orelse = cp_lower_one(lower, elif);
        last = elif;
        if (++levels >= CP_LOWER_DEPTH) {
            elif->kind = CP_STMT_OTHER;
            elif->text = CP_STR("elif_clause");
            elif->is_elif = false;
            cp_lower_unread(lower, child);
            break;
        }
        fill_branch(lower, child, elif);
    }
    if (last->kind == CP_STMT_IF)
        lower_else(lower, node, last);
    last->has_error = lower->nodes[node].broken || lower->unread != unread;
    cp_lower_end_with_code(last);
    for (cp_stmt *at = stmt; at != last; at = at->orelse.stmts[0]) {
        at->orelse.stmts[0]->has_error = last->has_error;
        at->orelse.stmts[0]->span.end = last->span.end;
        at->orelse.span.end = last->span.end;
    }
}

void cp_lower_while(cp_lower *lower, uint32_t node, cp_stmt *stmt)
{
    fill_branch(lower, node, stmt);
    lower_else(lower, node, stmt);
}

void cp_lower_for(cp_lower *lower, uint32_t node, cp_stmt *stmt)
{
    cp_lower_target(lower, stmt, head(lower, node));
    uint32_t value = cp_lower_part(lower, node, 1);
    bool there = value && cp_lower_kind(lower, value) != CP_PYTHON_BLOCK;
    stmt->value = cp_lower_expr(lower, there ? value : 0);
    stmt->body = cp_lower_suite(lower, node);
    lower_else(lower, node, stmt);
}

void cp_lower_with(cp_lower *lower, uint32_t node, cp_stmt *stmt)
{
    uint32_t clause = cp_lower_find(lower, node, CP_PYTHON_WITH_CLAUSE);
    if (clause)
        stmt->items = cp_new(lower->arena, cp_with_item, cp_lower_count(lower, clause));
    for (uint32_t i = 0, item; clause && (item = cp_lower_part(lower, clause, i)); i++)
        stmt->items[stmt->item_count++] = lower_item(lower, item);
    stmt->body = cp_lower_suite(lower, node);
}

static bool is_handler(cp_python_kind kind)
{
    return kind == CP_PYTHON_EXCEPT_CLAUSE || kind == CP_PYTHON_EXCEPT_GROUP_CLAUSE;
}

/* `except A as b`, `except (A, B)`, and `except A, B` of Python 3.14. */
static cp_with_item caught(cp_lower *lower, uint32_t clause)
{
    uint32_t block = cp_lower_find(lower, clause, CP_PYTHON_BLOCK);
    uint32_t what = cp_lower_part(lower, clause, 0);
    if (!what || what == block)
        return (cp_with_item){0};
    uint32_t second = cp_lower_part(lower, clause, 1);
    if (second && second != block)
        return (cp_with_item){.value = cp_lower_tuple(lower, clause, what, block)};
    return lower_item(lower, what);
}

void cp_lower_try(cp_lower *lower, uint32_t node, cp_stmt *stmt)
{
    stmt->body = cp_lower_suite(lower, node);
    uint32_t count = 0;
    cp_each_child(lower, node, child) count += is_handler(cp_lower_kind(lower, child));
    stmt->handlers = cp_new(lower->arena, cp_block, count);
    stmt->items = cp_new(lower->arena, cp_with_item, count);
    cp_each_child(lower, node, child)
    {
        if (!is_handler(cp_lower_kind(lower, child)))
            continue;
        stmt->items[stmt->item_count++] = caught(lower, child);
        stmt->handlers[stmt->handler_count++] = cp_lower_suite(lower, child);
    }
    lower_else(lower, node, stmt);
    uint32_t last = cp_lower_find(lower, node, CP_PYTHON_FINALLY_CLAUSE);
    if (last)
        stmt->final = cp_lower_suite(lower, last);
}

/* A bare name catches whatever comes; it is no value to compare with. */
static cp_expr *capture(cp_lower *lower, cp_expr *name)
{
    cp_expr *whole = cp_new(lower->arena, cp_expr, 1);
    *whole = *name;
    whole->kind = CP_EXPR_OTHER;
    whole->text = CP_STR("dotted_name");
    whole->kids = cp_new(lower->arena, cp_expr *, 1);
    whole->kids[0] = name;
    whole->kid_count = 1;
    return whole;
}

static cp_expr *pattern(cp_lower *lower, uint32_t node)
{
    cp_expr *expr = cp_lower_expr(lower, node);
    cp_str code = {expr->code, expr->span.end - expr->span.start};
    if (cp_str_is(code, "_"))
        return NULL;
    if (expr->kind == CP_EXPR_NAME)
        return capture(lower, expr);
    if (expr->kind == CP_EXPR_TUPLE) { /* matches any sequence of that shape */
        expr->kind = CP_EXPR_OTHER;
        expr->text =
            cp_str_is(expr->text, "[") ? CP_STR("list_pattern") : CP_STR("tuple_pattern");
    }
    return expr;
}

static cp_case lower_case(cp_lower *lower, uint32_t clause)
{
    cp_case result = {0};
    uint32_t first = cp_lower_find(lower, clause, CP_PYTHON_CASE_PATTERN), end = first;
    uint32_t guard = cp_lower_find(lower, clause, CP_PYTHON_IF_CLAUSE);
    while (end && cp_lower_kind(lower, end) == CP_PYTHON_CASE_PATTERN)
        end = cp_python_part_from(lower->nodes, clause, lower->nodes[end].next);
    if (first && cp_lower_has_token(lower, clause, ",", NULL)) {
        result.pattern = cp_lower_tuple(lower, clause, first, end);
        result.pattern->kind = CP_EXPR_OTHER;
        result.pattern->text = CP_STR("tuple_pattern");
    } else {
        result.pattern = first ? pattern(lower, first) : cp_lower_expr(lower, 0);
    }
    if (guard)
        result.guard = cp_lower_expr(lower, cp_lower_part(lower, guard, 0));
    result.body = cp_lower_suite(lower, clause);
    return result;
}

void cp_lower_match(cp_lower *lower, uint32_t node, cp_stmt *stmt)
{
    uint32_t subject = cp_lower_part(lower, node, 0);
    uint32_t block = cp_lower_find(lower, node, CP_PYTHON_BLOCK);
    if (subject && subject != block && cp_lower_has_token(lower, node, ",", NULL))
        stmt->value = cp_lower_tuple(lower, node, subject, block);
    else
        stmt->value = cp_lower_expr(lower, subject != block ? subject : 0);
    if (!block)
        return;
    size_t room = 0;
    cp_each_child(lower, block, child)
    {
        if (cp_lower_kind(lower, child) != CP_PYTHON_CASE_CLAUSE)
            continue;
        cp_case one = lower_case(lower, child);
        cp_push(lower->arena, stmt->cases, stmt->case_count, room, one);
    }
}
