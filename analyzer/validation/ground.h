/*
 * ground.h - why a change is safe where no kernel reads the value that is cast.
 *
 * Layer: validation.
 */
#ifndef CP_VALIDATION_GROUND_H
#define CP_VALIDATION_GROUND_H

#include "findings/finding.h"

/*
 * The reason, in `arena`, for values that are `from` before the cast (NONE: whatever
 * they are), and in *effect what the change does: CP_EFFECT_UNPROVED where there is no
 * proof, and then the reason says why. plan->ground must not be CP_GROUND_KERNEL.
 */
cp_str cp_ground_reason(cp_arena *arena, const cp_route_plan *plan, cp_dtype from,
                        cp_effect *effect);

#endif
