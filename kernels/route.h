/*
 * route.h - how a Mixture-of-Experts router picks the experts of a token.
 *
 * Layer: kernels. The one specification; route_token.h states it as code for
 * host and device, route_ref.c runs it over tokens in float32, route_f64.c is an
 * independent one in float64 to check it by, route.cu runs it on a GPU.
 *
 * Logits are [tokens, experts], row by row; bias is [experts]; results are
 * [tokens, top_k], in the order of choice, best first. Values are widened to
 * float32 (exact) as they are read, and rounded once, to nearest even, as the
 * weights are written. x: logits, b: bias, E: experts, K: top_k.
 *
 *   DeepSeekV3   s = sigmoid(x); c = s + b. A group's value is the sum of its two
 *                largest c (of its one, in groups of one); the `keep_groups` best
 *                groups stay; the K largest c of these are chosen;
 *                weight = s / (sum of the chosen s + 1e-20) * scale.
 *                Source: transformers, models/deepseek_v3/modeling_deepseek_v3.py.
 *   Default      p = softmax(x) over E; the K largest p; weight = p.
 *   Renormalize  the K largest x; weight = softmax over these.
 *   RenormalizeNaive  p = softmax(x) over E; the K largest p;
 *                weight = p / sum of the chosen p.
 *   Llama4       the K largest x; weight = sigmoid(x).
 *   TopK         the K largest x; weight = x.
 *                Source of these: flashinfer, include/flashinfer/trtllm/fused_moe/
 *                runner.h (RoutingMethodType) and RoutingCustomPolicy.cuh.
 *
 * What real kernels leave open is fixed here:
 * - Ties go to the lower index, for experts and for groups.
 * - NaN counts as larger than every number, as torch.topk has it; all NaNs tie.
 *   -0 ties with +0. Infinities are ordered as numbers are.
 * - A softmax over a row with NaN or +Inf, or of nothing but -Inf, is all NaN.
 * - Sums run in index order over E, and in order of choice over the chosen.
 * - Bias, groups and scale are DeepSeekV3's; the other methods do not read them.
 */
#ifndef CP_KERNELS_ROUTE_H
#define CP_KERNELS_ROUTE_H

#include "kernels/pick.h"

#define CP_ROUTE_MAX_EXPERTS CP_PICK_MAX_GROUPS
#define CP_ROUTE_MAX_TOP_K CP_PICK_MAX

typedef enum cp_method {
    CP_METHOD_DEFAULT,
    CP_METHOD_RENORMALIZE,
    CP_METHOD_DEEPSEEK_V3,
    CP_METHOD_LLAMA4,
    CP_METHOD_RENORMALIZE_NAIVE,
    CP_METHOD_TOPK,
    CP_METHOD_COUNT, /* not a method */
} cp_method;

typedef struct cp_route_spec {
    cp_method method;
    int32_t experts, top_k;
    int32_t groups, keep_groups; /* groups of experts / groups neighbours; >= 1 */
    float scale;
    cp_storage logits, bias, weights; /* how each lies in memory */
    int32_t round_bias; /* not 0: the bias is rounded to bfloat16 before it is added */
} cp_route_spec;

/* Room for one token's weights, whichever way they are stored. */
typedef union cp_weights {
    float f32[CP_ROUTE_MAX_TOP_K];
    uint16_t narrow[CP_ROUTE_MAX_TOP_K];
} cp_weights;

#ifdef __cplusplus
extern "C" {
#endif

/* "DeepSeekV3", …: the member of RoutingMethodType; "" for CP_METHOD_COUNT. */
const char *cp_method_name(cp_method method);

/* The method of that name, `len` bytes long; CP_METHOD_COUNT where none is known. */
cp_method cp_method_of_name(const char *name, size_t len);

/* Why no token can be routed by `spec`; NULL where it is sound. */
const char *cp_route_fault(const cp_route_spec *spec);

/*
 * Routes `tokens` rows of `logits` by a sound `spec`. `bias` may be NULL: zeros.
 * Writes tokens * top_k elements to `ids` and to `weights`.
 */
void cp_route_f32(const cp_route_spec *spec, const void *logits, const void *bias,
                  int64_t tokens, int32_t *ids, void *weights);

/*
 * The same in float64, with the C library's exp, weights not rounded. Written
 * another way on purpose; this is the oracle of the tests.
 *
 * `margin` (may be NULL) gets, for each token, how far the nearest rejected group
 * or expert was from being chosen; 0 at a tie, NaN where that is no number.
 */
void cp_route_f64(const cp_route_spec *spec, const void *logits, const void *bias,
                  int64_t tokens, int32_t *ids, double *weights, double *margin);

#ifdef __cplusplus
}
#endif

#endif
