/* Causal conv1d + SiLU, one token. One thread a channel of a batch: blocks along x have the channels, those along y the
 * batches, in a loop over the grid. The time is that of a launch and of one chain of a load and the arithmetic: with 4
 * taps, the samples of a channel, and its weights, are a word. */
#include "ref/backends/cuda/numerics.cuh"
/* Behind the numerics. */
#include "ref/backends/cuda/conv1d/output.cuh"
#include "ref/backends/cuda/counts.cuh"
#include "ref/backends/cuda/device_ops.h"
#include "ref/backends/cuda/launch.h"

namespace {

constexpr unsigned int threads = 128;
constexpr size_t word_taps = 4;

/* Channel d of a batch, element i of x and y. Words: there are 4 taps, and state and w are aligned to 4 bytes. */
template <bool Words>
__device__ void update_channel(const qref_conv1d_silu_update_args &args, const qref_conv1d_silu_update_rule &rule,
                               size_t i, size_t d, qref_counts *counts) {
  const size_t W = Words ? word_taps : args.width;
  int8_t *const state = args.state + i * W;  // (W)
  const int8_t *const w = args.w + d * W;    // (W)
  uint32_t samples = 0;
  uint32_t weights = 0;
  if (Words) {
    samples = *reinterpret_cast<const uint32_t *>(state) >> 8 | static_cast<uint32_t>(args.x[i]) << 24;
    weights = *reinterpret_cast<const uint32_t *>(w);
    *reinterpret_cast<uint32_t *>(state) = samples;
  }
  const float s_wx = args.w_scale * args.x_scale;
  float v = args.bias != nullptr ? static_cast<float>(args.bias[d]) * args.bias_scale : 0.0f;
  for (size_t k = 0; k < W; k++) {
    int8_t sample, weight;
    if (Words) {
      sample = static_cast<int8_t>(samples >> (8 * k) & 0xffu);
      weight = static_cast<int8_t>(weights >> (8 * k) & 0xffu);
    } else {
      sample = k + 1 < W ? state[k + 1] : args.x[i];
      weight = w[k];
      state[k] = sample;
    }
    v = qref_multiply_add_f32(s_wx * static_cast<float>(weight), static_cast<float>(sample), v, rule.tap_add);
    qref_store_intermediate(args.tap_sum, i * W + k, v);
  }
  qref_cuda_conv1d_finish(args, rule.output, i, v, counts);
}

template <bool Words>
__global__ void conv1d_silu_update(const __grid_constant__ qref_conv1d_silu_update_args args,
                                   const __grid_constant__ qref_conv1d_silu_update_rule rule) {
  qref_counts counts = {};
  const size_t D = args.channels;
  for (size_t b = blockIdx.y; b < args.batch; b += gridDim.y) {
    for (size_t d = static_cast<size_t>(blockIdx.x) * threads + threadIdx.x; d < D;
         d += static_cast<size_t>(gridDim.x) * threads) {
      update_channel<Words>(args, rule, b * D + d, d, &counts);
    }
  }
  qref_cuda_add_counts(args.counts, counts);
}

}  // namespace

qref_status qref_cuda_conv1d_silu_update(const qref_conv1d_silu_update_args *args, cudaStream_t stream,
                                         qref_error *error) {
  constexpr size_t most_batches = 1024;
  const dim3 grid(qref_cuda_blocks(args->channels, threads),
                  static_cast<unsigned int>(args->batch < most_batches ? args->batch : most_batches));
  const bool words = args->width == word_taps && qref_cuda_is_aligned(args->state, sizeof(uint32_t)) &&
                     qref_cuda_is_aligned(args->w, sizeof(uint32_t));
  return qref_cuda_launch("conv1d_silu_update", words ? conv1d_silu_update<true> : conv1d_silu_update<false>, grid,
                          threads, 0, stream, error, *args, *args->rule);
}
