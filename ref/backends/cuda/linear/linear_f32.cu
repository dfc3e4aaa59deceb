/* Linear of the float32 model: k ascending by fma from 0. A thread computes one output, in a loop over the grid. A NaN
 * stays one through every later fma, so it is enough to make the sum's canonical at the end. */
#include "ref/backends/cuda/numerics.cuh"
/* Behind the numerics. */
#include "ref/backends/cuda/device_ops.h"
#include "ref/backends/cuda/launch.h"

namespace {

__global__ void linear_f32(qref_linear_f32_args args, size_t y_stride) {
  const size_t elements = args.rows * args.columns;
  const size_t step = static_cast<size_t>(gridDim.x) * blockDim.x;
  for (size_t i = static_cast<size_t>(blockIdx.x) * blockDim.x + threadIdx.x; i < elements; i += step) {
    const size_t m = i / args.columns;
    const size_t n = i % args.columns;
    const float *const x = args.x + m * args.depth; /* (K) */
    const float *const w = args.w + n * args.depth; /* (K) */
    float sum = 0.0f;
    for (size_t k = 0; k < args.depth; k++) {
      sum = __fmaf_rn(x[k], w[k], sum);
    }
    args.y[m * y_stride + n] = qref_canonical_nan_f32(sum);
  }
}

}  // namespace

qref_status qref_cuda_linear_f32(const qref_linear_f32_args *args, cudaStream_t stream, qref_error *error) {
  constexpr unsigned int threads = 256;
  const size_t y_stride = args->y_row_stride != 0 ? args->y_row_stride : args->columns;
  linear_f32<<<qref_cuda_blocks(args->rows * args->columns, threads), threads, 0, stream>>>(*args, y_stride);
  return qref_cuda_launched("linear_f32", error);
}
