/*
 * float16.h - bfloat16 and float16 to float32 and back, in plain C.
 *
 * Layer: kernels. Compiles as C11, C++17 and CUDA; the same bits come out of
 * host and device, because only integer operations and exact ones are used.
 *
 * Widening is exact: each value of the narrow type is one of float32's, the sign
 * of zero included. Narrowing rounds to nearest, ties to even, and overflows to
 * infinity; of a NaN it makes the type's positive quiet NaN without payload.
 * Formats: IEEE 754-2019 section 3.6 (binary16, binary32); bfloat16 is the upper
 * half of a binary32.
 */
#ifndef CP_KERNELS_FLOAT16_H
#define CP_KERNELS_FLOAT16_H

#include <stdint.h>
#include <string.h>

#ifdef __CUDACC__
#define CP_HD static __host__ __device__ inline
#else
#define CP_HD static inline
#endif

CP_HD uint32_t cp_bits_of_float(float value)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

CP_HD float cp_float_of_bits(uint32_t bits)
{
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

CP_HD float cp_float_of_bf16(uint16_t bits)
{
    return cp_float_of_bits((uint32_t)bits << 16);
}

CP_HD uint16_t cp_bf16_of_float(float value)
{
    if (value != value)
        return 0x7fc0;
    uint32_t bits = cp_bits_of_float(value);
    uint32_t odd = bits >> 16 & 1;
    return (uint16_t)((bits + 0x7fff + odd) >> 16);
}

CP_HD float cp_float_of_f16(uint16_t bits)
{
    uint32_t sign = (uint32_t)(bits & 0x8000) << 16;
    uint32_t exponent = bits >> 10 & 0x1f, fraction = bits & 0x3ff;
    if (exponent == 0x1f)
        return cp_float_of_bits(sign | 0x7f800000 | fraction << 13);
    if (exponent != 0)
        return cp_float_of_bits(sign | (exponent + 112) << 23 | fraction << 13);
    float magnitude = (float)fraction * 5.9604644775390625e-8f; /* 2^-24: exact */
    return cp_float_of_bits(sign | cp_bits_of_float(magnitude));
}

/* Drops the lowest `count` (1 to 31) bits, rounding to nearest, ties to even. */
CP_HD uint32_t cp_round_shift(uint32_t bits, uint32_t count)
{
    uint32_t half = (uint32_t)1 << (count - 1);
    return (bits + half - 1 + (bits >> count & 1)) >> count;
}

CP_HD uint16_t cp_f16_of_float(float value)
{
    if (value != value)
        return 0x7e00;
    uint32_t bits = cp_bits_of_float(value);
    uint32_t sign = bits >> 16 & 0x8000, magnitude = bits & 0x7fffffff;
    if (magnitude >= 0x47800000) /* 65536: past what could round down to 65504 */
        return (uint16_t)(sign | 0x7c00);
    if (magnitude >= 0x38800000) /* 2^-14: a normal one, or an overflow by rounding */
        return (uint16_t)(sign | (cp_round_shift(magnitude, 13) - (112u << 10)));
    uint32_t exponent = magnitude >> 23;
    if (exponent < 102) /* below half of 2^-24 */
        return (uint16_t)sign;
    uint32_t significand = (magnitude & 0x7fffff) | 0x800000;
    return (uint16_t)(sign | cp_round_shift(significand, 126 - exponent));
}

#endif
