#include <jansson.h>
#include <stdlib.h>

#include "cli/commands.h"
#include "cli/contracts.h"
#include "cli/run.h"
#include "contracts/diff.h"

static void put_line(cp_buf *out, const char *mark, const cp_terms_line *line)
{
    for (uint32_t i = 0; line && i < line->count; i++)
        cp_buf_printf(out, "  %s %.*s\n", mark, CP_STR_ARGS(line->texts[i]));
}

static json_t *texts_of(const cp_terms_line *line)
{
    json_t *list = json_array();
    for (uint32_t i = 0; line && i < line->count; i++)
        json_array_append_new(list, json_stringn(line->texts[i].ptr, line->texts[i].len));
    return list;
}

static void put_json(cp_buf *out, json_t *value)
{
    char *text = json_dumps(value, JSON_INDENT(2));
    if (text)
        cp_buf_puts(out, text);
    cp_buf_puts(out, "\n");
    free(text);
    json_decref(value);
}

static void list_sets(cp_arena *arena, const cp_options *options, cp_buf *out)
{
    const cp_contracts *set = cp_contracts_bundled(arena);
    json_t *all = json_object();
    size_t count;
    const cp_str *packages = cp_contracts_packages(set, arena, &count);
    for (size_t i = 0; i < count; i++) {
        size_t release_count;
        const cp_release *releases =
            cp_contracts_releases(set, packages[i], &release_count);
        json_t *versions = json_array();
        for (size_t k = 0; k < release_count; k++) {
            if (options->format != CP_FORMAT_JSON)
                cp_buf_printf(out, "%.*s==%.*s\n", CP_STR_ARGS(packages[i]),
                              CP_STR_ARGS(releases[k].text));
            json_array_append_new(
                versions, json_stringn(releases[k].text.ptr, releases[k].text.len));
        }
        json_object_set_new(all, cp_str_c(arena, packages[i]), versions);
    }
    if (options->format == CP_FORMAT_JSON)
        put_json(out, all);
    else
        json_decref(all);
}

static cp_status show_set(cp_arena *arena, const cp_options *options, cp_buf *out,
                          cp_err *err)
{
    cp_terms_list list;
    cp_status st = cp_terms_read(arena, options->paths.items[1], &list, err);
    if (st)
        return st;
    json_t *all = json_array();
    for (size_t i = 0; i < list.count; i++) {
        const cp_terms_line *line = &list.lines[i];
        if (options->format == CP_FORMAT_JSON) {
            json_array_append_new(
                all, json_pack("{s:s#, s:s#, s:o}", "call", line->call.ptr,
                               (int)line->call.len, "parameter", line->parameter.ptr,
                               (int)line->parameter.len, "accepts", texts_of(line)));
            continue;
        }
        cp_buf_printf(out, "%.*s %.*s\n", CP_STR_ARGS(line->call),
                      CP_STR_ARGS(line->parameter));
        put_line(out, "-", line);
    }
    if (options->format == CP_FORMAT_JSON)
        put_json(out, all);
    else
        json_decref(all);
    return CP_OK;
}

static cp_status show_diff(cp_arena *arena, const cp_options *options, cp_buf *out,
                           bool *differ, cp_err *err)
{
    cp_terms_list a, b;
    cp_status st = cp_terms_read(arena, options->paths.items[1], &a, err);
    if (!st)
        st = cp_terms_read(arena, options->paths.items[2], &b, err);
    if (st)
        return st;
    size_t count;
    const cp_terms_change *changes = cp_terms_diff(arena, &a, &b, &count);
    json_t *all = json_array();
    for (size_t i = 0; i < count; i++) {
        const cp_terms_change *change = &changes[i];
        const cp_terms_line *line = change->after ? change->after : change->before;
        const char *kind = cp_terms_change_name(change->kind);
        if (options->format == CP_FORMAT_JSON) {
            json_array_append_new(all, json_pack("{s:s#, s:s#, s:s, s:o, s:o}", "call",
                                                 line->call.ptr, (int)line->call.len,
                                                 "parameter", line->parameter.ptr,
                                                 (int)line->parameter.len, "change", kind,
                                                 "before", texts_of(change->before),
                                                 "after", texts_of(change->after)));
            continue;
        }
        cp_buf_printf(out, "%.*s %.*s: %s\n", CP_STR_ARGS(line->call),
                      CP_STR_ARGS(line->parameter), kind);
        put_line(out, "-", change->before);
        put_line(out, "+", change->after);
    }
    *differ = count > 0;
    if (options->format == CP_FORMAT_JSON)
        put_json(out, json_pack("{s:o}", "changes", all));
    else
        json_decref(all);
    return CP_OK;
}

int cp_command_contracts(cp_arena *arena, const cp_options *options)
{
    cp_err err = {0};
    cp_buf out = {.arena = arena};
    bool differ = false;
    size_t count = options->paths.count;
    cp_str what = count ? options->paths.items[0] : (cp_str){"", 0};
    cp_status st = CP_OK;
    if (cp_str_is(what, "list") && count == 1)
        list_sets(arena, options, &out);
    else if (cp_str_is(what, "show") && count == 2)
        st = show_set(arena, options, &out, &err);
    else if (cp_str_is(what, "diff") && count == 3)
        st = show_diff(arena, options, &out, &differ, &err);
    else if (cp_str_is(what, "merge") && count > 1)
        st = cp_contracts_merge_files(arena, options, &out, &err);
    else
        st = cp_fail(
            &err, CP_ERR_USAGE,
            "contracts wants list, show SET, diff A B or merge FILE…, where a set is a "
            "file or PACKAGE==VERSION");
    if (!st)
        st = cp_run_write(options, cp_buf_str(&out), &err);
    return st ? cp_command_failed(&err) : differ;
}
