#include "edits/group.h"

static int by_position(const cp_finding *a, const cp_finding *b)
{
    if (a->change.cast.start != b->change.cast.start)
        return a->change.cast.start < b->change.cast.start ? -1 : 1;
    return cp_str_cmp(a->code, b->code);
}

static void sort(cp_finding **findings, uint32_t count)
{
    for (uint32_t i = 1; i < count; i++) {
        cp_finding *moved = findings[i];
        uint32_t at = i;
        for (; at > 0 && by_position(findings[at - 1], moved) > 0; at--)
            findings[at] = findings[at - 1];
        findings[at] = moved;
    }
}

static cp_draft *with_imports(cp_arena *arena, const cp_draft *core)
{
    cp_draft *full = cp_new(arena, cp_draft, 1);
    *full = *core;
    full->edits = NULL;
    full->count = full->room = 0;
    for (size_t i = 0; i < core->count; i++)
        cp_push(arena, full->edits, full->count, full->room, core->edits[i]);
    cp_draft_drop_imports(full);
    return full;
}

cp_group *cp_group_new(cp_arena *arena, cp_finding **findings, uint32_t count)
{
    cp_group *group = cp_new(arena, cp_group, 1);
    group->count = count;
    group->findings = cp_new(arena, cp_finding *, count);
    memcpy(group->findings, findings, count * sizeof *findings);
    sort(group->findings, count);

    const cp_change **changes = cp_new(arena, const cp_change *, count);
    for (uint32_t i = 0; i < count; i++)
        changes[i] = &group->findings[i]->change;
    group->core = cp_draft_new(arena, findings[0]->module, changes, count);
    cp_draft_shrink(group->core);
    cp_draft_settle_lines(group->core);
    if (!group->core->refusal.len)
        group->full = with_imports(arena, group->core);
    return group;
}

cp_group *cp_group_narrow(cp_arena *arena, const cp_group *group, bool narrow)
{
    for (uint32_t i = 0; i < group->count; i++)
        group->findings[i]->change.keep_none_test = narrow;
    return cp_group_new(arena, group->findings, group->count);
}

cp_effect cp_group_effect(const cp_group *group)
{
    cp_effect worst = CP_EFFECT_EXACT;
    for (uint32_t i = 0; i < group->count; i++)
        if (group->findings[i]->effect > worst)
            worst = group->findings[i]->effect;
    return worst;
}

cp_group *cp_group_join(cp_arena *arena, const cp_group *a, const cp_group *b)
{
    cp_finding **all = cp_new(arena, cp_finding *, a->count + b->count);
    memcpy(all, a->findings, a->count * sizeof *all);
    memcpy(all + a->count, b->findings, b->count * sizeof *all);
    return cp_group_new(arena, all, a->count + b->count);
}

/* Numbers of lines, half open. */
typedef struct rows {
    uint32_t start, end;
} rows;

/*
 * The lines that an edit changes. Whole lines that go are widened by what a
 * diff might show in their place: deleting either of two equal lines is the same.
 */
static rows rows_of(const cp_source *source, const cp_edit_range *edit)
{
    rows r = {cp_source_line(source, edit->start), 0};
    uint32_t last = edit->end > edit->start ? edit->end - 1 : edit->start;
    r.end = cp_source_line(source, last) + 1;
    if (edit->text.len || edit->start != source->line_starts[r.start - 1])
        return r;
    uint32_t up = r.start, down = r.end;
    while (up > 1 && cp_str_eq(cp_source_line_text(source, up - 1),
                               cp_source_line_text(source, up - 1 + r.end - r.start)))
        up--;
    while (down <= source->line_count &&
           cp_str_eq(cp_source_line_text(source, down),
                     cp_source_line_text(source, down - (r.end - r.start))))
        down++;
    return (rows){up, down};
}

bool cp_group_touches(const cp_group *a, const cp_group *b)
{
    if (!a->full || !b->full)
        return false;
    const cp_source *source = a->core->module->source;
    for (size_t i = 0; i < a->full->count; i++) {
        rows left = rows_of(source, &a->full->edits[i]);
        for (size_t k = 0; k < b->full->count; k++) {
            rows right = rows_of(source, &b->full->edits[k]);
            if (left.start <= right.end && right.start <= left.end)
                return true;
        }
    }
    return false;
}

static bool same_edit(const cp_edit_range *a, const cp_edit_range *b)
{
    return a->start == b->start && a->end == b->end && cp_str_eq(a->text, b->text);
}

bool cp_group_adds(const cp_group *joint, cp_group *const *parts, size_t count)
{
    const cp_draft *core = joint->core;
    cp_draft *sum = cp_draft_new(core->arena, core->module, NULL, 0);
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < parts[i]->core->count; k++) {
            cp_edit_range *edit = &parts[i]->core->edits[k];
            cp_draft_replace(sum, edit->start, edit->end, edit->text);
        }
    if (sum->count != core->count)
        return true;
    for (size_t i = 0; i < sum->count; i++)
        if (!same_edit(&sum->edits[i], &core->edits[i]))
            return true;
    return false;
}
