#include "flow/trace.h"

#include "flow/build.h"

/* Where the walk stands: the value itself, or a dict that holds it under `key`. */
typedef struct station {
    const cp_node *node;
    cp_str key;
    size_t from;         /* station before this one; SIZE_MAX for the first */
    const cp_node *call; /* the call that was gone into to get here, or NULL */
} station;

typedef struct use_walk {
    const cp_flow *flow;
    cp_arena *arena;
    station *stations;
    size_t head, count, room;
    cp_map seen;
    cp_use *uses;
    size_t use_count, use_room;
    bool whole;
} use_walk;

/* Beyond this a value is everywhere, and nothing can be said of all its uses. */
enum { STATIONS_MAX = 4000, HOPS_MAX = 16 };

static void go_to(use_walk *walk, const cp_node *node, cp_str key, size_t from,
                  const cp_node *call)
{
    cp_str mark = cp_str_printf(walk->arena, "%u %.*s", node->id, CP_STR_ARGS(key));
    void **slot = cp_map_slot(&walk->seen, mark);
    if (*slot)
        return;
    *slot = walk;
    if (walk->count >= STATIONS_MAX) {
        walk->whole = false;
        return;
    }
    station next = {node, key, from, call};
    cp_push(walk->arena, walk->stations, walk->count, walk->room, next);
}

static void add_hops(use_walk *walk, cp_use *use, size_t at)
{
    const cp_node *calls[HOPS_MAX];
    uint32_t count = 0;
    for (; at != SIZE_MAX; at = walk->stations[at].from)
        if (walk->stations[at].call && count < HOPS_MAX)
            calls[count++] = walk->stations[at].call;
    use->hops = cp_new(walk->arena, const cp_node *, count + 1);
    for (uint32_t i = 0; i < count; i++) /* outermost first */
        use->hops[i] = calls[count - 1 - i];
    use->hop_count = count;
}

static void use(use_walk *walk, cp_use_kind kind, const cp_node *at, size_t from)
{
    cp_use found = {.kind = kind, .at = at, .position = SIZE_MAX};
    add_hops(walk, &found, from);
    cp_push(walk->arena, walk->uses, walk->use_count, walk->use_room, found);
}

static void sink(use_walk *walk, const cp_node *call, cp_str dotted, cp_str keyword,
                 size_t position, size_t from)
{
    use(walk, CP_USE_SINK, call, from);
    cp_use *found = &walk->uses[walk->use_count - 1];
    found->dotted = dotted;
    found->keyword = keyword;
    found->position = position;
}

/* An argument of a call to the outside: torch's own functions are told apart. */
static void external_use(use_walk *walk, const cp_node *call, cp_str dotted,
                         cp_str keyword, size_t position, size_t from)
{
    const cp_torch_rule *rule = cp_map_get(&walk->flow->rules->functions, dotted);
    if (!rule) {
        sink(walk, call, dotted, keyword, position, from);
        return;
    }
    if (rule->results[0].kind == CP_RESULT_PLAIN)
        return;
    bool kept = rule->results[0].kind == CP_RESULT_OBJECT || rule->moves;
    if (kept && position == 0)
        go_to(walk, call, CP_STR(""), from, NULL);
    else
        use(walk, CP_USE_COMPUTE, call, from);
}

static bool goes_inside(const cp_call *call)
{
    for (uint32_t i = 0; i < call->tied_count; i++)
        if (call->tied[i]->kind != CP_REF_EXTERNAL)
            return true;
    return false;
}

static void as_argument(use_walk *walk, const cp_node *node, const cp_argument *arg,
                        size_t position, size_t from)
{
    const cp_call *call = node->call;
    cp_str key = walk->stations[from].key;
    bool spread = cp_str_is(arg->name, "**");
    if (spread != (key.len > 0))
        return; /* a dict that is not spread, or a tensor that is */
    for (uint32_t i = 0; i < call->external_count; i++)
        external_use(walk, node, call->externals[i], spread ? key : arg->name,
                     spread || arg->name.len ? SIZE_MAX : position, from);
    /* Into the tree it goes by the parameter's own join. */
    if (!call->external_count && !goes_inside(call))
        use(walk, CP_USE_ESCAPE, node, from);
}

static void as_receiver(use_walk *walk, const cp_node *node, size_t from)
{
    const cp_torch_rule *rule =
        cp_map_get(&walk->flow->rules->methods, node->call->method);
    if (!rule)
        use(walk, CP_USE_ESCAPE, node, from);
    else if (rule->moves)
        go_to(walk, node, CP_STR(""), from, NULL);
    else if (rule->results[0].kind != CP_RESULT_PLAIN)
        use(walk, CP_USE_COMPUTE, node, from);
}

static void at_call(use_walk *walk, const cp_node *node, const cp_node *value,
                    size_t from)
{
    const cp_call *call = node->call;
    if (call->receiver == value && !walk->stations[from].key.len)
        as_receiver(walk, node, from);
    if (value->kind == CP_NODE_JOIN && value->join == CP_JOIN_RETURN)
        go_to(walk, node, walk->stations[from].key, from, NULL);
    size_t position = 0;
    for (uint32_t i = 0; i < call->arg_count; i++) {
        const cp_argument *arg = &call->args[i];
        if (arg->node == value)
            as_argument(walk, node, arg, position, from);
        position += arg->name.len == 0;
    }
}

static bool is_harmless_attr(cp_str name)
{
    static const char *const names[] = {"shape",  "device", "ndim",   "is_cuda", "size",
                                        "stride", "layout", "is_cpu", "is_xpu"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (cp_str_is(name, names[i]))
            return true;
    return false;
}

static void at_attr(use_walk *walk, const cp_node *node, const cp_node *value,
                    size_t from)
{
    if (node->inputs[0].node != value) { /* a field that the attribute reads */
        go_to(walk, node, walk->stations[from].key, from, NULL);
        return;
    }
    if (is_harmless_attr(node->name) || walk->stations[from].key.len)
        return;
    for (uint32_t i = 0; i < node->user_count; i++)
        if (node->users[i]->kind == CP_NODE_CALL && node->users[i]->call->callee == node)
            return; /* a method's name: the call itself is looked at */
    if (cp_str_is(node->name, "dtype"))
        use(walk, CP_USE_DTYPE, node, from);
    else if (cp_str_is(node->name, "T") || cp_str_is(node->name, "data"))
        go_to(walk, node, CP_STR(""), from, NULL);
    else
        use(walk, CP_USE_ESCAPE, node, from);
}

/* The call by which `value` gets into the parameter `param`; NULL if there are many. */
static const cp_node *call_into(const cp_node *value, const cp_node *param)
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

static void at_fixed(use_walk *walk, const cp_node *node, const cp_node *value,
                     size_t from)
{
    if (!node->call)
        return; /* a tuple: whoever takes the element out is a user itself */
    for (uint32_t i = 0; i < node->call->arg_count; i++)
        if (node->call->args[i].node == value)
            go_to(walk, node, node->call->args[i].name, from, NULL);
}

static void at_store(use_walk *walk, const cp_node *node, const cp_node *value,
                     size_t from)
{
    if (node->inputs[1].node != value || node->index != 0)
        return; /* a field's join is a user itself */
    const cp_value *held = &node->inputs[0].node->value;
    for (uint32_t i = 0; i < held->ref_count; i++)
        if (held->refs[i]->kind == CP_REF_DICT)
            go_to(walk, held->refs[i]->site, node->name, from, NULL);
}

static void at_user(use_walk *walk, const cp_node *user, const cp_node *value,
                    size_t from)
{
    cp_str key = walk->stations[from].key;
    switch (user->kind) {
    case CP_NODE_FIXED:
        at_fixed(walk, user, value, from);
        return;
    case CP_NODE_JOIN: {
        bool param = user->join == CP_JOIN_PARAM;
        go_to(walk, user, key, from, param ? call_into(value, user) : NULL);
        return;
    }
    case CP_NODE_CAST:
        if (!key.len)
            use(walk, user->inputs[0].node == value ? CP_USE_CAST : CP_USE_DTYPE, user,
                from);
        return;
    case CP_NODE_CALL:
        at_call(walk, user, value, from);
        return;
    case CP_NODE_ATTR:
        at_attr(walk, user, value, from);
        return;
    case CP_NODE_ITEM:
        go_to(walk, user, CP_STR(""), from, NULL);
        return;
    case CP_NODE_PROMOTE:
        if (!key.len)
            use(walk, CP_USE_COMPUTE, user, from);
        return;
    case CP_NODE_STORE:
        at_store(walk, user, value, from);
        return;
    }
}

cp_use *cp_trace_uses(const cp_flow *flow, cp_arena *arena, const cp_node *node,
                      size_t *count, bool *whole)
{
    use_walk walk = {.flow = flow, .arena = arena, .seen = {.arena = arena}};
    walk.whole = true;
    go_to(&walk, node, CP_STR(""), SIZE_MAX, NULL);
    for (; walk.head < walk.count; walk.head++) {
        const cp_node *value = walk.stations[walk.head].node;
        for (uint32_t i = 0; i < value->user_count; i++)
            at_user(&walk, value->users[i], value, walk.head);
    }
    *count = walk.use_count;
    *whole = walk.whole;
    return walk.uses;
}
