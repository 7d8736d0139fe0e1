/*
 * thread_choose.cuh - from the best keys to choices and weights, as gpu_thread.cuh has
 * it.
 *
 * Layer: kernels. CUDA alone.
 */
#ifndef CP_KERNELS_THREAD_CHOOSE_CUH
#define CP_KERNELS_THREAD_CHOOSE_CUH

#include "kernels/thread_keys.cuh"

/* What was chosen, in order, K at most; scores become weights in place. */
template <int K> struct thread_choice {
    float score[K];
    int32_t id[K];
};

/* Exponentials of a row's logits, added in index order. */
template <int E, class T> GPU float thread_total(const T *row, bool cast, float most)
{
    float sum = 0;
#pragma unroll 1
    for (int e = 0; e < E; e += 8) {
        thread_eight v = thread_read(row + e);
        float below[8], far = 0;
#pragma unroll
        for (int q = 0; q < 8; q++) {
            below[q] = (cast ? round_bf16(v.x[q]) : v.x[q]) - most;
            far = in_middle(below[q]) ? far : 1;
        }
        if (far == 0)
#pragma unroll
            for (int q = 0; q < 8; q++)
                below[q] = exp_middle(below[q]);
        else
#pragma unroll
            for (int q = 0; q < 8; q++)
                below[q] = exp_far(below[q]);
#pragma unroll
        for (int q = 0; q < 8; q++)
            sum = sum + below[q];
    }
    return sum;
}

/* The largest logit of a row below `x`; -Inf where there is none. */
template <int E, class T> GPU_APART float thread_below(const T *row, bool cast, float x)
{
    float below = -HUGE_VALF;
    for (int e = 0; e < E; e++) {
        float other = thread_logit(row, e);
        other = cast ? round_bf16(other) : other;
        below = other < x ? fmaxf(below, other) : below;
    }
    return below;
}

/* Whether all logits of a row that share `key`, but for the expert, are the same number.
 */
template <int E, class T> GPU_APART bool thread_alike(const T *row, uint32_t key, float x)
{
    bool alike = true;
    for (int e = 0; e < E; e++) {
        float other = thread_logit(row, e);
        bool shares = ((thread_key<E>(other, e) ^ key) & ~(uint32_t)(E - 1)) == 0;
        alike = alike && (!shares || other == x || (other != other && x != x));
    }
    return alike;
}

/*
 * Keys become ids and logits; `behind`: the key behind the last, and whether that is
 * `tied` with it. False where bits that keys gave up tell two apart; those of the cast
 * route have given up nothing.
 */
template <int E, int K, int L, class T>
GPU bool thread_take(const gpu_job &job, const T *row, bool cast,
                     const uint32_t (&keys)[L], thread_choice<K> &c, uint32_t *behind,
                     bool *tied)
{
    const uint32_t order = ~(uint32_t)(E - 1);
    uint32_t last = 0, next = 0;
    float x_last = 0;
    bool sure = true;
#pragma unroll
    for (int k = 0; k < K; k++) {
        int e = thread_expert<E>(keys[k]);
        float x = thread_logit(row, e);
        x = cast ? round_bf16(x) : x;
        if (k > 0 && k < job.spec.top_k && ((keys[k] ^ last) & order) == 0)
            sure = sure && (cast || x == x_last || (x != x && x_last != x_last));
        if (k < job.spec.top_k) {
            last = keys[k];
            x_last = x;
        }
        c.id[k] = e;
        c.score[k] = x;
    }
#pragma unroll
    for (int k = 1; k <= K && k < L; k++)
        next = k <= job.spec.top_k ? keys[k] : next;
    *behind = next;
    *tied = job.spec.top_k < E && ((next ^ last) & order) == 0;
    if (*tied && !cast)
        sure = sure && thread_alike<E>(row, last, x_last);
    return sure;
}

/*
 * Logits of the chosen become scores. False where two that differ have the same score, so
 * that their index decides; `behind` and `tied` are as thread_take has them, and no
 * logit that is not in the running is above `limit`.
 */
template <int E, int K, class T>
GPU bool thread_softmax(const gpu_job &job, const T *row, bool cast, bool tied,
                        uint32_t behind, float limit, thread_choice<K> &c)
{
    float most = c.score[0], sum = thread_total<E>(row, cast, most), x_last = 0, next;
    bool sure = true;
    if (sum != sum) { /* every score is NaN */
#pragma unroll
        for (int k = 0; k < K; k++) {
            c.score[k] = sum;
            c.id[k] = k;
        }
        return true;
    }
#pragma unroll
    for (int k = 0; k < K; k++) {
        float x = c.score[k];
        c.score[k] = exp_of(x - most) / sum;
        if (k > 0 && k < job.spec.top_k && x != x_last)
            sure = sure && c.score[k] != c.score[k - 1];
        x_last = k < job.spec.top_k ? x : x_last;
    }
    if (job.spec.top_k == E)
        return sure;
    next = tied ? thread_below<E>(row, cast, x_last) : thread_highest<E>(behind);
    next = fmaxf(next, cast ? round_bf16(limit) : limit);
    return sure && exp_of(next - most) / sum != exp_of(x_last - most) / sum;
}

/* Scores become weights: cp_weigh, with zeros behind top_k. */
template <int K> GPU void thread_weigh(const gpu_job &job, thread_choice<K> &c)
{
    const cp_weight by = job.steps.weight;
    const float most = c.score[0];
    float sum = 0;
    bool middle = true;
#pragma unroll
    for (int k = 0; k < K; k++) {
        c.score[k] = k < job.spec.top_k ? c.score[k] : by == CP_WEIGHT_SOFTMAX ? most : 0;
        if (by == CP_WEIGHT_SOFTMAX)
            c.score[k] = c.score[k] - most;
        middle = middle && in_middle(c.score[k]);
    }
    if (by == CP_WEIGHT_SIGMOID)
#pragma unroll
        for (int k = 0; k < K; k++)
            c.score[k] = middle ? sigmoid_middle(c.score[k]) : sigmoid_far(c.score[k]);
    if (by == CP_WEIGHT_SOFTMAX)
#pragma unroll
        for (int k = 0; k < K; k++)
            c.score[k] = middle ? exp_middle(c.score[k]) : exp_far(c.score[k]);
    if (by != CP_WEIGHT_SOFTMAX && by != CP_WEIGHT_SHARE)
        return;
#pragma unroll
    for (int k = 0; k < K; k++) {
        c.score[k] = k < job.spec.top_k ? c.score[k] : 0;
        sum = sum + c.score[k];
    }
#pragma unroll
    for (int k = 0; k < K; k++)
        c.score[k] = c.score[k] / sum;
}

template <int K>
GPU void thread_compare(const gpu_job &job, int64_t token, const thread_choice<K> &a,
                        const thread_choice<K> &b, gpu_tally &tally)
{
    bool set = false, order = false, weight = false;
#pragma unroll
    for (int k = 0; k < K; k++) {
        bool found = false;
        float other = 0;
#pragma unroll
        for (int j = 0; j < K; j++)
            if (j < job.spec.top_k && b.id[j] == a.id[k]) {
                found = true;
                other = b.score[j];
            }
        if (k >= job.spec.top_k)
            continue;
        set = set || !found;
        order = order || a.id[k] != b.id[k];
        if (found) {
            weight = weight || cp_store_bits(other, CP_STORE_F32) !=
                                   cp_store_bits(a.score[k], CP_STORE_F32);
            tally_error(job, a.score[k], other, tally);
        }
    }
    tally_token(token, set, order, weight, tally);
}

template <int K>
GPU void thread_write(const gpu_job &job, int64_t token, const thread_choice<K> &c)
{
    size_t at = (size_t)token * (size_t)job.spec.top_k;
#pragma unroll
    for (int k = 0; k < K; k++)
        if (k < job.spec.top_k) {
            job.ids[at + (size_t)k] = c.id[k];
            cp_store(job.weights, job.spec.weights, at + (size_t)k, c.score[k]);
        }
}

template <int E, int K, int L, class T>
GPU bool thread_choose(const gpu_job &job, const T *row, bool cast, float limit,
                       const uint32_t (&keys)[L], thread_choice<K> &c)
{
    uint32_t behind;
    bool tied, sure = thread_take<E, K, L>(job, row, cast, keys, c, &behind, &tied);
    if (job.steps.score == CP_SCORE_SOFTMAX)
        sure = thread_softmax<E, K>(job, row, cast, tied, behind, limit, c) && sure;
    return sure;
}

#endif
