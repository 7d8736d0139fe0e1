/*
 * thread_keys.cuh - the keys of gpu_thread.cuh, and networks that sort them.
 *
 * Layer: kernels. CUDA alone. E experts, a power of two; T: how a logit is stored.
 */
#ifndef CP_KERNELS_THREAD_KEYS_CUH
#define CP_KERNELS_THREAD_KEYS_CUH

#include "kernels/gpu_job.cuh"

/* Eight logits that lie together. */
struct thread_eight {
    float x[8];
};

GPU thread_eight thread_read(const float *at)
{
    const float4 a = *(const float4 *)at, b = *(const float4 *)(at + 4);
    return {{a.x, a.y, a.z, a.w, b.x, b.y, b.z, b.w}};
}

GPU thread_eight thread_read(const uint16_t *at)
{
    const uint4 v = *(const uint4 *)at;
    const uint32_t words[4] = {v.x, v.y, v.z, v.w};
    thread_eight e;
#pragma unroll
    for (int i = 0; i < 4; i++) {
        e.x[2 * i] = cp_float_of_bits(words[i] << 16);
        e.x[2 * i + 1] = cp_float_of_bits(words[i] & 0xffff0000);
    }
    return e;
}

GPU float thread_logit(const float *row, int expert)
{
    return row[expert];
}

GPU float thread_logit(const uint16_t *row, int expert)
{
    return cp_float_of_bf16(row[expert]);
}

/* Orders as unsigned; adding 0 makes one NaN of all, and one zero. */
template <int E> GPU uint32_t thread_key(float x, int expert)
{
    uint32_t bits = cp_bits_of_float(x + 0.0f);
    uint32_t order = bits ^ ((uint32_t)((int32_t)bits >> 31) | 0x80000000);
    return (order & ~(uint32_t)(E - 1)) | (uint32_t)(E - 1 - expert);
}

/* The largest logit that has the key, but for the expert. */
template <int E> GPU float thread_highest(uint32_t key)
{
    uint32_t order = key | (uint32_t)(E - 1);
    return cp_float_of_bits(order & 0x80000000 ? order ^ 0x80000000 : ~order);
}

template <int E> GPU int thread_expert(uint32_t key)
{
    return E - 1 - (int)(key & (E - 1));
}

GPU void thread_swap(uint32_t &a, uint32_t &b)
{
    uint32_t lower = min(a, b);
    a = max(a, b);
    b = lower;
}

/* One step of Batcher's odd-even merge sort, of runs of P into runs of 2 * P. */
template <int P, int K, int L> GPU void thread_step(uint32_t (&keys)[L])
{
#pragma unroll
    for (int i = 0; i + K < L; i++)
        if (i >= K % P && (i - K % P) / K % 2 == 0 && i / (2 * P) == (i + K) / (2 * P))
            thread_swap(keys[i], keys[i + K]);
}

/* Sorts 8 or 16, largest first. */
template <int L> GPU void thread_sort(uint32_t (&keys)[L])
{
    thread_step<1, 1>(keys);
    thread_step<2, 2>(keys);
    thread_step<2, 1>(keys);
    thread_step<4, 4>(keys);
    thread_step<4, 2>(keys);
    thread_step<4, 1>(keys);
    if (L == 8)
        return;
    thread_step<8, 8>(keys);
    thread_step<8, 4>(keys);
    thread_step<8, 2>(keys);
    thread_step<8, 1>(keys);
}

/* One step that sorts what rises and then falls, or falls and then rises. */
template <int K, int L> GPU void thread_clean(uint32_t (&keys)[L])
{
#pragma unroll
    for (int i = 0; i + K < L; i++)
        if ((i & K) == 0)
            thread_swap(keys[i], keys[i + K]);
}

/* The L largest of two sorted lists, sorted; into `best`. */
template <int L> GPU void thread_merge(uint32_t (&best)[L], const uint32_t (&more)[L])
{
#pragma unroll
    for (int i = 0; i < L; i++)
        best[i] = max(best[i], more[L - 1 - i]);
    if (L == 16)
        thread_clean<8>(best);
    thread_clean<4>(best);
    thread_clean<2>(best);
    thread_clean<1>(best);
}

/* The L largest keys of a row, whose logits are first rounded if `cast`. */
template <int E, int L, class T>
GPU void thread_best(const T *row, bool cast, uint32_t (&best)[L])
{
#pragma unroll 1
    for (int e = 0; e < E; e += L) {
        uint32_t keys[L];
#pragma unroll
        for (int i = 0; i < L; i += 8) {
            thread_eight v = thread_read(row + e + i);
#pragma unroll
            for (int q = 0; q < 8; q++) {
                float x = cast ? round_bf16(v.x[q]) : v.x[q];
                keys[i + q] = thread_key<E>(x, e + i + q);
            }
        }
        thread_sort<L>(keys);
        if (e == 0)
#pragma unroll
            for (int i = 0; i < L; i++)
                best[i] = keys[i];
        else
            thread_merge<L>(best, keys);
    }
}

/* Passed by value, so that they stay in registers. */
template <int L> struct thread_keys {
    uint32_t at[L];
};

template <int E, int L, class T>
GPU_APART thread_keys<L> thread_best_apart(const T *row, bool cast)
{
    thread_keys<L> keys;
    thread_best<E, L>(row, cast, keys.at);
    return keys;
}

#endif
