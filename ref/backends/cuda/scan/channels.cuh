/* Threads that take one channel (b, d) after another: the layout of the scans' general kernels. */
#ifndef QREF_BACKENDS_CUDA_SCAN_CHANNELS_CUH
#define QREF_BACKENDS_CUDA_SCAN_CHANNELS_CUH

#include <stddef.h>

#include "ref/backends/cuda/launch.h"
#include "ref/backends/cuda/scratch.h"

/* Small blocks, because there are few channels and a thread is long under way. */
constexpr unsigned int qref_cuda_scan_channel_threads = 32;

inline unsigned int qref_cuda_scan_channel_blocks(size_t channels) {
  return qref_cuda_blocks(channels, qref_cuda_scan_channel_threads);
}

/* Queues kernel(args..., scratch) over such a grid, with `each` floats of scratch a thread. */
template <typename kernel_function, typename... arguments>
inline qref_status qref_cuda_scan_launch(const char *op, kernel_function kernel, size_t channels, size_t each,
                                         cudaStream_t stream, qref_error *error, arguments... args) {
  const unsigned int blocks = qref_cuda_scan_channel_blocks(channels);
  const size_t threads = static_cast<size_t>(blocks) * qref_cuda_scan_channel_threads;
  return qref_cuda_with_scratch(op, threads * each * sizeof(float), stream, error, [&](float *scratch) {
    return qref_cuda_launch(op, kernel, dim3(blocks), dim3(qref_cuda_scan_channel_threads), 0, stream, error, args...,
                            scratch);
  });
}

#endif
