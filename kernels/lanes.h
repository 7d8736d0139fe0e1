/*
 * lanes.h - eight floats at a time: the few operations that route_lanes.h needs.
 *
 * Layer: kernels. C11 with GNU vectors, for route_lanes.h alone. Every operation but
 * cp_lane_near has one result by IEEE 754, so that the bits are those of a plain loop.
 * With AVX2 each is an instruction; without, the compiler takes vectors apart.
 */
#ifndef CP_KERNELS_LANES_H
#define CP_KERNELS_LANES_H

#include <stdint.h>
#include <string.h>

#ifdef __AVX2__
#include <immintrin.h>
#endif

#define CP_LANES 8

/* Every function here is inlined: no vector crosses a call. */
#pragma GCC diagnostic ignored "-Wpsabi"
#define CP_LANE_OP static inline __attribute__((always_inline))

typedef float cp_vf __attribute__((vector_size(32)));
typedef int32_t cp_vi __attribute__((vector_size(32))); /* 0 or -1 where it is a mask */

CP_LANE_OP cp_vf cp_lane_all(float x)
{
    return (cp_vf){x, x, x, x, x, x, x, x};
}

CP_LANE_OP cp_vf cp_lane_load(const float *from)
{
    cp_vf v;
    memcpy(&v, from, sizeof v);
    return v;
}

CP_LANE_OP void cp_lane_store(float *to, cp_vf v)
{
    memcpy(to, &v, sizeof v);
}

CP_LANE_OP cp_vi cp_lane_load_i(const int32_t *from)
{
    cp_vi v;
    memcpy(&v, from, sizeof v);
    return v;
}

CP_LANE_OP void cp_lane_store_i(int32_t *to, cp_vi v)
{
    memcpy(to, &v, sizeof v);
}

/* table[at[l]] in lane l. */
CP_LANE_OP cp_vf cp_lane_gather(const float *table, cp_vi at)
{
#ifdef __AVX2__
    return (cp_vf)_mm256_i32gather_ps(table, (__m256i)at, 4);
#else
    cp_vf v;
    for (int l = 0; l < CP_LANES; l++)
        v[l] = table[at[l]];
    return v;
#endif
}

/* a where the mask is set, else b. */
CP_LANE_OP cp_vi cp_lane_pick(cp_vi mask, cp_vi a, cp_vi b)
{
#ifdef __AVX2__
    return (cp_vi)_mm256_blendv_epi8((__m256i)b, (__m256i)a, (__m256i)mask);
#else
    return (mask & a) | (~mask & b);
#endif
}

CP_LANE_OP cp_vf cp_lane_pick_f(cp_vi mask, cp_vf a, cp_vf b)
{
#ifdef __AVX2__
    return (cp_vf)_mm256_blendv_ps((__m256)b, (__m256)a, (__m256)mask);
#else
    return (cp_vf)cp_lane_pick(mask, (cp_vi)a, (cp_vi)b);
#endif
}

/* The larger of two numbers; either of two zeros. */
CP_LANE_OP cp_vf cp_lane_max(cp_vf a, cp_vf b)
{
#ifdef __AVX2__
    return (cp_vf)_mm256_max_ps((__m256)a, (__m256)b);
#else
    return cp_lane_pick_f(a > b, a, b);
#endif
}

CP_LANE_OP cp_vf cp_lane_min(cp_vf a, cp_vf b)
{
#ifdef __AVX2__
    return (cp_vf)_mm256_min_ps((__m256)a, (__m256)b);
#else
    return cp_lane_pick_f(a < b, a, b);
#endif
}

/* The larger of two integers. */
CP_LANE_OP cp_vi cp_lane_most(cp_vi a, cp_vi b)
{
#ifdef __AVX2__
    return (cp_vi)_mm256_max_epi32((__m256i)a, (__m256i)b);
#else
    return cp_lane_pick(a > b, a, b);
#endif
}

/* a * b + c, rounded once or twice: only for what is bounded, not for results. */
CP_LANE_OP cp_vf cp_lane_near(cp_vf a, cp_vf b, cp_vf c)
{
#ifdef __FMA__
    return (cp_vf)_mm256_fmadd_ps((__m256)a, (__m256)b, (__m256)c);
#else
    return a * b + c;
#endif
}

/* Bit l is set where the mask is in lane l. */
CP_LANE_OP uint32_t cp_lane_bits(cp_vi mask)
{
#ifdef __AVX2__
    return (uint32_t)_mm256_movemask_ps((__m256)mask);
#else
    uint32_t bits = 0;
    for (int l = 0; l < CP_LANES; l++)
        bits |= (uint32_t)(mask[l] & 1) << l;
    return bits;
#endif
}

#define CP_LANE_MIX(a, b, ...) __builtin_shufflevector((a), (b), __VA_ARGS__)

/* Rows become columns. */
CP_LANE_OP void cp_lane_transpose(cp_vf *v)
{
    cp_vf a[CP_LANES], b[CP_LANES];
    for (int i = 0; i < CP_LANES; i += 2) {
        a[i] = CP_LANE_MIX(v[i], v[i + 1], 0, 8, 1, 9, 4, 12, 5, 13);
        a[i + 1] = CP_LANE_MIX(v[i], v[i + 1], 2, 10, 3, 11, 6, 14, 7, 15);
    }
    for (int i = 0; i < CP_LANES; i += 4)
        for (int j = 0; j < 2; j++) {
            b[i + 2 * j] = CP_LANE_MIX(a[i + j], a[i + j + 2], 0, 1, 8, 9, 4, 5, 12, 13);
            b[i + 2 * j + 1] =
                CP_LANE_MIX(a[i + j], a[i + j + 2], 2, 3, 10, 11, 6, 7, 14, 15);
        }
    for (int i = 0; i < 4; i++) {
        v[i] = CP_LANE_MIX(b[i], b[i + 4], 0, 1, 2, 3, 8, 9, 10, 11);
        v[i + 4] = CP_LANE_MIX(b[i], b[i + 4], 4, 5, 6, 7, 12, 13, 14, 15);
    }
}

#endif
