#include "flow/graph.h"

#include <stdlib.h>

#include "flow/build.h"

static void walk_pending(cp_flow *flow)
{
    while (flow->pending_count) {
        cp_func *func = flow->pending[--flow->pending_count];
        cp_build_func(flow, func);
    }
}

void cp_flow_settle(cp_flow *flow)
{
    for (;;) {
        walk_pending(flow);
        if (flow->queue_head == flow->queue_count)
            return;
        cp_node *node = flow->queue[flow->queue_head++];
        node->queued = false;
        cp_eval_node(flow, node);
    }
}

/* The name alone says that it is an activation: those have the model's dtype. */
static bool is_activation(const cp_flow *flow, const cp_node *param)
{
    return cp_map_get(&flow->rules->activations, param->name) ||
           cp_map_get(&flow->rules->inputs, param->name);
}

static bool stayed_empty(const cp_node *node)
{
    return cp_value_is_bottom(&node->value) && node->kind != CP_NODE_STORE && !node->late;
}

/*
 * What no visible code gives a value is not "nothing", it is unknown: a
 * parameter of a function that no one calls here, a field that is set by means
 * that are not followed.
 */
static void say_what_stayed_unknown(cp_flow *flow)
{
    static const char *const why[] = {
        [CP_JOIN_LOCAL] = "it is not bound on any path that could be followed",
        [CP_JOIN_PARAM] = "no call that gives this parameter is visible",
        [CP_JOIN_FIELD] = "no assignment to this field is visible",
        [CP_JOIN_RETURN] = "what the function returns could not be followed",
        [CP_JOIN_GLOBAL] = "the module does not bind this name visibly",
        [CP_JOIN_NAMESAKES] = "nothing else of that name is known",
    };
    for (size_t i = 0; i < flow->count; i++) {
        cp_node *node = flow->all[i];
        if (!stayed_empty(node))
            continue;
        bool join = node->kind == CP_NODE_JOIN;
        if (join && node->join == CP_JOIN_PARAM && is_activation(flow, node)) {
            cp_node_grow(flow, node, &(cp_value){.tensor = CP_SYM_MODEL});
            continue;
        }
        if (!join || node->join == CP_JOIN_LOCAL)
            continue;
        node->open = true;
        cp_node_grow(flow, node, &(cp_value){.unknown = why[node->join]});
    }
}

/* The rest follows from what was said; what then is still nothing is no code's value. */
static void say_what_no_one_computes(cp_flow *flow)
{
    for (size_t i = 0; i < flow->count; i++) {
        cp_node *node = flow->all[i];
        if (stayed_empty(node))
            cp_node_grow(flow, node,
                         &(cp_value){.unknown = "how it is computed is not modelled"});
    }
}

/* A parameter with a default but without any visible call can be anything. */
static void open_uncalled(cp_flow *flow)
{
    for (size_t i = 0; i < flow->funcs.count; i++) {
        const cp_func_flow *known = flow->funcs.entries[i].value;
        if (known->call_count || !known->built)
            continue;
        for (uint32_t p = 0; p < known->func->param_count; p++) {
            cp_node *param = known->params[p];
            if (p + 1 == known->loaded_param)
                continue;
            param->open = true;
            if (p == 0 && known->func->owner && param->value.ref_count)
                continue; /* self */
            if (is_activation(flow, param)) {
                cp_node_grow(flow, param, &(cp_value){.tensor = CP_SYM_MODEL});
                continue;
            }
            if (cp_name_is_routing(flow->rules, param->name)) {
                bool weights = cp_map_get(&flow->rules->weights, param->name);
                param->by_name = true;
                cp_node_take(flow, param,
                             weights ? cp_namesakes(flow, param->name)
                                     : cp_wide_field(flow, param->name));
            }
            cp_node_grow(
                flow, param,
                &(cp_value){.unknown = "no call that gives this parameter is visible"});
        }
    }
}

static int by_place(const void *a, const void *b)
{
    const cp_node *left = *(cp_node *const *)a, *right = *(cp_node *const *)b;
    int by_path = cp_str_cmp(left->module->source->path, right->module->source->path);
    if (by_path)
        return by_path;
    uint32_t l = left->expr->span.start, r = right->expr->span.start;
    if (l != r)
        return l < r ? -1 : 1;
    return (left->id > right->id) - (left->id < right->id);
}

static bool mentions_routing(const cp_scanner *scanner, const cp_module *module,
                             cp_span span)
{
    cp_str text = cp_str_cut(module->source->text, span.start, span.end);
    return cp_scan(scanner, text) != 0;
}

/*
 * The functions that mention routing, and the constructors of their classes, which
 * make the fields that they use. All else is walked when a call gets there.
 */
static void build_roots(cp_flow *flow, const cp_scanner *scanner, cp_module *module)
{
    cp_build_module(flow, module);
    for (uint32_t f = 0; f < module->func_count; f++) {
        cp_func *func = module->funcs[f];
        bool constructor = func->owner && cp_str_is(func->name, "__init__");
        if (mentions_routing(scanner, module,
                             constructor ? func->owner->span : func->span))
            cp_build_func(flow, func);
    }
}

cp_flow *cp_flow_new(cp_project *project, const cp_flow_rules *rules)
{
    cp_arena *arena = cp_project_arena(project);
    const cp_scanner *scanner =
        cp_scanner_new(arena, rules->needles, rules->needle_count);
    cp_flow *flow = cp_new(arena, cp_flow, 1);
    flow->arena = arena;
    flow->project = project;
    flow->rules = rules;
    flow->funcs = flow->wide = flow->stray = (cp_map){.arena = arena};
    flow->namesakes = flow->ops = flow->refs = (cp_map){.arena = arena};
    flow->modules = flow->classes = (cp_table){.arena = arena};
    flow->nodes = flow->result_tuples = (cp_table){.arena = arena};

    size_t count;
    cp_module *const *modules = cp_project_modules(project, &count);
    cp_module **first = cp_new(arena, cp_module *, count + 1);
    if (count)
        memcpy(first, modules, count * sizeof *first); /* the list grows while we walk */
    for (size_t i = 0; i < count; i++)
        build_roots(flow, scanner, first[i]);
    cp_flow_settle(flow);
    open_uncalled(flow);
    cp_flow_settle(flow);
    flow->filled = true;
    for (size_t i = 0; i < flow->count; i++)
        if (flow->all[i]->by_name)
            cp_flow_enqueue(flow, flow->all[i]);
    cp_flow_settle(flow);
    for (size_t before = 0; before != flow->count;) { /* more code may be reached */
        before = flow->count;
        open_uncalled(flow);
        say_what_stayed_unknown(flow);
        cp_flow_settle(flow);
        say_what_no_one_computes(flow);
        cp_flow_settle(flow);
    }
    if (flow->cast_count)
        qsort(flow->casts, flow->cast_count, sizeof *flow->casts, by_place);
    if (flow->call_count)
        qsort(flow->calls, flow->call_count, sizeof *flow->calls, by_place);
    return flow;
}
