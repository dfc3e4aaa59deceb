/* Instructions that C++ does not name: approximations, copies that bypass the registers, fragments, and the int8 tensor
 * cores. A test on the host has functions of the same names. */
#ifndef QREF_BACKENDS_CUDA_PTX_CUH
#define QREF_BACKENDS_CUDA_PTX_CUH

#if defined(QREF_CUDA_EMULATED)
#include "ptx.h"
#else

#include <stdint.h>

/* 2^x, subnormals taken as and flushed to 0. PTX ISA: relative error at most 2^-22.5 (ex2.approx.ftz.f32). */
__device__ inline float qref_ptx_exp2_approximate(float x) {
  float result;
  asm("ex2.approx.ftz.f32 %0, %1;" : "=f"(result) : "f"(x));
  return result;
}

/* 1 / x, subnormals taken as and flushed to 0. PTX ISA: error at most 1 ulp (rcp.approx.ftz.f32). */
__device__ inline float qref_ptx_reciprocal_approximate(float x) {
  float result;
  asm("rcp.approx.ftz.f32 %0, %1;" : "=f"(result) : "f"(x));
  return result;
}

/* x, as a value whose origin the compiler does not know: what is cheap to compute it would compute again at every use.
 */
__device__ inline uint32_t qref_ptx_kept(uint32_t x) {
  asm volatile("" : "+r"(x));
  return x;
}

__device__ inline uint32_t qref_ptx_shared_address(const void *pointer) {
  return static_cast<uint32_t>(__cvta_generic_to_shared(pointer));
}

/* 16 bytes to shared memory, in the background; zeros, and nothing is read, where `wanted` is false. Both addresses are
 * multiples of 16. */
__device__ inline void qref_ptx_copy_16_async(uint32_t destination, const void *source, bool wanted) {
  const uint32_t bytes = wanted ? 16 : 0;
  asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;" ::"r"(destination), "l"(source), "r"(bytes) : "memory");
}

/* 2 or 4 floats of dynamic shared memory that nobody writes any more; the address is a multiple of their size. */
__device__ inline void qref_ptx_load_shared(float (&to)[2], uint32_t address) {
  asm("ld.shared.v2.f32 {%0, %1}, [%2];" : "=f"(to[0]), "=f"(to[1]) : "r"(address));
}
__device__ inline void qref_ptx_load_shared(float (&to)[4], uint32_t address) {
  asm("ld.shared.v4.f32 {%0, %1, %2, %3}, [%4];" : "=f"(to[0]), "=f"(to[1]), "=f"(to[2]), "=f"(to[3]) : "r"(address));
}

/* 2 or 4 floats to shared memory, where `wanted`, without a branch; for threads behind a barrier. The address is a
 * multiple of their size. */
__device__ inline void qref_ptx_store_shared_where(bool wanted, uint32_t address, float x, float y) {
  asm volatile("{.reg .pred p; setp.ne.u32 p, %3, 0; @p st.shared.v2.f32 [%0], {%1, %2};}" ::"r"(address), "f"(x),
               "f"(y), "r"(static_cast<uint32_t>(wanted)));
}
__device__ inline void qref_ptx_store_shared_where(bool wanted, uint32_t address, float x, float y, float z, float w) {
  asm volatile("{.reg .pred p; setp.ne.u32 p, %5, 0; @p st.shared.v4.f32 [%0], {%1, %2, %3, %4};}" ::"r"(address),
               "f"(x), "f"(y), "f"(z), "f"(w), "r"(static_cast<uint32_t>(wanted)));
}

/* Waits for all warps of the block, as __syncthreads; but each may call it in another place of the program. */
__device__ inline void qref_ptx_block_barrier() {
  asm volatile("barrier.sync 0;" ::: "memory");
}

/* Closes a group of this thread's copies: those since the last call. */
__device__ inline void qref_ptx_copy_commit() {
  asm volatile("cp.async.commit_group;" ::: "memory");
}

/* Waits until at most `pending` of this thread's groups are under way. */
template <int pending>
__device__ inline void qref_ptx_copy_wait() {
  asm volatile("cp.async.wait_group %0;" ::"n"(pending) : "memory");
}

/* Four 8 x 16-byte matrices; lane 8i + j has the address of row j of matrix i, and receives of each matrix 4 bytes:
 * row lane / 4, bytes 4 (lane % 4) and on. */
__device__ inline void qref_ptx_load_matrices(uint32_t (&fragment)[4], uint32_t address) {
  asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0, %1, %2, %3}, [%4];"
               : "=r"(fragment[0]), "=r"(fragment[1]), "=r"(fragment[2]), "=r"(fragment[3])
               : "r"(address)
               : "memory");
}

/* acc (16 x 8) += a (16 x 32) * b (32 x 8), int8. A lane has of acc rows lane / 4 and 8 + lane / 4, columns 2 (lane %
 * 4) and the next; of a the rows as of acc, bytes 4 (lane % 4) and on of k 0..15 (a[0], a[1]) and 16..31 (a[2], a[3]);
 * of b column lane / 4, the same k. The sums wrap at 32 bits. */
__device__ inline void qref_ptx_multiply_16_8_32(int32_t (&acc)[4], const uint32_t (&a)[4], uint32_t b0, uint32_t b1) {
  asm volatile(
      "mma.sync.aligned.m16n8k32.row.col.s32.s8.s8.s32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};"
      : "+r"(acc[0]), "+r"(acc[1]), "+r"(acc[2]), "+r"(acc[3])
      : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b0), "r"(b1));
}

/* The two float16 of a word as float32, exactly; a NaN may be any NaN. */
__device__ inline void qref_ptx_f32_from_f16_pair(uint32_t pair, float *low, float *high) {
  asm("{.reg .b16 low, high; mov.b32 {low, high}, %2; cvt.f32.f16 %0, low; cvt.f32.f16 %1, high;}"
      : "=f"(*low), "=f"(*high)
      : "r"(pair));
}

/* The int8 in byte `index` of a word, which __byte_perm does not extend by its sign. */
template <unsigned int index>
__device__ inline int32_t qref_ptx_int8_of(uint32_t word) {
  int32_t value;
  asm("prmt.b32 %0, %1, 0, %2;" : "=r"(value) : "r"(word), "n"(0x8880 + 0x1111 * index));
  return value;
}

/* By halves of the words, as float16: the greater of `largest` and |pair|; NaN if one is. */
__device__ inline uint32_t qref_ptx_larger_magnitude_f16_pair(uint32_t largest, uint32_t pair) {
  uint32_t result;
  asm("{.reg .b32 magnitude; abs.f16x2 magnitude, %2; max.NaN.f16x2 %0, %1, magnitude;}"
      : "=r"(result)
      : "r"(largest), "r"(pair));
  return result;
}

/* Two numbers, each saturated to int8, as the lower two bytes. */
__device__ inline uint32_t qref_ptx_pack_saturated(int32_t low, int32_t high) {
  uint32_t packed;
  asm("cvt.pack.sat.s8.s32.b32 %0, %1, %2, %3;" : "=r"(packed) : "r"(high), "r"(low), "r"(0));
  return packed;
}

#endif
#endif
