/* The inputs of a chunk, converted for the lanes of the fast int8 scan. A helping thread converts 4 steps of at most
 * one row of u and dt and of at most 4 rows of B and C; it reads them a chunk ahead of their conversion. */
#ifndef QREF_BACKENDS_CUDA_SCAN_TABLES_INPUT_CUH
#define QREF_BACKENDS_CUDA_SCAN_TABLES_INPUT_CUH

#include "ref/backends/cuda/scan/tables_build.cuh"

namespace qref_cuda_scan {

/* What the helping threads of a block have in common. */
struct block {
  size_t d0;           /* the first channel */
  size_t b0, b_end;    /* the first batch under way, and the one behind the block's last */
  unsigned int thread; /* number of this thread among the helpers */
  bool words;          /* rows of inputs begin at multiples of 4 bytes */
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

/* Whose inputs a thread converts. A row is NULL where there is none. */
struct input_rows {
  const int8_t *u, *dt;
  unsigned int du, y, delta; /* floats from the start of shared memory: of slot 0, and of code 0 */
  float D;
  const int8_t *BC[4];
  unsigned int BC_at[4]; /* of slot 0 */
  bool is_C[4];
  unsigned int step; /* of a chunk, the first of the 4 of u and dt */
  unsigned int BC_step;
};

/* What it has read. */
struct input_words {
  uint32_t u, dt, BC[4];
};

template <unsigned int lanes>
__device__ inline input_rows input_rows_of(const qref_selective_scan_args &args, const plan &p, const layout &l,
                                           const block &k, const float *shared) {
  using s = shape<lanes>;
  input_rows rows = {};
  const unsigned int r = k.thread % s::channels;
  const unsigned int scanner = k.thread / (s::channels * 4);
  const unsigned int c = scanner % p.groups * s::channels + r;
  const size_t b = k.b0 + scanner / p.groups;
  const size_t d = k.d0 + c;
  rows.step = k.thread / s::channels % 4 * 4;
  if (scanner < p.scanners() && b < k.b_end && d < args.channels) {
    const size_t first = (b * args.channels + d) * args.length;
    const unsigned int run = scanner * s::runs + rows.step / s::steps;
    rows.u = args.u + first;
    rows.dt = args.dt + first;
    rows.du = l.du + run * s::du_run + r * s::steps;
    rows.y = l.y + run * s::y_run + r * s::steps;
    rows.delta = l.delta + c * DELTA_ROW;
    rows.D = shared[l.D + c];
  }
  const unsigned int n = k.thread % STATES;
  rows.BC_step = k.thread / STATES % 4 * 4;
  const unsigned int sets = p.helpers / 2; /* of 64 threads, each for B or C of a batch */
  for (unsigned int j = 0; j < 4; j++) {
    const unsigned int tensor = k.thread / 64 + j * sets;
    const size_t of_batch = k.b0 + tensor / 2;
    rows.is_C[j] = tensor % 2 != 0;
    if (k.thread / 64 < sets && tensor / 2 < p.batches && of_batch < k.b_end) {
      rows.BC[j] = (rows.is_C[j] ? args.C : args.B) + (of_batch * STATES + n) * args.length;
      rows.BC_at[j] = l.BC + tensor * STATES * STEPS + (rows.BC_step / s::steps * STATES + n) * s::steps;
    }
  }
  return rows;
}

__device__ inline input_words read_inputs(const qref_selective_scan_args &args, const input_rows &rows, bool words,
                                          size_t chunk) {
  input_words w = {};
  const size_t t = chunk * STEPS;
  if (rows.u != nullptr) {
    w.u = load_4_codes(rows.u, t + rows.step, args.length, words);
    w.dt = load_4_codes(rows.dt, t + rows.step, args.length, words);
  }
#pragma unroll
  for (unsigned int j = 0; j < 4; j++) {
    if (rows.BC[j] != nullptr) {
      w.BC[j] = load_4_codes(rows.BC[j], t + rows.BC_step, args.length, words);
    }
  }
  return w;
}

template <unsigned int lanes>
__device__ inline void convert_inputs(const qref_selective_scan_args &args, const plan &p, const layout &l,
                                      const input_rows &rows, const input_words &w, unsigned int slot,
                                      unsigned int y_slot, float *shared) {
  using s = shape<lanes>;
  if (rows.u != nullptr) {
    float du[4];
    float y[4];
#pragma unroll
    for (unsigned int j = 0; j < 4; j++) {
      const float u = code_value(w.u >> (8 * j)) * args.scales.u;
      du[j] = shared[rows.delta + (w.dt >> (8 * j)) % CODES] * u;
      y[j] = rows.D * u;
    }
    const unsigned int at = rows.du + slot * p.scanners() * s::runs * s::du_run;
    store_4_steps<s::steps>(shared + at, s::du_run, du);
    store_4_steps<s::steps>(shared + rows.y + y_slot * p.scanners() * s::runs * s::y_run, s::y_run, y);
    uint8_t *const codes = reinterpret_cast<uint8_t *>(shared + l.codes) + (at - l.du);
    if constexpr (s::steps == 4) {
      *reinterpret_cast<uint32_t *>(codes) = w.dt;
    } else {
      *reinterpret_cast<uint16_t *>(codes) = static_cast<uint16_t>(w.dt);
      *reinterpret_cast<uint16_t *>(codes + s::du_run) = static_cast<uint16_t>(w.dt >> 16);
    }
  }
#pragma unroll
  for (unsigned int j = 0; j < 4; j++) {
    if (rows.BC[j] != nullptr) {
      const float scale = rows.is_C[j] ? args.scales.C : args.scales.B;
      float value[4];
#pragma unroll
      for (unsigned int i = 0; i < 4; i++) {
        value[i] = scale * code_value(w.BC[j] >> (8 * i));
      }
      store_4_steps<s::steps>(shared + rows.BC_at[j] + slot * p.batches * 2 * STATES * STEPS, s::BC_run, value);
    }
  }
}

}  // namespace qref_cuda_scan

#endif
