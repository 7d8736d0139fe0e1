#include "flow/trace.h"

#include "flow/build.h"

typedef struct local_walk {
    cp_arena *arena;
    const cp_flow *flow; /* what closed code is told by; NULL: only one function counts */
    const cp_node **queue;
    size_t head, count, room;
    cp_table seen;
} local_walk;

/* Only what can carry a dtype matters: a number of rows is of no interest. */
static void visit(local_walk *walk, const cp_node *node)
{
    const cp_value *value = &node->value;
    if (!value->tensor && !value->dtype && !value->pointer && !value->ref_count)
        return;
    void **slot = cp_table_slot(&walk->seen, node);
    if (*slot)
        return;
    *slot = walk;
    cp_push(walk->arena, walk->queue, walk->count, walk->room, node);
}

static void visit_inputs(local_walk *walk, const cp_node *node, uint32_t first)
{
    for (uint32_t i = first; i < node->input_count; i++)
        visit(walk, node->inputs[i].node);
}

/* A function of the tree is seen in full; a method may be another one. */
static bool may_be_replaced(const local_walk *walk, const cp_call *call)
{
    for (uint32_t i = 0; i < call->tied_count; i++) {
        const cp_ref *ref = call->tied[i];
        bool function = ref->kind == CP_REF_FUNC && !ref->func->owner;
        bool layer = walk->flow && ref->kind == CP_REF_INSTANCE;
        if (!function && !layer && ref->kind != CP_REF_EXTERNAL)
            return true;
    }
    return false;
}

static bool step_call(local_walk *walk, const cp_node *node)
{
    const cp_call *call = node->call;
    if (may_be_replaced(walk, call))
        return false;
    for (uint32_t i = 0; i < call->tied_count; i++)
        if (call->tied[i]->kind == CP_REF_INSTANCE)
            visit(walk, call->callee); /* where the layer is kept counts */
    bool inside = false;
    for (uint32_t i = 0; i < node->input_count; i++) {
        const cp_node *input = node->inputs[i].node;
        bool result = input->kind == CP_NODE_JOIN && input->join == CP_JOIN_RETURN;
        if (result)
            visit(walk, input);
        inside |= result;
    }
    if (inside)
        return true;
    if (call->receiver && call->receiver->value.tensor)
        visit(walk, call->receiver);
    for (uint32_t i = 0; i < call->arg_count; i++) {
        const cp_value *value = &call->args[i].node->value;
        /* An index shares no dtype with the result. */
        cp_dtypes shared = (value->tensor | value->pointer) & node->value.tensor;
        if (shared || value->dtype || value->ref_count || node->value.ref_count)
            visit(walk, call->args[i].node);
    }
    return true;
}

/*
 * A function that only its own module is meant to call, by its name or its place. A
 * kernel of Triton is launched by code that knows how.
 */
static bool is_private(cp_func *func)
{
    bool hidden = cp_str_starts(func->name, CP_STR("_")) &&
                  !cp_str_starts(func->name, CP_STR("__"));
    return hidden || func->outer || !func->name.len || cp_func_is_kernel(func);
}

static bool has_inputs(const cp_map *fields, cp_str name)
{
    const cp_node *node = cp_map_get(fields, name);
    return node && node->input_count;
}

/*
 * Whether all that gives the join a value is in sight: a parameter of a private
 * function that is called, a field that nothing but its own class assigns.
 */
static bool is_closed(const local_walk *walk, const cp_node *join)
{
    if (!walk->flow || join->open)
        return false;
    if (join->join == CP_JOIN_PARAM)
        return is_private(join->func);
    if (join->join != CP_JOIN_FIELD || !join->class)
        return false;
    const cp_class_flow *known = cp_table_get(&walk->flow->classes, join->class);
    return known && !known->sub_count && !has_inputs(&walk->flow->stray, join->name);
}

static bool step(local_walk *walk, const cp_node *node)
{
    switch (node->kind) {
    case CP_NODE_FIXED:
    case CP_NODE_REFINE:
    case CP_NODE_STORE:
        return true;
    case CP_NODE_CAST: /* the operand's dtype is forgotten, if another one is named */
        visit(walk, node->inputs[1].node);
        if (!node->inputs[1].node->value.dtype && !node->inputs[1].node->value.tensor)
            visit(walk, node->inputs[0].node);
        return true;
    case CP_NODE_CALL:
        return step_call(walk, node);
    case CP_NODE_JOIN:
        if (node->join != CP_JOIN_LOCAL && node->join != CP_JOIN_RETURN &&
            !is_closed(walk, node))
            return false;
        visit_inputs(walk, node, 0);
        return true;
    case CP_NODE_ATTR:
        /* torch.float32 is a name of a module from outside, and stays what it is. */
        if (node->input_count > 1 || node->inputs[0].node->value.tensor)
            visit_inputs(walk, node, walk->flow && node->input_count > 1);
        return true;
    case CP_NODE_ITEM:
    case CP_NODE_POINTER:
    case CP_NODE_PROMOTE:
        visit_inputs(walk, node, 0);
        return true;
    }
    return false;
}

static bool walk_back(local_walk *walk, const cp_node *node)
{
    visit(walk, node);
    while (walk->head < walk->count)
        if (!step(walk, walk->queue[walk->head++]))
            return false;
    return walk->count > 0;
}

bool cp_trace_is_local(cp_arena *arena, const cp_node *node)
{
    local_walk walk = {.arena = arena, .seen = {.arena = arena}};
    return walk_back(&walk, node);
}

bool cp_trace_is_closed(const cp_flow *flow, cp_arena *arena, const cp_node *node)
{
    local_walk walk = {.arena = arena, .flow = flow, .seen = {.arena = arena}};
    return walk_back(&walk, node);
}
