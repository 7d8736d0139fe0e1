#include "report/show.h"
#include "report/writers.h"

enum { FIELD = 4 }; /* blanks before what is said about one result */

static cp_style style_of(cp_effect effect)
{
    return effect <= CP_EFFECT_SAME_EXPERTS      ? CP_STYLE_GREEN
           : effect == CP_EFFECT_CHANGES_EXPERTS ? CP_STYLE_YELLOW
                                                 : CP_STYLE_RED;
}

static void add_line(cp_buf *out, const char *label, cp_str text,
                     const cp_report_style *style)
{
    if (!text.len)
        return;
    size_t used = FIELD + strlen(label) + 2;
    cp_show_blanks(out, FIELD);
    cp_buf_printf(out, "%s: ", label);
    cp_show_wrapped(out, text, used, FIELD + 2, style->width);
    cp_buf_puts(out, "\n");
}

cp_str cp_text_runs(cp_arena *arena, const cp_validation *result)
{
    cp_buf text = {.arena = arena};
    if (result->tokens <= 0)
        return cp_buf_str(&text);
    double tokens = (double)result->tokens;
    cp_buf_printf(&text, "%lld tokens, %lld choose other experts",
                  (long long)result->tokens, (long long)result->expert_set_mismatches);
    if (result->rate_low != 0 || result->rate_high != 0)
        cp_buf_printf(&text, " (%.3g %%, 95 %% interval %.3g to %.3g %%)",
                      100 * (double)result->expert_set_mismatches / tokens,
                      100 * result->rate_low, 100 * result->rate_high);
    else if (result->captured)
        cp_buf_printf(&text, " (%.3g %%)",
                      100 * (double)result->expert_set_mismatches / tokens);
    cp_buf_printf(&text, ", %lld the same in another order; weights differ by at most %g",
                  (long long)result->order_mismatches, result->max_weight_error);
    return cp_buf_str(&text);
}

cp_str cp_text_setting(cp_arena *arena, const cp_validation *result)
{
    cp_buf text = {.arena = arena};
    cp_str method = result->method.len ? result->method : CP_STR("any routing method");
    if (result->from != CP_DTYPE_NONE)
        cp_buf_printf(&text, "from %s, ", cp_dtype_name(result->from));
    cp_buf_add(&text, method);
    if (result->preset.len)
        cp_buf_printf(&text, ", preset %.*s", CP_STR_ARGS(result->preset));
    if (result->device.len)
        cp_buf_printf(&text, ", on %.*s", CP_STR_ARGS(result->device));
    return cp_buf_str(&text);
}

static void add_result(cp_buf *out, const cp_validation *result,
                       const cp_report_style *style)
{
    cp_show_blanks(out, FIELD - 2);
    const char *effect = cp_effect_name(result->effect);
    cp_show_styled(out, style->color, style_of(result->effect), cp_str_of(effect));
    cp_buf_puts(out, "  ");
    cp_show_wrapped(out, cp_text_setting(out->arena, result), FIELD + strlen(effect),
                    FIELD, style->width);
    cp_buf_puts(out, "\n");
    add_line(out, "proof", result->proof, style);
    add_line(out, "reason", result->reason, style);
    add_line(out, "inputs", result->inputs, style);
    add_line(out, "result", cp_text_runs(out->arena, result), style);
}

static void add_places(cp_buf *out, const cp_fix *fix)
{
    cp_show(out, fix->module->source->path);
    for (uint32_t i = 0; i < fix->finding_count; i++) {
        const cp_finding *finding = fix->findings[i];
        cp_buf_printf(out, "%s%u (%.*s)", i ? ", " : ":",
                      cp_source_line(finding->module->source, finding->span.start),
                      CP_STR_ARGS(finding->code));
    }
}

static void add_patch(cp_buf *out, const cp_report *report, const cp_fix *fix,
                      const cp_report_style *style)
{
    cp_effect effect = cp_report_effect(report, fix);
    cp_show_styled(out, style->color, CP_STYLE_BOLD, fix->id);
    cp_buf_puts(out, "  ");
    cp_show_styled(out, style->color, style_of(effect),
                   cp_str_of(cp_effect_name(effect)));
    if (!cp_report_was_checked(report, fix))
        cp_buf_puts(out, " (not validated)");
    else if (!cp_report_holds(report, fix))
        cp_buf_printf(out, " (claimed %s)", cp_effect_name(fix->effect));
    cp_buf_puts(out, "  ");
    add_places(out, fix);
    cp_buf_puts(out, "\n");
}

static void add_verdicts(cp_buf *out, const cp_report *report, const cp_fix *fix,
                         const cp_report_style *style)
{
    for (uint32_t i = 0; i < fix->finding_count; i++) {
        const cp_finding *finding = fix->findings[i];
        const cp_verdict *verdict = cp_report_verdict(report, finding);
        if (!verdict)
            continue;
        uint32_t line = cp_source_line(finding->module->source, finding->span.start);
        cp_buf_printf(out, " %.*s, line %u\n", CP_STR_ARGS(finding->code), line);
        for (size_t r = 0; r < verdict->count; r++)
            add_result(out, &verdict->results[r], style);
    }
    cp_buf_puts(out, "\n");
}

void cp_text_validation(cp_buf *out, const cp_report *report, bool brief,
                        const cp_report_style *style)
{
    size_t patches = 0, failed = 0;
    size_t counts[CP_EFFECT_BREAKS_CONTRACT + 1] = {0};
    for (size_t i = 0; i < report->findings->count; i++) {
        const cp_fix *fix = cp_report_new_fix(report, i);
        if (!fix)
            continue;
        patches++;
        counts[cp_report_effect(report, fix)]++;
        failed += !cp_report_holds(report, fix);
        add_patch(out, report, fix, style);
        if (!brief)
            add_verdicts(out, report, fix, style);
    }
    if (style->quiet)
        return;
    cp_buf_printf(out, "%zu patch%s", patches, patches == 1 ? "" : "es");
    const char *gap = ": ";
    for (int e = 0; e <= CP_EFFECT_BREAKS_CONTRACT; e++) {
        if (!counts[e])
            continue;
        cp_buf_printf(out, "%s%zu %s", gap, counts[e], cp_effect_name((cp_effect)e));
        gap = ", ";
    }
    if (failed)
        cp_buf_printf(out, "; %zu worse than claimed", failed);
    cp_buf_puts(out, ".\n");
}
