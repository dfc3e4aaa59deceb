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

/* Nothing that threads wrote is handed over by these barriers, only what the copy engine brings and the tensor cores
 * have read: the scope of a block is enough, and wider ones would wait for the stores of outputs. */

/* One arrival at the barrier that has this address in block `rank` of the cluster. */
__device__ inline void barrier_arrive(uint32_t barrier, uint32_t rank) {
  asm volatile(
      "{\n"
      ".reg .b32 remote;\n"
      "mapa.shared::cluster.u32 remote, %0, %1;\n"
      "mbarrier.arrive.shared::cluster.b64 _, [remote];\n"
      "}" ::"r"(barrier),
      "r"(rank)
      : "memory");
}

/* One arrival at a barrier of this block. */
__device__ inline void barrier_arrive(uint32_t barrier) {
  asm volatile("mbarrier.arrive.shared::cta.b64 _, [%0];" ::"r"(barrier) : "memory");
}

/* Waits for the end of a phase of this parity: at once when the present phase has the other one. */
__device__ inline void barrier_wait(uint32_t barrier, uint32_t parity) {
  uint32_t done;
  do {
    asm volatile(
        "{\n"
        ".reg .pred p;\n"
        "mbarrier.try_wait.parity.shared::cta.b64 p, [%1], %2;\n"
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

/* The map's box at byte k of row `row`, to this place of this block's shared memory; its bytes count at the barrier. */
__device__ inline void copy_box(uint32_t destination, const CUtensorMap *map, int32_t k, int32_t row,
                                uint32_t barrier) {
  asm volatile(
      "cp.async.bulk.tensor.2d.shared::cluster.global.mbarrier::complete_tx::bytes [%0], [%1, {%2, %3}], [%4];" ::"r"(
          destination),
      "l"(map), "r"(k), "r"(row), "r"(barrier)
      : "memory");
}

/* Of a map with reordered rows, the box at byte k of group `group`: to this place, its bytes to this barrier, in every
 * block of the cluster whose bit is set in `blocks`. */
__device__ inline void copy_groups_to_all(uint32_t destination, const CUtensorMap *map, int32_t k, int32_t group,
                                          uint32_t barrier, uint16_t blocks) {
  asm volatile(
      "cp.async.bulk.tensor.5d.shared::cluster.global.mbarrier::complete_tx::bytes.multicast::cluster [%0], [%1, {%2, "
      "%3, %3, %3, %4}], [%5], %6;" ::"r"(destination),
      "l"(map), "r"(k), "r"(0), "r"(group), "r"(barrier), "h"(blocks)
      : "memory");
}

__device__ inline void prefetch_map(const CUtensorMap *map) {
  asm volatile("prefetch.tensormap [%0];" ::"l"(map) : "memory");
}

/* ---- tensor cores, by the 128 threads of a warpgroup ---- */

/* Describes a matrix of 128-byte rows, in groups of 8 rows and swizzled by 128 bytes as the copy engine leaves it: the
 * lower word, to which 16 bytes further on are 1 more, and the upper one. */
__device__ inline uint32_t matrix_descriptor(uint32_t address) {
  const uint32_t ignored = 1;
  return (address & 0x3ffffu) >> 4 | ignored << 16;
}
#define MATRIX_UPPER_WORD "0x40000040" /* swizzled by 128 bytes; groups of 8 * 128 / 16 */

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

/* acc (64 x 128) = a (64 x 32) * b (32 x 128) + (accumulate ? acc : 0), in the background. A thread has
 * of acc, for every 8 columns, what multiply_16_8_32 leaves to the lane of a warp; warp i has rows 16i and on. */
__device__ inline void multiply_64_128_32(int32_t (&acc)[64], uint32_t a, uint32_t b, uint32_t accumulate) {
  asm volatile(
      "{\n"
      ".reg .pred p;\n"
      ".reg .b64 a, b;\n"
      "setp.ne.b32 p, %66, 0;\n"
      "mov.b64 a, {%64, " MATRIX_UPPER_WORD
      "};\n"
      "mov.b64 b, {%65, " MATRIX_UPPER_WORD
      "};\n"
      "wgmma.mma_async.sync.aligned.m64n128k32.s32.s8.s8 {"
      "%0, %1, %2, %3, %4, %5, %6, %7, %8, %9, %10, %11, %12, %13, %14, %15, "
      "%16, %17, %18, %19, %20, %21, %22, %23, %24, %25, %26, %27, %28, %29, %30, %31, "
      "%32, %33, %34, %35, %36, %37, %38, %39, %40, %41, %42, %43, %44, %45, %46, %47, "
      "%48, %49, %50, %51, %52, %53, %54, %55, %56, %57, %58, %59, %60, %61, %62, %63"
      "}, a, b, p;\n"
      "}"
      : ACC_64(0)
      : "r"(a), "r"(b), "r"(accumulate));
}

#undef ACC_4
#undef ACC_16
#undef ACC_64

/* Gives registers back, or takes them: what a thread of this warpgroup has from here on. */
template <int registers>
__device__ inline void registers_fewer() {
  asm volatile("setmaxnreg.dec.sync.aligned.u32 %0;" ::"n"(registers));
}
template <int registers>
__device__ inline void registers_more() {
  asm volatile("setmaxnreg.inc.sync.aligned.u32 %0;" ::"n"(registers));
}

#endif
