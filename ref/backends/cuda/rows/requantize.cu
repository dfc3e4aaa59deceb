/* float32 to int8: y = saturate(half_even(x / scale)). One thread an element, in a loop over the grid. */
#include "ref/backends/cuda/numerics.cuh"
/* Behind the numerics. */
#include "ref/backends/cuda/counts.cuh"
#include "ref/backends/cuda/device_ops.h"
#include "ref/backends/cuda/launch.h"
#include "ref/ops/intermediate.h"

namespace {

__global__ void requantize(qref_requantize_args args, qref_quantize_rule rule) {
  qref_counts counts = {};
  const size_t stride = static_cast<size_t>(gridDim.x) * blockDim.x;
  for (size_t i = static_cast<size_t>(blockIdx.x) * blockDim.x + threadIdx.x; i < args.count; i += stride) {
    const float scaled = qref_apply_scale(args.x[i], args.scale, rule.scale_form);
    args.y[i] = qref_round_to_int8(scaled, &rule.round, i, &counts);
    qref_store_intermediate(args.before_rounding, i, scaled);
  }
  qref_cuda_add_counts(args.counts, counts);
}

}  // namespace

qref_status qref_cuda_requantize(const qref_requantize_args *args, cudaStream_t stream, qref_error *error) {
  constexpr unsigned int threads = 256;
  return qref_cuda_launch("requantize", requantize, qref_cuda_blocks(args->count, threads), threads, 0, stream, error,
                          *args, *args->rule);
}
