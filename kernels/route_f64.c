#include "kernels/route.h"

#include <math.h>
#include <stdbool.h>

#define MAX CP_ROUTE_MAX_EXPERTS

/* `count` things with a value each; `taken` ones are out of the race. */
typedef struct race {
    int32_t count;
    double value[MAX];
    bool taken[MAX];
} race;

static bool beats(double a, double b)
{
    return isnan(a) ? !isnan(b) : a > b;
}

/* The best that is not taken, the lowest index among equals; -1 if all are. */
static int32_t winner(const race *r)
{
    int32_t best = -1;
    for (int32_t i = 0; i < r->count; i++)
        if (!r->taken[i] && (best < 0 || beats(r->value[i], r->value[best])))
            best = i;
    return best;
}

/* Takes the `wanted` best into `ids`; how far the last one was ahead of the next. */
static double run(race *r, int32_t wanted, int32_t *ids)
{
    for (int32_t k = 0; k < wanted; k++) {
        ids[k] = winner(r);
        r->taken[ids[k]] = true;
    }
    int32_t next = winner(r);
    return next < 0 ? HUGE_VAL : r->value[ids[wanted - 1]] - r->value[next];
}

static double logistic(double x)
{
    return 1 / (1 + exp(-x));
}

static double sqrt_softplus(double x)
{
    return sqrt(x > 20 ? x : log1p(exp(x)));
}

/* As a tensor of the spec's compute dtype holds it, where that is narrower. */
static double held(const cp_route_spec *spec, double x)
{
    return spec->compute == CP_STORE_F32 ? x : cp_round_to((float)x, spec->compute);
}

static void soften(double *values, int32_t count)
{
    double most = values[0], sum = 0;
    for (int32_t i = 1; i < count; i++)
        most = beats(values[i], most) ? values[i] : most;
    for (int32_t i = 0; i < count; i++)
        sum += values[i] = exp(values[i] - most);
    for (int32_t i = 0; i < count; i++)
        values[i] /= sum;
}

/* The value of group `g`: its two best experts together. */
static double group_value(const race *experts, int32_t g, int32_t size)
{
    race group = {.count = size};
    int32_t best[2] = {0};
    for (int32_t i = 0; i < size; i++)
        group.value[i] = experts->value[g * size + i];
    run(&group, size < 2 ? 1 : 2, best);
    return group.value[best[0]] + (size < 2 ? 0 : group.value[best[1]]);
}

/* Takes the experts of all groups but the best out of the race. */
static double drop_groups(const cp_route_spec *spec, race *experts)
{
    race groups = {.count = spec->groups};
    int32_t size = spec->experts / spec->groups, kept[MAX];
    for (int32_t g = 0; g < spec->groups; g++)
        groups.value[g] = held(spec, group_value(experts, g, size));
    double margin = run(&groups, spec->keep_groups, kept);
    for (int32_t e = 0; e < spec->experts; e++)
        experts->taken[e] = !groups.taken[e / size];
    return margin;
}

static void score(const cp_route_spec *spec, double *values)
{
    cp_score by = cp_method_steps(spec->method).score;
    if (by == CP_SCORE_SOFTMAX)
        soften(values, spec->experts);
    for (int32_t e = 0; e < spec->experts; e++) {
        double x = values[e];
        double s = by == CP_SCORE_SIGMOID         ? logistic(x)
                   : by == CP_SCORE_SQRT_SOFTPLUS ? sqrt_softplus(x)
                                                  : x;
        values[e] = held(spec, s);
    }
}

/* What the scores are divided by. */
static double divisor(const cp_route_spec *spec, cp_weight by, const double *weights)
{
    double sum = 0;
    for (int32_t k = 0; k < spec->top_k; k++)
        sum += weights[k];
    sum = held(spec, sum);
    if (by == CP_WEIGHT_SCALED_SHARE)
        sum += 1e-20;
    if (by == CP_WEIGHT_FLOORED_SHARE && sum < 1e-20)
        sum = 1e-20;
    return held(spec, sum);
}

static void weigh(const cp_route_spec *spec, double *weights)
{
    cp_weight by = cp_method_steps(spec->method).weight;
    double sum = divisor(spec, by, weights);
    if (by == CP_WEIGHT_SOFTMAX)
        soften(weights, spec->top_k);
    for (int32_t k = 0; k < spec->top_k; k++) {
        double w = weights[k];
        if (by == CP_WEIGHT_SIGMOID)
            w = logistic(w);
        if (by == CP_WEIGHT_SHARE || by == CP_WEIGHT_FLOORED_SHARE)
            w /= sum;
        if (by == CP_WEIGHT_SCALED_SHARE)
            w = held(spec, w / sum) * (double)spec->scale;
        weights[k] = held(spec, w);
    }
}

/* `values` are a token's logits; returns the margin. */
static double route_token(const cp_route_spec *spec, double *values, const double *bias,
                          int32_t *ids, double *weights)
{
    race experts = {.count = spec->experts};
    cp_steps steps = cp_method_steps(spec->method);
    score(spec, values);
    for (int32_t e = 0; e < spec->experts; e++)
        experts.value[e] = held(spec, values[e] + (steps.biased ? bias[e] : 0));
    double margin = steps.grouped ? drop_groups(spec, &experts) : HUGE_VAL;
    double last = run(&experts, spec->top_k, ids);
    for (int32_t k = 0; k < spec->top_k; k++)
        weights[k] = values[ids[k]];
    weigh(spec, weights);
    return isnan(last) || last < margin ? last : margin;
}

void cp_route_f64(const cp_route_spec *spec, const void *logits, const void *bias,
                  int64_t tokens, int32_t *ids, double *weights, double *margin)
{
    double row[MAX] = {0}, added[MAX] = {0};
    size_t experts = (size_t)spec->experts, top_k = (size_t)spec->top_k;
    for (size_t e = 0; e < experts; e++) {
        float value = bias ? cp_load(bias, spec->bias, e) : 0;
        added[e] =
            held(spec, spec->round_bias ? cp_round_to(value, CP_STORE_BF16) : value);
    }
    for (size_t t = 0; t < (size_t)tokens; t++) {
        for (size_t e = 0; e < experts; e++)
            row[e] = held(spec, cp_load(logits, spec->logits, t * experts + e));
        double m = route_token(spec, row, added, ids + t * top_k, weights + t * top_k);
        if (margin)
            margin[t] = m;
    }
}
