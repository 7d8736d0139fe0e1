#include "kernels/inputs.h"

static const char *const names[CP_INPUT_COUNT] = {
    "normal",   "ties",  "float32 neighbours", "bfloat16 neighbours", "saturated",
    "negative", "equal", "signed zeros",       "subnormal",           "infinities",
    "NaN",
};

const char *cp_input_name(cp_input_kind kind)
{
    return (unsigned)kind < CP_INPUT_COUNT ? names[kind] : "";
}

#define PAIRS 64 /* made at a time, step by step, so that each step is a plain loop */

/* The pairs from `first` on, `count` of them, times `std`; both of a pair side by side.
 */
static void make_pairs(float std, uint64_t key, uint64_t first, int32_t count, float *to)
{
    float u[PAIRS], v[PAIRS], radius[PAIRS], sine[PAIRS], cosine[PAIRS];
    for (int32_t i = 0; i < count; i++)
        cp_input_uniform(cp_input_mix(first + (uint64_t)i + key), &u[i], &v[i]);
    for (int32_t i = 0; i < count; i++)
        radius[i] = cp_input_radius(u[i]);
    for (int32_t i = 0; i < count; i++)
        cp_sin_cos(v[i], &sine[i], &cosine[i]);
    for (int32_t i = 0; i < count; i++) {
        to[2 * i] = radius[i] * cosine[i] * std;
        to[2 * i + 1] = radius[i] * sine[i] * std;
    }
}

void cp_input_normals(float std, uint64_t seed, int64_t first, int64_t tokens,
                      int32_t experts, float *rows)
{
    float made[2 * PAIRS];
    int32_t pairs = (experts + 1) / 2;
    uint64_t key = cp_input_mix(seed);
    for (int64_t t = 0; t < tokens; t++)
        for (int32_t p = 0; p < pairs; p += PAIRS) {
            int32_t count = pairs - p < PAIRS ? pairs - p : PAIRS, at = 2 * p;
            int32_t here = experts - at < 2 * count ? experts - at : 2 * count;
            make_pairs(std, key, (uint64_t)((first + t) * pairs + p), count, made);
            memcpy(rows + t * experts + at, made, sizeof *rows * (size_t)here);
        }
}
