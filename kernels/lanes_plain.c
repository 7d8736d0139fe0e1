#include "kernels/lanes_code.h"

static const cp_lanes_code code = {"lanes", cp_lane_block, cp_lane_compare};

const cp_lanes_code *cp_lanes_plain(void)
{
    return &code;
}
