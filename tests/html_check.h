/*
 * html_check.h - whether a page is well-formed, as strictly as XML would have it.
 *
 * Layer: tests. Only for files named test_*.c, after harness.h.
 */
#ifndef CP_TESTS_HTML_CHECK_H
#define CP_TESTS_HTML_CHECK_H

#include "harness.h"

enum { HTML_DEPTH = 32 };

typedef struct html_check {
    cp_str rest;
    cp_str open[HTML_DEPTH];
    size_t depth;
} html_check;

static inline bool html_is_void(cp_str name)
{
    return cp_str_is(name, "meta") || cp_str_is(name, "br") || cp_str_is(name, "wbr");
}

/* A name, and attributes of which each is name="value". */
static inline void html_check_tag(html_check *check, cp_str tag)
{
    cp_str rest = tag, name = cp_str_next(&rest, ' ');
    bool closed = cp_str_ends(rest, CP_STR("/"));
    for (size_t i = 0; i < name.len; i++)
        if (!strchr("abcdefghijklmnopqrstuvwxyz0123456789", name.ptr[i]))
            fail_msg("no tag: <%.*s>", CP_STR_ARGS(tag));
    while (rest.len && !cp_str_is(rest, "/")) {
        size_t value = cp_str_find(rest, CP_STR("=\""), 0);
        size_t end =
            value == SIZE_MAX ? value : cp_str_find(rest, CP_STR("\""), value + 2);
        if (end == SIZE_MAX)
            fail_msg("no attributes: <%.*s>", CP_STR_ARGS(tag));
        rest = cp_str_trim(cp_str_cut(rest, end + 1, rest.len));
    }
    if (closed || html_is_void(name))
        return;
    assert_true(check->depth < HTML_DEPTH);
    check->open[check->depth++] = name;
}

static inline void html_check_end(html_check *check, cp_str name)
{
    if (!check->depth || !cp_str_eq(check->open[check->depth - 1], name))
        fail_msg("</%.*s> closes <%.*s>", CP_STR_ARGS(name),
                 CP_STR_ARGS(check->depth ? check->open[check->depth - 1] : name));
    check->depth--;
}

/* Text has neither markup nor, but for line breaks, control characters. */
static inline void html_check_text(cp_str text)
{
    for (size_t i = 0; i < text.len; i++)
        if (text.ptr[i] == '>' ||
            (text.ptr[i] != '\n' && (unsigned char)text.ptr[i] < 32))
            fail_msg("raw text: %.*s", CP_STR_ARGS(text));
}

/* Fails where a tag is left open or closed twice, or where text was not escaped. */
static inline void assert_well_formed(cp_str page)
{
    html_check check = {.rest = page};
    assert_true(cp_str_starts(page, CP_STR("<!DOCTYPE html>\n")));
    cp_str_next(&check.rest, '>');
    while (check.rest.len) {
        cp_str text = cp_str_next(&check.rest, '<');
        if (!check.depth || !cp_str_is(check.open[check.depth - 1], "style"))
            html_check_text(text);
        cp_str tag = cp_str_next(&check.rest, '>');
        if (cp_str_starts(tag, CP_STR("/")))
            html_check_end(&check, cp_str_cut(tag, 1, tag.len));
        else if (tag.len)
            html_check_tag(&check, tag);
    }
    assert_int_equal(check.depth, 0);
}

/* Fails where two elements have the same id, or a link leads to none. */
static inline void assert_ids_are_whole(cp_str page)
{
    for (size_t at = 0; (at = cp_str_find(page, CP_STR(" id=\""), at)) != SIZE_MAX;
         at++) {
        size_t end = cp_str_find(page, CP_STR("\""), at + 5);
        cp_str id = cp_str_cut(page, at, end + 1);
        if (cp_str_find(page, id, at + 1) != SIZE_MAX)
            fail_msg("twice:%.*s", CP_STR_ARGS(id));
    }
    for (size_t at = 0; (at = cp_str_find(page, CP_STR(" href=\"#"), at)) != SIZE_MAX;
         at++) {
        size_t end = cp_str_find(page, CP_STR("\""), at + 8);
        cp_str name = cp_str_cut(page, at + 8, end);
        cp_str id = cp_str_printf(&arena, " id=\"%.*s\"", CP_STR_ARGS(name));
        if (!cp_str_has(page, id))
            fail_msg("nowhere: #%.*s", CP_STR_ARGS(name));
    }
}

#endif
