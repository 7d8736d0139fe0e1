#include "flow/trace.h"

#include "flow/build.h"
#include "flow/trace_rules.h"

static bool has_dims(const cp_flow *flow, const cp_node *node, int depth);

const cp_node *cp_trace_field(const cp_node *node)
{
    if (node->kind != CP_NODE_ATTR || node->input_count != 2)
        return NULL;
    const cp_node *field = node->inputs[1].node;
    bool once = field->kind == CP_NODE_JOIN && field->join == CP_JOIN_FIELD &&
                field->class && field->input_count == 1;
    return once ? field : NULL;
}

bool cp_trace_only_number(const cp_value *value)
{
    return value->plain && !value->tensor && !value->dtype && !value->pointer &&
           !value->ref_count && !value->none && !value->unknown;
}

static bool is_number(const cp_flow *flow, const cp_node *node, int depth)
{
    if (depth > 8 || cp_trace_only_number(&node->value))
        return depth <= 8;
    if (cp_trace_field(node))
        return is_number(flow, cp_trace_field(node)->inputs[0].node, depth + 1);
    const cp_call *call = node->kind == CP_NODE_CALL ? node->call : NULL;
    const cp_torch_rule *rule =
        call && call->external_count == 1
            ? cp_map_get(&flow->rules->functions, call->externals[0])
            : NULL;
    return rule && rule->results[0].kind == CP_RESULT_NUMBER && call->arg_count == 1 &&
           cp_trace_only_number(&call->args[0].node->value);
}

bool cp_trace_is_number(const cp_flow *flow, const cp_node *node)
{
    return is_number(flow, node, 0);
}

/* x[:, i] and x[None] have dimensions; of x[i] that is not known. */
static bool item_has_dims(const cp_node *node)
{
    if (!node->expr || node->expr->kind != CP_EXPR_SUBSCRIPT)
        return false;
    for (uint32_t i = 1; i < node->expr->kid_count; i++) {
        const cp_expr *index = node->expr->kids[i];
        cp_str code = {index->code, index->span.end - index->span.start};
        if (cp_str_has(code, CP_STR(":")) || cp_str_has(code, CP_STR("None")))
            return true;
    }
    return false;
}

/* What gives a result of its own shape, and what one of its argument's. */
static bool call_has_dims(const cp_flow *flow, const cp_node *node, int depth)
{
    const cp_call *call = node->call;
    bool method = call->receiver && !call->external_count;
    const cp_torch_rule *rule =
        method ? cp_map_get(&flow->rules->methods, call->method)
        : call->external_count == 1
            ? cp_map_get(&flow->rules->functions, call->externals[0])
            : NULL;
    if (!rule || rule->result_count != 1)
        return false;
    if (rule->results[0].kind == CP_RESULT_OBJECT)
        return call->arg_count && has_dims(flow, call->args[0].node, depth + 1);
    if (rule->has_dims)
        return call->arg_count > 0;
    bool like = rule->results[0].kind == CP_RESULT_ARG && !rule->reduces;
    const cp_node *first = method ? call->receiver
                           : call->arg_count && !call->args[0].name.len
                               ? call->args[0].node
                               : NULL;
    return like && first && has_dims(flow, first, depth + 1);
}

static bool has_dims(const cp_flow *flow, const cp_node *node, int depth)
{
    if (depth > 12)
        return false;
    switch (node->kind) {
    case CP_NODE_CAST: /* x.view(n) has a dimension */
        return (cp_trace_only_number(&node->inputs[1].node->value) && node->expr &&
                node->expr->kind == CP_EXPR_CALL &&
                cp_str_is(node->expr->kids[0]->text, "view")) ||
               has_dims(flow, node->inputs[0].node, depth + 1);
    case CP_NODE_REFINE:
        return has_dims(flow, node->inputs[0].node, depth + 1);
    case CP_NODE_ITEM:
        return item_has_dims(node);
    case CP_NODE_ATTR:
        return cp_trace_field(node) &&
               has_dims(flow, cp_trace_field(node)->inputs[0].node, depth + 1);
    case CP_NODE_CALL:
        return call_has_dims(flow, node, depth);
    case CP_NODE_PROMOTE:
        return has_dims(flow, node->inputs[0].node, depth + 1) ||
               (node->index != 0 && has_dims(flow, node->inputs[1].node, depth + 1));
    case CP_NODE_JOIN:
        if (node->join != CP_JOIN_LOCAL || !node->input_count)
            return false;
        for (uint32_t i = 0; i < node->input_count; i++)
            if (!has_dims(flow, node->inputs[i].node, depth + 1))
                return false;
        return true;
    default:
        return false;
    }
}

bool cp_trace_has_dims(const cp_flow *flow, const cp_node *node)
{
    return has_dims(flow, node, 0);
}
