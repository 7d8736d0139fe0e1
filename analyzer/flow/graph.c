#include "flow/graph.h"

#include "flow/build.h"

cp_str cp_key_of(const void *const *pointer)
{
    return (cp_str){(const char *)pointer, sizeof *pointer};
}

cp_node *cp_node_new(cp_flow *flow, cp_node_kind kind)
{
    cp_node *node = cp_new(flow->arena, cp_node, 1);
    node->kind = kind;
    node->id = (uint32_t)flow->count;
    node->index = -1;
    cp_push(flow->arena, flow->all, flow->count, flow->room, node);
    return node;
}

cp_node *cp_node_fixed(cp_flow *flow, const cp_value *value)
{
    cp_node *node = cp_node_new(flow, CP_NODE_FIXED);
    node->value = *value;
    return node;
}

cp_node *cp_node_unknown(cp_flow *flow, const char *why)
{
    return cp_node_fixed(flow, &(cp_value){.unknown = why});
}

cp_node *cp_node_join(cp_flow *flow, cp_join_role role, cp_str name)
{
    cp_node *node = cp_node_new(flow, CP_NODE_JOIN);
    node->join = role;
    node->name = name;
    return node;
}

void cp_flow_enqueue(cp_flow *flow, cp_node *node)
{
    if (node->queued || node->kind == CP_NODE_FIXED)
        return;
    node->queued = true;
    if (flow->queue_head > 4096 && flow->queue_head * 2 > flow->queue_count) {
        flow->queue_count -= flow->queue_head;
        memmove(flow->queue, flow->queue + flow->queue_head,
                flow->queue_count * sizeof(cp_node *));
        flow->queue_head = 0;
    }
    cp_push(flow->arena, flow->queue, flow->queue_count, flow->queue_room, node);
}

/* Most nodes have one input and one user, so lists begin with room for just that. */
static void *room_for_one(cp_arena *arena, void *list, uint32_t count, uint32_t *room,
                          size_t each)
{
    if (count < *room)
        return list;
    *room = *room ? *room * 2 : 1;
    void *moved = cp_arena_alloc(arena, *room * each);
    if (count)
        memcpy(moved, list, count * each);
    return moved;
}

void cp_node_add_input(cp_flow *flow, cp_node *node, cp_node *input,
                       const cp_guard *guard)
{
    for (uint32_t i = 0; i < node->input_count; i++)
        if (node->kind == CP_NODE_JOIN && node->inputs[i].node == input &&
            node->inputs[i].guard == guard)
            return;
    node->inputs = room_for_one(flow->arena, node->inputs, node->input_count,
                                &node->input_room, sizeof *node->inputs);
    node->inputs[node->input_count++] = (cp_input){input, guard};
    input->users = room_for_one(flow->arena, input->users, input->user_count,
                                &input->user_room, sizeof(cp_node *));
    input->users[input->user_count++] = node;
    cp_flow_enqueue(flow, node);
}

void cp_node_grow(cp_flow *flow, cp_node *node, const cp_value *more)
{
    if (!cp_value_join(flow->arena, &node->value, more))
        return;
    for (uint32_t i = 0; i < node->user_count; i++)
        cp_flow_enqueue(flow, node->users[i]);
}

/* A ref's key is the bytes of its parts: equal parts, equal key. */
const cp_ref *cp_flow_ref(cp_flow *flow, const cp_ref *like)
{
    struct {
        const void *parts[5];
        size_t kind;
    } key = {{like->func, like->class, like->module, like->site, NULL},
             (size_t)like->kind * 2 + like->bound};
    char room[256];
    size_t len = sizeof key + like->dotted.len;
    char *bytes = len <= sizeof room ? room : cp_new_unset(flow->arena, char, len);
    memcpy(bytes, &key, sizeof key);
    cp_str_put(bytes + sizeof key, like->dotted);
    cp_str text = {bytes, len};
    const cp_ref *known = cp_map_get(&flow->refs, text);
    if (known)
        return known;
    cp_ref *ref = cp_new(flow->arena, cp_ref, 1);
    *ref = *like;
    cp_map_put(&flow->refs, cp_str_copy(flow->arena, text), ref);
    return ref;
}

cp_node *const *cp_flow_casts(const cp_flow *flow, size_t *count)
{
    *count = flow->cast_count;
    return flow->casts;
}

cp_node *const *cp_flow_calls(const cp_flow *flow, size_t *count)
{
    *count = flow->call_count;
    return flow->calls;
}

cp_node *cp_flow_node_of(const cp_flow *flow, const cp_expr *expr)
{
    return cp_table_get(&flow->nodes, expr);
}

cp_node *cp_flow_return_of(const cp_flow *flow, const cp_func *func)
{
    const void *key = func;
    cp_func_flow *known = cp_map_get(&flow->funcs, cp_key_of(&key));
    return known ? known->result : NULL;
}

cp_node *cp_flow_param_of(const cp_flow *flow, const cp_func *func, uint32_t index)
{
    const void *key = func;
    cp_func_flow *known = cp_map_get(&flow->funcs, cp_key_of(&key));
    return known && index < func->param_count ? known->params[index] : NULL;
}

cp_project *cp_flow_project(const cp_flow *flow)
{
    return flow->project;
}

const cp_flow_rules *cp_flow_rules_of(const cp_flow *flow)
{
    return flow->rules;
}

void cp_node_take(cp_flow *flow, cp_node *node, cp_node *source)
{
    for (uint32_t i = 0; i < node->input_count; i++)
        if (node->inputs[i].node == source)
            return;
    cp_node_add_input(flow, node, source, NULL);
    cp_node_grow(flow, node, &source->value);
}
