/*
 * lanes_take.h - scores, choices and weights of what is listed. Part of route_lanes.h's
 * code.
 *
 * Layer: kernels.
 */
#ifndef CP_KERNELS_LANES_TAKE_H
#define CP_KERNELS_LANES_TAKE_H

#include "kernels/route_lanes.h"

/* Values as they are behind the cast of route a. */
static inline void cp_lane_cast(cp_storage cast, const float *from, float *to,
                                int32_t count)
{
    for (int32_t i = 0; i < count && cast == CP_STORE_F32; i++)
        to[i] = from[i];
    for (int32_t i = 0; i < count && cast == CP_STORE_BF16; i++)
        to[i] = cp_round_to(from[i], CP_STORE_BF16);
    for (int32_t i = 0; i < count && cast == CP_STORE_F16; i++)
        to[i] = cp_round_to(from[i], CP_STORE_F16);
}

static inline void cp_lane_score(const cp_lanes_job *job, cp_lanes_work *w,
                                 const float *value, const float *bias)
{
    int32_t count = w->longest * CP_LANES;
    if (job->steps.score == CP_SCORE_SIGMOID)
        for (int32_t i = 0; i < count; i++)
            w->score[i] = cp_sigmoid(value[i]);
    else if (job->steps.score == CP_SCORE_SQRT_SOFTPLUS)
        for (int32_t i = 0; i < count; i++)
            w->score[i] = cp_sqrt_softplus(value[i]);
    else if (job->steps.score == CP_SCORE_SOFTMAX)
        for (int32_t i = 0; i < count; i += CP_LANES)
            cp_lane_store(w->score + i, cp_lane_load(value + i) / w->sum);
    else
        memcpy(w->score, value, sizeof(float) * (size_t)count);
    for (int32_t i = 0; i < count; i++)
        w->choice[i] = w->score[i] + bias[i];
}

/* The values of groups by what one lane lists of them, group after group. */
static inline void cp_lane_group_values(const cp_lanes_job *job, const cp_lanes_work *w,
                                        int32_t lane, float *value)
{
    float first = -HUGE_VALF, next = -HUGE_VALF;
    int32_t group = -1;
    for (int32_t g = 0; g < CP_LANES_MAX_GROUPS; g++)
        value[g] = -HUGE_VALF;
    for (int32_t i = 0; i < w->length[lane]; i++) {
        float c = w->choice[i * CP_LANES + lane];
        int32_t g = job->group_of[w->id[i * CP_LANES + lane]];
        first = g == group ? first : -HUGE_VALF;
        next = g == group ? next : -HUGE_VALF;
        float lower = c < first ? c : first;
        first = c > first ? c : first;
        next = lower > next ? lower : next;
        value[g] = job->size > 1 ? first + next : first;
        group = g;
    }
}

/*
 * Drops what one lane lists of the groups that do not stay, by their true values. What
 * is not listed of a group that may stay has no part in its value.
 */
static inline void cp_lane_settle(const cp_lanes_job *job, cp_lanes_work *w, int32_t lane)
{
    float value[CP_LANES_MAX_GROUPS];
    int32_t drops[CP_LANES_MAX_GROUPS];
    cp_lane_group_values(job, w, lane, value);
    for (int32_t g = 0; g < job->groups; g++)
        value[g] = w->stays[g][lane] ? value[g] : -HUGE_VALF;
    for (int32_t first = 0; first < job->groups; first += CP_LANES) {
        cp_vi before = {0}, at = (cp_vi){0, 1, 2, 3, 4, 5, 6, 7} + first;
        cp_vf own = cp_lane_load(value + first);
        for (int32_t h = 0; h < job->groups; h++)
            before -= (value[h] > own) | ((value[h] == own) & (at > h));
        cp_lane_store_i(drops + first, before >= job->keep);
    }
    for (int32_t i = 0; i < w->length[lane]; i++) {
        float *choice = &w->choice[i * CP_LANES + lane];
        uint32_t drop = (uint32_t)drops[job->group_of[w->id[i * CP_LANES + lane]]];
        uint32_t lowest = 0xff800000; /* -Inf: by bits, for not to branch */
        *choice = cp_float_of_bits((cp_bits_of_float(*choice) & ~drop) | (lowest & drop));
    }
}

/* Puts the candidate in its place; one that is equal stays behind. */
CP_LANE_OP void cp_lane_place(cp_vf *top, cp_lanes_choice *best, int32_t top_k,
                              cp_vf choice, cp_vf score, cp_vi id)
{
    cp_vi above = choice > top[top_k - 1];
    if (!cp_lane_bits(above))
        return;
    for (int32_t k = top_k - 1; k > 0; k--) {
        cp_vi over = choice > top[k - 1];
        top[k] = cp_lane_pick_f(over, top[k - 1], cp_lane_pick_f(above, choice, top[k]));
        best->score[k] = cp_lane_pick_f(over, best->score[k - 1],
                                        cp_lane_pick_f(above, score, best->score[k]));
        best->id[k] =
            cp_lane_pick(over, best->id[k - 1], cp_lane_pick(above, id, best->id[k]));
        above = over;
    }
    top[0] = cp_lane_pick_f(above, choice, top[0]);
    best->score[0] = cp_lane_pick_f(above, score, best->score[0]);
    best->id[0] = cp_lane_pick(above, id, best->id[0]);
}

/*
 * Takes the best of the list, in the order of choice. The first top_k of it fill the
 * places up, one more each time.
 */
CP_LANE_OP void cp_lane_best(const cp_lanes_work *w, cp_lanes_choice *best, int32_t top_k)
{
    cp_vf top[CP_ROUTE_MAX_TOP_K];
#pragma GCC unroll 8
    for (int32_t i = 0; i < top_k; i++) {
        top[i] = cp_lane_all(-HUGE_VALF);
        best->score[i] = cp_lane_all(0);
        best->id[i] = (cp_vi){0};
        cp_lane_place(top, best, i + 1, cp_lane_load(w->choice + i * CP_LANES),
                      cp_lane_load(w->score + i * CP_LANES),
                      cp_lane_load_i(w->id + i * CP_LANES));
    }
    for (int32_t i = top_k; i < w->longest; i++)
        cp_lane_place(top, best, top_k, cp_lane_load(w->choice + i * CP_LANES),
                      cp_lane_load(w->score + i * CP_LANES),
                      cp_lane_load_i(w->id + i * CP_LANES));
}

/* Scores become weights: cp_weigh for eight tokens. */
static inline void cp_lane_weigh(const cp_lanes_job *job, cp_vf *weights)
{
    int32_t top_k = job->spec.top_k;
    cp_weight by = job->steps.weight;
    cp_vf sum = {0}, most = weights[0], least = cp_lane_all(CP_ROUTE_LEAST);
    float cells[CP_ROUTE_MAX_TOP_K * CP_LANES];
    if (by == CP_WEIGHT_AS_SCORED)
        return;
    for (int32_t k = 0; k < top_k && by == CP_WEIGHT_SOFTMAX; k++)
        weights[k] -= most;
    memcpy(cells, weights, sizeof *weights * (size_t)top_k);
    for (int32_t i = 0; i < top_k * CP_LANES && by == CP_WEIGHT_SOFTMAX; i++)
        cells[i] = cp_exp(cells[i]);
    for (int32_t i = 0; i < top_k * CP_LANES && by == CP_WEIGHT_SIGMOID; i++)
        cells[i] = cp_sigmoid(cells[i]);
    memcpy(weights, cells, sizeof *weights * (size_t)top_k);
    if (by == CP_WEIGHT_SIGMOID)
        return;
    for (int32_t k = 0; k < top_k; k++)
        sum += weights[k];
    if (by == CP_WEIGHT_FLOORED_SHARE)
        sum = cp_lane_pick_f(sum < least, least, sum);
    if (by == CP_WEIGHT_SCALED_SHARE)
        sum += least;
    for (int32_t k = 0; k < top_k; k++)
        weights[k] = weights[k] / sum;
    for (int32_t k = 0; k < top_k && by == CP_WEIGHT_SCALED_SHARE; k++)
        weights[k] *= job->spec.scale;
}

/* Takes the best of the list. */
static inline void cp_lane_take(const cp_lanes_job *job, cp_lanes_work *w,
                                const float *value, const float *bias,
                                cp_lanes_choice *best)
{
    cp_lane_score(job, w, value, bias);
    for (int32_t l = 0; l < CP_LANES; l++)
        if (w->unsure >> l & 1)
            cp_lane_settle(job, w, l);
    if (job->spec.top_k == 8)
        cp_lane_best(w, best, 8);
    else
        cp_lane_best(w, best, job->spec.top_k);
    cp_lane_weigh(job, best->score);
}

#endif
