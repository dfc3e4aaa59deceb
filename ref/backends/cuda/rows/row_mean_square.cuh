/* mean(r*r) of a row by one warp: lane j sums partial j, whose elements, 32 apart, make coalesced accesses. */
#ifndef QREF_BACKENDS_CUDA_ROWS_ROW_MEAN_SQUARE_CUH
#define QREF_BACKENDS_CUDA_ROWS_ROW_MEAN_SQUARE_CUH

#include "ref/backends/cuda/numerics.cuh"
/* Behind the numerics. */
#include "ref/ops/root_mean_square.c"

constexpr unsigned int qref_cuda_warp = 32;
constexpr unsigned int qref_cuda_all_lanes = 0xffffffffu;

/* partial + r^2: the square is exact in binary64, so that one rounding is left of the reference's, too. */
__device__ inline double qref_cuda_add_square(double partial, float r) {
  const double exact = static_cast<double>(r);
  return __fma_rn(exact, exact, partial);
}

/* The mean of n squares from the 32 partial sums of a warp, as qref_mean_square adds them: in every lane. */
__device__ inline float qref_cuda_mean_of_partials(double partial, size_t n) {
  double sum = 0.0;
#pragma unroll
  for (int j = 0; j < static_cast<int>(qref_cuda_warp); j++) {
    sum += __shfl_sync(qref_cuda_all_lanes, partial, j);
  }
  return static_cast<float>(sum / static_cast<double>(n));
}

/* Calls load(i) for the elements i of this lane, `batch` of them in flight, then use(i, value) in ascending i. */
template <int batch, typename load_function, typename use_function>
__device__ inline void qref_cuda_for_lane(size_t n, load_function load, use_function use) {
  for (size_t first = threadIdx.x % qref_cuda_warp; first < n; first += batch * qref_cuda_warp) {
    float values[batch];
#pragma unroll
    for (int k = 0; k < batch; k++) {
      const size_t i = first + static_cast<size_t>(k) * qref_cuda_warp;
      values[k] = i < n ? load(i) : 0.0f;
    }
#pragma unroll
    for (int k = 0; k < batch; k++) {
      const size_t i = first + static_cast<size_t>(k) * qref_cuda_warp;
      if (i < n) {
        use(i, values[k]);
      }
    }
  }
}

#endif
