#include "kernels/gpu_four.cuh"

#include "kernels/gpu_copy.cuh"
#include "kernels/gpu_launch.cuh"

#define TEAM 4          /* warps that share a stage */
#define ROWS (4 * TEAM) /* tokens in a stage */

/*
 * A block's shared memory: each team has a ring of stages; a stage is filled by one bulk
 * copy, and by the warp that is the last to leave it.
 */
template <int E, bool GROUPED, class T, int TEAMS, int STAGES> struct four_memory {
    alignas(128) T rows[TEAMS][STAGES][ROWS * E];
    float bias[E], near[E];      /* near: the offsets of near keys */
    alignas(16) float offset[E]; /* of keys */
    four_room<GROUPED> rooms[TEAMS * TEAM];
    uint64_t filled[TEAMS][STAGES]; /* barriers */
    int unit[TEAMS][STAGES];        /* which 16 tokens of the block's lie in a stage */
    int left[TEAMS][STAGES];        /* how often a warp has left it */
    int next;                       /* the first unit that no stage has had */
    gpu_counts counts;
};

#if !defined(__CUDA_ARCH__) || __CUDA_ARCH__ >= 900

/* Fills a stage with the block's n-th unit; by one lane. */
template <int E, class MEMORY>
GPU void fill(const gpu_job &job, MEMORY *m, int team, int stage, int n)
{
    int64_t first = ((int64_t)blockIdx.x + (int64_t)gridDim.x * n) * ROWS;
    int64_t count = min(job.tokens - first, (int64_t)ROWS);
    m->unit[team][stage] = n;
    const uint32_t row = E * sizeof m->rows[0][0][0];
    if (count > 0)
        bulk_copy(m->rows[team][stage], (const char *)job.logits + first * row,
                  (uint32_t)count * row, &m->filled[team][stage]);
    else
        bulk_nothing(&m->filled[team][stage]);
}

template <int E, class MEMORY>
GPU void start(const gpu_job &job, const four_keys &keys, MEMORY *m)
{
    const int TEAMS = sizeof m->unit / sizeof m->unit[0];
    const int STAGES = sizeof m->unit[0] / sizeof m->unit[0][0];
    const int team = (int)threadIdx.x / (32 * TEAM);
    if (threadIdx.x % (32 * TEAM) == 0) {
        for (int s = 0; s < STAGES; s++) {
            bulk_init(&m->filled[team][s]);
            m->left[team][s] = 0;
        }
        bulk_init_done();
        for (int s = 0; s < STAGES; s++)
            fill<E>(job, m, team, s, s * TEAMS + team);
    }
    if (threadIdx.x == 0) {
        m->next = STAGES * TEAMS;
        m->counts = counts_of_none();
    }
    for (int e = (int)threadIdx.x; e < E; e += (int)blockDim.x) {
        m->bias[e] = job.bias_b[e];
        m->offset[e] = keys.offset[e];
        m->near[e] = keys.near_offset[e];
    }
    __syncthreads();
}

#endif

template <int E, bool GROUPED, bool PAIR, class T, int TEAMS, int STAGES>
__global__ void __launch_bounds__(TEAMS *TEAM * 32, 1)
    four_kernel(const __grid_constant__ gpu_job job,
                const __grid_constant__ four_keys keys)
{
#if !defined(__CUDA_ARCH__) || __CUDA_ARCH__ >= 900
    extern __shared__ __align__(128) char memory[];
    typedef four_memory<E, GROUPED, T, TEAMS, STAGES> four;
    four *m = (four *)memory;
    const int warp = warp_from((int)threadIdx.x / 32, 0), team = warp / TEAM;
    start<E>(job, keys, m);
    gpu_tally tally = tally_of_none();
    four_tokens<T> t;
    t.bias = m->bias;
    t.offset = m->offset;
    t.near = m->near;
    uint32_t phase = 0;
#pragma unroll 1
    for (int s = 0;;) {
        bulk_wait(&m->filled[team][s], phase);
        int64_t unit = (int64_t)blockIdx.x + (int64_t)gridDim.x * m->unit[team][s];
        t.first = unit * ROWS + warp % TEAM * 4;
        if (unit * ROWS >= job.tokens)
            break;
        t.rows = m->rows[team][s] + warp % TEAM * 4 * E;
        t.count = (int32_t)min(job.tokens - t.first, (int64_t)4);
        if (t.count > 0)
            four_route<E / 8, GROUPED, PAIR>(job, keys, t, &m->rooms[warp], tally);
        warp_sync();
        if (warp_lane() == 0 && add_in_turn(&m->left[team][s]) % TEAM == TEAM - 1)
            fill<E>(job, m, team, s, add_in_turn(&m->next));
        phase ^= s == STAGES - 1;
        s = s == STAGES - 1 ? 0 : s + 1;
    }
    if (!PAIR)
        return;
    tally_warp(&m->counts, tally);
    __syncthreads();
    if (threadIdx.x == 0)
        tally_block(job.counts, m->counts);
#endif
}

template <int E, bool GROUPED, bool PAIR, class T, int TEAMS, int STAGES>
static cudaError_t run(const gpu_device &device, const gpu_job &job,
                       const four_keys &keys, cudaStream_t stream)
{
    const size_t bytes = sizeof(four_memory<E, GROUPED, T, TEAMS, STAGES>);
    auto kernel = four_kernel<E, GROUPED, PAIR, T, TEAMS, STAGES>;
    cudaError_t code = cudaFuncSetAttribute(
        kernel, cudaFuncAttributeMaxDynamicSharedMemorySize, (int)bytes);
    if (code != cudaSuccess)
        return code;
    int64_t units = (job.tokens + ROWS - 1) / ROWS;
    int64_t blocks = units < device.blocks ? units : device.blocks;
    kernel<<<(unsigned)blocks, TEAMS * TEAM * 32, bytes, stream>>>(job, keys);
    return cudaGetLastError();
}

/* Fewer experts are copied sooner: their stages are more. */
template <int E, bool GROUPED, int TEAMS, int STAGES>
static cudaError_t run_as(const gpu_device &device, const gpu_job &job,
                          const four_keys &keys, cudaStream_t stream)
{
    if (job.counts)
        return run<E, GROUPED, true, float, TEAMS, STAGES>(device, job, keys, stream);
    if (job.spec.logits == CP_STORE_F32)
        return run<E, GROUPED, false, float, TEAMS, STAGES>(device, job, keys, stream);
    return run<E, GROUPED, false, uint16_t, TEAMS, STAGES>(device, job, keys, stream);
}

cudaError_t gpu_run_four(const gpu_device &device, const gpu_job &job,
                         const four_keys &keys, cudaStream_t stream)
{
    if (job.groups == 8)
        return run_as<256, true, 5, 2>(device, job, keys, stream);
    switch (job.spec.experts) {
    case 128:
        return run_as<128, false, 7, 3>(device, job, keys, stream);
    case 160:
        return run_as<160, false, 6, 3>(device, job, keys, stream);
    case 256:
        return run_as<256, false, 6, 2>(device, job, keys, stream);
    default:
        return run_as<384, false, 4, 2>(device, job, keys, stream);
    }
}
