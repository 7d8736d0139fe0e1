#include "flow/walk.h"

/* The arguments of a call, walked; a spread one is named "*" or "**". */
static void walk_args(cp_walk *walk, const cp_expr *expr, cp_call *call)
{
    call->args = cp_new(walk->flow->arena, cp_argument, expr->arg_count + 1);
    for (uint32_t i = 0; i < expr->arg_count; i++) {
        const cp_arg *given = &expr->args[i];
        cp_argument *arg = &call->args[call->arg_count++];
        arg->name = given->name;
        arg->expr = given->value;
        if (given->value->kind == CP_EXPR_STAR) {
            arg->name = given->value->text;
            arg->expr = given->value->kids[0];
        }
        arg->node = cp_walk_expr(walk, arg->expr);
    }
}

static const cp_argument *keyword(const cp_call *call, const char *name)
{
    for (uint32_t i = 0; i < call->arg_count; i++)
        if (cp_str_is(call->args[i].name, name))
            return &call->args[i];
    return NULL;
}

static bool names_device(const cp_expr *expr)
{
    if (expr->kind != CP_EXPR_NAME && expr->kind != CP_EXPR_ATTR)
        return expr->kind == CP_EXPR_STRING || expr->kind == CP_EXPR_NUMBER;
    return cp_str_ends(expr->text, CP_STR("device"));
}

/*
 * What the call of a tensor's `to`, `type`, `type_as` or `view` names as dtype:
 * NULL where no argument can.
 */
static cp_node *dtype_argument(cp_walk *walk, const cp_call *call)
{
    const cp_argument *named = keyword(call, "dtype");
    if (named)
        return named->node;
    if (keyword(call, "other"))
        return keyword(call, "other")->node;
    cp_node *found = NULL;
    for (uint32_t i = 0; i < call->arg_count && i < 2; i++) {
        const cp_argument *arg = &call->args[i];
        if (arg->name.len || names_device(arg->expr) || arg->expr->kind == CP_EXPR_CONST)
            continue;
        if (found) { /* to(device, dtype): whichever of the two is a dtype */
            cp_node *both = cp_node_join(walk->flow, CP_JOIN_LOCAL, CP_STR(""));
            cp_node_add_input(walk->flow, both, found, NULL);
            cp_node_add_input(walk->flow, both, arg->node, NULL);
            return both;
        }
        found = arg->node;
    }
    return found;
}

static cp_node *cast_node(cp_walk *walk, const cp_expr *expr, cp_node *operand,
                          cp_node *dtype, bool listed)
{
    cp_node *node = cp_walk_node(walk, CP_NODE_CAST, expr);
    cp_node_add_input(walk->flow, node, operand, NULL);
    cp_node_add_input(walk->flow, node, dtype, NULL);
    if (listed)
        cp_push(walk->flow->arena, walk->flow->casts, walk->flow->cast_count,
                walk->flow->cast_room, node);
    return node;
}

/* x.to(…), x.float(), x.type_as(y), x.view(dtype); NULL where it is no cast. */
static cp_node *walk_cast(cp_walk *walk, const cp_expr *expr, cp_node *receiver,
                          const cp_call *call)
{
    cp_str method = expr->kids[0]->text;
    cp_dtype named = cp_dtype_of_method(method);
    if (named != CP_DTYPE_NONE && expr->arg_count == 0) {
        cp_value dtype = {.dtype = CP_DTYPES(named)};
        return cast_node(walk, expr, receiver, cp_node_fixed(walk->flow, &dtype), true);
    }
    bool view = cp_str_is(method, "view");
    if (!view && !cp_str_is(method, "to") && !cp_str_is(method, "type") &&
        !cp_str_is(method, "type_as"))
        return NULL;
    if (view && call->arg_count != 1)
        return NULL; /* a shape */
    cp_node *dtype = dtype_argument(walk, call);
    /* One that copies, or lays the elements out anew, does more than cast. */
    bool only_casts = !view && !keyword(call, "copy") && !keyword(call, "memory_format");
    return dtype ? cast_node(walk, expr, receiver, dtype, only_casts) : NULL;
}

static cp_node *store_into(cp_walk *walk, const cp_expr *expr, cp_node *object,
                           cp_str name, cp_node *value)
{
    cp_node *store = cp_node_new(walk->flow, CP_NODE_STORE);
    store->module = walk->module;
    store->func = walk->func;
    store->expr = expr;
    store->guard = walk->guard;
    store->name = name;
    cp_node_add_input(walk->flow, store, object, NULL);
    cp_node_add_input(walk->flow, store, value, NULL);
    cp_node *result = cp_walk_node(walk, CP_NODE_FIXED, expr);
    result->value.none = true;
    return result;
}

static bool is_text(const cp_call *call, uint32_t index)
{
    return index < call->arg_count && call->args[index].expr->kind == CP_EXPR_STRING;
}

/* x.get("key"), x.pop("key"), x.register_parameter("name", value); else NULL. */
static cp_node *walk_keyed(cp_walk *walk, const cp_expr *expr, cp_node *receiver,
                           const cp_call *call)
{
    cp_str method = expr->kids[0]->text;
    if (!is_text(call, 0))
        return NULL;
    cp_str key = call->args[0].expr->text;
    if (cp_str_is(method, "get") || cp_str_is(method, "pop")) {
        cp_node *node = cp_walk_node(walk, CP_NODE_ITEM, expr);
        node->name = key;
        cp_node_add_input(walk->flow, node, receiver, NULL);
        if (call->arg_count > 1)
            cp_node_add_input(walk->flow, node, call->args[1].node, NULL);
        return node;
    }
    bool registers =
        cp_str_is(method, "register_parameter") || cp_str_is(method, "register_buffer");
    if (registers && call->arg_count > 1)
        return store_into(walk, expr, receiver, key, call->args[1].node);
    return NULL;
}

/* getattr(x, "name", fallback) and setattr(x, "name", value); else NULL. */
static cp_node *walk_attr_by_name(cp_walk *walk, const cp_expr *expr, const cp_call *call)
{
    const cp_expr *callee = expr->kids[0];
    if (callee->kind != CP_EXPR_NAME || !is_text(call, 1))
        return NULL;
    cp_str name = call->args[1].expr->text;
    if (cp_str_is(callee->text, "setattr") && call->arg_count == 3)
        return store_into(walk, expr, call->args[0].node, name, call->args[2].node);
    if (!cp_str_is(callee->text, "getattr"))
        return NULL;
    cp_node *attr = cp_node_new(walk->flow, CP_NODE_ATTR);
    attr->module = walk->module;
    attr->func = walk->func;
    attr->name = name;
    cp_node_add_input(walk->flow, attr, call->args[0].node, NULL);
    cp_node *node = cp_walk_node(walk, CP_NODE_JOIN, expr);
    cp_node_add_input(walk->flow, node, attr, NULL);
    if (call->arg_count > 2)
        cp_node_add_input(walk->flow, node, call->args[2].node, NULL);
    return node;
}

static bool callee_is(const cp_expr *expr, const char *name)
{
    const cp_expr *callee = expr->kids[0];
    return (callee->kind == CP_EXPR_NAME || callee->kind == CP_EXPR_ATTR) &&
           cp_str_is(callee->text, name);
}

/* dict(a=b) and functools.partial(f, a=b): sites that keep their arguments. */
static cp_node *walk_site(cp_walk *walk, const cp_expr *expr, cp_call *call)
{
    bool dict = callee_is(expr, "dict") && expr->kids[0]->kind == CP_EXPR_NAME;
    bool partial = callee_is(expr, "partial") && call->arg_count;
    if (!dict && !partial)
        return NULL;
    cp_node *node = cp_walk_node(walk, CP_NODE_FIXED, expr);
    node->call = call;
    for (uint32_t i = 0; i < call->arg_count; i++)
        cp_node_add_input(walk->flow, node, call->args[i].node, NULL);
    cp_ref ref = {.kind = dict ? CP_REF_DICT : CP_REF_PARTIAL, .site = node};
    cp_value_add_ref(walk->flow->arena, &node->value, cp_flow_ref(walk->flow, &ref));
    return node;
}

/* super(): the object as each of its class's bases has it. */
static cp_node *walk_super(cp_walk *walk, const cp_expr *expr)
{
    cp_func *func = walk->func;
    while (func && !func->owner)
        func = func->outer;
    if (!func || !callee_is(expr, "super"))
        return NULL;
    cp_node *node = cp_walk_node(walk, CP_NODE_FIXED, expr);
    cp_class_flow *known = cp_class_flow_of(walk->flow, func->owner);
    for (uint32_t i = 1; i < known->mro_count; i++) {
        cp_ref ref = {.kind = CP_REF_OBJECT, .class = known->mro[i]};
        cp_value_add_ref(walk->flow->arena, &node->value, cp_flow_ref(walk->flow, &ref));
        break;
    }
    if (!node->value.ref_count)
        node->value.unknown = "a base class that is not in the tree";
    return node;
}

static cp_node *general_call(cp_walk *walk, const cp_expr *expr, cp_call *call)
{
    cp_flow *flow = walk->flow;
    cp_node *node = cp_walk_node(walk, CP_NODE_CALL, expr);
    node->call = call;
    node->doubt = walk->doubt;
    cp_node_add_input(flow, node, call->callee, NULL);
    if (call->receiver)
        cp_node_add_input(flow, node, call->receiver, NULL);
    for (uint32_t i = 0; i < call->arg_count; i++)
        cp_node_add_input(flow, node, call->args[i].node, NULL);
    cp_push(flow->arena, flow->calls, flow->call_count, flow->call_room, node);
    cp_note_custom_op(walk, call);
    return node;
}

static cp_node *walk_method(cp_walk *walk, const cp_expr *expr, cp_call *call)
{
    const cp_expr *callee = expr->kids[0];
    call->receiver = cp_walk_expr(walk, callee->kids[0]);
    call->method = callee->text;
    walk_args(walk, expr, call);
    cp_node *special = walk_cast(walk, expr, call->receiver, call);
    if (!special)
        special = walk_keyed(walk, expr, call->receiver, call);
    if (!special)
        special = walk_site(walk, expr, call);
    if (special)
        return special;
    call->callee = cp_walk_node(walk, CP_NODE_ATTR, callee);
    call->callee->name = callee->text;
    cp_node_add_input(walk->flow, call->callee, call->receiver, NULL);
    return general_call(walk, expr, call);
}

cp_node *cp_walk_call(cp_walk *walk, const cp_expr *expr)
{
    cp_call *call = cp_new(walk->flow->arena, cp_call, 1);
    call->expr = expr;
    if (expr->kids[0]->kind == CP_EXPR_ATTR)
        return walk_method(walk, expr, call);
    walk_args(walk, expr, call);
    cp_node *special = walk_attr_by_name(walk, expr, call);
    if (!special)
        special = walk_site(walk, expr, call);
    if (!special)
        special = walk_super(walk, expr);
    if (special)
        return special;
    call->callee = cp_walk_expr(walk, expr->kids[0]);
    return general_call(walk, expr, call);
}
