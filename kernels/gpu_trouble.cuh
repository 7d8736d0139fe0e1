/*
 * gpu_trouble.cuh - what the calls of route_cuda.h say where CUDA fails.
 *
 * Layer: kernels. CUDA alone, on the host.
 */
#ifndef CP_KERNELS_GPU_TROUBLE_CUH
#define CP_KERNELS_GPU_TROUBLE_CUH

#include <cuda_runtime.h>
#include <stdio.h>
#include <string.h>

/* The first CUDA error of a function; later calls are then not made. */
struct trouble {
    char text[240];
    bool any;
};

static inline bool went_well(trouble *t, cudaError_t code, const char *file, int line)
{
    if (code != cudaSuccess)
        snprintf(t->text, sizeof t->text, "%s:%d: %s", file, line,
                 cudaGetErrorString(code));
    t->any = code != cudaSuccess;
    return !t->any;
}

#define CHECK(t, call) (!(t)->any && went_well((t), (call), __FILE__, __LINE__))

/* Threads that read a message need it to outlive the call. */
static inline const char *message(const trouble *t)
{
    static thread_local char kept[sizeof t->text];
    memcpy(kept, t->text, sizeof kept);
    return t->any ? kept : NULL;
}

/* Keeps the first message of calls that give one. */
static inline bool said(trouble *t, const char *text)
{
    if (text && !t->any)
        snprintf(t->text, sizeof t->text, "%s", text);
    t->any = t->any || text;
    return t->any;
}

#endif
