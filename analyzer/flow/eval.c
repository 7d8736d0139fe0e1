#include "flow/build.h"

static bool has_external(const cp_value *value)
{
    for (uint32_t i = 0; i < value->ref_count; i++)
        if (value->refs[i]->kind == CP_REF_EXTERNAL)
            return true;
    return false;
}

static void eval_cast(cp_flow *flow, cp_node *node)
{
    const cp_value *operand = &node->inputs[0].node->value;
    const cp_value *dtype = &node->inputs[1].node->value;
    cp_value result = {.tensor = dtype->dtype | dtype->tensor};
    if (!operand->tensor && !operand->unknown) { /* module.to(…) gives it back */
        result.refs = operand->refs;
        result.ref_count = operand->ref_count;
    }
    result.none = operand->none;
    if (dtype->unknown) {
        result.unknown = dtype->unknown;
    } else if (!result.tensor && has_external(dtype)) {
        result.unknown = "a dtype or device from outside";
    } else if (!result.tensor && (dtype->plain || dtype->ref_count || dtype->none)) {
        result.tensor = operand->tensor; /* only moved to another device */
        result.unknown = operand->unknown;
    }
    if (cp_value_is_bottom(operand))
        return;
    for (uint32_t i = 0; i < operand->ref_count; i++)
        if (operand->refs[i]->kind == CP_REF_INSTANCE && !cp_value_is_bottom(dtype)) {
            result.unknown = "the layer is cast as a whole";
            cp_node_grow(flow, operand->refs[i]->site,
                         &(cp_value){.unknown = result.unknown});
        }
    cp_node_grow(flow, node, &result);
}

/* Whether it may have no dimension: then the other operand's dtype stays. */
static bool may_be_scalar(const cp_node *node, int depth)
{
    static const char *const names[] = {"sum",  "mean", "max",    "min",
                                        "amax", "amin", "prod",   "norm",
                                        "std",  "var",  "median", "squeeze"};
    if (depth > 4)
        return false;
    if (node->kind == CP_NODE_ITEM)
        return true;
    if (node->kind == CP_NODE_CAST)
        return may_be_scalar(node->inputs[0].node, depth + 1);
    if (node->kind == CP_NODE_JOIN && node->join == CP_JOIN_LOCAL)
        for (uint32_t i = 0; i < node->input_count; i++)
            if (may_be_scalar(node->inputs[i].node, depth + 1))
                return true;
    if (node->kind != CP_NODE_CALL || node->call->arg_count > !node->call->method.len)
        return false;
    const cp_expr *callee = node->call->expr->kids[0];
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (cp_str_is(callee->text, names[i]))
            return true;
    return false;
}

/* Whether it is a pointer for certain: what is not known may be one, or an offset. */
static bool is_pointer(const cp_value *value)
{
    return (value->pointer & ~CP_SYM_ANY) != 0;
}

static void eval_promote(cp_flow *flow, cp_node *node)
{
    const cp_value *a = &node->inputs[0].node->value;
    const cp_value *b = &node->inputs[1].node->value;
    if (is_pointer(a) != is_pointer(b)) { /* with an offset it points to the same */
        const cp_value *pointer = is_pointer(a) ? a : b;
        cp_node_grow(
            flow, node,
            &(cp_value){.pointer = pointer->pointer, .unknown = pointer->unknown});
        return;
    }
    cp_value result = {.plain = a->plain && b->plain, .pointer = a->pointer | b->pointer};
    result.unknown = a->unknown ? a->unknown : b->unknown ? b->unknown : node->doubt;
    bool in_place = node->index == 0 && a->tensor;
    if (in_place || may_be_scalar(node->inputs[1].node, 0))
        result.tensor |= a->tensor;
    if (may_be_scalar(node->inputs[0].node, 0))
        result.tensor |= b->tensor;
    if (in_place && !a->plain) {
        cp_node_grow(flow, node, &result);
        return;
    }
    if (a->plain || (!b->tensor && b->ref_count))
        result.tensor |= b->tensor;
    if (b->plain || (!a->tensor && a->ref_count))
        result.tensor |= a->tensor;
    for (int x = 0; x <= CP_DTYPE_COUNT; x++) {
        for (int y = 0; y <= CP_DTYPE_COUNT; y++) {
            if (!(a->tensor & CP_DTYPES(x)) || !(b->tensor & CP_DTYPES(y)))
                continue;
            if (x == y)
                result.tensor |= CP_DTYPES(x);
            else if (x < CP_DTYPE_COUNT && y < CP_DTYPE_COUNT) {
                cp_dtype both = cp_dtype_promote((cp_dtype)x, (cp_dtype)y);
                if (both != CP_DTYPE_NONE)
                    result.tensor |= CP_DTYPES(both);
            } else { /* with the model's dtype: 16 bits or float32, by assumption */
                int other = x < CP_DTYPE_COUNT ? x : y;
                bool wide = other == CP_F32 || other == CP_F64;
                result.tensor |= wide ? CP_DTYPES(other) : CP_SYM_MODEL;
            }
        }
    }
    if (!cp_value_is_bottom(&result))
        cp_node_grow(flow, node, &result);
}

static void item_of_ref(cp_flow *flow, cp_node *node, const cp_ref *ref)
{
    if (ref->kind == CP_REF_FUNC && cp_func_is_kernel(ref->func)) {
        cp_ref launch = {.kind = CP_REF_LAUNCH, .func = ref->func};
        cp_value value = {0};
        cp_value_add_ref(flow->arena, &value, cp_flow_ref(flow, &launch));
        cp_node_grow(flow, node, &value);
        return;
    }
    if (ref->kind == CP_REF_TUPLE && node->index >= 0) {
        if (ref->site->expr && cp_str_is(ref->site->expr->text, "["))
            cp_node_grow(flow, node, &(cp_value){.unknown = "an element of a list"});
        if ((uint32_t)node->index < ref->site->input_count)
            cp_node_take(flow, node, ref->site->inputs[node->index].node);
        return;
    }
    if (ref->kind == CP_REF_DICT && node->name.len) {
        const cp_call *dict = ref->site->call;
        for (uint32_t i = 0; i < dict->arg_count; i++)
            if (cp_str_eq(dict->args[i].name, node->name))
                cp_node_take(flow, node, dict->args[i].node);
        cp_node_grow(flow, node, &(cp_value){.unknown = "an entry of a dict"});
        return;
    }
    if (ref->kind == CP_REF_OBJECT && node->index >= 0) {
        const cp_class_flow *known = cp_class_flow_of(flow, ref->class);
        if (known->is_record && (uint32_t)node->index < known->record_field_count) {
            cp_node_take(
                flow, node,
                cp_field_of(flow, ref->class, known->record_fields[node->index]));
            return;
        }
    }
    cp_node_grow(flow, node, &(cp_value){.unknown = "an element of unknown position"});
}

static void eval_item(cp_flow *flow, cp_node *node)
{
    cp_value whole = node->inputs[0].node->value;
    if (whole.tensor)
        cp_node_grow(flow, node, &(cp_value){.tensor = whole.tensor});
    if (whole.plain)
        cp_node_grow(flow, node, &(cp_value){.plain = true});
    for (uint32_t i = 0; i < whole.ref_count; i++)
        item_of_ref(flow, node, whole.refs[i]);
    if (!whole.unknown)
        return;
    if (node->name.len && cp_name_is_routing(flow->rules, node->name))
        cp_node_take(flow, node, cp_wide_field(flow, node->name));
    cp_node_grow(flow, node, &(cp_value){.unknown = whole.unknown});
}

/* Tensors arrive as pointers to their elements, all else as it is. */
static void eval_pointer(cp_flow *flow, cp_node *node)
{
    cp_value value = node->inputs[0].node->value;
    value.pointer |= value.tensor | (value.unknown ? CP_SYM_ANY : 0);
    value.tensor = 0;
    cp_node_grow(flow, node, &value);
}

static void eval_join(cp_flow *flow, cp_node *node)
{
    for (uint32_t i = 0; i < node->input_count; i++)
        cp_node_grow(flow, node, &node->inputs[i].node->value);
}

void cp_eval_node(cp_flow *flow, cp_node *node)
{
    switch (node->kind) {
    case CP_NODE_FIXED:
    case CP_NODE_REFINE:
        return;
    case CP_NODE_JOIN:
        eval_join(flow, node);
        return;
    case CP_NODE_CAST:
        eval_cast(flow, node);
        return;
    case CP_NODE_CALL:
        cp_eval_call(flow, node);
        return;
    case CP_NODE_ATTR:
        cp_eval_attr(flow, node);
        /* Inputs past the object are fields that it was found to read. */
        for (uint32_t i = 1; i < node->input_count; i++)
            cp_node_grow(flow, node, &node->inputs[i].node->value);
        return;
    case CP_NODE_ITEM:
        eval_item(flow, node);
        for (uint32_t i = 1; i < node->input_count; i++)
            cp_node_grow(flow, node, &node->inputs[i].node->value);
        return;
    case CP_NODE_PROMOTE:
        eval_promote(flow, node);
        return;
    case CP_NODE_POINTER:
        eval_pointer(flow, node);
        return;
    case CP_NODE_STORE:
        cp_eval_store(flow, node);
        return;
    }
}
