#include "edits/fix.h"

#include "edits/plan.h"

/* Old and new text of the lines that the edits change, for the identifier. */
static void add_changed_lines(cp_buf *out, const cp_draft *draft)
{
    for (size_t i = 0; i < draft->count;) {
        cp_span lines = {(uint32_t)cp_draft_line_start(draft, draft->edits[i].start), 0};
        do {
            uint32_t end = draft->edits[i].end;
            size_t last = end > draft->edits[i].start ? end - 1 : end;
            lines.end = (uint32_t)cp_draft_line_end(draft, last);
            i++;
        } while (i < draft->count && draft->edits[i].start < lines.end);
        cp_buf_puts(out, "\n-");
        cp_buf_add(out, cp_str_cut(draft->text, lines.start, lines.end));
        cp_buf_puts(out, "\n+");
        cp_buf_add(out, cp_draft_render(draft, lines));
    }
}

static cp_str make_id(cp_arena *arena, const cp_draft *draft, uint32_t twins)
{
    cp_str path = draft->module->source->path;
    while (cp_str_starts(path, CP_STR("./")))
        path = cp_str_cut(path, 2, path.len);
    cp_buf what = {.arena = arena};
    cp_buf_add(&what, path);
    add_changed_lines(&what, draft);
    if (twins)
        cp_buf_printf(&what, "\n#%u", twins);
    uint64_t hash = cp_hash(cp_buf_str(&what)) >> 16;
    return cp_str_printf(arena, "cp-%012llx", (unsigned long long)hash);
}

cp_fix *cp_fix_of(cp_arena *arena, const cp_group *group, uint32_t twins)
{
    cp_fix *fix = cp_new(arena, cp_fix, 1);
    *fix = (cp_fix){.id = make_id(arena, group->full, twins),
                    .module = group->full->module,
                    .edits = group->full->edits,
                    .edit_count = (uint32_t)group->full->count,
                    .findings = group->findings,
                    .finding_count = group->count};
    for (uint32_t i = 0; i < group->count; i++)
        if (group->findings[i]->effect > fix->effect)
            fix->effect = group->findings[i]->effect;
    return fix;
}

/* The bytes of `after` between what it begins and what it ends with as `before` does. */
static cp_span changed_part(cp_str before, cp_str after)
{
    size_t start = 0, end = after.len, all = before.len < end ? before.len : end;
    while (start < all && before.ptr[start] == after.ptr[start])
        start++;
    size_t most = end - (all - start);
    for (size_t last = before.len; end > most; end--, last--)
        if (before.ptr[last - 1] != after.ptr[end - 1])
            break;
    return (cp_span){(uint32_t)start, (uint32_t)end};
}

static bool holds_change(const void *data, cp_str text, cp_span func)
{
    (void)text;
    const cp_span *changed = data;
    return func.start <= changed->end && changed->start <= func.end;
}

/* Functions without a change read as before; only a file with errors is read whole. */
static bool reads_as_well(cp_arena *arena, const cp_module *module, cp_str text)
{
    cp_source after = cp_source_of(arena, module->source->path, text);
    if (module->error_count)
        return cp_facts_from_python(arena, &after)->error_count <=
               cp_facts_from_python(arena, module->source)->error_count;
    cp_span changed = changed_part(module->source->text, text);
    cp_reader *reader = cp_reader_new(arena);
    bool good = !cp_reader_read(reader, &after, holds_change, &changed)->error_count;
    cp_reader_free(reader);
    return good;
}

bool cp_fix_reads_back(const cp_module *module, cp_fix *const *fixes, size_t count)
{
    cp_arena scratch = {0};
    cp_str text;
    bool good = !cp_plan_apply(&scratch, module, fixes, count, &text, NULL) &&
                reads_as_well(&scratch, module, text);
    cp_arena_dispose(&scratch);
    return good;
}
