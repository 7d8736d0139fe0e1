#include "report/statistics.h"

#include <stdlib.h>

#include "report/writers.h"

typedef struct tally {
    const cp_rule *rule;
    size_t count, fixable;
} tally;

static int by_count(const void *left, const void *right)
{
    const tally *a = left, *b = right;
    if (a->count != b->count)
        return a->count < b->count ? 1 : -1;
    return cp_str_cmp(a->rule->id, b->rule->id);
}

static tally *count_all(cp_arena *arena, const cp_report *report, size_t *count)
{
    const cp_rules *rules = report->rules;
    tally *all = cp_new(arena, tally, rules->count + 1);
    *count = 0;
    for (size_t r = 0; r < rules->count; r++) {
        tally one = {.rule = &rules->items[r]};
        for (size_t i = 0; i < report->findings->count; i++) {
            const cp_finding *finding = report->findings->items[i];
            if (!cp_str_eq(finding->code, one.rule->id))
                continue;
            one.count++;
            one.fixable += finding->fix != NULL;
        }
        if (one.count)
            all[(*count)++] = one;
    }
    if (*count)
        qsort(all, *count, sizeof *all, by_count);
    return all;
}

static void write_json(cp_buf *out, const tally *all, size_t count)
{
    json_t *list = cp_json_list();
    for (size_t i = 0; i < count; i++) {
        json_t *one = cp_json_object();
        cp_json_set(one, "code", cp_json_text(out->arena, all[i].rule->id));
        cp_json_set(one, "name", cp_json_text(out->arena, all[i].rule->name));
        cp_json_set(one, "count", cp_json_number(all[i].count));
        cp_json_set(one, "fixable", cp_json_number(all[i].fixable));
        cp_json_add(list, one);
    }
    cp_json_write(out, list);
}

cp_str cp_report_statistics(cp_arena *arena, const cp_report *report, cp_format format,
                            const cp_report_style *style)
{
    cp_buf out = {.arena = arena};
    size_t count;
    const tally *all = count_all(arena, report, &count);
    if (format == CP_FORMAT_JSON)
        write_json(&out, all, count);
    for (size_t i = 0; format != CP_FORMAT_JSON && i < count; i++)
        cp_buf_printf(&out, "%4zu  %.*s [%c] %.*s\n", all[i].count,
                      CP_STR_ARGS(all[i].rule->id),
                      all[i].fixable == all[i].count ? '*'
                      : all[i].fixable               ? '-'
                                                     : ' ',
                      CP_STR_ARGS(all[i].rule->name));
    if (format != CP_FORMAT_JSON && !style->quiet)
        cp_text_summary(&out, report);
    return cp_buf_str(&out);
}
