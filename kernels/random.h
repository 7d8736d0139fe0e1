/*
 * random.h - normal values out of a seed and a counter.
 *
 * Layer: kernels. Compiles as C11, C++17 and CUDA, with the same bits in each. A
 * value depends on nothing but seed and counter: any thread can make any of them.
 *
 * A 64-bit hash (the finalizer of splitmix64) of the two gives u in (0, 1] from its
 * upper 24 bits and v in [0, 1) from its lower 24; Box and Muller's transform makes
 * two values of them: sqrt(-2 log u) * (cos 2 pi v, sin 2 pi v), with the functions
 * of fmath.h. With 24 bits in u none lies beyond 5.77 standard deviations.
 */
#ifndef CP_KERNELS_RANDOM_H
#define CP_KERNELS_RANDOM_H

#include <math.h>

#include "kernels/fmath.h"

CP_HD uint64_t cp_input_mix(uint64_t z)
{
    z += 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

/* Two of 2^24 values: 0 < *u <= 1 and 0 <= *v < 1. */
CP_HD void cp_input_uniform(uint64_t bits, float *u, float *v)
{
    *u = (float)((int32_t)(bits >> 40) + 1) * 5.9604644775390625e-8f;
    *v = (float)(int32_t)(bits & 0xffffff) * 5.9604644775390625e-8f;
}

CP_HD float cp_input_radius(float u)
{
    return sqrtf(-2.0f * cp_log(u));
}

/* Two independent values of N(0, 1). */
CP_HD void cp_input_pair(uint64_t seed, uint64_t counter, float *first, float *second)
{
    float u, v, sine, cosine;
    cp_input_uniform(cp_input_mix(counter + cp_input_mix(seed)), &u, &v);
    float radius = cp_input_radius(u);
    cp_sin_cos(v, &sine, &cosine);
    *first = radius * cosine;
    *second = radius * sine;
}

/* One value of N(0, 1): the first or second of its pair. */
CP_HD float cp_input_normal(uint64_t seed, uint64_t index)
{
    float first, second;
    cp_input_pair(seed, index >> 1, &first, &second);
    return index & 1 ? second : first;
}

#endif
