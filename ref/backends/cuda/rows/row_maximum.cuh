/* The maximum of a row that its threads look at in parts, as `y > largest ? y : largest` leaves it in ascending order:
 * the first of equal values, which tells zeros apart, and NaN only where the first element is. */
#ifndef QREF_BACKENDS_CUDA_ROWS_ROW_MAXIMUM_CUH
#define QREF_BACKENDS_CUDA_ROWS_ROW_MAXIMUM_CUH

#include <math.h>
#include <stdint.h>

/* The largest number of a part, and where it is first. */
struct qref_cuda_maximum {
  float value;
  uint64_t index;
};

/* Of nothing. */
__device__ inline qref_cuda_maximum qref_cuda_no_maximum() {
  return {-INFINITY, UINT64_MAX};
}

__device__ inline qref_cuda_maximum qref_cuda_larger(const qref_cuda_maximum &a, const qref_cuda_maximum &b) {
  return b.value > a.value || (b.value == a.value && b.index < a.index) ? b : a;
}

/* Takes y[index] in; a NaN is not taken. */
__device__ inline void qref_cuda_take_maximum(float y, uint64_t index, qref_cuda_maximum *largest) {
  *largest = qref_cuda_larger(*largest, {y, index});
}

/* Of all lanes, in every lane. */
__device__ inline qref_cuda_maximum qref_cuda_warp_maximum(qref_cuda_maximum largest) {
  for (int offset = 16; offset > 0; offset /= 2) {
    qref_cuda_maximum other;
    other.value = __shfl_xor_sync(0xffffffffu, largest.value, offset);
    other.index = __shfl_xor_sync(0xffffffffu, static_cast<unsigned long long>(largest.index), offset);
    largest = qref_cuda_larger(largest, other);
  }
  return largest;
}

/* The maximum of a row whose first element is `first`. */
__device__ inline float qref_cuda_row_maximum(const qref_cuda_maximum &largest, float first) {
  return first == first ? largest.value : first;
}

#endif
