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

static bool is_property(cp_func *func)
{
    if (!func->decorated)
        return false;
    cp_func_read(func);
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

/* More overrides than this are not followed: the method is then unknown besides. */
enum { OVERRIDES_MAX = 8 };

/* What is said to be of a class may be of one that comes from it. */
static void add_overrides(cp_flow *flow, cp_node *node, cp_class *class)
{
    const cp_class_flow *known = cp_class_flow_of(flow, class);
    size_t found = 0;
    for (size_t i = 0; i < known->sub_count; i++) {
        cp_func *method = cp_map_get(&known->subs[i]->methods, node->name);
        if (!method)
            continue;
        if (++found > OVERRIDES_MAX) {
            cp_node_grow(flow, node,
                         &(cp_value){.unknown = "a method with many overrides"});
            return;
        }
        bool bound = !cp_func_decorated(method, "staticmethod");
        join_ref(flow, node,
                 &(cp_ref){.kind = CP_REF_FUNC, .func = method, .bound = bound});
    }
}

static void attr_of_class(cp_flow *flow, cp_node *node, cp_class *class, bool object)
{
    cp_func *method = cp_class_method(flow, class, node->name);
    if (object)
        add_overrides(flow, node, class);
    if (method && object && is_property(method)) {
        cp_build_func(flow, method);
        cp_func_flow_of(flow, method)->call_count++;
        cp_node_take(flow, node, cp_func_flow_of(flow, method)->result);
        return;
    }
    if (method) {
        bool bound = object ? !cp_func_decorated(method, "staticmethod")
                            : cp_func_decorated(method, "classmethod");
        join_ref(flow, node,
                 &(cp_ref){.kind = CP_REF_FUNC, .func = method, .bound = bound});
        return;
    }
    cp_class_flow *known = cp_class_flow_of(flow, class);
    for (uint32_t i = 0; i < known->mro_count; i++)
        cp_node_take(flow, node, cp_field_of(flow, known->mro[i], node->name));
}

static void attr_of_external(cp_flow *flow, cp_node *node, const cp_ref *ref)
{
    cp_str dotted = cp_str_printf(flow->arena, "%.*s.%.*s", CP_STR_ARGS(ref->dotted),
                                  CP_STR_ARGS(node->name));
    bool names =
        cp_str_is(ref->dotted, "torch") || cp_str_is(ref->dotted, "triton.language");
    cp_dtype dtype = names ? cp_dtype_of_torch(node->name) : CP_DTYPE_NONE;
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
        cp_node_take(flow, node, cp_global_of(flow, ref->module, node->name));
        return;
    case CP_REF_EXTERNAL:
        attr_of_external(flow, node, ref);
        return;
    case CP_REF_INSTANCE:
        if (cp_str_is(node->name, "weight")) {
            cp_value weight = cp_layer_weight(flow, ref);
            cp_node_grow(flow, node, &weight);
            return;
        }
        cp_node_grow(flow, node,
                     &(cp_value){.unknown = "an attribute of an object from outside"});
        return;
    case CP_REF_TUPLE: /* what topk and its like give has names for its elements */
        if (cp_str_is(node->name, "values") && ref->site->input_count == 2)
            cp_node_take(flow, node, ref->site->inputs[0].node);
        else if (cp_str_is(node->name, "indices") && ref->site->input_count == 2)
            cp_node_take(flow, node, ref->site->inputs[1].node);
        else
            cp_node_grow(flow, node, &(cp_value){.unknown = "an attribute of a tuple"});
        return;
    case CP_REF_FUNC:
    case CP_REF_LAUNCH:
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
        else if (is_plain_attr(node->name))
            cp_node_grow(flow, node, &(cp_value){.plain = true});
        else
            cp_node_grow(flow, node, &(cp_value){.unknown = "an attribute of a tensor"});
    }
    if (value.pointer && cp_str_is(node->name, "dtype")) /* of pointers; see below */
        cp_node_grow(flow, node, &(cp_value){.dtype = value.pointer & ~CP_SYM_ANY});
    if (value.dtype && cp_str_is(node->name, "element_ty"))
        cp_node_grow(flow, node, &(cp_value){.dtype = value.dtype});
    for (uint32_t i = 0; i < value.ref_count; i++)
        attr_of_ref(flow, node, value.refs[i]);
    if (!value.unknown)
        return;
    if (cp_name_is_routing(flow->rules, node->name)) {
        cp_node_take(flow, node, cp_wide_field(flow, node->name));
        cp_node_grow(flow, node, &(cp_value){.unknown = "a field of an unknown object"});
    } else if (is_plain_attr(node->name) || cp_map_get(&flow->rules->numbers, node->name))
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

/* The function will be called with the object that it is stored on. */
static void give_loader(cp_flow *flow, cp_node *object, const cp_value *stored)
{
    for (uint32_t i = 0; i < stored->ref_count; i++) {
        const cp_ref *ref = stored->refs[i];
        uint32_t first = ref->bound ? 1 : 0;
        if (ref->kind != CP_REF_FUNC)
            continue;
        cp_func_read(ref->func);
        if (ref->func->param_count <= first)
            continue;
        cp_func_flow *loader = cp_func_flow_of(flow, ref->func);
        loader->loaded_param = first + 1;
        cp_push(flow->arena, flow->pending, flow->pending_count, flow->pending_room,
                ref->func);
        cp_node_add_input(flow, loader->params[first], object, NULL);
    }
}

void cp_eval_store(cp_flow *flow, cp_node *node)
{
    cp_node *object = node->inputs[0].node, *value = node->inputs[1].node;
    if (cp_map_get(&flow->rules->loaders, node->name))
        give_loader(flow, object, &value->value);
    cp_value held = object->value;
    for (uint32_t i = 0; i < held.ref_count; i++) {
        const cp_ref *ref = held.refs[i];
        if (node->index == CP_STORE_ELEMENT)
            continue; /* what holds it keeps its dtype; lists are never sure */
        if (ref->kind == CP_REF_DICT && node->index == CP_STORE_KEY)
            store_key(flow, ref->site, node);
        else if ((ref->kind == CP_REF_OBJECT || ref->kind == CP_REF_CLASS) &&
                 !cp_only_tests(flow, node, ref->class->module))
            cp_node_add_input(flow, cp_field_of(flow, ref->class, node->name), value,
                              NULL);
        else if (ref->kind == CP_REF_MODULE)
            cp_node_add_input(flow, cp_global_of(flow, ref->module, node->name), value,
                              NULL);
        else if (ref->kind == CP_REF_INSTANCE && cp_str_is(node->name, "weight"))
            cp_node_grow(flow, ref->site,
                         &(cp_value){.unknown = "the layer is given other weights"});
    }
    if (held.unknown && node->index < 0)
        cp_node_add_input(flow, cp_stray_field(flow, node->name), value, NULL);
}
