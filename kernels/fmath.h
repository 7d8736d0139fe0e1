/*
 * fmath.h - exp, sigmoid, softplus, log and sine in float32, the same bits everywhere.
 *
 * Layer: kernels. Compiles as C11, C++17 and CUDA. Libraries of host and device
 * round these functions differently; here they are built from +, -, *, / and
 * integer operations alone, each of which IEEE 754 rounds in one way only. That
 * holds as long as no multiplication is fused with an addition: gcc's -std=c11
 * does not fuse, clang obeys the pragma, nvcc needs -fmad=false. Division and
 * square root must be IEEE's (nvcc's default), denormals must be kept.
 *
 * Errors against the true value (tests/test_route.c measures them):
 *   cp_exp      at most 1 unit in the last place where the result is normal
 *   cp_sigmoid  at most 3 units in the last place where the result is normal
 *   cp_sqrt_softplus  at most 3 units in the last place where it is above 2^-63
 *   cp_log, cp_sin_cos   only used to make inputs: about 1e-7
 */
#ifndef CP_KERNELS_FMATH_H
#define CP_KERNELS_FMATH_H

#include <float.h>
#include <math.h>

#include "kernels/dtype.h"

#if defined(__clang__) && !defined(__CUDACC__)
#pragma STDC FP_CONTRACT OFF
#endif
#if defined(FLT_EVAL_METHOD) && FLT_EVAL_METHOD != 0 && !defined(__CUDACC__)
#error "float32 arithmetic must not be done in a wider type"
#endif

#define CP_ROUND_MAGIC 12582912.0f /* 1.5 * 2^23: adding it rounds to an integer */

/*
 * exp(x): 0 from -104 down, +Inf from 89 up, NaN for NaN. x = n*ln 2 + r with
 * |r| <= ln 2 / 2; exp(r) by Taylor's series to r^7, whose rest is below 6e-9.
 */
CP_HD float cp_exp(float x)
{
    /* numbers beyond +-104 become that; by integers, so that a loop has no branch */
    uint32_t bits = cp_bits_of_float(x), size = bits & 0x7fffffff;
    uint32_t beyond = (uint32_t)(size > 0x42d00000) & (uint32_t)(size <= 0x7f800000);
    x = cp_float_of_bits(beyond ? (bits & 0x80000000) | 0x42d00000 : bits);
    float shifted = x * 1.44269502f + CP_ROUND_MAGIC;
    float n = shifted - CP_ROUND_MAGIC;
    /* ln 2 in two parts; the first has 15 bits, so that its product with n is exact */
    float r = (x - n * 0.693145751953125f) - n * 1.42860677e-06f;
    float p = 1.0f / 5040;
    p = p * r + 1.0f / 720;
    p = p * r + 1.0f / 120;
    p = p * r + 1.0f / 24;
    p = p * r + 1.0f / 6;
    p = p * r + 0.5f;
    p = (p * r) * r + r + 1.0f;
    /* 2^n as two factors, each a normal number, so that only the last one rounds */
    uint32_t power = cp_bits_of_float(shifted) - cp_bits_of_float(CP_ROUND_MAGIC);
    uint32_t half = (uint32_t)((int32_t)(power + 1024) >> 1) - 512;
    float low = cp_float_of_bits((half + 127) << 23);
    float high = cp_float_of_bits((power - half + 127) << 23);
    return p * low * high;
}

/* 1 / (1 + exp(-x)): 0 for -Inf, 1 for +Inf, NaN for NaN; 0.5 for either zero. */
CP_HD float cp_sigmoid(float x)
{
    return 1.0f / (1.0f + cp_exp(-x));
}

/*
 * The natural logarithm of a normal x > 0. x = m * 2^e with m near 1, and
 * log m = 2 atanh(s), s = (m - 1) / (m + 1), by its series to s^9.
 */
CP_HD float cp_log(float x)
{
    uint32_t bits = cp_bits_of_float(x);
    uint32_t raised = bits - 0x3f3504f3; /* the bits of sqrt(1/2), rounded */
    int32_t e = (int32_t)raised >> 23;
    float m = cp_float_of_bits((raised & 0x7fffff) + 0x3f3504f3);
    float s = (m - 1.0f) / (m + 1.0f), z = s * s;
    float p = 2.0f / 9;
    p = p * z + 2.0f / 7;
    p = p * z + 2.0f / 5;
    p = p * z + 2.0f / 3;
    p = (p * z) * s + 2.0f * s;
    return (float)e * 0.693147182f + p;
}

/*
 * sqrt(log(1 + exp(x))), the logarithm being x above 20, as PyTorch's softplus has it;
 * NaN for NaN. What rounding took off 1 + exp(x) is given back to first order.
 */
CP_HD float cp_sqrt_softplus(float x)
{
    float e = cp_exp(x), u = 1.0f + e;
    float below = cp_log(u) + (e - (u - 1.0f)) / u;
    /* by integers, so that a loop has no branch */
    uint32_t above = 0 - (uint32_t)(x > 20.0f), bits = cp_bits_of_float(below);
    return sqrtf(cp_float_of_bits(bits ^ ((bits ^ cp_bits_of_float(x)) & above)));
}

/*
 * Sine and cosine of `turn` full turns, 0 <= turn < 1: the nearest quarter is
 * taken off, and the series to the ninth and tenth power do the rest.
 */
CP_HD void cp_sin_cos(float turn, float *sine, float *cosine)
{
    float shifted = turn * 4.0f + CP_ROUND_MAGIC;
    uint32_t quarter = cp_bits_of_float(shifted) & 3;
    float a = (turn * 4.0f - (shifted - CP_ROUND_MAGIC)) * 1.57079637f, z = a * a;
    float s = 1.0f / 362880;
    s = s * z - 1.0f / 5040;
    s = s * z + 1.0f / 120;
    s = s * z - 1.0f / 6;
    s = (s * z) * a + a;
    float c = -1.0f / 3628800;
    c = c * z + 1.0f / 40320;
    c = c * z - 1.0f / 720;
    c = c * z + 1.0f / 24;
    c = c * z - 0.5f;
    c = c * z + 1.0f;
    float y = quarter & 1 ? c : s, x = quarter & 1 ? s : c;
    *sine = quarter & 2 ? -y : y;
    *cosine = (quarter + 1) & 2 ? -x : x;
}

#endif
