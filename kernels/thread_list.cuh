/*
 * thread_list.cuh - the experts of a row that gpu_thread.cuh sorts.
 *
 * Layer: kernels. CUDA alone.
 */
#ifndef CP_KERNELS_THREAD_LIST_CUH
#define CP_KERNELS_THREAD_LIST_CUH

#include "kernels/thread_keys.cuh"

/* The least of the eight best of 16. */
GPU float thread_eighth(float (&most)[16])
{
    uint32_t a[8], b[8];
#pragma unroll
    for (int i = 0; i < 8; i++) {
        a[i] = thread_key<1>(most[i], 0);
        b[i] = thread_key<1>(most[8 + i], 0);
    }
    thread_sort<8>(a);
    thread_sort<8>(b);
    uint32_t least = ~0u;
#pragma unroll
    for (int i = 0; i < 8; i++)
        least = min(least, max(a[i], b[7 - i]));
    return cp_float_of_bits(least & 0x80000000 ? least ^ 0x80000000 : ~least);
}

/*
 * A limit that no expert among the best eight is below: the eighth of the best of 16
 * parts; with two routes, less than what rounds to where that does. NaN is not below.
 */
template <int E, bool PAIR, class T> GPU float thread_limit(const T *row, bool softmax)
{
    float most[16];
#pragma unroll
    for (int i = 0; i < 16; i++)
        most[i] = -HUGE_VALF;
#pragma unroll 1
    for (int e = 0; e < E; e += 16)
#pragma unroll
        for (int part = 0; part < 16; part += 8) {
            thread_eight v = thread_read(row + e + part);
#pragma unroll
            for (int q = 0; q < 8; q++)
                most[part + q] = fmaxf(most[part + q], v.x[q]);
        }
    float limit = thread_eighth(most);
    if (softmax) /* quotients of neighbours can be equal */
        limit = limit - 1e-4f - fabsf(limit) * 1e-6f;
    if (!PAIR)
        return limit;
    limit = fminf(round_bf16(limit), 3.3895314e38f); /* what is above may round to Inf */
    return limit - fabsf(limit) * 0x1p-8f - 1e-37f;
}

#define THREAD_LIST 24   /* experts that a list holds */
#define THREAD_BEHIND 32 /* bytes behind a row, in which it lies */

/* Lists the experts that are not below the limit, behind the row. */
template <int E, class T> GPU int thread_fill(T *row, float limit)
{
    uint8_t *list = (uint8_t *)(row + E);
    int count = 0;
#pragma unroll 1
    for (int e = 0; e < E; e += 32) {
        uint32_t mask = 0;
#pragma unroll
        for (int part = 0; part < 32; part += 8) {
            thread_eight v = thread_read(row + e + part);
#pragma unroll
            for (int q = 0; q < 8; q++)
                mask |= v.x[q] < limit ? 0 : 1u << (part + q);
        }
        for (; mask; mask &= mask - 1)
            list[count++ % THREAD_BEHIND] = (uint8_t)(e + top_bit(mask & -mask));
    }
    return count;
}

/* Keys of what is listed from place `from` on, by one route; 0 behind the last. */
template <int E, int L, class T>
GPU void thread_some(const T *row, int from, int count, bool cast, uint32_t (&keys)[L])
{
    const uint32_t *words = (const uint32_t *)((const uint8_t *)(row + E) + from);
#pragma unroll
    for (int k = 0; k < L; k++) {
        int e = (int)(words[k / 4] >> (k % 4 * 8) & (E - 1));
        float x = thread_logit(row, e);
        x = cast ? round_bf16(x) : x;
        keys[k] = from + k < count ? thread_key<E>(x, e) : 0;
    }
}

/* The keys of what is listed, sorted. */
template <int E, class T>
GPU void thread_listed(const T *row, int count, bool cast, uint32_t (&keys)[16])
{
    thread_some<E>(row, 0, count, cast, keys);
    thread_sort<16>(keys);
    if (count <= 16)
        return;
    uint32_t few[8], more[16] = {0};
    thread_some<E>(row, 16, count, cast, few);
    thread_sort<8>(few);
#pragma unroll
    for (int k = 0; k < 8; k++)
        more[k] = few[k];
    thread_merge<16>(keys, more);
}

/* The best keys of one route: of what is listed, or of all where the list is full. */
template <int E, int L, class T>
GPU void thread_keys_of(const T *row, int count, bool cast, uint32_t (&keys)[L])
{
    if constexpr (E >= 32) {
        thread_listed<E>(row, count, cast, keys);
        if (count <= THREAD_LIST)
            return;
        thread_keys<L> all = thread_best_apart<E, L>(row, cast);
#pragma unroll
        for (int k = 0; k < L; k++)
            keys[k] = all.at[k];
    } else {
        thread_best<E, L>(row, cast, keys);
    }
}

#endif
