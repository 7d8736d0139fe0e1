/*
 * gate.h - the gate before the router: logits = hidden * weight^T.
 *
 * Layer: kernels. hidden is [tokens, width] and weight [experts, width], both bfloat16;
 * the product of two bfloat16 is exact in float32, and the sum over width is made in
 * float32, as tensor cores do with float32 accumulators. The order of the sum is fixed
 * here (CP_GATE_LANES partial sums by index, then pairs of them), so that the CPU gives
 * the same bits on every machine; another order, such as a GPU's, gives others, which
 * differ by float32's rounding, 2^16 times finer than bfloat16's.
 */
#ifndef CP_KERNELS_GATE_H
#define CP_KERNELS_GATE_H

#include <stdint.h>

#define CP_GATE_LANES 8
#define CP_GATE_MAX_WIDTH 16384

/* Random values of a gate: hidden N(0, 1), weight N(0, std^2 / width), so that the logits
   have the standard deviation `std`. */
typedef struct cp_gate_spec {
    int32_t width, experts;
    float std;
    uint64_t seed;
} cp_gate_spec;

#ifdef __cplusplus
extern "C" {
#endif

/* Each [experts, width]; bfloat16 values, held as float32. */
void cp_gate_weights(const cp_gate_spec *gate, float *weights);

/* Those of `count` tokens from `first` on: [count, width], held likewise. */
void cp_gate_hidden(const cp_gate_spec *gate, int64_t first, int64_t count,
                    float *hidden);

/* [count, experts] of them, in float32. */
void cp_gate_logits(const cp_gate_spec *gate, const float *weights, const float *hidden,
                    int64_t count, float *logits);

#ifdef __cplusplus
}
#endif

#endif
