#include "flow/build.h"

static bool is_tied(cp_flow *flow, cp_call *call, const cp_ref *ref)
{
    for (uint32_t i = 0; i < call->tied_count; i++)
        if (call->tied[i] == ref)
            return true;
    size_t count = call->tied_count;
    cp_push(flow->arena, call->tied, count, call->tied_room, ref);
    call->tied_count = (uint32_t)count;
    return false;
}

static int param_named(const cp_func *func, cp_str name)
{
    for (uint32_t i = 0; i < func->param_count; i++)
        if (cp_str_eq(func->params[i].name, name))
            return (int)i;
    return -1;
}

static int kwargs_param(const cp_func *func)
{
    for (uint32_t i = 0; i < func->param_count; i++)
        if (func->params[i].kind == CP_PARAM_KWARGS)
            return (int)i;
    return -1;
}

static void give(cp_flow *flow, cp_func_flow *callee, int index, cp_node *node,
                 const cp_node *call)
{
    if (index >= 0)
        cp_node_add_input(flow, callee->params[index], node, call ? call->guard : NULL);
}

static int param_or_kwargs(const cp_func *func, cp_str name)
{
    int index = param_named(func, name);
    return index >= 0 ? index : kwargs_param(func);
}

/* What is spread is not known: each parameter but self may come from it. */
static void give_anything(cp_flow *flow, cp_func_flow *callee)
{
    const cp_value doubt = {.unknown = "it may come from a ** argument"};
    uint32_t first = callee->func->owner != NULL;
    for (uint32_t i = first; i < callee->func->param_count; i++)
        if (!callee->params[i]->value.unknown)
            give(flow, callee, (int)i, cp_node_fixed(flow, &doubt), NULL);
}

/* The entries of `**x` where x is a dict whose keys are known. */
static void give_spread(cp_flow *flow, cp_func_flow *callee, cp_node *spread)
{
    const cp_value *value = &spread->value;
    for (uint32_t r = 0; r < value->ref_count; r++) {
        if (value->refs[r]->kind != CP_REF_DICT)
            continue;
        const cp_call *dict = value->refs[r]->site->call;
        for (uint32_t i = 0; i < dict->arg_count; i++) {
            bool named = dict->args[i].name.len && dict->args[i].name.ptr[0] != '*';
            if (named)
                give(flow, callee, param_or_kwargs(callee->func, dict->args[i].name),
                     dict->args[i].node, NULL);
            else
                give_anything(flow, callee);
        }
    }
    if (value->unknown || (!value->ref_count && !cp_value_is_bottom(value)))
        give_anything(flow, callee);
}

/*
 * Gives the arguments of `call` to the parameters of `func`, the first `skip`
 * of which (self) are taken.
 */
static void give_args(cp_flow *flow, cp_func_flow *callee, const cp_call *call,
                      uint32_t skip, const cp_node *site)
{
    const cp_func *func = callee->func;
    uint32_t next = skip;
    for (uint32_t i = 0; i < call->arg_count; i++) {
        const cp_argument *arg = &call->args[i];
        if (cp_str_is(arg->name, "**")) {
            give_spread(flow, callee, arg->node);
        } else if (cp_str_is(arg->name, "*")) {
            for (; next < func->param_count; next++)
                if (func->params[next].kind == CP_PARAM_PLAIN)
                    give(flow, callee, (int)next,
                         cp_node_unknown(flow, "it comes from a * argument"), site);
        } else if (arg->name.len) {
            give(flow, callee, param_or_kwargs(func, arg->name), arg->node, site);
        } else if (next < func->param_count) {
            bool rest = func->params[next].kind == CP_PARAM_ARGS;
            give(flow, callee, (int)next, arg->node, site);
            next += !rest;
        }
    }
}

static void take_result(cp_flow *flow, cp_node *call, cp_node *result)
{
    for (uint32_t i = 0; i < call->input_count; i++)
        if (call->inputs[i].node == result)
            return;
    cp_node_add_input(flow, call, result, NULL);
}

static void tie_func(cp_flow *flow, cp_node *node, const cp_call *call, cp_func *func,
                     bool bound)
{
    cp_func_flow *callee = cp_func_flow_of(flow, func);
    cp_push(flow->arena, flow->pending, flow->pending_count, flow->pending_room, func);
    if (!cp_only_tests(flow, node, func->module)) {
        callee->call_count++;
        give_args(flow, callee, call, bound ? 1 : 0, node);
    }
    take_result(flow, node, callee->result);
    cp_node_grow(flow, node, &callee->result->value);
}

/* Calling an object of a torch module: forward, or each forward_… that stands for it. */
static void tie_object(cp_flow *flow, cp_node *node, cp_class *class)
{
    cp_call *call = node->call;
    cp_func *direct = cp_class_method(flow, class, CP_STR("__call__"));
    cp_func *forward = cp_class_method(flow, class, CP_STR("forward"));
    if (direct)
        tie_func(flow, node, call, direct, true);
    if (forward)
        tie_func(flow, node, call, forward, true);
    bool own = forward && cp_map_get(&class->methods, CP_STR("forward"));
    for (size_t i = 0; !own && i < class->methods.count; i++) {
        const cp_map_entry *entry = &class->methods.entries[i];
        if (cp_str_starts(entry->key, CP_STR("forward_")))
            tie_func(flow, node, call, entry->value, true);
    }
    if (!direct && !forward && !class->methods.count)
        cp_node_grow(flow, node, &(cp_value){.unknown = "the call of an object"});
}

/* A record's constructor puts its arguments into the fields, in their order. */
static void fill_record(cp_flow *flow, const cp_class_flow *known, const cp_call *call)
{
    uint32_t next = 0;
    for (uint32_t i = 0; i < call->arg_count; i++) {
        const cp_argument *arg = &call->args[i];
        cp_str field = arg->name;
        if (field.len == 0 && next < known->record_field_count)
            field = known->record_fields[next++];
        if (field.len && field.ptr[0] != '*')
            cp_node_add_input(flow, cp_field_of(flow, known->class, field), arg->node,
                              NULL);
    }
}

static const cp_layer_rule *layer_rule(const cp_flow *flow, cp_str name)
{
    return cp_map_get(&flow->rules->layers, name);
}

static const char cast_whole[] = "the model may be cast as a whole after it is built";

/* The dtype of a layer's weights, from its constructor's arguments. */
static void layer_dtype(const cp_call *call, const cp_layer_rule *rule, cp_value *to)
{
    for (uint32_t i = 0; i < call->arg_count; i++) {
        bool spread = cp_str_starts(call->args[i].name, CP_STR("*"));
        bool fifth = i > 3 && !call->args[i].name.len; /* it may be the dtype's place */
        if (spread || fifth)
            to->unknown = "its dtype may be among the arguments";
        if (!cp_str_eq(call->args[i].name, rule->dtype_keyword))
            continue;
        const cp_value *given = &call->args[i].node->value;
        to->tensor = given->dtype | (given->none ? CP_SYM_MODEL : 0);
        to->unknown = given->unknown;
        return;
    }
    to->tensor = CP_SYM_MODEL;
}

static void tie_class(cp_flow *flow, cp_node *node, cp_class *class)
{
    cp_value value = {0};
    if (layer_rule(flow, class->name)) {
        cp_ref made = {.kind = CP_REF_INSTANCE, .dotted = class->name, .site = node};
        cp_value_add_ref(flow->arena, &value, cp_flow_ref(flow, &made));
        cp_node_grow(flow, node, &value);
        return;
    }
    cp_ref made = {.kind = CP_REF_OBJECT, .class = class};
    cp_value_add_ref(flow->arena, &value, cp_flow_ref(flow, &made));
    cp_node_grow(flow, node, &value);
    cp_func *init = cp_class_method(flow, class, CP_STR("__init__"));
    cp_class_flow *known = cp_class_flow_of(flow, class);
    if (init) {
        cp_func_flow *callee = cp_func_flow_of(flow, init);
        cp_push(flow->arena, flow->pending, flow->pending_count, flow->pending_room,
                init);
        if (!cp_only_tests(flow, node, init->module)) {
            callee->call_count++;
            give_args(flow, callee, node->call, 1, node);
        }
    } else if (!cp_only_tests(flow, node, class->module)) {
        fill_record(flow, known, node->call);
    }
}

cp_value cp_layer_weight(const cp_flow *flow, const cp_ref *instance)
{
    const cp_layer_rule *rule = layer_rule(flow, instance->dotted);
    cp_value weight = {.unknown = "an attribute of an object from outside"};
    if (!rule)
        return weight;
    const cp_call *made = instance->site->call;
    layer_dtype(made, rule, &weight);
    for (uint32_t i = 0; i < made->arg_count; i++) {
        const cp_value *given = &made->args[i].node->value;
        bool none = given->none && !given->unknown && !given->ref_count;
        if (cp_str_is(made->args[i].name, "quant_config") && !none)
            weight.unknown = "the layer may be quantized";
    }
    if (instance->site->value.unknown)
        weight.unknown = instance->site->value.unknown;
    if (cp_models_are_cast(flow, instance->site->module))
        weight.unknown = cast_whole;
    return weight;
}

/* The call of a layer made elsewhere: its output has the dtype of its weights. */
static void tie_instance(cp_flow *flow, cp_node *node, const cp_ref *ref)
{
    const cp_layer_rule *rule = layer_rule(flow, ref->dotted);
    if (!rule) {
        cp_node_grow(flow, node, &(cp_value){.unknown = "an object from outside"});
        return;
    }
    cp_value output = {0};
    layer_dtype(ref->site->call, rule, &output);
    if (cp_models_are_cast(flow, ref->site->module))
        output.unknown = cast_whole;
    if (!rule->gives_tuple) {
        cp_node_grow(flow, node, &output);
        return;
    }
    cp_node *tuple = cp_table_get(&flow->result_tuples, ref);
    if (!tuple) {
        tuple = cp_node_new(flow, CP_NODE_FIXED);
        cp_ref site = {.kind = CP_REF_TUPLE, .site = tuple};
        cp_value_add_ref(flow->arena, &tuple->value, cp_flow_ref(flow, &site));
        cp_node *first = cp_node_join(flow, CP_JOIN_LOCAL, CP_STR("output"));
        cp_node_add_input(flow, tuple, first, NULL);
        cp_node_add_input(flow, tuple, cp_node_fixed(flow, &(cp_value){.none = true}),
                          NULL);
        cp_table_put(&flow->result_tuples, ref, tuple);
        first->expr = ref->site->expr;
        first->module = ref->site->module;
        first->func = ref->site->func;
    }
    cp_node_grow(flow, tuple->inputs[0].node, &output);
    cp_node_grow(flow, node, &tuple->value);
}

static void tie_partial(cp_flow *flow, cp_node *node, const cp_ref *ref)
{
    const cp_call *bound = ref->site->call;
    const cp_value *target = &bound->args[0].node->value;
    cp_call whole = *node->call;
    whole.args = cp_new(flow->arena, cp_argument, bound->arg_count + whole.arg_count);
    whole.arg_count = 0;
    for (uint32_t i = 1; i < bound->arg_count; i++)
        whole.args[whole.arg_count++] = bound->args[i];
    for (uint32_t i = 0; i < node->call->arg_count; i++)
        whole.args[whole.arg_count++] = node->call->args[i];
    for (uint32_t i = 0; i < target->ref_count; i++)
        if (target->refs[i]->kind == CP_REF_FUNC)
            tie_func(flow, node, &whole, target->refs[i]->func, target->refs[i]->bound);
    if (target->unknown)
        cp_node_grow(flow, node, &(cp_value){.unknown = target->unknown});
}

/* kernel[grid](…): each tensor is handed on as a pointer. */
static void tie_launch(cp_flow *flow, cp_node *node, cp_func *func)
{
    cp_call whole = *node->call;
    whole.args = cp_new(flow->arena, cp_argument, whole.arg_count + 1);
    for (uint32_t i = 0; i < whole.arg_count; i++) {
        whole.args[i] = node->call->args[i];
        if (cp_str_starts(whole.args[i].name, CP_STR("*")))
            continue;
        cp_node *pointer = cp_node_new(flow, CP_NODE_POINTER);
        pointer->module = node->module;
        pointer->func = node->func;
        pointer->expr = whole.args[i].expr;
        pointer->guard = node->guard;
        cp_node_add_input(flow, pointer, whole.args[i].node, NULL);
        whole.args[i].node = pointer;
    }
    tie_func(flow, node, &whole, func, false);
}

static void note_external(cp_flow *flow, cp_call *call, cp_str dotted)
{
    size_t count = call->external_count;
    cp_push(flow->arena, call->externals, count, call->external_room, dotted);
    call->external_count = (uint32_t)count;
}

static void tie_ref(cp_flow *flow, cp_node *node, const cp_ref *ref)
{
    switch (ref->kind) {
    case CP_REF_FUNC:
        tie_func(flow, node, node->call, ref->func, ref->bound);
        return;
    case CP_REF_LAUNCH:
        tie_launch(flow, node, ref->func);
        return;
    case CP_REF_CLASS:
        tie_class(flow, node, ref->class);
        return;
    case CP_REF_OBJECT:
        tie_object(flow, node, ref->class);
        return;
    case CP_REF_PARTIAL:
        tie_partial(flow, node, ref);
        return;
    case CP_REF_EXTERNAL:
        if (!cp_custom_op(flow, ref->dotted))
            note_external(flow, node->call, ref->dotted);
        return;
    case CP_REF_INSTANCE: /* looked at each time: what it is made with may grow */
    case CP_REF_MODULE:
    case CP_REF_TUPLE:
    case CP_REF_DICT:
        return;
    }
}

/* An operator that the tree registers: a call of the functions behind it. */
static bool tie_custom_op(cp_flow *flow, cp_node *node, cp_str dotted)
{
    cp_node *op = cp_custom_op(flow, dotted);
    if (!op)
        return false;
    bool known = false;
    for (uint32_t i = 0; i < node->input_count; i++)
        known |= node->inputs[i].node == op;
    if (!known) /* to be looked at again when another function is registered */
        cp_node_add_input(flow, node, op, NULL);
    for (uint32_t i = 0; i < op->value.ref_count; i++) {
        const cp_ref *ref = op->value.refs[i];
        if (ref->kind == CP_REF_FUNC && !is_tied(flow, node->call, ref))
            tie_func(flow, node, node->call, ref->func, ref->bound);
    }
    return true;
}

void cp_eval_call(cp_flow *flow, cp_node *node)
{
    cp_call *call = node->call;
    cp_value callee = call->callee->value;
    cp_note_picked(flow, call->callee);
    for (uint32_t i = 0; i < callee.ref_count; i++) {
        const cp_ref *ref = callee.refs[i];
        if (!is_tied(flow, call, ref))
            tie_ref(flow, node, ref);
        if (ref->kind == CP_REF_INSTANCE)
            tie_instance(flow, node, ref);
        if (ref->kind == CP_REF_EXTERNAL && !tie_custom_op(flow, node, ref->dotted))
            cp_eval_external(flow, node, ref->dotted);
    }
    for (uint32_t i = 0; i < call->arg_count; i++) { /* dicts that grew since */
        if (!cp_str_is(call->args[i].name, "**"))
            continue;
        for (uint32_t t = 0; t < call->tied_count; t++)
            if (call->tied[t]->kind == CP_REF_FUNC)
                give_spread(flow, cp_func_flow_of(flow, call->tied[t]->func),
                            call->args[i].node);
    }
    for (uint32_t i = 0; i < node->input_count; i++)
        if (node->inputs[i].node->kind == CP_NODE_JOIN &&
            node->inputs[i].node->join == CP_JOIN_RETURN)
            cp_node_grow(flow, node, &node->inputs[i].node->value);
    bool method_known = false;
    if (call->receiver && (call->receiver->value.tensor || call->receiver->value.unknown))
        method_known = cp_eval_method(flow, node);
    if (callee.unknown && !method_known)
        cp_node_grow(flow, node, &(cp_value){.unknown = callee.unknown});
    if (node->doubt && !cp_value_is_bottom(&node->value))
        cp_node_grow(flow, node, &(cp_value){.unknown = node->doubt});
}
