#include "findings/lineage.h"

enum { ORIGINS_MAX = 256, CASTS_BACK_MAX = 8, RANK_UNKNOWN = 8 };

/* Something that origins are looked for of, and the cast that it goes through next. */
typedef struct start {
    const cp_node *node;
    cp_place behind;
} start;

typedef struct back {
    cp_study *study;
    cp_lineage *lineage;
    cp_map seen; /* places that are listed already */
    start *starts;
    size_t start_count, start_room, at, producer_room, cast_room;
} back;

static cp_place place_of_def(const cp_func *func, cp_str what)
{
    return cp_place_of(func->module, (cp_span){func->span.start, func->span.start}, what);
}

static cp_place place_of_join(cp_study *study, const cp_node *join)
{
    cp_arena *arena = study->arena;
    switch (join->join) {
    case CP_JOIN_PARAM:
        return place_of_def(join->func, cp_str_printf(arena, "parameter %.*s of %.*s",
                                                      CP_STR_ARGS(join->name),
                                                      CP_STR_ARGS(join->func->qualname)));
    case CP_JOIN_RETURN:
        return place_of_def(join->func, cp_str_printf(arena, "what %.*s returns",
                                                      CP_STR_ARGS(join->func->qualname)));
    case CP_JOIN_FIELD:
        if (join->class)
            return cp_place_of(
                join->class->module,
                (cp_span){join->class->span.start, join->class->span.start},
                cp_str_printf(arena, "field %.*s of %.*s", CP_STR_ARGS(join->name),
                              CP_STR_ARGS(join->class->qualname)));
        return (cp_place){.what = cp_str_printf(arena, "field %.*s of any object",
                                                CP_STR_ARGS(join->name))};
    case CP_JOIN_GLOBAL:
        return (cp_place){
            .path = join->module ? join->module->source->path : CP_STR(""),
            .line = join->module ? 1 : 0,
            .what = cp_str_printf(arena, "module's name %.*s", CP_STR_ARGS(join->name))};
    case CP_JOIN_NAMESAKES:
    case CP_JOIN_LOCAL:
        break;
    }
    return (cp_place){.what = join->name};
}

cp_place cp_lineage_place(cp_study *study, const cp_node *node)
{
    const cp_module *module = node->module;
    if (node->expr && module)
        return cp_place_of(module, node->expr->span,
                           cp_shown_text(study->arena, module, node->expr->span));
    if (node->kind == CP_NODE_JOIN && node->stmt && module)
        return cp_place_of(module, node->stmt->span,
                           cp_shown_text(study->arena, module, node->stmt->span));
    if (node->kind == CP_NODE_JOIN)
        return place_of_join(study, node);
    return (cp_place){.what = node->name};
}

cp_str cp_lineage_guard(cp_study *study, const cp_node *node)
{
    if (!node->module || !node->guard)
        return (cp_str){"", 0};
    return cp_guard_text(study->arena, node->module, node->guard);
}

const cp_node *cp_lineage_operand(const cp_study *study, const cp_node *node)
{
    const cp_node *operand = NULL;
    const cp_argument *argument;
    uint32_t index;
    if (!node->expr || node->expr->kind != CP_EXPR_CALL)
        return NULL;
    if (node->kind == CP_NODE_CALL)
        return cp_trace_converting(study->flow, node, &operand, &argument, &index)
                   ? operand
                   : NULL;
    if (node->kind != CP_NODE_CAST)
        return NULL;
    const cp_value *asked = &node->inputs[1].node->value;
    bool shape = cp_str_is(node->expr->kids[0]->text, "view"); /* unless told otherwise */
    bool named = asked->dtype || asked->tensor || asked->pointer;
    return named || (asked->unknown && !shape) ? node->inputs[0].node : NULL;
}

cp_span cp_lineage_cast_span(const cp_study *study, const cp_node *node)
{
    const cp_node *operand;
    const cp_argument *argument;
    uint32_t index;
    if (node->kind == CP_NODE_CALL &&
        cp_trace_converting(study->flow, node, &operand, &argument, &index))
        return node->expr->args[index].span;
    return node->expr->span;
}

static bool is_new(back *walk, const cp_producer *found)
{
    const cp_place *place = &found->place;
    cp_str key =
        cp_str_printf(walk->study->arena, "%.*s:%u:%u %.*s %s", CP_STR_ARGS(place->path),
                      place->line, place->column, CP_STR_ARGS(place->what),
                      !place->line && found->unknown ? found->unknown : "");
    void **slot = cp_map_slot(&walk->seen, key);
    bool first = !*slot;
    *slot = walk;
    return first;
}

static void go_behind(back *walk, const cp_node *node, cp_place cast)
{
    start next = {node, cast};
    if (walk->start_count <= CASTS_BACK_MAX)
        cp_push(walk->study->arena, walk->starts, walk->start_count, walk->start_room,
                next);
}

/* A call of a method on a tensor has a dtype by what the tensor had. */
static const cp_node *receiver_of(const cp_node *node)
{
    const cp_node *receiver = node->kind == CP_NODE_CALL ? node->call->receiver : NULL;
    return receiver && receiver->value.tensor ? receiver : NULL;
}

static void take(back *walk, const cp_origin *origin)
{
    cp_lineage *lineage = walk->lineage;
    const cp_node *node = origin->node;
    cp_producer found = {.place = cp_lineage_place(walk->study, node),
                         .unknown = origin->unknown,
                         .guard = cp_lineage_guard(walk->study, node),
                         .behind = walk->starts[walk->at].behind};
    if ((!origin->dtypes && !origin->unknown) || !is_new(walk, &found))
        return; /* nothing gets there */
    found.place.dtypes = origin->dtypes;
    lineage->uses_model |= (origin->dtypes & CP_SYM_MODEL) != 0;
    const cp_node *operand = cp_lineage_operand(walk->study, node);
    if (operand) {
        found.from = operand->value.tensor;
        cp_push(walk->study->arena, lineage->casts, lineage->cast_count, walk->cast_room,
                found);
        go_behind(walk, operand, found.place);
        return;
    }
    if (node->kind == CP_NODE_CAST) { /* x.to(device): the dtype is what it was */
        go_behind(walk, node->inputs[0].node, found.behind);
        return;
    }
    bool told = origin->dtypes && !origin->unknown && node->expr;
    found.rank = told ? cp_producer_rank(node) : RANK_UNKNOWN;
    cp_push(walk->study->arena, lineage->producers, lineage->producer_count,
            walk->producer_room, found);
    if (receiver_of(node))
        go_behind(walk, receiver_of(node), found.behind);
}

/*
 * What the producer costs as the next one: the best rank is cheapest, and within it a
 * dtype that was listed less often than the others, so that each has its witness. One
 * behind a cast comes after all others.
 */
static uint64_t cost_of(const cp_producer *producer, const uint32_t *times)
{
    uint32_t least = UINT32_MAX;
    if (producer->rank == RANK_UNKNOWN)
        return UINT64_MAX;
    for (int d = 0; d <= CP_DTYPE_COUNT; d++)
        if ((producer->place.dtypes & CP_DTYPES(d)) && times[d] < least)
            least = times[d];
    return ((uint64_t)(producer->behind.line != 0) << 32) +
           (uint64_t)least * RANK_UNKNOWN + (uint64_t)producer->rank;
}

static void sort(cp_study *study, cp_lineage *lineage)
{
    size_t count = lineage->producer_count;
    cp_producer *sorted = cp_new(study->arena, cp_producer, count + 1);
    bool *taken = cp_new(study->arena, bool, count + 1);
    uint32_t times[CP_DTYPE_COUNT + 1] = {0};
    for (size_t done = 0; done < count; done++) {
        size_t best = SIZE_MAX;
        uint64_t best_cost = 0;
        for (size_t i = 0; i < count; i++) {
            uint64_t cost = cost_of(&lineage->producers[i], times);
            if (taken[i] || (best != SIZE_MAX && cost >= best_cost))
                continue;
            best = i;
            best_cost = cost;
        }
        taken[best] = true;
        sorted[done] = lineage->producers[best];
        for (int d = 0; d <= CP_DTYPE_COUNT; d++)
            times[d] += (sorted[done].place.dtypes >> d) & 1;
    }
    lineage->producers = sorted;
}

void cp_lineage_from(cp_study *study, const cp_node *node, cp_lineage *lineage)
{
    back walk = {.study = study, .lineage = lineage, .seen = {.arena = study->arena}};
    go_behind(&walk, node, (cp_place){0});
    for (; walk.at < walk.start_count; walk.at++) {
        size_t count;
        cp_origin *origins = cp_trace_origins(study->arena, walk.starts[walk.at].node,
                                              ORIGINS_MAX, &count);
        for (size_t i = 0; i < count; i++)
            take(&walk, &origins[i]);
    }
    sort(study, lineage);
}
