#include "kernels/gpu_thread.cuh"

#include "kernels/gpu_copy.cuh"
#include "kernels/gpu_launch.cuh"

#define WARPS 4
#define ROWS 32 /* a token a lane */

/* One warp's; lists lie between the rows, so that lanes that read theirs differ in banks.
 */
template <int E, class T, int STAGES> struct thread_memory {
    T rows[STAGES][ROWS][E + THREAD_BEHIND / sizeof(T)];
    any_room < E<32 ? 32 : E, 4, 32> room;
};

/* Asks for the rows of the tile that begins with token `first`. */
template <int E, class T>
GPU void fill(const gpu_job &job, int64_t first, T (*rows)[E + THREAD_BEHIND / sizeof(T)])
{
    const int PIECE = 16 / sizeof(T), A_ROW = E / PIECE;
#pragma unroll
    for (int i = 0; i < A_ROW; i++) {
        int piece = 32 * i + warp_lane(), row = piece / A_ROW, at = piece % A_ROW * PIECE;
        if (first + row < job.tokens)
            copy_piece(rows[row] + at, (const T *)job.logits + (first + row) * E + at);
    }
    copy_group();
}

template <int E, int K, bool PAIR, class T, int STAGES, int BLOCKS>
__global__ void __launch_bounds__(WARPS * 32, BLOCKS)
    thread_kernel(const __grid_constant__ gpu_job job)
{
    extern __shared__ __align__(16) char memory[];
    __shared__ gpu_counts counts;
    typedef thread_memory<E, T, STAGES> thread;
    thread *m = (thread *)memory + threadIdx.x / 32;
    if (threadIdx.x == 0)
        counts = counts_of_none();
    __syncthreads();
    gpu_tally tally = tally_of_none();
    const int64_t step = (int64_t)gridDim.x * WARPS * ROWS;
    int64_t first = ((int64_t)blockIdx.x * WARPS + threadIdx.x / 32) * ROWS;
    for (int s = 0; s < STAGES; s++)
        fill<E>(job, first + s * step, m->rows[s]);
    for (int s = 0; first < job.tokens; first += step) {
        copy_wait<STAGES - 1>();
        warp_sync();
        int64_t token = first + warp_lane();
        bool sure = token >= job.tokens ||
                    thread_route<E, K, PAIR>(job, m->rows[s][warp_lane()], token, tally);
        for (uint32_t left = warp_ballot(!sure); left; left &= left - 1) {
            int lane = __ffs((int)left) - 1;
            tally = any_apart<(E + 31) / 32>(job, PAIR, m->rows[s][lane], first + lane,
                                             NULL, &m->room, tally);
        }
        warp_sync();
        fill<E>(job, first + STAGES * step, m->rows[s]);
        s = s == STAGES - 1 ? 0 : s + 1;
    }
    if (!PAIR)
        return;
    tally_warp(&counts, tally);
    __syncthreads();
    if (threadIdx.x == 0)
        tally_block(job.counts, counts);
}

template <int E, int K, bool PAIR, class T, int STAGES, int BLOCKS>
static cudaError_t run(const gpu_device &device, const gpu_job &job, cudaStream_t stream)
{
    const size_t bytes = WARPS * sizeof(thread_memory<E, T, STAGES>);
    auto kernel = thread_kernel<E, K, PAIR, T, STAGES, BLOCKS>;
    cudaError_t code = cudaFuncSetAttribute(
        kernel, cudaFuncAttributeMaxDynamicSharedMemorySize, (int)bytes);
    if (code != cudaSuccess)
        return code;
    int64_t blocks = (job.tokens + WARPS * ROWS - 1) / (WARPS * ROWS);
    int64_t most = (int64_t)device.blocks * BLOCKS;
    kernel<<<(unsigned)(blocks < most ? blocks : most), WARPS * 32, bytes, stream>>>(job);
    return cudaGetLastError();
}

template <int E, int K, int STAGES, int BLOCKS>
static cudaError_t run_as(const gpu_device &device, const gpu_job &job,
                          cudaStream_t stream)
{
    if (job.counts)
        return run<E, K, true, float, STAGES, BLOCKS>(device, job, stream);
    if (job.spec.logits == CP_STORE_F32)
        return run<E, K, false, float, STAGES, BLOCKS>(device, job, stream);
    return run<E, K, false, uint16_t, STAGES, BLOCKS>(device, job, stream);
}

cudaError_t gpu_run_thread(const gpu_device &device, const gpu_job &job,
                           cudaStream_t stream)
{
    switch (job.spec.experts) {
    case 8:
        return run_as<8, 2, 3, 5>(device, job, stream);
    case 16:
        return run_as<16, 1, 2, 5>(device, job, stream);
    case 32:
        return run_as<32, 4, 2, 4>(device, job, stream);
    case 64:
        return run_as<64, 8, 1, 4>(device, job, stream);
    default:
        return run_as<128, 8, 1, 3>(device, job, stream);
    }
}
