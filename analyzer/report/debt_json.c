#include "report/writers.h"

static json_t *item_value(cp_arena *arena, const cp_debt_item *item)
{
    json_t *value = cp_json_object(), *unblocks = cp_json_list();
    cp_str state = cp_str_of(cp_debt_state_name(item->state));
    cp_json_set(value, "path", cp_json_text(arena, item->path));
    cp_json_set(value, "language",
                cp_json_text(arena, cp_str_of(cp_debt_language(item))));
    cp_json_set(value, "line", cp_json_number(item->line));
    cp_json_set(value, "marker", cp_json_text(arena, item->marker));
    cp_json_set(value, "text", cp_json_text(arena, item->text));
    cp_json_set(value, "subject", cp_json_text_or_null(arena, item->subject));
    cp_json_set(value, "state", cp_json_text(arena, state));
    cp_json_set(value, "owner", cp_json_text_or_null(arena, item->owner));
    cp_json_set(value, "age_days",
                item->age_days < 0 ? json_null()
                                   : cp_json_number((uint64_t)item->age_days));
    cp_json_set(value, "precondition", cp_json_text_or_null(arena, item->precondition));
    cp_json_set(value, "since", cp_json_text_or_null(arena, item->since));
    cp_json_set(value, "stated", cp_json_text_or_null(arena, item->stated));
    for (uint32_t i = 0; i < item->unblock_count; i++)
        cp_json_add(unblocks, cp_json_text(arena, item->unblocks[i]));
    cp_json_set(value, "unblocks", unblocks);
    return value;
}

static json_t *truth_value(cp_truth truth)
{
    return truth == CP_UNSURE ? json_null() : json_boolean(truth == CP_TRUE);
}

static bool answers_alike(const cp_debt_release *a, const cp_debt_release *b)
{
    return a->accepts_bf16 == b->accepts_bf16 && a->absent == b->absent &&
           a->pinned == b->pinned;
}

/* Neighbouring releases that answer alike are one entry. */
static json_t *releases_value(cp_arena *arena, const cp_debt_row *row)
{
    json_t *list = cp_json_list();
    for (size_t i = 0, last = 0; i < row->release_count; i = last + 1) {
        const cp_debt_release *at = &row->releases[i];
        for (last = i; last + 1 < row->release_count; last++)
            if (!answers_alike(at, &row->releases[last + 1]))
                break;
        json_t *value = cp_json_object();
        cp_json_set(value, "first", cp_json_text(arena, at->version));
        cp_json_set(value, "last", cp_json_text(arena, row->releases[last].version));
        cp_json_set(value, "present", json_boolean(!at->absent));
        cp_json_set(value, "accepts_bf16", truth_value(at->accepts_bf16));
        cp_json_set(value, "pinned", json_boolean(at->pinned));
        cp_json_add(list, value);
    }
    return list;
}

static json_t *row_value(cp_arena *arena, const cp_debt_row *row)
{
    json_t *value = cp_json_object();
    cp_json_set(value, "consumer", cp_json_text(arena, row->consumer));
    cp_json_set(value, "parameter", cp_json_text_or_null(arena, row->parameter));
    cp_json_set(value, "accepts_bf16", truth_value(row->accepts_bf16));
    cp_json_set(value, "since", cp_json_text_or_null(arena, row->since));
    cp_json_set(value, "stated", cp_json_text_or_null(arena, row->stated));
    cp_json_set(value, "package", cp_json_text_or_null(arena, row->package));
    cp_json_set(value, "releases", releases_value(arena, row));
    return value;
}

static json_t *summary_value(const cp_debt *debt)
{
    uint64_t states[CP_DEBT_STATE_COUNT] = {0}, accepting = 0;
    for (size_t i = 0; i < debt->item_count; i++)
        states[debt->items[i].state]++;
    for (size_t i = 0; i < debt->row_count; i++)
        accepting += debt->rows[i].accepts_bf16 == CP_TRUE;
    json_t *value = cp_json_object();
    cp_json_set(value, "items", cp_json_number(debt->item_count));
    for (int s = 0; s < CP_DEBT_STATE_COUNT; s++)
        cp_json_set(value, cp_debt_state_name((cp_debt_state)s),
                    cp_json_number(states[s]));
    cp_json_set(value, "consumers", cp_json_number(debt->row_count));
    cp_json_set(value, "consumers_accepting_bf16", cp_json_number(accepting));
    return value;
}

void cp_json_debt(cp_buf *out, const cp_debt *debt, const cp_gate_effects *gate)
{
    cp_arena *arena = out->arena;
    json_t *root = cp_json_object();
    json_t *items = cp_json_list(), *matrix = cp_json_list();
    for (size_t i = 0; i < debt->item_count; i++)
        cp_json_add(items, item_value(arena, &debt->items[i]));
    for (size_t i = 0; i < debt->row_count; i++)
        cp_json_add(matrix, row_value(arena, &debt->rows[i]));
    cp_json_set(root, "items", items);
    cp_json_set(root, "matrix", matrix);
    cp_json_set(root, "gate_rounding", cp_json_gate_effects(arena, gate));
    cp_json_set(root, "summary", summary_value(debt));
    cp_json_write(out, root);
}
