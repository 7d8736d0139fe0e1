/*
 * route_cuda.h - the reference routing on a GPU, from and to host memory.
 *
 * Layer: kernels. The same source as the CPU's (route_token.h), a thread a token:
 * made to check bit equality, not for speed. Calls copy their data to the device
 * and back, and are done when they return. Each returns NULL, or the text of the
 * CUDA error with the place where it came up; results are then not to be used.
 */
#ifndef CP_KERNELS_ROUTE_CUDA_H
#define CP_KERNELS_ROUTE_CUDA_H

#include "kernels/inputs.h"
#include "kernels/route.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Name and compute capability of device 0 into `name`; 0 where there is no device. */
int32_t cp_cuda_device(char *name, size_t size);

/* As cp_route_f32. */
const char *cp_cuda_route(const cp_route_spec *spec, const void *logits, const void *bias,
                          int64_t tokens, int32_t *ids, void *weights);

/* As cp_input_row for tokens 0 to `tokens`, row by row into `rows`. */
const char *cp_cuda_rows(cp_input_kind kind, float std, uint64_t seed, int64_t tokens,
                         int32_t experts, float *rows);

/* cp_sigmoid of the floats whose bits are 0, step, 2 * step, …; `count` of them. */
const char *cp_cuda_sigmoids(uint32_t step, int64_t count, float *results);

#ifdef __cplusplus
}
#endif

#endif
