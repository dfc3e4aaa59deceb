/* The inputs of a chunk, converted for the lanes of the fast int8 scan. A helping thread converts 4 steps of at most
 * one row of u and dt and of at most 4 rows of B and C, CHUNKS_AHEAD chunks behind its read of them. What is read for
 * steps behind the last, or for channels behind the last, is that of the last: the lanes make no use of it. */
#ifndef QREF_BACKENDS_CUDA_SCAN_TABLES_INPUT_CUH
#define QREF_BACKENDS_CUDA_SCAN_TABLES_INPUT_CUH

#include "ref/backends/cuda/scan/tables_build.cuh"

namespace qref_cuda_scan {

/* What the threads of a block have in common. */
struct block {
  size_t d0;           /* the first channel */
  size_t b0, b_end;    /* the first batch under way, and the one behind the block's last */
  unsigned int length; /* of the sequence */
  unsigned int chunks;
};

/* The codes of steps t .. t + 3 of a row, the first in the lowest byte. `words`: its address and its length, which is
 * at least 4, are multiples of 4. */
template <bool words>
__device__ __forceinline__ uint32_t load_4_codes(const int8_t *row, unsigned int t, unsigned int length) {
  if constexpr (words) {
    return *reinterpret_cast<const uint32_t *>(row + (t < length ? t : length - 4));
  }
  uint32_t codes = 0;
#pragma unroll
  for (unsigned int i = 0; i < 4; i++) {
    const unsigned int at = t + i < length ? t + i : length - 1;
    codes |= static_cast<uint32_t>(static_cast<uint8_t>(row[at])) << (8 * i);
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

constexpr unsigned int MOST_BC_ROWS = 4; /* of a thread */

/* Whose inputs a thread converts. Places are floats from the start of shared memory, of slot 0. */
struct input_task {
  const int8_t *u, *dt;
  bool has_channel;
  unsigned int step; /* of a chunk, the first of the 4 of u and dt */
  unsigned int du, y, codes, delta;
  unsigned int du_slot, y_slot; /* from one slot to the next */
  float D;

  const int8_t *BC; /* the first row */
  size_t BC_stride; /* bytes from one row to the next */
  unsigned int BC_rows;
  unsigned int BC_step;
  unsigned int BC_at, BC_at_stride, BC_slot;
  float BC_scale;
};

/* What it has read. */
struct input_words {
  uint32_t u, dt, BC[MOST_BC_ROWS];
};

/* `thread`: number among the helping threads, of which 64 take B, or C, of a batch. */
template <unsigned int lanes>
__device__ inline input_task input_task_of(const qref_selective_scan_args &args, const plan &p, const layout &l,
                                           const block &k, unsigned int thread, const float *shared) {
  using s = shape<lanes>;
  constexpr unsigned int tensor_floats = STATES * STEPS;
  input_task task = {};
  const unsigned int r = thread % s::channels;
  const unsigned int scanner = thread / (s::channels * 4);
  task.has_channel = scanner < p.scanners() && k.b0 + scanner / p.groups < k.b_end;
  task.step = thread / s::channels % 4 * 4;
  if (task.has_channel) {
    const unsigned int c = scanner % p.groups * s::channels + r;
    const size_t b = k.b0 + scanner / p.groups;
    const size_t first = (b * args.channels + existing_channel(args, k.d0 + c)) * args.length;
    const unsigned int run = scanner * s::runs + task.step / s::steps;
    const unsigned int of_slot = run * s::du_run + r * s::steps;
    task.u = args.u + first;
    task.dt = args.dt + first;
    task.du = l.du + of_slot;
    task.codes = l.codes * static_cast<unsigned int>(sizeof(float)) + of_slot;
    task.y = l.y + run * s::y_run + r * s::steps;
    task.delta = l.delta + c * DELTA_ROW;
    task.D = shared[l.D + c];
  }
  task.du_slot = p.scanners() * s::runs * s::du_run;
  task.y_slot = p.scanners() * s::runs * s::y_run;

  const bool is_C = thread / 64 % 2 != 0;
  const unsigned int at_once = p.helpers / 4; /* batches */
  const unsigned int batch = thread / 128;
  const unsigned int n = thread % STATES;
  const size_t batches_left = k.b_end - k.b0;
  const unsigned int batches = batches_left < p.batches ? static_cast<unsigned int>(batches_left) : p.batches;
  task.BC_step = thread / STATES % 4 * 4;
  task.BC_rows = batch < at_once && batch < batches ? (batches - batch - 1) / at_once + 1 : 0;
  task.BC = (is_C ? args.C : args.B) + ((k.b0 + batch) * STATES + n) * args.length;
  task.BC_stride = at_once * STATES * args.length;
  task.BC_at = l.BC + (2 * batch + is_C) * tensor_floats + (task.BC_step / s::steps * STATES + n) * s::steps;
  task.BC_at_stride = 2 * at_once * tensor_floats;
  task.BC_slot = 2 * p.batches * tensor_floats;
  task.BC_scale = is_C ? args.scales.C : args.scales.B;
  return task;
}

template <bool words>
__device__ __forceinline__ void read_inputs(const input_task &task, const block &k, unsigned int chunk,
                                            input_words *to) {
  if (task.has_channel) {
    to->u = load_4_codes<words>(task.u, chunk * STEPS + task.step, k.length);
    to->dt = load_4_codes<words>(task.dt, chunk * STEPS + task.step, k.length);
  }
#pragma unroll
  for (unsigned int j = 0; j < MOST_BC_ROWS; j++) {
    if (j < task.BC_rows) {
      to->BC[j] = load_4_codes<words>(task.BC + j * task.BC_stride, chunk * STEPS + task.BC_step, k.length);
    }
  }
}

template <unsigned int lanes>
__device__ __forceinline__ void convert_inputs(const input_task &task, float u_scale, const input_words &w,
                                               unsigned int slot, unsigned int y_slot, float *shared) {
  using s = shape<lanes>;
  if (task.has_channel) {
    float du[4];
    float y[4];
#pragma unroll
    for (unsigned int j = 0; j < 4; j++) {
      const float u = code_value(w.u >> (8 * j)) * u_scale;
      du[j] = shared[task.delta + (w.dt >> (8 * j)) % CODES] * u;
      y[j] = task.D * u;
    }
    store_4_steps<s::steps>(shared + task.du + slot * task.du_slot, s::du_run, du);
    store_4_steps<s::steps>(shared + task.y + y_slot * task.y_slot, s::y_run, y);
    uint8_t *const codes = reinterpret_cast<uint8_t *>(shared) + task.codes + slot * task.du_slot;
    if constexpr (s::steps == 4) {
      *reinterpret_cast<uint32_t *>(codes) = w.dt;
    } else {
      *reinterpret_cast<uint16_t *>(codes) = static_cast<uint16_t>(w.dt);
      *reinterpret_cast<uint16_t *>(codes + s::du_run) = static_cast<uint16_t>(w.dt >> 16);
    }
  }
#pragma unroll
  for (unsigned int j = 0; j < MOST_BC_ROWS; j++) {
    if (j < task.BC_rows) {
      float value[4];
#pragma unroll
      for (unsigned int i = 0; i < 4; i++) {
        value[i] = task.BC_scale * code_value(w.BC[j] >> (8 * i));
      }
      store_4_steps<s::steps>(shared + task.BC_at + j * task.BC_at_stride + slot * task.BC_slot, s::BC_run, value);
    }
  }
}

}  // namespace qref_cuda_scan

#endif
