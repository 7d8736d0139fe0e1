/*
 * measure.h - routes the same tokens with and without a cast, and counts.
 *
 * Layer: validation. Tokens are made, routed and compared a few at a time, so a run
 * of any length needs no memory.
 */
#ifndef CP_VALIDATION_MEASURE_H
#define CP_VALIDATION_MEASURE_H

#include <stdbool.h>

#include "kernels/compare.h"
#include "kernels/gate.h"
#include "validation/captures.h"

/* Standard deviation of the bias, where the router has one. */
#define CP_MEASURE_BIAS_STD 0.01f

typedef struct cp_measurement {
    cp_route_spec spec; /* method and shape; the storage members are not read */
    bool has_bias;      /* add a bias N(0, CP_MEASURE_BIAS_STD^2) */
    bool of_bias;       /* the cast is of the bias; else it is of the logits */
    cp_storage from;    /* in which the value lies before the cast */
    cp_storage to;      /* in which it lies behind it */
    float std;          /* of the logits, N(0, std^2) */
    uint64_t seed;
    int64_t tokens;
    /* At least `tokens` rows of spec.experts, routed instead of drawn logits, with its
       bias if it has one; or NULL. */
    const cp_capture *captured;
    const cp_gate_spec *gate; /* the logits are those of this gate; or NULL */
} cp_measurement;

/* The bias of a measurement, in float32. */
typedef struct cp_biases {
    float with_cast[CP_ROUTE_MAX_EXPERTS], without[CP_ROUTE_MAX_EXPERTS];
} cp_biases;

void cp_measure_biases(const cp_measurement *m, cp_biases *bias);

/* Routing with the cast (a) against routing without it (b), weights in float32. */
cp_comparison cp_measure(const cp_measurement *m);

/* The 95 % interval (Wilson's) of a share seen `hits` times in `tokens` (> 0). */
void cp_measure_interval(int64_t hits, int64_t tokens, double *low, double *high);

#endif
