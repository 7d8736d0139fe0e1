#include "kernels/gate.h"

#include <math.h>

#include "kernels/dtype.h"
#include "kernels/inputs.h"

static void round_all(float *values, int64_t count)
{
    for (int64_t i = 0; i < count; i++)
        values[i] = cp_round_to(values[i], CP_STORE_BF16);
}

void cp_gate_weights(const cp_gate_spec *gate, float *weights)
{
    float std = gate->std / sqrtf((float)gate->width);
    cp_input_normals(std, cp_input_mix(gate->seed ^ 0x67617465u), 0, gate->experts,
                     gate->width, weights);
    round_all(weights, (int64_t)gate->experts * gate->width);
}

void cp_gate_hidden(const cp_gate_spec *gate, int64_t first, int64_t count, float *hidden)
{
    cp_input_normals(1, gate->seed, first, count, gate->width, hidden);
    round_all(hidden, count * gate->width);
}

#define EXPERTS_AT_ONCE 4

/* Every function with vectors is inlined: none crosses a call. */
#define INLINED static inline __attribute__((always_inline))
/* The partial sums of one logit. Without AVX2 the compiler takes it apart. */
typedef float lanes __attribute__((vector_size(4 * CP_GATE_LANES)));

INLINED lanes load(const float *from, int32_t count)
{
    lanes to = {0};
    memcpy(&to, from, sizeof *from * (size_t)count);
    return to;
}

/* Sums pairs of partial sums until one is left. */
INLINED float fold(lanes sums)
{
    for (int32_t n = CP_GATE_LANES / 2; n > 0; n /= 2)
        for (int32_t i = 0; i < n; i++)
            sums[i] += sums[i + n];
    return sums[0];
}

/* One token's logits of `count` experts, at most EXPERTS_AT_ONCE. */
INLINED void dot(const float *hidden, const float *weights, int64_t width, int32_t count,
                 float *logits)
{
    lanes sums[EXPERTS_AT_ONCE] = {{0}};
    int64_t k = 0;
    for (; k + CP_GATE_LANES <= width; k += CP_GATE_LANES) {
        lanes x = load(hidden + k, CP_GATE_LANES);
#pragma GCC unroll 4
        for (int32_t e = 0; e < count; e++)
            sums[e] += x * load(weights + e * width + k, CP_GATE_LANES);
    }
    int32_t left = (int32_t)(width - k);
    for (int32_t e = 0; e < count; e++) {
        sums[e] += load(hidden + k, left) * load(weights + e * width + k, left);
        logits[e] = fold(sums[e]);
    }
}

INLINED void all_logits(const cp_gate_spec *gate, const float *weights,
                        const float *hidden, int64_t count, float *logits)
{
    int32_t width = gate->width, experts = gate->experts, e = 0;
    for (; e + EXPERTS_AT_ONCE <= experts; e += EXPERTS_AT_ONCE)
        for (int64_t t = 0; t < count; t++)
            dot(hidden + t * width, weights + (int64_t)e * width, width, EXPERTS_AT_ONCE,
                logits + t * experts + e);
    for (int64_t t = 0; e < experts && t < count; t++)
        dot(hidden + t * width, weights + (int64_t)e * width, width, experts - e,
            logits + t * experts + e);
}

#if defined(__x86_64__)
/* The same sums, eight at a time. */
__attribute__((target("avx2"))) static void all_logits_avx2(const cp_gate_spec *gate,
                                                            const float *weights,
                                                            const float *hidden,
                                                            int64_t count, float *logits)
{
    all_logits(gate, weights, hidden, count, logits);
}
#endif

void cp_gate_logits(const cp_gate_spec *gate, const float *weights, const float *hidden,
                    int64_t count, float *logits)
{
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx2")) {
        all_logits_avx2(gate, weights, hidden, count, logits);
        return;
    }
#endif
    all_logits(gate, weights, hidden, count, logits);
}
