#include <stdlib.h>

#include "findings/debt_parts.h"

typedef struct row_walk {
    const cp_study *study;
    cp_debt *debt;
    size_t room;
    cp_map seen;         /* nodes that were traced from, by id */
    const cp_node *cast; /* the one that the walk is behind, or NULL */
} row_walk;

static void arrive(row_walk *walk, cp_debt_row *row, cp_debt_arrival arrival)
{
    arrival.cast = walk->cast;
    for (size_t i = 0; i < row->arrival_count; i++)
        if (row->arrivals[i].at == arrival.at && row->arrivals[i].cast == arrival.cast)
            return;
    cp_push(walk->study->arena, row->arrivals, row->arrival_count, row->arrival_room,
            arrival);
}

static cp_debt_row *row_of(row_walk *walk, cp_str consumer, cp_str parameter, bool *made)
{
    cp_debt *debt = walk->debt;
    *made = false;
    for (size_t i = 0; i < debt->row_count; i++)
        if (cp_str_eq(debt->rows[i].consumer, consumer) &&
            cp_str_eq(debt->rows[i].parameter, parameter))
            return &debt->rows[i];
    cp_debt_row row = {.consumer = consumer,
                       .parameter = parameter,
                       .accepts_bf16 = CP_UNSURE,
                       .since = {"", 0},
                       .stated = {"", 0},
                       .package = {"", 0}};
    cp_push(walk->study->arena, debt->rows, debt->row_count, walk->room, row);
    *made = true;
    return &debt->rows[debt->row_count - 1];
}

static void add_node(cp_arena *arena, const cp_node *node, const cp_node ***list,
                     size_t *count, size_t *room)
{
    for (size_t i = 0; i < *count; i++)
        if ((*list)[i] == node)
            return;
    cp_push(arena, *list, *count, *room, node);
}

/* At all releases that count alike, or unsure. */
static cp_truth at_releases(const cp_site *site, const cp_range *range)
{
    cp_truth truth = CP_UNSURE;
    for (size_t i = 0; i < range->count; i++) {
        cp_truth here = cp_debt_takes(site, range->releases[i], CP_BF16);
        if (i && here != truth)
            return CP_UNSURE;
        truth = here;
    }
    return truth;
}

static cp_str since_of(const cp_site *site)
{
    size_t count;
    cp_str package = site->entry->package;
    const cp_release *releases =
        cp_contracts_releases(cp_site_contracts(site), package, &count);
    const cp_release *since = NULL;
    for (size_t i = count; i > 0; i--) {
        if (cp_debt_takes(site, &releases[i - 1], CP_BF16) != CP_TRUE)
            break;
        since = &releases[i - 1];
    }
    return since ? cp_str_printf(site->study->arena, "%.*s %.*s", CP_STR_ARGS(package),
                                 CP_STR_ARGS(since->text))
                 : (cp_str){"", 0};
}

static bool has_entry(const cp_site *site, const cp_release *release)
{
    const cp_entry *entry =
        cp_contracts_entry(cp_site_contracts(site), site->entry->call);
    for (; entry; entry = entry->next)
        if (cp_spec_allows(&entry->versions, release->version))
            return true;
    return false;
}

static bool counts(const cp_range *range, const cp_release *release)
{
    for (size_t i = 0; i < range->count; i++)
        if (cp_str_eq(range->releases[i]->text, release->text))
            return true;
    return false;
}

/* Release by release; where the calls of one consumer differ, it is unsure. */
static void add_releases(const cp_site *site, const cp_range *range, cp_debt_row *row)
{
    if (site->own)
        return; /* it is of the tree, and has no releases to choose from */
    size_t count;
    const cp_release *known =
        cp_contracts_releases(cp_site_contracts(site), site->entry->package, &count);
    bool first = !row->release_count;
    if (first) {
        row->package = site->entry->package;
        row->releases = cp_new(site->study->arena, cp_debt_release, count + 1);
        row->release_count = count;
    }
    for (size_t i = 0; i < count; i++) {
        cp_debt_release *at = &row->releases[i];
        cp_truth takes = cp_debt_takes(site, &known[i], CP_BF16);
        bool alike = first || takes == at->accepts_bf16;
        at->version = known[i].text;
        at->accepts_bf16 = alike ? takes : CP_UNSURE;
        at->absent = !has_entry(site, &known[i]);
        at->pinned |= counts(range, &known[i]);
    }
}

static void add_contracted(row_walk *walk, const cp_site *site)
{
    const cp_entry *entry = site->entry;
    if (cp_debt_is_written(site))
        return; /* a gate's own output */
    cp_str path = site->call->module->source->path;
    cp_range range = cp_site_range(site, path);
    bool made;
    cp_debt_row *row = row_of(walk, entry->call, site->parameter, &made);
    cp_truth takes = at_releases(site, &range);
    add_releases(site, &range, row);
    cp_str since = since_of(site);
    arrive(walk, row, (cp_debt_arrival){site->call, NULL, takes, since, false});
    if (!made && takes == row->accepts_bf16)
        return;
    row->accepts_bf16 = made ? takes : CP_UNSURE;
    if (!made)
        return;
    row->since = since;
    if (!range.count)
        return;
    cp_terms terms = cp_terms_at(site, range.releases[range.count - 1]);
    if (terms.check && terms.check->stated_count)
        row->stated = terms.check->stated[0];
}

/* Functions of torch that pick or weigh experts take every floating dtype. */
static void add_computation(row_walk *walk, const cp_use *use)
{
    static const char *const functions[] = {"softmax", "sigmoid", "topk"};
    const cp_call *call = use->at->kind == CP_NODE_CALL ? use->at->call : NULL;
    if (!call)
        return;
    cp_str name = call->method;
    for (uint32_t i = 0; i < call->external_count; i++)
        if (cp_str_starts(call->externals[i], CP_STR("torch.")))
            name = call->externals[i];
    while (cp_str_has(name, CP_STR(".")))
        cp_str_next(&name, '.');
    for (size_t i = 0; i < sizeof functions / sizeof *functions; i++) {
        bool made;
        if (!cp_str_is(name, functions[i]))
            continue;
        cp_str consumer = cp_str_printf(walk->study->arena, "torch.%s", functions[i]);
        cp_debt_row *row = row_of(walk, consumer, CP_STR("input"), &made);
        row->accepts_bf16 = CP_TRUE;
        arrive(walk, row,
               (cp_debt_arrival){.at = use->at, .takes = CP_TRUE, .computes = true});
    }
}

static void add_unknown(row_walk *walk, const cp_use *use)
{
    bool made;

    cp_str parameter = use->keyword;
    if (use->position != SIZE_MAX)
        parameter = cp_str_printf(walk->study->arena, "argument %zu", use->position + 1);
    arrive(walk, row_of(walk, use->dotted, parameter, &made),
           (cp_debt_arrival){.at = use->at, .takes = CP_UNSURE});
}

static void add_assertion(row_walk *walk, const cp_use *use)
{
    cp_debt_own own;
    bool made;
    if (!cp_debt_assertion(walk->study, use, &own))
        return;
    cp_debt_row *row = row_of(walk, own.function, own.parameter, &made);
    row->accepts_bf16 = cp_debt_names(own.dtypes, CP_BF16) ? CP_TRUE : CP_FALSE;
    row->stated = own.stated;
    arrive(walk, row, (cp_debt_arrival){.at = use->at, .takes = row->accepts_bf16});
}

static void add_built(row_walk *walk, const cp_use *use)
{
    cp_debt_own own;
    bool made;
    if (cp_debt_built(walk->study, use, &own))
        arrive(walk, row_of(walk, own.function, own.parameter, &made),
               (cp_debt_arrival){.at = use->at, .takes = CP_UNSURE});
    else
        add_node(walk->study->arena, use->at, &walk->debt->lost, &walk->debt->lost_count,
                 &walk->debt->lost_room);
}

static void add_uses(row_walk *walk, const cp_node *node, int depth);

static void go_behind(row_walk *walk, const cp_node *cast, int depth)
{
    const cp_node *before = walk->cast;
    walk->cast = cast;
    add_uses(walk, cast, depth + 1);
    walk->cast = before;
}

/* All that the node gets to, also behind casts. */
static void add_uses(row_walk *walk, const cp_node *node, int depth)
{
    const cp_study *study = walk->study;
    const cp_node **kept = cp_new(study->arena, const cp_node *, 1);
    *kept = node;
    void **slot = cp_map_slot(&walk->seen, (cp_str){(const char *)kept, sizeof *kept});
    walk->debt->cut |= depth > 4;
    if (*slot || depth > 4)
        return;
    *slot = kept;
    size_t count;
    bool whole;
    cp_use *uses = cp_trace_uses(study->flow, study->arena, node, &count, &whole);
    walk->debt->cut |= !whole;
    for (size_t i = 0; i < count; i++) {
        cp_site site;
        if (uses[i].kind == CP_USE_CAST)
            go_behind(walk, uses[i].at, depth);
        else if (uses[i].kind == CP_USE_COMPUTE)
            add_computation(walk, &uses[i]);
        else if (uses[i].kind == CP_USE_DTYPE)
            add_assertion(walk, &uses[i]);
        else if (cp_debt_is_own(study, &uses[i], CP_ROLE_ROUTER_LOGITS) &&
                 cp_site_of_use(study, &uses[i], uses[i].at->guard, &site))
            add_contracted(walk, &site);
        else if (uses[i].kind == CP_USE_ESCAPE)
            add_built(walk, &uses[i]);
        else if (!cp_debt_is_consumer(study, &uses[i], CP_ROLE_ROUTER_LOGITS))
            continue;
        else if (cp_site_of_use(study, &uses[i], uses[i].at->guard, &site))
            add_contracted(walk, &site);
        else
            add_unknown(walk, &uses[i]);
    }
}

static void start_at(row_walk *walk, const cp_node *node)
{
    cp_debt *debt = walk->debt;
    add_node(walk->study->arena, node, &debt->gates, &debt->gate_count, &debt->gate_room);
    add_uses(walk, node, 0);
}

/* What an entry point that computes logits writes to: the tensor, where it is made. */
static void start_at_gemm(row_walk *walk, const cp_node *call)
{
    enum { MADE_MAX = 32 };
    for (uint32_t i = 0; i < call->call->external_count; i++) {
        const cp_entry *entry =
            cp_contracts_entry(walk->study->contracts, call->call->externals[i]);
        bool unsure;
        if (!entry || !entry->is_gate || !entry->writes.len)
            continue;
        cp_site site = {.study = walk->study, .call = call, .entry = entry};
        const cp_argument *out = cp_site_argument(&site, entry->writes, &unsure);
        size_t count = 0;
        cp_origin *made =
            out ? cp_trace_origins(walk->study->arena, out->node, MADE_MAX, &count)
                : NULL;
        for (size_t m = 0; m < count; m++)
            start_at(walk, made[m].node);
    }
}

static bool is_gate_name(cp_str name)
{
    static const char *const names[] = {"gate", "router", "router_gate", "gate_linear",
                                        "moe_gate"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (cp_str_is(name, names[i]))
            return true;
    return false;
}

/* Whether the call's result, or an element of it, is bound to a name of logits. */
static bool is_bound_to_logits(const row_walk *walk, const cp_node *node, int depth)
{
    const cp_flow_rules *rules = cp_flow_rules_of(walk->study->flow);
    for (uint32_t i = 0; i < node->user_count; i++) {
        const cp_node *user = node->users[i];
        if (user->kind == CP_NODE_JOIN && cp_map_get(&rules->logits, user->name))
            return true;
        if (user->kind == CP_NODE_ITEM && depth < 2 &&
            is_bound_to_logits(walk, user, depth + 1))
            return true;
    }
    return false;
}

static void start_at_layer(row_walk *walk, const cp_node *call)
{
    const cp_expr *callee = call->expr ? call->expr->kids[0] : NULL;
    if (callee && callee->kind == CP_EXPR_ATTR && is_gate_name(callee->text) &&
        is_bound_to_logits(walk, call, 0))
        start_at(walk, call);
}

static int by_name(const void *a, const void *b)
{
    const cp_debt_row *left = a, *right = b;
    int order = cp_str_cmp(left->consumer, right->consumer);
    return order ? order : cp_str_cmp(left->parameter, right->parameter);
}

void cp_debt_find_rows(const cp_study *study, cp_debt *debt)
{
    row_walk walk = {.study = study, .debt = debt};
    walk.seen.arena = study->arena;
    size_t count;
    cp_node *const *calls = cp_flow_calls(study->flow, &count);
    for (size_t i = 0; i < count; i++) {
        if (!calls[i]->call)
            continue;
        start_at_gemm(&walk, calls[i]);
        start_at_layer(&walk, calls[i]);
    }
    if (debt->row_count)
        qsort(debt->rows, debt->row_count, sizeof *debt->rows, by_name);
}
