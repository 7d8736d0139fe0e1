#include "edits/edit.h"

#include <string.h>

struct cp_edit_set {
    cp_arena *arena;
    cp_str original;
    cp_edit *edits; /* sorted by start, then end; no two clash */
    size_t count, room;
};

cp_edit_set *cp_edit_set_new(cp_arena *arena, cp_str original)
{
    cp_edit_set *set = cp_new(arena, cp_edit_set, 1);
    set->arena = arena;
    set->original = original;
    return set;
}

static bool same_change(const cp_edit *a, const cp_edit *b)
{
    return a->start == b->start && a->end == b->end && cp_str_eq(a->text, b->text);
}

/*
 * Two inserts at one place clash although neither covers a byte: which text
 * comes first would depend on the order of the rules.
 */
static bool clash(const cp_edit *a, const cp_edit *b)
{
    if (a->start == a->end && b->start == b->end)
        return a->start == b->start;
    return a->start < b->end && b->start < a->end;
}

static bool comes_before(const cp_edit *a, const cp_edit *b)
{
    return a->start != b->start ? a->start < b->start : a->end < b->end;
}

static void insert_at(cp_edit_set *set, size_t at, const cp_edit *edit)
{
    set->edits =
        cp_arena_grow(set->arena, set->edits, set->count, &set->room, sizeof *set->edits);
    cp_edit *slot = set->edits + at;
    memmove(slot + 1, slot, (set->count - at) * sizeof *slot);
    *slot = *edit;
    set->count++;
}

cp_status cp_edit_set_add(cp_edit_set *set, const cp_edit *edit, cp_err *err)
{
    if (edit->start > edit->end || edit->end > set->original.len)
        return cp_fail(err, CP_ERR_RANGE, "%s: bytes %zu..%zu of a text of %zu",
                       edit->rule, edit->start, edit->end, set->original.len);

    size_t at = 0;
    for (size_t i = 0; i < set->count; i++) {
        const cp_edit *other = &set->edits[i];
        if (same_change(other, edit))
            return CP_OK;
        if (clash(other, edit))
            return cp_fail(err, CP_ERR_OVERLAP, "%s and %s both want bytes %zu..%zu",
                           other->rule, edit->rule, edit->start, edit->end);
        if (comes_before(other, edit))
            at = i + 1;
    }
    insert_at(set, at, edit);
    return CP_OK;
}

const cp_edit *cp_edit_set_all(const cp_edit_set *set, size_t *count)
{
    *count = set->count;
    return set->edits;
}

cp_str cp_edit_set_apply(const cp_edit_set *set, cp_safety limit)
{
    size_t longest = set->original.len;
    for (size_t i = 0; i < set->count; i++)
        longest += set->edits[i].text.len;

    char *text = cp_new(set->arena, char, longest + 1);
    char *out = text;
    size_t done = 0; /* how much of the original is behind us */
    for (size_t i = 0; i < set->count; i++) {
        const cp_edit *e = &set->edits[i];
        if (e->safety > limit)
            continue;
        out = cp_str_put(out, cp_str_cut(set->original, done, e->start));
        out = cp_str_put(out, e->text);
        done = e->end;
    }
    out = cp_str_put(out, cp_str_cut(set->original, done, set->original.len));
    return (cp_str){text, (size_t)(out - text)};
}
