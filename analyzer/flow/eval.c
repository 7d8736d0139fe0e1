#include "flow/build.h"

/* The tensor attributes that are tensors of the same dtype. */
static bool keeps_dtype(cp_str name)
{
    static const char *const names[] = {"T", "mT", "H", "data", "real", "grad"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (cp_str_is(name, names[i]))
            return true;
    return false;
}

/* Attributes of tensors that are of no interest here. */
static bool is_plain_attr(cp_str name)
{
    static const char *const names[] = {"shape",  "device", "ndim",   "is_cuda",
                                        "stride", "size",   "layout", "requires_grad"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (cp_str_is(name, names[i]))
            return true;
    return false;
}

static bool is_property(const cp_func *func)
{
    for (uint32_t i = 0; i < func->decorator_count; i++) {
        const cp_expr *expr = func->decorators[i];
        if ((expr->kind == CP_EXPR_NAME || expr->kind == CP_EXPR_ATTR) &&
            (cp_str_is(expr->text, "property") ||
             cp_str_is(expr->text, "cached_property")))
            return true;
    }
    return false;
}

static void join_ref(cp_flow *flow, cp_node *node, const cp_ref *like)
{
    cp_value value = {0};
    cp_value_add_ref(flow->arena, &value, cp_flow_ref(flow, like));
    cp_node_grow(flow, node, &value);
}

static void take_from(cp_flow *flow, cp_node *node, cp_node *source)
{
    for (uint32_t i = 0; i < node->input_count; i++)
        if (node->inputs[i].node == source)
            return;
    cp_node_add_input(flow, node, source, NULL);
    cp_node_grow(flow, node, &source->value);
}

static void attr_of_class(cp_flow *flow, cp_node *node, cp_class *class, bool object)
{
    cp_func *method = cp_class_method(flow, class, node->name);
    if (method && object && is_property(method)) {
        cp_build_func(flow, method);
        cp_func_flow_of(flow, method)->call_count++;
        take_from(flow, node, cp_func_flow_of(flow, method)->result);
        return;
    }
    if (method) {
        join_ref(flow, node,
                 &(cp_ref){.kind = CP_REF_FUNC, .func = method, .bound = object});
        return;
    }
    cp_class_flow *known = cp_class_flow_of(flow, class);
    for (uint32_t i = 0; i < known->mro_count; i++)
        take_from(flow, node, cp_field_of(flow, known->mro[i], node->name));
}

static void attr_of_external(cp_flow *flow, cp_node *node, const cp_ref *ref)
{
    cp_str dotted = cp_str_printf(flow->arena, "%.*s.%.*s", CP_STR_ARGS(ref->dotted),
                                  CP_STR_ARGS(node->name));
    cp_dtype dtype =
        cp_str_is(ref->dotted, "torch") ? cp_dtype_of_torch(node->name) : CP_DTYPE_NONE;
    if (dtype != CP_DTYPE_NONE)
        cp_node_grow(flow, node, &(cp_value){.dtype = CP_DTYPES(dtype)});
    else
        join_ref(flow, node, &(cp_ref){.kind = CP_REF_EXTERNAL, .dotted = dotted});
}

static void attr_of_ref(cp_flow *flow, cp_node *node, const cp_ref *ref)
{
    switch (ref->kind) {
    case CP_REF_OBJECT:
        attr_of_class(flow, node, ref->class, true);
        return;
    case CP_REF_CLASS:
        attr_of_class(flow, node, ref->class, false);
        return;
    case CP_REF_MODULE:
        cp_build_module(flow, ref->module);
        take_from(flow, node, cp_global_of(flow, ref->module, node->name));
        return;
    case CP_REF_EXTERNAL:
        attr_of_external(flow, node, ref);
        return;
    case CP_REF_INSTANCE:
        if (cp_str_is(node->name, "weight"))
            cp_node_grow(flow, node, &(cp_value){.tensor = ref->site->value.tensor});
        cp_node_grow(flow, node,
                     &(cp_value){.unknown = "an attribute of an object from outside"});
        return;
    case CP_REF_FUNC:
    case CP_REF_TUPLE:
    case CP_REF_DICT:
    case CP_REF_PARTIAL:
        cp_node_grow(flow, node, &(cp_value){.unknown = "an attribute of no tensor"});
        return;
    }
}

void cp_eval_attr(cp_flow *flow, cp_node *node)
{
    cp_node *object = node->inputs[0].node;
    cp_value value = object->value; /* a copy: growing may change it under us */
    if (node->by_name && !flow->filled)
        return; /* its name is believed only where the flow does not know better */
    if (node->by_name && value.unknown) {
        cp_node_grow(flow, node, &(cp_value){.dtype = CP_SYM_MODEL});
        return;
    }
    if (value.tensor) {
        if (cp_str_is(node->name, "dtype"))
            cp_node_grow(flow, node, &(cp_value){.dtype = value.tensor});
        else if (keeps_dtype(node->name))
            cp_node_grow(flow, node, &(cp_value){.tensor = value.tensor});
        else
            cp_node_grow(flow, node, &(cp_value){.plain = true});
    }
    for (uint32_t i = 0; i < value.ref_count; i++)
        attr_of_ref(flow, node, value.refs[i]);
    if (!value.unknown)
        return;
    if (cp_name_is_routing(flow->rules, node->name))
        take_from(flow, node, cp_wide_field(flow, node->name));
    else if (is_plain_attr(node->name))
        cp_node_grow(flow, node, &(cp_value){.plain = true});
    else
        cp_node_grow(flow, node, &(cp_value){.unknown = value.unknown});
}

static void store_key(cp_flow *flow, cp_node *site, const cp_node *store)
{
    cp_call *dict = site->call;
    cp_node *value = store->inputs[1].node;
    for (uint32_t i = 0; i < dict->arg_count; i++)
        if (dict->args[i].node == value && cp_str_eq(dict->args[i].name, store->name))
            return;
    cp_argument *args = cp_new(flow->arena, cp_argument, dict->arg_count + 1);
    if (dict->arg_count)
        memcpy(args, dict->args, dict->arg_count * sizeof *args);
    args[dict->arg_count] = (cp_argument){store->name, value, value->expr};
    dict->args = args;
    dict->arg_count++;
    for (uint32_t i = 0; i < site->user_count; i++)
        cp_flow_enqueue(flow, site->users[i]);
}

void cp_eval_store(cp_flow *flow, cp_node *node)
{
    cp_node *object = node->inputs[0].node, *value = node->inputs[1].node;
    cp_value held = object->value;
    for (uint32_t i = 0; i < held.ref_count; i++) {
        const cp_ref *ref = held.refs[i];
        if (ref->kind == CP_REF_DICT && node->index == 0)
            store_key(flow, ref->site, node);
        else if (ref->kind == CP_REF_OBJECT || ref->kind == CP_REF_CLASS)
            cp_node_add_input(flow, cp_field_of(flow, ref->class, node->name), value,
                              NULL);
        else if (ref->kind == CP_REF_MODULE)
            cp_node_add_input(flow, cp_global_of(flow, ref->module, node->name), value,
                              NULL);
    }
    if (held.unknown && node->index != 0)
        cp_node_add_input(flow, cp_stray_field(flow, node->name), value, NULL);
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
    } else if (!result.tensor && (dtype->plain || dtype->ref_count || dtype->none)) {
        result.tensor = operand->tensor; /* only moved to another device */
        result.unknown = operand->unknown;
    }
    if (cp_value_is_bottom(operand))
        return;
    cp_node_grow(flow, node, &result);
}

static void eval_promote(cp_flow *flow, cp_node *node)
{
    const cp_value *a = &node->inputs[0].node->value;
    const cp_value *b = &node->inputs[1].node->value;
    cp_value result = {.plain = a->plain && b->plain};
    result.unknown = a->unknown ? a->unknown : b->unknown;
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
    if (ref->kind == CP_REF_TUPLE && node->index >= 0) {
        if ((uint32_t)node->index < ref->site->input_count)
            take_from(flow, node, ref->site->inputs[node->index].node);
        return;
    }
    if (ref->kind == CP_REF_DICT && node->name.len) {
        const cp_call *dict = ref->site->call;
        for (uint32_t i = 0; i < dict->arg_count; i++)
            if (cp_str_eq(dict->args[i].name, node->name))
                take_from(flow, node, dict->args[i].node);
        return;
    }
    if (ref->kind == CP_REF_OBJECT && node->index >= 0) {
        const cp_class_flow *known = cp_class_flow_of(flow, ref->class);
        if (known->is_record && (uint32_t)node->index < known->record_field_count) {
            take_from(flow, node,
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
        take_from(flow, node, cp_wide_field(flow, node->name));
    else
        cp_node_grow(flow, node, &(cp_value){.unknown = whole.unknown});
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
    case CP_NODE_STORE:
        cp_eval_store(flow, node);
        return;
    }
}
