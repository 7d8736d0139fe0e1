/*
 * warp.cuh - what the 32 lanes of a warp do together, and a few instructions by name.
 *
 * Layer: kernels. CUDA alone. Every lane of the warp calls each warp_ function.
 */
#ifndef CP_KERNELS_WARP_CUH
#define CP_KERNELS_WARP_CUH

#include <cuda_runtime.h>
#include <stdint.h>

#define GPU static __device__ __forceinline__
#define GPU_APART static __device__ __noinline__ /* rare: kept out of a hot loop */

GPU int warp_lane()
{
    int lane; /* volatile: read once, not again and again */
    asm volatile("mov.u32 %0, %%laneid;" : "=r"(lane));
    return lane;
}

template <class T> GPU T warp_from(T value, int lane)
{
    return __shfl_sync(~0u, value, lane);
}

template <class T> GPU T warp_across(T value, int mask)
{
    return __shfl_xor_sync(~0u, value, mask);
}

/* The value of the lane `by` lower among eight neighbours; one's own where none is. */
template <class T> GPU T warp_up8(T value, int by)
{
    return __shfl_up_sync(~0u, value, by, 8);
}

GPU uint32_t warp_ballot(bool of)
{
    return __ballot_sync(~0u, of);
}

GPU bool warp_any(bool of)
{
    return __any_sync(~0u, of);
}

GPU int warp_most(int value)
{
    return __reduce_max_sync(~0u, value);
}

GPU unsigned warp_least(unsigned value)
{
    return __reduce_min_sync(~0u, value);
}

GPU unsigned warp_sum(unsigned value)
{
    return __reduce_add_sync(~0u, value);
}

GPU uint32_t warp_or(uint32_t value)
{
    return __reduce_or_sync(~0u, value);
}

GPU void warp_sync()
{
    __syncwarp();
}

/* tanh with an error of at most 2^-10.9 of it (PTX ISA, tanh.approx.f32). */
GPU float tanh_near(float x)
{
    float y;
    asm("tanh.approx.f32 %0, %1;" : "=f"(y) : "f"(x));
    return y;
}

GPU float exp2_near(float x)
{
    float y;
    asm("ex2.approx.ftz.f32 %0, %1;" : "=f"(y) : "f"(x));
    return y;
}

GPU float log2_near(float x)
{
    float y;
    asm("lg2.approx.ftz.f32 %0, %1;" : "=f"(y) : "f"(x));
    return y;
}

GPU float sqrt_near(float x)
{
    float y;
    asm("sqrt.approx.ftz.f32 %0, %1;" : "=f"(y) : "f"(x));
    return y;
}

GPU float reciprocal_near(float x)
{
    float y;
    asm("rcp.approx.ftz.f32 %0, %1;" : "=f"(y) : "f"(x));
    return y;
}

GPU int bits_set(uint32_t bits)
{
    return __popc(bits);
}

/* The number of the highest bit that is set; -1 where none is. */
GPU int top_bit(uint32_t bits)
{
    return 31 - __clz(bits);
}

/* 1 << n; 0 for n = -1. */
GPU uint32_t bit_at(int n)
{
    uint32_t bit;
    asm("shl.b32 %0, 1, %1;" : "=r"(bit) : "r"(n));
    return bit;
}

/* Of two words of two 16-bit halves each. */
GPU uint32_t halves_max(uint32_t a, uint32_t b)
{
    return __vmaxu2(a, b);
}

GPU uint32_t halves_min(uint32_t a, uint32_t b)
{
    return __vminu2(a, b);
}

GPU uint32_t halves_max3(uint32_t a, uint32_t b, uint32_t c)
{
    return __vimax3_u16x2(a, b, c);
}

/* The low halves of two words: a's below b's. */
GPU uint32_t halves_pair(uint32_t a, uint32_t b)
{
    return __byte_perm(a, b, 0x5410);
}

GPU uint32_t halves_swap(uint32_t a)
{
    return __byte_perm(a, a, 0x1032);
}

/* A byte a half, a's two and then b's: 255 where the half's top bit is set, else 0. */
GPU uint32_t halves_signs(uint32_t a, uint32_t b)
{
    uint32_t signs;
    asm("prmt.b32 %0, %1, %2, 0xfdb9;" : "=r"(signs) : "r"(a), "r"(b));
    return signs;
}

#endif
