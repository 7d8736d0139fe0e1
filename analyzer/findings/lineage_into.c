#include "findings/lineage.h"

#include <stdlib.h>

enum { CASTS_AFTER_MAX = 8 };

typedef struct ahead {
    cp_study *study;
    cp_lineage *lineage;
    cp_map seen;
    const cp_node **starts; /* the value, and casts that it gets */
    size_t start_count, start_room, room, start;
    const cp_guard *guard; /* that the value is under */
} ahead;

const char *cp_consumer_kind_name(cp_consumer_kind kind)
{
    static const char *const names[] = {
        [CP_CONSUMER_CONTRACT] = "contract", [CP_CONSUMER_CAST] = "cast",
        [CP_CONSUMER_COMPUTE] = "compute",   [CP_CONSUMER_COPY] = "copy",
        [CP_CONSUMER_DTYPE] = "dtype",       [CP_CONSUMER_CALL] = "call",
        [CP_CONSUMER_STORE] = "store",       [CP_CONSUMER_RETURN] = "return",
        [CP_CONSUMER_LOST] = "lost",
    };
    return names[kind];
}

static void add_via(const ahead *walk, const cp_use *use, cp_consumer *consumer)
{
    cp_arena *arena = walk->study->arena;
    consumer->via = cp_new(arena, cp_place, use->hop_count + 1);
    consumer->via_count = use->hop_count;
    for (uint32_t i = 0; i < use->hop_count; i++) {
        const cp_node *hop = use->hops[i];
        consumer->via[i] =
            cp_place_of(hop->module, hop->expr->kids[0]->span,
                        cp_shown_text(arena, hop->module, hop->expr->kids[0]->span));
    }
}

static void add(ahead *walk, cp_consumer *consumer)
{
    cp_lineage *lineage = walk->lineage;
    const cp_place *place = &consumer->place;
    cp_str key =
        cp_str_printf(walk->study->arena, "%d %.*s:%u:%u %.*s %.*s", (int)consumer->kind,
                      CP_STR_ARGS(place->path), place->line, place->column,
                      CP_STR_ARGS(place->what), CP_STR_ARGS(consumer->parameter));
    void **slot = cp_map_slot(&walk->seen, key);
    if (*slot)
        return;
    *slot = walk;
    if (walk->start)
        consumer->after = cp_lineage_place(walk->study, walk->starts[walk->start]);
    cp_push(walk->study->arena, lineage->consumers, lineage->consumer_count, walk->room,
            *consumer);
}

static cp_str name_of_argument(const ahead *walk, const cp_use *use)
{
    if (use->keyword.len)
        return use->keyword;
    return cp_str_printf(walk->study->arena, "argument %zu", use->position + 1);
}

static bool take_contract(ahead *walk, const cp_use *use, cp_consumer *consumer)
{
    cp_site site;
    const cp_guard *guard = walk->start ? walk->starts[walk->start]->guard : walk->guard;
    if (!cp_site_of_use(walk->study, use, guard, &site))
        return false;
    consumer->kind = CP_CONSUMER_CONTRACT;
    consumer->call = site.entry->call;
    consumer->parameter = site.parameter;
    if (site.own) { /* what is called is the function, not what it calls in turn */
        consumer->place = cp_lineage_place(walk->study, site.call);
        consumer->guard = cp_lineage_guard(walk->study, site.call);
        consumer->via_count = site.hop_count;
    }
    cp_lineage_stands(walk->study, walk->lineage, &site, consumer);
    return true;
}

static void take_sink(ahead *walk, const cp_use *use, cp_consumer *consumer)
{
    consumer->kind = CP_CONSUMER_CALL;
    consumer->call = use->dotted;
    consumer->parameter = name_of_argument(walk, use);
    take_contract(walk, use, consumer);
}

static void take_cast(ahead *walk, const cp_use *use, cp_consumer *consumer)
{
    consumer->kind = CP_CONSUMER_CAST;
    consumer->to = use->at->value.tensor;
    consumer->unknown = use->at->value.unknown;
    walk->lineage->uses_model |= (consumer->to & CP_SYM_MODEL) != 0;
    if (use->kind != CP_USE_CAST)
        return; /* more is computed there than the cast */
    for (size_t i = 0; i < walk->start_count; i++)
        if (walk->starts[i] == use->at)
            return;
    if (walk->start_count <= CASTS_AFTER_MAX)
        cp_push(walk->study->arena, walk->starts, walk->start_count, walk->start_room,
                use->at);
}

/* Code that could not be followed, or that gets at a name by itself. */
static void take_escape(const cp_use *use, cp_consumer *consumer)
{
    bool join = use->at->kind == CP_NODE_JOIN;
    consumer->kind = CP_CONSUMER_LOST;
    if (join && use->at->join == CP_JOIN_RETURN)
        consumer->kind = CP_CONSUMER_RETURN;
    else if (join || use->at->kind == CP_NODE_STORE)
        consumer->kind = CP_CONSUMER_STORE;
}

static void take_use(ahead *walk, const cp_use *use)
{
    if (use->kind == CP_USE_ESCAPE && use->at->kind == CP_NODE_JOIN)
        return; /* noted by note_join with the place of the statement */
    cp_consumer found = {.place = cp_lineage_place(walk->study, use->at),
                         .guard = cp_lineage_guard(walk->study, use->at)};
    add_via(walk, use, &found);
    switch (use->kind) {
    case CP_USE_SINK:
        take_sink(walk, use, &found);
        break;
    case CP_USE_CAST:
    case CP_USE_CONVERT:
        take_cast(walk, use, &found);
        break;
    case CP_USE_COPY:
        found.kind = CP_CONSUMER_COPY;
        break;
    case CP_USE_DTYPE:
        found.kind = CP_CONSUMER_DTYPE;
        break;
    case CP_USE_ESCAPE:
        if (!take_contract(walk, use, &found))
            take_escape(use, &found);
        break;
    case CP_USE_COMPUTE:
        found.kind = CP_CONSUMER_COMPUTE;
        break;
    }
    add(walk, &found);
}

/* The statement that returns `value`, below `block`; NULL if it is not returned as such.
 */
static const cp_stmt *return_of(const cp_flow *flow, const cp_block *block,
                                const cp_node *value)
{
    const cp_stmt *found = NULL;
    for (uint32_t i = 0; !found && i < block->count; i++) {
        const cp_stmt *stmt = block->stmts[i];
        if (stmt->kind == CP_STMT_RETURN && stmt->value &&
            cp_flow_node_of(flow, stmt->value) == value)
            return stmt;
        const cp_block *const parts[] = {&stmt->body, &stmt->orelse, &stmt->final};
        for (size_t p = 0; !found && p < sizeof parts / sizeof *parts; p++)
            found = return_of(flow, parts[p], value);
        for (uint32_t h = 0; !found && h < stmt->handler_count; h++)
            found = return_of(flow, &stmt->handlers[h], value);
        for (uint32_t c = 0; !found && c < stmt->case_count; c++)
            found = return_of(flow, &stmt->cases[c].body, value);
    }
    return found;
}

static const cp_node *store_of(const cp_node *value, cp_str name)
{
    for (uint32_t i = 0; i < value->user_count; i++) {
        const cp_node *user = value->users[i];
        if (user->kind == CP_NODE_STORE && user->input_count > 1 &&
            user->inputs[1].node == value && cp_str_eq(user->name, name))
            return user;
    }
    return NULL;
}

/* Called for each join that the value goes into; none stops the walk. */
static bool note_join(const cp_node *join, const cp_node *value, void *data)
{
    ahead *walk = data;
    cp_study *study = walk->study;
    cp_consumer found = {.place = cp_lineage_place(study, join)};
    if (join->join == CP_JOIN_RETURN) {
        found.kind = CP_CONSUMER_RETURN;
        const cp_stmt *stmt = return_of(study->flow, &join->func->body, value);
        if (stmt)
            found.place =
                cp_place_of(join->func->module, stmt->span,
                            cp_shown_text(study->arena, join->func->module, stmt->span));
        add(walk, &found);
    } else if (join->join == CP_JOIN_FIELD || join->join == CP_JOIN_GLOBAL) {
        found.kind = CP_CONSUMER_STORE;
        const cp_node *store = store_of(value, join->name);
        if (store)
            found.place = cp_lineage_place(study, store);
        if (found.place.line) /* else it is only what reads from any object get */
            add(walk, &found);
    }
    return false;
}

static int by_kind(const void *a, const void *b)
{
    const cp_consumer *l = *(const cp_consumer *const *)a;
    const cp_consumer *r = *(const cp_consumer *const *)b;
    if (l->kind != r->kind)
        return l->kind < r->kind ? -1 : 1;
    return (l > r) - (l < r); /* as they were found */
}

static void sort(cp_study *study, cp_lineage *lineage)
{
    size_t count = lineage->consumer_count;
    const cp_consumer **order = cp_new(study->arena, const cp_consumer *, count + 1);
    cp_consumer *sorted = cp_new(study->arena, cp_consumer, count + 1);
    for (size_t i = 0; i < count; i++)
        order[i] = &lineage->consumers[i];
    if (count)
        qsort(order, count, sizeof(const cp_consumer *), by_kind);
    for (size_t i = 0; i < count; i++)
        sorted[i] = *order[i];
    lineage->consumers = sorted;
}

void cp_lineage_into(cp_study *study, const cp_node *node, cp_lineage *lineage)
{
    ahead walk = {.study = study,
                  .lineage = lineage,
                  .seen = {.arena = study->arena},
                  .guard = node->guard};
    cp_push(study->arena, walk.starts, walk.start_count, walk.start_room, node);
    lineage->whole = true;
    for (; walk.start < walk.start_count; walk.start++) {
        cp_reach_options options = {.stop = note_join, .data = &walk};
        cp_reach reach =
            cp_trace_reach(study->flow, study->arena, walk.starts[walk.start], &options);
        for (size_t i = 0; i < reach.use_count; i++)
            take_use(&walk, &reach.uses[i]);
        lineage->whole &= reach.whole;
    }
    sort(study, lineage);
}
