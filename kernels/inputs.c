#include "kernels/inputs.h"

static const char *const names[CP_INPUT_COUNT] = {
    "normal",   "ties",  "float32 neighbours", "bfloat16 neighbours", "saturated",
    "negative", "equal", "signed zeros",       "subnormal",           "infinities",
    "NaN",
};

const char *cp_input_name(cp_input_kind kind)
{
    return (unsigned)kind < CP_INPUT_COUNT ? names[kind] : "";
}
