#include "flow/trace.h"

#include "flow/build.h"
#include "flow/trace_rules.h"

/* The argument of a call to torch that names the dtype to convert to, or NULL. */
static const cp_node *dtype_argument(const cp_torch_rule *rule, const cp_call *call)
{
    for (uint32_t i = 0; i < call->arg_count; i++)
        if (cp_str_eq(call->args[i].name, rule->dtype_keyword))
            return call->args[i].node;
    for (uint32_t i = 0; i < call->arg_count; i++)
        if (!call->args[i].name.len && call->args[i].node->value.dtype)
            return call->args[i].node;
    return NULL;
}

/* Whether it is a dtype for certain, though perhaps not known which. */
static bool is_dtype(const cp_node *node)
{
    if (node->kind == CP_NODE_ATTR && cp_str_is(node->name, "dtype"))
        return !node->value.plain && !node->value.ref_count;
    return node->value.dtype && !node->value.none && !node->value.unknown;
}

const cp_node *cp_trace_converts_to(const cp_torch_rule *rule, const cp_call *call,
                                    size_t index)
{
    if (rule->stores && index == 1 && call->arg_count > 1 && !call->args[0].name.len)
        return call->args[0].node;
    const cp_node *named =
        rule->converts && index == 0 ? dtype_argument(rule, call) : NULL;
    return named && is_dtype(named) ? named : NULL;
}

static const cp_torch_rule *rule_of(const cp_flow *flow, const cp_call *call)
{
    if (call->external_count == 1 && call->tied_count == 1)
        return cp_map_get(&flow->rules->functions, call->externals[0]);
    return call->receiver && !call->tied_count
               ? cp_map_get(&flow->rules->methods, call->method)
               : NULL;
}

const cp_node *cp_trace_converting(const cp_flow *flow, const cp_node *node,
                                   const cp_node **operand, const cp_argument **argument,
                                   uint32_t *index)
{
    const cp_call *call = node->call;
    const cp_torch_rule *rule = rule_of(flow, call);
    if (!rule || !rule->converts)
        return NULL;
    bool method = call->receiver && !call->external_count;
    if (!method && (!call->arg_count || cp_str_starts(call->args[0].name, CP_STR("*"))))
        return NULL;
    const cp_node *asked = cp_trace_converts_to(rule, call, 0);
    for (uint32_t i = 0; asked && i < call->arg_count; i++)
        if (call->args[i].node == asked)
            *index = i;
    *argument = method ? NULL : &call->args[0];
    *operand = method ? call->receiver : call->args[0].node;
    return asked;
}

/* The one value that a name stands for, or a parameter that one launch gives. */
static const cp_node *single_source(const cp_node *node)
{
    while (node->kind == CP_NODE_REFINE ||
           (node->kind == CP_NODE_JOIN && node->input_count == 1 && !node->open &&
            (node->join == CP_JOIN_LOCAL ||
             (node->join == CP_JOIN_PARAM &&
              node->inputs[0].node->kind == CP_NODE_POINTER))))
        node = node->inputs[0].node;
    return node;
}

const cp_node *cp_trace_moved(const cp_flow *flow, const cp_call *call)
{
    const cp_torch_rule *rule = rule_of(flow, call);
    if (!rule || !rule->moves || rule->result_count != 1)
        return NULL;
    if (call->receiver && !call->external_count)
        return call->receiver;
    return call->arg_count && !call->args[0].name.len ? call->args[0].node : NULL;
}

bool cp_trace_is_tensor(const cp_flow *flow, const cp_node *node)
{
    node = single_source(node);
    if (cp_value_only_tensor(&node->value))
        return true;
    const cp_torch_rule *rule =
        node->kind == CP_NODE_CALL ? rule_of(flow, node->call) : NULL;
    return rule && node->call->external_count && rule->result_count == 1 &&
           rule->results[0].kind != CP_RESULT_PLAIN &&
           rule->results[0].kind != CP_RESULT_OBJECT;
}

static const cp_node *source_of_tensor(const cp_flow *flow, const cp_node *node,
                                       int depth);

/* The tensor whose dtype the value, a dtype or a tensor, names; NULL if it may not. */
static const cp_node *source_of_dtype(const cp_flow *flow, const cp_node *node, int depth)
{
    node = single_source(node);
    bool dtype = node->kind == CP_NODE_ATTR && cp_str_is(node->name, "dtype");
    if (depth > 16)
        return node;
    if (node->kind == CP_NODE_ATTR && cp_str_is(node->name, "element_ty"))
        return source_of_dtype(flow, node->inputs[0].node, depth + 1);
    if (dtype)
        return source_of_tensor(flow, node->inputs[0].node, depth + 1);
    bool tensor = node->value.tensor || node->value.pointer ||
                  node->kind == CP_NODE_CALL || node->kind == CP_NODE_CAST ||
                  node->kind == CP_NODE_PROMOTE;
    if (tensor)
        return source_of_tensor(flow, node, depth + 1);
    return node->value.none ? NULL : node; /* None names no dtype */
}

/* The argument that the result of a call to torch takes its dtype from, or the call. */
static const cp_node *source_of_call(const cp_flow *flow, const cp_node *node, int depth)
{
    const cp_call *call = node->call;
    const cp_torch_rule *rule = rule_of(flow, call);
    if (!rule || rule->result_count != 1)
        return node;
    const cp_node *named = rule->dtype_keyword.len ? dtype_argument(rule, call) : NULL;
    if (named)
        return named->value.none ? node : source_of_dtype(flow, named, depth);
    cp_result_kind kind = rule->results[0].kind;
    if ((kind != CP_RESULT_ARG && kind != CP_RESULT_POINTEE) || rule->results[0].arg)
        return node;
    if (call->receiver && !call->external_count)
        return source_of_tensor(flow, call->receiver, depth);
    return call->arg_count && !call->args[0].name.len
               ? source_of_tensor(flow, call->args[0].node, depth)
               : node;
}

/* Whether arithmetic gives the dtype of that side, whatever the other side is. */
static bool keeps_dtype_of(const cp_flow *flow, const cp_node *sum, uint32_t side)
{
    const cp_node *node = sum->inputs[side].node, *other = sum->inputs[!side].node;
    if (node->value.pointer)
        return true; /* pointer arithmetic */
    return cp_trace_has_dims(flow, node) && cp_trace_is_number(flow, other);
}

static const cp_node *source_of_tensor(const cp_flow *flow, const cp_node *node,
                                       int depth)
{
    node = single_source(node);
    if (depth > 16)
        return node;
    switch (node->kind) {
    case CP_NODE_POINTER:
        return source_of_tensor(flow, node->inputs[0].node, depth + 1);
    case CP_NODE_PROMOTE:
        for (uint32_t i = 0; i < 2; i++)
            if (keeps_dtype_of(flow, node, i))
                return source_of_tensor(flow, node->inputs[i].node, depth + 1);
        return node;
    case CP_NODE_CAST: /* x.view(n) and x.to(device) are casts by their form only */
        return cp_trace_only_number(&node->inputs[1].node->value)
                   ? source_of_tensor(flow, node->inputs[0].node, depth + 1)
                   : source_of_dtype(flow, node->inputs[1].node, depth + 1);
    case CP_NODE_ITEM: /* rows of a tensor, where it is sure to be one */
        return cp_value_only_tensor(&node->inputs[0].node->value)
                   ? source_of_tensor(flow, node->inputs[0].node, depth + 1)
                   : node;
    case CP_NODE_CALL:
        return source_of_call(flow, node, depth + 1);
    default:
        return node;
    }
}

bool cp_trace_same_dtype(const cp_flow *flow, const cp_node *a, const cp_node *b)
{
    const cp_node *left = source_of_dtype(flow, a, 0);
    const cp_node *right = source_of_dtype(flow, b, 0);
    if (!left || !right)
        return false;
    bool one_field =
        cp_trace_field(left) && cp_trace_field(left) == cp_trace_field(right);
    if (one_field) /* of one object */
        return left->inputs[0].node == right->inputs[0].node;
    return left == right &&
           (left->kind != CP_NODE_FIXED || left->value.tensor || left->value.dtype);
}
