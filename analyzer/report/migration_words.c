#include "report/writers.h"

const cp_patch *cp_step_patch(const cp_migrated *migrated, const cp_step *step)
{
    for (size_t i = 0; step->fix && i < migrated->patches->count; i++)
        if (migrated->patches->items[i].fix == step->fix)
            return &migrated->patches->items[i];
    return NULL;
}

static cp_str raise_text(cp_arena *arena, const cp_step *step)
{
    const cp_pin *pin = step->pin;
    cp_buf text = {.arena = arena};
    cp_buf_printf(&text, "Raise %.*s to %.*s", CP_STR_ARGS(step->raise->package),
                  CP_STR_ARGS(step->raise->version));
    if (!pin)
        cp_buf_puts(&text, "; nothing pins it now");
    else if (!pin->spec.text.len)
        cp_buf_puts(&text, "; now any release will do");
    else
        cp_buf_printf(&text, "; now it is %.*s", CP_STR_ARGS(pin->spec.text));
    if (pin && pin->line)
        cp_buf_printf(&text, " (%.*s:%u)", CP_STR_ARGS(pin->path), pin->line);
    return cp_buf_str(&text);
}

static cp_str consumer_text(cp_arena *arena, const cp_reached *reached)
{
    cp_str call = reached->row->consumer, parameter = reached->row->parameter;
    cp_buf text = {.arena = arena};
    cp_buf_printf(&text, "Make %.*s ready: ", CP_STR_ARGS(call));
    if (reached->state == CP_REACHED_REJECTS)
        cp_buf_printf(&text, "%.*s takes no bfloat16", CP_STR_ARGS(parameter));
    else if (reached->state == CP_REACHED_COMPUTES)
        cp_buf_puts(&text, "it computes in the dtype that it is given");
    else
        cp_buf_printf(&text, "whether %.*s takes bfloat16 is not known",
                      CP_STR_ARGS(parameter));
    return cp_buf_str(&text);
}

static cp_str gate_text(cp_arena *arena, const cp_step *step)
{
    if (!step->item)
        return CP_STR(
            "Make the output of the gates bfloat16 that make another dtype now");
    return cp_str_printf(
        arena, "Do what the remark at %.*s:%u puts off: %.*s%s%.*s",
        CP_STR_ARGS(step->item->path), step->item->line, CP_STR_ARGS(step->item->marker),
        step->item->marker.len ? ": " : "", CP_STR_ARGS(step->item->text));
}

cp_str cp_step_subject(cp_arena *arena, const cp_migrated *migrated, const cp_step *step)
{
    switch (step->kind) {
    case CP_STEP_RAISE:
        return raise_text(arena, step);
    case CP_STEP_CONSUMER:
        return consumer_text(arena, step->consumer);
    case CP_STEP_GATE:
        return gate_text(arena, step);
    case CP_STEP_DROP:
        break;
    }
    const cp_patch *patch = cp_step_patch(migrated, step);
    if (patch)
        return patch->subject;
    return cp_str_printf(arena, "Drop the cast of %.*s",
                         CP_STR_ARGS(step->finding->tensor));
}

static void add_line(cp_buf *out, cp_str path, uint32_t line, cp_str *last)
{
    if (cp_str_eq(path, *last))
        cp_buf_printf(out, ", %u", line);
    else
        cp_buf_printf(out, "%s%.*s:%u", out->len ? "; " : "", CP_STR_ARGS(path), line);
    *last = path;
}

cp_str cp_step_places(cp_arena *arena, const cp_step *step, size_t most)
{
    cp_buf out = {.arena = arena};
    cp_str last = {"", 0};
    const cp_reached *reached = step->consumer;
    if (step->kind == CP_STEP_DROP && step->fix)
        for (uint32_t i = 0; i < step->fix->finding_count; i++) {
            const cp_finding *f = step->fix->findings[i];
            add_line(&out, f->module->source->path,
                     cp_source_line(f->module->source, f->span.start), &last);
        }
    else if (step->kind == CP_STEP_DROP)
        add_line(&out, step->finding->module->source->path,
                 cp_source_line(step->finding->module->source, step->finding->span.start),
                 &last);
    for (size_t i = 0; reached && i < reached->place_count && i < most; i++)
        add_line(&out, reached->places[i].path, reached->places[i].line, &last);
    if (reached && reached->place_count > most)
        cp_buf_printf(&out, " and %zu more", reached->place_count - most);
    return cp_buf_str(&out);
}

static cp_str of_finding(cp_arena *arena, const cp_finding *finding)
{
    const cp_contract *contract = finding->contract;
    if (!contract)
        return finding->message;
    cp_buf out = {.arena = arena};
    cp_buf_add(&out, finding->message);
    if (contract->stated_count)
        cp_buf_printf(&out, ", stated at %.*s", CP_STR_ARGS(contract->stated[0]));
    return cp_buf_str(&out);
}

static cp_str of_consumer(cp_arena *arena, const cp_reached *reached)
{
    cp_str stated = reached->row->stated;
    if (!stated.len)
        return (cp_str){"", 0};
    return cp_str_printf(arena, "stated at %.*s", CP_STR_ARGS(stated));
}

static cp_str of_remark(cp_arena *arena, const cp_debt_item *item)
{
    cp_buf out = {.arena = arena};
    cp_buf_printf(&out, "%s: %.*s", cp_debt_state_name(item->state),
                  CP_STR_ARGS(item->precondition));
    if (item->since.len)
        cp_buf_printf(&out, "; since %.*s", CP_STR_ARGS(item->since));
    if (item->stated.len)
        cp_buf_printf(&out, ", stated at %.*s", CP_STR_ARGS(item->stated));
    return cp_buf_str(&out);
}

cp_str cp_step_evidence(cp_arena *arena, const cp_step *step)
{
    if (step->kind == CP_STEP_DROP)
        return of_finding(arena, step->finding);
    if (step->kind == CP_STEP_CONSUMER)
        return of_consumer(arena, step->consumer);
    return step->item ? of_remark(arena, step->item) : (cp_str){"", 0};
}

cp_str cp_step_break(cp_arena *arena, const cp_step *step, size_t i)
{
    const cp_place *place = &step->breaks[i];
    return cp_str_printf(arena, "%.*s:%u: %.*s", CP_STR_ARGS(place->path), place->line,
                         CP_STR_ARGS(place->what));
}

cp_str cp_step_proof(cp_arena *arena, const cp_migrated *migrated, const cp_step *step)
{
    if (!step->fix)
        return step->kind == CP_STEP_DROP ? step->no_patch : (cp_str){"", 0};
    cp_buf out = {.arena = arena};
    const char *effect = cp_effect_name(cp_report_effect(migrated->report, step->fix));
    for (uint32_t i = 0; i < step->fix->finding_count; i++) {
        const cp_verdict *verdict =
            cp_report_verdict(migrated->report, step->fix->findings[i]);
        if (verdict && !cp_str_has(cp_buf_str(&out), verdict->summary))
            cp_buf_printf(&out, "%s%.*s", out.len ? ". " : "",
                          CP_STR_ARGS(verdict->summary));
    }
    return out.len
               ? cp_str_printf(arena, "%s: %.*s", effect, CP_STR_ARGS(cp_buf_str(&out)))
               : cp_str_printf(arena, "%s, not validated", effect);
}

cp_str cp_step_needs(cp_arena *arena, const cp_step *step)
{
    cp_buf out = {.arena = arena};
    for (size_t i = 0; i < step->need_count;) {
        size_t last = i;
        while (last + 1 < step->need_count &&
               step->needs[last + 1] == step->needs[last] + 1)
            last++;
        cp_buf_printf(&out, "%s%u", out.len ? ", " : "", step->needs[i]);
        if (last > i)
            cp_buf_printf(&out, "%s%u", last > i + 1 ? " to " : ", ", step->needs[last]);
        i = last + 1;
    }
    return step->need_count
               ? cp_str_printf(arena, "step%s %.*s", step->need_count == 1 ? "" : "s",
                               CP_STR_ARGS(cp_buf_str(&out)))
               : (cp_str){"", 0};
}

cp_str cp_step_lifts(cp_arena *arena, const cp_migration *migration, uint32_t number)
{
    cp_step steps = {.need_count = 0};
    for (uint32_t i = number; i < migration->step_count; i++)
        for (size_t n = 0; n < migration->steps[i].need_count; n++)
            if (migration->steps[i].needs[n] == number)
                cp_push(arena, steps.needs, steps.need_count, steps.need_room, i + 1);
    return cp_step_needs(arena, &steps);
}

static size_t count_steps(const cp_migration *migration, cp_step_kind kind, bool later)
{
    size_t count = 0;
    for (size_t i = 0; i < migration->step_count; i++) {
        const cp_step *step = &migration->steps[i];
        bool waits = kind == CP_STEP_DROP && step->raise;
        count += step->kind == kind && waits == later;
    }
    return count;
}

cp_str cp_migration_summary(cp_arena *arena, const cp_migration *migration)
{
    size_t now = count_steps(migration, CP_STEP_DROP, false);
    size_t later = count_steps(migration, CP_STEP_DROP, true);
    size_t raises = count_steps(migration, CP_STEP_RAISE, false);
    size_t consumers = count_steps(migration, CP_STEP_CONSUMER, false);
    size_t gates = count_steps(migration, CP_STEP_GATE, false);
    return cp_str_printf(
        arena,
        "%zu step%s: %zu patch%s now, %zu pin%s to raise, %zu drop%s after that, %zu "
        "consumer%s to make ready by hand, %zu change%s of the gate; %zu cast%s to keep, "
        "%zu left out",
        migration->step_count, migration->step_count == 1 ? "" : "s", now,
        now == 1 ? "" : "es", raises, raises == 1 ? "" : "s", later,
        later == 1 ? "" : "s", consumers, consumers == 1 ? "" : "s", gates,
        gates == 1 ? "" : "s", migration->kept_count,
        migration->kept_count == 1 ? "" : "s", migration->left_count);
}
