/* The scan of one token. Without intermediates LANES threads share a channel, each with STATES_OF_LANE states; y goes
 * from one to the next, so that the sum keeps its order. With intermediates a thread runs the reference's own function
 * on a channel. What limits both are instructions and their latencies, most of all those of exp and log1p in binary64.
 */
#include "ref/backends/cuda/numerics.cuh"
/* Behind the numerics. */
#include "ref/backends/cuda/counts.cuh"
#include "ref/backends/cuda/device_ops.h"
#include "ref/backends/cuda/scan/channels.cuh"
#include "ref/backends/cuda/scan/decay.cuh"
#include "ref/ops/scan_recurrence.c"
#include "ref/ops/selective_scan_update.c"

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

constexpr unsigned int LANES = 4;          /* of a channel */
constexpr unsigned int STATES_OF_LANE = 4; /* consecutive ones, at a time */
constexpr unsigned int LANE_THREADS = 128; /* of a block */
constexpr unsigned int WHOLE_WARP = 0xffffffffu;

/* The new state n of channel i, in batch b, which is stored, too. */
__device__ __forceinline__ float update_state(const qref_selective_scan_update_args &args, const qref_scan_rule &rule,
                                              size_t i, size_t b, size_t n, float dt, float u, qref_counts *counts) {
  const qref_scan_scales &s = args.scales;
  const size_t N = args.states;
  const float A = -qref_cuda_scan::decay_of(s.A_log * static_cast<float>(args.A_log[i % args.channels * N + n]));
  const float a = qref_cuda_scan::decay_of(dt * A);
  const float x = ((s.B * static_cast<float>(args.B[b * N + n])) * dt) * u;
  const float old = static_cast<float>(args.state[i * N + n]) * s.state;
  const float h = qref_multiply_add_f32(old, a, x, rule.state_update);
  const float scaled = qref_apply_scale(h * rule.state_prescale, s.state * rule.state_prescale, rule.state.scale_form);
  args.state[i * N + n] = qref_round_to_int8(scaled, &rule.state.round, i * N + n, counts);
  return h;
}

__device__ inline qref_float16 gated_output(const qref_selective_scan_update_args &args, size_t i, float sum, float u) {
  const qref_scan_scales &s = args.scales;
  float y = sum;
  if (args.D != nullptr) {
    y = y + u * (static_cast<float>(args.D[i % args.channels]) * s.D);
  }
  if (args.z != nullptr) {
    const float z = static_cast<float>(args.z[i]) * s.z;
    y = y * (z * qref_sigmoid_f32(z));
  }
  return qref_f16_from_f32(y);
}

__global__ void __launch_bounds__(LANE_THREADS, 4)
    update_by_lanes(const __grid_constant__ qref_selective_scan_update_args args,
                    const __grid_constant__ qref_scan_rule rule) {
  const qref_scan_scales &s = args.scales;
  const size_t N = args.states;
  const size_t channels = args.batch * args.channels;
  const unsigned int lane = threadIdx.x % LANES;
  const size_t stride = static_cast<size_t>(gridDim.x) * (blockDim.x / LANES);
  qref_counts counts = {};
  /* The threads of a warp make the same number of steps. */
  for (size_t first = static_cast<size_t>(blockIdx.x) * (blockDim.x / LANES); first < channels; first += stride) {
    const bool exists = first + threadIdx.x / LANES < channels;
    const size_t i = exists ? first + threadIdx.x / LANES : first;
    const size_t b = i / args.channels;
    const float u = static_cast<float>(args.u[i]) * s.u;
    const float dt_bias =
        args.dt_bias != nullptr ? static_cast<float>(args.dt_bias[i % args.channels]) * s.dt_bias : 0.0f;
    float dt = qref_multiply_add_f32(static_cast<float>(args.dt[i]), s.dt, dt_bias, rule.dt_bias_add);
    if (args.softplus) {
      dt = qref_scan_softplus(dt, &rule);
    }
    float y = 0.0f; /* the sum so far, in every lane of the channel */
    for (size_t n0 = 0; n0 < N; n0 += LANES * STATES_OF_LANE) {
      const size_t n = n0 + lane * STATES_OF_LANE;
      float h[STATES_OF_LANE] = {};
      float C[STATES_OF_LANE] = {};
#pragma unroll
      for (unsigned int j = 0; j < STATES_OF_LANE; j++) {
        if (exists && n + j < N) {
          h[j] = update_state(args, rule, i, b, n + j, dt, u, &counts);
          C[j] = s.C * static_cast<float>(args.C[b * N + n + j]);
        }
      }
#pragma unroll
      for (unsigned int turn = 0; turn < LANES; turn++) {
#pragma unroll
        for (unsigned int j = 0; j < STATES_OF_LANE; j++) {
          if (n0 + turn * STATES_OF_LANE + j < N) {
            y = qref_multiply_add_f32(h[j], C[j], y, rule.output_sum);
          }
        }
        y = __shfl_sync(WHOLE_WARP, y, static_cast<int>(turn), LANES);
      }
    }
    if (exists && lane == 0) {
      args.y[i] = gated_output(args, i, y, u);
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
    return qref_cuda_launch("selective_scan_update", update_by_lanes,
                            dim3(qref_cuda_blocks(channels, LANE_THREADS / LANES)), dim3(LANE_THREADS), 0, stream,
                            error, *args, *args->rule);
  }
  return qref_cuda_launch("selective_scan_update", update_channels, dim3(qref_cuda_scan_channel_blocks(channels)),
                          dim3(qref_cuda_scan_channel_threads), 0, stream, error, *args, *args->rule);
}
