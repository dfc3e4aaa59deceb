/* Counts of quantization events: a thread counts into its own qref_counts, and a warp adds them up. */
#ifndef QREF_BACKENDS_CUDA_COUNTS_CUH
#define QREF_BACKENDS_CUDA_COUNTS_CUH

#include "ref/backends/cuda/numerics.cuh"

__device__ inline void qref_cuda_add_count(uint64_t *total, uint64_t mine) {
  for (int offset = 16; offset > 0; offset /= 2) {
    mine += __shfl_down_sync(0xffffffffu, mine, offset);
  }
  if (threadIdx.x % 32 == 0 && mine != 0) {
    atomicAdd(reinterpret_cast<unsigned long long *>(total), static_cast<unsigned long long>(mine));
  }
}

/* Adds what the threads of a warp counted to *total, which may be NULL. All 32 threads of the warp call it, in a block
 * of one dimension. */
__device__ inline void qref_cuda_add_counts(qref_counts *total, const qref_counts &mine) {
  if (total != nullptr) {
    qref_cuda_add_count(&total->saturated, mine.saturated);
    qref_cuda_add_count(&total->wrapped, mine.wrapped);
    qref_cuda_add_count(&total->not_a_number, mine.not_a_number);
    qref_cuda_add_count(&total->nonpositive_rows, mine.nonpositive_rows);
    qref_cuda_add_count(&total->accumulator_overflows, mine.accumulator_overflows);
  }
}

#endif
