/*
 * gpu_job.cuh - what a kernel is asked for, and what comparing two routes counts.
 *
 * Layer: kernels. CUDA alone. Pointers are to device memory.
 */
#ifndef CP_KERNELS_GPU_JOB_CUH
#define CP_KERNELS_GPU_JOB_CUH

#include <cuda_bf16.h>

#include "kernels/route_token.h"
#include "kernels/warp.cuh"

/* Sums over tokens; worst: the bits of a double that is not negative. */
struct gpu_counts {
    unsigned long long sets, orders, weights, worst;
    unsigned long long first; /* the first token that differs, of fewer than 2^32; ~0:
                                 none does */
};

/* `exact` is not 0 where nothing may be estimated, `flat` where all biases are equal. */
struct gpu_job {
    cp_route_spec spec;
    cp_steps steps;
    int32_t groups, size, keep; /* groups, experts in one, groups that stay */
    uint32_t inverse;           /* (expert * inverse) >> 32 is the expert's group */
    int32_t exact, flat;
    float slack;     /* how far an estimate of one route may be off */
    cp_storage cast; /* what route a rounds the logits to; b does not */
    const void *logits;
    int64_t tokens;
    const float *bias_a, *bias_b; /* as added */
    int32_t *ids;                 /* of route b, where there are not two */
    void *weights;
    gpu_counts *counts;
};

/* One lane's counts. */
struct gpu_tally {
    unsigned sets, orders, weights, first;
    float worst; /* of differences that float32 holds exactly */
};

GPU gpu_tally tally_of_none()
{
    gpu_tally t = {0, 0, 0, ~0u, 0};
    return t;
}

GPU void tally_token(int64_t token, bool set, bool order, bool weight, gpu_tally &t)
{
    t.sets += set;
    t.orders += order && !set;
    t.weights += weight;
    if (set || order || weight)
        t.first = min(t.first, (unsigned)token);
}

/* As compare.c has it: between equal ones, or two NaNs, there is none. */
GPU_APART void tally_wide_error(gpu_counts *counts, float a, float b)
{
    double error = fabs((double)a - (double)b);
    unsigned long long bits;
    if (a == b || (a != a && b != b))
        return;
    error = error == error ? error : (double)HUGE_VALF;
    memcpy(&bits, &error, sizeof bits);
    atomicMax(&counts->worst, bits);
}

/* Where one is at most twice the other, the difference is exact; NaN is neither. */
GPU void tally_error(const gpu_job &job, float a, float b, gpu_tally &t)
{
    if (a <= 2 * b && b <= 2 * a)
        t.worst = fmaxf(t.worst, fabsf(a - b));
    else
        tally_wide_error(job.counts, a, b);
}

GPU float float_of_order(int32_t order)
{
    return cp_float_of_bits((uint32_t)(order ^ ((order >> 31) & 0x7fffffff)));
}

/*
 * exp(x) for |x| <= 86: the operations of cp_exp, with 2^n by one addition to the
 * exponent, since the result is a normal number. n * 0.693… is exact: it may be fused.
 */
GPU float exp_middle(float x)
{
    float shifted = x * 1.44269502f + CP_ROUND_MAGIC;
    float n = shifted - CP_ROUND_MAGIC;
    float r = fmaf(-n, 0.693145751953125f, x) - n * 1.42860677e-06f;
    float p = 1.0f / 5040;
    p = p * r + 1.0f / 720;
    p = p * r + 1.0f / 120;
    p = p * r + 1.0f / 24;
    p = p * r + 1.0f / 6;
    p = p * r + 0.5f;
    p = (p * r) * r + r + 1.0f;
    return cp_float_of_bits(cp_bits_of_float(p) + (cp_bits_of_float(shifted) << 23));
}

GPU_APART float exp_far(float x)
{
    return cp_exp(x);
}

GPU_APART float sigmoid_far(float x)
{
    return cp_sigmoid(x);
}

GPU bool in_middle(float x)
{
    return fabsf(x) <= 86.0f;
}

/* cp_exp and cp_sigmoid, shorter where `x` is in the middle. */
GPU float exp_of(float x)
{
    return in_middle(x) ? exp_middle(x) : exp_far(x);
}

/* 1 / y for 1 <= y < 2^125, as IEEE 754 rounds it: what nvcc makes of it, less its check.
 */
GPU float reciprocal_of(float y)
{
    float r = reciprocal_near(y);
    return fmaf(r, fmaf(-y, r, 1.0f), r);
}

GPU_APART float quotient_far(float a, float b)
{
    return a / b;
}

/* a / b as IEEE 754 rounds it, for 0 <= a <= b < 2^60: what nvcc makes of it, less its
 * check. Below 2^-60 remainders would not be exact. */
GPU float quotient_of(float a, float b)
{
    if (a < 0x1p-60f && a > 0)
        return quotient_far(a, b);
    float r = reciprocal_near(b);
    r = fmaf(r, fmaf(-b, r, 1.0f), r);
    float q = a * r;
    q = fmaf(r, fmaf(-b, q, a), q);
    return fmaf(r, fmaf(-b, q, a), q);
}

/* cp_sigmoid where `x` is in the middle: without a branch. */
GPU float sigmoid_middle(float x)
{
    return reciprocal_of(1.0f + exp_middle(-x));
}

GPU float sigmoid_of(float x)
{
    return in_middle(x) ? sigmoid_middle(x) : sigmoid_far(x);
}

GPU_APART float round_narrow(float x, cp_storage storage)
{
    return cp_round_to(x, storage);
}

/* As cp_round_to, but that float32's NaNs stay as they are. */
GPU float round_of(float x, cp_storage storage)
{
    return storage == CP_STORE_F32 ? x : round_narrow(x, storage);
}

GPU float round_bf16(float x)
{
    return cp_float_of_bits((uint32_t)__bfloat16_as_ushort(__float2bfloat16_rn(x)) << 16);
}

GPU_APART float sqrt_softplus_of(float x)
{
    return cp_sqrt_softplus(x);
}

/* The score of a logit; `most` and `sum` are a softmax's. */
GPU float score_of(const gpu_job &job, float x, float most, float sum)
{
    if (job.steps.score == CP_SCORE_SIGMOID)
        x = sigmoid_of(x);
    else if (job.steps.score == CP_SCORE_SQRT_SOFTPLUS)
        x = sqrt_softplus_of(x);
    else if (job.steps.score == CP_SCORE_SOFTMAX)
        x = exp_of(x - most) / sum;
    return round_of(x, job.spec.compute);
}

/* Adds one warp's counts to its block's, in shared memory. */
GPU void tally_warp(gpu_counts *block, const gpu_tally &t)
{
    unsigned sets = warp_sum(t.sets), orders = warp_sum(t.orders);
    unsigned weights = warp_sum(t.weights), first = warp_least(t.first);
    int worst = warp_most((int)cp_bits_of_float(t.worst)); /* it is not negative */
    if (warp_lane() != 0)
        return;
    atomicAdd(&block->sets, (unsigned long long)sets);
    atomicAdd(&block->orders, (unsigned long long)orders);
    atomicAdd(&block->weights, (unsigned long long)weights);
    tally_wide_error(block, cp_float_of_bits((uint32_t)worst), 0);
    if (first != ~0u)
        atomicMin(&block->first, (unsigned long long)first);
}

GPU gpu_counts counts_of_none()
{
    gpu_counts none = {0, 0, 0, 0, ~0ull};
    return none;
}

/* Adds a block's counts to those of all; by one thread. */
GPU void tally_block(gpu_counts *all, const gpu_counts &block)
{
    if (block.sets)
        atomicAdd(&all->sets, block.sets);
    if (block.orders)
        atomicAdd(&all->orders, block.orders);
    if (block.weights)
        atomicAdd(&all->weights, block.weights);
    if (block.worst)
        atomicMax(&all->worst, block.worst);
    if (block.first != ~0ull)
        atomicMin(&all->first, block.first);
}

#endif
