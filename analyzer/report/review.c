#include "read/path.h"
#include "report/machine.h"
#include "report/show.h"
#include "report/writers.h"

/* ---- GitHub's workflow commands ---- */

/* The text in its visible form, with what ends a command or a property written as %xx. */
static void add_escaped(cp_buf *out, cp_str text, const char *special)
{
    cp_buf shown = {.arena = out->arena};
    cp_show(&shown, text);
    for (size_t i = 0; i < shown.len; i++) {
        unsigned char byte = (unsigned char)shown.ptr[i];
        if (byte == '%' || strchr(special, byte))
            cp_buf_printf(out, "%%%02X", byte);
        else
            cp_buf_add(out, (cp_str){shown.ptr + i, 1});
    }
}

static void add_command(cp_buf *out, const cp_report *report, const cp_finding *finding)
{
    static const char *const words[] = {[CP_SEVERITY_INFO] = "notice",
                                        [CP_SEVERITY_WARNING] = "warning",
                                        [CP_SEVERITY_ERROR] = "error"};
    const cp_source *source = finding->module->source;
    const cp_rule *rule = cp_report_rule_of(report, finding);
    uint32_t line, column, end_line, end_column;
    cp_machine_position(source, finding->span.start, &line, &column);
    cp_machine_position(source, finding->span.end, &end_line, &end_column);
    cp_buf_printf(out, "::%s file=", words[cp_report_severity(report, finding)]);
    add_escaped(out, cp_machine_path(out->arena, report, source->path), ":,");
    cp_buf_printf(out, ",line=%u,endLine=%u", line, end_line);
    if (line == end_line) /* GitHub takes columns of a single line only */
        cp_buf_printf(out, ",col=%u,endColumn=%u", column, end_column);
    cp_buf_printf(out, ",title=%.*s", CP_STR_ARGS(finding->code));
    if (rule)
        cp_buf_printf(out, " %.*s", CP_STR_ARGS(rule->name));
    cp_buf_puts(out, "::");
    add_escaped(out, cp_machine_words(out->arena, report, finding), "");
    cp_buf_puts(out, "\n");
}

void cp_github_findings(cp_buf *out, const cp_report *report)
{
    for (size_t i = 0; i < report->findings->count; i++)
        add_command(out, report, report->findings->items[i]);
    for (size_t i = 0; i < report->trouble_count; i++) {
        const cp_trouble *trouble = &report->troubles[i];
        cp_buf_puts(out, report->failed ? "::error " : "::warning ");
        if (trouble->path.len) {
            cp_buf_puts(out, "file=");
            add_escaped(out, cp_machine_path(out->arena, report, trouble->path), ":,");
            cp_buf_puts(out, ",");
        }
        cp_buf_puts(out, "title=castproof::");
        add_escaped(out, trouble->message, "");
        cp_buf_puts(out, "\n");
    }
}

/* ---- GitLab's code quality report ---- */

static json_t *gitlab_location(cp_arena *arena, const cp_report *report,
                               const cp_finding *finding)
{
    const cp_source *source = finding->module->source;
    json_t *location = cp_json_object(), *lines = cp_json_object();
    cp_str path = cp_machine_path(arena, report, source->path);
    cp_json_set(location, "path", cp_json_text(arena, path));
    cp_json_set(lines, "begin",
                cp_json_number(cp_source_line(source, finding->span.start)));
    cp_json_set(lines, "end", cp_json_number(cp_source_line(source, finding->span.end)));
    cp_json_set(location, "lines", lines);
    return location;
}

static json_t *gitlab_value(cp_arena *arena, const cp_report *report,
                            const cp_finding *finding)
{
    static const char *const words[] = {[CP_SEVERITY_INFO] = "info",
                                        [CP_SEVERITY_WARNING] = "minor",
                                        [CP_SEVERITY_ERROR] = "major"};
    json_t *value = cp_json_object();
    cp_str words_of = cp_machine_words(arena, report, finding);
    cp_str severity = cp_str_of(words[cp_report_severity(report, finding)]);
    cp_json_set(value, "description", cp_json_text(arena, words_of));
    cp_json_set(value, "check_name", cp_json_text(arena, finding->code));
    cp_json_set(value, "fingerprint", cp_json_text(arena, finding->fingerprint));
    cp_json_set(value, "severity", cp_json_text(arena, severity));
    cp_json_set(value, "location", gitlab_location(arena, report, finding));
    return value;
}

void cp_gitlab_findings(cp_buf *out, const cp_report *report)
{
    json_t *list = cp_json_list();
    for (size_t i = 0; i < report->findings->count; i++)
        cp_json_add(list, gitlab_value(out->arena, report, report->findings->items[i]));
    cp_json_write(out, list);
}

/* ---- reviewdog's diagnostics ---- */

static json_t *position_value(const cp_source *source, size_t offset)
{
    json_t *value = cp_json_object();
    uint32_t line, column;
    cp_source_position(source, offset, &line, &column);
    cp_json_set(value, "line", cp_json_number(line));
    cp_json_set(value, "column", cp_json_number(column));
    return value;
}

static json_t *range_value(const cp_source *source, size_t start, size_t end)
{
    json_t *range = cp_json_object();
    cp_json_set(range, "start", position_value(source, start));
    cp_json_set(range, "end", position_value(source, end));
    return range;
}

/* One suggestion with all of the edits: each by itself would not be right. */
static json_t *suggestions_value(cp_arena *arena, const cp_fix *fix)
{
    json_t *list = cp_json_list(), *one = cp_json_object();
    cp_edit_range edit = cp_machine_edit(arena, fix);
    cp_json_set(one, "range", range_value(fix->module->source, edit.start, edit.end));
    cp_json_set(one, "text", cp_json_text(arena, edit.text));
    cp_json_add(list, one);
    return list;
}

static json_t *rdjson_location(cp_arena *arena, cp_str path, json_t *range)
{
    json_t *location = cp_json_object();
    cp_json_set(location, "path", cp_json_text(arena, cp_path_plain(arena, path)));
    cp_json_set(location, "range", range);
    return location;
}

static json_t *related_value(cp_arena *arena, const cp_report *report,
                             const cp_finding *finding)
{
    json_t *list = cp_json_list();
    for (uint32_t i = 0; i < finding->related_count; i++) {
        const cp_place *place = &finding->related[i];
        if (!place->line || !cp_machine_is_here(report, place))
            continue;
        json_t *one = cp_json_object(), *range = cp_json_object(),
               *start = cp_json_object();
        cp_json_set(start, "line", cp_json_number(place->line));
        if (place->column)
            cp_json_set(start, "column", cp_json_number(place->column));
        cp_json_set(range, "start", start);
        cp_json_set(one, "message", cp_json_text(arena, place->what));
        cp_json_set(one, "location", rdjson_location(arena, place->path, range));
        cp_json_add(list, one);
    }
    return list;
}

static json_t *diagnostic_value(cp_arena *arena, const cp_report *report, size_t i)
{
    static const char *const words[] = {[CP_SEVERITY_INFO] = "INFO",
                                        [CP_SEVERITY_WARNING] = "WARNING",
                                        [CP_SEVERITY_ERROR] = "ERROR"};
    const cp_finding *finding = report->findings->items[i];
    const cp_source *source = finding->module->source;
    const cp_fix *fix = cp_report_new_fix(report, i);
    json_t *value = cp_json_object(), *code = cp_json_object();
    json_t *range = range_value(source, finding->span.start, finding->span.end);
    cp_str severity = cp_str_of(words[cp_report_severity(report, finding)]);
    cp_json_set(value, "message",
                cp_json_text(arena, cp_machine_words(arena, report, finding)));
    cp_json_set(value, "location", rdjson_location(arena, source->path, range));
    cp_json_set(value, "severity", cp_json_text(arena, severity));
    cp_json_set(code, "value", cp_json_text(arena, finding->code));
    cp_json_set(value, "code", code);
    if (fix)
        cp_json_set(value, "suggestions", suggestions_value(arena, fix));
    cp_json_set(value, "related_locations", related_value(arena, report, finding));
    return value;
}

void cp_rdjson_findings(cp_buf *out, const cp_report *report)
{
    cp_arena *arena = out->arena;
    json_t *root = cp_json_object(), *source = cp_json_object(), *list = cp_json_list();
    cp_json_set(source, "name", cp_json_text(arena, CP_STR("castproof")));
    cp_json_set(root, "source", source);
    for (size_t i = 0; i < report->findings->count; i++)
        cp_json_add(list, diagnostic_value(arena, report, i));
    cp_json_set(root, "diagnostics", list);
    cp_json_write(out, root);
}
