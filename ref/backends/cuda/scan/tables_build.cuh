/* The tables of the fast int8 scan: dt and z are int8, so each function of them takes 256 values. All threads of the
 * block build them with the shared functions. */
#ifndef QREF_BACKENDS_CUDA_SCAN_TABLES_BUILD_CUH
#define QREF_BACKENDS_CUDA_SCAN_TABLES_BUILD_CUH

#include "ref/backends/cuda/scan/codes.cuh"
#include "ref/backends/cuda/scan/softplus.cuh"
#include "ref/backends/cuda/scan/tables_layout.cuh"

namespace qref_cuda_scan {

/* Above it the quotient by the gate's divisor is 0 in float16 wherever no division is needed; see gate. */
constexpr float GREATEST_DIVISOR = 0x1p120f;

/* The channel itself, or the last one for those behind it. */
__device__ inline size_t existing_channel(const qref_selective_scan_args &args, size_t d) {
  return d < args.channels ? d : args.channels - 1;
}

/* Needs a barrier behind it. */
template <unsigned int lanes>
__device__ void build_channel_tables(const qref_selective_scan_args &args, const qref_scan_rule &rule, const plan &p,
                                     const layout &l, size_t d0, float *shared) {
  const qref_scan_scales &s = args.scales;
  const unsigned int channels = p.groups * shape<lanes>::channels;
  for (unsigned int i = threadIdx.x; i < channels * STATES; i += blockDim.x) {
    const size_t d = existing_channel(args, d0 + i / STATES);
    shared[l.A + i / STATES * A_ROW + i % STATES] =
        -decay_of(s.A_log * static_cast<float>(args.A_log[d * STATES + i % STATES]));
  }
  for (unsigned int c = threadIdx.x; c < channels; c += blockDim.x) {
    const size_t d = existing_channel(args, d0 + c);
    shared[l.D + c] = args.D != nullptr ? static_cast<float>(args.D[d]) * s.D : 0.0f;
  }
  for (unsigned int i = threadIdx.x; i < channels * CODES; i += blockDim.x) {
    const size_t d = existing_channel(args, d0 + i / CODES);
    const float dt_bias = args.dt_bias != nullptr ? static_cast<float>(args.dt_bias[d]) * s.dt_bias : 0.0f;
    const float dt = qref_fma_f32(s.dt, code_value(i % CODES), dt_bias);
    shared[l.delta + i / CODES * DELTA_ROW + i % CODES] = args.softplus ? softplus_of(dt, rule) : dt;
  }
  for (unsigned int code = threadIdx.x; args.z != nullptr && code < CODES; code += blockDim.x) {
    const float z = code_value(code) * s.z;
    const float divisor = 1.0f + decay_of(-z);
    const float bounded = divisor < GREATEST_DIVISOR ? divisor : GREATEST_DIVISOR;
    shared[l.divisor + code] = divisor;
    shared[l.gate + 2 * code] = z;
    shared[l.gate + 2 * code + 1] = 1.0f / bounded;
  }
}

/* Needs a barrier in front of it, behind build_channel_tables, and one behind it. A thread stays with its state of a
 * channel. */
template <unsigned int lanes>
__device__ void build_decay_table(const plan &p, const layout &l, float *shared) {
  using s = shape<lanes>;
  constexpr unsigned int row = 32 * s::states;
  constexpr unsigned int stride = s::threads / row;
  constexpr unsigned int together = 4; /* of a thread: one waits for the others' double precision */
  const unsigned int place = threadIdx.x % row / s::states;
  const unsigned int n = place / 4 % lanes * s::states + threadIdx.x % s::states;
  for (unsigned int group = 0; group < p.groups; group++) {
    const unsigned int c = group * s::channels + place / (4 * lanes) * 4 + place % 4;
    const float A = shared[l.A + c * A_ROW + n];
    float *const table = shared + l.decay + group * CODES * row + threadIdx.x % row;
    for (unsigned int first = threadIdx.x / row; first < CODES; first += together * stride) {
      unsigned int code[together]; /* the last one again behind it */
      float x[together];
      float decay[together];
      bool all_decided = true;
#pragma unroll
      for (unsigned int j = 0; j < together; j++) {
        bool decided;
        code[j] = first + j * stride < CODES ? first + j * stride : CODES - 1;
        x[j] = shared[l.delta + c * DELTA_ROW + code[j]] * A;
        decay[j] = decay_if_decided(x[j], &decided);
        all_decided = all_decided && decided;
      }
      if (!all_decided) {
#pragma unroll
        for (unsigned int j = 0; j < together; j++) {
          decay[j] = decay_by_definition(x[j]);
        }
      }
#pragma unroll
      for (unsigned int j = 0; j < together; j++) {
        table[code[j] * row] = decay[j];
      }
    }
  }
}

}  // namespace qref_cuda_scan

#endif
