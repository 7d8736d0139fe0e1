/*
 * compare.h - how two routings of the same tokens differ.
 *
 * Layer: kernels. A token's experts are compared as a set first; where the sets
 * are equal, as a list. Weights are compared expert by expert, over the experts
 * that both routings chose. {0} is the comparison of no tokens.
 */
#ifndef CP_KERNELS_COMPARE_H
#define CP_KERNELS_COMPARE_H

#include "kernels/route.h"

/* One token's choice; `weights` are stored as the spec says. */
typedef struct cp_choice {
    const int32_t *ids;
    const void *weights;
} cp_choice;

/* The first place where the two differ: lists by position, weights by expert. */
typedef struct cp_mismatch {
    int64_t token;
    int32_t rank;            /* position in the list of a */
    int32_t id_a, id_b;      /* of a at `rank`; of b there, or the same where weights
                                differ */
    uint32_t bits_a, bits_b; /* of their weights, as stored */
    float weight_a, weight_b;
} cp_mismatch;

typedef struct cp_comparison {
    int64_t tokens;
    int64_t expert_set_mismatches; /* tokens that chose different experts */
    int64_t order_mismatches;      /* tokens that chose the same in another order */
    int64_t weight_mismatches; /* tokens in which an expert that both chose has weights
                                  of different bits */
    double max_weight_error;   /* largest absolute difference of such weights; Inf where
                                  only one of them is NaN */
    int32_t has_first;         /* whether `first` is filled in */
    cp_mismatch first;
} cp_comparison;

#ifdef __cplusplus
extern "C" {
#endif

/* Adds token number `token` of both routings, top_k and weights as in `spec`. */
void cp_compare_token(cp_comparison *sum, const cp_route_spec *spec, int64_t token,
                      cp_choice a, cp_choice b);

/* Adds all of `part`, whose tokens come after those already in `sum`. */
void cp_compare_add(cp_comparison *sum, const cp_comparison *part);

/* Whether nothing differs: same experts, same order, same bits. */
int32_t cp_compare_equal(const cp_comparison *sum);

#ifdef __cplusplus
}
#endif

#endif
