#include "validation/measure.h"

#include <math.h>
#include <pthread.h>
#include <unistd.h>

#include "kernels/inputs.h"
#include "kernels/route_fast.h"

#define MAX CP_ROUTE_MAX_EXPERTS

/*
 * What lies in a narrower storage is held as float32 here: widening is exact
 * (kernels/exact.h enumerates it), so a cast and the read behind it come to
 * rounding to the storage.
 */
static void round_all(float *values, int32_t count, cp_storage storage)
{
    for (int32_t i = 0; i < count && storage != CP_STORE_F32; i++)
        values[i] = cp_round_to(values[i], storage);
}

void cp_measure_biases(const cp_measurement *m, cp_biases *bias)
{
    int32_t experts = m->spec.experts;
    *bias = (cp_biases){0};
    for (int32_t e = 0; e < experts; e++)
        bias->without[e] =
            m->has_bias ? cp_input_bias(CP_MEASURE_BIAS_STD, m->seed, e) : 0.0f;
    if (m->has_bias && m->captured && m->captured->bias)
        cp_tensor_rows(m->captured->bias, 0, 1, bias->without);
    if (m->of_bias)
        round_all(bias->without, experts, m->from);
    memcpy(bias->with_cast, bias->without, sizeof bias->without);
    if (m->of_bias)
        round_all(bias->with_cast, experts, m->to);
}

/* Tokens that are made, routed and compared before the next are. */
#define BATCH 64

/* One thread's share of the tokens. */
typedef struct part {
    const cp_measurement *m;
    const cp_biases *bias;
    const float *gate_weights; /* where the logits are those of a gate */
    int64_t first, end;
    cp_comparison sum;
} part;

/* The float32 logits of `count` tokens, in `rows`; `hidden` is what a gate needs. */
static void make_rows(const part *p, int64_t first, int32_t count, float *hidden,
                      float *rows)
{
    const cp_measurement *m = p->m;
    if (m->gate) {
        cp_gate_hidden(m->gate, first, count, hidden);
        cp_gate_logits(m->gate, p->gate_weights, hidden, count, rows);
    } else if (m->captured) {
        cp_tensor_rows(m->captured->logits, first, count, rows);
    } else {
        cp_input_normals(m->std, m->seed, first, count, m->spec.experts, rows);
    }
}

static cp_comparison compare_batch(const part *p, int64_t first, int32_t count,
                                   float *hidden)
{
    const cp_measurement *m = p->m;
    float rows[BATCH * MAX];
    make_rows(p, first, count, hidden, rows);
    if (!m->of_bias)
        round_all(rows, count * m->spec.experts, m->from);
    cp_route_pair pair = {.spec = m->spec,
                          .logits = rows,
                          .cast = m->of_bias ? CP_STORE_F32 : m->to,
                          .bias_a = p->bias->with_cast,
                          .bias_b = p->bias->without};
    pair.spec.logits = pair.spec.bias = pair.spec.weights = CP_STORE_F32;
    cp_comparison sum = cp_route_pair_compare(&pair, count, 1);
    sum.first.token += first;
    return sum;
}

static void *measure_part(void *of)
{
    part *p = of;
    cp_arena arena = {0};
    float *hidden =
        p->m->gate ? cp_new_unset(&arena, float, BATCH * p->m->gate->width) : NULL;
    for (int64_t t = p->first; t < p->end; t += BATCH) {
        int32_t count = p->end - t < BATCH ? (int32_t)(p->end - t) : BATCH;
        cp_comparison sum = compare_batch(p, t, count, hidden);
        cp_compare_add(&p->sum, &sum);
    }
    cp_arena_dispose(&arena);
    return NULL;
}

#define MAX_THREADS 16
#define THREAD_TOKENS 1024 /* fewer are not worth a thread */

static int32_t threads_for(const cp_measurement *m)
{
    int64_t least = m->gate ? BATCH : THREAD_TOKENS;
    int64_t count = sysconf(_SC_NPROCESSORS_ONLN), worth = m->tokens / least;
    count = count > worth ? worth : count;
    count = count > MAX_THREADS ? MAX_THREADS : count;
    return count > 1 ? (int32_t)count : 1;
}

static const float *gate_weights(cp_arena *arena, const cp_measurement *m)
{
    if (!m->gate)
        return NULL;
    float *weights =
        cp_new_unset(arena, float, (size_t)m->gate->experts *(size_t)m->gate->width);
    cp_gate_weights(m->gate, weights);
    return weights;
}

/* Parts lie in the order of tokens, whatever thread runs them. */
cp_comparison cp_measure(const cp_measurement *m)
{
    cp_arena arena = {0};
    const float *weights = gate_weights(&arena, m);
    part parts[MAX_THREADS];
    pthread_t threads[MAX_THREADS];
    bool started[MAX_THREADS] = {false};
    cp_comparison sum = {0};
    cp_biases bias;
    cp_measure_biases(m, &bias);
    int32_t count = threads_for(m);
    for (int32_t i = 0; i < count; i++) {
        int64_t first = m->tokens * i / count, end = m->tokens * (i + 1) / count;
        parts[i] = (part){m, &bias, weights, first, end, {0}};
        started[i] =
            i > 0 && pthread_create(&threads[i], NULL, measure_part, &parts[i]) == 0;
    }
    for (int32_t i = 0; i < count; i++) {
        if (started[i])
            pthread_join(threads[i], NULL);
        else
            measure_part(&parts[i]);
        cp_compare_add(&sum, &parts[i].sum);
    }
    cp_arena_dispose(&arena);
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
