#include "findings/cast.h"

/* Pointers of Triton kernels are called by what they point to: topk_weights_ptr. */
static cp_str without_ptr(cp_str name)
{
    static const char *const ends[] = {"_ptrs", "_ptr"};
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
        if (cp_str_ends(name, cp_str_of(ends[i])))
            return cp_str_cut(name, 0, name.len - strlen(ends[i]));
    return name;
}

cp_role cp_role_of_name(const cp_study *study, cp_str whole)
{
    cp_str name = without_ptr(whole);
    const cp_flow_rules *rules = cp_flow_rules_of(study->flow);
    if (cp_map_get(&rules->logits, name))
        return CP_ROLE_ROUTER_LOGITS;
    if (cp_map_get(&rules->bias, name))
        return CP_ROLE_ROUTING_BIAS;
    if (cp_map_get(&rules->weights, name))
        return CP_ROLE_TOPK_WEIGHTS;
    return CP_ROLE_NONE;
}

/* Contracts name the logits `scores` too. */
cp_role cp_role_of_parameter(const cp_study *study, const cp_site *site)
{
    cp_str parameter = site->parameter;
    if (site->entry->is_gate)
        return cp_str_eq(parameter, site->entry->writes) ? CP_ROLE_GATE_OUTPUT
               : cp_str_is(parameter, "mat_a")           ? CP_ROLE_GATE_INPUT
                                                         : CP_ROLE_NONE;
    if (cp_str_is(parameter, "scores"))
        return CP_ROLE_ROUTER_LOGITS;
    if (cp_str_is(parameter, "bias") && cp_str_is(site->entry->reads, "router_logits"))
        return CP_ROLE_ROUTING_BIAS;
    return cp_role_of_name(study, parameter);
}

/* What the text of `expr` is about: x.view(…), x[i], f(x) and x + 1 are about x. */
static const cp_expr *part_of_text(const cp_study *study, const cp_expr *expr)
{
    if (!expr->kid_count)
        return NULL;
    const cp_expr *first = expr->kids[0];
    switch (expr->kind) {
    case CP_EXPR_SUBSCRIPT:
    case CP_EXPR_BINARY:
        return first;
    case CP_EXPR_CALL: {
        const cp_node *node = cp_flow_node_of(study->flow, expr);
        bool function = node && node->call && node->call->external_count;
        if (function && expr->arg_count)
            return expr->args[0].value;
        bool named = cp_role_of_name(study, first->text) != CP_ROLE_NONE;
        return first->kind == CP_EXPR_ATTR && !named ? first->kids[0] : first;
    }
    default:
        return NULL;
    }
}

/* By the names in the value's own text, the last one first: a.b.router_logits[i]. */
cp_role cp_role_of_text(const cp_study *study, const cp_expr *expr)
{
    for (int steps = 0; expr && steps < 16; steps++) {
        cp_role role = CP_ROLE_NONE;
        if (expr->kind == CP_EXPR_NAME || expr->kind == CP_EXPR_ATTR)
            role = cp_role_of_name(study, expr->text);
        if (role != CP_ROLE_NONE)
            return role;
        expr = part_of_text(study, expr);
    }
    return CP_ROLE_NONE;
}

cp_role cp_role_of_value(const cp_study *study, const cp_cast *cast)
{
    return cp_role_of_text(study, cast->value);
}

/* What the value was on its way here, past what only moves its elements; or NULL. */
static const cp_node *step_back(const cp_node *node)
{
    bool name = node->kind == CP_NODE_JOIN && node->input_count == 1 &&
                (node->join == CP_JOIN_LOCAL || node->join == CP_JOIN_PARAM);
    if (name || node->kind == CP_NODE_POINTER || node->kind == CP_NODE_ITEM)
        return node->inputs[0].node;
    if (node->kind == CP_NODE_PROMOTE)
        return node->inputs[0].node->value.pointer ? node->inputs[0].node : NULL;
    const cp_call *call = node->kind == CP_NODE_CALL ? node->call : NULL;
    bool loads = call && call->external_count == 1 && call->arg_count &&
                 cp_str_ends(call->externals[0], CP_STR(".load"));
    return loads ? call->args[0].node : NULL;
}

cp_role cp_role_of_origin(const cp_study *study, const cp_cast *cast)
{
    const cp_node *node = cast->operand;
    for (int steps = 0; node && steps < 12; steps++, node = step_back(node)) {
        cp_role role = node->kind == CP_NODE_JOIN ? cp_role_of_name(study, node->name)
                                                  : CP_ROLE_NONE;
        if (role != CP_ROLE_NONE)
            return role;
    }
    return CP_ROLE_NONE;
}

static bool has_hint(const cp_study *study, cp_str text)
{
    const cp_flow_rules *rules = cp_flow_rules_of(study->flow);
    for (size_t i = 0; i < rules->hint_count; i++)
        if (cp_str_has(text, rules->hints[i]))
            return true;
    return false;
}

/* Whether the function, or the file in its folder, is named after routing. */
static bool is_of_routing(const cp_study *study, const cp_node *node)
{
    if (node->func && has_hint(study, node->func->qualname))
        return true;
    cp_str path = node->module->source->path;
    size_t start = path.len, slashes = 0;
    while (start > 0 && slashes < 2) /* the last folder, and the file */
        slashes += path.ptr[--start] == '/';
    return has_hint(study, cp_str_cut(path, start, path.len));
}

static cp_role role_of_local_name(const cp_study *study, cp_str whole)
{
    const cp_flow_rules *rules = cp_flow_rules_of(study->flow);
    cp_str name = without_ptr(whole);
    if (cp_map_get(&rules->local_logits, name))
        return CP_ROLE_ROUTER_LOGITS;
    if (cp_map_get(&rules->local_bias, name))
        return CP_ROLE_ROUTING_BIAS;
    return cp_map_get(&rules->local_weights, name) ? CP_ROLE_TOPK_WEIGHTS : CP_ROLE_NONE;
}

cp_role cp_role_of_local(const cp_study *study, const cp_cast *cast)
{
    if (!is_of_routing(study, cast->node))
        return CP_ROLE_NONE;
    cp_role role = CP_ROLE_NONE;
    const cp_expr *expr = cast->value;
    for (int i = 0; expr && i < 16 && !role; i++, expr = part_of_text(study, expr))
        if (expr->kind == CP_EXPR_NAME || expr->kind == CP_EXPR_ATTR)
            role = role_of_local_name(study, expr->text);
    const cp_node *node = cast->operand;
    for (int i = 0; node && i < 12 && !role; i++, node = step_back(node))
        if (node->kind == CP_NODE_JOIN)
            role = role_of_local_name(study, node->name);
    for (uint32_t i = 0; i < cast->node->user_count && !role; i++)
        if (cast->node->users[i]->kind == CP_NODE_JOIN)
            role = role_of_local_name(study, cast->node->users[i]->name);
    return role;
}

/* x.to(topk_weights.dtype) makes x fit for what topk_weights are. */
cp_role cp_role_of_dtype(const cp_study *study, const cp_cast *cast)
{
    const cp_expr *asked = cast->asked->expr;
    if (!asked || asked->kind != CP_EXPR_ATTR || !cp_str_is(asked->text, "dtype"))
        return CP_ROLE_NONE;
    return cp_role_of_text(study, asked->kids[0]);
}

static bool is_return(const cp_node *join, const cp_node *value, void *data)
{
    (void)value;
    (void)data;
    return join->join == CP_JOIN_RETURN;
}

static cp_role role_of_reach(const cp_study *study, const cp_node *node,
                             const cp_reach_options *options)
{
    cp_arena scratch = {0};
    cp_reach reach = cp_trace_reach(study->flow, &scratch, node, options);
    cp_role role = CP_ROLE_NONE;
    for (size_t i = 0; i < reach.join_count && role == CP_ROLE_NONE; i++)
        role = cp_role_of_name(study, reach.joins[i]->name);
    cp_arena_dispose(&scratch);
    return role;
}

/*
 * By what the value is called further on, or else what is computed from it in the same
 * function: what a layer returns is computed from everything that it was given.
 */
cp_role cp_role_of_later(const cp_study *study, const cp_node *node)
{
    const cp_reach_options as_it_is = {0};
    const cp_reach_options computed = {.through_compute = true, .stop = is_return};
    cp_role role = role_of_reach(study, node, &as_it_is);
    return role != CP_ROLE_NONE ? role : role_of_reach(study, node, &computed);
}

/* A gate's weights: the attribute `weight` of what is called a gate or a router. */
static bool is_gate_weight(const cp_node *node)
{
    if (node->kind != CP_NODE_ATTR || !cp_str_is(node->name, "weight"))
        return false;
    const cp_node *layer = node->inputs[0].node;
    return cp_str_is(layer->name, "gate") || cp_str_is(layer->name, "router");
}

cp_role cp_role_of_target(const cp_study *study, const cp_node *target)
{
    for (int steps = 0; target && steps < 8; steps++) {
        cp_role role = is_gate_weight(target) ? CP_ROLE_GATE_INPUT
                                              : cp_role_of_name(study, target->name);
        if (role != CP_ROLE_NONE)
            return role;
        if (target->kind == CP_NODE_CALL && target->call->receiver)
            target = target->call->receiver;
        else
            target = target->input_count ? target->inputs[0].node : NULL;
    }
    return CP_ROLE_NONE;
}
