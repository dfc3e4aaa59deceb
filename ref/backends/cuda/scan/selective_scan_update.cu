/* The scan of one token. Without intermediates LANES threads share a channel, each with STATES_OF_LANE states, and all
 * of them sum its y in order. With intermediates a thread runs the reference's own function on a channel. What limits
 * both is the time from one operation to the next, and that of reading the instructions: a token has few channels. */
#include "ref/backends/cuda/numerics.cuh"
/* Behind the numerics. */
#include "ref/backends/cuda/counts.cuh"
#include "ref/backends/cuda/device_ops.h"
#include "ref/backends/cuda/scan/channels.cuh"
#include "ref/ops/scan_recurrence.c"
#include "ref/ops/selective_scan_update.c"
/* Behind the functions that they call. */
#include "ref/backends/cuda/float16.cuh"
#include "ref/backends/cuda/scan/codes.cuh"
#include "ref/backends/cuda/scan/softplus.cuh"

namespace {

__global__ void update_channels(qref_selective_scan_update_args args, qref_scan_rule rule) {
  qref_counts counts = {};
  qref_counts *const total = args.counts;
  args.rule = &rule;
  args.counts = &counts;
  const size_t stride = static_cast<size_t>(gridDim.x) * blockDim.x;
  for (size_t i = static_cast<size_t>(blockIdx.x) * blockDim.x + threadIdx.x; i < args.batch * args.channels;
       i += stride) {
    update_channel(&args, i / args.channels, i % args.channels);
  }
  qref_cuda_add_counts(total, counts);
}

constexpr unsigned int LANES = 4;                                   /* of a channel */
constexpr unsigned int STATES_OF_LANE = qref_cuda_scan::WORD_CODES; /* consecutive ones, at a time */
constexpr unsigned int TILE = LANES * STATES_OF_LANE;
constexpr unsigned int LANE_THREADS = 128; /* of a block */
constexpr unsigned int LANE_BLOCKS = 6;    /* of a multiprocessor */

__device__ inline void store_codes(int8_t *to, size_t count, bool words, uint32_t codes) {
  if (words) {
    if (count != 0) {
      *reinterpret_cast<uint32_t *>(to) = codes;
    }
    return;
  }
  for (unsigned int j = 0; j < STATES_OF_LANE && j < count; j++) {
    to[j] = static_cast<int8_t>(codes >> (8 * j));
  }
}

__device__ inline qref_float16 gated_output(const qref_selective_scan_update_args &args, size_t i, size_t d, float sum,
                                            float u) {
  const qref_scan_scales &s = args.scales;
  float y = sum;
  if (args.D != nullptr) {
    y = y + u * (static_cast<float>(args.D[d]) * s.D);
  }
  if (args.z != nullptr) {
    const float z = static_cast<float>(args.z[i]) * s.z;
    y = y * (z * (1.0f / (1.0f + qref_cuda_scan::decay_of(-z)))); /* a NaN may be any */
  }
  return qref_cuda_f16_from_f32(y);
}

/* `words`: rows of A_log, B, C and state begin at multiples of 4 bytes, and so does their end. */
__global__ void __launch_bounds__(LANE_THREADS, LANE_BLOCKS)
    update_by_lanes(const __grid_constant__ qref_selective_scan_update_args args,
                    const __grid_constant__ qref_scan_rule rule, bool words) {
  constexpr unsigned int block_channels = LANE_THREADS / LANES;
  __shared__ float2 terms[block_channels][TILE + 1]; /* h and C of a state */
  const qref_scan_scales &s = args.scales;
  const size_t N = args.states;
  const size_t channels = args.batch * args.channels;
  const unsigned int lane = threadIdx.x % LANES;
  float2 *const own_terms = terms[threadIdx.x / LANES];
  const size_t stride = static_cast<size_t>(gridDim.x) * block_channels;
  qref_counts counts = {};
  for (size_t first = static_cast<size_t>(blockIdx.x) * block_channels; first < channels; first += stride) {
    const bool exists = first + threadIdx.x / LANES < channels;
    const size_t i = exists ? first + threadIdx.x / LANES : first;
    const size_t b = i / args.channels;
    const size_t d = i - b * args.channels;
    const float u = static_cast<float>(args.u[i]) * s.u;
    const float dt_bias = args.dt_bias != nullptr ? static_cast<float>(args.dt_bias[d]) * s.dt_bias : 0.0f;
    float dt = qref_multiply_add_f32(static_cast<float>(args.dt[i]), s.dt, dt_bias, rule.dt_bias_add);
    float y = 0.0f;
    for (size_t n0 = 0; n0 < N; n0 += TILE) {
      const size_t n = n0 + lane * STATES_OF_LANE;
      const size_t count = exists && n < N ? N - n : 0;
      uint32_t A_log = qref_cuda_scan::load_codes(args.A_log + d * N + n, count, words);
      uint32_t B = qref_cuda_scan::load_codes(args.B + b * N + n, count, words);
      uint32_t C = qref_cuda_scan::load_codes(args.C + b * N + n, count, words);
      uint32_t old = qref_cuda_scan::load_codes(args.state + i * N + n, count, words);
      if (n0 == 0 && args.softplus) { /* behind the first reads */
        dt = qref_cuda_scan::softplus_of(dt, rule);
      }
      uint32_t state = 0;
#pragma unroll 1 /* Few instructions take less time to arrive. */
      for (unsigned int j = 0; j < STATES_OF_LANE; j++) {
        const float A = -qref_cuda_scan::decay_of(s.A_log * qref_cuda_scan::code_value(A_log));
        const float a = qref_cuda_scan::decay_of(dt * A);
        const float x = ((s.B * qref_cuda_scan::code_value(B)) * dt) * u;
        const float h = qref_multiply_add_f32(qref_cuda_scan::code_value(old) * s.state, a, x, rule.state_update);
        const float scaled =
            qref_apply_scale(h * rule.state_prescale, s.state * rule.state_prescale, rule.state.scale_form);
        if (j < count) {
          const int8_t code = qref_round_to_int8(scaled, &rule.state.round, i * N + n + j, &counts);
          state |= static_cast<uint32_t>(static_cast<uint8_t>(code)) << (8 * j);
        }
        own_terms[lane * STATES_OF_LANE + j] = make_float2(h, s.C * qref_cuda_scan::code_value(C));
        A_log >>= 8;
        B >>= 8;
        C >>= 8;
        old >>= 8;
      }
      store_codes(args.state + i * N + n, count, words, state);
      __syncwarp();
#pragma unroll 4
      for (unsigned int j = 0; j < TILE && n0 + j < N; j++) {
        y = qref_multiply_add_f32(own_terms[j].x, own_terms[j].y, y, rule.output_sum);
      }
      __syncwarp();
    }
    if (exists && lane == 0) {
      args.y[i] = gated_output(args, i, d, y, u);
    }
  }
  qref_cuda_add_counts(args.counts, counts);
}

bool has_intermediates(const qref_selective_scan_update_args *args) {
  return args->dt_before_softplus != nullptr || args->dt_after_softplus != nullptr || args->decay != nullptr ||
         args->state_input != nullptr || args->h != nullptr || args->sum != nullptr || args->before_store != nullptr ||
         args->state_before_rounding != nullptr;
}

}  // namespace

qref_status qref_cuda_selective_scan_update(const qref_selective_scan_update_args *args, cudaStream_t stream,
                                            qref_error *error) {
  const size_t channels = args->batch * args->channels;
  if (!has_intermediates(args)) {
    const bool words = args->states % STATES_OF_LANE == 0 && qref_cuda_is_aligned(args->A_log, sizeof(uint32_t)) &&
                       qref_cuda_is_aligned(args->B, sizeof(uint32_t)) &&
                       qref_cuda_is_aligned(args->C, sizeof(uint32_t)) &&
                       qref_cuda_is_aligned(args->state, sizeof(uint32_t));
    return qref_cuda_launch("selective_scan_update", update_by_lanes,
                            dim3(qref_cuda_blocks(channels, LANE_THREADS / LANES)), dim3(LANE_THREADS), 0, stream,
                            error, *args, *args->rule, words);
  }
  return qref_cuda_launch("selective_scan_update", update_channels, dim3(qref_cuda_scan_channel_blocks(channels)),
                          dim3(qref_cuda_scan_channel_threads), 0, stream, error, *args, *args->rule);
}
