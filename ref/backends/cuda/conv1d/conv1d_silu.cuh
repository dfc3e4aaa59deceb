/* Causal conv1d + SiLU, whole sequence: what its two kernels share. */
#ifndef QREF_BACKENDS_CUDA_CONV1D_CONV1D_SILU_CUH
#define QREF_BACKENDS_CUDA_CONV1D_CONV1D_SILU_CUH

#include "ref/backends/cuda/numerics.cuh"
/* Behind the numerics. */
#include "ref/backends/cuda/conv1d/output.cuh"
#include "ref/backends/cuda/device_ops.h"

/* Output t of row (b, d) by the formula of the reference, and its intermediates. `row` is b * D + d. */
__device__ inline void qref_cuda_conv1d_silu_output(const qref_conv1d_silu_args &args,
                                                    const qref_conv1d_silu_rule &rule, size_t row, size_t d, size_t t,
                                                    qref_counts *counts) {
  const size_t T = args.length;
  const size_t W = args.width;
  const int8_t *const x = args.x + row * T;  // (T)
  const int8_t *const w = args.w + d * W;    // (W)
  int32_t acc = 0;
#pragma unroll 1
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

/* Whether qref_cuda_conv1d_silu_fast, which is for y alone, computes this call. */
bool qref_cuda_conv1d_silu_has_fast(const qref_conv1d_silu_args &args);
qref_status qref_cuda_conv1d_silu_fast(const qref_conv1d_silu_args &args, cudaStream_t stream, qref_error *error);

#endif
