#include "kernels/gpu_plan.cuh"

#include "kernels/four_near.cuh"
#include "kernels/gpu_keys.cuh"
#include "kernels/gpu_trouble.cuh"

#define THREADS 256

/*
 * How far the sigmoids by tanh.approx (over all floats) and by ex2 and rcp (over those in
 * the middle) are off at most: as bits.
 */
__global__ void find_sigmoid_errors(unsigned *worst)
{
    float most = 0, near = 0;
    uint64_t step = (uint64_t)gridDim.x * blockDim.x;
    for (uint64_t i = (uint64_t)blockIdx.x * blockDim.x + threadIdx.x; i < 1ull << 32;
         i += step) {
        float x = cp_float_of_bits((uint32_t)i);
        float exact = sigmoid_of(x);
        if (x == x)
            most = fmaxf(most, fabsf(fmaf(tanh_near(0.5f * x), 0.5f, 0.5f) - exact));
        if (in_middle(x))
            near = fmaxf(near, fabsf(sigmoid_near(x) - exact));
    }
    atomicMax(worst, cp_bits_of_float(most));
    atomicMax(worst + 1, cp_bits_of_float(near));
}

static cudaError_t look_at_device(gpu_device *device)
{
    cudaDeviceProp p;
    unsigned *worst = NULL, bits[2] = {0, 0};
    cudaError_t code = cudaGetDeviceProperties(&p, 0);
    if (code == cudaSuccess)
        code = cudaMalloc(&worst, sizeof bits);
    if (code != cudaSuccess)
        return code;
    cudaMemset(worst, 0, sizeof bits);
    find_sigmoid_errors<<<p.multiProcessorCount * 8, THREADS>>>(worst);
    code = cudaMemcpy(bits, worst, sizeof bits, cudaMemcpyDeviceToHost);
    cudaFree(worst);
    *device = (gpu_device){p.multiProcessorCount, p.major, cp_float_of_bits(bits[0]),
                           cp_float_of_bits(bits[1])};
    return code;
}

/* Looked at once; the error, if any, is that of each call. */
static cudaError_t the_device(gpu_device *device)
{
    static gpu_device found;
    static cudaError_t code = look_at_device(&found);
    *device = found;
    return code;
}

gpu_kind gpu_kind_of(const gpu_device &device, const gpu_job &job, const float *bias_a,
                     const float *bias_b)
{
    const cp_route_spec &s = job.spec;
    const int32_t e = s.experts;
    bool narrow = s.logits != CP_STORE_F32, both = job.counts != NULL;
    if (s.compute != CP_STORE_F32 || s.top_k > 8 || s.logits == CP_STORE_F16 ||
        (both && (s.weights != CP_STORE_F32 || job.cast != CP_STORE_BF16 || narrow)))
        return GPU_ANY;
    if (job.steps.score == CP_SCORE_SIGMOID) {
        bool small = true;
        for (int32_t i = 0; i < e; i++)
            small = small && bias_a[i] == bias_b[i] && fabsf(bias_b[i]) < 0.98f;
        bool grouped = e == 256 && job.groups == 8 && job.keep == 4;
        bool one = job.groups == 1 && (e == 128 || e == 160 || e == 256 || e == 384);
        return small && device.major >= 9 && (grouped || one) ? GPU_FOUR : GPU_ANY;
    }
    bool power = (e == 8 && s.top_k <= 2) || (e == 16 && s.top_k <= 1) ||
                 (e == 32 && s.top_k <= 4) || e == 64 || e == 128;
    return power && job.steps.score != CP_SCORE_SQRT_SOFTPLUS ? GPU_THREAD : GPU_ANY;
}

static void take_biases(cp_cuda_plan *plan)
{
    gpu_job *job = &plan->job;
    float largest = 0;
    job->flat = 1;
    for (int32_t e = 0; e < job->spec.experts; e++) {
        bool is = job->steps.biased;
        float a = is ? cp_route_bias(&job->spec, plan->pair.bias_a, e) : 0;
        float b = is ? cp_route_bias(&job->spec, plan->pair.bias_b, e) : 0;
        plan->bias_a[e] = a;
        plan->bias_b[e] = b;
        largest = fmaxf(largest, fmaxf(fabsf(a), fabsf(b)));
        job->flat = job->flat && b == plan->bias_b[0];
        job->exact = job->exact || !(fabsf(a) < 1e30f && fabsf(b) < 1e30f);
    }
    if (job->steps.score == CP_SCORE_SIGMOID)
        job->slack = 2 * plan->device.sigmoid_error + 1e-6f + largest * 1e-6f;
    else if (job->steps.score == CP_SCORE_SQRT_SOFTPLUS)
        job->slack = 1e-3f + largest * 1e-6f;
    else
        job->slack = job->steps.score == CP_SCORE_SOFTMAX ? 1 : 0;
}

static void prepare(cp_cuda_plan *plan)
{
    gpu_job *job = &plan->job;
    job->spec = plan->pair.spec;
    job->steps = cp_method_steps(job->spec.method);
    job->groups = job->steps.grouped ? job->spec.groups : 1;
    job->keep = job->groups > 1 ? job->spec.keep_groups : 1;
    job->size = job->spec.experts / job->groups;
    job->inverse = job->size > 1 ? (uint32_t)(0xffffffffu / (uint32_t)job->size + 1) : 0;
    job->cast = plan->pair.cast;
    job->exact = job->spec.compute != CP_STORE_F32;
    take_biases(plan);
}

static void fill(cp_cuda_plan *plan, trouble *t)
{
    const size_t most = CP_ROUTE_MAX_EXPERTS, each = most * sizeof(float);
    const four_errors errors = {1.5 * plan->device.sigmoid_error,
                                1.5 * plan->device.near_error};
    static const gpu_counts none = {0, 0, 0, 0, ~0ull};
    float offset[CP_ROUTE_MAX_EXPERTS] = {0}, near[CP_ROUTE_MAX_EXPERTS] = {0};
    plan->kind = gpu_kind_of(plan->device, plan->job, plan->bias_a, plan->bias_b);
    if (plan->kind == GPU_FOUR)
        plan->keys = four_keys_of(plan->bias_b, plan->job.spec.experts,
                                  plan->job.counts != NULL, errors, offset, near);
    plan->job.bias_a = plan->memory;
    plan->job.bias_b = plan->memory + most;
    plan->keys.offset = plan->memory + 2 * most;
    plan->keys.near_offset = plan->memory + 3 * most;
    CHECK(t, cudaMemcpy(plan->memory, plan->bias_a, each, cudaMemcpyHostToDevice));
    CHECK(t, cudaMemcpy(plan->memory + most, plan->bias_b, each, cudaMemcpyHostToDevice));
    CHECK(t, cudaMemcpy(plan->memory + 2 * most, offset, each, cudaMemcpyHostToDevice));
    CHECK(t, cudaMemcpy(plan->memory + 3 * most, near, each, cudaMemcpyHostToDevice));
    CHECK(t, cudaMemcpy(plan->counts, &none, sizeof none, cudaMemcpyHostToDevice));
}

extern "C" const char *cp_cuda_plan_new(const cp_route_pair *pair, int32_t both,
                                        cp_cuda_plan **made)
{
    trouble t = {};
    cp_cuda_plan *plan = new cp_cuda_plan();
    *made = NULL;
    plan->pair = *pair;
    if (CHECK(&t, the_device(&plan->device))) {
        prepare(plan);
        CHECK(&t, cudaMalloc(&plan->memory, 4 * CP_ROUTE_MAX_EXPERTS * sizeof(float)));
        CHECK(&t, cudaMalloc(&plan->counts, sizeof *plan->counts));
    }
    if (!t.any) {
        plan->job.counts = both ? plan->counts : NULL;
        fill(plan, &t);
    }
    if (t.any)
        cp_cuda_plan_free(plan);
    else
        *made = plan;
    return message(&t);
}

extern "C" void cp_cuda_plan_free(cp_cuda_plan *plan)
{
    if (!plan)
        return;
    cudaFree(plan->memory);
    cudaFree(plan->counts);
    delete plan;
}

extern "C" const char *cp_cuda_plan_kernel(const cp_cuda_plan *plan)
{
    static const char *const names[] = {"any", "four", "thread"};
    return names[plan->kind];
}

extern "C" const char *cp_cuda_plan_run(cp_cuda_plan *plan, const void *logits,
                                        int64_t tokens, int32_t *ids, void *weights,
                                        void *on)
{
    trouble t = {};
    cudaStream_t stream = (cudaStream_t)on;
    gpu_job job = plan->job;
    job.logits = logits;
    job.tokens = tokens;
    job.ids = ids;
    job.weights = weights;
    /* rows that do not begin at 16 bytes are not for kernels that copy such pieces */
    bool aligned = ((uintptr_t)logits & 15) == 0;
    if (tokens < 1)
        return NULL;
    if (plan->kind == GPU_FOUR && aligned)
        CHECK(&t, gpu_run_four(plan->device, job, plan->keys, stream));
    else if (plan->kind == GPU_THREAD && aligned)
        CHECK(&t, gpu_run_thread(plan->device, job, stream));
    else
        CHECK(&t, gpu_run_any(plan->device, job, stream));
    return message(&t);
}

extern "C" const char *cp_cuda_plan_counts(cp_cuda_plan *plan, cp_comparison *sum)
{
    trouble t = {};
    gpu_counts seen, none = {0, 0, 0, 0, ~0ull};
    CHECK(&t, cudaDeviceSynchronize());
    CHECK(&t, cudaMemcpy(&seen, plan->counts, sizeof seen, cudaMemcpyDeviceToHost));
    CHECK(&t, cudaMemcpy(plan->counts, &none, sizeof none, cudaMemcpyHostToDevice));
    if (t.any)
        return message(&t);
    *sum = {};
    sum->expert_set_mismatches = (int64_t)seen.sets;
    sum->order_mismatches = (int64_t)seen.orders;
    sum->weight_mismatches = (int64_t)seen.weights;
    memcpy(&sum->max_weight_error, &seen.worst, sizeof seen.worst);
    sum->has_first = seen.first != ~0ull;
    sum->first.token = sum->has_first ? (int64_t)seen.first : 0;
    return NULL;
}
