#include "kernels/route_cuda.h"

#include <cuda_runtime.h>
#include <stdio.h>

#include "kernels/route_token.h"

#define THREADS 128

/* The first CUDA error of a function; later calls are then not made. */
struct trouble {
    char text[240];
    bool any;
};

static bool went_well(trouble *t, cudaError_t code, int line)
{
    if (code != cudaSuccess)
        snprintf(t->text, sizeof t->text, "kernels/route.cu:%d: %s", line,
                 cudaGetErrorString(code));
    t->any = code != cudaSuccess;
    return !t->any;
}

#define CHECK(t, call) (!(t)->any && went_well((t), (call), __LINE__))

/* Threads that read a message need it to outlive the call. */
static const char *message(const trouble *t)
{
    static thread_local char kept[sizeof t->text];
    memcpy(kept, t->text, sizeof kept);
    return t->any ? kept : NULL;
}

__global__ void route_tokens(cp_route_spec spec, const void *logits, const void *bias,
                             int64_t tokens, int32_t *ids, void *weights)
{
    int64_t token = (int64_t)blockIdx.x * blockDim.x + threadIdx.x;
    if (token >= tokens)
        return;
    float row[CP_ROUTE_MAX_EXPERTS], added[CP_ROUTE_MAX_EXPERTS];
    float chosen[CP_ROUTE_MAX_TOP_K];
    for (int32_t e = 0; e < spec.experts; e++) {
        row[e] = cp_route_logit(&spec, logits, (size_t)(token * spec.experts + e));
        added[e] = cp_route_bias(&spec, bias, e);
    }
    cp_route_token(&spec, row, added, ids + token * spec.top_k, chosen);
    for (int32_t k = 0; k < spec.top_k; k++)
        cp_store(weights, spec.weights, (size_t)(token * spec.top_k + k), chosen[k]);
}

__global__ void make_rows(cp_input_kind kind, float std, uint64_t seed, int64_t tokens,
                          int32_t experts, float *rows)
{
    int64_t token = (int64_t)blockIdx.x * blockDim.x + threadIdx.x;
    if (token < tokens)
        cp_input_row(kind, std, seed, token, experts, rows + token * experts);
}

__global__ void take_sigmoids(uint32_t step, int64_t count, float *results)
{
    int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x;
    if (i < count)
        results[i] = cp_sigmoid(cp_float_of_bits((uint32_t)i * step));
}

static unsigned blocks_for(int64_t threads)
{
    return (unsigned)((threads + THREADS - 1) / THREADS);
}

extern "C" int32_t cp_cuda_device(char *name, size_t size)
{
    int count = 0;
    cudaDeviceProp device;
    if (cudaGetDeviceCount(&count) != cudaSuccess || count < 1 ||
        cudaGetDeviceProperties(&device, 0) != cudaSuccess)
        return 0;
    snprintf(name, size, "%s (sm_%d%d)", device.name, device.major, device.minor);
    return 1;
}

extern "C" const char *cp_cuda_route(const cp_route_spec *spec, const void *logits,
                                     const void *bias, int64_t tokens, int32_t *ids,
                                     void *weights)
{
    trouble t = {};
    size_t rows = (size_t)tokens, experts = (size_t)spec->experts;
    size_t picks = rows * (size_t)spec->top_k;
    size_t logits_size = rows * experts * cp_storage_size(spec->logits);
    size_t bias_size = bias ? experts * cp_storage_size(spec->bias) : 0;
    size_t weights_size = picks * cp_storage_size(spec->weights);
    void *on_logits = NULL, *on_bias = NULL, *on_ids = NULL, *on_weights = NULL;
    CHECK(&t, cudaMalloc(&on_logits, logits_size));
    CHECK(&t, cudaMalloc(&on_ids, picks * sizeof *ids));
    CHECK(&t, cudaMalloc(&on_weights, weights_size));
    CHECK(&t, cudaMemcpy(on_logits, logits, logits_size, cudaMemcpyHostToDevice));
    if (bias) {
        CHECK(&t, cudaMalloc(&on_bias, bias_size));
        CHECK(&t, cudaMemcpy(on_bias, bias, bias_size, cudaMemcpyHostToDevice));
    }
    if (!t.any)
        route_tokens<<<blocks_for(tokens), THREADS>>>(*spec, on_logits, on_bias, tokens,
                                                      (int32_t *)on_ids, on_weights);
    CHECK(&t, cudaGetLastError());
    CHECK(&t, cudaMemcpy(ids, on_ids, picks * sizeof *ids, cudaMemcpyDeviceToHost));
    CHECK(&t, cudaMemcpy(weights, on_weights, weights_size, cudaMemcpyDeviceToHost));
    cudaFree(on_logits);
    cudaFree(on_bias);
    cudaFree(on_ids);
    cudaFree(on_weights);
    return message(&t);
}

/* Copies `count` results back from the device, where `launch` left them, and frees. */
static const char *bring_back(trouble *t, float *on_device, float *results, size_t count)
{
    CHECK(t, cudaGetLastError());
    CHECK(t, cudaMemcpy(results, on_device, count * sizeof *results,
                        cudaMemcpyDeviceToHost));
    cudaFree(on_device);
    return message(t);
}

extern "C" const char *cp_cuda_rows(cp_input_kind kind, float std, uint64_t seed,
                                    int64_t tokens, int32_t experts, float *rows)
{
    trouble t = {};
    float *on_rows = NULL;
    size_t count = (size_t)tokens * (size_t)experts;
    if (CHECK(&t, cudaMalloc(&on_rows, count * sizeof *rows)))
        make_rows<<<blocks_for(tokens), THREADS>>>(kind, std, seed, tokens, experts,
                                                   on_rows);
    return bring_back(&t, on_rows, rows, count);
}

extern "C" const char *cp_cuda_sigmoids(uint32_t step, int64_t count, float *results)
{
    trouble t = {};
    float *on_results = NULL;
    if (CHECK(&t, cudaMalloc(&on_results, (size_t)count * sizeof *results)))
        take_sigmoids<<<blocks_for(count), THREADS>>>(step, count, on_results);
    return bring_back(&t, on_results, results, (size_t)count);
}
