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

#define CP_ROUTE_LEAST 1e-20f /* keeps a sum of nothing from being divided by */

CP_HD void cp_round_all(float *values, int32_t count, cp_storage compute)
{
    for (int32_t i = 0; i < count; i++)
        values[i] = cp_round_to(values[i], compute);
}

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

/* Turns logits into scores, in place. */
CP_HD void cp_score_all(cp_score score, float *values, int32_t count)
{
    if (score == CP_SCORE_SOFTMAX)
        cp_softmax(values, count);
    for (int32_t i = 0; i < count && score == CP_SCORE_SIGMOID; i++)
        values[i] = cp_sigmoid(values[i]);
    for (int32_t i = 0; i < count && score == CP_SCORE_SQRT_SOFTPLUS; i++)
        values[i] = cp_sqrt_softplus(values[i]);
}

/* Divides each by the sum of all, which is kept from zero as `weight` says. */
CP_HD void cp_share(cp_weight weight, float *weights, int32_t count, cp_storage compute)
{
    float sum = 0;
    for (int32_t k = 0; k < count; k++)
        sum += weights[k];
    sum = cp_round_to(sum, compute);
    if (weight == CP_WEIGHT_FLOORED_SHARE)
        sum = sum < CP_ROUTE_LEAST ? CP_ROUTE_LEAST : sum;
    if (weight == CP_WEIGHT_SCALED_SHARE)
        sum = sum + CP_ROUTE_LEAST;
    sum = cp_round_to(sum, compute);
    for (int32_t k = 0; k < count; k++)
        weights[k] = cp_round_to(weights[k] / sum, compute);
}

/* Turns the scores of the chosen into their weights, in place. */
CP_HD void cp_weigh(const cp_route_spec *spec, cp_weight weight, float *weights)
{
    if (weight == CP_WEIGHT_AS_SCORED)
        return;
    if (weight == CP_WEIGHT_SIGMOID)
        cp_score_all(CP_SCORE_SIGMOID, weights, spec->top_k);
    else if (weight == CP_WEIGHT_SOFTMAX)
        cp_softmax(weights, spec->top_k);
    else
        cp_share(weight, weights, spec->top_k, spec->compute);
    for (int32_t k = 0; k < spec->top_k && weight == CP_WEIGHT_SCALED_SHARE; k++)
        weights[k] = weights[k] * spec->scale;
    cp_round_all(weights, spec->top_k, spec->compute);
}

/*
 * `values` are the token's logits, as cp_route_logit gives them; they are used up.
 * `bias` is as cp_route_bias gives it. Writes top_k ids and weights.
 */
CP_HD void cp_route_token(const cp_route_spec *spec, float *values, const float *bias,
                          int32_t *ids, float *weights)
{
    float choice[CP_ROUTE_MAX_EXPERTS] = {0};
    int32_t order[CP_ROUTE_MAX_EXPERTS] = {0};
    cp_steps steps = cp_method_steps(spec->method);
    int32_t experts = spec->experts, groups = steps.grouped ? spec->groups : 1;
    cp_groups of = {groups, experts / groups, groups > 1 ? spec->keep_groups : 1,
                    spec->compute};
    cp_picks picks;
    picks.limit = spec->top_k;
    picks.count = 0;
    picks.ids = ids;
    cp_score_all(steps.score, values, experts);
    cp_round_all(values, experts, spec->compute);
    for (int32_t e = 0; e < experts; e++)
        choice[e] = steps.biased ? values[e] + bias[e] : values[e];
    cp_round_all(choice, experts, spec->compute);
    for (int32_t e = 0; e < experts; e++)
        order[e] = cp_order(choice[e]);
    cp_pick_grouped(&picks, choice, order, &of);
    for (int32_t k = 0; k < spec->top_k; k++)
        weights[k] = values[ids[k]];
    cp_weigh(spec, steps.weight, weights);
}

/* Logit number `index` as it is computed on. */
CP_HD float cp_route_logit(const cp_route_spec *spec, const void *logits, size_t index)
{
    return cp_round_to(cp_load(logits, spec->logits, index), spec->compute);
}

/* The bias of one expert as it is added; `bias` may be NULL. */
CP_HD float cp_route_bias(const cp_route_spec *spec, const void *bias, int32_t expert)
{
    float value = bias ? cp_load(bias, spec->bias, (size_t)expert) : 0.0f;
    if (spec->round_bias)
        value = cp_round_to(value, CP_STORE_BF16);
    return cp_round_to(value, spec->compute);
}

#endif
