/* Causal conv1d + SiLU, one token. One thread a channel of a batch, in a loop over the grid. A token of a large model
 * is some thousand channels, so that the time is that of a launch and of one chain of loads. */
#include "ref/backends/cuda/numerics.cuh"
/* Behind the numerics. */
#include "ref/backends/cuda/conv1d/output.cuh"
#include "ref/backends/cuda/counts.cuh"
#include "ref/backends/cuda/device_ops.h"
#include "ref/backends/cuda/launch.h"

namespace {

__global__ void conv1d_silu_update(qref_conv1d_silu_update_args args, qref_conv1d_silu_update_rule rule) {
  qref_counts counts = {};
  const size_t W = args.width;
  const float s_wx = args.w_scale * args.x_scale;
  const size_t outputs = args.batch * args.channels;
  const size_t stride = static_cast<size_t>(gridDim.x) * blockDim.x;
  for (size_t i = static_cast<size_t>(blockIdx.x) * blockDim.x + threadIdx.x; i < outputs; i += stride) {
    const size_t d = i % args.channels;
    int8_t *const state = args.state + i * W;  // (W)
    const int8_t *const w = args.w + d * W;    // (W)
    float v = args.bias != nullptr ? static_cast<float>(args.bias[d]) * args.bias_scale : 0.0f;
    for (size_t k = 0; k < W; k++) {
      const int8_t sample = k + 1 < W ? state[k + 1] : args.x[i];
      state[k] = sample;
      v = qref_multiply_add_f32(s_wx * static_cast<float>(w[k]), static_cast<float>(sample), v, rule.tap_add);
      qref_store_intermediate(args.tap_sum, i * W + k, v);
    }
    qref_cuda_conv1d_finish(args, rule.output, i, v, &counts);
  }
  qref_cuda_add_counts(args.counts, counts);
}

}  // namespace

qref_status qref_cuda_conv1d_silu_update(const qref_conv1d_silu_update_args *args, cudaStream_t stream,
                                         qref_error *error) {
  constexpr unsigned int threads = 128;
  const size_t outputs = args->batch * args->channels;
  return qref_cuda_launch("conv1d_silu_update", conv1d_silu_update, qref_cuda_blocks(outputs, threads), threads, 0,
                          stream, error, *args, *args->rule);
}
