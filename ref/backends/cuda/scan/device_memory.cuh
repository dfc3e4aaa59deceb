/* Instructions that C++ does not reach. */
#ifndef QREF_BACKENDS_CUDA_SCAN_DEVICE_MEMORY_CUH
#define QREF_BACKENDS_CUDA_SCAN_DEVICE_MEMORY_CUH

namespace qref_cuda_scan {

/* 2 or 4 floats of what does not change any more, at an address of qref_ptx_shared_address. */
__device__ __forceinline__ void load_shared(unsigned int address, float (&to)[2]) {
  asm("ld.shared.v2.f32 {%0, %1}, [%2];" : "=f"(to[0]), "=f"(to[1]) : "r"(address));
}
__device__ __forceinline__ void load_shared(unsigned int address, float (&to)[4]) {
  asm("ld.shared.v4.f32 {%0, %1, %2, %3}, [%4];" : "=f"(to[0]), "=f"(to[1]), "=f"(to[2]), "=f"(to[3]) : "r"(address));
}

/* Byte i of a word. */
__device__ __forceinline__ unsigned int byte_of(unsigned int word, unsigned int i) {
  return __byte_perm(word, 0, 0x4440 + i);
}

/* Waits for all warps of the block; each may be in another place of the program. */
__device__ __forceinline__ void block_barrier() {
  asm volatile("barrier.sync 0;" ::: "memory");
}

}  // namespace qref_cuda_scan

#endif
