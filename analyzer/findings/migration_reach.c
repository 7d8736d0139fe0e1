#include <stdlib.h>

#include "findings/cast.h"
#include "findings/debt_parts.h"
#include "findings/migration_parts.h"

cp_str cp_migration_key(cp_arena *arena, const cp_module *module, cp_span span)
{
    return cp_str_printf(arena, "%.*s:%u-%u", CP_STR_ARGS(module->source->path),
                         span.start, span.end);
}

static cp_gate *gate_at(cp_migrating *make, const cp_node *node)
{
    cp_migration *out = make->out;
    for (size_t i = 0; i < out->gate_count; i++)
        if (out->gates[i].module == node->module &&
            out->gates[i].span.start == node->expr->span.start &&
            out->gates[i].span.end == node->expr->span.end)
            return &out->gates[i];
    cp_arena *arena = make->study->arena;
    cp_gate gate = {.module = node->module, .span = node->expr->span};
    gate.place = cp_place_of(node->module, node->expr->span,
                             cp_shown_text(arena, node->module, node->expr->span));
    cp_push(arena, out->gates, out->gate_count, out->gate_room, gate);
    return &out->gates[out->gate_count - 1];
}

static bool is_other_name(cp_str name)
{
    return cp_debt_is_other_name(name, CP_ROLE_ROUTER_LOGITS);
}

/* Ids and weights, which some functions of that name give besides. */
static bool is_other(const cp_node *node)
{
    const cp_expr *expr = node->expr;
    while (expr->kid_count && (expr->kind == CP_EXPR_CALL || expr->kind == CP_EXPR_ATTR))
        expr = expr->kids[0];
    if (expr->kind == CP_EXPR_NAME && is_other_name(expr->text))
        return true;
    for (uint32_t i = 0; i < node->user_count; i++)
        if (node->users[i]->kind == CP_NODE_JOIN && is_other_name(node->users[i]->name))
            return true;
    return false;
}

/* What makes the output, followed back to where it gets its dtype. */
static void add_gate(cp_migrating *make, const cp_node *output)
{
    enum { ORIGINS = 32 };
    size_t count;
    cp_origin *origins = cp_trace_origins(make->study->arena, output, ORIGINS, &count);
    for (size_t i = 0; i < count; i++) {
        const cp_node *node = origins[i].node;
        if (!node->expr || !node->module || is_other(node))
            continue;
        cp_gate *gate = gate_at(make, node);
        gate->dtypes |= cp_dtypes_assume(origins[i].dtypes, make->study->model);
        if (origins[i].unknown)
            gate->unknown = origins[i].unknown;
        else if (!origins[i].dtypes)
            gate->unknown = "no dtype of it could be followed";
    }
}

static int by_place(const void *a, const void *b)
{
    const cp_gate *left = a, *right = b;
    int order = cp_str_cmp(left->place.path, right->place.path);
    return order                                  ? order
           : left->span.start < right->span.start ? -1
                                                  : left->span.start > right->span.start;
}

void cp_migration_find_gates(cp_migrating *make)
{
    cp_migration *out = make->out;
    for (size_t i = 0; i < make->debt->gate_count; i++)
        add_gate(make, make->debt->gates[i]);
    if (out->gate_count)
        qsort(out->gates, out->gate_count, sizeof *out->gates, by_place);
}

bool cp_migration_gate_changes(const cp_migration *migration)
{
    for (size_t i = 0; i < migration->gate_count; i++)
        if (migration->gates[i].unknown ||
            migration->gates[i].dtypes != CP_DTYPES(CP_BF16))
            return true;
    return false;
}

/* With the cast gone: how the place takes bfloat16 in the end. What a function of the
   tree asserts answers for all of it. */
static cp_reached_state bare_state(const cp_debt_row *row, const cp_debt_arrival *arrival)
{
    cp_truth takes = arrival->takes == CP_UNSURE ? row->accepts_bf16 : arrival->takes;
    if (arrival->computes)
        return CP_REACHED_COMPUTES;
    if (takes == CP_TRUE)
        return CP_REACHED_TAKES;
    if (arrival->since.len)
        return CP_REACHED_LATER;
    return takes == CP_FALSE ? CP_REACHED_REJECTS : CP_REACHED_UNKNOWN;
}

/* Whether the cast makes one dtype, whichever the gate's is. */
static bool is_fixed(const cp_node *cast)
{
    cp_dtypes made = cast->value.tensor;
    return made && !(made & ~CP_CONCRETE) && !(made & (made - 1)) && !cast->value.unknown;
}

static cp_reached_state state_of(const cp_migrating *make, const cp_debt_row *row,
                                 const cp_debt_arrival *arrival)
{
    const cp_node *cast = arrival->cast;
    if (!cast || !cast->expr || !is_fixed(cast))
        return bare_state(row, arrival);
    cp_str key = cp_migration_key(make->study->arena, cast->module, cast->expr->span);
    return cp_map_get(&make->dropped, key) ? bare_state(row, arrival) : CP_REACHED_CAST;
}

static cp_str what_is_given(cp_arena *arena, const cp_node *at)
{
    return at->expr && at->module ? cp_shown_text(arena, at->module, at->expr->span)
                                  : (cp_str){"", 0};
}

static cp_reached reached_of(const cp_migrating *make, const cp_debt_row *row)
{
    cp_arena *arena = make->study->arena;
    cp_reached reached = {.row = row, .since = {"", 0}};
    for (size_t i = 0; i < row->arrival_count; i++) {
        cp_reached_state state = state_of(make, row, &row->arrivals[i]);
        if (state > reached.state)
            reached.state = state;
    }
    reached.places = cp_new(arena, cp_place, row->arrival_count + 1);
    for (size_t i = 0; i < row->arrival_count; i++) {
        const cp_node *at = row->arrivals[i].at;
        if (state_of(make, row, &row->arrivals[i]) != reached.state)
            continue;
        if (reached.state == CP_REACHED_LATER)
            reached.since = row->arrivals[i].since;
        if (at->expr && at->module)
            reached.places[reached.place_count++] =
                cp_place_of(at->module, at->expr->span, what_is_given(arena, at));
    }
    return reached;
}

void cp_migration_find_consumers(cp_migrating *make)
{
    const cp_debt *debt = make->debt;
    make->out->consumers = cp_new(make->study->arena, cp_reached, debt->row_count + 1);
    make->out->consumer_count = debt->row_count;
    for (size_t i = 0; i < debt->row_count; i++)
        make->out->consumers[i] = reached_of(make, &debt->rows[i]);
}

const cp_debt_row *cp_migration_needs_cast(const cp_migrating *make,
                                           const cp_module *module, cp_span span)
{
    if (!cp_migration_gate_changes(make->out))
        return NULL;
    for (size_t r = 0; r < make->debt->row_count; r++) {
        const cp_debt_row *row = &make->debt->rows[r];
        for (size_t a = 0; a < row->arrival_count; a++) {
            const cp_node *cast = row->arrivals[a].cast;
            if (cast && cast->module == module && cast->expr &&
                cast->expr->span.start == span.start &&
                cast->expr->span.end == span.end &&
                bare_state(row, &row->arrivals[a]) >= CP_REACHED_COMPUTES)
                return row;
        }
    }
    return NULL;
}
