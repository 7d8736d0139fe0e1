#include "flow/walk.h"

/* All that `name` is ever bound to in the function or module, for those inside it. */
static cp_node *outer_view(cp_walk *walk, cp_str name)
{
    if (!walk->func_flow)
        return cp_global_of(walk->flow, walk->module, name);
    void **slot = cp_map_slot(&walk->func_flow->names, name);
    if (!*slot) {
        cp_node *join = cp_node_join(walk->flow, CP_JOIN_LOCAL, name);
        join->module = walk->module;
        join->func = walk->func;
        *slot = join;
    }
    return *slot;
}

void cp_walk_bind_name(cp_walk *walk, cp_str name, cp_node *value, const cp_stmt *stmt)
{
    cp_arena *arena = walk->flow->arena;
    cp_node *local = value;
    if (stmt && stmt->kind == CP_STMT_ASSIGN) { /* a node of its own, to point at */
        local = cp_node_join(walk->flow, CP_JOIN_LOCAL, name);
        local->module = walk->module;
        local->func = walk->func;
        local->stmt = stmt;
        local->guard = walk->guard;
        cp_node_add_input(walk->flow, local, value, NULL);
    }
    cp_binding *binding = cp_new(arena, cp_binding, 1);
    *binding = (cp_binding){walk->names, name, local};
    walk->names = binding;
    cp_node_add_input(walk->flow, outer_view(walk, name), local, NULL);
    if (stmt && cp_map_get(&walk->flow->rules->weights, name) &&
        !cp_in_tests(walk->flow, walk->module))
        cp_node_add_input(walk->flow, cp_namesakes(walk->flow, name), local, NULL);
    cp_node *global = cp_walk_in_sight(walk->shared, name);
    if (global && global != local)
        cp_node_add_input(walk->flow, global, local, NULL);
}

void cp_walk_unsure_name(cp_walk *walk, cp_str name, const char *why)
{
    cp_node *known = cp_walk_in_sight(walk->names, name);
    if (!known)
        return;
    cp_node *join = cp_node_join(walk->flow, CP_JOIN_LOCAL, name);
    join->module = walk->module;
    join->func = walk->func;
    join->guard = walk->guard;
    cp_node_add_input(walk->flow, join, known, NULL);
    cp_node_add_input(walk->flow, join, cp_node_unknown(walk->flow, why), NULL);
    cp_walk_bind_name(walk, name, join, NULL);
}

static void bind_attr(cp_walk *walk, const cp_expr *target, cp_node *value,
                      const cp_stmt *stmt)
{
    cp_node *object = cp_walk_expr(walk, target->kids[0]);
    if (cp_str_is(target->text, "data")) { /* t.data = value keeps t's place */
        cp_walk_bind(walk, target->kids[0], value, stmt);
        return;
    }
    cp_node *store = cp_node_new(walk->flow, CP_NODE_STORE);
    store->module = walk->module;
    store->func = walk->func;
    store->expr = target;
    store->stmt = stmt;
    store->guard = walk->guard;
    store->name = target->text;
    cp_node_add_input(walk->flow, store, object, NULL);
    cp_node_add_input(walk->flow, store, value, NULL);
}

static void bind_item(cp_walk *walk, const cp_expr *target, cp_node *value)
{
    cp_node *object = cp_walk_expr(walk, target->kids[0]);
    for (uint32_t i = 1; i < target->kid_count; i++)
        cp_walk_expr(walk, target->kids[i]);
    bool keyed = target->kid_count == 2 && target->kids[1]->kind == CP_EXPR_STRING;
    cp_node *store = cp_node_new(walk->flow, CP_NODE_STORE);
    store->module = walk->module;
    store->func = walk->func;
    store->expr = target;
    store->name = keyed ? target->kids[1]->text : CP_STR("");
    store->index = keyed ? CP_STORE_KEY : CP_STORE_ELEMENT;
    cp_node_add_input(walk->flow, store, object, NULL);
    cp_node_add_input(walk->flow, store, value, NULL);
}

static cp_node *element(cp_walk *walk, cp_node *whole, const cp_expr *target, int index)
{
    cp_node *item = cp_node_new(walk->flow, CP_NODE_ITEM);
    item->module = walk->module;
    item->func = walk->func;
    item->expr = target;
    item->guard = walk->guard;
    item->index = index;
    cp_node_add_input(walk->flow, item, whole, NULL);
    return item;
}

void cp_walk_bind(cp_walk *walk, const cp_expr *target, cp_node *value,
                  const cp_stmt *stmt)
{
    switch (target->kind) {
    case CP_EXPR_NAME:
        cp_walk_bind_name(walk, target->text, value, stmt);
        return;
    case CP_EXPR_ATTR:
        bind_attr(walk, target, value, stmt);
        return;
    case CP_EXPR_SUBSCRIPT:
        bind_item(walk, target, value);
        return;
    case CP_EXPR_STAR:
        cp_walk_bind(walk, target->kids[0],
                     cp_node_unknown(walk->flow, "the rest of an unpacked value"), stmt);
        return;
    case CP_EXPR_TUPLE:
        break;
    default:
        return;
    }
    bool counted = true; /* whether positions are known: no starred target so far */
    for (uint32_t i = 0; i < target->kid_count; i++) {
        const cp_expr *kid = target->kids[i];
        if (kid->kind == CP_EXPR_STAR)
            counted = false;
        cp_walk_bind(walk, kid, element(walk, value, kid, counted ? (int)i : -1), stmt);
    }
}
