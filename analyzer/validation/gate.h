/*
 * gate.h - what rounding the gate's own output does to the routing.
 *
 * Layer: validation. The gate multiplies bfloat16 by bfloat16 and sums in float32
 * (kernels/gate.h). Its logits are routed as float32 and, rounded, as bfloat16: the
 * difference is what a gate that hands on bfloat16 would make.
 */
#ifndef CP_VALIDATION_GATE_H
#define CP_VALIDATION_GATE_H

#include "validation/validate.h"

/* Of random values: hidden N(0, 1), logits of standard deviation 1. */
#define CP_GATE_STD 1.0f
#define CP_GATE_TOKENS 2048 /* where the options name no number */

typedef struct cp_gate_effects {
    cp_validation *items; /* from float32; one a preset, in the order of the presets */
    size_t count, room;
} cp_gate_effects;

/*
 * The effect for `preset`, or where that is NULL for each default preset that states
 * the width of what its gate reads. About 0.1 s on two cores for 256 experts and a
 * width of 7,168. All in `arena`.
 */
cp_gate_effects cp_validate_gate(cp_arena *arena, const cp_preset *preset,
                                 const cp_validate_options *options);

#endif
