#include "base/utf8.h"
#include "report/machine.h"
#include "report/show.h"
#include "report/writers.h"

/* XML has no way to write most control characters, so they are made visible. */
static void add_xml(cp_buf *out, cp_str text)
{
    for (size_t at = 0; at < text.len;) {
        size_t start = at;
        int32_t point = cp_utf8_next(text, &at);
        at = start;
        if (point == '&' || point == '<' || point == '>' || point == '"') {
            cp_buf_printf(out, "&#%d;", (int)point);
            at++;
        } else if (point == '\n') {
            cp_buf_puts(out, "\n");
            at++;
        } else if (point == 0xFFFE || point == 0xFFFF) {
            cp_buf_puts(out, "\xef\xbf\xbd");
            at += 3;
        } else {
            cp_show_next(out, text, &at);
        }
    }
}

static void add_attribute(cp_buf *out, const char *name, cp_str text)
{
    cp_buf_printf(out, " %s=\"", name);
    add_xml(out, text);
    cp_buf_puts(out, "\"");
}

static void begin_suite(cp_buf *out, size_t tests, size_t failures, size_t errors)
{
    cp_str counts = cp_str_printf(out->arena,
                                  "name=\"castproof\" tests=\"%zu\" failures=\"%zu\" "
                                  "errors=\"%zu\" skipped=\"0\"",
                                  tests, failures, errors);
    cp_buf_printf(out,
                  "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                  "<testsuites %.*s>\n  <testsuite %.*s>\n",
                  CP_STR_ARGS(counts), CP_STR_ARGS(counts));
}

static void end_suite(cp_buf *out)
{
    cp_buf_puts(out, "  </testsuite>\n</testsuites>\n");
}

/* `what` is failure or error; without it the case has passed. */
static void add_case(cp_buf *out, cp_str file, cp_str name, const char *what, cp_str type,
                     cp_str message, cp_str text)
{
    cp_buf_puts(out, "    <testcase");
    add_attribute(out, "classname", file);
    add_attribute(out, "name", name);
    if (!what) {
        cp_buf_puts(out, "/>\n");
        return;
    }
    cp_buf_printf(out, ">\n      <%s", what);
    add_attribute(out, "type", type);
    add_attribute(out, "message", message);
    cp_buf_puts(out, ">");
    add_xml(out, text);
    cp_buf_printf(out, "</%s>\n    </testcase>\n", what);
}

static void add_troubles(cp_buf *out, const cp_report *report)
{
    for (size_t i = 0; i < report->trouble_count; i++) {
        const cp_trouble *trouble = &report->troubles[i];
        cp_str file = CP_STR("castproof");
        if (trouble->path.len)
            file = cp_machine_path(out->arena, report, trouble->path);
        add_case(out, file, CP_STR("is checked"), "error", CP_STR("trouble"),
                 trouble->message, trouble->message);
    }
}

static cp_str finding_text(cp_arena *arena, const cp_report *report,
                           const cp_finding *finding)
{
    cp_buf text = {.arena = arena};
    const cp_source *source = finding->module->source;
    cp_str path = cp_machine_path(arena, report, source->path);
    uint32_t line, column;
    cp_source_position(source, finding->span.start, &line, &column);
    cp_buf_printf(&text, "%.*s:%u:%u: %.*s\n", CP_STR_ARGS(path), line, column,
                  CP_STR_ARGS(cp_machine_words(arena, report, finding)));
    for (uint32_t i = 0; i < finding->producer_count; i++)
        cp_buf_printf(
            &text, "from: %.*s\n",
            CP_STR_ARGS(cp_machine_place(arena, report, &finding->producers[i])));
    for (uint32_t i = 0; i < finding->trace_count; i++)
        cp_buf_printf(&text, "then: %.*s\n",
                      CP_STR_ARGS(cp_machine_place(arena, report, &finding->trace[i])));
    for (uint32_t i = 0; i < finding->related_count; i++)
        cp_buf_printf(&text, "see: %.*s\n",
                      CP_STR_ARGS(cp_machine_place(arena, report, &finding->related[i])));
    return cp_buf_str(&text);
}

void cp_junit_findings(cp_buf *out, const cp_report *report)
{
    cp_arena *arena = out->arena;
    size_t count = report->findings->count;
    size_t none = !count && !report->trouble_count;
    begin_suite(out, count + report->trouble_count + none, count, report->trouble_count);
    for (size_t i = 0; i < count; i++) {
        const cp_finding *finding = report->findings->items[i];
        const cp_source *source = finding->module->source;
        uint32_t line, column;
        cp_source_position(source, finding->span.start, &line, &column);
        cp_str name = cp_str_printf(arena, "%.*s at %u:%u", CP_STR_ARGS(finding->code),
                                    line, column);
        add_case(out, cp_machine_path(arena, report, source->path), name, "failure",
                 finding->code, finding->message, finding_text(arena, report, finding));
    }
    add_troubles(out, report);
    if (none) /* a suite without a case counts as a fault in some readers */
        add_case(out, CP_STR("castproof"), CP_STR("no findings"), NULL, CP_STR(""),
                 CP_STR(""), CP_STR(""));
    end_suite(out);
}

static void add_patch(cp_buf *out, const cp_report *report, const cp_fix *fix)
{
    cp_arena *arena = out->arena;
    cp_buf text = {.arena = arena};
    const char *found = cp_effect_name(cp_report_effect(report, fix));
    cp_str message =
        cp_str_printf(arena, "claims %s, and is %s", cp_effect_name(fix->effect), found);
    for (uint32_t i = 0; i < fix->finding_count; i++) {
        const cp_finding *finding = fix->findings[i];
        const cp_verdict *verdict = cp_report_verdict(report, finding);
        cp_buf_add(&text, finding_text(arena, report, finding));
        if (verdict)
            cp_buf_printf(&text, "%s: %.*s\n", cp_effect_name(verdict->effect),
                          CP_STR_ARGS(verdict->summary));
    }
    add_case(out, cp_machine_path(arena, report, fix->module->source->path),
             cp_str_printf(arena, "patch %.*s", CP_STR_ARGS(fix->id)),
             cp_report_holds(report, fix) ? NULL : "failure", cp_str_of(found), message,
             cp_buf_str(&text));
}

void cp_junit_validation(cp_buf *out, const cp_report *report)
{
    size_t patches = 0, failures = 0;
    for (size_t i = 0; i < report->findings->count; i++) {
        const cp_fix *fix = cp_report_new_fix(report, i);
        patches += fix != NULL;
        failures += fix && !cp_report_holds(report, fix);
    }
    size_t none = !patches && !report->trouble_count;
    begin_suite(out, patches + report->trouble_count + none, failures,
                report->trouble_count);
    for (size_t i = 0; i < report->findings->count; i++) {
        const cp_fix *fix = cp_report_new_fix(report, i);
        if (fix)
            add_patch(out, report, fix);
    }
    add_troubles(out, report);
    if (none)
        add_case(out, CP_STR("castproof"), CP_STR("no patches"), NULL, CP_STR(""),
                 CP_STR(""), CP_STR(""));
    end_suite(out);
}
