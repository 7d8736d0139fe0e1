#include "findings/migration_parts.h"

const char *cp_step_name(cp_step_kind kind)
{
    static const char *const names[] = {"casts", "raise", "consumer", "gate"};
    return names[kind];
}

const char *cp_reached_name(cp_reached_state state)
{
    static const char *const names[] = {"keeps-cast", "takes",   "takes-after-raise",
                                        "computes",   "unknown", "rejects"};
    return names[state];
}

static cp_str consumer_advice(cp_arena *arena, const cp_reached *reached)
{
    if (reached->state == CP_REACHED_REJECTS)
        return cp_str_printf(
            arena,
            "cast `%.*s` there to what it gets today, so that it goes on "
            "when the gate changes",
            CP_STR_ARGS(reached->row->parameter));
    if (reached->state == CP_REACHED_COMPUTES)
        return CP_STR("widen what it is given there, or look at all that takes its "
                      "result, which was not followed");
    return CP_STR(
        "look whether it does, or cast there to what it gets today; no contract "
        "of it is known at the pinned releases");
}

static void add_consumers(cp_migrating *make)
{
    cp_migration *out = make->out;
    if (!cp_migration_gate_changes(out))
        return;
    for (size_t i = 0; i < out->consumer_count; i++) {
        const cp_reached *reached = &out->consumers[i];
        if (reached->state < CP_REACHED_COMPUTES)
            continue;
        cp_step *step = cp_migration_step(make, CP_STEP_CONSUMER);
        step->consumer = reached;
        cp_migration_check(make, step, consumer_advice(make->study->arena, reached));
    }
}

/* The gate's output is shared: it changes when all that it reaches is ready. */
static void need_consumers(cp_migrating *make, cp_step *step)
{
    cp_migration *out = make->out;
    for (size_t i = 0; i < out->consumer_count; i++) {
        const cp_reached *reached = &out->consumers[i];
        for (size_t a = 0; a < reached->row->arrival_count; a++) {
            const cp_debt_arrival *arrival = &reached->row->arrivals[a];
            if (reached->state >= CP_REACHED_LATER && arrival->takes != CP_TRUE)
                cp_migration_need(make, step,
                                  cp_migration_raise_step(make, arrival->since));
        }
    }
    for (size_t i = 0; i < out->step_count; i++)
        if (out->steps[i].kind == CP_STEP_CONSUMER)
            cp_migration_need(make, step, (uint32_t)i + 1);
}

static void add_gate_checks(cp_migrating *make, cp_step *step)
{
    cp_arena *arena = make->study->arena;
    const cp_debt *debt = make->debt;
    cp_migration_check(make, step,
                       CP_STR("rounding the logits to bfloat16 can choose other experts; "
                              "how often is not known, because no logits of this model "
                              "were routed"));
    if (debt->lost_count)
        cp_migration_check(
            make, step,
            cp_str_printf(arena,
                          "the output is given to code that could not be followed, at "
                          "%zu place%s: castproof trace shows them",
                          debt->lost_count, debt->lost_count == 1 ? "" : "s"));
    if (debt->cut)
        cp_migration_check(make, step,
                           CP_STR("it goes to more code than could be looked at"));
}

static void add_remark(cp_migrating *make, const cp_debt_item *item)
{
    cp_step *step = cp_migration_step(make, CP_STEP_GATE);
    step->item = item;
    uint32_t raise = cp_migration_raise_step(make, item->since);
    step->blocked = item->state == CP_DEBT_BLOCKED && !raise;
    if (item->state == CP_DEBT_BLOCKED)
        cp_migration_need(make, step, raise);
    need_consumers(make, step);
    add_gate_checks(make, step);
}

/* Whether a remark that is a step stands in the function that makes it. */
static bool has_step(const cp_migrating *make, const cp_gate *gate)
{
    const cp_func *func = cp_module_func_at(gate->module, gate->span.start);
    for (size_t i = 0; i < make->debt->item_count; i++) {
        const cp_debt_item *item = &make->debt->items[i];
        if (item->module == gate->module && item->state != CP_DEBT_UNVERIFIABLE && func &&
            cp_module_func_at(item->module, item->span.start) == func)
            return true;
    }
    return false;
}

static bool some_has_no_step(const cp_migrating *make)
{
    for (size_t i = 0; i < make->out->gate_count; i++) {
        const cp_gate *gate = &make->out->gates[i];
        if ((gate->unknown || gate->dtypes != CP_DTYPES(CP_BF16)) &&
            !has_step(make, gate))
            return true;
    }
    return false;
}

static void add_gates(cp_migrating *make)
{
    static const cp_debt_state states[] = {CP_DEBT_ACTIONABLE, CP_DEBT_BLOCKED};
    const cp_debt *debt = make->debt;
    for (size_t s = 0; s < sizeof states / sizeof *states; s++)
        for (size_t i = 0; i < debt->item_count; i++)
            if (debt->items[i].state == states[s])
                add_remark(make, &debt->items[i]);
    if (!some_has_no_step(make))
        return;
    cp_step *step = cp_migration_step(make, CP_STEP_GATE);
    need_consumers(make, step);
    add_gate_checks(make, step);
}

/* Whether some step that is no raise itself needs it. */
static bool is_needed(const cp_migration *migration, uint32_t number)
{
    for (size_t i = number; i < migration->step_count; i++) {
        const cp_step *step = &migration->steps[i];
        for (size_t n = 0; step->kind != CP_STEP_RAISE && n < step->need_count; n++)
            if (step->needs[n] == number)
                return true;
    }
    return false;
}

/* `numbers` are the new ones, 0 of a step that goes. */
static void renumber(cp_step *step, const uint32_t *numbers)
{
    size_t kept = 0;
    for (size_t n = 0; n < step->need_count; n++)
        if (numbers[step->needs[n]])
            step->needs[kept++] = numbers[step->needs[n]];
    step->need_count = kept;
}

/* Takes out raises of which nothing came that could be a step. */
static void prune(cp_migrating *make)
{
    cp_migration *out = make->out;
    uint32_t *numbers = cp_new(make->study->arena, uint32_t, out->step_count + 1);
    uint32_t kept = 0, last = 0; /* last: the raise before */
    for (uint32_t i = 0; i < out->step_count; i++)
        if (out->steps[i].kind != CP_STEP_RAISE || is_needed(out, i + 1))
            numbers[i + 1] = ++kept;
    for (uint32_t i = 0; i < out->step_count; i++) {
        cp_step *step = &out->steps[i];
        if (!numbers[i + 1])
            continue;
        renumber(step, numbers);
        out->steps[numbers[i + 1] - 1] = *step;
        if (step->kind != CP_STEP_RAISE)
            continue;
        step = &out->steps[numbers[i + 1] - 1];
        step->need_count = 0;
        if (last && cp_str_eq(out->steps[last - 1].raise->package, step->raise->package))
            cp_migration_need(make, step, last);
        last = numbers[i + 1];
    }
    out->step_count = kept;
}

void cp_migration_make(const cp_study *study, const cp_debt *debt, const cp_raise *raises,
                       size_t raise_count, cp_migration *migration)
{
    *migration = (cp_migration){.debt = debt};
    cp_migrating make = {.study = study,
                         .debt = debt,
                         .raises = raises,
                         .raise_count = raise_count,
                         .out = migration,
                         .raise_steps = cp_new(study->arena, uint32_t, raise_count + 1)};
    make.dropped.arena = study->arena;
    cp_migration_find_gates(&make);
    cp_migration_add_drops(&make);
    cp_migration_add_raises(&make);
    cp_migration_find_consumers(&make);
    add_consumers(&make);
    add_gates(&make);
    prune(&make);
}
