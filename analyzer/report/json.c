#include "report/writers.h"

static json_t *places_value(cp_arena *arena, const cp_place *places, uint32_t count,
                            bool with_dtypes)
{
    json_t *list = cp_json_list();
    for (uint32_t i = 0; i < count; i++) {
        const cp_place *place = &places[i];
        json_t *one = cp_json_object();
        cp_json_set(one, "path", cp_json_text_or_null(arena, place->path));
        cp_json_set(one, "line", place->line ? cp_json_number(place->line) : json_null());
        if (place->end_line > place->line)
            cp_json_set(one, "end_line", cp_json_number(place->end_line));
        if (place->column)
            cp_json_set(one, "column", cp_json_number(place->column));
        cp_json_set(one, "what", cp_json_text(arena, place->what));
        if (with_dtypes)
            cp_json_set(one, "dtypes", cp_json_dtypes(place->dtypes));
        cp_json_add(list, one);
    }
    return list;
}

static json_t *texts_value(cp_arena *arena, const cp_str *texts, uint32_t count)
{
    json_t *list = cp_json_list();
    for (uint32_t i = 0; i < count; i++)
        cp_json_add(list, cp_json_text(arena, texts[i]));
    return list;
}

/* Corrections by hand come with the program as the mined facts do; what neither
   word fits is the path of a set that the user gave. */
static cp_str origin_of(const cp_contract *contract)
{
    if (cp_str_is(contract->origin, "mined"))
        return contract->origin;
    if (!contract->origin.len || cp_str_is(contract->origin, "bundled") ||
        cp_str_is(contract->origin, "curated"))
        return CP_STR("bundled");
    return contract->origin;
}

json_t *cp_json_contract(cp_arena *arena, const cp_finding *finding)
{
    const cp_contract *contract = finding->contract;
    if (!contract)
        return json_null();
    json_t *value = cp_json_object();
    cp_str stated = contract->stated_count ? contract->stated[0] : (cp_str){"", 0};
    cp_json_set(value, "package", cp_json_text(arena, contract->package));
    cp_json_set(value, "version", cp_json_text(arena, finding->contract_version));
    cp_json_set(value, "accepts", cp_json_dtypes(contract->accepts));
    cp_json_set(value, "when", cp_json_text_or_null(arena, contract->when_text));
    cp_json_set(value, "stated", cp_json_text_or_null(arena, stated));
    cp_json_set(value, "origin", cp_json_text(arena, origin_of(contract)));
    cp_json_set(value, "versions", cp_json_text(arena, contract->versions.text));
    cp_json_set(value, "same_as", cp_json_text_or_null(arena, contract->same_as));
    cp_json_set(value, "unchecked", json_boolean(contract->unchecked));
    cp_json_set(value, "stated_chain",
                texts_value(arena, contract->stated, contract->stated_count));
    cp_json_set(value, "reason", cp_json_text_or_null(arena, contract->reason));
    return value;
}

static json_t *edits_value(cp_arena *arena, const cp_fix *fix)
{
    json_t *list = cp_json_list();
    for (uint32_t i = 0; i < fix->edit_count; i++) {
        const cp_edit_range *edit = &fix->edits[i];
        json_t *one = cp_json_object();
        cp_json_set(one, "path", cp_json_text(arena, fix->module->source->path));
        cp_json_set(one, "start_byte", cp_json_number(edit->start));
        cp_json_set(one, "end_byte", cp_json_number(edit->end));
        cp_json_set(one, "new_text", cp_json_text(arena, edit->text));
        cp_json_add(list, one);
    }
    return list;
}

json_t *cp_json_fix(cp_arena *arena, const cp_report *report, const cp_fix *fix)
{
    if (!fix)
        return json_null();
    json_t *value = cp_json_object();
    const char *effect = cp_effect_name(cp_report_effect(report, fix));
    cp_json_set(value, "id", cp_json_text(arena, fix->id));
    cp_json_set(value, "effect", cp_json_text(arena, cp_str_of(effect)));
    cp_json_set(value, "edits", edits_value(arena, fix));
    if (cp_report_was_checked(report, fix))
        cp_json_set(value, "validation", cp_json_validation_of(arena, report, fix));
    return value;
}

void cp_json_set_span(json_t *value, cp_arena *arena, const cp_source *source,
                      cp_span span)
{
    uint32_t line, column;
    cp_json_set(value, "path", cp_json_text(arena, source->path));
    cp_source_position(source, span.start, &line, &column);
    cp_json_set(value, "line", cp_json_number(line));
    cp_json_set(value, "column", cp_json_number(column));
    cp_source_position(source, span.end, &line, &column);
    cp_json_set(value, "end_line", cp_json_number(line));
    cp_json_set(value, "end_column", cp_json_number(column));
}

static void set_dtypes(json_t *value, cp_arena *arena, const cp_finding *finding)
{
    cp_str role = cp_str_of(cp_role_name(finding->role));
    cp_str to = {"", 0};
    if (finding->to != CP_DTYPE_NONE)
        to = cp_str_of(cp_dtype_name(finding->to));
    cp_json_set(value, "tensor", cp_json_text_or_null(arena, finding->tensor));
    cp_json_set(value, "role", cp_json_text_or_null(arena, role));
    cp_json_set(value, "from", cp_json_dtypes(finding->from));
    cp_json_set(value, "to", cp_json_text_or_null(arena, to));
    cp_json_set(value, "guard", cp_json_text_or_null(arena, finding->guard));
}

static json_t *effect_value(cp_arena *arena, const cp_finding *finding)
{
    if (finding->change.kind == CP_CHANGE_NONE)
        return json_null();
    return cp_json_text(arena, cp_str_of(cp_effect_name(finding->effect)));
}

static json_t *finding_value(cp_arena *arena, const cp_report *report,
                             const cp_finding *f)
{
    const cp_rule *rule = cp_report_rule_of(report, f);
    const char *severity = cp_severity_name(cp_report_severity(report, f));
    json_t *value = cp_json_object();
    cp_json_set(value, "code", cp_json_text(arena, f->code));
    cp_json_set(value, "name", cp_json_text(arena, rule ? rule->name : (cp_str){"", 0}));
    cp_json_set(value, "severity", cp_json_text(arena, cp_str_of(severity)));
    cp_json_set_span(value, arena, f->module->source, f->span);
    set_dtypes(value, arena, f);
    cp_json_set(value, "consumer", cp_json_text_or_null(arena, f->consumer));
    cp_json_set(value, "parameter", cp_json_text_or_null(arena, f->parameter));
    cp_json_set(value, "contract", cp_json_contract(arena, f));
    cp_json_set(value, "producer",
                places_value(arena, f->producers, f->producer_count, true));
    cp_json_set(value, "fingerprint", cp_json_text_or_null(arena, f->fingerprint));
    cp_json_set(value, "message", cp_json_text(arena, f->message));
    cp_json_set(value, "help", cp_json_text(arena, f->help));
    cp_json_set(value, "effect", effect_value(arena, f));
    cp_json_set(value, "fix", cp_json_fix(arena, report, f->fix));
    cp_json_set(value, "related",
                places_value(arena, f->related, f->related_count, false));
    cp_json_set(value, "trace", places_value(arena, f->trace, f->trace_count, false));
    cp_json_set(value, "assumptions",
                texts_value(arena, f->assumptions, f->assumption_count));
    return value;
}

/* In the order of the rules, so that the same findings give the same bytes. */
static json_t *by_code(cp_arena *arena, const cp_findings *findings)
{
    json_t *counts = cp_json_object();
    cp_str last = {"", 0};
    for (;;) {
        cp_str next = {"", 0};
        json_int_t count = 0;
        for (size_t i = 0; i < findings->count; i++) {
            cp_str code = findings->items[i]->code;
            if (cp_str_cmp(code, last) <= 0)
                continue;
            int order = count ? cp_str_cmp(code, next) : -1;
            count = order == 0 ? count + 1 : order < 0 ? 1 : count;
            next = order <= 0 ? code : next;
        }
        if (!count)
            return counts;
        cp_json_set(counts, cp_str_c(arena, next), cp_json_number((uint64_t)count));
        last = next;
    }
}

static size_t fixable(const cp_findings *findings)
{
    size_t count = 0;
    for (size_t i = 0; i < findings->count; i++)
        count += findings->items[i]->fix != NULL;
    return count;
}

static json_t *summary_value(cp_arena *arena, const cp_report *report)
{
    json_t *value = cp_json_object();
    cp_json_set(value, "findings", cp_json_number(report->findings->count));
    cp_json_set(value, "by_code", by_code(arena, report->findings));
    cp_json_set(value, "fixable", cp_json_number(fixable(report->findings)));
    if (report->in_baseline)
        cp_json_set(value, "in_baseline", cp_json_number(report->in_baseline));
    cp_json_set(value, "files_checked", cp_json_number(report->files_checked));
    cp_json_set(value, "files_parsed", cp_json_number(report->files_parsed));
    return value;
}

json_t *cp_json_errors(cp_arena *arena, const cp_trouble *troubles, size_t count)
{
    json_t *list = cp_json_list();
    for (size_t i = 0; i < count; i++) {
        json_t *one = cp_json_object();
        cp_json_set(one, "path", cp_json_text_or_null(arena, troubles[i].path));
        cp_json_set(one, "message", cp_json_text(arena, troubles[i].message));
        cp_json_add(list, one);
    }
    return list;
}

static json_t *unjudged_value(cp_arena *arena, const cp_report *report)
{
    json_t *list = cp_json_list();
    for (size_t i = 0; i < report->unjudged_count; i++) {
        const cp_unjudged *cast = &report->unjudged[i];
        const cp_source *source = cast->module->source;
        cp_str tensor = cp_str_cut(source->text, cast->value.start, cast->value.end);
        json_t *one = cp_json_object();
        cp_json_set_span(one, arena, source, cast->span);
        cp_json_set(one, "tensor", cp_json_text_or_null(arena, tensor));
        cp_json_set(one, "why", cp_json_text(arena, cp_str_of(cast->why)));
        cp_json_add(list, one);
    }
    return list;
}

static json_t *shard_value(const cp_report *report)
{
    json_t *value = cp_json_object();
    cp_json_set(value, "index", cp_json_number(report->shard));
    cp_json_set(value, "count", cp_json_number(report->shard_count));
    return value;
}

json_t *cp_json_root(cp_arena *arena, const cp_report *report)
{
    json_t *root = cp_json_object(), *findings = cp_json_list();
    for (size_t i = 0; i < report->findings->count; i++)
        cp_json_add(findings, finding_value(arena, report, report->findings->items[i]));
    cp_json_set(root, "tool", cp_json_text(arena, CP_STR("castproof")));
    cp_json_set(root, "version", cp_json_text(arena, cp_str_of(report->version)));
    if (report->shard)
        cp_json_set(root, "shard", shard_value(report));
    cp_json_set(root, "findings", findings);
    cp_json_set(root, "summary", summary_value(arena, report));
    cp_json_set(root, "errors",
                cp_json_errors(arena, report->troubles, report->trouble_count));
    if (report->with_unjudged)
        cp_json_set(root, "unjudged", unjudged_value(arena, report));
    return root;
}

void cp_json_findings(cp_buf *out, const cp_report *report)
{
    cp_json_write(out, cp_json_root(out->arena, report));
}
