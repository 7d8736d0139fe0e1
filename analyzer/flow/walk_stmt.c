#include "flow/walk.h"

static void walk_assign(cp_walk *walk, const cp_stmt *stmt)
{
    if (!stmt->value)
        return;
    cp_node *value = cp_walk_expr(walk, stmt->value);
    for (uint32_t i = 0; i < stmt->target_count; i++)
        cp_walk_bind(walk, stmt->targets[i], value, stmt);
}

/* x += y on a tensor is arithmetic in place: it keeps x's dtype. */
static void walk_augmented(cp_walk *walk, const cp_stmt *stmt)
{
    const cp_expr *target = stmt->targets[0];
    cp_node *value = cp_walk_expr(walk, stmt->value);
    cp_node *before = cp_walk_expr(walk, target);
    cp_node *node = cp_node_new(walk->flow, CP_NODE_PROMOTE);
    node->module = walk->module;
    node->func = walk->func;
    node->expr = target;
    node->guard = walk->guard;
    node->index = 0; /* in place */
    cp_node_add_input(walk->flow, node, before, NULL);
    cp_node_add_input(walk->flow, node, value, NULL);
    if (target->kind == CP_EXPR_NAME)
        cp_walk_bind_name(walk, target->text, node, NULL);
}

static bool ends_callee(const cp_expr *call, const char *name)
{
    if (call->kind != CP_EXPR_CALL)
        return false;
    const cp_expr *callee = call->kids[0];
    return (callee->kind == CP_EXPR_NAME || callee->kind == CP_EXPR_ATTR) &&
           cp_str_ends(callee->text, cp_str_of(name));
}

const char *cp_walk_doubt(const cp_expr *call, const char *outer)
{
    if (ends_callee(call, "autocast")) {
        const cp_expr *enabled = cp_call_keyword(call, CP_STR("enabled"));
        bool off = enabled && enabled->kind == CP_EXPR_CONST &&
                   cp_str_is(enabled->text, "False");
        return off ? outer : "it is computed under autocast";
    }
    if (ends_callee(call, "default_dtype") || ends_callee(call, "default_torch_dtype"))
        return "torch's default dtype is set there";
    return outer;
}

void cp_walk_later(cp_walk *walk, cp_func *func)
{
    cp_flow *flow = walk->flow;
    if (walk->func)
        cp_push(flow->arena, flow->pending, flow->pending_count, flow->pending_room,
                func);
}

static void walk_with(cp_walk *walk, const cp_stmt *stmt)
{
    const char *outer = walk->doubt;
    bool may_stop = false;
    for (uint32_t i = 0; i < stmt->item_count; i++) {
        walk->doubt = cp_walk_doubt(stmt->items[i].value, walk->doubt);
        may_stop |= ends_callee(stmt->items[i].value, "suppress");
        cp_node *value = cp_walk_expr(walk, stmt->items[i].value);
        if (stmt->items[i].target)
            cp_walk_bind(walk, stmt->items[i].target, value, NULL);
    }
    const cp_binding *start = walk->names;
    cp_walk_block(walk, &stmt->body);
    walk->doubt = outer;
    if (!may_stop)
        return;
    walk->ended = false;
    cp_walk_perhaps(walk, start);
}

/* The names after `global` or `nonlocal`. */
static uint32_t declared_count(const cp_stmt *stmt)
{
    const cp_expr *names = stmt->value;
    return !names ? 0 : names->kid_count ? names->kid_count : 1;
}

static cp_str declared_name(const cp_stmt *stmt, uint32_t index)
{
    const cp_expr *names = stmt->value;
    return names->kid_count ? names->kids[index]->text : names->text;
}

/* An inner function that rebinds a name of this one may do so at any time from here. */
static void share_nonlocals(cp_walk *walk, const cp_block *block)
{
    for (uint32_t i = 0; i < block->count; i++) {
        const cp_stmt *stmt = block->stmts[i];
        bool declares =
            stmt->kind == CP_STMT_OTHER && cp_str_is(stmt->text, "nonlocal_statement");
        for (uint32_t k = 0; declares && k < declared_count(stmt); k++)
            cp_walk_unsure_name(walk, declared_name(stmt, k),
                                "an inner function may bind it to something else");
        share_nonlocals(walk, &stmt->body);
        share_nonlocals(walk, &stmt->orelse);
        share_nonlocals(walk, &stmt->final);
        for (uint32_t h = 0; h < stmt->handler_count; h++)
            share_nonlocals(walk, &stmt->handlers[h]);
        for (uint32_t c = 0; c < stmt->case_count; c++)
            share_nonlocals(walk, &stmt->cases[c].body);
        if (stmt->func)
            share_nonlocals(walk, &stmt->func->body);
    }
}

/* `global x`: from here on x is the module's, and what it is bound to is seen by all. */
static void walk_global(cp_walk *walk, const cp_stmt *stmt)
{
    for (uint32_t k = 0; k < declared_count(stmt); k++) {
        cp_str name = declared_name(stmt, k);
        cp_node *global = cp_global_of(walk->flow, walk->module, name);
        cp_value doubt = {.unknown = "a function binds it by a global statement"};
        cp_node_add_input(walk->flow, global, cp_node_fixed(walk->flow, &doubt), NULL);
        cp_walk_bind_name(walk, name, global, NULL);
        cp_binding *shared = cp_new(walk->flow->arena, cp_binding, 1);
        *shared = (cp_binding){walk->shared, name, global};
        walk->shared = shared;
    }
}

static void walk_import(cp_walk *walk, const cp_stmt *stmt)
{
    for (uint32_t i = 0; i < stmt->import_count; i++) {
        const cp_import *import = &stmt->imports[i];
        if (cp_str_is(import->name, "*"))
            continue; /* looked up in the module where a name is not bound */
        cp_node *node = cp_import_node(walk->flow, walk->module, import);
        cp_walk_bind_name(walk, import->local, node, NULL);
    }
}

static void walk_definition(cp_walk *walk, const cp_stmt *stmt)
{
    cp_ref ref = {.kind = CP_REF_FUNC, .func = stmt->func};
    cp_str name = stmt->func ? stmt->func->name : stmt->class->name;
    if (stmt->class) {
        ref = (cp_ref){.kind = CP_REF_CLASS, .class = stmt->class};
        cp_class_flow_of(walk->flow, stmt->class);
    }
    cp_value value = {0};
    cp_value_add_ref(walk->flow->arena, &value, cp_flow_ref(walk->flow, &ref));
    cp_node *made = cp_node_fixed(walk->flow, &value);
    cp_walk_bind_name(walk, name, made, NULL);
    if (stmt->func)
        cp_note_decorated_op(walk, stmt->func, made);
    if (!stmt->func || !walk->func)
        return;
    cp_walk_later(walk, stmt->func);
    share_nonlocals(walk, &stmt->func->body);
}

/* break and continue: what they leave behind meets the other ways out of the body. */
static void walk_jump(cp_walk *walk)
{
    cp_loop *loop = walk->loop;
    if (loop)
        cp_push(walk->flow->arena, loop->exits, loop->count, loop->room, walk->names);
    walk->ended = true;
}

static void walk_return(cp_walk *walk, const cp_stmt *stmt)
{
    if (walk->func_flow) {
        cp_value none = {.none = true};
        cp_node *value = stmt->value ? cp_walk_expr(walk, stmt->value)
                                     : cp_node_fixed(walk->flow, &none);
        cp_node_add_input(walk->flow, walk->func_flow->result, value, walk->guard);
    }
    walk->ended = true;
}

static void walk_assert(cp_walk *walk, const cp_stmt *stmt)
{
    cp_walk_expr(walk, stmt->value);
    walk->guard = cp_guard_with(walk->flow->arena, walk->guard, stmt->value, true, false);
    cp_walk_refine(walk, stmt->value, true);
}

static void walk_stmt(cp_walk *walk, const cp_stmt *stmt)
{
    switch (stmt->kind) {
    case CP_STMT_ASSIGN:
        walk_assign(walk, stmt);
        return;
    case CP_STMT_AUG:
        walk_augmented(walk, stmt);
        return;
    case CP_STMT_EXPR:
        cp_walk_expr(walk, stmt->value);
        walk->doubt = cp_walk_doubt(stmt->value, walk->doubt);
        return;
    case CP_STMT_RETURN:
        walk_return(walk, stmt);
        return;
    case CP_STMT_IF:
        cp_walk_if(walk, stmt);
        return;
    case CP_STMT_WHILE:
    case CP_STMT_FOR:
        cp_walk_loop(walk, stmt);
        return;
    case CP_STMT_WITH:
        walk_with(walk, stmt);
        return;
    case CP_STMT_TRY:
        cp_walk_try(walk, stmt);
        return;
    case CP_STMT_MATCH:
        cp_walk_match(walk, stmt);
        return;
    case CP_STMT_ASSERT:
        walk_assert(walk, stmt);
        return;
    case CP_STMT_DEF:
    case CP_STMT_CLASS:
        walk_definition(walk, stmt);
        return;
    case CP_STMT_IMPORT:
        walk_import(walk, stmt);
        return;
    case CP_STMT_RAISE:
        if (stmt->value)
            cp_walk_expr(walk, stmt->value);
        walk->ended = true;
        return;
    case CP_STMT_JUMP:
        walk_jump(walk);
        return;
    case CP_STMT_OTHER:
        if (cp_str_is(stmt->text, "global_statement"))
            walk_global(walk, stmt);
        return;
    case CP_STMT_DELETE:
        return;
    }
}

void cp_walk_block(cp_walk *walk, const cp_block *block)
{
    for (uint32_t i = 0; i < block->count && !walk->ended; i++)
        walk_stmt(walk, block->stmts[i]);
}
