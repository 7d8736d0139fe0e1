/*
 * inputs.h - logits and biases to route by, the same on host and device.
 *
 * Layer: kernels. Compiles as C11, C++17 and CUDA. Everything is a function of
 * (kind, std, seed, token): rows can be made in any order and by any thread, and
 * a printed seed brings a run back to the bit.
 */
#ifndef CP_KERNELS_INPUTS_H
#define CP_KERNELS_INPUTS_H

#include "kernels/random.h"

typedef enum cp_input_kind {
    CP_INPUT_NORMAL,    /* N(0, std^2) */
    CP_INPUT_TIES,      /* the same in steps of 0.25: many exact ties */
    CP_INPUT_NEAR_F32,  /* values one float32 ulp apart around one normal value */
    CP_INPUT_NEAR_BF16, /* the same, one bfloat16 ulp apart */
    CP_INPUT_SATURATED, /* from -128 to 127: most sigmoids are 0 or 1 in float32 */
    CP_INPUT_NEGATIVE,  /* -|N(0, std^2)| - 1 */
    CP_INPUT_EQUAL,     /* one normal value for the whole row */
    CP_INPUT_ZEROS,     /* +0 and -0 */
    CP_INPUT_SUBNORMAL, /* float32 subnormals of both signs */
    CP_INPUT_INFINITE,  /* normal ones among +Inf and -Inf */
    CP_INPUT_NAN,       /* normal ones among NaN, infinities and zeros */
    CP_INPUT_COUNT,
} cp_input_kind;

/* `steps` units in the last place of float32 (or of bfloat16) away from `value`. */
CP_HD float cp_input_beside(float value, uint32_t unit, int32_t steps)
{
    return cp_float_of_bits(cp_bits_of_float(value) + unit * (uint32_t)steps);
}

/*
 * The float that `kind` makes of a normal value `x` (already times std), the row's
 * own normal value `base` and 64 random bits.
 */
CP_HD float cp_input_value(cp_input_kind kind, float x, float base, uint64_t bits)
{
    int32_t step = (int32_t)(bits & 3) - 1;
    float sign = bits & 4 ? -1.0f : 1.0f;
    float infinity = cp_float_of_bits(0x7f800000);
    if (kind == CP_INPUT_TIES)
        return (x * 4 + CP_ROUND_MAGIC - CP_ROUND_MAGIC) * 0.25f;
    if (kind == CP_INPUT_NEAR_F32)
        return cp_input_beside(base, 1, step);
    if (kind == CP_INPUT_NEAR_BF16)
        return cp_input_beside(cp_round_to(base, CP_STORE_BF16), 0x10000, step);
    if (kind == CP_INPUT_SATURATED)
        return (float)((int32_t)(bits >> 8 & 255) - 128);
    if (kind == CP_INPUT_NEGATIVE)
        return (x < 0 ? x : -x) - 1;
    if (kind == CP_INPUT_EQUAL)
        return base;
    if (kind == CP_INPUT_ZEROS)
        return sign * 0.0f;
    if (kind == CP_INPUT_SUBNORMAL)
        return sign * cp_float_of_bits((uint32_t)(bits >> 8) & 0x7fffff);
    if (kind == CP_INPUT_INFINITE)
        return step < 1 ? x : sign * infinity;
    if (kind == CP_INPUT_NAN && step == 1)
        return bits & 8 ? cp_float_of_bits(0x7fc00000 | (uint32_t)(bits >> 40))
                        : infinity;
    return kind == CP_INPUT_NAN && step == 2 ? sign * 0.0f : x;
}

/* The `experts` logits of one token. */
CP_HD void cp_input_row(cp_input_kind kind, float std, uint64_t seed, int64_t token,
                        int32_t experts, float *row)
{
    uint64_t pairs = ((uint64_t)experts + 1) / 2, first = (uint64_t)token * pairs;
    for (int32_t e = 0; e < experts; e += 2) {
        float a, b;
        cp_input_pair(seed, first + (uint64_t)e / 2, &a, &b);
        row[e] = a * std;
        if (e + 1 < experts)
            row[e + 1] = b * std;
    }
    if (kind == CP_INPUT_NORMAL)
        return;
    float base = row[0];
    uint64_t key = cp_input_mix(~seed);
    for (int32_t e = 0; e < experts; e++) {
        uint64_t at = (uint64_t)token * (uint64_t)experts + (uint64_t)e;
        row[e] = cp_input_value(kind, row[e], base, cp_input_mix(key + at));
    }
}

/* One value of a bias N(0, std^2), made apart from the logits of the same seed. */
CP_HD float cp_input_bias(float std, uint64_t seed, int32_t expert)
{
    return std * cp_input_normal(cp_input_mix(seed ^ 0x62696173u), (uint64_t)expert);
}

#ifdef __cplusplus
extern "C" {
#endif

/* "normal", "ties", …: what a report calls the set. */
const char *cp_input_name(cp_input_kind kind);

/* As cp_input_row of CP_INPUT_NORMAL for tokens from `first` on, in less time. */
void cp_input_normals(float std, uint64_t seed, int64_t first, int64_t tokens,
                      int32_t experts, float *rows);

#ifdef __cplusplus
}
#endif

#endif
