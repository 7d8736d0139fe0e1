/*
 * gpu_launch.cuh - starts the kernel that fits a job.
 *
 * Layer: kernels. CUDA alone. A job's pointers are to device memory; what is started is
 * done when its stream is. Jobs have at most GPU_MOST_TOKENS tokens.
 */
#ifndef CP_KERNELS_GPU_LAUNCH_CUH
#define CP_KERNELS_GPU_LAUNCH_CUH

#include "kernels/four_keys.cuh"

#define GPU_MOST_TOKENS ((int64_t)1 << 30)

struct gpu_device {
    int32_t blocks;      /* multiprocessors */
    int32_t major;       /* compute capability */
    float sigmoid_error; /* of its tanh.approx, in a sigmoid, over all floats */
    float near_error;    /* of its ex2.approx and rcp.approx, in sigmoid_near */
};

enum gpu_kind { GPU_ANY, GPU_FOUR, GPU_THREAD };

/* Which kernel a job gets; `bias` is on the host, of both routes. */
gpu_kind gpu_kind_of(const gpu_device &device, const gpu_job &job, const float *bias_a,
                     const float *bias_b);

/* With two routes if job.counts is not NULL. Each returns what the launch returned. */
cudaError_t gpu_run_any(const gpu_device &device, const gpu_job &job,
                        cudaStream_t stream);
cudaError_t gpu_run_four(const gpu_device &device, const gpu_job &job,
                         const four_keys &keys, cudaStream_t stream);
cudaError_t gpu_run_thread(const gpu_device &device, const gpu_job &job,
                           cudaStream_t stream);

#endif
