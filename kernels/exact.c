#include "kernels/exact.h"

#include <math.h>
#include <stdbool.h>

#define MAX CP_ROUTE_MAX_EXPERTS

/* Sign, exponent and fraction, read as IEEE 754 does; `fraction_bits` 7 or 10. */
static double value_of_fields(uint32_t bits, int fraction_bits, int exponent_bits)
{
    int exponent = (int)(bits >> fraction_bits & ((1u << exponent_bits) - 1));
    int bias = (1 << (exponent_bits - 1)) - 1;
    double fraction = bits & ((1u << fraction_bits) - 1);
    double sign = bits & 0x8000 ? -1.0 : 1.0;
    if (exponent == 2 * bias + 1)
        return fraction != 0 ? NAN : sign * HUGE_VAL;
    if (exponent == 0)
        return sign * ldexp(fraction, 1 - bias - fraction_bits);
    return sign * ldexp(fraction + (1 << fraction_bits), exponent - bias - fraction_bits);
}

static bool same_value(double a, double b)
{
    if (isnan(a) || isnan(b))
        return isnan(a) && isnan(b);
    return a == b && signbit(a) == signbit(b);
}

cp_exact cp_exact_enumerate(cp_storage narrow)
{
    cp_exact e = {0};
    bool half = narrow == CP_STORE_F16;
    for (uint32_t bits = 0; bits < CP_EXACT_PATTERNS; bits++) {
        float wide = cp_widen_bits(bits, narrow);
        double meant = value_of_fields(bits, half ? 10 : 7, half ? 5 : 8);
        e.values++;
        e.nans += isnan(meant);
        e.changed += !same_value((double)wide, meant);
        e.lost += !isnan(meant) && cp_store_bits(wide, narrow) != bits;
    }
    return e;
}

/* One token: its two logits rows and biases, which lie as the two specs say. */
typedef struct pair {
    cp_route_spec narrow, wide;
    const void *narrow_row, *wide_row, *narrow_bias, *wide_bias;
} pair;

static void route_both(const pair *p, int64_t token, cp_comparison *sum)
{
    int32_t ids_a[CP_ROUTE_MAX_TOP_K], ids_b[CP_ROUTE_MAX_TOP_K];
    cp_weights weights_a, weights_b;
    cp_route_f32(&p->narrow, p->narrow_row, p->narrow_bias, 1, ids_a, &weights_a);
    cp_route_f32(&p->wide, p->wide_row, p->wide_bias, 1, ids_b, &weights_b);
    cp_compare_token(sum, &p->narrow, token, (cp_choice){ids_a, &weights_a},
                     (cp_choice){ids_b, &weights_b});
}

/* The sets that are run: every kind once, the normal one for three deviations. */
#define SETS (CP_INPUT_COUNT + 2)

static void make_row(int set, uint64_t seed, int64_t token, int32_t experts, float *row)
{
    static const float stds[SETS] = {1, 0.5f, 3};
    cp_input_kind kind = set < 3 ? CP_INPUT_NORMAL : (cp_input_kind)(set - 2);
    cp_input_row(kind, set < 3 ? stds[set] : 1, seed, token, experts, row);
}

cp_comparison cp_exact_run_logits(const cp_route_spec *spec, cp_storage narrow,
                                  const void *bias, uint64_t seed, int64_t tokens)
{
    cp_comparison sum = {0};
    float row[MAX];
    uint16_t stored[MAX];
    pair p = {*spec, *spec, stored, row, bias, bias};
    p.narrow.logits = narrow;
    p.wide.logits = CP_STORE_F32;
    for (int64_t i = 0; i < tokens * SETS; i++) {
        make_row((int)(i / tokens), seed, i % tokens, spec->experts, row);
        for (size_t e = 0; e < (size_t)spec->experts; e++) {
            cp_store(stored, narrow, e, row[e]);
            row[e] = cp_load(stored, narrow, e);
        }
        route_both(&p, i, &sum);
    }
    return sum;
}

cp_comparison cp_exact_run_bias(const cp_route_spec *spec, cp_storage narrow,
                                uint64_t seed, int64_t tokens)
{
    cp_comparison sum = {0};
    float row[MAX], bias[MAX];
    uint16_t stored[MAX];
    pair p = {*spec, *spec, row, row, stored, bias};
    p.narrow.logits = p.wide.logits = CP_STORE_F32;
    p.narrow.bias = narrow;
    p.wide.bias = CP_STORE_F32;
    for (size_t e = 0; e < (size_t)spec->experts; e++) {
        cp_store(stored, narrow, e, cp_input_bias(0.01f, seed, (int32_t)e));
        bias[e] = cp_load(stored, narrow, e);
    }
    for (int64_t i = 0; i < tokens * SETS; i++) {
        make_row((int)(i / tokens), seed, i % tokens, spec->experts, row);
        route_both(&p, i, &sum);
    }
    return sum;
}
