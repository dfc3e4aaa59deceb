/* Causal conv1d + SiLU, whole sequence: every shape, every intermediate. One thread an output, in a loop over the grid.
 */
#include "ref/backends/cuda/numerics.cuh"
/* Behind the numerics. */
#include "ref/backends/cuda/conv1d/conv1d_silu_fast.h"
#include "ref/backends/cuda/conv1d/output.cuh"
#include "ref/backends/cuda/conv1d/position.cuh"
#include "ref/backends/cuda/counts.cuh"
#include "ref/backends/cuda/launch.h"

namespace {

/* Output t of row (b, d) by the formula of the reference, and its intermediates. `row` is b * D + d. */
__device__ void compute_output(const qref_conv1d_silu_args &args, const qref_conv1d_silu_rule &rule, size_t row,
                               size_t d, size_t t, qref_counts *counts) {
  const size_t T = args.length;
  const size_t W = args.width;
  const int8_t *const x = args.x + row * T;  // (T)
  const int8_t *const w = args.w + d * W;    // (W)
  int32_t acc = 0;
  for (size_t k = t + 1 >= W ? 0 : W - 1 - t; k < W; k++) {
    acc += w[k] * x[t + k + 1 - W];
  }
  const float s_wx = args.w_scale * args.x_scale;
  const float bias = args.bias != nullptr ? static_cast<float>(args.bias[d]) * args.bias_scale : 0.0f;
  const float v = qref_multiply_add_f32(s_wx, static_cast<float>(acc), bias, rule.bias_add);
  qref_cuda_conv1d_finish(args, rule.output, row * T + t, v, counts);
  if (args.accumulator != nullptr) {
    args.accumulator[row * T + t] = acc;
  }
}

__global__ void conv1d_silu(const __grid_constant__ qref_conv1d_silu_args args,
                            const __grid_constant__ qref_conv1d_silu_rule rule) {
  qref_counts counts = {};
  const size_t outputs = args.batch * args.channels * args.length;
  const size_t stride = static_cast<size_t>(gridDim.x) * blockDim.x;
  for (size_t i = static_cast<size_t>(blockIdx.x) * blockDim.x + threadIdx.x; i < outputs; i += stride) {
    const auto [row, d, t] = qref_cuda_conv1d_position_of(i, args.channels, args.length);
    compute_output(args, rule, row, d, t, &counts);
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
