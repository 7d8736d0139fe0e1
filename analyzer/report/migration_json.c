#include "report/writers.h"

static json_t *place_value(cp_arena *arena, const cp_place *place)
{
    json_t *value = cp_json_object();
    cp_json_set(value, "path", cp_json_text(arena, place->path));
    cp_json_set(value, "line", cp_json_number(place->line));
    cp_json_set(value, "what", cp_json_text(arena, place->what));
    return value;
}

static json_t *cast_value(cp_arena *arena, const cp_finding *finding)
{
    json_t *value = cp_json_object();
    cp_json_set(value, "code", cp_json_text(arena, finding->code));
    cp_json_set_span(value, arena, finding->module->source, finding->span);
    cp_json_set(value, "fingerprint", cp_json_text_or_null(arena, finding->fingerprint));
    cp_json_set(value, "message", cp_json_text(arena, finding->message));
    cp_json_set(value, "contract", cp_json_contract(arena, finding));
    return value;
}

static json_t *casts_value(cp_arena *arena, const cp_step *step)
{
    json_t *list = cp_json_list();
    if (step->fix)
        for (uint32_t i = 0; i < step->fix->finding_count; i++)
            cp_json_add(list, cast_value(arena, step->fix->findings[i]));
    else if (step->finding)
        cp_json_add(list, cast_value(arena, step->finding));
    return list;
}

static json_t *consumer_value(cp_arena *arena, const cp_reached *reached)
{
    json_t *value = cp_json_object(), *places = cp_json_list();
    const cp_debt_row *row = reached->row;
    cp_json_set(value, "consumer", cp_json_text(arena, row->consumer));
    cp_json_set(value, "parameter", cp_json_text_or_null(arena, row->parameter));
    cp_json_set(value, "state",
                cp_json_text(arena, cp_str_of(cp_reached_name(reached->state))));
    cp_json_set(value, "accepts_bf16",
                row->accepts_bf16 == CP_UNSURE
                    ? json_null()
                    : json_boolean(row->accepts_bf16 == CP_TRUE));
    cp_json_set(value, "since", cp_json_text_or_null(arena, row->since));
    cp_json_set(value, "stated", cp_json_text_or_null(arena, row->stated));
    for (size_t i = 0; i < reached->place_count; i++)
        cp_json_add(places, place_value(arena, &reached->places[i]));
    cp_json_set(value, "places", places);
    return value;
}

static json_t *raise_value(cp_arena *arena, const cp_step *step)
{
    json_t *value = cp_json_object(), *breaks = cp_json_list();
    const cp_pin *pin = step->pin;
    cp_str none = {"", 0};
    cp_json_set(value, "package", cp_json_text(arena, step->raise->package));
    cp_json_set(value, "version", cp_json_text(arena, step->raise->version));
    cp_json_set(value, "pinned",
                cp_json_text_or_null(arena, pin ? pin->spec.text : none));
    cp_json_set(value, "pinned_in",
                cp_json_text_or_null(arena, pin && pin->line ? pin->path : none));
    for (size_t i = 0; i < step->break_count; i++)
        cp_json_add(breaks, place_value(arena, &step->breaks[i]));
    cp_json_set(value, "breaks", breaks);
    return value;
}

static json_t *remark_value(cp_arena *arena, const cp_debt_item *item)
{
    if (!item)
        return json_null();
    json_t *value = cp_json_object();
    cp_json_set(value, "path", cp_json_text(arena, item->path));
    cp_json_set(value, "line", cp_json_number(item->line));
    cp_json_set(value, "text", cp_json_text(arena, item->text));
    cp_json_set(value, "state",
                cp_json_text(arena, cp_str_of(cp_debt_state_name(item->state))));
    cp_json_set(value, "precondition", cp_json_text_or_null(arena, item->precondition));
    cp_json_set(value, "since", cp_json_text_or_null(arena, item->since));
    cp_json_set(value, "stated", cp_json_text_or_null(arena, item->stated));
    return value;
}

static void set_kind(json_t *value, cp_arena *arena, const cp_migrated *migrated,
                     const cp_step *step)
{
    const cp_patch *patch = cp_step_patch(migrated, step);
    switch (step->kind) {
    case CP_STEP_DROP:
        cp_json_set(value, "casts", casts_value(arena, step));
        cp_json_set(value, "fix", cp_json_fix(arena, migrated->report, step->fix));
        cp_json_set(value, "no_patch", cp_json_text_or_null(arena, step->no_patch));
        cp_json_set(value, "diff",
                    cp_json_text_or_null(arena, patch ? patch->diff : (cp_str){"", 0}));
        break;
    case CP_STEP_RAISE:
        cp_json_set(value, "raise", raise_value(arena, step));
        break;
    case CP_STEP_CONSUMER:
        cp_json_set(value, "consumer", consumer_value(arena, step->consumer));
        break;
    case CP_STEP_GATE:
        cp_json_set(value, "remark", remark_value(arena, step->item));
        cp_json_set(value, "blocked", json_boolean(step->blocked));
        break;
    }
}

static json_t *step_value(cp_arena *arena, const cp_migrated *migrated, uint32_t number)
{
    const cp_step *step = &migrated->migration->steps[number - 1];
    json_t *value = cp_json_object();
    json_t *needs = cp_json_list(), *checks = cp_json_list();
    for (size_t i = 0; i < step->need_count; i++)
        cp_json_add(needs, cp_json_number(step->needs[i]));
    for (size_t i = 0; i < step->check_count; i++)
        cp_json_add(checks, cp_json_text(arena, step->checks[i]));
    cp_json_set(value, "number", cp_json_number(number));
    cp_json_set(value, "kind", cp_json_text(arena, cp_str_of(cp_step_name(step->kind))));
    cp_json_set(value, "subject",
                cp_json_text(arena, cp_step_subject(arena, migrated, step)));
    cp_json_set(value, "needs", needs);
    cp_json_set(value, "evidence",
                cp_json_text_or_null(arena, cp_step_evidence(arena, step)));
    set_kind(value, arena, migrated, step);
    cp_json_set(value, "by_hand", checks);
    return value;
}

static json_t *gate_value(cp_arena *arena, const cp_gate *gate)
{
    json_t *value = place_value(arena, &gate->place);
    cp_json_set(value, "dtypes", cp_json_dtypes(gate->dtypes));
    cp_json_set(value, "unknown",
                gate->unknown ? cp_json_text(arena, cp_str_of(gate->unknown))
                              : json_null());
    return value;
}

static json_t *lefts_value(cp_arena *arena, const cp_left *lefts, size_t count)
{
    json_t *list = cp_json_list();
    for (size_t i = 0; i < count; i++) {
        json_t *value = cast_value(arena, lefts[i].finding);
        cp_json_set(value, "why", cp_json_text(arena, lefts[i].reason));
        cp_json_add(list, value);
    }
    return list;
}

static json_t *lost_value(cp_arena *arena, const cp_debt *debt)
{
    json_t *list = cp_json_list();
    for (size_t i = 0; i < debt->lost_count; i++) {
        const cp_node *at = debt->lost[i];
        if (!at->module || !at->expr)
            continue;
        json_t *value = cp_json_object();
        cp_json_set_span(value, arena, at->module->source, at->expr->span);
        cp_json_add(list, value);
    }
    return list;
}

static json_t *summary_value(const cp_migration *migration)
{
    uint64_t kinds[CP_STEP_GATE + 1] = {0};
    json_t *value = cp_json_object();
    for (size_t i = 0; i < migration->step_count; i++)
        kinds[migration->steps[i].kind]++;
    cp_json_set(value, "steps", cp_json_number(migration->step_count));
    for (int kind = 0; kind <= CP_STEP_GATE; kind++)
        cp_json_set(value, cp_step_name((cp_step_kind)kind), cp_json_number(kinds[kind]));
    cp_json_set(value, "kept", cp_json_number(migration->kept_count));
    cp_json_set(value, "left", cp_json_number(migration->left_count));
    return value;
}

void cp_json_migration(cp_buf *out, const cp_migrated *migrated)
{
    cp_arena *arena = out->arena;
    const cp_migration *migration = migrated->migration;
    json_t *root = cp_json_object();
    json_t *steps = cp_json_list(), *consumers = cp_json_list(), *gates = cp_json_list();
    for (uint32_t i = 0; i < migration->step_count; i++)
        cp_json_add(steps, step_value(arena, migrated, i + 1));
    for (size_t i = 0; i < migration->consumer_count; i++)
        cp_json_add(consumers, consumer_value(arena, &migration->consumers[i]));
    for (size_t i = 0; i < migration->gate_count; i++)
        cp_json_add(gates, gate_value(arena, &migration->gates[i]));
    cp_json_set(root, "steps", steps);
    cp_json_set(root, "consumers", consumers);
    cp_json_set(root, "gates", gates);
    cp_json_set(root, "lost", lost_value(arena, migration->debt));
    cp_json_set(root, "kept", lefts_value(arena, migration->kept, migration->kept_count));
    cp_json_set(root, "left", lefts_value(arena, migration->left, migration->left_count));
    cp_json_set(root, "summary", summary_value(migration));
    cp_json_set(root, "errors",
                cp_json_errors(arena, migrated->report->troubles,
                               migrated->report->trouble_count));
    cp_json_write(out, root);
}
