#include "kernels/lanes_code.h"

#if defined(__AVX2__) && defined(__FMA__) && defined(__BMI__)

static const cp_lanes_code code = {"AVX2", cp_lane_block, cp_lane_compare};

const cp_lanes_code *cp_lanes_avx2(void)
{
    int32_t has = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
                  __builtin_cpu_supports("bmi") && __builtin_cpu_supports("popcnt");
    return has ? &code : NULL;
}

#else

const cp_lanes_code *cp_lanes_avx2(void)
{
    return NULL;
}

#endif
