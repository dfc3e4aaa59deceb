/* Hadamard transform, float16 in, int8 out, of any dimension: hadamard_rows.cuh says how. */
#include "ref/backends/cuda/numerics.cuh"
/* Behind the numerics. */
#include "ref/backends/cuda/counts.cuh"
#include "ref/backends/cuda/device_ops.h"
#include "ref/backends/cuda/rows/hadamard_rows.cuh"
#include "ref/backends/cuda/rows/hadamard_tiles.h"
#include "ref/ops/intermediate.h"

namespace {

template <int n>
__global__ void __launch_bounds__(qref_cuda_hadamard_threads)
    hadamard(qref_hadamard_args args, qref_hadamard_rule rule, float *scratch) {
  qref_counts counts = {};
  float *const v = qref_cuda_hadamard_memory(scratch, args.dim); /* (dim) */
  for (size_t row = blockIdx.x; row < args.rows; row += gridDim.x) {
    const size_t first = row * args.dim;
    for (size_t i = threadIdx.x; i < args.dim; i += blockDim.x) {
      v[i] = qref_f32_from_f16(args.x[first + i]);
    }
    qref_cuda_hadamard_row<n>(v, args.dim / n);
    for (size_t i = threadIdx.x; i < args.dim; i += blockDim.x) {
      const float scaled = v[i] * args.scale;
      args.y[first + i] = qref_round_to_int8(scaled, &rule.output, first + i, &counts);
      qref_store_intermediate(args.transformed, first + i, v[i]);
      qref_store_intermediate(args.before_rounding, first + i, scaled);
    }
  }
  qref_cuda_add_counts(args.counts, counts);
}

}  // namespace

qref_status qref_cuda_hadamard(const qref_hadamard_args *args, cudaStream_t stream, qref_error *error) {
  if (qref_cuda_hadamard_tiles_support(args)) {
    return qref_cuda_hadamard_tiles(args, stream, error);
  }
  return qref_cuda_hadamard_launch(
      "hadamard", args->rows, args->dim, stream,
      [&](auto n, unsigned int blocks, size_t shared, float *scratch) {
        return qref_cuda_launch("hadamard", hadamard<n()>, blocks, qref_cuda_hadamard_threads, shared, stream, error,
                                *args, *args->rule, scratch);
      },
      error);
}
