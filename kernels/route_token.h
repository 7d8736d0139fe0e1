/*
 * route_token.h - the routing of one token in float32: route.h as code.
 *
 * Layer: kernels. Compiles as C11, C++17 and CUDA, and gives the same bits in
 * each; see fmath.h for what that rests on. One loop a step.
 */
#ifndef CP_KERNELS_ROUTE_TOKEN_H
#define CP_KERNELS_ROUTE_TOKEN_H

#include "kernels/fmath.h"
#include "kernels/pick.h"
#include "kernels/route.h"

/* Softmax of `count` values, in place. */
CP_HD void cp_softmax(float *values, int32_t count)
{
    float most = values[0], sum = 0;
    for (int32_t i = 1; i < count; i++)
        most = cp_order(values[i]) > cp_order(most) ? values[i] : most;
    for (int32_t i = 0; i < count; i++)
        values[i] = cp_exp(values[i] - most);
    for (int32_t i = 0; i < count; i++)
        sum += values[i];
    for (int32_t i = 0; i < count; i++)
        values[i] = values[i] / sum;
}

/* Divides the chosen weights by `least` plus their sum, then multiplies by `scale`. */
CP_HD void cp_normalize(float *weights, int32_t top_k, float least, float scale)
{
    float sum = 0;
    for (int32_t k = 0; k < top_k; k++)
        sum += weights[k];
    for (int32_t k = 0; k < top_k; k++)
        weights[k] = weights[k] / (sum + least) * scale;
}

CP_HD void cp_gather(const float *values, const cp_picks *picks, float *weights)
{
    for (int32_t k = 0; k < picks->limit; k++)
        weights[k] = values[picks->ids[k]];
}

CP_HD void cp_route_deepseek(const cp_route_spec *spec, float *values, const float *bias,
                             cp_picks *picks, float *weights)
{
    float choice[CP_ROUTE_MAX_EXPERTS] = {0};
    int32_t order[CP_ROUTE_MAX_EXPERTS] = {0};
    for (int32_t e = 0; e < spec->experts; e++)
        values[e] = cp_sigmoid(values[e]);
    for (int32_t e = 0; e < spec->experts; e++)
        choice[e] = values[e] + bias[e];
    for (int32_t e = 0; e < spec->experts; e++)
        order[e] = cp_order(choice[e]);
    cp_groups of = {spec->groups, spec->experts / spec->groups, spec->keep_groups};
    cp_pick_grouped(picks, choice, order, &of);
    cp_gather(values, picks, weights);
    cp_normalize(weights, spec->top_k, 1e-20f, spec->scale);
}

/* Every other method: softmax before the choice or after it, or none. */
CP_HD void cp_route_plain(const cp_route_spec *spec, float *values, cp_picks *picks,
                          float *weights)
{
    int32_t order[CP_ROUTE_MAX_EXPERTS] = {0};
    if (spec->method == CP_METHOD_DEFAULT || spec->method == CP_METHOD_RENORMALIZE_NAIVE)
        cp_softmax(values, spec->experts);
    for (int32_t e = 0; e < spec->experts; e++)
        order[e] = cp_order(values[e]);
    cp_pick(picks, order, 0, spec->experts);
    cp_gather(values, picks, weights);
    if (spec->method == CP_METHOD_RENORMALIZE)
        cp_softmax(weights, spec->top_k);
    if (spec->method == CP_METHOD_RENORMALIZE_NAIVE)
        cp_normalize(weights, spec->top_k, 0, 1);
    if (spec->method == CP_METHOD_LLAMA4)
        for (int32_t k = 0; k < spec->top_k; k++)
            weights[k] = cp_sigmoid(weights[k]);
}

/*
 * `values` are the token's logits, widened; they are used up. `bias` is widened
 * and, where the spec says so, rounded. Writes top_k ids and weights.
 */
CP_HD void cp_route_token(const cp_route_spec *spec, float *values, const float *bias,
                          int32_t *ids, float *weights)
{
    cp_picks picks;
    picks.limit = spec->top_k;
    picks.count = 0;
    picks.ids = ids;
    if (spec->method == CP_METHOD_DEEPSEEK_V3)
        cp_route_deepseek(spec, values, bias, &picks, weights);
    else
        cp_route_plain(spec, values, &picks, weights);
}

/* The bias of one expert as the kernel adds it. */
CP_HD float cp_route_bias(const cp_route_spec *spec, const void *bias, int32_t expert)
{
    float value = bias ? cp_load(bias, spec->bias, (size_t)expert) : 0.0f;
    return spec->round_bias ? cp_round_to(value, CP_STORE_BF16) : value;
}

#endif
