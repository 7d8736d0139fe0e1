/* What rounding the gate's output does, in each format of the debt report. */
#include "report/debt_page.h"
#include "report/show.h"

static double share(const cp_validation *effect)
{
    return 100 * (double)effect->expert_set_mismatches / (double)effect->tokens;
}

static cp_str interval(cp_arena *arena, const cp_validation *effect)
{
    return cp_str_printf(arena, "%.2f to %.2f %%", 100 * effect->rate_low,
                         100 * effect->rate_high);
}

/* What all of them were measured on: the inputs differ by the width of the gate alone. */
static cp_str setting(cp_arena *arena, const cp_gate_effects *effects)
{
    return cp_str_printf(
        arena,
        "Tokens that choose other experts, of %lld random ones for each model, with 95 "
        "%% "
        "intervals, measured on the CPU (seed %llu): hidden states and weights in "
        "bfloat16, summed in float32, logits of std %g.",
        (long long)effects->items[0].tokens, (unsigned long long)effects->items[0].seed,
        (double)CP_GATE_STD);
}

void cp_text_gate_effects(cp_buf *out, const cp_gate_effects *effects,
                          const cp_report_style *style)
{
    if (!effects || !effects->count)
        return;
    cp_show_styled(out, style->color, CP_STYLE_BOLD,
                   CP_STR("Were the gate's output rounded to bfloat16"));
    cp_buf_puts(out, "\n  ");
    cp_show_wrapped(out, setting(out->arena, effects), 2, 2, style->width);
    cp_buf_puts(out, "\n");
    for (size_t i = 0; i < effects->count; i++) {
        const cp_validation *effect = &effects->items[i];
        cp_str line = cp_str_printf(
            out->arena, "%.*s (%.*s), %.*s", CP_STR_ARGS(effect->preset),
            CP_STR_ARGS(effect->method), CP_STR_ARGS(interval(out->arena, effect)));
        cp_buf_printf(out, "  %5.2f %%  ", share(effect));
        cp_show_wrapped(out, line, 11, 11, style->width);
        cp_buf_puts(out, "\n");
    }
    cp_buf_puts(out, style->quiet ? "" : "\n");
}

void cp_markdown_gate_effects(cp_buf *out, const cp_gate_effects *effects)
{
    if (!effects || !effects->count)
        return;
    cp_buf_printf(out,
                  "\n#### Were the gate's output rounded to bfloat16\n\n%.*s\n\n"
                  "| Model | Routing | Other experts | 95 %% interval |\n"
                  "| --- | --- | --- | --- |\n",
                  CP_STR_ARGS(setting(out->arena, effects)));
    for (size_t i = 0; i < effects->count; i++) {
        const cp_validation *effect = &effects->items[i];
        cp_buf_printf(out, "| %.*s | %.*s | %.2f %% | %.*s |\n",
                      CP_STR_ARGS(effect->preset), CP_STR_ARGS(effect->method),
                      share(effect), CP_STR_ARGS(interval(out->arena, effect)));
    }
}

void cp_html_gate_effects(cp_buf *out, const cp_gate_effects *effects)
{
    if (!effects || !effects->count) {
        cp_buf_puts(out,
                    "<p>Nothing was measured: no remark and no consumer of a gate was "
                    "found.</p>\n");
        return;
    }
    cp_buf_puts(out, "<p>");
    cp_html_text(out, setting(out->arena, effects));
    cp_buf_puts(out,
                "</p>\n<table class=\"stack\" role=\"table\" aria-labelledby=\"gate\">\n"
                "<thead role=\"rowgroup\"><tr role=\"row\">"
                "<th role=\"columnheader\" scope=\"col\">Model</th>"
                "<th role=\"columnheader\" scope=\"col\">Routing</th>"
                "<th role=\"columnheader\" scope=\"col\">Other experts</th>"
                "<th role=\"columnheader\" scope=\"col\">95 % interval</th>"
                "</tr></thead>\n<tbody role=\"rowgroup\">\n");
    for (size_t i = 0; i < effects->count; i++) {
        const cp_validation *effect = &effects->items[i];
        cp_buf_puts(out, "<tr role=\"row\">");
        cp_debt_open_cell(out, "Model");
        cp_html_text(out, effect->preset);
        cp_buf_puts(out, "</td>");
        cp_debt_open_cell(out, "Routing");
        cp_html_text(out, effect->method);
        cp_buf_puts(out, "</td>");
        cp_debt_open_cell(out, "Other experts");
        cp_buf_printf(out, "%.2f %%</td>", share(effect));
        cp_debt_open_cell(out, "95 % interval");
        cp_html_text(out, interval(out->arena, effect));
        cp_buf_puts(out, "</td></tr>\n");
    }
    cp_buf_puts(out, "</tbody>\n</table>\n");
}

json_t *cp_json_gate_effects(cp_arena *arena, const cp_gate_effects *effects)
{
    json_t *list = cp_json_list();
    for (size_t i = 0; effects && i < effects->count; i++) {
        json_t *one = cp_json_object();
        cp_json_set_validation(one, arena, &effects->items[i]);
        cp_json_add(list, one);
    }
    return list;
}
