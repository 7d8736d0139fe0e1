#include "validation/runs.h"

struct cp_measured {
    cp_measurement of;
    cp_comparison is;
    cp_str device;
};

struct cp_widened {
    cp_widening of;
    cp_comparison is;
};

static bool same_spec(const cp_route_spec *a, const cp_route_spec *b)
{
    return a->method == b->method && a->experts == b->experts && a->top_k == b->top_k &&
           a->groups == b->groups && a->keep_groups == b->keep_groups &&
           a->scale == b->scale && a->compute == b->compute &&
           a->round_bias == b->round_bias;
}

static bool same_measurement(const cp_measurement *a, const cp_measurement *b)
{
    return same_spec(&a->spec, &b->spec) && a->has_bias == b->has_bias &&
           a->of_bias == b->of_bias && a->from == b->from && a->to == b->to &&
           a->std == b->std && a->seed == b->seed && a->tokens == b->tokens &&
           a->captured == b->captured && !a->gate && !b->gate;
}

static bool same_widening(const cp_widening *a, const cp_widening *b)
{
    return same_spec(&a->spec, &b->spec) && a->has_bias == b->has_bias &&
           a->of_bias == b->of_bias && a->narrow == b->narrow && a->seed == b->seed &&
           a->tokens == b->tokens;
}

cp_comparison cp_runs_measure(cp_arena *arena, cp_runs *runs, const cp_measurement *m,
                              cp_str *device)
{
    for (size_t i = 0; i < runs->measured_count; i++)
        if (same_measurement(&runs->measured[i].of, m)) {
            *device = runs->measured[i].device;
            return runs->measured[i].is;
        }
    struct cp_measured new = {.of = *m, .device = CP_STR("cpu")};
    new.is = cp_engine_measure(arena, runs->engine, m);
    if (runs->engine && !m->captured)
        new.device = runs->engine->device;
    *device = new.device;
    cp_push(arena, runs->measured, runs->measured_count, runs->measured_room, new);
    return new.is;
}

static cp_comparison widen(const cp_widening *w)
{
    float bias[CP_ROUTE_MAX_EXPERTS];
    if (w->of_bias)
        return cp_exact_run_bias(&w->spec, w->narrow, w->seed, w->tokens);
    for (int32_t e = 0; e < w->spec.experts; e++)
        bias[e] = w->has_bias ? cp_input_bias(CP_MEASURE_BIAS_STD, w->seed, e) : 0.0f;
    return cp_exact_run_logits(&w->spec, w->narrow, bias, w->seed, w->tokens);
}

cp_comparison cp_runs_widen(cp_arena *arena, cp_runs *runs, const cp_widening *w)
{
    for (size_t i = 0; i < runs->widened_count; i++)
        if (same_widening(&runs->widened[i].of, w))
            return runs->widened[i].is;
    struct cp_widened new = {*w, widen(w)};
    cp_push(arena, runs->widened, runs->widened_count, runs->widened_room, new);
    return new.is;
}

cp_exact cp_runs_enumerate(cp_runs *runs, cp_storage narrow)
{
    if (!runs->enumerated[narrow])
        runs->exact[narrow] = cp_exact_enumerate(narrow);
    runs->enumerated[narrow] = true;
    return runs->exact[narrow];
}
