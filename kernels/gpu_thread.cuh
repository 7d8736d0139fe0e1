/*
 * gpu_thread.cuh - routes a token by a thread: no bias, by logit or softmax, top 8.
 *
 * Layer: kernels. CUDA alone. E experts, a power of two from 8 to 128. A key is a logit's
 * order with its lowest bits given up for the expert, so that sorting keys by a network
 * of max and min sorts experts, ties to the lower index. Two routes:
 *
 *   plain  the 16 largest keys of the row;
 *   cast   the same of the logits rounded to bfloat16: 16 bits hold their order in full.
 *
 * Of 32 experts and more, those that may be among the best of either are listed first, by
 * a limit; where that gives more than 24, all of the row is sorted.
 *
 * Where the bits that a key gave up matter, or quotients of a softmax tie that logits do
 * not, the token is routed as gpu_any.cuh does it.
 */
#ifndef CP_KERNELS_GPU_THREAD_CUH
#define CP_KERNELS_GPU_THREAD_CUH

#include "kernels/gpu_any.cuh"
#include "kernels/thread_choose.cuh"
#include "kernels/thread_list.cuh"

/*
 * Routes one token; false where it is for gpu_any.cuh. One loop for both routes, the cast
 * one first: its code is run twice and fetched once.
 */
template <int E, int K, bool PAIR, class T>
GPU bool thread_route(const gpu_job &job, T *row, int64_t token, gpu_tally &tally)
{
    const int L = E < 16 ? 8 : 16;
    const bool softmax = job.steps.score == CP_SCORE_SOFTMAX;
    thread_choice<K> cast = {}, plain = {};
    float limit = -HUGE_VALF;
    int count = 0;
    bool sure = true;
    if (E >= 32)
        count = thread_fill<E>(row, limit = thread_limit<E, PAIR>(row, softmax));
    limit = count > THREAD_LIST ? -HUGE_VALF : limit;
#pragma unroll 1
    for (int route = PAIR ? 0 : 1; route < 2; route++) {
        uint32_t keys[L];
        cast = plain;
        thread_keys_of<E, L>(row, count, route == 0, keys);
        sure = thread_choose<E, K, L>(job, row, route == 0, limit, keys, plain) && sure;
        thread_weigh<K>(job, plain);
    }
    if (PAIR && sure)
        thread_compare<K>(job, token, cast, plain, tally);
    if (!PAIR && sure)
        thread_write<K>(job, token, plain);
    return sure;
}

#endif
