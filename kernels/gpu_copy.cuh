/*
 * gpu_copy.cuh - copies from device to shared memory that a warp need not wait for.
 *
 * Layer: kernels. CUDA alone. By pieces of 16 bytes, from sm_80 on, or in bulk and
 * reported to a barrier in shared memory, from sm_90 on.
 */
#ifndef CP_KERNELS_GPU_COPY_CUH
#define CP_KERNELS_GPU_COPY_CUH

#include "kernels/warp.cuh"

GPU uint32_t shared_address(const void *at)
{
    return (uint32_t)__cvta_generic_to_shared(at);
}

GPU void copy_piece(void *to, const void *from)
{
    asm volatile("cp.async.cg.shared.global [%0], [%1], 16;" ::"r"(shared_address(to)),
                 "l"(from)
                 : "memory");
}

/* What this thread has asked for since the last one is one group. */
GPU void copy_group()
{
    asm volatile("cp.async.commit_group;" ::: "memory");
}

/* Waits until all but the last N groups of this thread are there. */
template <int N> GPU void copy_wait()
{
    asm volatile("cp.async.wait_group %0;" ::"n"(N) : "memory");
}

#if !defined(__CUDA_ARCH__) || __CUDA_ARCH__ >= 900

/* A barrier that one arrival, and the bytes it announced, complete. */
GPU void bulk_init(uint64_t *barrier)
{
    asm volatile("mbarrier.init.shared::cta.b64 [%0], 1;" ::"r"(shared_address(barrier)));
}

/* Makes barriers seen by the copy engine. */
GPU void bulk_init_done()
{
    asm volatile("fence.mbarrier_init.release.cluster;" ::: "memory");
    asm volatile("fence.proxy.async.shared::cta;" ::: "memory");
}

GPU void bulk_copy(void *to, const void *from, uint32_t bytes, uint64_t *barrier)
{
    asm volatile("mbarrier.arrive.expect_tx.shared::cta.b64 _, [%0], %1;" ::"r"(
                     shared_address(barrier)),
                 "r"(bytes)
                 : "memory");
    asm volatile("cp.async.bulk.shared::cluster.global.mbarrier::complete_tx::bytes "
                 "[%0], [%1], %2, [%3];" ::"r"(shared_address(to)),
                 "l"(from), "r"(bytes), "r"(shared_address(barrier))
                 : "memory");
}

/* Completes a barrier for which nothing is copied. */
GPU void bulk_nothing(uint64_t *barrier)
{
    asm volatile("mbarrier.arrive.shared::cta.b64 _, [%0];" ::"r"(shared_address(barrier))
                 : "memory");
}

GPU void bulk_wait(uint64_t *barrier, uint32_t phase)
{
    asm volatile(
        "{\n .reg .pred p;\n WAIT_%=:\n"
        " mbarrier.try_wait.parity.shared::cta.b64 p, [%0], %1;\n"
        " @p bra DONE_%=;\n bra WAIT_%=;\n DONE_%=:\n}" ::"r"(shared_address(barrier)),
        "r"(phase)
        : "memory");
}

#endif

/* Adds to a counter in shared memory; what was written before is seen by who adds next.
 */
GPU int add_in_turn(int *counter)
{
    int before;
    asm volatile("atom.acq_rel.cta.shared::cta.add.u32 %0, [%1], 1;"
                 : "=r"(before)
                 : "r"(shared_address(counter))
                 : "memory");
    return before;
}

#endif
