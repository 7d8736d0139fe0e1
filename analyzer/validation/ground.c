#include "validation/ground.h"

#include "kernels/exact.h"

/* Widening each value of the dtype to float32 was looked at, one by one. */
static cp_str widened(cp_arena *arena, const cp_route_plan *plan, cp_dtype from,
                      const char *who, cp_effect *effect)
{
    bool known = (from == CP_BF16 || from == CP_F16) && plan->cast_to == CP_F32;
    if (!known) {
        *effect = CP_EFFECT_UNPROVED;
        return cp_str_printf(arena, "a cast of %s to %s is not enumerated",
                             cp_dtype_name(from), cp_dtype_name(plan->cast_to));
    }
    cp_exact all = cp_exact_enumerate(from == CP_BF16 ? CP_STORE_BF16 : CP_STORE_F16);
    if (all.changed || all.lost) {
        *effect = CP_EFFECT_UNPROVED;
        return CP_STR("widening was not found to be exact: this is a fault of castproof; "
                      "please report it");
    }
    *effect = CP_EFFECT_EXACT;
    return cp_str_printf(arena,
                         "%s, and each of the %d %s values (%d of them NaN) widens to "
                         "float32 unchanged (enumerated), so that it works on the same "
                         "numbers with and without the cast",
                         who, all.values, cp_dtype_name(from), all.nans);
}

/* Bits of a significand, the leading one included: a rounding is off by 2^-bits at most.
 */
static int significand_of(cp_dtype dtype)
{
    return dtype == CP_BF16 ? 8 : dtype == CP_F16 ? 11 : 24;
}

static cp_str weighed(cp_arena *arena, const cp_route_plan *plan, cp_effect *effect)
{
    *effect = CP_EFFECT_SAME_EXPERTS;
    if (plan->cast_to == CP_DTYPE_NONE)
        return CP_STR("the value is a weight of experts that are chosen already; without "
                      "the cast it is not rounded before it is multiplied");
    return cp_str_printf(
        arena,
        "the value is a weight of experts that are chosen already; the rounding to %s, "
        "which goes, changed each by at most 2^-%d of itself",
        cp_dtype_name(plan->cast_to), significand_of(plan->cast_to));
}

cp_str cp_ground_reason(cp_arena *arena, const cp_route_plan *plan, cp_dtype from,
                        cp_effect *effect)
{
    switch (plan->ground) {
    case CP_GROUND_COPIED:
        *effect = CP_EFFECT_EXACT;
        return plan->cast_to == CP_DTYPE_NONE
                   ? CP_STR("the copy converts to the dtype of the tensor that it writes "
                            "to, as the cast does before it: one conversion either way, "
                            "whatever the dtype before it is")
                   : cp_str_printf(
                         arena,
                         "the copy converts to %s, the dtype of the tensor that "
                         "it writes to, as the cast does before it: one "
                         "conversion either way, whatever the dtype before it is",
                         cp_dtype_name(plan->cast_to));
    case CP_GROUND_SAME:
        *effect = CP_EFFECT_EXACT;
        return CP_STR("the value was made with the very dtype that the cast asks for, "
                      "which therefore changes nothing, whatever that is");
    case CP_GROUND_CONVERTED:
        return widened(arena, plan, from, "each use converts the value itself", effect);
    case CP_GROUND_PROMOTED:
        return widened(arena, plan, from, "the arithmetic widens the value itself",
                       effect);
    case CP_GROUND_WEIGHED:
        return weighed(arena, plan, effect);
    case CP_GROUND_KERNEL:
        break;
    }
    *effect = CP_EFFECT_UNPROVED;
    return CP_STR("the dtypes that reach the cast are not known");
}
