#include "validation/measure.h"

#include <math.h>

#include "kernels/inputs.h"

#define MAX CP_ROUTE_MAX_EXPERTS

static void round_all(float *values, int32_t count, cp_storage storage)
{
    for (int32_t i = 0; i < count; i++)
        values[i] = cp_round_to(values[i], storage);
}

/*
 * What lies in a narrower storage is held as float32 here: widening is exact
 * (kernels/exact.h enumerates it), so a cast and the read behind it come to
 * rounding to the storage.
 */
typedef struct biases {
    float with_cast[MAX], without[MAX];
} biases;

static void make_bias(const cp_measurement *m, biases *bias)
{
    int32_t experts = m->spec.experts;
    for (int32_t e = 0; e < experts; e++)
        bias->without[e] =
            m->has_bias ? cp_input_bias(CP_MEASURE_BIAS_STD, m->seed, e) : 0.0f;
    if (m->of_bias)
        round_all(bias->without, experts, m->from);
    memcpy(bias->with_cast, bias->without, sizeof bias->without);
    if (m->of_bias)
        round_all(bias->with_cast, experts, m->to);
}

/* Tokens that are routed by one call, so that the bias is prepared once for them. */
#define BATCH 16

typedef struct batch {
    float with_cast[BATCH * MAX], without[BATCH * MAX];
    int32_t ids_a[BATCH * CP_ROUTE_MAX_TOP_K], ids_b[BATCH * CP_ROUTE_MAX_TOP_K];
    float weights_a[BATCH * CP_ROUTE_MAX_TOP_K], weights_b[BATCH * CP_ROUTE_MAX_TOP_K];
} batch;

static void make_logits(const cp_measurement *m, int64_t first, int32_t count, batch *b)
{
    int32_t experts = m->spec.experts;
    for (int32_t i = 0; i < count; i++)
        cp_input_row(CP_INPUT_NORMAL, m->std, m->seed, first + i, experts,
                     b->without + i * experts);
    if (!m->of_bias)
        round_all(b->without, count * experts, m->from);
    memcpy(b->with_cast, b->without, sizeof(float) * (size_t)(count * experts));
    if (!m->of_bias)
        round_all(b->with_cast, count * experts, m->to);
}

static void compare_batch(const cp_route_spec *spec, int64_t first, int32_t count,
                          const batch *b, cp_comparison *sum)
{
    for (int32_t i = 0; i < count; i++) {
        int32_t at = i * spec->top_k;
        cp_compare_token(sum, spec, first + i,
                         (cp_choice){b->ids_a + at, b->weights_a + at},
                         (cp_choice){b->ids_b + at, b->weights_b + at});
    }
}

cp_comparison cp_measure(const cp_measurement *m)
{
    cp_comparison sum = {0};
    cp_route_spec spec = m->spec;
    spec.logits = spec.bias = spec.weights = CP_STORE_F32;
    biases bias = {0};
    batch b = {0};
    make_bias(m, &bias);
    for (int64_t t = 0; t < m->tokens; t += BATCH) {
        int32_t count = m->tokens - t < BATCH ? (int32_t)(m->tokens - t) : BATCH;
        make_logits(m, t, count, &b);
        cp_route_f32(&spec, b.with_cast, bias.with_cast, count, b.ids_a, b.weights_a);
        cp_route_f32(&spec, b.without, bias.without, count, b.ids_b, b.weights_b);
        compare_batch(&spec, t, count, &b, &sum);
    }
    return sum;
}

/* Source: E. B. Wilson, "Probable Inference", JASA 22 (1927). */
void cp_measure_interval(int64_t hits, int64_t tokens, double *low, double *high)
{
    double n = (double)tokens, p = (double)hits / n, z = 1.959963984540054;
    double middle = p + z * z / (2 * n), scale = 1 + z * z / n;
    double reach = z * sqrt(p * (1 - p) / n + z * z / (4 * n * n));
    *low = hits == 0 ? 0 : (middle - reach) / scale;
    *high = hits == tokens ? 1 : (middle + reach) / scale;
}
