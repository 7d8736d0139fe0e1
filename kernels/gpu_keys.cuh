/*
 * gpu_keys.cuh - the keys of gpu_four.cuh, made on the host.
 *
 * Layer: kernels. C++ alone.
 */
#ifndef CP_KERNELS_GPU_KEYS_CUH
#define CP_KERNELS_GPU_KEYS_CUH

#include <math.h>

#include "kernels/four_keys.cuh"

/* How far estimates of a sigmoid may be off: by tanh.approx, and by ex2 and rcp. */
struct four_errors {
    double tanh, near;
};

/* Adds near keys, which have 22 bits: those of a bias that is `least` to `most`. */
static inline void four_near_keys(const float *bias, int32_t experts, double least,
                                  double most, double error, float *offset, four_keys *k)
{
    double scale = (4194304 - 64) / (1 + most - least);
    /* an offset and a sum are rounded to a half; float32 sums below 2, and below 4 */
    double off = 1 + scale * (error + 1.3e-7);
    for (int32_t e = 0; e < experts; e++)
        offset[e] = (float)((bias[e] - least) * scale + 16 + 8388608.0);
    k->near_scale = (float)scale;
    k->near = ((int32_t)ceil(2 * off) << 9) + 511;
    k->near_group = (int32_t)ceil(4 * off + scale * 2.6e-7) + 1;
}

/*
 * Keys for `experts` biases between -0.98 and 0.98; for both routes, or the plain one.
 * Fills `offset` and `near_offset`; where these lie on the device is left to be set.
 */
static inline four_keys four_keys_of(const float *bias, int32_t experts, bool pair,
                                     four_errors errors, float *offset,
                                     float *near_offset)
{
    double least = bias[0], most = bias[0];
    for (int32_t e = 1; e < experts; e++) {
        least = fmin(least, bias[e]);
        most = fmax(most, bias[e]);
    }
    double scale = 32000 / (1 + most - least), larger = fmax(fabs(least), fabs(most));
    /* of the sigmoid, of float32 sums, and of a key's own rounding */
    double fixed = scale * (errors.tanh + 1e-6 + 2.4e-7 * larger) + 1;
    double off = fixed + (pair ? scale * 8.2e-4 : 0);
    /* adding 2^23 rounds to an integer and leaves it in the low bits */
    for (int32_t e = 0; e < experts; e++)
        offset[e] = (float)((0.5 + bias[e] - least) * scale + 8388608.0 + 0x8000);
    four_keys keys = {};
    keys.half_scale = (float)(0.5 * scale);
    keys.choice = (int32_t)ceil(2 * off);
    keys.group = (int32_t)ceil(4 * off);
    keys.fixed = (int32_t)ceil(2 * fixed) + 1;
    four_near_keys(bias, experts, least, most, errors.near, near_offset, &keys);
    return keys;
}

#endif
