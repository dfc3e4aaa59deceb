/* The five forms of linear W8A8 as the kernels see them: how a sum is scaled, rounded and stored. */
#ifndef QREF_BACKENDS_CUDA_LINEAR_FORM_CUH
#define QREF_BACKENDS_CUDA_LINEAR_FORM_CUH

#include "ref/backends/cuda/numerics.cuh"
/* Behind the numerics. */
#include <qref/ops.h>

#include "ref/ops/intermediate.h"
#include "ref/ops/linear_w8a8_scale.h"

enum class linear_form { w8a8, w8a8_f16, w8a8_parallel, w8a8_row, w8a8_per_channel };

template <linear_form form>
constexpr bool linear_scale_per_column = form == linear_form::w8a8_parallel || form == linear_form::w8a8_per_channel;

/* The rule of both profiles that this module computes. */
template <linear_form form>
constexpr qref_rounding linear_rounding =
    form == linear_form::w8a8_per_channel ? QREF_ROUND_HALF_AWAY : QREF_ROUND_HALF_EVEN;

template <linear_form form>
__device__ float linear_scaled(int32_t acc, float weight_scale, float input_scale) {
  if constexpr (form == linear_form::w8a8_row) {
    return qref_linear_scale_row(acc, weight_scale);
  } else if constexpr (form == linear_form::w8a8_per_channel) {
    return qref_linear_scale_per_channel(acc, weight_scale, input_scale);
  } else {
    return qref_linear_scale(acc, weight_scale, input_scale);
  }
}

/* Scales the sum of element (m, n), stores the output and the intermediates that were asked for. */
template <linear_form form>
__device__ void linear_store(const qref_linear_w8a8_args &args, size_t m, size_t n, int32_t acc, qref_counts *counts) {
  constexpr qref_rounding_rule rule = {linear_rounding<form>, QREF_OVERFLOW_SATURATE, 0};
  const size_t i = m * args.columns + n;
  const float weight_scale = args.weight_scale[linear_scale_per_column<form> ? n : 0];
  const float t = linear_scaled<form>(acc, weight_scale, args.input_scale);
  if constexpr (form == linear_form::w8a8_f16) {
    args.y_f16[i] = qref_f16_from_f32(t);
  } else {
    args.y[i] = qref_round_to_int8(t, &rule, i, counts);
  }
  if (args.accumulator != nullptr) {
    args.accumulator[i] = acc;
  }
  qref_store_intermediate(args.before_rounding, i, t);
}

#endif
