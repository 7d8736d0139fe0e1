/*
 * bench_gpu - times the routing on a GPU beside reading the same bytes. `bench_gpu
 * [SECTION]`: presets, sizes, sets or all. Times are medians: of launches in a graph up
 * to 65,536 tokens, of single launches above; inputs are larger than the caches, or taken
 * in turn from 1 GiB. Exits with 77 where there is no device, 2 where CUDA failed.
 */
#include <algorithm>
#include <cuda_runtime.h>
#include <functional>
#include <stdio.h>
#include <stdlib.h>
#include <vector>

#include "kernels/gpu_copy.cuh"
#include "kernels/route_cuda.h"

#define BYTES ((size_t)1 << 30)
#define REPEATS 20
#define A_GRAPH 64 /* launches */

static void must(cudaError_t code, int line)
{
    if (code == cudaSuccess)
        return;
    fprintf(stderr, "bench_gpu: line %d: %s\n", line, cudaGetErrorString(code));
    exit(2);
}
#define MUST(call) must((call), __LINE__)

static void must_say_nothing(const char *text)
{
    if (!text)
        return;
    fprintf(stderr, "bench_gpu: %s\n", text);
    exit(2);
}

/* Reads and nothing else: by loads. */
__global__ void read_by_loads(const uint4 *from, size_t count, uint32_t *to)
{
    uint32_t sum = 0;
    size_t step = (size_t)gridDim.x * blockDim.x;
    size_t i = (size_t)blockIdx.x * blockDim.x + threadIdx.x;
    for (; i + 3 * step < count; i += 4 * step) {
        uint4 a = __ldcs(from + i), b = __ldcs(from + i + step);
        uint4 c = __ldcs(from + i + 2 * step), d = __ldcs(from + i + 3 * step);
        sum ^= a.x ^ a.y ^ a.z ^ a.w ^ b.x ^ b.y ^ b.z ^ b.w;
        sum ^= c.x ^ c.y ^ c.z ^ c.w ^ d.x ^ d.y ^ d.z ^ d.w;
    }
    for (; i < count; i += step)
        sum ^= from[i].x ^ from[i].w;
    if (sum == 0x12345678)
        *to = sum;
}

/* The same by bulk copies of 16 KiB, four warps with a ring of two each. */
__global__ void read_in_bulk(const char *from, size_t bytes, uint32_t *to)
{
#if !defined(__CUDA_ARCH__) || __CUDA_ARCH__ >= 900
    extern __shared__ __align__(128) char memory[];
    const int PIECE = 16384, STAGES = 2, warp = (int)threadIdx.x / 32;
    char *ring = memory + warp * STAGES * PIECE;
    uint64_t *filled = (uint64_t *)(memory + 4 * STAGES * PIECE) + warp * STAGES;
    const size_t step = (size_t)gridDim.x * 4 * PIECE;
    size_t at = ((size_t)blockIdx.x * 4 + warp) * PIECE;
    uint32_t sum = 0, phase = 0;
    if (warp_lane() == 0) {
        for (int s = 0; s < STAGES; s++)
            bulk_init(filled + s);
        bulk_init_done();
        for (int s = 0; s < STAGES; s++)
            if (at + s * step < bytes)
                bulk_copy(ring + s * PIECE, from + at + s * step,
                          (uint32_t)min(bytes - at - s * step, (size_t)PIECE),
                          filled + s);
    }
    warp_sync();
    for (int s = 0; at < bytes; at += step) {
        bulk_wait(filled + s, phase);
        sum ^= *(const uint32_t *)(ring + s * PIECE + warp_lane() * 512);
        warp_sync();
        if (warp_lane() == 0 && at + STAGES * step < bytes)
            bulk_copy(ring + s * PIECE, from + at + STAGES * step,
                      (uint32_t)min(bytes - at - STAGES * step, (size_t)PIECE),
                      filled + s);
        phase ^= s == STAGES - 1;
        s = (s + 1) % STAGES;
    }
    if (sum == 0x12345678)
        *to = sum;
#endif
}

struct bench {
    int multiprocessors, major;
    cudaStream_t stream;
    cudaEvent_t from, to;
    char *logits; /* BYTES */
    int32_t *ids;
    float *weights;
    uint32_t *sink;
};

typedef std::function<void(size_t)> launch; /* the n-th one */

static double median(std::vector<double> v)
{
    std::sort(v.begin(), v.end());
    return v[v.size() / 2];
}

static double time_launches(const bench &b, const launch &f)
{
    std::vector<double> all;
    for (size_t n = 0; n < REPEATS + 3; n++) {
        float ms;
        MUST(cudaEventRecord(b.from, b.stream));
        f(n);
        MUST(cudaEventRecord(b.to, b.stream));
        MUST(cudaEventSynchronize(b.to));
        MUST(cudaEventElapsedTime(&ms, b.from, b.to));
        if (n >= 3)
            all.push_back(1e3 * ms);
    }
    return median(all);
}

static double time_in_graph(const bench &b, const launch &f)
{
    cudaGraph_t graph;
    cudaGraphExec_t exec;
    MUST(cudaStreamBeginCapture(b.stream, cudaStreamCaptureModeGlobal));
    for (size_t n = 0; n < A_GRAPH; n++)
        f(n);
    MUST(cudaStreamEndCapture(b.stream, &graph));
    MUST(cudaGraphInstantiate(&exec, graph, 0));
    double time =
        time_launches(b, [&](size_t) { MUST(cudaGraphLaunch(exec, b.stream)); });
    MUST(cudaGraphExecDestroy(exec));
    MUST(cudaGraphDestroy(graph));
    return time / A_GRAPH;
}

static double time_of(const bench &b, int64_t tokens, const launch &f)
{
    return tokens <= 65536 ? time_in_graph(b, f) : time_launches(b, f);
}

/* Reading `bytes` at a time: the best of several ways. */
static double read_time(const bench &b, int64_t tokens, size_t bytes)
{
    double best = 1e30;
    size_t parts = std::max(BYTES / bytes, (size_t)1);
    for (int blocks : {4, 8, 16})
        for (int threads : {256, 512}) {
            size_t worth = std::max(bytes / 16 / (size_t)threads / 4, (size_t)1);
            unsigned grid =
                (unsigned)std::min((size_t)(b.multiprocessors * blocks), worth);
            best = std::min(best, time_of(b, tokens, [&](size_t n) {
                                read_by_loads<<<grid, threads, 0, b.stream>>>(
                                    (const uint4 *)(b.logits + n % parts * bytes),
                                    bytes / 16, b.sink);
                            }));
        }
    const size_t memory = 4 * 2 * (16384 + 8);
    MUST(cudaFuncSetAttribute(read_in_bulk, cudaFuncAttributeMaxDynamicSharedMemorySize,
                              (int)memory));
    unsigned grid =
        (unsigned)std::min((size_t)b.multiprocessors, (bytes + 65535) / 65536);
    if (b.major >= 9)
        best = std::min(best, time_of(b, tokens, [&](size_t n) {
                            read_in_bulk<<<grid, 128, memory, b.stream>>>(
                                b.logits + n % parts * bytes, bytes, b.sink);
                        }));
    MUST(cudaGetLastError());
    return best;
}

/* What is timed. */
struct run {
    const char *name;
    cp_route_spec spec;
    bool both;
    cp_input_kind kind;
    float std, bias_std;
};

static void make_inputs(const bench &b, const run &r, int64_t rows)
{
    const int64_t each = 16384;
    std::vector<float> made((size_t)(each * r.spec.experts));
    size_t row = (size_t)r.spec.experts * cp_storage_size(r.spec.logits);
    must_say_nothing(cp_cuda_rows(r.kind, r.std, 7, each, r.spec.experts, made.data()));
    if (r.spec.logits != CP_STORE_F32)
        for (size_t i = 0; i < made.size(); i++)
            cp_store(made.data(), r.spec.logits, i, made[i]);
    for (int64_t at = 0; at < rows; at += each)
        MUST(cudaMemcpy(b.logits + (size_t)at * row, made.data(),
                        (size_t)std::min(each, rows - at) * row, cudaMemcpyHostToDevice));
}

static void time_run(const bench &b, const run &r, int64_t tokens)
{
    std::vector<float> bias((size_t)r.spec.experts);
    cp_comparison seen = {};
    cp_cuda_plan *plan;
    for (int32_t e = 0; e < r.spec.experts; e++)
        bias[(size_t)e] = r.bias_std > 0 ? cp_input_bias(r.bias_std, 7, e) : 0;
    cp_route_pair pair = {r.spec, NULL, CP_STORE_BF16, bias.data(), bias.data()};
    size_t row = (size_t)r.spec.experts * cp_storage_size(r.spec.logits);
    size_t bytes = (size_t)tokens * row, parts = std::max(BYTES / bytes, (size_t)1);
    make_inputs(b, r, (int64_t)(BYTES / row));
    must_say_nothing(cp_cuda_plan_new(&pair, r.both, &plan));
    double time = time_of(b, tokens, [&](size_t n) {
        must_say_nothing(cp_cuda_plan_run(plan, b.logits + n % parts * bytes, tokens,
                                          b.ids, b.weights, b.stream));
    });
    must_say_nothing(cp_cuda_plan_counts(plan, &seen));
    must_say_nothing(
        cp_cuda_plan_run(plan, b.logits, tokens, b.ids, b.weights, b.stream));
    must_say_nothing(cp_cuda_plan_counts(plan, &seen));
    double read = read_time(b, tokens, bytes);
    size_t written = r.both ? 0 : (size_t)tokens * (size_t)r.spec.top_k * 8;
    printf("| %s | %s, std %g%s | %s | %lld | %.2f | %.2f | %.1f | %.0f | %.3f |\n",
           r.name, cp_input_name(r.kind), (double)r.std, r.bias_std > 0 ? ", bias" : "",
           cp_cuda_plan_kernel(plan), (long long)tokens, time, read, 100 * read / time,
           (double)(bytes + written) / time / 1e3,
           100 * (double)seen.expert_set_mismatches / (double)tokens);
    fflush(stdout);
    cp_cuda_plan_free(plan);
}

static cp_route_spec shape(cp_method method, int32_t experts, int32_t top_k,
                           int32_t groups, int32_t keep)
{
    cp_route_spec spec = {};
    spec.method = method;
    spec.experts = experts;
    spec.top_k = top_k;
    spec.groups = groups;
    spec.keep_groups = keep;
    spec.scale = 2.5f;
    return spec;
}

static cp_route_spec narrow(cp_route_spec spec)
{
    spec.logits = CP_STORE_BF16;
    return spec;
}

static const cp_route_spec v3 = shape(CP_METHOD_DEEPSEEK_V3, 256, 8, 8, 4);

static void time_sizes(const bench &b)
{
    const run runs[] = {
        {"DeepSeek-V3, both", v3, true, CP_INPUT_NORMAL, 1, 0.01f},
        {"DeepSeek-V3, float32", v3, false, CP_INPUT_NORMAL, 1, 0.01f},
        {"DeepSeek-V3, bfloat16", narrow(v3), false, CP_INPUT_NORMAL, 1, 0.01f},
    };
    for (const run &r : runs)
        for (int64_t tokens : {16, 4096, 65536, 1 << 20})
            time_run(b, r, tokens);
}

static void time_presets(const bench &b)
{
    const struct {
        const char *name;
        cp_route_spec spec;
    } presets[] = {
        {"DeepSeek-V3", v3},
        {"Kimi-K2", shape(CP_METHOD_DEEPSEEK_V3, 384, 8, 1, 1)},
        {"MiniMax-M2", shape(CP_METHOD_MINIMAX2, 256, 8, 1, 1)},
        {"GLM-4.5", shape(CP_METHOD_DEEPSEEK_V3, 160, 8, 1, 1)},
        {"GLM-4.5-Air", shape(CP_METHOD_DEEPSEEK_V3, 128, 8, 1, 1)},
        {"SigmoidRenorm 128", shape(CP_METHOD_SIGMOID_RENORM, 128, 8, 1, 1)},
        {"Qwen3-MoE", shape(CP_METHOD_RENORMALIZE_NAIVE, 128, 8, 1, 1)},
        {"Qwen3-MoE/Renormalize", shape(CP_METHOD_RENORMALIZE, 128, 8, 1, 1)},
        {"gpt-oss-120b", shape(CP_METHOD_RENORMALIZE, 128, 4, 1, 1)},
        {"TopK 128", shape(CP_METHOD_TOPK, 128, 8, 1, 1)},
        {"Llama-4-Maverick", shape(CP_METHOD_LLAMA4, 128, 1, 1, 1)},
        {"OLMoE", shape(CP_METHOD_DEFAULT, 64, 8, 1, 1)},
        {"Renormalize 64", shape(CP_METHOD_RENORMALIZE, 64, 8, 1, 1)},
        {"gpt-oss-20b", shape(CP_METHOD_RENORMALIZE, 32, 4, 1, 1)},
        {"Llama-4-Scout", shape(CP_METHOD_LLAMA4, 16, 1, 1, 1)},
        {"Mixtral", shape(CP_METHOD_RENORMALIZE, 8, 2, 1, 1)},
        {"DeepSeek-V4-Flash", shape(CP_METHOD_DEEPSEEK_V4, 256, 6, 1, 1)},
        {"Nemotron-3-Super", shape(CP_METHOD_DEEPSEEK_V3, 512, 22, 1, 1)},
        {"Qwen3-Next", shape(CP_METHOD_RENORMALIZE_NAIVE, 512, 10, 1, 1)},
        {"1024, top 32", shape(CP_METHOD_DEEPSEEK_V3, 1024, 32, 32, 5)},
        {"Renormalize 1024, top 8", shape(CP_METHOD_RENORMALIZE, 1024, 8, 1, 1)},
        {"200, top 5 of 4 groups", shape(CP_METHOD_DEEPSEEK_V3, 200, 5, 4, 2)},
        {"60, top 4", shape(CP_METHOD_RENORMALIZE, 60, 4, 1, 1)},
    };
    for (const auto &p : presets) {
        int64_t most = (int64_t)(BYTES / 4 / (size_t)p.spec.experts);
        time_run(b, {p.name, p.spec, true, CP_INPUT_NORMAL, 1, 0.01f},
                 std::min(most, (int64_t)1 << 22));
    }
}

static void time_sets(const bench &b)
{
    const run runs[] = {
        {"DeepSeek-V3, both", v3, true, CP_INPUT_NORMAL, 1, 0},
        {"Kimi-K2, both", shape(CP_METHOD_DEEPSEEK_V3, 384, 8, 1, 1), true,
         CP_INPUT_NORMAL, 1, 0},
        {"Qwen3-MoE/Renormalize, both", shape(CP_METHOD_RENORMALIZE, 128, 8, 1, 1), true,
         CP_INPUT_NORMAL, 1, 0},
    };
    for (const run &of : runs)
        for (int with_bias = 0; with_bias < (of.spec.experts > 128 ? 2 : 1);
             with_bias++) {
            run r = of;
            r.bias_std = with_bias ? 0.01f : 0;
            for (float std : {0.5f, 1.0f, 3.0f, 20.0f}) {
                r.std = std;
                time_run(b, r, (int64_t)(BYTES / 4 / (size_t)r.spec.experts));
            }
            r.std = 1;
            for (int kind = 1; kind < CP_INPUT_COUNT; kind++) {
                r.kind = (cp_input_kind)kind;
                time_run(b, r, (int64_t)(BYTES / 4 / (size_t)r.spec.experts));
            }
        }
}

int main(int argc, char **argv)
{
    char name[300];
    bench b = {};
    const char *section = argc > 1 ? argv[1] : "all";
    bool all = strcmp(section, "all") == 0;
    if (!cp_cuda_device(name, sizeof name)) {
        fprintf(stderr, "bench_gpu: %s\n", name);
        return 77;
    }
    MUST(cudaDeviceGetAttribute(&b.multiprocessors, cudaDevAttrMultiProcessorCount, 0));
    MUST(cudaDeviceGetAttribute(&b.major, cudaDevAttrComputeCapabilityMajor, 0));
    MUST(cudaStreamCreate(&b.stream));
    MUST(cudaEventCreate(&b.from));
    MUST(cudaEventCreate(&b.to));
    MUST(cudaMalloc(&b.logits, BYTES));
    MUST(cudaMalloc(&b.ids, BYTES / 2));
    MUST(cudaMalloc(&b.weights, BYTES / 2));
    MUST(cudaMalloc(&b.sink, sizeof *b.sink));
    printf("%s\n| routing | logits | kernel | tokens | us | reading alone, us | %% of "
           "that | "
           "GB/s | sets changed, %% |\n| --- | --- | --- | --- | --- | --- | --- | --- | "
           "--- "
           "|\n",
           name);
    if (all || strcmp(section, "sizes") == 0)
        time_sizes(b);
    if (all || strcmp(section, "presets") == 0)
        time_presets(b);
    if (all || strcmp(section, "sets") == 0)
        time_sets(b);
    return 0;
}
