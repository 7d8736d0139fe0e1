#include "report/writers.h"

static double rate_of(const cp_validation *result)
{
    return result->tokens > 0
               ? (double)result->expert_set_mismatches / (double)result->tokens
               : 0;
}

static bool was_sampled(const cp_validation *result)
{
    return result->tokens > 0 && (result->rate_low != 0 || result->rate_high != 0);
}

/* Whether `now` tells more than `shown`: more tokens change, or more were routed. */
static bool tells_more(const cp_validation *now, const cp_validation *shown)
{
    if (rate_of(now) != rate_of(shown))
        return rate_of(now) > rate_of(shown);
    return now->tokens > shown->tokens;
}

/* The result that the patch is judged by: of those with its effect the most telling. */
static const cp_validation *deciding_result(const cp_report *report, const cp_fix *fix)
{
    cp_effect effect = cp_report_effect(report, fix);
    const cp_validation *shown = NULL, *any = NULL;
    for (uint32_t i = 0; i < fix->finding_count; i++) {
        const cp_verdict *verdict = cp_report_verdict(report, fix->findings[i]);
        for (size_t r = 0; verdict && r < verdict->count; r++) {
            const cp_validation *now = &verdict->results[r];
            any = any ? any : now;
            if (now->effect == effect && (!shown || tells_more(now, shown)))
                shown = now;
        }
    }
    return shown ? shown : any;
}

/* What no token was routed for is known only where it was proved. */
static bool counts_say_something(const cp_validation *result)
{
    return result->tokens > 0 || result->effect == CP_EFFECT_EXACT;
}

static json_t *count_value(const cp_validation *result, int64_t count)
{
    return counts_say_something(result) ? cp_json_number((uint64_t)count) : json_null();
}

void cp_json_set_validation(json_t *value, cp_arena *arena, const cp_validation *result)
{
    bool sampled = was_sampled(result);
    cp_json_set(value, "device", cp_json_text_or_null(arena, result->device));
    cp_json_set(value, "method", cp_json_text_or_null(arena, result->method));
    cp_json_set(value, "preset", cp_json_text_or_null(arena, result->preset));
    cp_json_set(value, "inputs", cp_json_text_or_null(arena, result->inputs));
    cp_json_set(value, "tokens", cp_json_number((uint64_t)result->tokens));
    cp_json_set(value, "captured", json_boolean(result->captured));
    cp_json_set(value, "seed", cp_json_number(result->seed));
    cp_json_set(value, "expert_set_mismatches",
                count_value(result, result->expert_set_mismatches));
    cp_json_set(value, "order_mismatches", count_value(result, result->order_mismatches));
    cp_json_set(value, "rate",
                sampled || result->captured ? cp_json_real(rate_of(result))
                                            : json_null());
    cp_json_set(value, "rate_low",
                sampled ? cp_json_real(result->rate_low) : json_null());
    cp_json_set(value, "rate_high",
                sampled ? cp_json_real(result->rate_high) : json_null());
    cp_json_set(value, "max_weight_error",
                counts_say_something(result) ? cp_json_real(result->max_weight_error)
                                             : json_null());
    cp_json_set(value, "proof", cp_json_text_or_null(arena, result->proof));
    cp_json_set(value, "reason", cp_json_text_or_null(arena, result->reason));
}

static json_t *place_value(cp_arena *arena, const cp_finding *finding)
{
    const cp_source *source = finding->module->source;
    json_t *value = cp_json_object();
    cp_json_set(value, "code", cp_json_text(arena, finding->code));
    cp_json_set(value, "path", cp_json_text(arena, source->path));
    cp_json_set(value, "line",
                cp_json_number(cp_source_line(source, finding->span.start)));
    return value;
}

static void add_results(json_t *list, cp_arena *arena, const cp_report *report,
                        const cp_finding *finding)
{
    const cp_verdict *verdict = cp_report_verdict(report, finding);
    for (size_t r = 0; verdict && r < verdict->count; r++) {
        const cp_validation *result = &verdict->results[r];
        json_t *one = place_value(arena, finding);
        const char *effect = cp_effect_name(result->effect);
        cp_json_set(one, "effect", cp_json_text(arena, cp_str_of(effect)));
        cp_json_set(one, "from",
                    result->from == CP_DTYPE_NONE
                        ? json_null()
                        : cp_json_text(arena, cp_str_of(cp_dtype_name(result->from))));
        cp_json_set_validation(one, arena, result);
        cp_json_add(list, one);
    }
}

json_t *cp_json_validation_of(cp_arena *arena, const cp_report *report, const cp_fix *fix)
{
    const cp_validation none = {.effect = CP_EFFECT_UNPROVED},
                        *decides = deciding_result(report, fix);
    const char *effect = cp_effect_name(cp_report_effect(report, fix));
    const char *claim = cp_effect_name(fix->effect);
    json_t *value = cp_json_object(), *results = cp_json_list();
    cp_json_set(value, "effect", cp_json_text(arena, cp_str_of(effect)));
    cp_json_set(value, "claim", cp_json_text(arena, cp_str_of(claim)));
    cp_json_set(value, "holds", json_boolean(cp_report_holds(report, fix)));
    cp_json_set_validation(value, arena, decides ? decides : &none);
    for (uint32_t i = 0; i < fix->finding_count; i++)
        add_results(results, arena, report, fix->findings[i]);
    cp_json_set(value, "results", results);
    return value;
}

static json_t *patch_value(cp_arena *arena, const cp_report *report, const cp_fix *fix)
{
    json_t *value = cp_json_object(), *findings = cp_json_list();
    json_t *said = cp_json_validation_of(arena, report, fix);
    cp_json_set(value, "id", cp_json_text(arena, fix->id));
    cp_json_set(value, "path", cp_json_text(arena, fix->module->source->path));
    for (uint32_t i = 0; i < fix->finding_count; i++)
        cp_json_add(findings, place_value(arena, fix->findings[i]));
    cp_json_set(value, "findings", findings);
    cp_json_merge(value, said);
    return value;
}

void cp_json_validation(cp_buf *out, const cp_report *report)
{
    cp_arena *arena = out->arena;
    json_t *root = cp_json_root(arena, report), *patches = cp_json_list();
    for (size_t i = 0; i < report->findings->count; i++) {
        const cp_fix *fix = cp_report_new_fix(report, i);
        if (fix)
            cp_json_add(patches, patch_value(arena, report, fix));
    }
    cp_json_set(root, "patches", patches);
    cp_json_write(out, root);
}
