/*
 * any_score.cuh - what gpu_any.cuh knows of a token's experts: scores and groups.
 *
 * Layer: kernels. CUDA alone. Lane l has the logits of experts l, l + 32, …; N of them.
 */
#ifndef CP_KERNELS_ANY_SCORE_CUH
#define CP_KERNELS_ANY_SCORE_CUH

#include "kernels/gpu_job.cuh"

/* One warp's shared memory: cells for experts (softmax, groups), for groups, for picks.
 */
template <int CELLS, int GROUPS, int PLACES> struct any_room {
    float cells[CELLS], groups[GROUPS];
    float value[PLACES], score[PLACES];
    int32_t id[PLACES], order[PLACES];
};

/* What is in the running for the choice, 32 * S of them, in index order where they tie.
 */
template <int S> struct any_picks {
    float value[S], score[S];
    int32_t id[S], order[S];
};

/* What a softmax of a whole row is made with. */
struct any_total {
    float most, sum;
};

template <int N, class ROOM>
GPU any_total total_of(const gpu_job &job, const float (&x)[N], ROOM *room)
{
    const int lane = warp_lane();
    int32_t most = INT32_MIN;
#pragma unroll
    for (int i = 0; i < N; i++)
        if (lane + 32 * i < job.spec.experts)
            most = max(most, cp_order(x[i]));
    any_total total = {float_of_order(warp_most(most)), 0};
#pragma unroll
    for (int i = 0; i < N; i++) {
        bool is = lane + 32 * i < job.spec.experts;
        room->cells[lane + 32 * i] = is ? exp_of(x[i] - total.most) : 0;
    }
    warp_sync();
    for (int e = 0; e < job.spec.experts; e += 4) { /* in index order; zeros behind */
        const float4 v = *(const float4 *)(room->cells + e);
        total.sum = total.sum + v.x;
        total.sum = total.sum + v.y;
        total.sum = total.sum + v.z;
        total.sum = total.sum + v.w;
    }
    warp_sync();
    return total;
}

/* What an expert is chosen by, nearly; NaN only where the logit is. */
GPU float estimate_of(const gpu_job &job, float x, float bias)
{
    if (job.steps.score == CP_SCORE_SIGMOID)
        return fmaf(tanh_near(0.5f * x), 0.5f, 0.5f) + bias;
    if (job.steps.score != CP_SCORE_SQRT_SOFTPLUS)
        return x;
    float below = 0.693147182f * log2_near(1.0f + exp2_near(1.44269502f * x));
    return sqrt_near(x > 20.0f || x != x ? x : below) + bias;
}

/* Kept apart, and by calls, because it is rare and its code is large. */
GPU_APART float exact_apart(cp_score score, cp_storage compute, float x, float bias,
                            bool biased, any_total total)
{
    if (score == CP_SCORE_SIGMOID)
        x = cp_sigmoid(x);
    else if (score == CP_SCORE_SQRT_SOFTPLUS)
        x = cp_sqrt_softplus(x);
    else if (score == CP_SCORE_SOFTMAX)
        x = cp_exp(x - total.most) / total.sum;
    x = cp_round_to(x, compute);
    return biased ? cp_round_to(x + bias, compute) : x;
}

template <int N>
GPU void all_exact(const gpu_job &job, const float (&x)[N], const float *bias,
                   any_total total, float (&by)[N])
{
#pragma unroll
    for (int i = 0; i < N; i++) {
        bool is = warp_lane() + 32 * i < job.spec.experts;
        float added = is && job.steps.biased ? bias[warp_lane() + 32 * i] : 0;
        by[i] = exact_apart(job.steps.score, job.spec.compute, x[i], added,
                            job.steps.biased, total);
    }
}

/* The value of one group of the estimates in room->cells. */
template <class ROOM> GPU float group_value(const gpu_job &job, const ROOM *room, int g)
{
    const float *at = room->cells + g * job.size;
    float top = at[0], next = 0;
    bool has_next = false;
    for (int i = 1; i < job.size; i++) {
        if (cp_order(at[i]) > cp_order(top)) {
            next = top;
            top = at[i];
            has_next = true;
        } else if (!has_next || cp_order(at[i]) > cp_order(next)) {
            next = at[i];
            has_next = true;
        }
    }
    return round_of(has_next ? top + next : top, job.spec.compute);
}

/* Bit j: group lane + 32 * j stays, or may stay where estimates are off by `slack`. */
template <class ROOM>
GPU uint32_t groups_that_stay(const gpu_job &job, const ROOM *room, float slack)
{
    uint32_t stay = 0;
    for (int g = warp_lane(), j = 0; g < job.groups; g += 32, j++) {
        float mine = room->groups[g];
        int32_t order = cp_order(mine), before = 0;
        for (int i = 0; i < job.groups; i++) {
            float value = room->groups[i];
            int32_t other = cp_order(value);
            bool above = other > order || (other == order && i < g);
            before += slack > 0 ? value > mine + 4 * slack : above;
        }
        stay |= (uint32_t)(before < job.keep) << j;
    }
    return stay;
}

/*
 * Bit i: expert lane + 32 * i is of a group that stays. `sure` is false where more
 * groups may stay than do.
 */
template <int N, class ROOM>
GPU uint32_t grouped(const gpu_job &job, const float (&by)[N], float slack, ROOM *room,
                     bool *sure)
{
    const int lane = warp_lane();
    uint32_t live = 0;
    bool odd = false;
#pragma unroll
    for (int i = 0; i < N; i++) {
        room->cells[lane + 32 * i] = by[i];
        odd = odd || (lane + 32 * i < job.spec.experts && by[i] != by[i]);
    }
    warp_sync();
    for (int g = lane; g < job.groups; g += 32)
        room->groups[g] = group_value(job, room, g);
    warp_sync();
    uint32_t stay = groups_that_stay(job, room, slack);
    *sure = slack == 0 ||
            (!warp_any(odd) && warp_sum((unsigned)bits_set(stay)) <= (unsigned)job.keep);
    warp_sync();
    for (int g = lane, j = 0; g < job.groups; g += 32, j++)
        room->groups[g] = (float)(stay >> j & 1);
    warp_sync();
#pragma unroll
    for (int i = 0; i < N; i++) {
        uint32_t e = (uint32_t)(lane + 32 * i);
        uint32_t g = job.size == 1 ? e : __umulhi(e, job.inverse);
        if (e < (uint32_t)job.spec.experts)
            live |= (uint32_t)(room->groups[g] > 0) << i;
    }
    warp_sync();
    return live;
}

#endif
