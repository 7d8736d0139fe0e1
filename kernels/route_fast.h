/*
 * route_fast.h - the reference routing in less time: the same ids, the same bits.
 *
 * Layer: kernels. By lanes (route_lanes.h) with the widest instructions that the
 * machine has, by threads over tokens. Where lanes do not fit (another compute dtype
 * than float32, more than 32 groups, a bias that is not finite) and for rows with NaN or
 * infinities, it is the reference that runs.
 */
#ifndef CP_KERNELS_ROUTE_FAST_H
#define CP_KERNELS_ROUTE_FAST_H

#include "kernels/compare.h"

/* Two routes of the same tokens, by a sound spec. */
typedef struct cp_route_pair {
    cp_route_spec spec;
    const void *logits;
    cp_storage cast;             /* what route a rounds the logits to; b does not */
    const void *bias_a, *bias_b; /* each stored as the spec says, or NULL: zeros */
} cp_route_pair;

#ifdef __cplusplus
extern "C" {
#endif

/* As cp_route_f32, on `threads` threads; 0: one for each processor. */
void cp_route_fast(const cp_route_spec *spec, const void *logits, const void *bias,
                   int64_t tokens, int32_t threads, int32_t *ids, void *weights);

/*
 * Routes `tokens` tokens both ways and compares route a with route b, as
 * cp_compare_token does token by token; nothing is kept of the routes.
 */
cp_comparison cp_route_pair_compare(const cp_route_pair *pair, int64_t tokens,
                                    int32_t threads);

/* The instructions that this machine routes by: "AVX2", "lanes". */
const char *cp_route_fast_code(void);

#ifdef __cplusplus
}
#endif

#endif
