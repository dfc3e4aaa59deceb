/* Instructions that C++ does not name: copies that bypass the registers, fragments, and the int8 tensor cores. */
#ifndef QREF_BACKENDS_CUDA_LINEAR_TENSOR_CORE_CUH
#define QREF_BACKENDS_CUDA_LINEAR_TENSOR_CORE_CUH

#include <stdint.h>

__device__ inline uint32_t shared_address(const void *pointer) {
  return static_cast<uint32_t>(__cvta_generic_to_shared(pointer));
}

/* 16 bytes to shared memory, in the background; zeros, and nothing is read, where `wanted` is false. */
__device__ inline void copy_16_async(uint32_t destination, const void *source, bool wanted) {
  const uint32_t bytes = wanted ? 16 : 0;
  asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;" ::"r"(destination), "l"(source), "r"(bytes) : "memory");
}

/* Closes a group of copies: those since the last call. */
__device__ inline void copy_commit() {
  asm volatile("cp.async.commit_group;" ::: "memory");
}

/* Waits until at most `pending` of this thread's groups are under way. */
template <int pending>
__device__ inline void copy_wait() {
  asm volatile("cp.async.wait_group %0;" ::"n"(pending) : "memory");
}

/* Four 8 x 16-byte matrices; lane 8i + j has the address of row j of matrix i, and receives of each matrix 4 bytes:
 * row lane / 4, bytes 4 (lane % 4) and on. */
__device__ inline void load_matrices(uint32_t (&fragment)[4], uint32_t address) {
  asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0, %1, %2, %3}, [%4];"
               : "=r"(fragment[0]), "=r"(fragment[1]), "=r"(fragment[2]), "=r"(fragment[3])
               : "r"(address)
               : "memory");
}

/* acc (16 x 8) += a (16 x 32) * b (32 x 8). A lane has of acc rows lane / 4 and 8 + lane / 4, columns 2 (lane % 4) and
 * the next. The sums wrap at 32 bits, which a depth of 131071 does not reach. */
__device__ inline void multiply_16_8_32(int32_t (&acc)[4], const uint32_t (&a)[4], uint32_t b0, uint32_t b1) {
  asm volatile(
      "mma.sync.aligned.m16n8k32.row.col.s32.s8.s8.s32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};"
      : "+r"(acc[0]), "+r"(acc[1]), "+r"(acc[2]), "+r"(acc[3])
      : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b0), "r"(b1));
}

/* Bytes `low` and `high`, each saturated to int8, in the lower half. */
__device__ inline uint32_t pack_saturated(int32_t low, int32_t high) {
  uint32_t packed;
  asm("cvt.pack.sat.s8.s32.b32 %0, %1, %2, %3;" : "=r"(packed) : "r"(high), "r"(low), "r"(0));
  return packed;
}

#endif
