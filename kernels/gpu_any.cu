#include "kernels/gpu_any.cuh"

#include "kernels/gpu_launch.cuh"

#define WARPS 4

template <int N, int S>
__global__ void __launch_bounds__(WARPS * 32)
    any_kernel(const __grid_constant__ gpu_job job, bool pair)
{
    extern __shared__ __align__(16) char memory[];
    typedef any_room<32 * N, 32 * N, 32 * S> room;
    __shared__ gpu_counts counts;
    const int32_t experts = job.spec.experts;
    room *mine = (room *)memory + threadIdx.x / 32;
    float *bias = (float *)((room *)memory + WARPS);
    for (int32_t e = (int32_t)threadIdx.x; e < 2 * experts; e += WARPS * 32)
        bias[e] = e < experts ? job.bias_a[e] : job.bias_b[e - experts];
    if (threadIdx.x == 0)
        counts = counts_of_none();
    __syncthreads();
    gpu_tally tally = tally_of_none();
    size_t bytes = (size_t)experts * cp_storage_size(job.spec.logits);
    int64_t token = (int64_t)blockIdx.x * WARPS + threadIdx.x / 32;
    for (; token < job.tokens; token += (int64_t)gridDim.x * WARPS) {
        const char *row = (const char *)job.logits + (size_t)token * bytes;
        any_route<N, S>(job, pair, row, token, bias, bias + experts, mine, tally);
    }
    if (!pair)
        return;
    tally_warp(&counts, tally);
    __syncthreads();
    if (threadIdx.x == 0)
        tally_block(job.counts, counts);
}

template <int N, int S>
static cudaError_t run(const gpu_device &device, const gpu_job &job, cudaStream_t stream)
{
    size_t bytes = WARPS * sizeof(any_room<32 * N, 32 * N, 32 * S>) +
                   2 * sizeof(float) * (size_t)job.spec.experts;
    int64_t blocks = (job.tokens + WARPS - 1) / WARPS, most = (int64_t)device.blocks * 16;
    any_kernel<N, S>
        <<<(unsigned)(blocks < most ? blocks : most), WARPS * 32, bytes, stream>>>(
            job, job.counts != NULL);
    return cudaGetLastError();
}

cudaError_t gpu_run_any(const gpu_device &device, const gpu_job &job, cudaStream_t stream)
{
    int32_t experts = job.spec.experts;
    bool many = job.spec.top_k > 16;
    if (experts <= 32 && !many)
        return run<1, 1>(device, job, stream);
    if (experts <= 64 && !many)
        return run<2, 1>(device, job, stream);
    if (experts <= 128 && !many)
        return run<4, 1>(device, job, stream);
    if (experts <= 256)
        return many ? run<8, 2>(device, job, stream) : run<8, 1>(device, job, stream);
    if (experts <= 384 && !many)
        return run<12, 1>(device, job, stream);
    if (experts <= 512)
        return many ? run<16, 2>(device, job, stream) : run<16, 1>(device, job, stream);
    return many ? run<32, 2>(device, job, stream) : run<32, 1>(device, job, stream);
}
