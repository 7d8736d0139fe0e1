/*
 * exact.h - that widening a 16-bit float loses nothing: by enumeration and by runs.
 *
 * Layer: kernels. The argument for a dropped upcast has two parts. One is the
 * kernel's contract: it widens what it reads to float32 before it computes. The
 * other is arithmetic, and is enumerated here: the widened value is the narrow one
 * for each of the 65,536 bit patterns. Together they leave the kernel with the same
 * float32 numbers with and without the cast, whatever it then computes. The runs
 * show it on the reference; they are a check of this code, not the proof.
 */
#ifndef CP_KERNELS_EXACT_H
#define CP_KERNELS_EXACT_H

#include "kernels/compare.h"
#include "kernels/inputs.h"

#define CP_EXACT_PATTERNS 65536

typedef struct cp_exact {
    int32_t values;  /* bit patterns looked at: CP_EXACT_PATTERNS */
    int32_t nans;    /* of these, NaN; they widen to NaN */
    int32_t changed; /* widened to another value than their fields say: 0 if exact */
    int32_t lost;    /* not NaN, and narrowed again to other bits: 0 if one-to-one */
} cp_exact;

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Widens every bit pattern of `narrow` (CP_STORE_BF16 or CP_STORE_F16) and compares
 * the value with sign, exponent and fraction put together in float64; then narrows
 * it again. `lost == 0` also says that rounding to `narrow` is idempotent: what
 * was rounded once is one of these patterns, and stays as it is.
 */
cp_exact cp_exact_enumerate(cp_storage narrow);

/*
 * Routes tokens whose logits are stored as `narrow` and the same logits widened to
 * float32, by a sound spec (its `logits` is not read), and compares. `tokens` of
 * each kind of input are run; NORMAL with std 0.5, 1 and 3. Returns what differs:
 * nothing, if this code is right.
 */
cp_comparison cp_exact_run_logits(const cp_route_spec *spec, cp_storage narrow,
                                  const void *bias, uint64_t seed, int64_t tokens);

/* The same where the bias is stored as `narrow`, made from `seed`; logits are float32. */
cp_comparison cp_exact_run_bias(const cp_route_spec *spec, cp_storage narrow,
                                uint64_t seed, int64_t tokens);

#ifdef __cplusplus
}
#endif

#endif
