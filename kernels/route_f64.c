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
        groups.value[g] = group_value(experts, g, size);
    double margin = run(&groups, spec->keep_groups, kept);
    for (int32_t e = 0; e < spec->experts; e++)
        experts->taken[e] = !groups.taken[e / size];
    return margin;
}

static void normalize(double *weights, int32_t top_k, double scale)
{
    double sum = 0;
    for (int32_t k = 0; k < top_k; k++)
        sum += weights[k];
    for (int32_t k = 0; k < top_k; k++)
        weights[k] = weights[k] / (sum + 1e-20) * scale;
}

/* `values` are a token's logits; returns the margin. */
static double route_token(const cp_route_spec *spec, double *values, const double *bias,
                          int32_t *ids, double *weights)
{
    race experts = {.count = spec->experts};
    bool grouped = spec->method == CP_METHOD_DEEPSEEK_V3;
    bool naive = spec->method == CP_METHOD_RENORMALIZE_NAIVE;
    if (naive || spec->method == CP_METHOD_DEFAULT)
        soften(values, spec->experts);
    for (int32_t e = 0; e < spec->experts; e++) {
        values[e] = grouped ? logistic(values[e]) : values[e];
        experts.value[e] = grouped ? values[e] + bias[e] : values[e];
    }
    double margin = grouped ? drop_groups(spec, &experts) : HUGE_VAL;
    double last = run(&experts, spec->top_k, ids);
    for (int32_t k = 0; k < spec->top_k; k++)
        weights[k] = values[ids[k]];
    if (grouped || naive)
        normalize(weights, spec->top_k, grouped ? (double)spec->scale : 1);
    if (spec->method == CP_METHOD_RENORMALIZE)
        soften(weights, spec->top_k);
    for (int32_t k = 0; k < spec->top_k && spec->method == CP_METHOD_LLAMA4; k++)
        weights[k] = logistic(weights[k]);
    return isnan(last) || last < margin ? last : margin;
}

void cp_route_f64(const cp_route_spec *spec, const void *logits, const void *bias,
                  int64_t tokens, int32_t *ids, double *weights, double *margin)
{
    double row[MAX] = {0}, added[MAX] = {0};
    size_t experts = (size_t)spec->experts, top_k = (size_t)spec->top_k;
    for (size_t e = 0; e < experts; e++) {
        float value = bias ? cp_load(bias, spec->bias, e) : 0;
        added[e] = spec->round_bias ? cp_round_to(value, CP_STORE_BF16) : value;
    }
    for (size_t t = 0; t < (size_t)tokens; t++) {
        for (size_t e = 0; e < experts; e++)
            row[e] = cp_load(logits, spec->logits, t * experts + e);
        double m = route_token(spec, row, added, ids + t * top_k, weights + t * top_k);
        if (margin)
            margin[t] = m;
    }
}
