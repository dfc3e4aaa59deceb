/* Causal conv1d + SiLU, whole sequence: every shape, every intermediate, counts. One thread an output, in a loop over
 * the grid. */
#include "ref/backends/cuda/numerics.cuh"
/* Behind the numerics. */
#include "ref/backends/cuda/conv1d/output.cuh"
#include "ref/backends/cuda/counts.cuh"
#include "ref/backends/cuda/device_ops.h"
#include "ref/backends/cuda/launch.h"

namespace {

__global__ void conv1d_silu(qref_conv1d_silu_args args, qref_conv1d_silu_rule rule) {
  qref_counts counts = {};
  const size_t T = args.length;
  const size_t W = args.width;
  const float s_wx = args.w_scale * args.x_scale;
  const size_t outputs = args.batch * args.channels * T;
  const size_t stride = static_cast<size_t>(gridDim.x) * blockDim.x;
  for (size_t i = static_cast<size_t>(blockIdx.x) * blockDim.x + threadIdx.x; i < outputs; i += stride) {
    const size_t t = i % T;
    const size_t d = i / T % args.channels;
    const int8_t *const x = args.x + (i - t);  // (T)
    const int8_t *const w = args.w + d * W;    // (W)
    int32_t acc = 0;
    for (size_t k = t + 1 >= W ? 0 : W - 1 - t; k < W; k++) {
      acc += w[k] * x[t + k + 1 - W];
    }
    const float bias = args.bias != nullptr ? static_cast<float>(args.bias[d]) * args.bias_scale : 0.0f;
    const float v = qref_multiply_add_f32(s_wx, static_cast<float>(acc), bias, rule.bias_add);
    qref_cuda_conv1d_finish(args, rule.output, i, v, &counts);
    if (args.accumulator != nullptr) {
      args.accumulator[i] = acc;
    }
  }
  qref_cuda_add_counts(args.counts, counts);
}

}  // namespace

qref_status qref_cuda_conv1d_silu(const qref_conv1d_silu_args *args, cudaStream_t stream, qref_error *error) {
  constexpr unsigned int threads = 256;
  const size_t outputs = args->batch * args->channels * args->length;
  conv1d_silu<<<qref_cuda_blocks(outputs, threads), threads, 0, stream>>>(*args, *args->rule);
  return qref_cuda_launched("conv1d_silu", error);
}
