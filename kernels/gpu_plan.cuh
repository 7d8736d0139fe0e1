/*
 * gpu_plan.cuh - a routing that is started many times.
 *
 * Layer: kernels. CUDA alone, on the host.
 */
#ifndef CP_KERNELS_GPU_PLAN_CUH
#define CP_KERNELS_GPU_PLAN_CUH

#include "kernels/gpu_launch.cuh"
#include "kernels/route_cuda.h"

struct cp_cuda_plan {
    gpu_device device;
    gpu_job job;
    four_keys keys;
    gpu_kind kind;
    cp_route_pair pair;
    float bias_a[CP_ROUTE_MAX_EXPERTS], bias_b[CP_ROUTE_MAX_EXPERTS]; /* as added */
    float *memory; /* on the device: biases, offsets of keys */
    gpu_counts *counts;
};

#endif
