/*
 * any_choose.cuh - the best experts of one token by one route, as gpu_any.cuh has it.
 *
 * Layer: kernels. CUDA alone.
 */
#ifndef CP_KERNELS_ANY_CHOOSE_CUH
#define CP_KERNELS_ANY_CHOOSE_CUH

#include "kernels/any_score.cuh"

/* What no estimate of a chosen expert is below; NaN where any may be chosen. */
template <int N>
GPU float limit_of(const gpu_job &job, const float (&by)[N], uint32_t live, float slack,
                   any_total total)
{
    float most = -HUGE_VALF;
#pragma unroll
    for (int i = 0; i < N; i++)
        most = live >> i & 1 ? fmaxf(most, by[i]) : most;
    int32_t mine = live ? cp_order(most) : INT32_MIN, least = INT32_MIN, seen = 0;
    do {
        least = warp_most(mine);
        seen += bits_set(warp_ballot(mine == least));
        mine = mine == least ? INT32_MIN : mine;
    } while (seen < job.spec.top_k);
    float limit = float_of_order(least);
    if (slack == 0)
        return limit;
    if (job.steps.score != CP_SCORE_SOFTMAX)
        return limit - 2 * slack - fabsf(limit) * 1e-5f;
    /* quotients of neighbours can be equal; those of what is far below are all 0 */
    return limit - total.most > -80 ? limit - 1e-4f - fabsf(limit) * 1e-6f
                                    : cp_float_of_bits(0x7fc00000);
}

/* Lists what `mask` has from place `have` on; gives back what there was no room for. */
template <int N, int S, class ROOM>
GPU uint32_t list(const float (&x)[N], uint32_t mask, int have, ROOM *room, int *end)
{
    const int lane = warp_lane();
    uint32_t rest = 0;
    int at = have;
#pragma unroll
    for (int i = 0; i < N; i++) {
        bool is = mask >> i & 1;
        uint32_t all = warp_ballot(is);
        int place = at + bits_set(all & ((1u << lane) - 1));
        at += bits_set(all);
        if (is && place < 32 * S) {
            room->value[place] = x[i];
            room->id[place] = lane + 32 * i;
        } else if (is) {
            rest |= 1u << i;
        }
    }
    *end = min(at, 32 * S);
    warp_sync();
    return rest;
}

/* Looks at what was listed in places `have` to `end`. */
template <int S, class ROOM>
GPU void look(const gpu_job &job, const float *bias, any_total total, int have, int end,
              const ROOM *room, any_picks<S> &p)
{
#pragma unroll
    for (int s = 0; s < S; s++) {
        int place = warp_lane() + 32 * s;
        if (place >= end)
            p.order[s] = INT32_MIN;
        if (place < have || place >= end)
            continue;
        p.value[s] = room->value[place];
        p.id[s] = room->id[place];
        p.score[s] = score_of(job, p.value[s], total.most, total.sum);
        float choice = p.score[s];
        if (job.steps.biased)
            choice = round_of(choice + bias[p.id[s]], job.spec.compute);
        p.order[s] = cp_order(choice);
    }
}

/* Puts the best K in order of choice; ties stay in order of place. */
template <int S, class ROOM>
GPU int rank(const gpu_job &job, int end, ROOM *room, any_picks<S> &p)
{
    const int lane = warp_lane(), kept = min(end, job.spec.top_k);
    int before[S] = {0};
#pragma unroll
    for (int q = 0; q < S; q++)
        for (int j = 0; j < min(end - 32 * q, 32); j++) {
            int32_t other = warp_from(p.order[q], j);
#pragma unroll
            for (int s = 0; s < S; s++) /* one that is equal counts where it is ahead */
                before[s] += other > p.order[s] - (j + 32 * q < lane + 32 * s);
        }
    warp_sync();
#pragma unroll
    for (int s = 0; s < S; s++)
        if (lane + 32 * s < end && before[s] < kept) {
            room->value[before[s]] = p.value[s];
            room->score[before[s]] = p.score[s];
            room->id[before[s]] = p.id[s];
            room->order[before[s]] = p.order[s];
        }
    warp_sync();
    p.order[0] = INT32_MIN;
    if (lane < kept) {
        p.value[0] = room->value[lane];
        p.score[0] = room->score[lane];
        p.id[0] = room->id[lane];
        p.order[0] = room->order[lane];
    }
    warp_sync();
    return kept;
}

/* Of `mask`, those that may still come before the last of the best K. */
template <int N, int S>
GPU uint32_t above_last(const gpu_job &job, const float (&x)[N], const float (&by)[N],
                        const float *bias, float slack, uint32_t mask,
                        const any_picks<S> &p)
{
    int last = job.spec.top_k - 1;
    int32_t order = warp_from(p.order[0], last);
    float value = warp_from(p.value[0], last), choice = float_of_order(order);
    float added = job.steps.biased ? bias[warp_from(p.id[0], last)] : 0;
    bool ends = job.steps.score == CP_SCORE_SIGMOID; /* they are 1 from 17 on */
    bool rises = job.steps.score != CP_SCORE_SQRT_SOFTPLUS;
    value = ends && value > 17 ? HUGE_VALF : value;
#pragma unroll
    for (int i = 0; i < N; i++) {
        bool is = mask >> i & 1;
        float mine = is && job.steps.biased ? bias[warp_lane() + 32 * i] : 0;
        bool below = slack == 0 ? cp_order(by[i]) <= order
                                : rises && x[i] <= value && mine <= added;
        if (below || order == INT32_MAX ||
            (job.steps.biased && by[i] + 2 * slack + fabsf(by[i]) * 1e-5f < choice))
            mask &= ~(1u << i);
    }
    return mask;
}

/* Routes one token; lane k < top_k gets the k-th choice: its id and score. */
template <int N, int S, class ROOM>
GPU void any_choose(const gpu_job &job, const float (&x)[N], const float *bias,
                    ROOM *room, any_picks<S> &p)
{
    const int lane = warp_lane();
    any_total total = {0, 1};
    float by[N], slack = job.slack;
    bool exact = job.exact, sure = true;
    uint32_t live = 0;
    if (job.steps.score == CP_SCORE_SOFTMAX)
        total = total_of(job, x, room);
#pragma unroll
    for (int i = 0; i < N; i++)
        live |= (uint32_t)(lane + 32 * i < job.spec.experts) << i;
    do {
        exact = exact || !sure;
        slack = exact ? 0 : job.slack;
#pragma unroll
        for (int i = 0; i < N; i++) {
            bool is = lane + 32 * i < job.spec.experts;
            float added = is && job.steps.biased ? bias[lane + 32 * i] : 0;
            by[i] = estimate_of(job, x[i], added);
        }
        if (exact)
            all_exact(job, x, bias, total, by);
        if (job.groups > 1)
            live = grouped(job, by, slack, room, &sure);
    } while (!sure);
    float limit = limit_of(job, by, live, slack, total);
    uint32_t mask = 0;
#pragma unroll
    for (int i = 0; i < N; i++)
        mask |= live & (uint32_t) !(by[i] < limit) << i;
    int have = 0, end;
    do {
        mask = list<N, S>(x, mask, have, room, &end);
        look<S>(job, bias, total, have, end, room, p);
        have = rank<S>(job, end, room, p);
        if (have == job.spec.top_k)
            mask = above_last<N, S>(job, x, by, bias, slack, mask, p);
    } while (warp_any(mask != 0));
}

#endif
