#include "flow/trace_walk.h"

#include "flow/trace_rules.h"

/* The key of a value within a tuple or a list, whatever its place. */
#define AS_ELEMENT "[]"

/* Beyond this a value is everywhere, and nothing can be said of all its uses. */
enum { STATIONS_MAX = 4000, HOPS_MAX = 16 };

static void note_join(cp_use_walk *walk, const cp_node *node)
{
    if (node->kind == CP_NODE_JOIN && node->name.len)
        cp_push(walk->arena, walk->reach.joins, walk->reach.join_count, walk->join_room,
                node);
}

void cp_use_go_to(cp_use_walk *walk, const cp_node *node, cp_str key, size_t from,
                  const cp_node *call)
{
    void **slot = cp_table_slot(&walk->seen, node);
    if (key.len)
        slot = cp_map_slot(&walk->seen_within, cp_str_printf(walk->arena, "%u %.*s",
                                                             node->id, CP_STR_ARGS(key)));
    if (*slot)
        return;
    *slot = walk;
    if (walk->count >= STATIONS_MAX) {
        walk->reach.whole = false;
        return;
    }
    note_join(walk, node);
    bool computed = from != SIZE_MAX && walk->stations[from].computed;
    cp_station next = {node, key, from, computed, call};
    cp_push(walk->arena, walk->stations, walk->count, walk->room, next);
}

static void add_hops(cp_use_walk *walk, cp_use *use, size_t at)
{
    const cp_station *inward[HOPS_MAX];
    uint32_t count = 0;
    for (; at != SIZE_MAX; at = walk->stations[at].from)
        if (walk->stations[at].call && count < HOPS_MAX)
            inward[count++] = &walk->stations[at];
    use->hops = cp_new(walk->arena, const cp_node *, count + 1);
    use->params = cp_new(walk->arena, const cp_node *, count + 1);
    for (uint32_t i = 0; i < count; i++) { /* outermost first */
        use->hops[i] = inward[count - 1 - i]->call;
        use->params[i] = inward[count - 1 - i]->node;
    }
    use->hop_count = count;
}

/* Arithmetic gives a new value, whose names may still tell what this one is for. */
void cp_use_go_past(cp_use_walk *walk, const cp_node *node, size_t from)
{
    if (!walk->options->through_compute)
        return;
    size_t before = walk->count;
    cp_use_go_to(walk, node, CP_STR(""), from, NULL);
    if (walk->count > before)
        walk->stations[walk->count - 1].computed = true;
}

void cp_use_add(cp_use_walk *walk, cp_use_kind kind, const cp_node *at, size_t from)
{
    if (kind == CP_USE_COMPUTE || kind == CP_USE_CAST)
        cp_use_go_past(walk, at, from);
    if (walk->stations[from].computed)
        return;
    const cp_node *value = walk->stations[from].node;
    cp_use found = {.kind = kind, .at = at, .value = value, .position = SIZE_MAX};
    add_hops(walk, &found, from);
    cp_push(walk->arena, walk->reach.uses, walk->reach.use_count, walk->use_room, found);
}

void cp_use_add_to(cp_use_walk *walk, cp_use_kind kind, const cp_node *at,
                   const cp_node *to, size_t from)
{
    size_t before = walk->reach.use_count;
    cp_use_add(walk, kind, at, from);
    if (walk->reach.use_count > before)
        walk->reach.uses[before].to = to;
}

static void at_attr(cp_use_walk *walk, const cp_node *node, const cp_node *value,
                    size_t from)
{
    if (node->inputs[0].node != value) { /* a field that the attribute reads */
        cp_use_go_to(walk, node, walk->stations[from].key, from, NULL);
        return;
    }
    if (cp_trace_harmless_attr(node->name))
        return;
    for (uint32_t i = 0; i < node->user_count; i++)
        if (node->users[i]->kind == CP_NODE_CALL && node->users[i]->call->callee == node)
            return; /* a method's name: the call itself is looked at */
    if (walk->stations[from].key.len)
        cp_use_add(walk, CP_USE_ESCAPE, node, from);
    else if (cp_str_is(node->name, "dtype"))
        cp_use_add(walk, CP_USE_DTYPE, node, from);
    else if (cp_str_is(node->name, "T") || cp_str_is(node->name, "data"))
        cp_use_go_to(walk, node, CP_STR(""), from, NULL);
    else
        cp_use_add(walk, CP_USE_ESCAPE, node, from);
}

/* A tuple, a comparison, or a form that is not modelled, with the value as a part. */
static void at_written(cp_use_walk *walk, const cp_node *node, size_t from)
{
    static const char *const harmless[] = {"string", "interpolation", "slice",
                                           "concatenated_string", "format_expression"};
    const cp_expr *expr = node->expr;
    if (!expr || expr->kind == CP_EXPR_TUPLE) {
        cp_use_go_to(walk, node, CP_STR(AS_ELEMENT), from, NULL);
        return;
    }
    if (expr->kind == CP_EXPR_COMPARE) {
        if (!cp_str_starts(expr->text, CP_STR("is")))
            cp_use_add(walk, CP_USE_COMPUTE, node, from);
        return;
    }
    for (size_t i = 0; i < sizeof harmless / sizeof *harmless; i++)
        if (cp_str_is(expr->text, harmless[i]))
            return;
    cp_use_add(walk, CP_USE_ESCAPE, node, from);
}

static void at_fixed(cp_use_walk *walk, const cp_node *node, const cp_node *value,
                     size_t from)
{
    if (!node->call) {
        at_written(walk, node, from);
        return;
    }
    for (uint32_t i = 0; i < node->call->arg_count; i++)
        if (node->call->args[i].node == value)
            cp_use_go_to(walk, node,
                         node->call->args[i].name.len ? node->call->args[i].name
                                                      : CP_STR(AS_ELEMENT),
                         from, NULL);
}

static void at_store(cp_use_walk *walk, const cp_node *node, const cp_node *value,
                     size_t from)
{
    const cp_value *held = &node->inputs[0].node->value;
    if (node->inputs[1].node == value && node->index == CP_STORE_ELEMENT &&
        !walk->stations[from].key.len &&
        cp_trace_is_tensor(walk->flow, node->inputs[0].node)) {
        cp_use_add_to(walk, CP_USE_COPY, node, node->inputs[0].node, from);
        return;
    }
    if (node->inputs[1].node != value || node->index == CP_STORE_ELEMENT) {
        if (!walk->stations[from].key.len || node->inputs[1].node == value)
            cp_use_add(walk, CP_USE_ESCAPE, node,
                       from); /* its elements are overwritten */
        return;
    }
    if (node->index != CP_STORE_KEY) {
        if (!cp_trace_kept_by_field(held))
            cp_use_add(walk, CP_USE_ESCAPE, node, from);
        return; /* a field's join is a user itself */
    }
    for (uint32_t i = 0; i < held->ref_count; i++)
        if (held->refs[i]->kind == CP_REF_DICT)
            cp_use_go_to(walk, held->refs[i]->site, node->name, from, NULL);
}

/* x.view(n) and x.to(device) are casts by their form only: the dtype stays. */
static void at_cast(cp_use_walk *walk, const cp_node *node, const cp_node *value,
                    size_t from)
{
    const cp_value *asked = &node->inputs[1].node->value;
    bool view = node->expr && node->expr->kind == CP_EXPR_CALL &&
                cp_str_is(node->expr->kids[0]->text, "view");
    if (node->inputs[0].node != value)
        cp_use_add(walk, CP_USE_DTYPE, node, from);
    else if (asked->unknown || (view && (asked->dtype || asked->tensor))) {
        cp_use_add(walk, CP_USE_ESCAPE, node, from);
        cp_use_go_past(walk, node, from);
    } else if (asked->dtype || asked->tensor)
        cp_use_add_to(walk, CP_USE_CAST, node, node->inputs[1].node, from);
    else
        cp_use_go_to(walk, node, CP_STR(""), from, NULL);
}

static void at_user(cp_use_walk *walk, const cp_node *user, const cp_node *value,
                    size_t from)
{
    cp_str key = walk->stations[from].key;
    switch (user->kind) {
    case CP_NODE_FIXED:
        at_fixed(walk, user, value, from);
        return;
    case CP_NODE_JOIN: {
        const cp_reach_options *options = walk->options;
        if (user->join == CP_JOIN_NAMESAKES)
            return;
        if (!key.len && options->stop && options->stop(user, value, options->data)) {
            cp_push(walk->arena, walk->reach.stops, walk->reach.stop_count,
                    walk->stop_room, user);
            return;
        }
        if (cp_trace_seen_elsewhere(walk->flow->rules, user))
            cp_use_add(walk, CP_USE_ESCAPE, user, from);
        bool param = user->join == CP_JOIN_PARAM;
        cp_use_go_to(walk, user, key, from, param ? cp_use_call_into(value, user) : NULL);
        return;
    }
    case CP_NODE_CAST:
        if (!key.len)
            at_cast(walk, user, value, from);
        return;
    case CP_NODE_CALL:
        cp_use_at_call(walk, user, value, from);
        return;
    case CP_NODE_ATTR:
        at_attr(walk, user, value, from);
        return;
    case CP_NODE_ITEM: /* an element at a known place is a user of what stands there */
        if (!cp_str_is(key, AS_ELEMENT) || user->index < 0)
            cp_use_go_to(walk, user, CP_STR(""), from, NULL);
        return;
    case CP_NODE_REFINE:
    case CP_NODE_POINTER:
        cp_use_go_to(walk, user, key, from, NULL);
        return;
    case CP_NODE_PROMOTE:
        if (value->value.pointer && !key.len)
            cp_use_go_to(walk, user, key, from, NULL);
        else
            cp_use_add(walk, key.len ? CP_USE_ESCAPE : CP_USE_COMPUTE, user, from);
        return;
    case CP_NODE_STORE:
        at_store(walk, user, value, from);
        return;
    }
}

cp_reach cp_trace_reach(const cp_flow *flow, cp_arena *arena, const cp_node *node,
                        const cp_reach_options *options)
{
    static const cp_reach_options none = {0};
    cp_use_walk walk = {.flow = flow,
                        .arena = arena,
                        .seen = {.arena = arena},
                        .seen_within = {.arena = arena},
                        .options = options ? options : &none};
    walk.reach.whole = true;
    cp_use_go_to(&walk, node, CP_STR(""), SIZE_MAX, NULL);
    for (; walk.head < walk.count; walk.head++) {
        const cp_node *value = walk.stations[walk.head].node;
        for (uint32_t i = 0; i < value->user_count; i++)
            at_user(&walk, value->users[i], value, walk.head);
    }
    return walk.reach;
}

cp_use *cp_trace_uses(const cp_flow *flow, cp_arena *arena, const cp_node *node,
                      size_t *count, bool *whole)
{
    cp_reach reach = cp_trace_reach(flow, arena, node, NULL);
    *count = reach.use_count;
    *whole = reach.whole;
    return reach.uses;
}
