/*
 * gpu_any.cuh - routes a token by a warp: every method, shape and dtype.
 *
 * Layer: kernels. CUDA alone. Lane l holds the logits of experts l, l + 32, …; N of
 * them. For one route:
 *
 *   estimate  what each expert is chosen by, off by `slack` at most;
 *   groups    that stay, by the estimates; where these leave it open, or nothing may be
 *             estimated, all is done again with exact values;
 *   limit     the K-th largest of what the lanes have at best, less the slack;
 *   rounds    the experts that reach it, in index order, 32 * S at most at a time: their
 *             exact choices are ranked, the best K go on to the next round.
 *
 * An expert behind, that has no more than the last of the best K in logit and in bias,
 * cannot be chosen, because sigmoid and exp never fall as logits rise (fmath.h). So a row
 * of nothing but ties takes one round.
 */
#ifndef CP_KERNELS_GPU_ANY_CUH
#define CP_KERNELS_GPU_ANY_CUH

#include "kernels/any_choose.cuh"

/* Turns the k-th lane's score into the weight of the k-th choice: cp_weigh. */
GPU float any_weigh(const gpu_job &job, float score)
{
    const cp_weight by = job.steps.weight;
    const cp_storage compute = job.spec.compute;
    float sum = 0, weight = score;
    if (by == CP_WEIGHT_AS_SCORED)
        return score;
    if (by == CP_WEIGHT_SIGMOID)
        return round_of(sigmoid_of(score), compute);
    if (by == CP_WEIGHT_SOFTMAX)
        weight = exp_of(score - warp_from(score, 0));
    for (int k = 0; k < job.spec.top_k; k++)
        sum = sum + warp_from(weight, k);
    if (by == CP_WEIGHT_SOFTMAX)
        return round_of(weight / sum, compute);
    sum = round_of(sum, compute);
    if (by == CP_WEIGHT_FLOORED_SHARE)
        sum = sum < CP_ROUTE_LEAST ? CP_ROUTE_LEAST : sum;
    if (by == CP_WEIGHT_SCALED_SHARE)
        sum = sum + CP_ROUTE_LEAST;
    weight = round_of(weight / round_of(sum, compute), compute);
    if (by == CP_WEIGHT_SCALED_SHARE)
        weight = round_of(weight * job.spec.scale, compute);
    return weight;
}

/* Counts what differs between two choices, lane k holding the k-th of each. */
GPU void any_compare(const gpu_job &job, int64_t token, int32_t id_a, float weight_a,
                     int32_t id_b, float weight_b, gpu_tally &t)
{
    const int lane = warp_lane();
    const cp_storage storage = job.spec.weights;
    int other = -1;
    for (int k = 0; k < job.spec.top_k; k++)
        other = warp_from(id_b, k) == id_a ? k : other;
    bool is = lane < job.spec.top_k, both = is && other >= 0;
    float a = round_of(weight_a, storage);
    float b = round_of(warp_from(weight_b, max(other, 0)), storage);
    bool set = warp_any(is && other < 0), order = warp_any(is && other != lane);
    bool weight =
        warp_any(both && cp_store_bits(a, storage) != cp_store_bits(b, storage));
    if (both)
        tally_error(job, a, b, t);
    if (lane == 0)
        tally_token(token, set, order, weight, t);
}

GPU_APART float any_load_narrow(const void *row, cp_storage storage, int expert)
{
    return cp_load(row, storage, (size_t)expert);
}

GPU float any_load(const gpu_job &job, const void *row, int expert)
{
    return job.spec.logits == CP_STORE_F32
               ? ((const float *)row)[expert]
               : any_load_narrow(row, job.spec.logits, expert);
}

/* The logits of one row as a route computes on them; `cast` first rounds them. */
template <int N>
GPU void any_read(const gpu_job &job, const void *row, cp_storage cast, float (&x)[N])
{
#pragma unroll
    for (int i = 0; i < N; i++) {
        int e = warp_lane() + 32 * i;
        float value = e < job.spec.experts ? any_load(job, row, e) : 0;
        x[i] = round_of(round_of(value, cast), job.spec.compute);
    }
}

/* One token whose logits lie in `row`: both routes compared if `pair`, or b's written. */
template <int N, int S, class ROOM>
GPU void any_route(const gpu_job &job, bool pair, const void *row, int64_t token,
                   const float *bias_a, const float *bias_b, ROOM *room, gpu_tally &tally)
{
    int32_t id_a = 0, id = 0;
    float weight_a = 0, weight = 0;
#pragma unroll 1
    for (int route = pair ? 0 : 1; route < 2; route++) {
        float x[N];
        any_picks<S> p;
        id_a = id;
        weight_a = weight;
        any_read(job, row, route == 0 ? job.cast : CP_STORE_F32, x);
        any_choose<N, S>(job, x, route == 0 ? bias_a : bias_b, room, p);
        id = p.id[0];
        weight = any_weigh(job, p.score[0]);
        warp_sync();
    }
    if (pair) {
        any_compare(job, token, id_a, weight_a, id, weight, tally);
    } else if (warp_lane() < job.spec.top_k) {
        size_t at = (size_t)token * (size_t)job.spec.top_k + (size_t)warp_lane();
        job.ids[at] = id;
        cp_store(job.weights, job.spec.weights, at, weight);
    }
}

/* One token that a faster kernel does not route. */
template <int N, class ROOM>
GPU_APART gpu_tally any_apart(const gpu_job &job, bool pair, const void *row,
                              int64_t token, const float *bias, ROOM *room,
                              gpu_tally tally)
{
    any_route<N, 1>(job, pair, row, token, bias, bias, room, tally);
    return tally;
}

#endif
