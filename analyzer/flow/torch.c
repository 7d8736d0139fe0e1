#include "flow/build.h"

/* Argument `index` of the call as torch counts it: a method's receiver is 0. */
static const cp_value *argument(const cp_call *call, bool method, uint32_t index)
{
    if (method && index == 0)
        return &call->receiver->value;
    uint32_t at = method ? index - 1 : index;
    if (at >= call->arg_count || call->args[at].name.len)
        return NULL;
    return &call->args[at].node->value;
}

/* The argument by its usual keyword, where it is not given by position. */
static const cp_value *first_argument(const cp_call *call, bool method, uint32_t index)
{
    const cp_value *value = argument(call, method, index);
    if (value || index != 0)
        return value;
    for (uint32_t i = 0; i < call->arg_count; i++)
        if (cp_str_is(call->args[i].name, "input"))
            return &call->args[i].node->value;
    return NULL;
}

/* The value of the argument that sets the dtype; NULL where none does. */
static const cp_value *dtype_given(const cp_torch_rule *rule, const cp_call *call,
                                   bool method)
{
    if (!rule->dtype_keyword.len)
        return NULL;
    for (uint32_t i = 0; i < call->arg_count; i++)
        if (cp_str_eq(call->args[i].name, rule->dtype_keyword))
            return &call->args[i].node->value;
    for (uint32_t i = !method; i < call->arg_count; i++) {
        const cp_value *at = &call->args[i].node->value;
        bool named = call->args[i].name.len > 0;
        if (!named && (at->dtype || (at->none && rule->dtype_position == (int)i)))
            return at;
    }
    return NULL;
}

/*
 * Torch's default dtype: the model's while a model is built (its loader sets
 * it), float32 otherwise unless someone set it; only the first is certain.
 */
static cp_value default_dtype(const cp_node *node)
{
    for (const cp_func *func = node->func; func; func = func->outer)
        if (cp_str_is(func->name, "__init__") || cp_str_is(func->name, "create_weights"))
            return (cp_value){.tensor = CP_SYM_MODEL};
    return (cp_value){.unknown = "torch's default dtype there is not known"};
}

static cp_value promote_all(const cp_value *a, const cp_value *b)
{
    if (!a || !b)
        return (cp_value){.unknown = "an operand that is not seen"};
    cp_value result = {.unknown = a->unknown ? a->unknown : b->unknown};
    if (!(b->tensor & ~CP_DTYPES(CP_BOOL)) && !b->unknown)
        result.tensor = a->tensor;
    else if (a->tensor == b->tensor && !(a->tensor & (a->tensor - 1)))
        result.tensor = a->tensor;
    else if (!(a->tensor & ~CP_DTYPES(CP_BOOL)) && !a->unknown)
        result.tensor = b->tensor;
    else
        result.unknown = "operands of several dtypes";
    return result;
}

static cp_value as_tensor(const cp_value *value)
{
    if (!value)
        return (cp_value){.unknown = "an argument that is not seen"};
    cp_value result = {.tensor = value->tensor, .unknown = value->unknown};
    if (!value->tensor && !value->unknown && (value->plain || value->ref_count))
        result.unknown = "an argument that is no tensor";
    return result;
}

/* A float gives the default dtype, an int int64: a plain value may be either. */
static cp_value as_number_or_tensor(const cp_node *node, const cp_value *value)
{
    if (!value || value->ref_count || value->none)
        return (cp_value){.unknown = "an argument that is no number"};
    cp_value result = {.tensor = value->tensor, .unknown = value->unknown};
    if (value->plain) {
        cp_value number = default_dtype(node);
        number.tensor |= CP_DTYPES(CP_I64);
        cp_value_join(NULL, &result, &number);
    }
    return result;
}

static cp_value one_result(const cp_node *node, const cp_result *result, bool method)
{
    const cp_call *call = node->call;
    switch (result->kind) {
    case CP_RESULT_ARG:
        return as_tensor(first_argument(call, method, result->arg));
    case CP_RESULT_FIXED:
        return (cp_value){.tensor = CP_DTYPES(result->dtype)};
    case CP_RESULT_PROMOTE:
        return promote_all(first_argument(call, method, result->arg),
                           argument(call, method, result->arg + 1));
    case CP_RESULT_DEFAULT:
        return default_dtype(node);
    case CP_RESULT_PLAIN:
        return (cp_value){.plain = true};
    case CP_RESULT_POINTEE: {
        const cp_value *pointer = first_argument(call, method, result->arg);
        if (!pointer)
            return (cp_value){.unknown = "an argument that is not seen"};
        return (cp_value){.tensor = pointer->pointer & ~CP_SYM_ANY,
                          .unknown = pointer->unknown};
    }
    case CP_RESULT_NUMBER:
        return as_number_or_tensor(node, first_argument(call, method, result->arg));
    case CP_RESULT_OBJECT: {
        const cp_value *whole = first_argument(call, method, result->arg);
        return whole ? *whole : (cp_value){.unknown = "an argument that is not seen"};
    }
    }
    return (cp_value){0};
}

static cp_value apply_dtype(const cp_torch_rule *rule, const cp_node *node, bool method,
                            cp_value otherwise)
{
    const cp_value *dtype = dtype_given(rule, node->call, method);
    if (!dtype)
        return otherwise;
    cp_value result = {.tensor = dtype->dtype, .unknown = dtype->unknown};
    if (dtype->none)
        cp_value_join(NULL, &result, &otherwise); /* tensors only: no refs to copy */
    return result;
}

/* The tuple that the call gives, made once. */
static cp_node *tuple_of(cp_flow *flow, cp_node *node, uint32_t count)
{
    cp_node *tuple = cp_table_get(&flow->result_tuples, node->call);
    if (tuple)
        return tuple;
    tuple = cp_node_new(flow, CP_NODE_FIXED);
    cp_ref site = {.kind = CP_REF_TUPLE, .site = tuple};
    cp_value_add_ref(flow->arena, &tuple->value, cp_flow_ref(flow, &site));
    for (uint32_t i = 0; i < count; i++) {
        cp_node *element = cp_node_join(flow, CP_JOIN_LOCAL, CP_STR(""));
        element->expr = node->expr;
        element->module = node->module;
        element->func = node->func;
        element->late = true;
        cp_node_add_input(flow, tuple, element, NULL);
    }
    cp_table_put(&flow->result_tuples, node->call, tuple);
    return tuple;
}

static void apply(cp_flow *flow, cp_node *node, const cp_torch_rule *rule, bool method)
{
    if (rule->result_count == 1) {
        cp_value value = one_result(node, &rule->results[0], method);
        value = apply_dtype(rule, node, method, value);
        if (!cp_value_is_bottom(&value))
            cp_node_grow(flow, node, &value);
        return;
    }
    cp_node *tuple = tuple_of(flow, node, rule->result_count);
    for (uint32_t i = 0; i < rule->result_count; i++) {
        cp_value value = one_result(node, &rule->results[i], method);
        if (!cp_value_is_bottom(&value))
            cp_node_grow(flow, tuple->inputs[i].node, &value);
    }
    cp_node_grow(flow, node, &tuple->value);
}

/* The layer rule's name for a class: its own, or that without the modules; or "". */
static cp_str layer_named(const cp_flow *flow, cp_str dotted)
{
    const char *dot = dotted.len ? memrchr(dotted.ptr, '.', dotted.len) : NULL;
    cp_str last =
        dot ? cp_str_cut(dotted, (size_t)(dot + 1 - dotted.ptr), dotted.len) : dotted;
    if (cp_map_get(&flow->rules->layers, dotted))
        return dotted;
    return cp_map_get(&flow->rules->layers, last) ? last : (cp_str){"", 0};
}

void cp_eval_external(cp_flow *flow, cp_node *node, cp_str dotted)
{
    const cp_torch_rule *rule = cp_map_get(&flow->rules->functions, dotted);
    bool parameter = rule && rule->results[0].kind == CP_RESULT_OBJECT;
    if (parameter && cp_models_are_cast(flow, node->module))
        cp_node_grow(flow, node,
                     &(cp_value){.unknown = "the model may be cast as a whole later"});
    if (rule) {
        apply(flow, node, rule, false);
        return;
    }
    cp_str layer = layer_named(flow, dotted);
    if (layer.len) {
        cp_value value = {0};
        cp_ref made = {.kind = CP_REF_INSTANCE, .dotted = layer, .site = node};
        cp_value_add_ref(flow->arena, &value, cp_flow_ref(flow, &made));
        cp_node_grow(flow, node, &value);
        return;
    }
    cp_node_grow(flow, node,
                 &(cp_value){.unknown = "the result of code that is not in the tree"});
}

bool cp_eval_method(cp_flow *flow, cp_node *node)
{
    const cp_torch_rule *rule = cp_map_get(&flow->rules->methods, node->call->method);
    if (!rule) {
        if (node->call->receiver->value.tensor)
            cp_node_grow(flow, node,
                         &(cp_value){.unknown = "a tensor method that is not modelled"});
        return false;
    }
    const cp_value *receiver = &node->call->receiver->value;
    if (!receiver->tensor && !dtype_given(rule, node->call, true))
        return false; /* it may be no tensor, and the method another one */
    apply(flow, node, rule, true);
    return true;
}

/* Where a keyword, a position or a spread dict gives the parameter. */
const cp_argument *cp_call_argument(const cp_call *call, cp_str name, size_t position,
                                    bool *unsure)
{
    size_t next = 0;
    *unsure = false;
    for (uint32_t i = 0; i < call->arg_count; i++) {
        const cp_argument *arg = &call->args[i];
        if (cp_str_is(arg->name, "**")) {
            const cp_value *value = &arg->node->value;
            const cp_argument *found = NULL;
            for (uint32_t r = 0; r < value->ref_count; r++) {
                if (value->refs[r]->kind != CP_REF_DICT)
                    continue;
                const cp_call *dict = value->refs[r]->site->call;
                for (uint32_t k = 0; k < dict->arg_count; k++)
                    if (cp_str_eq(dict->args[k].name, name))
                        found = &dict->args[k];
            }
            if (found)
                return found;
            *unsure |= value->unknown != NULL;
        } else if (cp_str_is(arg->name, "*")) {
            *unsure = true;
            next = SIZE_MAX;
        } else if (arg->name.len) {
            if (cp_str_eq(arg->name, name))
                return arg;
        } else if (next != SIZE_MAX && next++ == position) {
            return arg;
        }
    }
    return NULL;
}
