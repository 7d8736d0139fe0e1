/*
 * route_cuda.h - routing on a GPU: the ids and the bits of the reference, in less time.
 *
 * Layer: kernels. What the kernels' shared object, castproof-cuda.so, gives out; a
 * program that is built without CUDA finds it at run time (validation/engine.h). Every
 * call that can fail returns NULL, or the text of the CUDA error with the place where it
 * came up; results are then not to be used. Device 0 is used, one call at a time.
 */
#ifndef CP_KERNELS_ROUTE_CUDA_H
#define CP_KERNELS_ROUTE_CUDA_H

#include "kernels/inputs.h"
#include "kernels/route_fast.h"

/* Changes when any function here, or what it takes, does. */
#define CP_CUDA_VERSION 1

/* Two routes of logits that are made on the device. */
typedef struct cp_cuda_sample {
    cp_route_spec spec; /* of its storage, logits and bias are taken to be float32 */
    cp_input_kind kind; /* as cp_input_row makes rows */
    float std;
    uint64_t seed;
    cp_storage from, cast;        /* logits are rounded to `from`; by route a, to both */
    const float *bias_a, *bias_b; /* or NULL */
} cp_cuda_sample;

/* A routing that is started many times: of logits in device memory. */
typedef struct cp_cuda_plan cp_cuda_plan;

#ifdef __cplusplus
extern "C" {
#endif

int32_t cp_cuda_version(void);

/*
 * Name, compute capability and driver of the device into `name`; where there is none that
 * can be used, why, and 0 is returned.
 */
int32_t cp_cuda_device(char *name, size_t size);

/* As cp_route_f32; all in host memory. */
const char *cp_cuda_route(const cp_route_spec *spec, const void *logits, const void *bias,
                          int64_t tokens, int32_t *ids, void *weights);

/* As cp_route_pair_compare; all in host memory. Adds to `sum`. */
const char *cp_cuda_pair(const cp_route_pair *pair, int64_t tokens, cp_comparison *sum);

/* Compares both routes of tokens `first` to `first + tokens`. Adds to `sum`. */
const char *cp_cuda_sample_compare(const cp_cuda_sample *sample, int64_t first,
                                   int64_t tokens, cp_comparison *sum);

/*
 * A plan for pair->spec, both routes if `both`, else b alone; pair->logits is not read,
 * biases are in host memory. To be freed. The plan is NULL after an error.
 */
const char *cp_cuda_plan_new(const cp_route_pair *pair, int32_t both,
                             cp_cuda_plan **plan);

/* The kernel that a plan starts: "four", "thread" or "any". */
const char *cp_cuda_plan_kernel(const cp_cuda_plan *plan);

/*
 * Starts a plan on a stream (a cudaStream_t; NULL: the default one) and does not wait.
 * `logits`, `ids` and `weights` are in device memory; with both routes the latter two may
 * be NULL. At most 2^30 tokens.
 */
const char *cp_cuda_plan_run(cp_cuda_plan *plan, const void *logits, int64_t tokens,
                             int32_t *ids, void *weights, void *stream);

/* Waits for the device; what was counted since the last time, `first` without bits. */
const char *cp_cuda_plan_counts(cp_cuda_plan *plan, cp_comparison *sum);

void cp_cuda_plan_free(cp_cuda_plan *plan);

/* As cp_input_row for tokens 0 to `tokens`, row by row into `rows`, in host memory. */
const char *cp_cuda_rows(cp_input_kind kind, float std, uint64_t seed, int64_t tokens,
                         int32_t experts, float *rows);

/* cp_sigmoid of the floats whose bits are 0, step, 2 * step, …; `count` of them. */
const char *cp_cuda_sigmoids(uint32_t step, int64_t count, float *results);

#ifdef __cplusplus
}
#endif

#endif
