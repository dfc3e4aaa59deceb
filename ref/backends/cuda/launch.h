/* Launches of kernels, as function calls: what compiles the device code for a test need not know CUDA's own syntax. */
#ifndef QREF_BACKENDS_CUDA_LAUNCH_H
#define QREF_BACKENDS_CUDA_LAUNCH_H

#include <cuda_runtime.h>
#include <stddef.h>
#include <stdint.h>

#include "ref/backends/cuda/status.h"

/* In a kernel: `name`, the dynamic shared memory of the launch, aligned to 128 bytes. */
#if !defined(QREF_CUDA_DYNAMIC_SHARED)
#define QREF_CUDA_DYNAMIC_SHARED(type, name)                \
  extern __shared__ __align__(128) unsigned char name##_[]; \
  type *const name = reinterpret_cast<type *>(name##_)
#endif

/* a / b, rounded up. */
inline size_t qref_cuda_divide_up(size_t a, size_t b) {
  return a / b + (a % b != 0);
}

/* Blocks of a kernel whose threads loop over the grid: one thread an element, up to a number that fills any device. */
inline unsigned int qref_cuda_blocks(size_t elements, unsigned int threads) {
  constexpr size_t most = 8192;
  const size_t blocks = qref_cuda_divide_up(elements, threads);
  return static_cast<unsigned int>(blocks < most ? blocks : most);
}

/* Whether vectors of so many bytes may be read or written there. */
inline bool qref_cuda_is_aligned(const void *pointer, size_t bytes) {
  return reinterpret_cast<uintptr_t>(pointer) % bytes == 0;
}

/* Queues the kernel. `op` is what a message begins with. */
template <typename... parameters, typename... arguments>
qref_status qref_cuda_launch(const char *op, void (*kernel)(parameters...), dim3 grid, dim3 block, size_t shared_bytes,
                             cudaStream_t stream, qref_error *error, arguments... args) {
  constexpr size_t without_asking = 48 * 1024;
  if (shared_bytes > without_asking) {
    QREF_CUDA_TRY(cudaFuncSetAttribute(reinterpret_cast<const void *>(kernel),
                                       cudaFuncAttributeMaxDynamicSharedMemorySize, static_cast<int>(shared_bytes)),
                  op, error);
  }
  cudaLaunchConfig_t config = {};
  config.gridDim = grid;
  config.blockDim = block;
  config.dynamicSmemBytes = shared_bytes;
  config.stream = stream;
  return qref_cuda_status(cudaLaunchKernelEx(&config, kernel, args...), op, error);
}

#endif
