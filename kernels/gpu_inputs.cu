#include "kernels/gpu_inputs.cuh"

#include "kernels/gpu_trouble.cuh"

#define THREADS 256

static unsigned blocks_for(int64_t threads)
{
    return (unsigned)((threads + THREADS - 1) / THREADS);
}

/* A thread two logits; the same values as cp_input_row makes. */
__global__ void make_logits(cp_input_kind kind, float std, uint64_t seed, int64_t first,
                            int64_t tokens, int32_t experts, cp_storage from, float *rows)
{
    int64_t pairs = (experts + 1) / 2;
    int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x;
    if (i >= tokens * pairs)
        return;
    int64_t row = i / pairs, token = first + row;
    int32_t e = (int32_t)(i % pairs) * 2;
    uint64_t pair = (uint64_t)token * (uint64_t)pairs;
    float value[2], base, unused;
    cp_input_pair(seed, pair + (uint64_t)e / 2, &value[0], &value[1]);
    cp_input_pair(seed, pair, &base, &unused);
    for (int32_t n = 0; n < 2 && e + n < experts; n++) {
        float x = value[n] * std;
        uint64_t at = (uint64_t)token * (uint64_t)experts + (uint64_t)(e + n);
        if (kind != CP_INPUT_NORMAL)
            x = cp_input_value(kind, x, base * std,
                               cp_input_mix(cp_input_mix(~seed) + at));
        rows[row * experts + e + n] = from == CP_STORE_F32 ? x : cp_round_to(x, from);
    }
}

__global__ void take_sigmoids(uint32_t step, int64_t count, float *results)
{
    int64_t i = (int64_t)blockIdx.x * blockDim.x + threadIdx.x;
    if (i < count)
        results[i] = cp_sigmoid(cp_float_of_bits((uint32_t)i * step));
}

cudaError_t gpu_make_inputs(const cp_cuda_sample *s, int64_t first, int64_t tokens,
                            float *rows)
{
    int64_t threads = tokens * ((s->spec.experts + 1) / 2);
    make_logits<<<blocks_for(threads), THREADS>>>(s->kind, s->std, s->seed, first, tokens,
                                                  s->spec.experts, s->from, rows);
    return cudaGetLastError();
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
    cp_cuda_sample s = {};
    s.spec.experts = experts;
    s.kind = kind;
    s.std = std;
    s.seed = seed;
    size_t count = (size_t)tokens * (size_t)experts;
    if (CHECK(&t, cudaMalloc(&on_rows, count * sizeof *rows)))
        CHECK(&t, gpu_make_inputs(&s, 0, tokens, on_rows));
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
