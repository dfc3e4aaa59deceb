/* The inputs of a chunk, converted for the lanes of the fast int8 scan by the helping warps: 4 steps of a row at a
 * time, read as one word where that is aligned. */
#ifndef QREF_BACKENDS_CUDA_SCAN_TABLES_PREPARE_CUH
#define QREF_BACKENDS_CUDA_SCAN_TABLES_PREPARE_CUH

#include "ref/backends/cuda/scan/tables_build.cuh"

namespace qref_cuda_scan {

/* What the threads of a block have in common. */
struct block {
  size_t d0;           /* the first channel */
  size_t b0, b_end;    /* the first batch under way, and the one behind the block's last */
  unsigned int thread; /* number of this thread among the helpers */
  unsigned int helpers;
  bool words; /* rows of inputs begin at multiples of 4 bytes */
};

/* The codes of steps t .. t + 3 of a row, the first in the lowest byte; 0 from `length` on. */
__device__ inline uint32_t load_4_codes(const int8_t *row, size_t t, size_t length, bool words) {
  if (words) { /* length is a multiple of 4 */
    return t < length ? *reinterpret_cast<const uint32_t *>(row + t) : 0;
  }
  uint32_t codes = 0;
  for (unsigned int i = 0; i < 4; i++) {
    if (t + i < length) {
      codes |= static_cast<uint32_t>(static_cast<uint8_t>(row[t + i])) << (8 * i);
    }
  }
  return codes;
}

/* Values of 4 steps, of which the runs are `stride` floats apart. */
template <unsigned int steps>
__device__ inline void store_4_steps(float *to, unsigned int stride, const float (&value)[4]) {
  if constexpr (steps == 4) {
    *reinterpret_cast<float4 *>(to) = make_float4(value[0], value[1], value[2], value[3]);
  } else {
    static_assert(steps == 2);
    *reinterpret_cast<float2 *>(to) = make_float2(value[0], value[1]);
    *reinterpret_cast<float2 *>(to + stride) = make_float2(value[2], value[3]);
  }
}

template <unsigned int lanes>
__device__ inline void prepare_B_and_C(const qref_selective_scan_args &args, const plan &p, const layout &l,
                                       const block &k, size_t chunk, float *shared) {
  using s = shape<lanes>;
  const unsigned int slot = static_cast<unsigned int>(chunk % INPUT_CHUNKS);
  for (unsigned int i = k.thread; i < p.batches * 2 * 4 * STATES; i += k.helpers) {
    const unsigned int n = i % STATES;
    const unsigned int quad = i / STATES % 4;
    const bool is_C = i / (STATES * 4) % 2 != 0;
    const unsigned int batch = i / (STATES * 8);
    const size_t b = k.b0 + batch;
    if (b >= k.b_end) {
      break;
    }
    const int8_t *row = (is_C ? args.C : args.B) + (b * STATES + n) * args.length;
    const uint32_t codes = load_4_codes(row, chunk * STEPS + 4 * quad, args.length, k.words);
    const float scale = is_C ? args.scales.C : args.scales.B;
    float value[4];
    for (unsigned int j = 0; j < 4; j++) {
      value[j] = scale * code_value(codes >> (8 * j));
    }
    float *const chunk_at = shared + l.BC + ((slot * p.batches + batch) * 2 + (is_C ? 1 : 0)) * STATES * STEPS;
    store_4_steps<s::steps>(chunk_at + (4 * quad / s::steps * STATES + n) * s::steps, s::BC_run, value);
  }
}

template <unsigned int lanes>
__device__ inline void prepare_channels(const qref_selective_scan_args &args, const plan &p, const layout &l,
                                        const block &k, size_t chunk, float *shared) {
  using s = shape<lanes>;
  const unsigned int slot = static_cast<unsigned int>(chunk % INPUT_CHUNKS);
  const unsigned int y_slot = static_cast<unsigned int>(chunk % Y_CHUNKS);
  for (unsigned int i = k.thread; i < p.scanners() * s::channels * 4; i += k.helpers) {
    const unsigned int r = i % s::channels;
    const unsigned int quad = i / s::channels % 4;
    const unsigned int scanner = i / (s::channels * 4);
    const unsigned int c = scanner % p.groups * s::channels + r;
    const size_t b = k.b0 + scanner / p.groups;
    const size_t d = k.d0 + c;
    if (b >= k.b_end) {
      break;
    }
    if (d >= args.channels) {
      continue;
    }
    const size_t row = (b * args.channels + d) * args.length;
    const size_t t = chunk * STEPS + 4 * quad;
    const uint32_t u_codes = load_4_codes(args.u + row, t, args.length, k.words);
    const uint32_t dt_codes = load_4_codes(args.dt + row, t, args.length, k.words);
    const float D = shared[l.D + c];
    float du[4];
    float y[4];
    for (unsigned int j = 0; j < 4; j++) {
      const float u = code_value(u_codes >> (8 * j)) * args.scales.u;
      du[j] = shared[l.delta + c * CODES + (dt_codes >> (8 * j)) % CODES] * u;
      y[j] = D * u;
    }
    const unsigned int run = 4 * quad / s::steps;
    const unsigned int at = ((slot * p.scanners() + scanner) * s::runs + run) * s::du_run + r * s::steps;
    store_4_steps<s::steps>(shared + l.du + at, s::du_run, du);
    uint8_t *const codes = reinterpret_cast<uint8_t *>(shared + l.codes) + at;
    if constexpr (s::steps == 4) {
      *reinterpret_cast<uint32_t *>(codes) = dt_codes;
    } else {
      *reinterpret_cast<uint16_t *>(codes) = static_cast<uint16_t>(dt_codes);
      *reinterpret_cast<uint16_t *>(codes + s::du_run) = static_cast<uint16_t>(dt_codes >> 16);
    }
    const unsigned int y_at = ((y_slot * p.scanners() + scanner) * s::runs + run) * s::y_run + r * s::steps;
    store_4_steps<s::steps>(shared + l.y + y_at, s::y_run, y);
  }
}

}  // namespace qref_cuda_scan

#endif
