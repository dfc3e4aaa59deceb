/* conv1d + SiLU of the float simulation and of the float32 model. One thread an output, in a loop over the grid. */
#include "ref/backends/cuda/numerics.cuh"
/* Behind the numerics. */
#include "ref/backends/cuda/conv1d/position.cuh"
#include "ref/backends/cuda/device_ops.h"
#include "ref/backends/cuda/launch.h"
#include "ref/ops/intermediate.h"

namespace {

constexpr unsigned int threads = 256;

__global__ void conv1d_silu_floatsim(qref_conv1d_silu_floatsim_args args, qref_conv1d_floatsim_rule rule) {
  const size_t T = args.length;
  const size_t W = args.width;
  const float s = args.effective_scale;
  const size_t outputs = args.batch * args.channels * T;
  const size_t stride = static_cast<size_t>(gridDim.x) * blockDim.x;
  for (size_t i = static_cast<size_t>(blockIdx.x) * blockDim.x + threadIdx.x; i < outputs; i += stride) {
    const auto [row, d, t] = qref_cuda_conv1d_position_of(i, args.channels, T);
    const int8_t *const x = args.x + row * T;  // (T)
    const int8_t *const w = args.w + d * W;    // (W)
    float v = args.bias != nullptr ? static_cast<float>(args.bias[d]) * args.bias_scale : 0.0f;
    for (size_t k = 0; k < W; k++) {
      const float sample = t + k + 1 >= W ? static_cast<float>(x[t + k + 1 - W]) * args.x_scale : 0.0f;
      v = qref_multiply_add_f32(static_cast<float>(w[k]) * args.w_scale, sample, v, rule.tap_add);
    }
    const float y = args.silu ? qref_silu_f32(v) : v;
    const float scaled = qref_apply_scale(y, s, rule.grid_scale_form);
    args.after_quant[i] = qref_canonical_nan_f32(qref_round_f32(scaled, rule.grid_rounding, 0, 0) * s);
    qref_store_intermediate(args.before_activation, i, v);
    qref_store_intermediate(args.before_quant, i, y);
    qref_store_intermediate(args.before_rounding, i, scaled);
  }
}

__global__ void conv1d_silu_f32(qref_conv1d_silu_f32_args args) {
  const size_t T = args.length;
  const size_t W = args.width;
  const size_t outputs = args.batch * args.channels * T;
  const size_t stride = static_cast<size_t>(gridDim.x) * blockDim.x;
  for (size_t i = static_cast<size_t>(blockIdx.x) * blockDim.x + threadIdx.x; i < outputs; i += stride) {
    const auto [row, d, t] = qref_cuda_conv1d_position_of(i, args.channels, T);
    const float *const x = args.x + row * T;  // (T)
    const float *const w = args.w + d * W;    // (W)
    float v = args.bias != nullptr ? args.bias[d] : 0.0f;
    for (size_t k = 0; k < W; k++) {
      v = qref_fma_f32(w[k], t + k + 1 >= W ? x[t + k + 1 - W] : 0.0f, v);
    }
    args.y[i] = qref_silu_f32(v);
  }
}

}  // namespace

qref_status qref_cuda_conv1d_silu_floatsim(const qref_conv1d_silu_floatsim_args *args, cudaStream_t stream,
                                           qref_error *error) {
  const size_t outputs = args->batch * args->channels * args->length;
  return qref_cuda_launch("conv1d_silu_floatsim", conv1d_silu_floatsim, qref_cuda_blocks(outputs, threads), threads, 0,
                          stream, error, *args, *args->rule);
}

qref_status qref_cuda_conv1d_silu_f32(const qref_conv1d_silu_f32_args *args, cudaStream_t stream, qref_error *error) {
  const size_t outputs = args->batch * args->channels * args->length;
  return qref_cuda_launch("conv1d_silu_f32", conv1d_silu_f32, qref_cuda_blocks(outputs, threads), threads, 0, stream,
                          error, *args);
}
