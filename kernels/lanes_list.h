/*
 * lanes_list.h - which experts of a block are looked at closely. Part of
 * route_lanes.h's code, where the steps are explained.
 *
 * Layer: kernels.
 */
#ifndef CP_KERNELS_LANES_LIST_H
#define CP_KERNELS_LANES_LIST_H

#include "kernels/route_lanes.h"

#define CP_LANE_CALM 40.0f /* exp(2 * 40) is far from the largest float */

/* The best so far, best first, `depth` deep. */
CP_LANE_OP void cp_lane_rank(cp_vf *top, int32_t depth, cp_vf v)
{
    for (int32_t i = 0; i < depth; i++) {
        cp_vf lower = cp_lane_min(top[i], v);
        top[i] = cp_lane_max(top[i], v);
        v = lower;
    }
}

/*
 * 1 + exp(-x), off by at most a part in 13000: 2^f for |f| <= 1/2 by a cubic, 2^n by its
 * exponent. |x| is below CP_LANE_CALM, or kept to 17, which moves no sigmoid by 5e-8.
 */
CP_LANE_OP cp_vf cp_lane_denominator(cp_vf x, int32_t calm)
{
    cp_vf magic = cp_lane_all(CP_ROUND_MAGIC);
    if (!calm)
        x = cp_lane_min(cp_lane_max(x, cp_lane_all(-17)), cp_lane_all(17));
    cp_vf shifted = cp_lane_near(x, cp_lane_all(-1.44269504f), magic);
    cp_vf f = cp_lane_near(x, cp_lane_all(-1.44269504f), magic - shifted);
    cp_vf p = cp_lane_near(f, cp_lane_all(0.0551717f), cp_lane_all(0.2426112f));
    p = cp_lane_near(p, f, cp_lane_all(0.6932610f));
    p = cp_lane_near(p, f, cp_lane_all(0.9999281f));
    return (cp_vf)((cp_vi)p + ((cp_vi)shifted << 23)) + 1.0f;
}

/* Estimates sigmoid + bias for experts e and e + 1, which share a division. */
CP_LANE_OP void cp_lane_estimate_two(cp_lanes_work *w, int32_t e, int32_t calm)
{
    float *to = w->estimate + e * CP_LANES;
    const float *x = w->value + e * CP_LANES;
    cp_vf p = cp_lane_denominator(cp_lane_load(x), calm);
    cp_vf q = cp_lane_denominator(cp_lane_load(x + CP_LANES), calm);
    cp_vf r = 1.0f / (p * q);
    cp_lane_store(to, cp_lane_near(r, q, cp_lane_all(w->with[e])));
    cp_lane_store(to + CP_LANES, cp_lane_near(r, p, cp_lane_all(w->with[e + 1])));
}

/*
 * What lies behind the last expert is estimated with it, and not looked at; but as the
 * two share a division, it must be a number.
 */
CP_LANE_OP void cp_lane_estimate(cp_lanes_work *w, int32_t experts, int32_t calm)
{
    if (experts % 2 != 0)
        cp_lane_store(w->value + experts * CP_LANES, cp_lane_all(0));
    for (int32_t e = 0; e < experts; e += 2) {
        __builtin_prefetch(w->ahead + e * 32);
        cp_lane_estimate_two(w, e, calm);
    }
}

/* Turns logits into exponentials, as cp_softmax does, and adds these up. */
static inline void cp_lane_exponentials(cp_lanes_work *w, int32_t experts)
{
    cp_vf most = cp_lane_load(w->value), sum = {0};
    for (int32_t e = 1; e < experts; e++)
        most = cp_lane_max(most, cp_lane_load(w->value + e * CP_LANES));
    for (int32_t e = 0; e < experts; e++)
        cp_lane_store(w->value + e * CP_LANES,
                      cp_lane_load(w->value + e * CP_LANES) - most);
    for (int32_t i = 0; i < experts * CP_LANES; i++)
        w->value[i] = cp_exp(w->value[i]);
    for (int32_t e = 0; e < experts; e++)
        sum += cp_lane_load(w->value + e * CP_LANES);
    w->sum = sum;
}

static inline void cp_lane_screen(const cp_lanes_job *job, cp_lanes_work *w)
{
    int32_t experts = job->spec.experts;
    if (job->steps.score == CP_SCORE_SIGMOID) {
        if (w->largest < CP_LANE_CALM)
            cp_lane_estimate(w, experts, 1);
        else
            cp_lane_estimate(w, experts, 0);
        return;
    }
    if (job->steps.score == CP_SCORE_SOFTMAX)
        cp_lane_exponentials(w, experts);
    memcpy(w->estimate, w->value, sizeof(float) * (size_t)(experts * CP_LANES));
    if (job->steps.score != CP_SCORE_SQRT_SOFTPLUS)
        return;
    for (int32_t i = 0; i < experts * CP_LANES; i++)
        w->estimate[i] = cp_sqrt_softplus(w->estimate[i]);
    for (int32_t e = 0; e < experts; e++) {
        float *at = w->estimate + e * CP_LANES;
        cp_lane_store(at, cp_lane_load(at) + w->with[e]);
    }
}

/* The two best of a group: its value, and its last that is above any limit. */
CP_LANE_OP void cp_lane_best_two(const cp_lanes_job *job, cp_lanes_work *w, int32_t g)
{
    const float *at = w->estimate + g * job->size * CP_LANES;
    cp_vf first = cp_lane_load(at), next = cp_lane_all(-HUGE_VALF);
    for (int32_t i = 1; i < job->size; i++) {
        cp_vf v = cp_lane_load(at + i * CP_LANES);
        next = cp_lane_max(next, cp_lane_min(first, v));
        first = cp_lane_max(first, v);
    }
    w->value_of[g] = first + next;
    w->last[g] = next;
}

static inline void cp_lane_best_many(const cp_lanes_job *job, cp_lanes_work *w, int32_t g)
{
    const float *at = w->estimate + g * job->size * CP_LANES;
    for (int32_t i = 0; i < job->depth; i++)
        w->top[i] = cp_lane_all(-HUGE_VALF);
    for (int32_t i = 0; i < job->size; i += job->chunk) {
        cp_vf v = cp_lane_load(at + i * CP_LANES);
        for (int32_t j = i + 1; j < i + job->chunk && j < job->size; j++)
            v = cp_lane_max(v, cp_lane_load(at + j * CP_LANES));
        cp_lane_rank(w->top, job->depth, v);
    }
    w->value_of[g] = job->size < 2 || job->depth < 2 ? w->top[0] : w->top[0] + w->top[1];
    w->last[g] = w->top[job->depth - 1];
}

/* Which groups may stay: fewer than `keep` are above them for certain. */
static inline void cp_lane_groups(const cp_lanes_job *job, cp_lanes_work *w, float slack)
{
    cp_vi count = {0}, every = (cp_vi){0} - 1;
    w->unsure = 0;
    for (int32_t g = 0; g < job->groups; g++)
        w->stays[g] = every;
    if (job->groups == 1)
        return;
    for (int32_t g = 0; g < job->groups; g++) {
        cp_vi above = {0};
        cp_vf reach = w->value_of[g] + 4 * slack;
        for (int32_t h = 0; h < job->groups; h++)
            above -= w->value_of[h] > reach;
        w->stays[g] = above < job->keep;
        count -= w->stays[g];
    }
    w->unsure = cp_lane_bits(count > job->keep);
}

/* The least estimate of an expert that can be chosen, by group. */
static inline void cp_lane_limit(const cp_lanes_job *job, cp_lanes_work *w, float slack)
{
    cp_vf none = cp_lane_all(HUGE_VALF), limit = none;
    for (int32_t g = 0; g < job->groups; g++)
        limit = cp_lane_min(limit, cp_lane_pick_f(w->stays[g], w->last[g], none));
    if (job->steps.score == CP_SCORE_SOFTMAX) /* quotients of neighbours can be equal */
        limit = limit - limit * 0x1p-20f - 0x1p-138f;
    else
        limit = limit - 2 * slack;
    for (int32_t g = 0; g < job->groups; g++)
        w->limit[g] = cp_lane_pick_f(w->stays[g], limit, none);
}

/* The bits of up to 8 experts that reach the limit of their group, the first lowest. */
CP_LANE_OP cp_vi cp_lane_reach(const cp_lanes_job *job, const cp_lanes_work *w,
                               int32_t first, int32_t end)
{
    cp_vi bits = {0};
    cp_vf limit = w->limit[job->group_of[first]];
    for (int32_t e = end - 1; e >= first; e--) {
        if (job->size % CP_LANES != 0)
            limit = w->limit[job->group_of[e]];
        bits = bits + bits - (cp_lane_load(w->estimate + e * CP_LANES) >= limit);
    }
    return bits;
}

static inline void cp_lane_reach_all(const cp_lanes_job *job, cp_lanes_work *w)
{
    int32_t experts = job->spec.experts;
    for (int32_t e = 0; e < experts; e += 32) {
        cp_vi bits = {0};
        if (e + 32 <= experts)
            bits = cp_lane_reach(job, w, e, e + 8) |
                   cp_lane_reach(job, w, e + 8, e + 16) << 8 |
                   cp_lane_reach(job, w, e + 16, e + 24) << 16 |
                   cp_lane_reach(job, w, e + 24, e + 32) << 24;
        for (int32_t i = e; i < experts && e + 32 > experts; i += 8)
            bits |= cp_lane_reach(job, w, i, i + 8 < experts ? i + 8 : experts)
                    << (i - e);
        cp_lane_store_i((int32_t *)w->reach[e / 32], bits);
    }
}

/*
 * Lists the experts from `e` on whose bits are set, from place `at` on; returns the
 * place behind. Six are put whether there are so many or not: what is too much is put
 * over by the next word, and no branch depends on how many there are.
 */
CP_LANE_OP int32_t cp_lane_append(uint64_t bits, int32_t e, int32_t at, int32_t *ids)
{
    int32_t count = __builtin_popcountll(bits);
    for (int32_t i = 0; i < 6; i++, bits &= bits - 1)
        ids[(at + i) * CP_LANES] = e + __builtin_ctzll(bits | (uint64_t)1 << 63);
    for (int32_t i = 6; bits; i++, bits &= bits - 1)
        ids[(at + i) * CP_LANES] = e + __builtin_ctzll(bits);
    return at + count;
}

static inline void cp_lane_append_all(const cp_lanes_job *job, cp_lanes_work *w,
                                      int32_t lane)
{
    int32_t at = 0, words = (job->spec.experts + 31) / 32;
    for (int32_t word = 0; word < words; word += 2) {
        uint64_t bits = w->reach[word][lane];
        if (word + 1 < words)
            bits |= (uint64_t)w->reach[word + 1][lane] << 32;
        at = cp_lane_append(bits, word * 32, at, w->id + lane);
    }
    w->length[lane] = at;
}

/* Fetches what is listed; behind a lane's last comes what nothing is below. */
static inline void cp_lane_look_up(cp_lanes_work *w)
{
    const cp_vi lane = {0, 1, 2, 3, 4, 5, 6, 7};
    cp_vi length = cp_lane_load_i(w->length);
    for (int32_t i = 0; i < w->longest; i++) {
        cp_vi e = cp_lane_load_i(w->id + i * CP_LANES);
        e = cp_lane_pick(length > i, e, (cp_vi){0} + CP_ROUTE_MAX_EXPERTS);
        cp_lane_store_i(w->id + i * CP_LANES, e);
        cp_lane_store(w->listed + i * CP_LANES, cp_lane_gather(w->value, e * 8 + lane));
        cp_lane_store(w->bias + i * CP_LANES, cp_lane_gather(w->with, e));
    }
}

/* Lists the experts of every lane. */
static inline void cp_lane_list(const cp_lanes_job *job, cp_lanes_work *w, float slack)
{
    cp_lane_screen(job, w);
    for (int32_t g = 0; g < job->groups; g++)
        if (job->depth == 2 && job->chunk == 1)
            cp_lane_best_two(job, w, g);
        else
            cp_lane_best_many(job, w, g);
    cp_lane_groups(job, w, slack);
    cp_lane_limit(job, w, slack);
    cp_lane_reach_all(job, w);
    for (int32_t l = 0; l < CP_LANES; l++)
        cp_lane_append_all(job, w, l);
    w->longest = 0;
    for (int32_t l = 0; l < CP_LANES; l++)
        w->longest = w->length[l] > w->longest ? w->length[l] : w->longest;
    cp_lane_look_up(w);
}

#endif
