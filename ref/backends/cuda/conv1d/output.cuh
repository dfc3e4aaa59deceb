/* The last steps of conv1d_silu and conv1d_silu_update. */
#ifndef QREF_BACKENDS_CUDA_CONV1D_OUTPUT_CUH
#define QREF_BACKENDS_CUDA_CONV1D_OUTPUT_CUH

#include "ref/backends/cuda/numerics.cuh"
/* Behind the numerics. */
#include "ref/ops/intermediate.h"

/* y = saturate(half_away(silu(v) / s_out)) as the rule has it, and the intermediates asked for. The profiles that the
 * module supports have no table for silu. */
template <typename Args>
__device__ inline void qref_cuda_conv1d_finish(const Args &args, const qref_quantize_rule &rule, size_t element,
                                               float v, qref_counts *counts) {
  const float y = args.silu ? qref_silu_f32(v) : v;
  const float scaled = qref_apply_scale(y, args.out_scale, rule.scale_form);
  args.y[element] = qref_round_to_int8(scaled, &rule.round, element, counts);
  qref_store_intermediate(args.before_activation, element, v);
  qref_store_intermediate(args.after_activation, element, y);
  qref_store_intermediate(args.before_rounding, element, scaled);
}

#endif
