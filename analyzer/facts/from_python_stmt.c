#include "facts/from_python.h"

typedef void fill(cp_lower *lower, uint32_t node, cp_stmt *stmt);

static cp_stmt *lower_stmt(cp_lower *lower, uint32_t node);

static bool is_statement(const cp_lower *lower, uint32_t node);

static cp_block block_of(cp_stmt **stmts, uint32_t count)
{
    cp_block block = {.stmts = stmts, .count = count};
    if (count)
        block.span = (cp_span){stmts[0]->span.start, stmts[count - 1]->span.end};
    return block;
}

cp_block cp_lower_one(cp_lower *lower, cp_stmt *stmt)
{
    cp_stmt **stmts = cp_new(lower->arena, cp_stmt *, 1);
    stmts[0] = stmt;
    return block_of(stmts, 1);
}

static bool is_in_block(const cp_lower *lower, uint32_t node)
{
    return cp_python_is_part(&lower->nodes[node]) ||
           cp_lower_kind(lower, node) == CP_PYTHON_ERROR;
}

static cp_block lower_block(cp_lower *lower, uint32_t parent)
{
    uint32_t count = 0, at = 0;
    cp_each_child(lower, parent, child) count += is_in_block(lower, child);
    cp_stmt **stmts = cp_new(lower->arena, cp_stmt *, count);
    cp_each_child(lower, parent, child)
    {
        if (is_in_block(lower, child))
            stmts[at++] = lower_stmt(lower, child);
    }
    return block_of(stmts, count);
}

cp_block cp_lower_suite(cp_lower *lower, uint32_t owner)
{
    uint32_t block = cp_lower_find(lower, owner, CP_PYTHON_BLOCK);
    cp_block suite = {0};
    if (block)
        suite = lower_block(lower, block);
    if (!suite.count) /* the grammar allows it, Python does not */
        cp_lower_unread(lower, owner);
    return suite;
}

/* The statements in `parent`, and those that were left out of the block of `class`. */
static cp_block lower_members(cp_lower *lower, uint32_t parent, uint32_t class)
{
    cp_stmt **stmts = NULL, *left;
    uint32_t count = 0;
    size_t room = 0;
    cp_each_child(lower, parent, child)
    {
        if (!is_in_block(lower, child))
            continue;
        while ((left = cp_left_stmt(lower, class, lower->nodes[child].start)))
            cp_push(lower->arena, stmts, count, room, left);
        cp_stmt *stmt = lower_stmt(lower, child);
        cp_push(lower->arena, stmts, count, room, stmt);
    }
    while ((left = cp_left_stmt(lower, class, UINT32_MAX)))
        cp_push(lower->arena, stmts, count, room, left);
    return block_of(stmts, count);
}

cp_block cp_lower_members(cp_lower *lower, uint32_t class)
{
    uint32_t block = cp_lower_find(lower, class, CP_PYTHON_BLOCK);
    cp_block suite = {0};
    if (block)
        suite = lower_members(lower, block, lower->nodes[class].start);
    if (!suite.count)
        cp_lower_unread(lower, class);
    return suite;
}

/* The root is node 0, which stands for "none" everywhere else. */
cp_block cp_lower_root(cp_lower *lower)
{
    if (cp_lower_kind(lower, 0) == CP_PYTHON_ERROR)
        return cp_lower_one(lower, lower_stmt(lower, 0));
    return lower_members(lower, 0, CP_OUTLINE_MODULE);
}

void cp_lower_target(cp_lower *lower, cp_stmt *stmt, uint32_t node)
{
    stmt->targets = cp_new(lower->arena, cp_expr *, 1);
    stmt->targets[0] = cp_lower_expr(lower, node);
    stmt->target_count = 1;
}

/* `a = b = c: int = 1` nests to the right, as deep as the source likes. */
static void fill_assign(cp_lower *lower, uint32_t node, cp_stmt *stmt)
{
    stmt->kind = CP_STMT_ASSIGN;
    size_t room = 0;
    uint32_t right = node;
    while (right && cp_lower_kind(lower, right) == CP_PYTHON_ASSIGNMENT) {
        uint32_t assignment = right;
        cp_expr *target = cp_lower_expr(lower, cp_lower_part(lower, assignment, 0));
        cp_push(lower->arena, stmt->targets, stmt->target_count, room, target);
        right = cp_lower_part(lower, assignment, 1);
        if (right && cp_lower_kind(lower, right) == CP_PYTHON_TYPE) {
            stmt->annotation = cp_lower_expr(lower, right);
            right = cp_lower_part(lower, assignment, 2);
        }
    }
    stmt->value = cp_lower_optional(lower, right);
}

static void fill_augmented(cp_lower *lower, uint32_t node, cp_stmt *stmt)
{
    stmt->kind = CP_STMT_AUG;
    uint32_t sign = cp_lower_find(lower, node, CP_PYTHON_TOKEN);
    stmt->text = sign ? cp_lower_text(lower, sign) : CP_STR("");
    cp_lower_target(lower, stmt, cp_lower_part(lower, node, 0));
    stmt->value = cp_lower_expr(lower, cp_lower_part(lower, node, 1));
}

static void fill_expression(cp_lower *lower, uint32_t node, cp_stmt *stmt)
{
    uint32_t only = cp_lower_part(lower, node, 0);
    cp_python_kind kind = cp_lower_kind(lower, only);
    if (only && kind == CP_PYTHON_ASSIGNMENT)
        fill_assign(lower, only, stmt);
    else if (only && kind == CP_PYTHON_AUGMENTED_ASSIGNMENT)
        fill_augmented(lower, only, stmt);
    else if (only && cp_lower_has_token(lower, node, ",", NULL))
        stmt->value = cp_lower_tuple(lower, node, only, 0);
    else
        stmt->value = cp_lower_expr(lower, only);
}

static void fill_return(cp_lower *lower, uint32_t node, cp_stmt *stmt)
{
    stmt->value = cp_lower_optional(lower, cp_lower_part(lower, node, 0));
}

/* An `assert` has its message in items[0].value, a `raise` what it is from. */
static void set_second(cp_lower *lower, cp_stmt *stmt, uint32_t node)
{
    if (!node)
        return;
    stmt->items = cp_new(lower->arena, cp_with_item, 1);
    stmt->items[0].value = cp_lower_expr(lower, node);
    stmt->item_count = 1;
}

static void fill_assert(cp_lower *lower, uint32_t node, cp_stmt *stmt)
{
    stmt->value = cp_lower_expr(lower, cp_lower_part(lower, node, 0));
    set_second(lower, stmt, cp_lower_part(lower, node, 1));
}

static void fill_raise(cp_lower *lower, uint32_t node, cp_stmt *stmt)
{
    uint32_t value = cp_lower_part(lower, node, 0);
    if (value && cp_lower_kind(lower, value) == CP_PYTHON_EXPRESSION_LIST)
        cp_lower_unread(lower, node); /* `raise A, b` is Python 2 */
    stmt->value = cp_lower_optional(lower, value);
    set_second(lower, stmt, cp_lower_part(lower, node, 1));
}

static void fill_delete(cp_lower *lower, uint32_t node, cp_stmt *stmt)
{
    uint32_t what = cp_lower_part(lower, node, 0);
    if (!what || cp_lower_kind(lower, what) != CP_PYTHON_EXPRESSION_LIST) {
        cp_lower_target(lower, stmt, what);
        return;
    }
    cp_expr *list = cp_lower_expr(lower, what);
    stmt->targets = list->kids;
    stmt->target_count = list->kid_count;
}

static void fill_jump(cp_lower *lower, uint32_t node, cp_stmt *stmt)
{
    stmt->text = cp_lower_text(lower, node);
}

static void fill_definition(cp_lower *lower, uint32_t node, cp_stmt *stmt)
{
    bool decorated = cp_lower_kind(lower, node) == CP_PYTHON_DECORATED_DEFINITION;
    uint32_t inner = node;
    if (decorated) {
        inner = cp_lower_find(lower, node, CP_PYTHON_CLASS_DEFINITION);
        inner = inner ? inner : cp_lower_find(lower, node, CP_PYTHON_FUNCTION_DEFINITION);
    }
    if (!inner) {
        stmt->kind = CP_STMT_OTHER;
        stmt->text = cp_lower_name(lower, node);
        stmt->value = cp_lower_other(lower, node);
    } else if (cp_lower_kind(lower, inner) == CP_PYTHON_CLASS_DEFINITION) {
        stmt->kind = CP_STMT_CLASS;
        stmt->class = cp_lower_class(lower, inner, decorated ? node : 0);
    } else {
        stmt->kind = CP_STMT_DEF;
        stmt->func = cp_lower_func(lower, inner, decorated ? node : 0);
    }
}

/* `value` holds what the statement names: the names of `global x`, say. */
static void fill_other(cp_lower *lower, uint32_t node, cp_stmt *stmt)
{
    stmt->text = cp_lower_name(lower, node);
    if (cp_lower_part(lower, node, 0))
        stmt->value = cp_lower_other(lower, node);
}

/*
 * `type(x).y = z` is an alias to the grammar, with the left side `(x).y`. The
 * call is put back in the place of the parentheses.
 */
static void fill_alias(cp_lower *lower, uint32_t node, cp_stmt *stmt)
{
    uint32_t left = cp_lower_part(lower, node, 0);
    if (!left || lower->text[lower->nodes[left].start] != '(') {
        fill_other(lower, node, stmt);
        return;
    }
    stmt->kind = CP_STMT_ASSIGN;
    cp_lower_target(lower, stmt, left);
    stmt->value = cp_lower_expr(lower, cp_lower_part(lower, node, 1));
    cp_lower_type_call(lower, cp_lower_find(lower, node, CP_PYTHON_TOKEN), stmt->targets);
}

/* What only Python 2 reads is no code that may be changed. */
static void fill_python2(cp_lower *lower, uint32_t node, cp_stmt *stmt)
{
    fill_other(lower, node, stmt);
    cp_lower_unread(lower, node);
}

/* The statements in an ERROR are the body; the fragments are kids of the value. */
static void fill_error(cp_lower *lower, uint32_t node, cp_stmt *stmt)
{
    cp_stmt **stmts = NULL;
    cp_expr *rest = cp_new(lower->arena, cp_expr, 1);
    uint32_t count = 0;
    size_t room = 0, rest_room = 0;
    stmt->text = CP_STR("ERROR");
    *rest = (cp_expr){.kind = CP_EXPR_OTHER, .text = stmt->text, .has_error = true};
    rest->span = rest->outer = stmt->span;
    rest->code = lower->text + stmt->span.start;
    lower->in_error++;
    cp_each_child(lower, node, child)
    {
        if (is_statement(lower, child)) {
            cp_stmt *inner = lower_stmt(lower, child);
            cp_push(lower->arena, stmts, count, room, inner);
        } else if (is_in_block(lower, child)) {
            cp_expr *kid = cp_lower_expr(lower, child);
            cp_push(lower->arena, rest->kids, rest->kid_count, rest_room, kid);
        }
    }
    lower->in_error--;
    stmt->body = block_of(stmts, count);
    stmt->value = rest;
}

static void import(cp_lower *lower, uint32_t node, cp_stmt *stmt)
{
    cp_lower_import(lower, node, stmt);
    cp_module *module = lower->module;
    if (!lower->imports_known)
        cp_push(lower->arena, module->imports, module->import_count, lower->import_room,
                stmt);
}

static const struct rule {
    cp_stmt_kind kind;
    fill *fill;
} rules[CP_PYTHON_KIND_COUNT] = {
    [CP_PYTHON_ERROR] = {CP_STMT_OTHER, fill_error},
    [CP_PYTHON_EXPRESSION_STATEMENT] = {CP_STMT_EXPR, fill_expression},
    [CP_PYTHON_RETURN_STATEMENT] = {CP_STMT_RETURN, fill_return},
    [CP_PYTHON_IF_STATEMENT] = {CP_STMT_IF, cp_lower_if},
    [CP_PYTHON_WHILE_STATEMENT] = {CP_STMT_WHILE, cp_lower_while},
    [CP_PYTHON_FOR_STATEMENT] = {CP_STMT_FOR, cp_lower_for},
    [CP_PYTHON_WITH_STATEMENT] = {CP_STMT_WITH, cp_lower_with},
    [CP_PYTHON_TRY_STATEMENT] = {CP_STMT_TRY, cp_lower_try},
    [CP_PYTHON_MATCH_STATEMENT] = {CP_STMT_MATCH, cp_lower_match},
    [CP_PYTHON_RAISE_STATEMENT] = {CP_STMT_RAISE, fill_raise},
    [CP_PYTHON_ASSERT_STATEMENT] = {CP_STMT_ASSERT, fill_assert},
    [CP_PYTHON_FUNCTION_DEFINITION] = {CP_STMT_DEF, fill_definition},
    [CP_PYTHON_CLASS_DEFINITION] = {CP_STMT_CLASS, fill_definition},
    [CP_PYTHON_DECORATED_DEFINITION] = {CP_STMT_DEF, fill_definition},
    [CP_PYTHON_IMPORT_STATEMENT] = {CP_STMT_IMPORT, import},
    [CP_PYTHON_IMPORT_FROM_STATEMENT] = {CP_STMT_IMPORT, import},
    [CP_PYTHON_FUTURE_IMPORT_STATEMENT] = {CP_STMT_IMPORT, import},
    [CP_PYTHON_DELETE_STATEMENT] = {CP_STMT_DELETE, fill_delete},
    [CP_PYTHON_BREAK_STATEMENT] = {CP_STMT_JUMP, fill_jump},
    [CP_PYTHON_CONTINUE_STATEMENT] = {CP_STMT_JUMP, fill_jump},
    [CP_PYTHON_PASS_STATEMENT] = {CP_STMT_OTHER, fill_other},
    [CP_PYTHON_GLOBAL_STATEMENT] = {CP_STMT_OTHER, fill_other},
    [CP_PYTHON_NONLOCAL_STATEMENT] = {CP_STMT_OTHER, fill_other},
    [CP_PYTHON_TYPE_ALIAS_STATEMENT] = {CP_STMT_OTHER, fill_alias},
    [CP_PYTHON_PRINT_STATEMENT] = {CP_STMT_OTHER, fill_python2},
    [CP_PYTHON_EXEC_STATEMENT] = {CP_STMT_OTHER, fill_python2},
};

static bool is_statement(const cp_lower *lower, uint32_t node)
{
    return rules[lower->nodes[node].kind].fill;
}

static cp_stmt *lower_stmt(cp_lower *lower, uint32_t node)
{
    cp_stmt *stmt = cp_new(lower->arena, cp_stmt, 1);
    const struct rule *rule = &rules[lower->nodes[node].kind];
    uint32_t unread = lower->unread;
    stmt->span = cp_lower_span(lower, node);
    if (lower->depth >= CP_LOWER_DEPTH) {
        stmt->kind = CP_STMT_OTHER;
        stmt->text = cp_lower_name(lower, node);
        cp_lower_unread(lower, node);
    } else if (!rule->fill) { /* only where the parser gave up on something near */
        stmt->kind = CP_STMT_EXPR;
        stmt->value = cp_lower_expr(lower, node);
    } else {
        stmt->kind = rule->kind;
        lower->depth++;
        rule->fill(lower, node, stmt);
        lower->depth--;
    }
    stmt->has_error = lower->nodes[node].broken || lower->unread != unread;
    cp_lower_end_with_code(stmt);
    return stmt;
}
