#include "flow/trace_rules.h"
#include "flow/trace_walk.h"

static void sink(cp_use_walk *walk, const cp_node *call, cp_str dotted, cp_str keyword,
                 size_t position, size_t from)
{
    size_t before = walk->reach.use_count;
    cp_use_add(walk, CP_USE_SINK, call, from);
    if (walk->reach.use_count == before)
        return;
    cp_use *found = &walk->reach.uses[before];
    found->dotted = dotted;
    found->keyword = keyword;
    found->position = position;
}

/* An argument of a call to the outside: torch's own functions are told apart. */
static void external_use(cp_use_walk *walk, const cp_node *call, cp_str dotted,
                         cp_str keyword, size_t position, size_t from)
{
    const cp_torch_rule *rule = cp_map_get(&walk->flow->rules->functions, dotted);
    if (!rule) {
        sink(walk, call, dotted, keyword, position, from);
        return;
    }
    const cp_node *to = cp_trace_converts_to(rule, call->call, position);
    if (to) {
        cp_use_add_to(walk, rule->stores ? CP_USE_COPY : CP_USE_CONVERT, call, to, from);
        if (rule->converts)
            cp_use_go_past(walk, call, from);
        return;
    }
    if (rule->stores && position == 0)
        cp_use_add(walk, CP_USE_ESCAPE, call, from); /* its elements are overwritten */
    if (rule->results[0].kind == CP_RESULT_PLAIN)
        return;
    bool kept = rule->results[0].kind == CP_RESULT_OBJECT || rule->moves;
    if (kept && position == 0)
        cp_use_go_to(walk, call, CP_STR(""), from, NULL);
    else
        cp_use_add(walk, CP_USE_COMPUTE, call, from);
}

/* A test hands it to code that is not followed with what tests give it. */
static bool is_cut_off(const cp_flow *flow, const cp_node *node)
{
    for (uint32_t i = 0; i < node->call->tied_count; i++) {
        const cp_ref *ref = node->call->tied[i];
        const cp_module *to = ref->func    ? ref->func->module
                              : ref->class ? ref->class->module
                                           : NULL;
        if (cp_only_tests(flow, node, to))
            return true;
    }
    return false;
}

static bool goes_inside(const cp_call *call)
{
    for (uint32_t i = 0; i < call->tied_count; i++)
        if (call->tied[i]->kind != CP_REF_EXTERNAL)
            return true;
    return false;
}

static bool is_layer(const cp_call *call)
{
    for (uint32_t i = 0; i < call->tied_count; i++)
        if (call->tied[i]->kind == CP_REF_INSTANCE)
            return true;
    return false;
}

/* A method of tensors that the rules know, on what is a tensor or changed in place. */
static bool is_tensor_method(const cp_use_walk *walk, const cp_call *call)
{
    if (!call->receiver || call->tied_count ||
        !cp_map_get(&walk->flow->rules->methods, call->method))
        return false;
    return cp_value_only_tensor(&call->receiver->value) ||
           cp_str_ends(call->method, CP_STR("_"));
}

/* isinstance, len and the like: they do nothing with what they are given. */
static bool only_looks(const cp_use_walk *walk, const cp_call *call)
{
    for (uint32_t i = 0; i < call->external_count; i++) {
        const cp_torch_rule *rule =
            cp_map_get(&walk->flow->rules->functions, call->externals[i]);
        if (!rule || rule->results[0].kind != CP_RESULT_PLAIN)
            return false;
    }
    return call->external_count > 0;
}

static void as_argument(cp_use_walk *walk, const cp_node *node, const cp_argument *arg,
                        size_t position, size_t from)
{
    const cp_call *call = node->call;
    cp_str key = walk->stations[from].key;
    if (call->receiver && cp_str_is(call->method, "copy_") && !key.len && position == 0) {
        cp_use_add_to(walk, CP_USE_COPY, node, call->receiver, from);
        return;
    }
    bool spread = cp_str_is(arg->name, "**");
    if (spread != (key.len > 0) || cp_str_is(arg->name, "*")) {
        /* What holds it goes on as a whole, or it is spread itself. */
        if (!key.len || (!goes_inside(call) && !only_looks(walk, call)))
            cp_use_add(walk, CP_USE_ESCAPE, node, from);
        return;
    }
    for (uint32_t i = 0; i < call->external_count; i++)
        external_use(walk, node, call->externals[i], spread ? key : arg->name,
                     spread || arg->name.len ? SIZE_MAX : position, from);
    if (is_tensor_method(walk, call)) {
        cp_use_add(walk, CP_USE_COMPUTE, node, from);
        return;
    }
    if (is_layer(call))
        cp_use_add(walk, CP_USE_COMPUTE, node, from);
    /* Into the tree it goes by the parameter's own join. */
    if ((!call->external_count && !goes_inside(call)) || is_cut_off(walk->flow, node))
        cp_use_add(walk, CP_USE_ESCAPE, node, from);
}

static void as_receiver(cp_use_walk *walk, const cp_node *node, size_t from)
{
    const cp_torch_rule *rule =
        cp_map_get(&walk->flow->rules->methods, node->call->method);
    if (!rule || walk->stations[from].key.len ||
        cp_trace_shows_storage(node->call->method))
        cp_use_add(walk, CP_USE_ESCAPE, node, from);
    else if (rule->moves)
        cp_use_go_to(walk, node, CP_STR(""), from, NULL);
    else if (cp_trace_converts_to(rule, node->call, 0)) {
        cp_use_add_to(walk, CP_USE_CONVERT, node,
                      cp_trace_converts_to(rule, node->call, 0), from);
        cp_use_go_past(walk, node, from);
    } else if (rule->results[0].kind != CP_RESULT_PLAIN)
        cp_use_add(walk, CP_USE_COMPUTE, node, from);
}

void cp_use_at_call(cp_use_walk *walk, const cp_node *node, const cp_node *value,
                    size_t from)
{
    const cp_call *call = node->call;
    if (call->receiver == value)
        as_receiver(walk, node, from);
    if (value->kind == CP_NODE_JOIN && value->join == CP_JOIN_RETURN)
        cp_use_go_to(walk, node, walk->stations[from].key, from, NULL);
    size_t position = 0;
    for (uint32_t i = 0; i < call->arg_count; i++) {
        const cp_argument *arg = &call->args[i];
        if (arg->node == value)
            as_argument(walk, node, arg, position, from);
        position += arg->name.len == 0;
    }
}

const cp_node *cp_use_call_into(const cp_node *value, const cp_node *param)
{
    const cp_node *found = NULL;
    for (uint32_t i = 0; i < value->user_count; i++) {
        const cp_node *user = value->users[i];
        if (user->kind != CP_NODE_CALL)
            continue;
        for (uint32_t t = 0; t < user->call->tied_count; t++) {
            const cp_ref *ref = user->call->tied[t];
            bool here = ref->func == param->func ||
                        (ref->kind != CP_REF_FUNC && param->func->owner);
            if (here && found && found != user)
                return NULL;
            if (here)
                found = user;
        }
    }
    return found;
}
