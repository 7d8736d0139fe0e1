#include "report/show.h"
#include "report/writers.h"

enum {
    LINES_SHOWN = 6,
    LONGEST_LINE = 400, /* cells; a minified file must not flood the screen */
};

/* The part of a line that is shown, in cells from its start. */
typedef struct window {
    size_t from, to;
    bool cut_left, cut_right;
} window;

/* Byte offsets of what is underlined, counted from the line's start. */
typedef struct mark {
    size_t start, end;
} mark;

static size_t cells_before(cp_str line, size_t offset)
{
    return cp_show_cells(cp_str_cut(line, 0, offset < line.len ? offset : line.len));
}

static window choose_window(cp_str line, mark m, size_t room)
{
    size_t all = cp_show_cells(line), start = cells_before(line, m.start);
    if (all <= room)
        return (window){0, all, false, false};
    size_t lead = room / 4;
    size_t from = cells_before(line, m.end) <= room || start <= lead ? 0 : start - lead;
    return (window){from, from + room, from > 0, from + room < all};
}

static void add_line(cp_buf *out, cp_str line, window view)
{
    if (view.cut_left)
        cp_buf_puts(out, "...");
    size_t cell = 0;
    for (size_t at = 0; at < line.len;) {
        size_t start = at;
        size_t wide = cp_show_next(NULL, line, &at);
        if (cell >= view.from && cell + wide <= view.to)
            cp_show_next(out, line, &start);
        cell += wide;
        if (cell > view.to)
            break;
    }
    if (view.cut_right)
        cp_buf_puts(out, "...");
}

static void add_carets(cp_buf *out, cp_str line, mark m, window view, bool color)
{
    size_t start = cells_before(line, m.start), end = cells_before(line, m.end);
    start = start > view.from ? start - view.from : 0;
    end = (end < view.to ? end : view.to) - view.from;
    cp_show_blanks(out, start + (view.cut_left ? 3 : 0));
    cp_buf carets = {.arena = out->arena};
    cp_buf_puts(&carets, "^");
    for (size_t i = start + 1; i < end; i++)
        cp_buf_puts(&carets, "^");
    cp_show_styled(out, color, CP_STYLE_RED, cp_buf_str(&carets));
}

static int digits_of(uint32_t number)
{
    int digits = 1;
    while (number >= 10) {
        number /= 10;
        digits++;
    }
    return digits;
}

static void add_gutter(cp_buf *out, int digits, uint32_t line, bool color)
{
    cp_str number = line ? cp_str_printf(out->arena, " %*u |", digits, line)
                         : cp_str_printf(out->arena, " %*s |", digits, "");
    cp_show_styled(out, color, CP_STYLE_CYAN, number);
}

/* What of `line` lies in the span, less the indentation of its further lines. */
static mark mark_of(const cp_source *source, uint32_t number, cp_str line, cp_span span)
{
    size_t first = source->line_starts[number - 1];
    mark m = {span.start > first ? span.start - first : 0, line.len};
    if (span.end < first + line.len)
        m.end = span.end > first ? span.end - first : 0;
    while (span.start < first && m.start < m.end &&
           (line.ptr[m.start] == ' ' || line.ptr[m.start] == '\t'))
        m.start++;
    return m;
}

void cp_text_snippet(cp_buf *out, const cp_source *source, cp_span span,
                     const cp_report_style *style)
{
    uint32_t first = cp_source_line(source, span.start);
    uint32_t last =
        cp_source_line(source, span.end > span.start ? span.end - 1 : span.start);
    uint32_t shown = last - first < LINES_SHOWN ? last : first + LINES_SHOWN - 1;
    int digits = digits_of(shown);
    size_t gutter = (size_t)digits + 4 + 6, room = LONGEST_LINE;
    if (style->width > gutter + 20 && style->width - gutter < room)
        room = style->width - gutter;

    add_gutter(out, digits, 0, style->color);
    for (uint32_t number = first; number <= shown; number++) {
        cp_str line = cp_source_line_text(source, number);
        mark m = mark_of(source, number, line, span);
        window view = choose_window(line, m, room);
        cp_buf_puts(out, "\n");
        add_gutter(out, digits, number, style->color);
        cp_buf_puts(out, line.len ? " " : "");
        add_line(out, line, view);
        if (m.start >= m.end && first != last)
            continue;
        cp_buf_puts(out, "\n");
        add_gutter(out, digits, 0, style->color);
        cp_buf_puts(out, " ");
        add_carets(out, line, m, view, style->color);
    }
    if (shown < last)
        cp_buf_printf(out, "\n %*s | ... to line %u", digits, "", last);
    cp_buf_puts(out, "\n");
}
