#include "report/debt_page.h"

bool cp_debt_is_cast_finding(const cp_finding *finding)
{
    return cp_str_starts(finding->code, CP_STR("CP1"));
}

bool cp_debt_is_cast_patch(const cp_patch *patch)
{
    for (uint32_t i = 0; i < patch->fix->finding_count; i++)
        if (cp_debt_is_cast_finding(patch->fix->findings[i]))
            return true;
    return false;
}

static cp_str place_of(cp_arena *arena, const cp_finding *finding)
{
    const cp_source *source = finding->module->source;
    return cp_str_printf(arena, "%.*s:%u", CP_STR_ARGS(source->path),
                         cp_source_line(source, finding->span.start));
}

static void add_badge(cp_buf *out, cp_effect effect)
{
    const char *name = cp_effect_name(effect);
    cp_buf_printf(out, "<span class=\"badge %s\">%s</span>", name, name);
}

static void add_code(cp_buf *out, const cp_finding *finding)
{
    cp_buf_puts(out, "<strong>");
    cp_html_text(out, finding->code);
    cp_buf_puts(out, "</strong> ");
}

static void add_facts(cp_buf *out, const cp_fix *fix)
{
    cp_buf_puts(out, "<ul class=\"facts\">\n");
    for (uint32_t i = 0; i < fix->finding_count; i++) {
        const cp_finding *finding = fix->findings[i];
        cp_buf_puts(out, "<li>");
        add_code(out, finding);
        cp_buf_printf(out, "line %u: ",
                      cp_source_line(finding->module->source, finding->span.start));
        cp_html_prose(out, finding->message);
        cp_buf_puts(out, "</li>\n");
    }
    cp_buf_puts(out, "</ul>\n");
}

static void add_term(cp_buf *out, const char *term, cp_str text)
{
    if (!text.len)
        return;
    cp_buf_printf(out, "<dt>%s</dt><dd>", term);
    cp_html_prose(out, text);
    cp_buf_puts(out, "</dd>\n");
}

static void add_result(cp_buf *out, const cp_validation *result)
{
    cp_buf_puts(out, "<li>");
    add_badge(out, result->effect);
    cp_buf_puts(out, " ");
    cp_html_text(out, cp_text_setting(out->arena, result));
    cp_buf_puts(out, "\n<dl>\n");
    add_term(out, "Proof", result->proof);
    add_term(out, "Reason", result->reason);
    add_term(out, "Inputs", result->inputs);
    add_term(out, "Result", cp_text_runs(out->arena, result));
    cp_buf_puts(out, "</dl></li>\n");
}

static void add_validation(cp_buf *out, const cp_report *report, const cp_fix *fix)
{
    if (!cp_report_was_checked(report, fix)) {
        cp_buf_puts(out, "<p class=\"muted\">Not validated.</p>\n");
        return;
    }
    cp_buf_printf(out, "<details>\n<summary>Validation: %s</summary>\n<ul>\n",
                  cp_report_holds(report, fix) ? "the patch holds its claim"
                                               : "worse than the patch claims");
    for (uint32_t i = 0; i < fix->finding_count; i++) {
        const cp_verdict *verdict = cp_report_verdict(report, fix->findings[i]);
        for (size_t r = 0; verdict && r < verdict->count; r++)
            add_result(out, &verdict->results[r]);
    }
    cp_buf_puts(out, "</ul>\n</details>\n");
}

static void add_patch(cp_buf *out, const cp_report *report, const cp_patch *patch)
{
    const cp_fix *fix = patch->fix;
    cp_buf_puts(out, "<article class=\"patch\" aria-labelledby=\"");
    cp_html_text(out, fix->id);
    cp_buf_puts(out, "\">\n<h4 id=\"");
    cp_html_text(out, fix->id);
    cp_buf_puts(out, "\">");
    cp_html_code(out, place_of(out->arena, fix->findings[0]));
    cp_buf_puts(out, " ");
    add_badge(out, cp_report_effect(report, fix));
    cp_buf_puts(out, "</h4>\n");
    add_facts(out, fix);
    cp_buf_puts(out, "<pre class=\"diff\" role=\"region\" tabindex=\"0\" aria-label=\"");
    cp_html_text(out, patch->subject);
    cp_buf_puts(out, "\"><code>");
    cp_html_diff(out, patch->diff);
    cp_buf_puts(out, "</code></pre>\n");
    add_validation(out, report, fix);
    cp_buf_puts(out, "</article>\n");
}

static const char *promise_of(cp_effect effect)
{
    switch (effect) {
    case CP_EFFECT_EXACT:
        return "Same experts and same weights, bit for bit, for every input.";
    case CP_EFFECT_SAME_EXPERTS:
        return "Same experts for every input; weights within a stated bound.";
    case CP_EFFECT_CHANGES_EXPERTS:
        return "Some tokens choose other experts; how many was measured.";
    case CP_EFFECT_UNPROVED:
        return "What these do to the routing is not known.";
    case CP_EFFECT_BREAKS_CONTRACT:
        return "A pinned version would reject the result.";
    }
    return "";
}

static void add_patches(cp_buf *out, const cp_debt_page *page, cp_effect effect)
{
    size_t count = 0;
    for (size_t i = 0; i < page->patches->count; i++) {
        const cp_patch *patch = &page->patches->items[i];
        if (!cp_debt_is_cast_patch(patch) ||
            cp_report_effect(page->report, patch->fix) != effect)
            continue;
        if (!count++)
            cp_buf_printf(out, "<h3 id=\"effect-%s\">Effect: %s</h3>\n<p>%s</p>\n",
                          cp_effect_name(effect), cp_effect_name(effect),
                          promise_of(effect));
        add_patch(out, page->report, patch);
    }
}

static void add_unfixed(cp_buf *out, const cp_finding *finding)
{
    cp_buf_puts(out, "<tr role=\"row\">\n<th role=\"rowheader\" scope=\"row\">");
    cp_html_code(out, place_of(out->arena, finding));
    cp_buf_puts(out, "</th>\n");
    cp_debt_open_cell(out, "What");
    add_code(out, finding);
    cp_html_prose(out, finding->message);
    cp_buf_puts(out, "</td>\n");
    cp_debt_open_cell(out, "What to do");
    cp_html_prose(out, finding->help);
    cp_buf_puts(out, "</td>\n</tr>\n");
}

static void add_all_unfixed(cp_buf *out, const cp_findings *findings)
{
    bool any = false;
    for (size_t i = 0; i < findings->count; i++) {
        const cp_finding *finding = findings->items[i];
        if (finding->fix || !cp_debt_is_cast_finding(finding))
            continue;
        if (!any)
            cp_buf_puts(
                out, "<h3 id=\"by-hand\">Without a patch</h3>\n<table class=\"stack\" "
                     "role=\"table\" aria-labelledby=\"by-hand\">\n<caption>Casts that "
                     "need somebody to look, or another release first</caption>\n"
                     "<thead role=\"rowgroup\">\n<tr role=\"row\">"
                     "<th role=\"columnheader\" scope=\"col\" class=\"where\">Where</th>"
                     "<th role=\"columnheader\" scope=\"col\">What</th>"
                     "<th role=\"columnheader\" scope=\"col\">What to do</th>"
                     "</tr>\n</thead>\n<tbody role=\"rowgroup\">\n");
        any = true;
        add_unfixed(out, finding);
    }
    if (any)
        cp_buf_puts(out, "</tbody>\n</table>\n");
}

void cp_debt_page_casts(cp_buf *out, const void *data)
{
    const cp_debt_page *page = data;
    bool any = false;
    for (size_t i = 0; i < page->report->findings->count; i++)
        any |= cp_debt_is_cast_finding(page->report->findings->items[i]);
    if (!any) {
        cp_buf_puts(out, "<p>None were found.</p>\n");
        return;
    }
    cp_buf_puts(out, "<p>Casts of routing tensors that what they feed does not need at "
                     "the pinned releases, or would be better off without.</p>\n");
    for (int e = 0; e <= CP_EFFECT_BREAKS_CONTRACT; e++)
        add_patches(out, page, (cp_effect)e);
    add_all_unfixed(out, page->report->findings);
}
