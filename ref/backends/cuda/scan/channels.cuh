/* Threads that take one channel (b, d) after another: the layout of the scans' general kernels. */
#ifndef QREF_BACKENDS_CUDA_SCAN_CHANNELS_CUH
#define QREF_BACKENDS_CUDA_SCAN_CHANNELS_CUH

#include <stddef.h>

#include "ref/backends/cuda/launch.h"
#include "ref/backends/cuda/status.h"

/* Small blocks, because there are few channels and a thread is long under way. */
constexpr unsigned int qref_cuda_scan_channel_threads = 32;

inline unsigned int qref_cuda_scan_channel_blocks(size_t channels) {
  return qref_cuda_blocks(channels, qref_cuda_scan_channel_threads);
}

/* Global memory for the scratch of every thread of such a grid: `each` floats a thread. */
inline qref_status qref_cuda_scan_allocate(size_t channels, size_t each, float **scratch, cudaStream_t stream,
                                           qref_error *error) {
  const size_t threads = static_cast<size_t>(qref_cuda_scan_channel_blocks(channels)) * qref_cuda_scan_channel_threads;
  return qref_cuda_status(cudaMallocAsync(reinterpret_cast<void **>(scratch), threads * each * sizeof(float), stream),
                          "selective scan: scratch", error);
}

#endif
