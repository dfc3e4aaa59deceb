/* float32 to int8: y = saturate(half_even(x / scale)). Memory limits it: 4 bytes in, 1 out. Without the intermediate a
 * thread takes 4 elements by vector accesses, with several of them under way, in a loop over the grid. */
#include "ref/backends/cuda/numerics.cuh"
/* Behind the numerics. */
#include "ref/backends/cuda/counts.cuh"
#include "ref/backends/cuda/device_ops.h"
#include "ref/backends/cuda/launch.h"
#include "ref/backends/cuda/rows/quantize_half_even.cuh"
#include "ref/ops/intermediate.h"

namespace {

constexpr unsigned int threads = 256;
constexpr size_t vector = 4;
constexpr int under_way = 4;

/* Any alignment, with the intermediate. */
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

/* x aligned to 16 bytes and y to 4. */
__global__ void requantize_vectors(qref_requantize_args args) {
  const auto *const x = reinterpret_cast<const float4 *>(args.x);
  auto *const y = reinterpret_cast<char4 *>(args.y);
  const size_t vectors = args.count / vector;
  const size_t stride = static_cast<size_t>(gridDim.x) * blockDim.x;
  const size_t first = static_cast<size_t>(blockIdx.x) * blockDim.x + threadIdx.x;
  const qref_cuda_half_even by = qref_cuda_half_even_of(args.scale);
  qref_cuda_quantize_events events = {};
  for (size_t i = first; i < vectors; i += under_way * stride) {
    float4 values[under_way];
#pragma unroll
    for (int k = 0; k < under_way; k++) {
      const size_t place = i + static_cast<size_t>(k) * stride;
      values[k] = place < vectors ? x[place] : make_float4(0.0f, 0.0f, 0.0f, 0.0f);
    }
#pragma unroll
    for (int k = 0; k < under_way; k++) {
      const size_t place = i + static_cast<size_t>(k) * stride;
      if (place < vectors) {
        y[place] = make_char4(qref_cuda_quantize_half_even(values[k].x, by, &events),
                              qref_cuda_quantize_half_even(values[k].y, by, &events),
                              qref_cuda_quantize_half_even(values[k].z, by, &events),
                              qref_cuda_quantize_half_even(values[k].w, by, &events));
      }
    }
  }
  const size_t rest = vectors * vector + first;
  if (rest < args.count) {
    args.y[rest] = qref_cuda_quantize_half_even(args.x[rest], by, &events);
  }
  qref_cuda_add_events(args.counts, events);
}

}  // namespace

qref_status qref_cuda_requantize(const qref_requantize_args *args, cudaStream_t stream, qref_error *error) {
  if (args->before_rounding == nullptr && reinterpret_cast<uintptr_t>(args->x) % sizeof(float4) == 0 &&
      reinterpret_cast<uintptr_t>(args->y) % sizeof(char4) == 0) {
    return qref_cuda_launch("requantize", requantize_vectors, qref_cuda_blocks(args->count, threads * vector), threads,
                            0, stream, error, *args);
  }
  return qref_cuda_launch("requantize", requantize, qref_cuda_blocks(args->count, threads), threads, 0, stream, error,
                          *args, *args->rule);
}
