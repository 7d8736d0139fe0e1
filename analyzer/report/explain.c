#include "report/show.h"
#include "report/writers.h"

static json_t *rule_value(cp_arena *arena, const cp_rule *rule, bool with_body)
{
    json_t *value = cp_json_object();
    cp_str status = rule->status.len ? rule->status : CP_STR("active");
    cp_json_set(value, "code", cp_json_text(arena, rule->id));
    cp_json_set(value, "name", cp_json_text(arena, rule->name));
    cp_json_set(value, "severity", cp_json_text(arena, rule->severity_text));
    cp_json_set(value, "since", cp_json_text(arena, rule->since));
    cp_json_set(value, "status", cp_json_text(arena, status));
    cp_json_set(value, "fix", cp_json_text(arena, rule->fix));
    cp_json_set(value, "summary", cp_json_text(arena, rule->summary));
    if (with_body)
        cp_json_set(value, "explanation", cp_json_text(arena, rule->body));
    return value;
}

static void add_body(cp_buf *out, cp_str body, bool color)
{
    bool in_code = false;
    while (body.len) {
        cp_str line = cp_str_next(&body, '\n');
        if (cp_str_starts(line, CP_STR("```")))
            in_code = !in_code;
        bool heading = !in_code && cp_str_starts(line, CP_STR("#"));
        cp_show_styled(out, color, heading ? CP_STYLE_BOLD : CP_STYLE_PLAIN, line);
        cp_buf_puts(out, "\n");
    }
}

cp_str cp_report_rule(cp_arena *arena, const cp_rule *rule, cp_format format,
                      const cp_report_style *style)
{
    cp_buf out = {.arena = arena};
    if (format == CP_FORMAT_JSON) {
        cp_json_write(&out, rule_value(arena, rule, true));
        return cp_buf_str(&out);
    }
    cp_str title =
        cp_str_printf(arena, "%.*s %.*s", CP_STR_ARGS(rule->id), CP_STR_ARGS(rule->name));
    cp_show_styled(&out, style->color, CP_STYLE_BOLD, title);
    cp_buf_printf(&out, "\n%.*s, since castproof %.*s, fix: %.*s\n",
                  CP_STR_ARGS(rule->severity_text), CP_STR_ARGS(rule->since),
                  CP_STR_ARGS(rule->fix));
    if (cp_rule_is_planned(rule))
        cp_buf_puts(&out, "Planned: written down, but no check looks for it yet.\n");
    cp_buf_puts(&out, "\n");
    add_body(&out, rule->body, style->color);
    return cp_buf_str(&out);
}

static void add_rule_row(cp_buf *out, const cp_rule *rule, size_t name_cells,
                         const cp_report_style *style)
{
    size_t used = 8 + name_cells + 2 + 9;
    cp_show_styled(out, style->color, CP_STYLE_BOLD, rule->id);
    cp_buf_printf(out, "   %-*.*s  %-7.*s  ", (int)name_cells, CP_STR_ARGS(rule->name),
                  CP_STR_ARGS(rule->severity_text));
    cp_str text = rule->summary;
    if (cp_rule_is_planned(rule))
        text = cp_str_printf(out->arena, "(planned) %.*s", CP_STR_ARGS(rule->summary));
    cp_show_wrapped(out, text, used, used, style->width);
    cp_buf_puts(out, "\n");
}

cp_str cp_report_rules(cp_arena *arena, const cp_rules *rules, cp_format format,
                       const cp_report_style *style)
{
    cp_buf out = {.arena = arena};
    if (format == CP_FORMAT_JSON) {
        json_t *list = cp_json_list();
        for (size_t i = 0; i < rules->count; i++)
            cp_json_add(list, rule_value(arena, &rules->items[i], false));
        cp_json_write(&out, list);
        return cp_buf_str(&out);
    }
    size_t name_cells = 0;
    for (size_t i = 0; i < rules->count; i++)
        if (rules->items[i].name.len > name_cells)
            name_cells = rules->items[i].name.len;
    for (size_t i = 0; i < rules->count; i++)
        add_rule_row(&out, &rules->items[i], name_cells, style);
    return cp_buf_str(&out);
}
