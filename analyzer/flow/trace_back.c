#include "flow/trace.h"

#include "flow/build.h"

typedef struct back_walk {
    cp_arena *arena;
    const cp_node **queue;
    size_t head, count, room;
    cp_table seen;
    cp_origin *found;
    size_t found_count, found_room, max;
} back_walk;

static void visit(back_walk *walk, const cp_node *node)
{
    void **slot = cp_table_slot(&walk->seen, node);
    if (*slot)
        return;
    *slot = walk;
    cp_push(walk->arena, walk->queue, walk->count, walk->room, node);
}

static void origin(back_walk *walk, const cp_node *node)
{
    if (walk->found_count >= walk->max)
        return;
    cp_origin found = {node, node->value.tensor, node->value.unknown};
    cp_push(walk->arena, walk->found, walk->found_count, walk->found_room, found);
}

static bool is_return(const cp_node *node)
{
    return node->kind == CP_NODE_JOIN && node->join == CP_JOIN_RETURN;
}

/* A call that went into the tree comes from what the function returns. */
static void visit_call(back_walk *walk, const cp_node *node)
{
    bool inside = false;
    for (uint32_t i = 0; i < node->input_count; i++)
        if (is_return(node->inputs[i].node)) {
            visit(walk, node->inputs[i].node);
            inside = true;
        }
    if (!inside)
        origin(walk, node);
}

static void step(back_walk *walk, const cp_node *node)
{
    uint32_t first = 0;
    switch (node->kind) {
    case CP_NODE_FIXED:
        if (node->value.tensor || node->value.unknown)
            origin(walk, node);
        return;
    case CP_NODE_CAST:
    case CP_NODE_PROMOTE:
    case CP_NODE_STORE:
        origin(walk, node);
        return;
    case CP_NODE_CALL:
        visit_call(walk, node);
        return;
    case CP_NODE_ATTR:
    case CP_NODE_ITEM:
        if (node->input_count == 1 && !node->inputs[0].node->value.tensor) {
            origin(walk, node);
            return;
        }
        first = node->input_count > 1 ? 1 : 0; /* the fields, not their object */
        break;
    case CP_NODE_REFINE:
    case CP_NODE_POINTER:
        break;
    case CP_NODE_JOIN:
        if (node->open || node->input_count == 0)
            origin(walk, node);
        break;
    }
    for (uint32_t i = first; i < node->input_count; i++)
        visit(walk, node->inputs[i].node);
}

cp_origin *cp_trace_origins(cp_arena *arena, const cp_node *node, size_t max,
                            size_t *count)
{
    back_walk walk = {.arena = arena, .seen = {.arena = arena}, .max = max};
    visit(&walk, node);
    while (walk.head < walk.count)
        step(&walk, walk.queue[walk.head++]);
    *count = walk.found_count;
    return walk.found;
}

bool cp_trace_comes_from(cp_arena *arena, const cp_node *node, const cp_node *source)
{
    enum { FAR = 2000 };
    back_walk walk = {.arena = arena, .seen = {.arena = arena}};
    visit(&walk, node);
    while (walk.head < walk.count && walk.count < FAR) {
        const cp_node *at = walk.queue[walk.head++];
        if (at == source)
            return true;
        for (uint32_t i = 0; i < at->input_count; i++)
            visit(&walk, at->inputs[i].node);
    }
    return walk.head < walk.count;
}

/* The first parameter on the way back, told by its name alone if `named` says so. */
static const cp_node *first_param(cp_arena *arena, const cp_node *node, bool named)
{
    back_walk walk = {.arena = arena, .seen = {.arena = arena}};
    visit(&walk, node);
    while (walk.head < walk.count) {
        const cp_node *at = walk.queue[walk.head++];
        if (at->kind == CP_NODE_JOIN && at->join == CP_JOIN_PARAM &&
            (at->by_name || !named))
            return at;
        step(&walk, at);
    }
    return NULL;
}

const cp_node *cp_trace_param(cp_arena *arena, const cp_node *node)
{
    return first_param(arena, node, false);
}

const cp_node *cp_trace_namesake(cp_arena *arena, const cp_node *node)
{
    return first_param(arena, node, true);
}
