#include "report/machine.h"

#include "base/utf8.h"
#include "read/path.h"

cp_str cp_machine_path(cp_arena *arena, const cp_report *report, cp_str path)
{
    if (!report->root.len)
        return cp_path_plain(arena, path);
    return cp_path_below(cp_path_whole(arena, path), report->root);
}

cp_str cp_machine_uri(cp_arena *arena, cp_str path)
{
    static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                "0123456789-._~/";
    cp_buf uri = {.arena = arena};
    if (cp_str_starts(path, CP_STR("/")))
        cp_buf_puts(&uri, "file://");
    for (size_t i = 0; i < path.len; i++) {
        unsigned char byte = (unsigned char)path.ptr[i];
        if (byte && strchr(plain, byte))
            cp_buf_add(&uri, cp_str_cut(path, i, i + 1));
        else
            cp_buf_printf(&uri, "%%%02X", byte);
    }
    return cp_buf_str(&uri);
}

bool cp_machine_is_here(const cp_report *report, const cp_place *place)
{
    return place->path.len && (!report->has_file || report->has_file(place->path));
}

void cp_machine_position(const cp_source *source, size_t offset, uint32_t *line,
                         uint32_t *column)
{
    if (offset > source->text.len)
        offset = source->text.len;
    *line = cp_source_line(source, offset);
    *column = 1;
    size_t at = source->line_starts[*line - 1];
    if (at == 0 && cp_str_starts(source->text, CP_STR("\xef\xbb\xbf")))
        at = 3; /* a byte order mark is no part of the text */
    while (at < offset)
        *column += cp_utf8_next(source->text, &at) > 0xFFFF ? 2 : 1;
}

cp_str cp_machine_words(cp_arena *arena, const cp_report *report,
                        const cp_finding *finding)
{
    cp_buf words = {.arena = arena};
    cp_buf_add(&words, finding->message);
    if (finding->help.len)
        cp_buf_printf(&words, ". To do: %.*s", CP_STR_ARGS(finding->help));
    if (finding->fix) {
        const char *effect = cp_effect_name(cp_report_effect(report, finding->fix));
        const char *how =
            cp_report_was_checked(report, finding->fix) ? "found" : "claimed";
        cp_buf_printf(&words, ". Patch %.*s, effect %s: %s",
                      CP_STR_ARGS(finding->fix->id), how, effect);
    }
    cp_buf_puts(&words, ".");
    return cp_buf_str(&words);
}

cp_str cp_machine_place(cp_arena *arena, const cp_report *report, const cp_place *place)
{
    cp_buf text = {.arena = arena};
    if (place->path.len) {
        cp_buf_add(&text, cp_machine_path(arena, report, place->path));
        if (place->line)
            cp_buf_printf(&text, ":%u", place->line);
        if (place->what.len)
            cp_buf_puts(&text, ": ");
    }
    cp_buf_add(&text, place->what);
    if (place->dtypes) {
        cp_str names = cp_dtypes_text(arena, place->dtypes);
        cp_buf_printf(&text, " (%.*s)", CP_STR_ARGS(names));
    }
    return cp_buf_str(&text);
}

cp_edit_range cp_machine_edit(cp_arena *arena, const cp_fix *fix)
{
    cp_str text = fix->module->source->text;
    const cp_edit_range *last = &fix->edits[fix->edit_count - 1];
    cp_edit_range whole = {.start = fix->edits[0].start, .end = last->end};
    cp_buf now = {.arena = arena};
    for (uint32_t i = 0, at = whole.start; i < fix->edit_count; i++) {
        cp_buf_add(&now, cp_str_cut(text, at, fix->edits[i].start));
        cp_buf_add(&now, fix->edits[i].text);
        at = fix->edits[i].end;
    }
    whole.text = cp_buf_str(&now);
    return whole;
}
