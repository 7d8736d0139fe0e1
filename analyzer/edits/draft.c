#include "edits/draft.h"

#include <stdarg.h>
#include <stdio.h>

cp_draft *cp_draft_new(cp_arena *arena, const cp_module *module,
                       const cp_change **changes, uint32_t count)
{
    cp_draft *draft = cp_new(arena, cp_draft, 1);
    *draft = (cp_draft){.arena = arena,
                        .module = module,
                        .text = module->source->text,
                        .changes = changes,
                        .change_count = count,
                        .found = cp_new(arena, bool, count + 1)};
    return draft;
}

void cp_draft_refuse(cp_draft *draft, cp_span blame, const char *fmt, ...)
{
    if (draft->refusal.len)
        return;
    char reason[256];
    va_list args;
    va_start(args, fmt);
    vsnprintf(reason, sizeof reason, fmt, args);
    va_end(args);
    draft->refusal = cp_str_copy(draft->arena, cp_str_of(reason));
    draft->blame = blame;
}

static bool is_deletion(const cp_edit_range *edit)
{
    return edit->text.len == 0;
}

/* Whether `edit` lies in the bytes that `other` takes away. */
static bool lies_in(const cp_edit_range *edit, const cp_edit_range *other)
{
    if (other->start == other->end || !is_deletion(other))
        return false;
    if (edit->start == edit->end)
        return other->start < edit->start && edit->start < other->end;
    return other->start <= edit->start && edit->end <= other->end;
}

static bool melts(const cp_edit_range *a, const cp_edit_range *b)
{
    return is_deletion(a) && is_deletion(b) && a->start <= b->end && b->start <= a->end;
}

static void insert_sorted(cp_draft *draft, cp_edit_range edit)
{
    cp_push(draft->arena, draft->edits, draft->count, draft->room, edit);
    size_t at = draft->count - 1;
    for (; at > 0 && draft->edits[at - 1].start > edit.start; at--)
        draft->edits[at] = draft->edits[at - 1];
    draft->edits[at] = edit;
}

void cp_draft_replace(cp_draft *draft, size_t start, size_t end, cp_str text)
{
    cp_edit_range edit = {(uint32_t)start, (uint32_t)end, text};
    if (start >= end && text.len == 0)
        return;
    size_t kept = 0;
    for (size_t i = 0; i < draft->count; i++) {
        cp_edit_range other = draft->edits[i];
        if (lies_in(&edit, &other))
            return;
        if (melts(&edit, &other)) {
            edit.start = other.start < edit.start ? other.start : edit.start;
            edit.end = other.end > edit.end ? other.end : edit.end;
        }
    }
    for (size_t i = 0; i < draft->count; i++) {
        if (!lies_in(&draft->edits[i], &edit) && !melts(&draft->edits[i], &edit))
            draft->edits[kept++] = draft->edits[i];
    }
    draft->count = kept;
    insert_sorted(draft, edit);
}

bool cp_draft_touches(const cp_draft *draft, cp_span span)
{
    for (uint32_t i = 0; i < draft->change_count; i++) {
        cp_span cast = draft->changes[i]->cast;
        if (span.start <= cast.start && cast.end <= span.end)
            return true;
    }
    return false;
}

cp_str cp_draft_render(const cp_draft *draft, cp_span span)
{
    cp_buf out = {.arena = draft->arena};
    size_t done = span.start;
    for (size_t i = 0; i < draft->count; i++) {
        const cp_edit_range *edit = &draft->edits[i];
        if (edit->end < done || edit->start < span.start || edit->end > span.end)
            continue;
        cp_buf_add(&out, cp_str_cut(draft->text, done, edit->start));
        cp_buf_add(&out, edit->text);
        done = edit->end;
    }
    cp_buf_add(&out, cp_str_cut(draft->text, done, span.end));
    return cp_buf_str(&out);
}
