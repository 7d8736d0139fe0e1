#include "report/html.h"

#include <assert.h>

#include "base/embed.h"
#include "report/show.h"

static const char *escape_of(char c)
{
    switch (c) {
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '&':
        return "&amp;";
    case '"':
        return "&quot;";
    default:
        return NULL;
    }
}

/* Adds the character at byte *at of `text` and moves *at behind it. */
static void add_char(cp_buf *out, cp_str text, size_t *at)
{
    const char *escaped = escape_of(text.ptr[*at]);
    if (!escaped) {
        cp_show_next(out, text, at);
        return;
    }
    cp_buf_puts(out, escaped);
    (*at)++;
}

void cp_html_text(cp_buf *out, cp_str text)
{
    for (size_t at = 0; at < text.len;)
        add_char(out, text, &at);
}

void cp_html_code(cp_buf *out, cp_str text)
{
    cp_buf_puts(out, "<code>");
    for (size_t at = 0; at < text.len;) {
        char c = text.ptr[at];
        add_char(out, text, &at);
        if (c && strchr("/.,_:", c) && at < text.len)
            cp_buf_puts(out, "<wbr>");
    }
    cp_buf_puts(out, "</code>");
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* Text in which long names may be broken between their parts. */
static void add_words(cp_buf *out, cp_str text)
{
    for (size_t at = 0; at < text.len;) {
        char c = text.ptr[at];
        add_char(out, text, &at);
        bool joins = c == '.' || c == '_' || c == '/';
        if (joins && at < text.len && is_letter(text.ptr[at]))
            cp_buf_puts(out, "<wbr>");
    }
}

void cp_html_prose(cp_buf *out, cp_str text)
{
    while (text.len) {
        size_t open = cp_str_find(text, CP_STR("`"), 0);
        size_t close = open == SIZE_MAX ? open : cp_str_find(text, CP_STR("`"), open + 1);
        if (close == SIZE_MAX)
            break;
        add_words(out, cp_str_cut(text, 0, open));
        cp_html_code(out, cp_str_cut(text, open + 1, close));
        text = cp_str_cut(text, close + 1, text.len);
    }
    add_words(out, text);
}

void cp_html_diff(cp_buf *out, cp_str diff)
{
    bool in_hunk = false;
    while (diff.len) {
        cp_str line = cp_str_next(&diff, '\n');
        char first = line.len ? line.ptr[0] : ' ';
        if (first == '@')
            in_hunk = true;
        else if (first == 'd')
            in_hunk = false; /* "diff --git" of the next file */
        const char *element = !in_hunk || first == '@' ? "span"
                              : first == '+'           ? "ins"
                              : first == '-'           ? "del"
                                                       : NULL;
        if (element)
            cp_buf_printf(out, "<%s>", element);
        cp_html_text(out, line);
        if (element)
            cp_buf_printf(out, "</%s>", element);
        else
            cp_buf_puts(out, "\n");
    }
}

cp_str cp_html_bundled(const char *name)
{
    for (size_t i = 0; i < cp_embedded_count; i++)
        if (strcmp(cp_embedded_files[i].name, name) == 0)
            return cp_embedded_files[i].text;
    assert(!"the bundled files are whole");
    return (cp_str){"", 0};
}

static void fill(cp_buf *out, cp_str name, const cp_html_slot *slots, const void *data)
{
    for (; slots->name; slots++) {
        if (!cp_str_is(name, slots->name))
            continue;
        slots->fill(out, data);
        return;
    }
    assert(!"a template names what its page has");
}

void cp_html_page(cp_buf *out, const char *name, const cp_html_slot *slots,
                  const void *data)
{
    cp_str text = cp_html_bundled(name);
    for (;;) {
        size_t open = cp_str_find(text, CP_STR("{{"), 0);
        size_t close = open == SIZE_MAX ? open : cp_str_find(text, CP_STR("}}"), open);
        if (close == SIZE_MAX)
            break;
        cp_buf_add(out, cp_str_cut(text, 0, open));
        fill(out, cp_str_cut(text, open + 2, close), slots, data);
        text = cp_str_cut(text, close + 2, text.len);
    }
    cp_buf_add(out, text);
}
