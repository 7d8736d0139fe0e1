#include "report/report.h"

#include "report/writers.h"

const cp_rule *cp_report_rule_of(const cp_report *report, const cp_finding *finding)
{
    return report->rules ? cp_rules_find(report->rules, finding->code) : NULL;
}

cp_severity cp_report_severity(const cp_report *report, const cp_finding *finding)
{
    const cp_rule *rule = cp_report_rule_of(report, finding);
    return rule ? rule->severity : CP_SEVERITY_WARNING;
}

const cp_verdict *cp_report_verdict(const cp_report *report, const cp_finding *finding)
{
    for (size_t i = 0; i < report->checked_count; i++)
        if (report->checked[i].finding == finding)
            return report->checked[i].verdict;
    return NULL;
}

bool cp_report_was_checked(const cp_report *report, const cp_fix *fix)
{
    for (uint32_t i = 0; i < fix->finding_count; i++)
        if (cp_report_verdict(report, fix->findings[i]))
            return true;
    return false;
}

/* A run of the kernels knows nothing of other versions, so it cannot lift a breach. */
static cp_effect effect_of(const cp_report *report, const cp_finding *finding)
{
    const cp_verdict *verdict = cp_report_verdict(report, finding);
    if (!verdict || finding->effect == CP_EFFECT_BREAKS_CONTRACT)
        return finding->effect;
    return verdict->effect;
}

cp_effect cp_report_effect(const cp_report *report, const cp_fix *fix)
{
    if (!cp_report_was_checked(report, fix))
        return fix->effect;
    cp_effect worst = CP_EFFECT_EXACT;
    for (uint32_t i = 0; i < fix->finding_count; i++) {
        const cp_finding *finding = fix->findings[i];
        bool changes = finding->change.kind != CP_CHANGE_NONE;
        if (!changes && !cp_report_verdict(report, finding))
            continue; /* a comment that goes with the cast */
        cp_effect effect = effect_of(report, finding);
        worst = effect > worst ? effect : worst;
    }
    return worst;
}

bool cp_report_holds(const cp_report *report, const cp_fix *fix)
{
    return cp_report_effect(report, fix) <= fix->effect;
}

const cp_fix *cp_report_new_fix(const cp_report *report, size_t i)
{
    const cp_fix *fix = report->findings->items[i]->fix;
    for (size_t before = 0; fix && before < i; before++)
        if (report->findings->items[before]->fix == fix)
            return NULL;
    return fix;
}

/* The writers for other programs, which know findings and no more. */
static bool write_for_programs(cp_buf *out, const cp_report *report, cp_format format)
{
    switch (format) {
    case CP_FORMAT_SARIF:
        cp_sarif_findings(out, report);
        return true;
    case CP_FORMAT_GITHUB:
        cp_github_findings(out, report);
        return true;
    case CP_FORMAT_GITLAB:
        cp_gitlab_findings(out, report);
        return true;
    case CP_FORMAT_RDJSON:
        cp_rdjson_findings(out, report);
        return true;
    case CP_FORMAT_JUNIT:
        cp_junit_findings(out, report);
        return true;
    default:
        return false;
    }
}

cp_str cp_report_findings(cp_arena *arena, const cp_report *report, cp_format format,
                          const cp_report_style *style)
{
    cp_buf out = {.arena = arena};
    if (write_for_programs(&out, report, format))
        return cp_buf_str(&out);
    if (format == CP_FORMAT_JSON)
        cp_json_findings(&out, report);
    else if (format == CP_FORMAT_CONCISE)
        cp_text_concise(&out, report, style);
    else
        cp_text_findings(&out, report, style);
    return cp_buf_str(&out);
}

cp_str cp_report_validation(cp_arena *arena, const cp_report *report, cp_format format,
                            const cp_report_style *style)
{
    cp_buf out = {.arena = arena};
    if (format == CP_FORMAT_JUNIT)
        cp_junit_validation(&out, report);
    else if (format == CP_FORMAT_JSON)
        cp_json_validation(&out, report);
    else if (!write_for_programs(&out, report, format))
        cp_text_validation(&out, report, format == CP_FORMAT_CONCISE, style);
    return cp_buf_str(&out);
}

cp_str cp_report_debt(cp_arena *arena, const cp_debt *debt, const cp_gate_effects *gate,
                      cp_format format, const cp_report_style *style)
{
    cp_buf out = {.arena = arena};
    if (format == CP_FORMAT_JSON)
        cp_json_debt(&out, debt, gate);
    else if (format == CP_FORMAT_MARKDOWN)
        cp_markdown_debt(&out, debt, gate);
    else
        cp_text_debt(&out, debt, gate, style);
    return cp_buf_str(&out);
}

cp_str cp_report_migration(cp_arena *arena, const cp_migrated *migrated, cp_format format,
                           const cp_report_style *style)
{
    cp_buf out = {.arena = arena};
    if (format == CP_FORMAT_JSON)
        cp_json_migration(&out, migrated);
    else if (format == CP_FORMAT_MARKDOWN)
        cp_markdown_migration(&out, migrated);
    else
        cp_text_migration(&out, migrated, format == CP_FORMAT_CONCISE, style);
    return cp_buf_str(&out);
}

cp_str cp_report_trace(cp_arena *arena, const cp_traced *traced, cp_format format,
                       const cp_report_style *style)
{
    cp_buf out = {.arena = arena};
    if (format == CP_FORMAT_JSON)
        cp_json_trace(&out, traced);
    else if (format == CP_FORMAT_CONCISE)
        cp_text_trace_concise(&out, traced, style);
    else
        cp_text_trace(&out, traced, style);
    return cp_buf_str(&out);
}
