/*
 * lanes_code.h - a block of tokens, from rows to choices: the code behind
 * cp_lanes_code. Included once by each file that compiles it for other instructions.
 *
 * Layer: kernels.
 */
#ifndef CP_KERNELS_LANES_CODE_H
#define CP_KERNELS_LANES_CODE_H

#include "kernels/lanes_list.h"
#include "kernels/lanes_read.h"
#include "kernels/lanes_take.h"

/* One route of the values that were read. */
static inline void cp_lane_route(const cp_lanes_job *job, cp_lanes_work *w,
                                 const float *bias, cp_lanes_choice *best)
{
    w->with = bias;
    cp_lane_list(job, w, job->slack);
    cp_lane_take(job, w, w->listed, w->bias, best);
}

/*
 * How far estimates of route b are off for either route. The cast moves a logit x by
 * `moves` |x| at most, or by `moves_least`; sigmoid and the root of softplus by
 * |x s'(x)| of that: at most 0.224, and 0.34 below 0 and sqrt(x) / 2 above.
 */
static inline float cp_lane_slack(const cp_lanes_job *job, const cp_lanes_work *w)
{
    float by = w->largest;
    if (job->steps.score == CP_SCORE_SIGMOID)
        by = 0.225f;
    if (job->steps.score == CP_SCORE_SQRT_SOFTPLUS)
        by = 0.36f + 0.52f * sqrtf(w->largest);
    return job->slack + 1.01f * (job->moves * by + job->moves_least);
}

/* Whether one list can do for both routes: a softmax has a sum for each. */
static inline int32_t cp_lane_joins(const cp_lanes_job *job, const cp_lanes_work *w)
{
    return job->steps.score == CP_SCORE_SIGMOID ||
           (job->steps.score != CP_SCORE_SOFTMAX && w->largest < job->cast_end);
}

/* Both routes from one list, whose limit lets pass what either may choose. */
static inline void cp_lane_route_joint(const cp_lanes_job *job, cp_lanes_work *w)
{
    w->with = job->bias_b;
    cp_lane_list(job, w, cp_lane_slack(job, w) + job->apart);
    cp_lane_take(job, w, w->listed, w->bias, &w->b);
    int32_t count = w->longest * CP_LANES;
    cp_lane_cast(job->cast, w->listed, w->rounded, count);
    for (int32_t i = 0; i < count && job->apart > 0; i++)
        w->bias[i] = job->bias_a[w->id[i]];
    cp_lane_take(job, w, w->rounded, w->bias, &w->a);
}

/* Casts what was read; 0 where that makes an infinity. */
static inline int32_t cp_lane_cast_all(const cp_lanes_job *job, cp_lanes_work *w)
{
    int32_t count = job->spec.experts * CP_LANES;
    uint32_t beyond = 0;
    cp_lane_cast(job->cast, w->value, w->value, count);
    for (int32_t i = 0; i < count; i++)
        beyond |= (cp_bits_of_float(w->value[i]) & 0x7fffffff) >= 0x7f800000;
    return beyond == 0;
}

static inline int32_t cp_lane_block(const cp_lanes_job *job, cp_lanes_work *w,
                                    const void *logits, int64_t first, int32_t count,
                                    int32_t both)
{
    if (!cp_lane_read(job, w, logits, first, count))
        return 0;
    if (both && cp_lane_joins(job, w)) {
        cp_lane_route_joint(job, w);
        return 1;
    }
    if (both) {
        if (!cp_lane_cast_all(job, w))
            return 0;
        cp_lane_route(job, w, job->bias_a, &w->a);
        cp_lane_read(job, w, logits, first, count);
    }
    cp_lane_route(job, w, job->bias_b, &w->b);
    return 1;
}

/* What eight tokens differ in; a mask a kind. */
typedef struct cp_lanes_difference {
    cp_vi set, order, weight;
    cp_vf error; /* of weights, rounded to float32 */
} cp_lanes_difference;

static inline cp_lanes_difference cp_lane_differ(const cp_lanes_job *job,
                                                 const cp_lanes_work *w)
{
    cp_lanes_difference d = {{0}, {0}, {0}, {0}};
    int32_t top_k = job->spec.top_k;
    for (int32_t k = 0; k < top_k; k++) {
        cp_vi found = {0};
        cp_vf other = w->a.score[k];
        for (int32_t j = 0; j < top_k; j++) {
            cp_vi same = w->a.id[k] == w->b.id[j];
            other = cp_lane_pick_f(same, w->b.score[j], other);
            found |= same;
        }
        d.set |= ~found;
        d.order |= w->a.id[k] != w->b.id[k];
        d.weight |= (cp_vi)other != (cp_vi)w->a.score[k];
        cp_vf error = (cp_vf)((cp_vi)(other - w->a.score[k]) & 0x7fffffff);
        d.error = cp_lane_max(d.error, error);
    }
    return d;
}

/* The largest error to the last bit: as cp_compare_token takes it. */
static inline void cp_lane_error(const cp_lanes_job *job, const cp_lanes_work *w,
                                 int32_t lane, cp_comparison *sum)
{
    int32_t top_k = job->spec.top_k;
    for (int32_t k = 0; k < top_k; k++)
        for (int32_t j = 0; j < top_k; j++) {
            double a = w->a.score[k][lane], b = w->b.score[j][lane];
            double error = w->a.id[k][lane] == w->b.id[j][lane] ? fabs(a - b) : 0;
            if (error > sum->max_weight_error)
                sum->max_weight_error = error;
        }
}

static inline void cp_lane_compare(const cp_lanes_job *job, const cp_lanes_work *w,
                                   int32_t count, cp_comparison *sum)
{
    cp_lanes_difference d = cp_lane_differ(job, w);
    uint32_t live = (1u << count) - 1;
    uint32_t set = cp_lane_bits(d.set) & live, order = cp_lane_bits(d.order) & live;
    cp_vf near = cp_lane_all((float)sum->max_weight_error) * (1 - 0x1p-20f);
    uint32_t large = cp_lane_bits(d.error > near) & live;
    sum->tokens += count;
    sum->expert_set_mismatches += __builtin_popcount(set);
    sum->order_mismatches += __builtin_popcount(order & ~set);
    sum->weight_mismatches += __builtin_popcount(cp_lane_bits(d.weight) & live);
    for (; large; large &= large - 1)
        cp_lane_error(job, w, __builtin_ctz(large), sum);
}

#endif
