#include "report/show.h"

#include <stdio.h>

#include "base/utf8.h"

enum { TAB_CELLS = 4 };

typedef struct range {
    int32_t first, last;
} range;

static bool in_ranges(const range *ranges, size_t count, int32_t point)
{
    for (size_t i = 0; i < count; i++)
        if (point >= ranges[i].first && point <= ranges[i].last)
            return true;
    return false;
}

/* Invisible: controls, zero-width marks, direction marks, tags. */
static bool is_invisible(int32_t point)
{
    static const range invisible[] = {
        {0x00, 0x1F},     {0x7F, 0x9F},     {0xAD, 0xAD},       {0x61C, 0x61C},
        {0x180E, 0x180E}, {0x200B, 0x200F}, {0x2028, 0x202E},   {0x2060, 0x206F},
        {0xFEFF, 0xFEFF}, {0xFFF9, 0xFFFB}, {0xE0000, 0xE0FFF},
    };
    return in_ranges(invisible, sizeof invisible / sizeof *invisible, point);
}

/* Twice as wide as a letter of ASCII (Unicode, East Asian Width W and F, in outline). */
static bool is_wide(int32_t point)
{
    static const range wide[] = {
        {0x1100, 0x115F},   {0x2E80, 0xA4CF},   {0xAC00, 0xD7A3}, {0xF900, 0xFAFF},
        {0xFE30, 0xFE6F},   {0xFF00, 0xFF60},   {0xFFE0, 0xFFE6}, {0x1F300, 0x1F64F},
        {0x1F900, 0x1FAFF}, {0x20000, 0x3FFFD},
    };
    return in_ranges(wide, sizeof wide / sizeof *wide, point);
}

static bool is_combining(int32_t point)
{
    return (point >= 0x300 && point <= 0x36F) || (point >= 0xFE00 && point <= 0xFE0F);
}

static size_t show_number(cp_buf *out, const char *format, int width, unsigned number)
{
    char text[16];
    size_t cells = (size_t)snprintf(text, sizeof text, format, width, number);
    if (out)
        cp_buf_puts(out, text);
    return cells;
}

size_t cp_show_next(cp_buf *out, cp_str text, size_t *at)
{
    size_t start = *at;
    int32_t point = cp_utf8_next(text, at);
    if (point == '\t') {
        if (out)
            cp_show_blanks(out, TAB_CELLS);
        return TAB_CELLS;
    }
    if (point < 0)
        return show_number(out, "\\x%0*x", 2, (unsigned char)text.ptr[start]);
    if (is_invisible(point))
        return show_number(out, point < 0x80 ? "\\x%0*x" : "\\u%0*x",
                           point < 0x80 ? 2 : 4, (unsigned)point);
    if (out)
        cp_buf_add(out, cp_str_cut(text, start, *at));
    if (is_combining(point))
        return 0;
    return is_wide(point) ? 2 : 1;
}

void cp_show(cp_buf *out, cp_str text)
{
    for (size_t at = 0; at < text.len;)
        cp_show_next(out, text, &at);
}

size_t cp_show_cells(cp_str text)
{
    size_t cells = 0;
    for (size_t at = 0; at < text.len;)
        cells += cp_show_next(NULL, text, &at);
    return cells;
}

void cp_show_styled(cp_buf *out, bool color, cp_style style, cp_str text)
{
    static const char *const codes[] = {
        [CP_STYLE_PLAIN] = "",
        [CP_STYLE_BOLD] = "\x1b[1m",
        [CP_STYLE_DIM] = "\x1b[2m",
        [CP_STYLE_RED] = "\x1b[1;31m",
        [CP_STYLE_YELLOW] = "\x1b[1;33m",
        [CP_STYLE_GREEN] = "\x1b[32m",
        [CP_STYLE_CYAN] = "\x1b[36m",
    };
    bool styled = color && style != CP_STYLE_PLAIN;
    if (styled)
        cp_buf_puts(out, codes[style]);
    cp_show(out, text);
    if (styled)
        cp_buf_puts(out, "\x1b[0m");
}

void cp_show_blanks(cp_buf *out, size_t count)
{
    while (count--)
        cp_buf_puts(out, " ");
}

/* How many bytes of `word` fit into `room` cells, cut at a good place. */
static size_t bytes_that_fit(cp_str word, size_t room)
{
    size_t cells = 0, fits = 0, good = 0;
    for (size_t at = 0; at < word.len;) {
        char c = word.ptr[at];
        cells += cp_show_next(NULL, word, &at);
        if (cells > room && fits)
            break;
        fits = at;
        if (strchr("/.,_:", c) && c)
            good = at;
    }
    return good ? good : fits;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* The next word of `rest`, which is cut behind the white space that ends it. */
static cp_str next_word(cp_str *rest)
{
    size_t end = 0;
    while (end < rest->len && !is_blank(rest->ptr[end]))
        end++;
    cp_str word = cp_str_cut(*rest, 0, end);
    *rest = cp_str_cut(*rest, end < rest->len ? end + 1 : end, rest->len);
    return word;
}

static void break_line(cp_buf *out, size_t indent)
{
    cp_buf_puts(out, "\n");
    cp_show_blanks(out, indent);
}

void cp_show_wrapped(cp_buf *out, cp_str text, size_t used, size_t indent, size_t width)
{
    size_t room = width > indent + 8 ? width : indent + 8; /* a line makes headway */
    bool first = true;
    while (text.len) {
        cp_str word = next_word(&text);
        size_t cells = cp_show_cells(word), gap = first ? 0 : 1;
        if (!word.len && !first)
            continue;
        if (width && used + gap + cells > room && !first && used > indent) {
            break_line(out, indent);
            used = indent;
        } else if (gap) {
            cp_buf_puts(out, " ");
            used++;
        }
        while (width && used + cells > room) {
            size_t free_cells = used < room ? room - used : 1;
            size_t part = bytes_that_fit(word, free_cells);
            cp_show(out, cp_str_cut(word, 0, part));
            break_line(out, indent);
            used = indent;
            word = cp_str_cut(word, part, word.len);
            cells = cp_show_cells(word);
        }
        cp_show(out, word);
        used += cells;
        first = false;
    }
}
