/*
 * gpu_inputs.cuh - rows of inputs.h, made on the device.
 *
 * Layer: kernels. CUDA alone.
 */
#ifndef CP_KERNELS_GPU_INPUTS_CUH
#define CP_KERNELS_GPU_INPUTS_CUH

#include "kernels/route_cuda.h"

#include <cuda_runtime.h>

/* Tokens `first` to `first + tokens`, rounded to sample->from; `rows`: on the device. */
cudaError_t gpu_make_inputs(const cp_cuda_sample *sample, int64_t first, int64_t tokens,
                            float *rows);

#endif
