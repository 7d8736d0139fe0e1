#include "kernels/compare.h"
#include "kernels/gpu_inputs.cuh"
#include "kernels/gpu_plan.cuh"
#include "kernels/gpu_trouble.cuh"

#define CHUNK_BYTES ((size_t)512 << 20) /* of logits that are on the device at a time */

extern "C" int32_t cp_cuda_version(void)
{
    return CP_CUDA_VERSION;
}

extern "C" int32_t cp_cuda_device(char *name, size_t size)
{
    int count = 0, driver = 0;
    cudaDeviceProp p;
    cudaError_t code = cudaGetDeviceCount(&count);
    if (code == cudaSuccess && count > 0)
        code = cudaGetDeviceProperties(&p, 0);
    if (code != cudaSuccess || count < 1) {
        snprintf(name, size, "%s",
                 code == cudaSuccess ? "there is no CUDA device"
                                     : cudaGetErrorString(code));
        return 0;
    }
    cudaDriverGetVersion(&driver);
    if (p.major < 8) {
        snprintf(name, size, "%s (sm_%d%d) is older than sm_80", p.name, p.major,
                 p.minor);
        return 0;
    }
    snprintf(name, size, "%s (sm_%d%d), driver for CUDA %d.%d", p.name, p.major, p.minor,
             driver / 1000, driver % 100 / 10);
    return 1;
}

/* Device memory for a run in chunks. */
struct chunks {
    int64_t tokens; /* of one */
    void *logits, *weights;
    int32_t *ids;
};

static bool chunks_make(trouble *t, const cp_route_spec *spec, int64_t tokens, bool both,
                        chunks *c)
{
    size_t row = (size_t)spec->experts * cp_storage_size(spec->logits);
    int64_t most = (int64_t)(CHUNK_BYTES / row);
    *c = {};
    c->tokens = tokens < most ? tokens : most;
    size_t picks = (size_t)c->tokens * (size_t)spec->top_k;
    CHECK(t, cudaMalloc(&c->logits, (size_t)c->tokens * row));
    if (!both) {
        CHECK(t, cudaMalloc(&c->ids, picks * sizeof *c->ids));
        CHECK(t, cudaMalloc(&c->weights, picks * cp_storage_size(spec->weights)));
    }
    return !t->any;
}

static void chunks_free(chunks *c)
{
    cudaFree(c->logits);
    cudaFree(c->ids);
    cudaFree(c->weights);
}

extern "C" const char *cp_cuda_route(const cp_route_spec *spec, const void *logits,
                                     const void *bias, int64_t tokens, int32_t *ids,
                                     void *weights)
{
    trouble t = {};
    chunks c = {};
    cp_cuda_plan *plan;
    cp_route_pair pair = {*spec, logits, CP_STORE_F32, bias, bias};
    if (said(&t, cp_cuda_plan_new(&pair, 0, &plan)))
        return message(&t);
    chunks_make(&t, spec, tokens, false, &c);
    size_t row = (size_t)spec->experts * cp_storage_size(spec->logits);
    size_t out = (size_t)spec->top_k * cp_storage_size(spec->weights);
    for (int64_t at = 0; at < tokens && !t.any; at += c.tokens) {
        int64_t count = tokens - at < c.tokens ? tokens - at : c.tokens;
        size_t first = (size_t)at, n = (size_t)count, k = (size_t)spec->top_k;
        CHECK(&t, cudaMemcpy(c.logits, (const char *)logits + first * row, n * row,
                             cudaMemcpyHostToDevice));
        if (!t.any)
            said(&t, cp_cuda_plan_run(plan, c.logits, count, c.ids, c.weights, NULL));
        CHECK(&t, cudaMemcpy(ids + first * k, c.ids, n * k * sizeof *ids,
                             cudaMemcpyDeviceToHost));
        CHECK(&t, cudaMemcpy((char *)weights + first * out, c.weights, n * out,
                             cudaMemcpyDeviceToHost));
    }
    chunks_free(&c);
    cp_cuda_plan_free(plan);
    return message(&t);
}

/* The reference of one row, by route a or b. */
static void route_row(const cp_cuda_plan *plan, const void *row, bool a, int32_t *ids,
                      cp_weights *weights)
{
    const cp_route_spec *spec = &plan->job.spec;
    float values[CP_ROUTE_MAX_EXPERTS], chosen[CP_ROUTE_MAX_TOP_K];
    for (int32_t e = 0; e < spec->experts; e++) {
        float x = cp_load(row, spec->logits, (size_t)e);
        values[e] = cp_round_to(a ? cp_round_to(x, plan->job.cast) : x, spec->compute);
    }
    cp_route_token(spec, values, a ? plan->bias_a : plan->bias_b, ids, chosen);
    for (int32_t k = 0; k < spec->top_k; k++)
        cp_store(weights, spec->weights, (size_t)k, chosen[k]);
}

/* Adds a chunk's counts; of the first token that differs, the reference says how. */
static void add_chunk(trouble *t, cp_cuda_plan *plan, const void *on_device, int64_t at,
                      int64_t count, cp_comparison *sum)
{
    cp_comparison part, one = {};
    if (t->any || said(t, cp_cuda_plan_counts(plan, &part)))
        return;
    part.tokens = count;
    if (part.has_first && !sum->has_first) {
        const cp_route_spec *spec = &plan->job.spec;
        char row[CP_ROUTE_MAX_EXPERTS * sizeof(float)];
        size_t bytes = (size_t)spec->experts * cp_storage_size(spec->logits);
        int32_t ids_a[CP_ROUTE_MAX_TOP_K], ids_b[CP_ROUTE_MAX_TOP_K];
        cp_weights a, b;
        CHECK(t,
              cudaMemcpy(row, (const char *)on_device + (size_t)part.first.token * bytes,
                         bytes, cudaMemcpyDeviceToHost));
        route_row(plan, row, true, ids_a, &a);
        route_row(plan, row, false, ids_b, &b);
        cp_compare_token(&one, spec, at + part.first.token, {ids_a, &a}, {ids_b, &b});
        part.first = one.first;
    }
    cp_compare_add(sum, &part);
}

extern "C" const char *cp_cuda_pair(const cp_route_pair *pair, int64_t tokens,
                                    cp_comparison *sum)
{
    trouble t = {};
    chunks c = {};
    cp_cuda_plan *plan;
    if (said(&t, cp_cuda_plan_new(pair, 1, &plan)))
        return message(&t);
    chunks_make(&t, &pair->spec, tokens, true, &c);
    size_t row = (size_t)pair->spec.experts * cp_storage_size(pair->spec.logits);
    for (int64_t at = 0; at < tokens && !t.any; at += c.tokens) {
        int64_t count = tokens - at < c.tokens ? tokens - at : c.tokens;
        CHECK(&t, cudaMemcpy(c.logits, (const char *)pair->logits + (size_t)at * row,
                             (size_t)count * row, cudaMemcpyHostToDevice));
        if (!t.any)
            said(&t, cp_cuda_plan_run(plan, c.logits, count, NULL, NULL, NULL));
        add_chunk(&t, plan, c.logits, at, count, sum);
    }
    chunks_free(&c);
    cp_cuda_plan_free(plan);
    return message(&t);
}

extern "C" const char *cp_cuda_sample_compare(const cp_cuda_sample *sample, int64_t first,
                                              int64_t tokens, cp_comparison *sum)
{
    trouble t = {};
    chunks c = {};
    cp_cuda_plan *plan;
    cp_route_pair pair = {sample->spec, NULL, sample->cast, sample->bias_a,
                          sample->bias_b};
    pair.spec.logits = pair.spec.bias = CP_STORE_F32;
    if (said(&t, cp_cuda_plan_new(&pair, 1, &plan)))
        return message(&t);
    chunks_make(&t, &pair.spec, tokens, true, &c);
    for (int64_t at = 0; at < tokens && !t.any; at += c.tokens) {
        int64_t count = tokens - at < c.tokens ? tokens - at : c.tokens;
        CHECK(&t, gpu_make_inputs(sample, first + at, count, (float *)c.logits));
        if (!t.any)
            said(&t, cp_cuda_plan_run(plan, c.logits, count, NULL, NULL, NULL));
        add_chunk(&t, plan, c.logits, first + at, count, sum);
    }
    chunks_free(&c);
    cp_cuda_plan_free(plan);
    return message(&t);
}
