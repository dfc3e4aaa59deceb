/* Causal conv1d + SiLU, whole sequence: every shape, every intermediate. One thread an output, in a loop over the grid.
 */
#include "ref/backends/cuda/numerics.cuh"
/* Behind the numerics. */
#include "ref/backends/cuda/conv1d/conv1d_silu.cuh"
#include "ref/backends/cuda/conv1d/position.cuh"
#include "ref/backends/cuda/counts.cuh"
#include "ref/backends/cuda/launch.h"

namespace {

__global__ void conv1d_silu(const __grid_constant__ qref_conv1d_silu_args args,
                            const __grid_constant__ qref_conv1d_silu_rule rule) {
  qref_counts counts = {};
  const size_t outputs = args.batch * args.channels * args.length;
  const size_t stride = static_cast<size_t>(gridDim.x) * blockDim.x;
  for (size_t i = static_cast<size_t>(blockIdx.x) * blockDim.x + threadIdx.x; i < outputs; i += stride) {
    const auto [row, d, t] = qref_cuda_conv1d_position_of(i, args.channels, args.length);
    qref_cuda_conv1d_silu_output(args, rule, row, d, t, &counts);
  }
  qref_cuda_add_counts(args.counts, counts);
}

}  // namespace

qref_status qref_cuda_conv1d_silu(const qref_conv1d_silu_args *args, cudaStream_t stream, qref_error *error) {
  if (qref_cuda_conv1d_silu_has_fast(*args)) {
    return qref_cuda_conv1d_silu_fast(*args, stream, error);
  }
  constexpr unsigned int threads = 256;
  const size_t outputs = args->batch * args->channels * args->length;
  return qref_cuda_launch("conv1d_silu", conv1d_silu, qref_cuda_blocks(outputs, threads), threads, 0, stream, error,
                          *args, *args->rule);
}
