/* The instructions of Hopper (sm_90a): barriers in shared memory, the copy engine, and the tensor cores that read their
 * operands from shared memory. */
#ifndef QREF_BACKENDS_CUDA_LINEAR_HOPPER_CUH
#define QREF_BACKENDS_CUDA_LINEAR_HOPPER_CUH

#include <cuda.h>
#include <stdint.h>

/* ---- barriers: a phase ends when `arrivals` threads have arrived and the bytes announced have come ---- */

__device__ inline void barrier_create(uint32_t barrier, uint32_t arrivals) {
  asm volatile("mbarrier.init.shared::cta.b64 [%0], %1;" ::"r"(barrier), "r"(arrivals) : "memory");
}

/* Makes new barriers known to the cluster and to the copy engine; a synchronization follows. */
__device__ inline void barriers_created() {
  asm volatile("fence.mbarrier_init.release.cluster;" ::: "memory");
  asm volatile("fence.proxy.async;" ::: "memory");
}

/* One arrival, and `bytes` more to come. */
__device__ inline void barrier_expect(uint32_t barrier, uint32_t bytes) {
  asm volatile("mbarrier.arrive.expect_tx.shared::cta.b64 _, [%0], %1;" ::"r"(barrier), "r"(bytes) : "memory");
}

/* One arrival at the barrier that has this address in block `rank` of the cluster. */
__device__ inline void barrier_arrive(uint32_t barrier, uint32_t rank) {
  asm volatile(
      "{\n"
      ".reg .b32 remote;\n"
      "mapa.shared::cluster.u32 remote, %0, %1;\n"
      "mbarrier.arrive.release.cluster.shared::cluster.b64 _, [remote];\n"
      "}" ::"r"(barrier),
      "r"(rank)
      : "memory");
}

/* Waits for the end of a phase of this parity: at once when the present phase has the other one. */
__device__ inline void barrier_wait(uint32_t barrier, uint32_t parity) {
  uint32_t done;
  do {
    asm volatile(
        "{\n"
        ".reg .pred p;\n"
        "mbarrier.try_wait.parity.acquire.cluster.shared::cta.b64 p, [%1], %2;\n"
        "selp.b32 %0, 1, 0, p;\n"
        "}"
        : "=r"(done)
        : "r"(barrier), "r"(parity)
        : "memory");
  } while (done == 0);
}

/* ---- clusters ---- */

__device__ inline uint32_t cluster_rank() {
  uint32_t rank;
  asm volatile("mov.u32 %0, %%cluster_ctarank;" : "=r"(rank));
  return rank;
}

__device__ inline void cluster_synchronize() {
  __syncwarp();
  asm volatile("barrier.cluster.arrive.release.aligned;\nbarrier.cluster.wait.acquire.aligned;" ::: "memory");
}

/* ---- the copy engine ---- */

/* The map's box at element `x` of row `y`, to shared memory of this block; its bytes count at the barrier. */
__device__ inline void copy_box(uint32_t destination, const CUtensorMap *map, int32_t x, int32_t y, uint32_t barrier) {
  asm volatile(
      "cp.async.bulk.tensor.2d.shared::cluster.global.mbarrier::complete_tx::bytes [%0], [%1, {%2, %3}], [%4];" ::"r"(
          destination),
      "l"(map), "r"(x), "r"(y), "r"(barrier)
      : "memory");
}

/* The same to this place, and its bytes to this barrier, in every block of the cluster whose bit is set in `blocks`. */
__device__ inline void copy_box_to_all(uint32_t destination, const CUtensorMap *map, int32_t x, int32_t y,
                                       uint32_t barrier, uint16_t blocks) {
  asm volatile(
      "cp.async.bulk.tensor.2d.shared::cluster.global.mbarrier::complete_tx::bytes.multicast::cluster [%0], [%1, {%2, "
      "%3}], [%4], %5;" ::"r"(destination),
      "l"(map), "r"(x), "r"(y), "r"(barrier), "h"(blocks)
      : "memory");
}

__device__ inline void prefetch_map(const CUtensorMap *map) {
  asm volatile("prefetch.tensormap [%0];" ::"l"(map) : "memory");
}

/* ---- tensor cores, by the 128 threads of a warpgroup ---- */

/* Describes a matrix of 128-byte rows, in groups of 8 rows and swizzled by 128 bytes as the copy engine leaves it.
 * 32 bytes further along the rows are 2 more. */
__device__ inline uint64_t matrix_descriptor(uint32_t address) {
  const uint64_t swizzle_128 = 1, group_bytes = 8 * 128, ignored = 1;
  return (address & 0x3ffffu) >> 4 | ignored << 16 | group_bytes >> 4 << 32 | swizzle_128 << 62;
}

/* In front of the first multiplication, and after other accesses to its registers. */
__device__ inline void multiply_fence() {
  asm volatile("wgmma.fence.sync.aligned;" ::: "memory");
}

/* Closes a group of multiplications: those since the last call. */
__device__ inline void multiply_commit() {
  asm volatile("wgmma.commit_group.sync.aligned;" ::: "memory");
}

/* Waits until at most `pending` groups are under way. */
template <int pending>
__device__ inline void multiply_wait() {
  asm volatile("wgmma.wait_group.sync.aligned %0;" ::"n"(pending) : "memory");
}

#define ACC_4(i) "+r"(acc[i]), "+r"(acc[(i) + 1]), "+r"(acc[(i) + 2]), "+r"(acc[(i) + 3])
#define ACC_16(i) ACC_4(i), ACC_4((i) + 4), ACC_4((i) + 8), ACC_4((i) + 12)
#define ACC_64(i) ACC_16(i), ACC_16((i) + 16), ACC_16((i) + 32), ACC_16((i) + 48)

/* acc (64 x 128, or 64 x 256) = a (64 x 32) * b (32 x that) + (accumulate ? acc : 0), in the background. A thread has
 * of acc, for every 8 columns, what multiply_16_8_32 leaves to the lane of a warp; warp i has rows 16i and on. */
__device__ inline void multiply_64_n_32(int32_t (&acc)[64], uint64_t a, uint64_t b, uint32_t accumulate) {
  asm volatile(
      "{\n"
      ".reg .pred p;\n"
      "setp.ne.b32 p, %66, 0;\n"
      "wgmma.mma_async.sync.aligned.m64n128k32.s32.s8.s8 {"
      "%0, %1, %2, %3, %4, %5, %6, %7, %8, %9, %10, %11, %12, %13, %14, %15, "
      "%16, %17, %18, %19, %20, %21, %22, %23, %24, %25, %26, %27, %28, %29, %30, %31, "
      "%32, %33, %34, %35, %36, %37, %38, %39, %40, %41, %42, %43, %44, %45, %46, %47, "
      "%48, %49, %50, %51, %52, %53, %54, %55, %56, %57, %58, %59, %60, %61, %62, %63"
      "}, %64, %65, p;\n"
      "}"
      : ACC_64(0)
      : "l"(a), "l"(b), "r"(accumulate));
}

__device__ inline void multiply_64_n_32(int32_t (&acc)[128], uint64_t a, uint64_t b, uint32_t accumulate) {
  asm volatile(
      "{\n"
      ".reg .pred p;\n"
      "setp.ne.b32 p, %130, 0;\n"
      "wgmma.mma_async.sync.aligned.m64n256k32.s32.s8.s8 {"
      "%0, %1, %2, %3, %4, %5, %6, %7, %8, %9, %10, %11, %12, %13, %14, %15, "
      "%16, %17, %18, %19, %20, %21, %22, %23, %24, %25, %26, %27, %28, %29, %30, %31, "
      "%32, %33, %34, %35, %36, %37, %38, %39, %40, %41, %42, %43, %44, %45, %46, %47, "
      "%48, %49, %50, %51, %52, %53, %54, %55, %56, %57, %58, %59, %60, %61, %62, %63, "
      "%64, %65, %66, %67, %68, %69, %70, %71, %72, %73, %74, %75, %76, %77, %78, %79, "
      "%80, %81, %82, %83, %84, %85, %86, %87, %88, %89, %90, %91, %92, %93, %94, %95, "
      "%96, %97, %98, %99, %100, %101, %102, %103, %104, %105, %106, %107, %108, %109, %110, %111, "
      "%112, %113, %114, %115, %116, %117, %118, %119, %120, %121, %122, %123, %124, %125, %126, %127"
      "}, %128, %129, p;\n"
      "}"
      : ACC_64(0), ACC_64(64)
      : "l"(a), "l"(b), "r"(accumulate));
}

#undef ACC_4
#undef ACC_16
#undef ACC_64

/* Waits for the 128 threads of a warpgroup; `barrier` is its own number, from 1. */
__device__ inline void warpgroup_synchronize(int barrier) {
  asm volatile("bar.sync %0, 128;" ::"r"(barrier) : "memory");
}

#endif
