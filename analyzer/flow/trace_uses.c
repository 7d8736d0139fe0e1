#include "flow/trace.h"

#include "flow/build.h"
#include "flow/trace_rules.h"

/* Where the walk stands: the value itself, or a dict that holds it under `key`. */
typedef struct station {
    const cp_node *node;
    cp_str key;
    size_t from;         /* station before this one; SIZE_MAX for the first */
    bool computed;       /* what is here is computed from the value */
    const cp_node *call; /* the call that was gone into to get here, or NULL */
} station;

typedef struct use_walk {
    const cp_flow *flow;
    cp_arena *arena;
    station *stations;
    size_t head, count, room;
    cp_map seen;
    const cp_reach_options *options;
    cp_reach reach;
    size_t use_room, join_room, stop_room;
} use_walk;

/* The key of a value within a tuple or a list, whatever its place. */
#define AS_ELEMENT "[]"

/* Beyond this a value is everywhere, and nothing can be said of all its uses. */
enum { STATIONS_MAX = 4000, HOPS_MAX = 16 };

static void note_join(use_walk *walk, const cp_node *node)
{
    if (node->kind == CP_NODE_JOIN && node->name.len)
        cp_push(walk->arena, walk->reach.joins, walk->reach.join_count, walk->join_room,
                node);
}

static void go_to(use_walk *walk, const cp_node *node, cp_str key, size_t from,
                  const cp_node *call)
{
    cp_str mark = cp_str_printf(walk->arena, "%u %.*s", node->id, CP_STR_ARGS(key));
    void **slot = cp_map_slot(&walk->seen, mark);
    if (*slot)
        return;
    *slot = walk;
    if (walk->count >= STATIONS_MAX) {
        walk->reach.whole = false;
        return;
    }
    note_join(walk, node);
    bool computed = from != SIZE_MAX && walk->stations[from].computed;
    station next = {node, key, from, computed, call};
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

/* Arithmetic gives a new value, whose names may still tell what this one is for. */
static void go_past(use_walk *walk, const cp_node *node, size_t from)
{
    if (!walk->options->through_compute)
        return;
    size_t before = walk->count;
    go_to(walk, node, CP_STR(""), from, NULL);
    if (walk->count > before)
        walk->stations[walk->count - 1].computed = true;
}

static void use(use_walk *walk, cp_use_kind kind, const cp_node *at, size_t from)
{
    if (kind == CP_USE_COMPUTE)
        go_past(walk, at, from);
    if (walk->stations[from].computed)
        return;
    cp_use found = {.kind = kind, .at = at, .position = SIZE_MAX};
    add_hops(walk, &found, from);
    cp_push(walk->arena, walk->reach.uses, walk->reach.use_count, walk->use_room, found);
}

static void sink(use_walk *walk, const cp_node *call, cp_str dotted, cp_str keyword,
                 size_t position, size_t from)
{
    size_t before = walk->reach.use_count;
    use(walk, CP_USE_SINK, call, from);
    if (walk->reach.use_count == before)
        return;
    cp_use *found = &walk->reach.uses[before];
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

/* isinstance, len and the like: they do nothing with what they are given. */
static bool only_looks(const use_walk *walk, const cp_call *call)
{
    for (uint32_t i = 0; i < call->external_count; i++) {
        const cp_torch_rule *rule =
            cp_map_get(&walk->flow->rules->functions, call->externals[i]);
        if (!rule || rule->results[0].kind != CP_RESULT_PLAIN)
            return false;
    }
    return call->external_count > 0;
}

static void as_argument(use_walk *walk, const cp_node *node, const cp_argument *arg,
                        size_t position, size_t from)
{
    const cp_call *call = node->call;
    cp_str key = walk->stations[from].key;
    if (call->receiver && cp_str_is(call->method, "copy_") && !key.len && position == 0) {
        use(walk, CP_USE_COPY, node, from);
        return;
    }
    bool spread = cp_str_is(arg->name, "**");
    if (spread != (key.len > 0) || cp_str_is(arg->name, "*")) {
        /* What holds it goes on as a whole, or it is spread itself. */
        if (!key.len || (!goes_inside(call) && !only_looks(walk, call)))
            use(walk, CP_USE_ESCAPE, node, from);
        return;
    }
    for (uint32_t i = 0; i < call->external_count; i++)
        external_use(walk, node, call->externals[i], spread ? key : arg->name,
                     spread || arg->name.len ? SIZE_MAX : position, from);
    /* Into the tree it goes by the parameter's own join. */
    if ((!call->external_count && !goes_inside(call)) || is_cut_off(walk->flow, node))
        use(walk, CP_USE_ESCAPE, node, from);
}

static void as_receiver(use_walk *walk, const cp_node *node, size_t from)
{
    const cp_torch_rule *rule =
        cp_map_get(&walk->flow->rules->methods, node->call->method);
    if (!rule || walk->stations[from].key.len ||
        cp_trace_shows_storage(node->call->method))
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
    if (call->receiver == value)
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

static void at_attr(use_walk *walk, const cp_node *node, const cp_node *value,
                    size_t from)
{
    if (node->inputs[0].node != value) { /* a field that the attribute reads */
        go_to(walk, node, walk->stations[from].key, from, NULL);
        return;
    }
    if (cp_trace_harmless_attr(node->name))
        return;
    for (uint32_t i = 0; i < node->user_count; i++)
        if (node->users[i]->kind == CP_NODE_CALL && node->users[i]->call->callee == node)
            return; /* a method's name: the call itself is looked at */
    if (walk->stations[from].key.len)
        use(walk, CP_USE_ESCAPE, node, from);
    else if (cp_str_is(node->name, "dtype"))
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

/* A tuple, a comparison, or a form that is not modelled, with the value as a part. */
static void at_written(use_walk *walk, const cp_node *node, size_t from)
{
    static const char *const harmless[] = {"string", "interpolation", "slice",
                                           "concatenated_string", "format_expression"};
    const cp_expr *expr = node->expr;
    if (!expr || expr->kind == CP_EXPR_TUPLE) {
        go_to(walk, node, CP_STR(AS_ELEMENT), from, NULL);
        return;
    }
    if (expr->kind == CP_EXPR_COMPARE) {
        if (!cp_str_starts(expr->text, CP_STR("is")))
            use(walk, CP_USE_COMPUTE, node, from);
        return;
    }
    for (size_t i = 0; i < sizeof harmless / sizeof *harmless; i++)
        if (cp_str_is(expr->text, harmless[i]))
            return;
    use(walk, CP_USE_ESCAPE, node, from);
}

static void at_fixed(use_walk *walk, const cp_node *node, const cp_node *value,
                     size_t from)
{
    if (!node->call) {
        at_written(walk, node, from);
        return;
    }
    for (uint32_t i = 0; i < node->call->arg_count; i++)
        if (node->call->args[i].node == value)
            go_to(walk, node,
                  node->call->args[i].name.len ? node->call->args[i].name
                                               : CP_STR(AS_ELEMENT),
                  from, NULL);
}

static void at_store(use_walk *walk, const cp_node *node, const cp_node *value,
                     size_t from)
{
    const cp_value *held = &node->inputs[0].node->value;
    if (node->inputs[1].node != value || node->index == CP_STORE_ELEMENT) {
        if (!walk->stations[from].key.len || node->inputs[1].node == value)
            use(walk, CP_USE_ESCAPE, node, from); /* its elements are overwritten */
        return;
    }
    if (node->index != CP_STORE_KEY) {
        if (!cp_trace_kept_by_field(held))
            use(walk, CP_USE_ESCAPE, node, from);
        return; /* a field's join is a user itself */
    }
    for (uint32_t i = 0; i < held->ref_count; i++)
        if (held->refs[i]->kind == CP_REF_DICT)
            go_to(walk, held->refs[i]->site, node->name, from, NULL);
}

/* x.view(n) and x.to(device) are casts by their form only: the dtype stays. */
static void at_cast(use_walk *walk, const cp_node *node, const cp_node *value,
                    size_t from)
{
    const cp_value *asked = &node->inputs[1].node->value;
    bool view = node->expr && node->expr->kind == CP_EXPR_CALL &&
                cp_str_is(node->expr->kids[0]->text, "view");
    if (node->inputs[0].node != value)
        use(walk, CP_USE_DTYPE, node, from);
    else if (asked->unknown || (view && (asked->dtype || asked->tensor)))
        use(walk, CP_USE_ESCAPE, node, from);
    else if (asked->dtype || asked->tensor)
        use(walk, CP_USE_CAST, node, from);
    else
        go_to(walk, node, CP_STR(""), from, NULL);
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
        const cp_reach_options *options = walk->options;
        if (!key.len && options->stop && options->stop(user, value, options->data)) {
            cp_push(walk->arena, walk->reach.stops, walk->reach.stop_count,
                    walk->stop_room, user);
            return;
        }
        if (cp_trace_seen_elsewhere(walk->flow->rules, user))
            use(walk, CP_USE_ESCAPE, user, from);
        bool param = user->join == CP_JOIN_PARAM;
        go_to(walk, user, key, from, param ? call_into(value, user) : NULL);
        return;
    }
    case CP_NODE_CAST:
        if (!key.len)
            at_cast(walk, user, value, from);
        return;
    case CP_NODE_CALL:
        at_call(walk, user, value, from);
        return;
    case CP_NODE_ATTR:
        at_attr(walk, user, value, from);
        return;
    case CP_NODE_ITEM: /* an element at a known place is a user of what stands there */
        if (!cp_str_is(key, AS_ELEMENT) || user->index < 0)
            go_to(walk, user, CP_STR(""), from, NULL);
        return;
    case CP_NODE_PROMOTE:
        use(walk, key.len ? CP_USE_ESCAPE : CP_USE_COMPUTE, user, from);
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
    use_walk walk = {.flow = flow,
                     .arena = arena,
                     .seen = {.arena = arena},
                     .options = options ? options : &none};
    walk.reach.whole = true;
    go_to(&walk, node, CP_STR(""), SIZE_MAX, NULL);
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
