/* Sizes of a launch. */
#ifndef QREF_BACKENDS_CUDA_LAUNCH_H
#define QREF_BACKENDS_CUDA_LAUNCH_H

#include <stddef.h>

#include "ref/backends/cuda/status.h"

/* Blocks of a kernel whose threads loop over the grid: one thread an element, up to a number that fills any device. */
inline unsigned int qref_cuda_blocks(size_t elements, unsigned int threads) {
  constexpr size_t most = 8192;
  const size_t blocks = elements / threads + (elements % threads != 0);
  return static_cast<unsigned int>(blocks < most ? blocks : most);
}

#endif
