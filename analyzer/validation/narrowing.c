#include "validation/job.h"

#define DEFAULT_TOKENS 16384

static void describe(const job *j, cp_validation *result, const cp_measurement *m)
{
    const char *from = cp_dtype_name(j->from), *to = cp_dtype_name(j->plan->cast_to);
    const char *bias = m->has_bias ? ", bias N(0, 0.01^2)" : ", no bias";
    result->inputs = cp_str_printf(
        j->arena,
        "logits N(0, %g^2)%s, seed %llu; the %s in %s, with the cast to %s and "
        "without",
        (double)m->std, bias, (unsigned long long)m->seed, m->of_bias ? "bias" : "logits",
        from, to);
    if (result->expert_set_mismatches > 0)
        result->reason = cp_str_printf(
            j->arena,
            "without the rounding to %s, %lld of %lld tokens (%.3f %%; 95 %% interval "
            "%.3f to %.3f %%) choose other experts, at logits of std %g",
            to, (long long)result->expert_set_mismatches, (long long)result->tokens,
            100 * (double)result->expert_set_mismatches / (double)result->tokens,
            100 * result->rate_low, 100 * result->rate_high, (double)m->std);
    else
        result->reason = cp_str_printf(
            j->arena,
            "no token of %lld chose other experts at logits of std %g, which is no proof "
            "that none does",
            (long long)result->tokens, (double)m->std);
}

/* What drawn and captured logits have in common: all but what is routed. */
static cp_measurement measurement_of(const job *j, const cp_preset *preset)
{
    return (cp_measurement){.spec = preset->spec,
                            .has_bias = preset->bias,
                            .of_bias = job_of_bias(j),
                            .from = job_storage(j->from),
                            .to = job_storage(j->plan->cast_to),
                            .seed = j->options->seed};
}

static void measure_one(job *j, const cp_preset *preset, float std)
{
    const cp_validate_options *o = j->options;
    cp_measurement m = measurement_of(j, preset);
    m.std = std;
    m.tokens = o->tokens > 0 ? o->tokens : DEFAULT_TOKENS;
    cp_str device;
    cp_comparison seen = cp_runs_measure(j->arena, j->runs, &m, &device);
    cp_validation *result = job_add(j, job_method(preset), preset);
    result->device = device;
    job_measured(result, &seen);
    cp_measure_interval(seen.expert_set_mismatches, seen.tokens, &result->rate_low,
                        &result->rate_high);
    describe(j, result, &m);
}

void job_measure(job *j, const cp_preset *preset)
{
    static const float usual[] = {0.5f, 1, 3};
    const cp_validate_options *o = j->options;
    if (job_of_bias(j) && !preset->bias) {
        job_unproved(j, job_method(preset), preset,
                     CP_STR("the reference of this method reads no bias"));
        return;
    }
    const float *stds = o->std_count ? o->stds : usual;
    uint32_t count = o->std_count ? o->std_count : sizeof usual / sizeof *usual;
    for (uint32_t i = 0; i < count; i++)
        measure_one(j, preset, stds[i]);
}

/* What the captures come to for one preset, all of them together. */
typedef struct captured_sum {
    cp_comparison all;
    size_t routed;
    const cp_capture *worst; /* the one of which most tokens change, in `worst_seen` */
    cp_comparison worst_seen;
    size_t biases;
} captured_sum;

static double rate_of(const cp_comparison *seen)
{
    return (double)seen->expert_set_mismatches / (double)seen->tokens;
}

/* Whether the values still have what they had before the cast. */
static bool is_whole(const job *j, const cp_capture *capture)
{
    const cp_tensor *cast = job_of_bias(j) ? capture->bias : capture->logits;
    return !cast || cast->storage == CP_STORE_F32 ||
           cast->storage == job_storage(j->from);
}

static bool fits(const job *j, const cp_capture *capture, const cp_preset *preset)
{
    return capture->logits->columns == preset->spec.experts && is_whole(j, capture);
}

static void route_capture(job *j, const cp_capture *capture, const cp_preset *preset,
                          captured_sum *sum)
{
    cp_measurement m = measurement_of(j, preset);
    m.tokens = capture->logits->rows;
    m.captured = capture;
    cp_str device; /* the CPU: it is where captures lie */
    cp_comparison seen = cp_runs_measure(j->arena, j->runs, &m, &device);
    cp_compare_add(&sum->all, &seen);
    sum->routed++;
    sum->biases += preset->bias && capture->bias;
    if (!sum->worst || rate_of(&seen) > rate_of(&sum->worst_seen)) {
        sum->worst = capture;
        sum->worst_seen = seen;
    }
}

/* "gate.router_logits of run.safetensors" */
static cp_str capture_name(cp_arena *arena, const cp_capture *capture)
{
    const cp_tensor *logits = capture->logits;
    if (!logits->name.len)
        return logits->path;
    return cp_str_printf(arena, "%.*s of %.*s", CP_STR_ARGS(logits->name),
                         CP_STR_ARGS(logits->path));
}

static cp_str bias_text(cp_arena *arena, const captured_sum *sum, const cp_preset *preset)
{
    if (!preset->bias)
        return CP_STR("no bias");
    if (sum->biases == sum->routed)
        return CP_STR("the bias captured with them");
    if (!sum->biases)
        return CP_STR("bias N(0, 0.01^2), for none was captured");
    return cp_str_printf(arena,
                         "the bias captured with %zu of them and N(0, 0.01^2) for "
                         "the others",
                         sum->biases);
}

static void describe_captured(const job *j, cp_validation *result,
                              const captured_sum *sum, const cp_preset *preset)
{
    const char *from = cp_dtype_name(j->from), *to = cp_dtype_name(j->plan->cast_to);
    cp_str worst = capture_name(j->arena, sum->worst);
    result->inputs = cp_str_printf(
        j->arena,
        "captured logits of %zu of %zu routers, %.*s; the %s in %s, with the cast to %s "
        "and without",
        sum->routed, j->options->captures->count,
        CP_STR_ARGS(bias_text(j->arena, sum, preset)), job_of_bias(j) ? "bias" : "logits",
        from, to);
    if (result->expert_set_mismatches > 0)
        result->reason = cp_str_printf(
            j->arena,
            "without the rounding to %s, %lld of %lld captured tokens (%.3f %%) choose "
            "other experts; the largest share is that of %.*s: %.3f %% of %lld",
            to, (long long)result->expert_set_mismatches, (long long)result->tokens,
            100 * rate_of(&sum->all), CP_STR_ARGS(worst), 100 * rate_of(&sum->worst_seen),
            (long long)sum->worst_seen.tokens);
    else
        result->reason = cp_str_printf(
            j->arena,
            "no token of the %lld captured ones chose other experts, which is no proof "
            "that none does",
            (long long)result->tokens);
}

static bool measure_captured(job *j, const cp_preset *preset)
{
    const cp_captures *captures = j->options->captures;
    captured_sum sum = {0};
    for (size_t i = 0; i < captures->count; i++)
        if (fits(j, &captures->items[i], preset))
            route_capture(j, &captures->items[i], preset, &sum);
    if (!sum.routed)
        return false;
    cp_validation *result = job_add(j, job_method(preset), preset);
    result->captured = true;
    job_measured(result, &sum.all);
    describe_captured(j, result, &sum, preset);
    return true;
}

/* The method is one of the plan's, and the preset the one that was named, if one was. */
static bool is_of_plan(const job *j, const cp_preset *preset)
{
    cp_str name = job_method(preset);
    bool routes = j->plan->method_count == 0;
    for (uint32_t i = 0; i < j->plan->method_count; i++)
        routes |= cp_str_eq(j->plan->methods[i], name);
    return routes && (!j->preset || preset == j->preset) &&
           (!job_of_bias(j) || preset->bias);
}

static cp_str misfit(const job *j)
{
    const cp_capture *first = &j->options->captures->items[0];
    cp_str name = capture_name(j->arena, first);
    for (size_t i = 0; i < j->options->captures->count; i++)
        if (is_whole(j, &j->options->captures->items[i]))
            return cp_str_printf(j->arena,
                                 "%.*s has %lld experts, which no preset has that was to "
                                 "be run; --model names one",
                                 CP_STR_ARGS(name), (long long)first->logits->columns);
    return cp_str_printf(
        j->arena,
        "%.*s was captured behind a cast: its values are not the %s ones "
        "that the cast reads",
        CP_STR_ARGS(name), cp_dtype_name(j->from));
}

void job_measure_captures(job *j)
{
    const cp_presets *all = j->options->presets;
    bool any = false;
    if (!j->options->captures)
        return;
    for (size_t i = 0; all && i < all->count; i++)
        if (is_of_plan(j, &all->items[i]))
            any |= measure_captured(j, &all->items[i]);
    if (!any)
        job_unproved(j, CP_STR(""), NULL, misfit(j));
}
