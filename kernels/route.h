/*
 * route.h - how a Mixture-of-Experts router picks the experts of a token.
 *
 * Layer: kernels. The one specification; method.def states the methods as data,
 * route_token.h as code for host and device, route_ref.c runs that over tokens in
 * float32, route_f64.c is an independent one in float64 to check it by, route_fast.h
 * is the same in less time, route.cu runs it on a GPU.
 *
 * Logits are [tokens, experts], row by row; bias is [experts]; results are
 * [tokens, top_k], in the order of choice, best first. x: logits, b: bias, E:
 * experts, K: top_k, s: a score, S: the sum of the chosen scores.
 *
 *   DeepSeekV3   s = sigmoid(x); c = s + b. A group's value is the sum of its two
 *                largest c (of its one, in groups of one); the `keep_groups` best
 *                groups stay; the K largest c of these are chosen;
 *                weight = s / (S + 1e-20) * scale.
 *   MiniMax2     the same in one group.
 *   DeepseekV4   s = sqrt(softplus(x)), softplus(x) = x > 20 ? x : log(1 + exp(x));
 *                the K largest s + b; weight = s / (S + 1e-20) * scale.
 *   Default      s = softmax(x) over E; the K largest s; weight = s.
 *   RenormalizeNaive  s = softmax(x) over E; the K largest s; weight = s / S.
 *   Renormalize  the K largest x; weight = softmax over these.
 *   TopK         the K largest x; weight = x.
 *   Llama4, TopKSigmoid  the K largest x; weight = sigmoid(x).
 *   Sigmoid      s = sigmoid(x); the K largest s; weight = s.
 *   SigmoidRenorm  s = sigmoid(x); the K largest s; weight = s / max(S, 1e-20).
 *
 * README.md says where each is from, and in what released kernels differ from it.
 *
 * Four dtypes are apart: logits, bias and weights lie in memory as the spec says, and
 * `compute` is that of every tensor between: logits and bias as they are read, scores,
 * choices, values of groups, sums and quotients are each rounded to it, to nearest
 * even, as PyTorch does from one operation to the next. Inside an operation (a
 * softmax, a sum, a sigmoid) it is float32. Weights are rounded once more as they are
 * written.
 *
 * What real kernels leave open is fixed here:
 * - Ties go to the lower index, for experts and for groups.
 * - NaN counts as larger than every number, as torch.topk has it; all NaNs tie.
 *   -0 ties with +0. Infinities are ordered as numbers are.
 * - A softmax over a row with NaN or +Inf, or of nothing but -Inf, is all NaN.
 * - max(S, 1e-20) of a NaN is NaN.
 * - Sums run in index order over E, and in order of choice over the chosen.
 * - Bias, groups and scale are read by the methods above that name them, by no other.
 */
#ifndef CP_KERNELS_ROUTE_H
#define CP_KERNELS_ROUTE_H

#include "kernels/method.h"
#include "kernels/pick.h"

#define CP_ROUTE_MAX_EXPERTS CP_PICK_MAX_GROUPS
#define CP_ROUTE_MAX_TOP_K CP_PICK_MAX

typedef struct cp_route_spec {
    cp_method method;
    int32_t experts, top_k;
    int32_t groups, keep_groups; /* groups of experts / groups neighbours; >= 1 */
    float scale;
    cp_storage logits, bias, weights; /* how each lies in memory */
    cp_storage compute;               /* to which each step's result is rounded */
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

/*
 * "DeepSeekV3", …: the member of flashinfer's RoutingMethodType, or of vLLM's where that
 * has none; "" for CP_METHOD_COUNT.
 */
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
 * The same in float64, with the C library's exp, nothing rounded but to a `compute`
 * narrower than float32. Written another way on purpose; the oracle of the tests.
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
