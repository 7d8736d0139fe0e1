#include "flow/walk.h"

cp_node *cp_walk_node(cp_walk *walk, cp_node_kind kind, const cp_expr *expr)
{
    cp_node *node = cp_node_new(walk->flow, kind);
    node->module = walk->module;
    node->func = walk->func;
    node->expr = expr;
    node->guard = walk->guard;
    if (expr)
        cp_table_put(&walk->flow->nodes, expr, node);
    return node;
}

static cp_node *fixed(cp_walk *walk, const cp_expr *expr, cp_value value)
{
    cp_node *node = cp_walk_node(walk, CP_NODE_FIXED, expr);
    node->value = value;
    return node;
}

static cp_node *ref_node(cp_walk *walk, const cp_expr *expr, cp_ref ref)
{
    cp_value value = {0};
    cp_value_add_ref(walk->flow->arena, &value, cp_flow_ref(walk->flow, &ref));
    return fixed(walk, expr, value);
}

static bool binds(const cp_map *map, cp_str name)
{
    return cp_map_get(map, name) != NULL;
}

/* A name that some `from m import *` of the module may bind; NULL if none does. */
static cp_node *star_import(cp_walk *walk, cp_str name)
{
    cp_module *module = walk->module;
    for (uint32_t i = 0; i < module->import_count; i++) {
        const cp_stmt *stmt = module->imports[i];
        for (uint32_t k = 0; k < stmt->import_count; k++) {
            const cp_import *import = &stmt->imports[k];
            if (!cp_str_is(import->name, "*"))
                continue;
            cp_str target = cp_import_target(walk->flow->arena, module, import);
            cp_module *from = cp_project_loaded(walk->flow->project, module, target);
            if (!from || from == module)
                continue;
            cp_build_module(walk->flow, from);
            if (binds(&cp_module_flow_of(walk->flow, from)->globals, name))
                return cp_global_of(walk->flow, from, name);
        }
    }
    return NULL;
}

cp_node *cp_walk_name(cp_walk *walk, cp_str name)
{
    for (const cp_binding *at = walk->names; at; at = at->next)
        if (cp_str_eq(at->name, name))
            return at->node;
    for (cp_func *outer = walk->func; outer; outer = outer->outer) {
        cp_func_flow *known = cp_func_flow_of(walk->flow, outer);
        if (outer != walk->func && binds(&known->names, name))
            return cp_map_get(&known->names, name);
    }
    if (binds(&cp_module_flow_of(walk->flow, walk->module)->globals, name))
        return cp_global_of(walk->flow, walk->module, name);
    return star_import(walk, name);
}

static cp_node *walk_name(cp_walk *walk, const cp_expr *expr)
{
    cp_node *bound = cp_walk_name(walk, expr->text);
    if (bound) {
        cp_table_put(&walk->flow->nodes, expr, bound);
        return bound;
    }
    cp_str dotted =
        cp_str_printf(walk->flow->arena, "builtins.%.*s", CP_STR_ARGS(expr->text));
    return ref_node(walk, expr, (cp_ref){.kind = CP_REF_EXTERNAL, .dotted = dotted});
}

/* A field or name that is told by its name alone: it has the model's dtype. */
static bool is_activation(const cp_walk *walk, const cp_expr *expr)
{
    return (expr->kind == CP_EXPR_NAME || expr->kind == CP_EXPR_ATTR) &&
           cp_map_get(&walk->flow->rules->activations, expr->text);
}

/* What is called a configuration says by its dtype in which the model is run. */
static bool is_config(const cp_expr *expr)
{
    return (expr->kind == CP_EXPR_NAME || expr->kind == CP_EXPR_ATTR) &&
           (cp_str_is(expr->text, "config") ||
            cp_str_ends(expr->text, CP_STR("_config")));
}

static cp_node *walk_attr(cp_walk *walk, const cp_expr *expr)
{
    cp_node *object = cp_walk_expr(walk, expr->kids[0]);
    if (is_activation(walk, expr))
        return fixed(walk, expr, (cp_value){.tensor = CP_SYM_MODEL});
    cp_node *node = cp_walk_node(walk, CP_NODE_ATTR, expr);
    node->name = expr->text;
    bool dtype = cp_str_is(expr->text, "dtype");
    node->by_name = (dtype && is_activation(walk, expr->kids[0])) ||
                    (dtype && is_config(expr->kids[0])) ||
                    cp_map_get(&walk->flow->rules->model_dtypes, expr->text);
    cp_node_add_input(walk->flow, node, object, NULL);
    return node;
}

static int small_number(cp_str text)
{
    int value = 0;
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] < '0' || text.ptr[i] > '9' || i > 3)
            return -1;
        value = value * 10 + (text.ptr[i] - '0');
    }
    return text.len ? value : -1;
}

static cp_node *walk_subscript(cp_walk *walk, const cp_expr *expr)
{
    cp_node *whole = cp_walk_expr(walk, expr->kids[0]);
    for (uint32_t i = 1; i < expr->kid_count; i++)
        cp_walk_expr(walk, expr->kids[i]);
    cp_node *node = cp_walk_node(walk, CP_NODE_ITEM, expr);
    if (expr->kid_count == 2 && expr->kids[1]->kind == CP_EXPR_NUMBER)
        node->index = small_number(expr->kids[1]->text);
    if (expr->kid_count == 2 && expr->kids[1]->kind == CP_EXPR_STRING)
        node->name = expr->kids[1]->text;
    cp_node_add_input(walk->flow, node, whole, NULL);
    return node;
}

/* A tuple's elements are its inputs; it is itself the site that its ref names. */
static cp_node *walk_tuple(cp_walk *walk, const cp_expr *expr)
{
    cp_node *node = cp_walk_node(walk, CP_NODE_FIXED, expr);
    bool counted = true;
    for (uint32_t i = 0; i < expr->kid_count; i++) {
        cp_node_add_input(walk->flow, node, cp_walk_expr(walk, expr->kids[i]), NULL);
        counted &= expr->kids[i]->kind != CP_EXPR_STAR;
    }
    if (!counted) {
        node->value.unknown = "a sequence with a part of unknown length";
        return node;
    }
    cp_ref ref = {.kind = CP_REF_TUPLE, .site = node};
    cp_value_add_ref(walk->flow->arena, &node->value, cp_flow_ref(walk->flow, &ref));
    return node;
}

static cp_node *walk_dict(cp_walk *walk, const cp_expr *expr)
{
    cp_arena *arena = walk->flow->arena;
    cp_node *node = cp_walk_node(walk, CP_NODE_FIXED, expr);
    node->call = cp_new(arena, cp_call, 1);
    node->call->expr = expr;
    node->call->args = cp_new(arena, cp_argument, expr->kid_count / 2 + 1);
    for (uint32_t i = 0; i + 1 < expr->kid_count; i += 2) {
        const cp_expr *key = expr->kids[i];
        cp_argument *arg = &node->call->args[node->call->arg_count++];
        arg->name = key && key->kind == CP_EXPR_STRING ? key->text : CP_STR("**");
        arg->expr = expr->kids[i + 1];
        arg->node = cp_walk_expr(walk, expr->kids[i + 1]);
        cp_node_add_input(walk->flow, node, arg->node, NULL);
    }
    cp_ref ref = {.kind = CP_REF_DICT, .site = node};
    cp_value_add_ref(arena, &node->value, cp_flow_ref(walk->flow, &ref));
    return node;
}

static cp_node *walk_binary(cp_walk *walk, const cp_expr *expr)
{
    cp_node *left = cp_walk_expr(walk, expr->kids[0]);
    cp_node *right = cp_walk_expr(walk, expr->kids[1]);
    cp_node *node = cp_walk_node(walk, CP_NODE_PROMOTE, expr);
    if (cp_str_is(expr->text, "@"))
        node->doubt = walk->doubt;
    cp_node_add_input(walk->flow, node, left, NULL);
    cp_node_add_input(walk->flow, node, right, NULL);
    return node;
}

static cp_node *walk_unary(cp_walk *walk, const cp_expr *expr)
{
    cp_node *operand = cp_walk_expr(walk, expr->kids[0]);
    if (cp_str_is(expr->text, "not"))
        return fixed(walk, expr, (cp_value){.plain = true});
    cp_node *node = cp_walk_node(walk, CP_NODE_JOIN, expr);
    cp_node_add_input(walk->flow, node, operand, NULL);
    return node;
}

/* Under a condition, so that what the expression binds is only bound perhaps. */
static cp_node *walk_under(cp_walk *walk, const cp_expr *expr, const cp_guard *guard)
{
    const cp_guard *outer = walk->guard;
    const cp_binding *start = walk->names;
    walk->guard = guard;
    cp_node *node = cp_walk_expr(walk, expr);
    walk->guard = outer;
    if (walk->names != start)
        cp_walk_perhaps(walk, start);
    return node;
}

static cp_node *walk_ternary(cp_walk *walk, const cp_expr *expr)
{
    cp_arena *arena = walk->flow->arena;
    cp_walk_expr(walk, expr->kids[1]);
    const cp_guard *yes = cp_guard_with(arena, walk->guard, expr->kids[1], true, true);
    const cp_guard *no = cp_guard_with(arena, walk->guard, expr->kids[1], false, true);
    cp_node *then = walk_under(walk, expr->kids[0], yes);
    cp_node *otherwise = walk_under(walk, expr->kids[2], no);
    cp_node *node = cp_walk_node(walk, CP_NODE_JOIN, expr);
    cp_node_add_input(walk->flow, node, then, yes);
    cp_node_add_input(walk->flow, node, otherwise, no);
    return node;
}

static cp_node *walk_bool(cp_walk *walk, const cp_expr *expr)
{
    bool is_and = cp_str_is(expr->text, "and");
    cp_node *left = cp_walk_expr(walk, expr->kids[0]);
    const cp_guard *guard =
        cp_guard_with(walk->flow->arena, walk->guard, expr->kids[0], is_and, false);
    cp_node *right = walk_under(walk, expr->kids[1], guard);
    cp_node *node = cp_walk_node(walk, CP_NODE_JOIN, expr);
    cp_node_add_input(walk->flow, node, left, NULL);
    cp_node_add_input(walk->flow, node, right, guard);
    return node;
}

/* The parts become inputs, so that what is done with them is not lost from sight. */
static cp_node *with_parts(cp_walk *walk, const cp_expr *expr, cp_value value)
{
    cp_node *node = fixed(walk, expr, value);
    for (uint32_t i = 0; i < expr->kid_count; i++)
        if (expr->kids[i])
            cp_node_add_input(walk->flow, node, cp_walk_expr(walk, expr->kids[i]), NULL);
    return node;
}

/* Names that a comprehension binds are its own: they hide those around it. */
static void hide_targets(cp_walk *walk, const cp_expr *target)
{
    if (target->kind == CP_EXPR_NAME) {
        cp_binding *binding = cp_new(walk->flow->arena, cp_binding, 1);
        *binding = (cp_binding){walk->names, target->text,
                                cp_node_unknown(walk->flow, "an element of a loop")};
        walk->names = binding;
        return;
    }
    for (uint32_t i = 0; i < target->kid_count; i++)
        if (target->kids[i])
            hide_targets(walk, target->kids[i]);
}

static cp_node *walk_other(cp_walk *walk, const cp_expr *expr)
{
    const cp_binding *outside = walk->names;
    for (uint32_t i = 0; i < expr->kid_count; i++) {
        const cp_expr *kid = expr->kids[i];
        if (kid && kid->kind == CP_EXPR_OTHER && cp_str_is(kid->text, "for_in_clause") &&
            kid->kid_count)
            hide_targets(walk, kid->kids[0]);
    }
    bool hides = walk->names != outside;
    cp_node *node = with_parts(
        walk, expr, (cp_value){.unknown = "the form of expression is not modelled"});
    if (hides)
        walk->names = outside;
    return node;
}

static cp_node *walk_walrus(cp_walk *walk, const cp_expr *expr)
{
    cp_node *value = cp_walk_expr(walk, expr->kids[1]);
    cp_walk_bind(walk, expr->kids[0], value, NULL);
    return value;
}

static cp_node *walk_compare(cp_walk *walk, const cp_expr *expr)
{
    return with_parts(walk, expr,
                      (cp_value){.plain = true, .tensor = CP_DTYPES(CP_BOOL)});
}

/* Constants are one node for all: nothing is ever asked about a single one. */
static cp_node *constant(cp_walk *walk, bool none)
{
    cp_node **shared = none ? &walk->flow->none : &walk->flow->plain;
    if (!*shared)
        *shared = cp_node_fixed(walk->flow, &(cp_value){.none = none, .plain = !none});
    return *shared;
}

cp_node *cp_walk_expr(cp_walk *walk, const cp_expr *expr)
{
    switch (expr->kind) {
    case CP_EXPR_NAME:
        return walk_name(walk, expr);
    case CP_EXPR_ATTR:
        return walk_attr(walk, expr);
    case CP_EXPR_CALL:
        return cp_walk_call(walk, expr);
    case CP_EXPR_STRING:
    case CP_EXPR_NUMBER:
        return constant(walk, false);
    case CP_EXPR_CONST:
        return constant(walk, cp_str_is(expr->text, "None"));
    case CP_EXPR_SUBSCRIPT:
        return walk_subscript(walk, expr);
    case CP_EXPR_TUPLE:
        return walk_tuple(walk, expr);
    case CP_EXPR_DICT:
        return walk_dict(walk, expr);
    case CP_EXPR_UNARY:
        return walk_unary(walk, expr);
    case CP_EXPR_BINARY:
        return walk_binary(walk, expr);
    case CP_EXPR_COMPARE:
        return walk_compare(walk, expr);
    case CP_EXPR_BOOL:
        return walk_bool(walk, expr);
    case CP_EXPR_TERNARY:
        return walk_ternary(walk, expr);
    case CP_EXPR_WALRUS:
        return walk_walrus(walk, expr);
    case CP_EXPR_LAMBDA:
        cp_walk_later(walk, expr->func);
        return ref_node(walk, expr, (cp_ref){.kind = CP_REF_FUNC, .func = expr->func});
    case CP_EXPR_STAR:
    case CP_EXPR_OTHER:
        break;
    }
    return walk_other(walk, expr);
}
