#include "kernels/route_lanes.h"

#include <stdbool.h>

static void take_cast(cp_lanes_job *job, cp_storage cast)
{
    job->cast = cast;
    job->cast_end = HUGE_VALF;
    if (cast == CP_STORE_BF16) {
        job->moves = 0x1p-8f;
        job->moves_least = 0x1p-133f;
        job->cast_end = 0x1.fep127f;
    }
    if (cast == CP_STORE_F16) {
        job->moves = 0x1p-11f;
        job->moves_least = 0x1p-24f;
        job->cast_end = 65504;
    }
}

/* Biases as they are added, and what they ask of the slack; false: they are too large. */
static bool take_biases(cp_lanes_job *job, const void *bias_a, const void *bias_b)
{
    float largest = 0, apart = 0;
    bool fits = true;
    for (int32_t e = 0; e < job->spec.experts; e++) {
        float a = job->steps.biased ? cp_route_bias(&job->spec, bias_a, e) : 0;
        float b = job->steps.biased ? cp_route_bias(&job->spec, bias_b, e) : 0;
        job->bias_a[e] = a;
        job->bias_b[e] = b;
        fits = fits && fabsf(a) < 1e30f && fabsf(b) < 1e30f;
        largest = fmaxf(largest, fmaxf(fabsf(a), fabsf(b)));
        apart = fmaxf(apart, fabsf(a - b));
    }
    job->bias_a[CP_ROUTE_MAX_EXPERTS] = job->bias_b[CP_ROUTE_MAX_EXPERTS] = -HUGE_VALF;
    job->apart = apart;
    if (job->steps.score == CP_SCORE_SIGMOID)
        job->slack = 3e-5f + largest * 0x1p-20f;
    if (job->steps.score == CP_SCORE_SQRT_SOFTPLUS)
        job->slack = largest * 0x1p-20f;
    return fits;
}

static void take_shape(cp_lanes_job *job)
{
    const cp_route_spec *spec = &job->spec;
    job->groups = job->steps.grouped ? spec->groups : 1;
    job->keep = job->groups > 1 ? spec->keep_groups : 1;
    job->size = spec->experts / job->groups;
    job->depth = (spec->top_k + job->keep - 1) / job->keep;
    job->chunk = 1;
    if (job->groups > 1 && job->depth < 2 && job->size > 1)
        job->depth = 2;
    for (int32_t e = 0; e < spec->experts; e++)
        job->group_of[e] = (uint8_t)(e / job->size);
    int32_t chunks = spec->top_k * 3 > 32 ? spec->top_k * 3 : 32;
    if (job->groups == 1 && job->depth > 1 && spec->experts > chunks)
        job->chunk = spec->experts / chunks;
}

int32_t cp_lanes_prepare(cp_lanes_job *job, const cp_route_pair *pair)
{
    job->spec = pair->spec;
    job->steps = cp_method_steps(pair->spec.method);
    take_cast(job, pair->cast);
    take_shape(job);
    bool fits = take_biases(job, pair->bias_a, pair->bias_b);
    return fits && pair->spec.compute == CP_STORE_F32 &&
           job->groups <= CP_LANES_MAX_GROUPS;
}
