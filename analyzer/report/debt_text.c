#include "report/show.h"
#include "report/writers.h"

enum { INDENT = 2, DEFAULT_WIDTH = 80 };

static cp_style style_of(cp_debt_state state)
{
    return state == CP_DEBT_ACTIONABLE ? CP_STYLE_GREEN
           : state == CP_DEBT_BLOCKED  ? CP_STYLE_YELLOW
                                       : CP_STYLE_CYAN;
}

static cp_str age_text(cp_arena *arena, const cp_debt_item *item)
{
    cp_buf text = {.arena = arena};
    cp_buf_add(&text, item->owner);
    if (item->age_days >= 0)
        cp_buf_printf(&text, "%s%lld day%s ago", item->owner.len ? ", " : "",
                      (long long)item->age_days, item->age_days == 1 ? "" : "s");
    return cp_buf_str(&text);
}

static void add_item(cp_buf *out, const cp_debt_item *item, const cp_report_style *style)
{
    const char *state = cp_debt_state_name(item->state);
    cp_show_styled(out, style->color, style_of(item->state), cp_str_of(state));
    cp_buf_puts(out, "  ");
    const char *more = item->is_native ? cp_debt_language(item) : NULL;
    cp_show_wrapped(out,
                    cp_str_printf(out->arena, "%.*s:%u%s%s%s", CP_STR_ARGS(item->path),
                                  item->line, more ? " (" : "", more ? more : "",
                                  more ? ")" : ""),
                    strlen(state) + 2, 2, style->width);
    cp_buf_puts(out, "\n");
    cp_str head = cp_str_printf(out->arena, "%.*s: %.*s", CP_STR_ARGS(item->marker),
                                CP_STR_ARGS(item->text));
    cp_show_blanks(out, 2);
    cp_show_wrapped(out, item->marker.len ? head : item->text, 2, 2, style->width);
    cp_buf_puts(out, "\n");
    cp_text_field(out, INDENT, "subject", item->subject, style);
    cp_text_field(out, INDENT, "precondition", item->precondition, style);
    cp_text_field(out, INDENT, "holds since", item->since, style);
    cp_text_field(out, INDENT, "stated", item->stated, style);
    for (uint32_t i = 0; i < item->unblock_count; i++)
        cp_text_field(out, INDENT, i ? "" : "unblocks", item->unblocks[i], style);
    cp_text_field(out, INDENT, "last touched", age_text(out->arena, item), style);
    cp_buf_puts(out, "\n");
}

static void add_row(cp_buf *out, const cp_debt_row *row, const cp_report_style *style)
{
    const char *answer = row->accepts_bf16 == CP_TRUE    ? "yes"
                         : row->accepts_bf16 == CP_FALSE ? "no"
                                                         : "unknown";
    cp_buf_printf(out, "  %-7s  ", answer);
    cp_str name = row->consumer;
    if (row->parameter.len)
        name = cp_str_printf(out->arena, "%.*s, %.*s", CP_STR_ARGS(row->consumer),
                             CP_STR_ARGS(row->parameter));
    cp_show_wrapped(out, name, 11, 11, style->width);
    cp_buf_puts(out, "\n");
    cp_buf detail = {.arena = out->arena};
    if (row->since.len)
        cp_buf_printf(&detail, "since %.*s", CP_STR_ARGS(row->since));
    if (row->stated.len)
        cp_buf_printf(&detail, "%s%.*s", detail.len ? ", " : "",
                      CP_STR_ARGS(row->stated));
    if (!detail.len)
        return;
    cp_show_blanks(out, 11);
    cp_show_wrapped(out, cp_buf_str(&detail), 11, 11, style->width);
    cp_buf_puts(out, "\n");
}

static void add_summary(cp_buf *out, const cp_debt *debt)
{
    size_t counts[CP_DEBT_STATE_COUNT] = {0};
    for (size_t i = 0; i < debt->item_count; i++)
        counts[debt->items[i].state]++;
    cp_buf_printf(out, "%zu gate-dtype item%s: ", debt->item_count,
                  debt->item_count == 1 ? "" : "s");
    for (int s = 0; s < CP_DEBT_STATE_COUNT; s++)
        cp_buf_printf(out, "%s%zu %s", s ? ", " : "", counts[s],
                      cp_debt_state_name((cp_debt_state)s));
    cp_buf_puts(out, ".\n");
}

void cp_text_debt(cp_buf *out, const cp_debt *debt, const cp_gate_effects *gate,
                  const cp_report_style *given)
{
    cp_report_style style = *given;
    if (!style.width)
        style.width = DEFAULT_WIDTH;
    for (size_t i = 0; i < debt->item_count; i++)
        add_item(out, &debt->items[i], &style);
    if (debt->row_count) {
        cp_show_styled(out, style.color, CP_STYLE_BOLD,
                       CP_STR("Takes the gate's output as bfloat16"));
        cp_buf_puts(out, "\n");
    }
    for (size_t i = 0; i < debt->row_count; i++)
        add_row(out, &debt->rows[i], &style);
    if (debt->row_count)
        cp_buf_puts(out, "\n");
    cp_text_gate_effects(out, gate, &style);
    if (style.quiet)
        return;
    add_summary(out, debt);
}
