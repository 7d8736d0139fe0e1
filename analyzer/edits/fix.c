#include "edits/fix.h"

#include "edits/edit.h"

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

/* What edits made of a text, and where in it they made a change. */
typedef struct edited {
    cp_str text;
    cp_span *changes; /* in order */
    size_t count;
} edited;

static bool make_edits(cp_arena *arena, const cp_module *module, cp_fix *const *fixes,
                       size_t count, edited *out)
{
    cp_edit_set *set = cp_edit_set_new(arena, module->source->text);
    for (size_t i = 0; i < count; i++)
        for (uint32_t k = 0; k < fixes[i]->edit_count; k++) {
            const cp_edit_range *range = &fixes[i]->edits[k];
            cp_edit edit = {.start = range->start,
                            .end = range->end,
                            .text = range->text,
                            .rule = fixes[i]->id.ptr};
            if (fixes[i]->module == module && cp_edit_set_add(set, &edit, NULL))
                return false;
        }
    const cp_edit *edits = cp_edit_set_all(set, &out->count);
    out->text = cp_edit_set_apply(set, CP_SAFETY_MANUAL);
    out->changes = cp_new(arena, cp_span, out->count);
    size_t added = 0, removed = 0;
    for (size_t i = 0; i < out->count; i++) {
        size_t start = edits[i].start + added - removed;
        out->changes[i] =
            (cp_span){(uint32_t)start, (uint32_t)(start + edits[i].text.len)};
        added += edits[i].text.len;
        removed += edits[i].end - edits[i].start;
    }
    return true;
}

static bool holds_change(const void *data, cp_str text, cp_span func)
{
    (void)text;
    const edited *after = data;
    for (size_t i = 0; i < after->count; i++)
        if (func.start <= after->changes[i].end && after->changes[i].start <= func.end)
            return true;
    return false;
}

/* Whether it is a function of the module still, up to where it ended `longer` ago. */
static bool stands_there(const cp_module *module, const cp_func *after, size_t longer)
{
    for (uint32_t i = 0; i < module->func_count; i++) {
        const cp_func *before = module->funcs[i];
        if (before->span.start == after->span.start &&
            before->span.end + longer == after->span.end)
            return cp_str_eq(before->name, after->name);
    }
    return false;
}

/* What is not changed reads as before; only a file with errors is read whole. */
static bool reads_as_well(cp_arena *arena, const cp_module *module, const edited *after)
{
    cp_source source = cp_source_of(arena, module->source->path, after->text);
    if (module->error_count)
        return cp_facts_from_python(arena, &source)->error_count <=
               cp_facts_from_python(arena, module->source)->error_count;
    cp_span all = {after->changes[0].start, after->changes[after->count - 1].end};
    cp_reader *reader = cp_reader_new(arena);
    const cp_func *func = cp_reader_func(reader, &source, all);
    bool good;
    if (func && stands_there(module, func, source.text.len - module->source->text.len))
        good = !func->has_error && !func->module->error_count;
    else
        good = !cp_reader_read(reader, &source, holds_change, after)->error_count;
    cp_reader_free(reader);
    return good;
}

bool cp_fix_reads_back(const cp_module *module, cp_fix *const *fixes, size_t count)
{
    cp_arena scratch = {0};
    edited after;
    bool good = make_edits(&scratch, module, fixes, count, &after) &&
                (!after.count || reads_as_well(&scratch, module, &after));
    cp_arena_dispose(&scratch);
    return good;
}
