#include "validation/validate.h"

#include <assert.h>

#include "validation/ground.h"
#include "validation/job.h"

#define TOKENS_A_SET 64 /* of a run that accompanies a proof */

/* What one (dtype, method, preset) comes to. */
typedef void run_preset(job *j, const cp_preset *preset);

cp_validation *job_add(job *j, cp_str method, const cp_preset *preset)
{
    cp_verdict *v = j->verdict;
    cp_validation result = {.device = CP_STR("cpu"),
                            .method = method,
                            .preset = preset ? preset->name : CP_STR(""),
                            .inputs = CP_STR(""),
                            .from = j->from,
                            .proof = CP_STR(""),
                            .reason = CP_STR(""),
                            .seed = j->options->seed};
    cp_push(j->arena, v->results, v->count, v->room, result);
    return &v->results[v->count - 1];
}

void job_unproved(job *j, cp_str method, const cp_preset *preset, cp_str reason)
{
    cp_validation *result = job_add(j, method, preset);
    result->effect = CP_EFFECT_UNPROVED;
    result->reason = reason;
}

void job_count(cp_validation *result, const cp_comparison *seen)
{
    result->tokens = seen->tokens;
    result->expert_set_mismatches = seen->expert_set_mismatches;
    result->order_mismatches = seen->order_mismatches;
    result->max_weight_error = seen->max_weight_error;
}

void job_measured(cp_validation *result, const cp_comparison *seen)
{
    job_count(result, seen);
    result->effect =
        seen->expert_set_mismatches ? CP_EFFECT_CHANGES_EXPERTS : CP_EFFECT_UNPROVED;
}

static bool is_stored(cp_dtype dtype)
{
    return dtype == CP_F32 || dtype == CP_BF16 || dtype == CP_F16;
}

cp_storage job_storage(cp_dtype dtype)
{
    assert(is_stored(dtype));
    return dtype == CP_F32 ? CP_STORE_F32
                           : (dtype == CP_BF16 ? CP_STORE_BF16 : CP_STORE_F16);
}

/* " (stated at FILE:LINE)", or "" */
static cp_str stated(const job *j)
{
    cp_str where = j->plan->computes_stated;
    return where.len ? cp_str_printf(j->arena, " (%.*s)", CP_STR_ARGS(where))
                     : CP_STR("");
}

cp_str job_method(const cp_preset *preset)
{
    return cp_str_of(cp_method_name(preset->spec.method));
}

bool job_of_bias(const job *j)
{
    return j->plan->role == CP_ROLE_ROUTING_BIAS;
}

/* The reference on narrow and widened values: must find no difference. */
static cp_comparison run_widened(const job *j, const cp_preset *preset)
{
    cp_widening w = {.spec = preset->spec,
                     .has_bias = preset->bias,
                     .of_bias = job_of_bias(j),
                     .narrow = job_storage(j->from),
                     .seed = j->options->seed,
                     .tokens = TOKENS_A_SET};
    return cp_runs_widen(j->arena, j->runs, &w);
}

static void prove_upcast(job *j, const cp_preset *preset)
{
    const char *from = cp_dtype_name(j->from);
    cp_exact all = cp_runs_enumerate(j->runs, job_storage(j->from));
    cp_comparison seen = run_widened(j, preset);
    if (all.changed || all.lost || !cp_compare_equal(&seen)) {
        job_unproved(
            j, job_method(preset), preset,
            CP_STR("the reference did not confirm that widening is exact: this is "
                   "a fault of castproof; please report it"));
        return;
    }
    cp_validation *result = job_add(j, job_method(preset), preset);
    job_count(result, &seen);
    result->effect = CP_EFFECT_EXACT;
    result->inputs = cp_str_printf(
        j->arena,
        "%lld tokens: normal logits of std 0.5, 1 and 3 and sets of ties, neighbours one "
        "ulp apart, saturated, negative, equal, zero, subnormal, infinite and NaN "
        "logits, %d of each, seed %llu",
        (long long)seen.tokens, TOKENS_A_SET, (unsigned long long)j->options->seed);
    result->proof = cp_str_printf(
        j->arena,
        "each of the %d %s values (%d of them NaN) widens to float32 unchanged, and the "
        "kernel widens to float32 before it computes%.*s, so that it computes on the "
        "same numbers with and without the cast; enumerated, and the reference routed "
        "%lld tokens alike, bit for bit",
        all.values, from, all.nans, CP_STR_ARGS(stated(j)), (long long)seen.tokens);
}

/* Both the cast and the kernel round to plan->cast_to. */
static void prove_rounding(job *j, const cp_preset *preset)
{
    const char *to = cp_dtype_name(j->plan->cast_to);
    cp_exact all = cp_runs_enumerate(j->runs, job_storage(j->plan->cast_to));
    if (all.changed || all.lost) {
        job_unproved(
            j, job_method(preset), preset,
            CP_STR("the reference did not confirm that rounding is idempotent: this "
                   "is a fault of castproof; please report it"));
        return;
    }
    cp_validation *result = job_add(j, job_method(preset), preset);
    result->effect = CP_EFFECT_EXACT;
    result->proof = cp_str_printf(
        j->arena,
        "the kernel rounds the value to %s itself%.*s, and rounding what was rounded "
        "changes nothing: each of the %d %s values rounds to itself (enumerated), so "
        "that it computes on the same numbers with and without the cast",
        to, CP_STR_ARGS(stated(j)), all.values, to);
}

/*
 * Whether the preset is one that speaks for its method where no model is named. What
 * holds for one group is not said by a method that has none and no bias.
 */
static bool stands_for_method(const job *j, const cp_preset *preset)
{
    bool grouped = cp_method_steps(preset->spec.method).grouped;
    bool one = preset->spec.groups <= 1;
    if (j->plan->one_group)
        return preset->is_default && one && preset->bias;
    return preset->is_default && !(grouped && one);
}

/* Runs the presets of one method: the named one, or those that stand for it. */
static void each_preset(job *j, cp_method method, run_preset *run)
{
    size_t before = j->verdict->count;
    const cp_presets *all = j->options->presets;
    if (j->preset && j->preset->spec.method == method)
        run(j, j->preset);
    for (size_t i = 0; !j->preset && all && i < all->count; i++)
        if (all->items[i].spec.method == method && stands_for_method(j, &all->items[i]))
            run(j, &all->items[i]);
    if (j->verdict->count > before)
        return;
    const char *name = cp_method_name(method);
    cp_str why = j->preset ? cp_str_printf(j->arena, "%.*s routes by %s, not by %s",
                                           CP_STR_ARGS(j->preset->name),
                                           cp_method_name(j->preset->spec.method), name)
                           : cp_str_printf(j->arena, "no preset routes by %s", name);
    job_unproved(j, cp_str_of(name), NULL, why);
}

static void each_method(job *j, run_preset *run)
{
    const cp_route_plan *plan = j->plan;
    for (uint32_t i = 0; i < plan->method_count; i++) {
        cp_str name = plan->methods[i];
        cp_method method = cp_method_of_name(name.ptr, name.len);
        if (method == CP_METHOD_COUNT)
            job_unproved(j, name, NULL,
                         cp_str_printf(j->arena,
                                       "there is no reference of the method %.*s",
                                       CP_STR_ARGS(name)));
        else
            each_preset(j, method, run);
    }
    if (plan->method_count > 0)
        return;
    if (j->preset)
        run(j, j->preset);
    for (int m = 0; !j->preset && m < CP_METHOD_COUNT; m++)
        each_preset(j, (cp_method)m, run);
}

static void is_noop(job *j)
{
    cp_validation *result = job_add(j, CP_STR(""), NULL);
    result->effect = CP_EFFECT_EXACT;
    result->proof = cp_str_printf(
        j->arena, "the value is %s before the cast, which therefore changes nothing",
        cp_dtype_name(j->from));
}

/* No kernel has a say: what the claim rests on proves it. */
static void by_ground(job *j)
{
    cp_validation *result = job_add(j, CP_STR(""), NULL);
    cp_str reason = cp_ground_reason(j->arena, j->plan, j->from, &result->effect);
    if (result->effect == CP_EFFECT_UNPROVED)
        result->reason = reason;
    else
        result->proof = reason;
}

/* Why neither proof nor measurement fits; "" if one does. */
static cp_str obstacle(const job *j)
{
    const cp_route_plan *plan = j->plan;
    const char *from = cp_dtype_name(j->from), *to = cp_dtype_name(plan->cast_to);
    bool narrows = plan->cast_to != CP_F32;
    if (plan->role != CP_ROLE_ROUTER_LOGITS && plan->role != CP_ROLE_ROUTING_BIAS)
        return cp_str_printf(j->arena, "there is no reference of what reads %s",
                             plan->role ? cp_role_name(plan->role) : "this value");
    if (!is_stored(j->from) || !is_stored(plan->cast_to))
        return cp_str_printf(j->arena, "the reference does not route a cast of %s to %s",
                             from, to);
    if (narrows && plan->rounds_to == plan->cast_to)
        return CP_STR("");
    if (plan->computes == CP_DTYPE_NONE)
        return CP_STR("no contract says in which dtype the kernel computes");
    if (plan->computes != CP_F32)
        return cp_str_printf(j->arena,
                             "the kernel computes in %s, the reference in float32",
                             cp_dtype_name(plan->computes));
    if (narrows && plan->rounds_to != CP_DTYPE_NONE)
        return cp_str_printf(j->arena,
                             "the kernel rounds the value to %s itself, which the "
                             "reference does not do behind a cast to %s",
                             cp_dtype_name(plan->rounds_to), to);
    return CP_STR("");
}

static void judge_dtype(job *j)
{
    const cp_route_plan *plan = j->plan;
    if (j->from == plan->cast_to) {
        is_noop(j);
        return;
    }
    if (plan->ground != CP_GROUND_KERNEL) {
        by_ground(j);
        return;
    }
    cp_str why = obstacle(j);
    if (why.len)
        job_unproved(j, CP_STR(""), NULL, why);
    else if (plan->cast_to == CP_F32)
        each_method(j, prove_upcast);
    else if (plan->rounds_to == plan->cast_to)
        each_method(j, prove_rounding);
    else {
        each_method(j, job_measure);
        job_measure_captures(j);
    }
}

/*
 * "Changes experts" is said of some inputs: one method for which it was seen is
 * enough. "Exact" is said of all: one result that is not proved takes it away.
 */
static cp_effect overall(const cp_verdict *v)
{
    cp_effect worst = CP_EFFECT_EXACT;
    bool changes = false;
    for (size_t i = 0; i < v->count; i++) {
        changes |= v->results[i].effect == CP_EFFECT_CHANGES_EXPERTS;
        if (v->results[i].effect > worst)
            worst = v->results[i].effect;
    }
    return changes && worst == CP_EFFECT_UNPROVED ? CP_EFFECT_CHANGES_EXPERTS : worst;
}

/* The summary is that of a result for a dtype that the cast does change, if there is. */
static void conclude(cp_verdict *v, cp_dtype cast_to)
{
    const cp_validation *shown = NULL;
    v->effect = overall(v);
    for (size_t i = 0; i < v->count; i++) {
        const cp_validation *result = &v->results[i];
        if (result->effect != v->effect)
            continue;
        if (!shown || (shown->from == cast_to && result->from != cast_to))
            shown = result;
    }
    assert(shown); /* `overall` took the effect from one of them */
    v->summary = shown->proof.len ? shown->proof : shown->reason;
}

cp_verdict cp_validate_plan(cp_arena *arena, const cp_route_plan *plan,
                            const cp_preset *preset, const cp_validate_options *options)
{
    cp_verdict verdict = {0};
    cp_runs none = {0};
    cp_runs *runs = options->runs ? options->runs : &none;
    job j = {arena, plan, preset, options, runs, &verdict, CP_DTYPE_NONE};
    bool any = plan->ground == CP_GROUND_COPIED || plan->ground == CP_GROUND_SAME;
    if (any) /* whatever the dtype is */
        by_ground(&j);
    for (int d = 0; d < CP_DTYPE_COUNT; d++) {
        j.from = (cp_dtype)d;
        if (!any && (plan->before & CP_DTYPES(d)))
            judge_dtype(&j);
    }
    j.from = CP_DTYPE_NONE;
    if (verdict.count == 0)
        job_unproved(&j, CP_STR(""), NULL,
                     CP_STR("the dtypes that reach the cast are not known"));
    conclude(&verdict, plan->cast_to);
    return verdict;
}
