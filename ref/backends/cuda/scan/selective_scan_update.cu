/* The scan of one token. Without intermediates LANES threads share the states of a channel: each computes h of one
 * state at a time, and all of them the sum, in its order, from each other's h. With intermediates a thread runs the
 * reference's own function on a channel. What limits both is the time from one operation to the next: a token has few
 * channels. */
#include "ref/backends/cuda/numerics.cuh"
/* Behind the numerics. */
#include "ref/backends/cuda/counts.cuh"
#include "ref/backends/cuda/device_ops.h"
#include "ref/backends/cuda/scan/channels.cuh"
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

constexpr unsigned int LANES = 16;
constexpr unsigned int LANE_THREADS = 128; /* of a block */

/* The new state n of channel i, in batch b, which is stored, too. */
__device__ inline float update_state(const qref_selective_scan_update_args &args, const qref_scan_rule &rule, size_t i,
                                     size_t b, size_t n, float dt, float u, qref_counts *counts) {
  const qref_scan_scales &s = args.scales;
  const size_t N = args.states;
  const float A = -qref_exp_f32(s.A_log * static_cast<float>(args.A_log[i % args.channels * N + n]));
  const float a = qref_exp_f32(dt * A);
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

__global__ void update_by_lanes(const __grid_constant__ qref_selective_scan_update_args args,
                                const __grid_constant__ qref_scan_rule rule) {
  const qref_scan_scales &s = args.scales;
  const size_t N = args.states;
  const size_t channels = args.batch * args.channels;
  const unsigned int lane = threadIdx.x % LANES;
  const unsigned int of_warp = threadIdx.x % 32 / LANES;
  const size_t warp = (static_cast<size_t>(blockIdx.x) * blockDim.x + threadIdx.x) / 32;
  const size_t warps = static_cast<size_t>(gridDim.x) * blockDim.x / 32;
  qref_counts counts = {};
  for (size_t first = warp * (32 / LANES); first < channels; first += warps * (32 / LANES)) {
    const bool exists = first + of_warp < channels;
    const size_t i = exists ? first + of_warp : first;
    const size_t b = i / args.channels;
    const float u = static_cast<float>(args.u[i]) * s.u;
    const float dt_bias =
        args.dt_bias != nullptr ? static_cast<float>(args.dt_bias[i % args.channels]) * s.dt_bias : 0.0f;
    float dt = qref_multiply_add_f32(static_cast<float>(args.dt[i]), s.dt, dt_bias, rule.dt_bias_add);
    if (args.softplus) {
      dt = qref_scan_softplus(dt, &rule);
    }
    float y = 0.0f;
    for (size_t n = 0; n < N; n += LANES) {
      const bool mine = exists && n + lane < N;
      const float h = mine ? update_state(args, rule, i, b, n + lane, dt, u, &counts) : 0.0f;
      const float C = mine ? s.C * static_cast<float>(args.C[b * N + n + lane]) : 0.0f;
      for (unsigned int j = 0; j < LANES && n + j < N; j++) {
        const float h_j = __shfl_sync(0xffffffffu, h, static_cast<int>(j), LANES);
        const float C_j = __shfl_sync(0xffffffffu, C, static_cast<int>(j), LANES);
        y = qref_multiply_add_f32(h_j, C_j, y, rule.output_sum);
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
