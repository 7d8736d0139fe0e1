#include "read/path.h"
#include "report/machine.h"
#include "report/show.h"
#include "report/writers.h"

enum { LABEL_CELLS = 11 }; /* of "  assumes: " */

static cp_style style_of(cp_severity severity)
{
    return severity == CP_SEVERITY_ERROR     ? CP_STYLE_RED
           : severity == CP_SEVERITY_WARNING ? CP_STYLE_YELLOW
                                             : CP_STYLE_CYAN;
}

/* A terminal that takes links opens the file where the name is clicked. */
static void add_name(cp_buf *out, const cp_source *source, const cp_report_style *style)
{
    if (style->links) {
        cp_str whole = cp_path_whole(out->arena, source->path);
        cp_buf_printf(out, "\x1b]8;;%.*s\x1b\\",
                      CP_STR_ARGS(cp_machine_uri(out->arena, whole)));
    }
    cp_show_styled(out, style->color, CP_STYLE_BOLD, source->path);
    if (style->links)
        cp_buf_puts(out, "\x1b]8;;\x1b\\");
}

static void add_head(cp_buf *out, const cp_report *report, const cp_finding *finding,
                     const cp_report_style *style)
{
    const cp_source *source = finding->module->source;
    uint32_t line, column;
    cp_source_position(source, finding->span.start, &line, &column);
    add_name(out, source, style);
    cp_buf_printf(out, ":%u:%u: ", line, column);
    cp_show_styled(out, style->color, style_of(cp_report_severity(report, finding)),
                   finding->code);
}

void cp_text_note(cp_buf *out, const char *label, cp_str text,
                  const cp_report_style *style)
{
    if (!text.len)
        return;
    cp_str head = cp_str_printf(out->arena, "  %s:", label);
    cp_show_styled(out, style->color, CP_STYLE_CYAN, head);
    cp_show_blanks(out, head.len < LABEL_CELLS ? LABEL_CELLS - head.len : 1);
    cp_show_wrapped(out, text, LABEL_CELLS, LABEL_CELLS, style->width);
    cp_buf_puts(out, "\n");
}

void cp_text_field(cp_buf *out, int indent, const char *label, cp_str text,
                   const cp_report_style *style)
{
    if (!text.len)
        return;
    cp_buf_printf(out, "%*s%-*s", indent, "", CP_FIELD_CELLS - indent, label);
    cp_show_wrapped(out, text, CP_FIELD_CELLS, CP_FIELD_CELLS, style->width);
    cp_buf_puts(out, "\n");
}

static cp_str place_text(cp_arena *arena, const cp_place *place)
{
    cp_buf text = {.arena = arena};
    if (place->path.len)
        cp_buf_printf(&text, "%.*s:%u", CP_STR_ARGS(place->path), place->line);
    if (place->end_line > place->line)
        cp_buf_printf(&text, "-%u", place->end_line);
    if (place->what.len && text.len)
        cp_buf_puts(&text, ": ");
    cp_buf_add(&text, place->what);
    if (place->dtypes) {
        cp_str names = cp_dtypes_text(arena, place->dtypes);
        cp_buf_printf(&text, " (%.*s)", CP_STR_ARGS(names));
    }
    return cp_buf_str(&text);
}

static void add_places(cp_buf *out, const char *label, const cp_place *places,
                       uint32_t count, const cp_report_style *style)
{
    for (uint32_t i = 0; i < count; i++)
        cp_text_note(out, label, place_text(out->arena, &places[i]), style);
}

static cp_str value_text(cp_arena *arena, const cp_finding *finding)
{
    cp_buf text = {.arena = arena};
    if (!finding->tensor.len)
        return cp_buf_str(&text);
    cp_buf_add(&text, finding->tensor);
    const char *role = cp_role_name(finding->role);
    if (*role && !cp_str_is(finding->tensor, role))
        cp_buf_printf(&text, " (%s)", role);
    if (finding->from) {
        cp_str names = cp_dtypes_text(arena, finding->from);
        cp_buf_printf(&text, " of %.*s", CP_STR_ARGS(names));
    }
    if (finding->to != CP_DTYPE_NONE)
        cp_buf_printf(&text, ", %s %s", finding->is_reading ? "read as" : "cast to",
                      cp_dtype_name(finding->to));
    return cp_buf_str(&text);
}

static cp_str consumer_text(cp_arena *arena, const cp_finding *finding)
{
    if (!finding->consumer.len || !finding->parameter.len)
        return finding->consumer;
    return cp_str_printf(arena, "%.*s, parameter %.*s", CP_STR_ARGS(finding->consumer),
                         CP_STR_ARGS(finding->parameter));
}

static cp_str accepted_text(cp_arena *arena, const cp_contract *contract)
{
    if (contract->broken)
        return CP_STR("nothing: the call fails whatever its arguments are");
    if (contract->ignored)
        return CP_STR("any dtype: it is never read");
    if (contract->unchecked)
        return CP_STR("any dtype: nothing checks it");
    if (contract->same_as.len)
        return cp_str_printf(arena, "the dtype of %.*s", CP_STR_ARGS(contract->same_as));
    return cp_dtypes_text(arena, contract->accepts);
}

static cp_str contract_text(cp_arena *arena, const cp_finding *finding)
{
    const cp_contract *contract = finding->contract;
    cp_buf text = {.arena = arena};
    if (!contract)
        return cp_buf_str(&text);
    cp_buf_add(&text, accepted_text(arena, contract));
    if (contract->when_text.len)
        cp_buf_printf(&text, ", when %.*s", CP_STR_ARGS(contract->when_text));
    cp_buf_printf(&text, " (%.*s %.*s", CP_STR_ARGS(contract->package),
                  CP_STR_ARGS(finding->contract_version));
    if (contract->stated_count)
        cp_buf_printf(&text, ", %.*s", CP_STR_ARGS(contract->stated[0]));
    cp_buf_puts(&text, ")");
    return cp_buf_str(&text);
}

static cp_str fix_text(cp_arena *arena, const cp_report *report,
                       const cp_finding *finding)
{
    if (!finding->fix)
        return (cp_str){"", 0};
    const char *effect = cp_effect_name(cp_report_effect(report, finding->fix));
    return cp_str_printf(arena, "%.*s, effect %s; see it with castproof fix --diff",
                         CP_STR_ARGS(finding->fix->id), effect);
}

static void add_notes(cp_buf *out, const cp_report *report, const cp_finding *finding,
                      const cp_report_style *style)
{
    cp_arena *arena = out->arena;
    cp_text_note(out, "value", value_text(arena, finding), style);
    cp_text_note(out, "under", finding->guard, style);
    add_places(out, "from", finding->producers, finding->producer_count, style);
    add_places(out, "then", finding->trace, finding->trace_count, style);
    cp_text_note(out, "into", consumer_text(arena, finding), style);
    cp_text_note(out, "takes", contract_text(arena, finding), style);
    for (uint32_t i = 0; i < finding->assumption_count; i++)
        cp_text_note(out, "assumes", finding->assumptions[i], style);
    add_places(out, "see", finding->related, finding->related_count, style);
    cp_text_note(out, "help", finding->help, style);
    cp_text_note(out, "fix", fix_text(arena, report, finding), style);
}

static void add_finding(cp_buf *out, const cp_report *report, const cp_finding *finding,
                        const cp_report_style *style)
{
    const cp_rule *rule = cp_report_rule_of(report, finding);
    add_head(out, report, finding, style);
    if (rule)
        cp_buf_printf(out, " [%.*s]", CP_STR_ARGS(rule->name));
    cp_buf_puts(out, " ");
    cp_show(out, finding->message);
    cp_buf_puts(out, "\n");
    cp_text_snippet(out, finding->module->source, finding->span, style);
    add_notes(out, report, finding, style);
}

static const char *ending(size_t count)
{
    return count == 1 ? "" : "s";
}

void cp_text_summary(cp_buf *out, const cp_report *report)
{
    const cp_findings *all = report->findings;
    size_t files = 0, fixable = 0;
    for (size_t i = 0; i < all->count; i++) {
        const cp_finding *now = all->items[i];
        fixable += now->fix != NULL;
        files += i == 0 || !cp_str_eq(now->module->source->path,
                                      all->items[i - 1]->module->source->path);
    }
    if (all->count)
        cp_buf_printf(out, "Found %zu finding%s in %zu file%s", all->count,
                      ending(all->count), files, ending(files));
    else
        cp_buf_printf(out, "No findings; %u file%s checked", report->files_checked,
                      ending(report->files_checked));
    if (report->in_baseline)
        cp_buf_printf(out, "; %zu%s %s in the baseline", report->in_baseline,
                      all->count ? " more" : "", report->in_baseline == 1 ? "is" : "are");
    if (fixable)
        cp_buf_printf(out, "; %zu can be fixed (castproof fix --diff)", fixable);
    if (report->trouble_count)
        cp_buf_printf(out, "; %zu problem%s kept something from being checked",
                      report->trouble_count, ending(report->trouble_count));
    cp_buf_puts(out, ".\n");
}

void cp_text_findings(cp_buf *out, const cp_report *report, const cp_report_style *style)
{
    for (size_t i = 0; i < report->findings->count; i++) {
        add_finding(out, report, report->findings->items[i], style);
        if (i + 1 < report->findings->count || !style->quiet)
            cp_buf_puts(out, "\n");
    }
    if (!style->quiet)
        cp_text_summary(out, report);
}

void cp_text_concise(cp_buf *out, const cp_report *report, const cp_report_style *style)
{
    for (size_t i = 0; i < report->findings->count; i++) {
        const cp_finding *finding = report->findings->items[i];
        add_head(out, report, finding, style);
        cp_buf_puts(out, finding->fix ? " [*] " : " ");
        cp_show(out, finding->message);
        cp_buf_puts(out, "\n");
    }
    if (!style->quiet)
        cp_text_summary(out, report);
}
