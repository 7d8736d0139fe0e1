#include "report/show.h"
#include "report/writers.h"

/* GitHub takes comments of 65,536 characters: a list stops once so much is written, of
   which a row, in cells of no more than LONGEST_TEXT a text, may be the last. */
enum {
    ENOUGH_FOR_SETTLED = 25000,
    ENOUGH_FOR_ITEMS = 40000,
    ENOUGH_BYTES = 60000,
    LONGEST_TEXT = 400,
};

/* What Markdown or HTML would read as more than text. */
static const char *escape_of(char c)
{
    switch (c) {
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '&':
        return "&amp;";
    case '@': /* a zero-width space behind it: nobody is to be called by a quote */
        return "@&#8203;";
    case '#':
        return "#&#8203;";
    case '\n':
    case '\r':
        return " ";
    default:
        return NULL;
    }
}

static void add_char(cp_buf *out, cp_str text, size_t *at)
{
    char c = text.ptr[*at];
    const char *escaped = escape_of(c);
    if (escaped) {
        cp_buf_puts(out, escaped);
        (*at)++;
        return;
    }
    if (c && strchr("\\`*_{}[]()|~$", c))
        cp_buf_puts(out, "\\");
    size_t start = *at;
    cp_buf shown = {.arena = out->arena};
    cp_show_next(&shown, text, at);
    bool spelled = shown.len && shown.ptr[0] == '\\' && c != '\\';
    if (spelled) /* the backslash of \x1b is text too */
        cp_buf_puts(out, "\\");
    if (spelled || c == '\t')
        cp_buf_add(out, cp_buf_str(&shown));
    else
        cp_buf_add(out, cp_str_cut(text, start, *at));
}

void cp_markdown_text(cp_buf *out, cp_str text)
{
    size_t at = 0, start = out->len;
    while (at < text.len && out->len - start < LONGEST_TEXT)
        add_char(out, text, &at);
    if (at < text.len)
        cp_buf_puts(out, "…");
}

static void add_cell(cp_buf *out, cp_str text)
{
    cp_buf_puts(out, " ");
    cp_markdown_text(out, text);
    cp_buf_puts(out, " |");
}

static void add_answer(cp_buf *out, const cp_debt_item *item)
{
    cp_buf_puts(out, " ");
    cp_markdown_text(out, item->precondition);
    if (item->since.len) {
        cp_buf_puts(out, item->precondition.len ? "; since " : "since ");
        cp_markdown_text(out, item->since);
    }
    if (item->stated.len) {
        cp_buf_puts(out, item->precondition.len || item->since.len ? "; stated at "
                                                                   : "stated at ");
        cp_markdown_text(out, item->stated);
    }
    cp_buf_puts(out, " |");
}

static void add_item(cp_buf *out, const cp_debt_item *item)
{
    cp_arena *arena = out->arena;
    cp_buf age = {.arena = arena};
    cp_buf_add(&age, item->owner);
    if (item->age_days >= 0)
        cp_buf_printf(&age, "%s%lld d", item->owner.len ? ", " : "",
                      (long long)item->age_days);
    cp_buf_printf(out, "| **%s** |", cp_debt_state_name(item->state));
    const char *more = item->is_native ? cp_debt_language(item) : NULL;
    add_cell(out,
             cp_str_printf(arena, "%.*s:%u%s%s%s", CP_STR_ARGS(item->path), item->line,
                           more ? " (" : "", more ? more : "", more ? ")" : ""));
    add_cell(out, cp_str_printf(arena, "%.*s%s%.*s", CP_STR_ARGS(item->marker),
                                item->marker.len ? ": " : "", CP_STR_ARGS(item->text)));
    add_answer(out, item);
    add_cell(out, cp_buf_str(&age));
    cp_buf_puts(out, "\n");
}

static void add_row(cp_buf *out, const cp_debt_row *row)
{
    const char *answer = row->accepts_bf16 == CP_TRUE    ? "yes"
                         : row->accepts_bf16 == CP_FALSE ? "no"
                                                         : "unknown";
    cp_buf_puts(out, "|");
    add_cell(out, row->consumer);
    add_cell(out, row->parameter);
    add_cell(out, cp_str_of(answer));
    add_cell(out, row->since);
    add_cell(out, row->stated);
    cp_buf_puts(out, "\n");
}

static void add_left_out(cp_buf *out, size_t count, const char *what)
{
    if (count)
        cp_buf_printf(out, "\n%zu more %s left out here: see `castproof debt`.\n", count,
                      what);
}

static bool is_settled(const cp_debt_item *item)
{
    return item->state != CP_DEBT_UNVERIFIABLE;
}

/* The items that the sources settle, or the others. */
static void add_items(cp_buf *out, const cp_debt *debt, bool settled, size_t enough)
{
    size_t left_out = 0;
    cp_buf_puts(out, "\n| State | Where | What | Waits for | Last touched |\n"
                     "| --- | --- | --- | --- | --- |\n");
    for (size_t i = 0; i < debt->item_count; i++) {
        if (is_settled(&debt->items[i]) != settled)
            continue;
        if (out->len < enough)
            add_item(out, &debt->items[i]);
        else
            left_out++;
    }
    add_left_out(out, left_out, "items");
}

/* What is behind a summary is shown on a click, and takes no room before. */
static void open_details(cp_buf *out)
{
    cp_buf_puts(out, "\n<details>\n<summary>");
}

static void close_details(cp_buf *out)
{
    cp_buf_puts(out, "\n</details>\n");
}

static void add_unsettled(cp_buf *out, const cp_debt *debt, size_t count)
{
    open_details(out);
    cp_buf_printf(out, "%zu unverifiable: nothing in the sources settles %s</summary>\n",
                  count, count == 1 ? "it" : "them");
    add_items(out, debt, false, ENOUGH_FOR_ITEMS);
    close_details(out);
}

static void add_matrix(cp_buf *out, const cp_debt *debt)
{
    size_t ready = 0;
    for (size_t i = 0; i < debt->row_count; i++)
        ready += debt->rows[i].accepts_bf16 == CP_TRUE;
    open_details(out);
    cp_buf_printf(out,
                  "%zu of %zu consumers take the gate's output as bfloat16</summary>\n\n"
                  "| Consumer | Parameter | bfloat16 | Since | Stated |\n"
                  "| --- | --- | --- | --- | --- |\n",
                  ready, debt->row_count);
    size_t i = 0;
    while (i < debt->row_count && out->len < ENOUGH_BYTES)
        add_row(out, &debt->rows[i++]);
    add_left_out(out, debt->row_count - i, "consumers");
    close_details(out);
}

void cp_markdown_debt(cp_buf *out, const cp_debt *debt, const cp_gate_effects *gate)
{
    size_t counts[CP_DEBT_STATE_COUNT] = {0};
    for (size_t i = 0; i < debt->item_count; i++)
        counts[debt->items[i].state]++;
    cp_buf_printf(out,
                  "### Gate-dtype debt\n\n%zu actionable, %zu blocked, %zu "
                  "unverifiable.\n",
                  counts[CP_DEBT_ACTIONABLE], counts[CP_DEBT_BLOCKED],
                  counts[CP_DEBT_UNVERIFIABLE]);
    if (counts[CP_DEBT_ACTIONABLE] + counts[CP_DEBT_BLOCKED])
        add_items(out, debt, true, ENOUGH_FOR_SETTLED);
    if (counts[CP_DEBT_UNVERIFIABLE])
        add_unsettled(out, debt, counts[CP_DEBT_UNVERIFIABLE]);
    cp_markdown_gate_effects(out, gate);
    if (debt->row_count)
        add_matrix(out, debt);
}
