/* Hadamard transform of the float32 model. */
#include "ref/backends/cuda/numerics.cuh"
/* Behind the numerics. */
#include "ref/backends/cuda/device_ops.h"
#include "ref/backends/cuda/rows/hadamard_rows.cuh"

namespace {

template <int n>
__global__ void __launch_bounds__(qref_cuda_hadamard_threads)
    hadamard_f32(qref_hadamard_f32_args args, float scale, float *scratch) {
  float *const v = qref_cuda_hadamard_memory(scratch, args.dim); /* (dim) */
  for (size_t row = blockIdx.x; row < args.rows; row += gridDim.x) {
    const size_t first = row * args.dim;
    for (size_t i = threadIdx.x; i < args.dim; i += blockDim.x) {
      v[i] = args.x[first + i];
    }
    qref_cuda_hadamard_row<n>(v, args.dim / n);
    for (size_t i = threadIdx.x; i < args.dim; i += blockDim.x) {
      args.y[first + i] = qref_canonical_nan_f32(v[i] * scale);
    }
  }
}

}  // namespace

qref_status qref_cuda_hadamard_f32(const qref_hadamard_f32_args *args, cudaStream_t stream, qref_error *error) {
  const float scale = qref_hadamard_scale(args->dim, 1.0f);
  return qref_cuda_hadamard_launch(
      "hadamard_f32", args->rows, args->dim, stream,
      [&](auto n, unsigned int blocks, size_t shared, float *scratch) {
        return qref_cuda_launch("hadamard_f32", hadamard_f32<n()>, blocks, qref_cuda_hadamard_threads, shared, stream,
                                error, *args, scale, scratch);
      },
      error);
}
