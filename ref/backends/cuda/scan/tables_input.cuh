/* The inputs of a chunk, converted for the lanes of the fast int8 scan. A helping thread takes 4 steps of at most one
 * channel, of which it reads u, dt and z, and of some rows of B and C. All reads of a chunk are under way together,
 * some chunks ahead. What is read for steps or channels behind the last is of no use to the lanes. */
#ifndef QREF_BACKENDS_CUDA_SCAN_TABLES_INPUT_CUH
#define QREF_BACKENDS_CUDA_SCAN_TABLES_INPUT_CUH

#include "ref/backends/cuda/ptx.cuh"
#include "ref/backends/cuda/scan/tables_build.cuh"

namespace qref_cuda_scan {

constexpr unsigned int BYTES = sizeof(float);

/* What the threads of a block have in common. */
struct block {
  size_t d0;           /* the first channel */
  size_t b0, b_end;    /* the first batch under way, and the one behind the block's last */
  unsigned int length; /* of the sequence */
  unsigned int chunks;
};

/* The codes of steps t .. t + 3 of a row; what they were where t is not below `limit`, 0 or the length. `words`: as
 * load_codes. */
template <bool words>
__device__ __forceinline__ void load_4_codes(const int8_t *at, unsigned int t, unsigned int limit, uint32_t *codes) {
  if (t < limit) {
    *codes = load_codes(at, limit - t, words);
  }
}

/* The 4 int8 of a word. */
__device__ __forceinline__ void floats_of_codes(uint32_t codes, float (&value)[4]) {
  value[0] = static_cast<float>(qref_ptx_int8_of<0>(codes));
  value[1] = static_cast<float>(qref_ptx_int8_of<1>(codes));
  value[2] = static_cast<float>(qref_ptx_int8_of<2>(codes));
  value[3] = static_cast<float>(qref_ptx_int8_of<3>(codes));
}

/* Byte i of a word. */
__device__ __forceinline__ unsigned int byte_of(uint32_t codes, unsigned int i) {
  return __byte_perm(codes, 0, 0x4440 + i);
}

/* Values of 4 steps, of which the runs are `stride` floats apart. */
template <unsigned int steps>
__device__ __forceinline__ void store_4_steps(bool wanted, uint32_t address, unsigned int stride,
                                              const float (&value)[4]) {
  if constexpr (steps == 4) {
    qref_ptx_store_shared_where(wanted, address, value[0], value[1], value[2], value[3]);
  } else {
    static_assert(steps == 2);
    qref_ptx_store_shared_where(wanted, address, value[0], value[1]);
    qref_ptx_store_shared_where(wanted, address + stride * BYTES, value[2], value[3]);
  }
}

/* The channel of a helping thread, or, where there is none for it, any that exists. */
struct helper_channel {
  bool exists;
  unsigned int team;    /* which scans it */
  unsigned int r;       /* its number among the channels of the team */
  unsigned int quarter; /* of the chunk: the thread's 4 steps */
  size_t b, d;
};

template <unsigned int lanes>
__device__ inline helper_channel helper_channel_of(const qref_selective_scan_args &args, const plan &p, const block &k,
                                                   unsigned int thread) {
  using s = shape<lanes>;
  const unsigned int team = thread / (s::channels * 4);
  helper_channel c = {};
  c.exists = team < p.teams() && k.b0 + team / p.groups < k.b_end;
  c.team = c.exists ? team : 0;
  c.r = thread % s::channels;
  c.quarter = thread / s::channels % 4;
  c.b = k.b0 + c.team / p.groups;
  c.d = existing_channel(args, k.d0 + c.team % p.groups * s::channels + c.r);
  return c;
}

/* Whose inputs a thread converts. Places are in slot 0; rows begin at the thread's steps of chunk 0. */
template <unsigned int BC_rows>
struct input_task {
  const int8_t *u, *dt, *z;
  unsigned int step, limit; /* of u, dt and z */
  uint32_t du, y;           /* addresses in shared memory */
  unsigned int codes;       /* bytes from the start of shared memory */
  unsigned int delta;       /* floats from there */
  float D;
  const int8_t *BC[BC_rows];
  unsigned int BC_step, BC_limit[BC_rows];
  uint32_t BC_at;            /* address in shared memory, of the first row */
  unsigned int BC_at_stride; /* bytes from one row to the next */
  float BC_scale;
};

/* What it has read. */
template <unsigned int BC_rows>
struct input_words {
  uint32_t u, dt, BC[BC_rows];
};

/* `thread`: number among the helping threads, of which 64 take B, or C, of a batch. */
template <unsigned int lanes, unsigned int BC_rows>
__device__ inline input_task<BC_rows> input_task_of(const qref_selective_scan_args &args, const plan &p,
                                                    const layout &l, const block &k, const helper_channel &c,
                                                    unsigned int thread, const float *shared) {
  using s = shape<lanes>;
  input_task<BC_rows> task = {};
  const unsigned int of_block = c.team % p.groups * s::channels + c.r;
  task.step = c.quarter * 4;
  task.limit = c.exists ? k.length : 0;
  const size_t first = (c.b * args.channels + c.d) * args.length + task.step;
  const unsigned int run = c.team * s::runs + task.step / s::steps;
  const unsigned int of_slot = c.team * s::runs * s::du_run + s::du_place(task.step / s::steps, c.r);
  task.u = args.u + first;
  task.dt = args.dt + first;
  task.z = (args.z != nullptr ? args.z : args.u) + first;
  task.du = qref_ptx_shared_address(shared + l.du + of_slot);
  task.codes = l.codes * static_cast<unsigned int>(sizeof(float)) + of_slot;
  task.y = qref_ptx_shared_address(shared + l.y + run * s::y_run + c.r * s::steps);
  task.delta = l.delta + of_block * DELTA_ROW;
  task.D = shared[l.D + of_block];

  const bool is_C = thread / 64 % 2 != 0;
  const unsigned int n = thread % 8 + thread / 32 % 2 * 8;
  task.BC_step = thread / 8 % 4 * 4;
  const unsigned int at_once = p.helpers / 4; /* batches */
  task.BC_at = qref_ptx_kept(qref_ptx_shared_address(shared + l.BC + thread / 64 * s::BC_tensor +
                                                     task.BC_step / s::steps * s::BC_run + n * s::steps));
  task.BC_at_stride = 2 * at_once * s::BC_tensor * BYTES;
  task.BC_scale = is_C ? args.scales.C : args.scales.B;
#pragma unroll
  for (unsigned int j = 0; j < BC_rows; j++) {
    const unsigned int batch = thread / 128 + j * at_once;
    const bool exists = thread / 128 < at_once && batch < p.batches && k.b0 + batch < k.b_end;
    const size_t b = exists ? k.b0 + batch : k.b0;
    task.BC_limit[j] = exists ? k.length : 0;
    task.BC[j] = (is_C ? args.C : args.B) + (b * STATES + n) * args.length + task.BC_step;
  }
  return task;
}

/* Of the chunk that is `ahead` behind the one at which the rows stand. */
template <bool words, unsigned int BC_rows>
__device__ __forceinline__ void read_inputs(const input_task<BC_rows> &task, unsigned int chunk, unsigned int ahead,
                                            input_words<BC_rows> *to) {
  const unsigned int t = chunk * STEPS;
  load_4_codes<words>(task.dt + ahead * STEPS, t + task.step, task.limit, &to->dt);
  load_4_codes<words>(task.u + ahead * STEPS, t + task.step, task.limit, &to->u);
#pragma unroll
  for (unsigned int j = 0; j < BC_rows; j++) {
    load_4_codes<words>(task.BC[j] + ahead * STEPS, t + task.BC_step, task.BC_limit[j], &to->BC[j]);
  }
}

template <unsigned int BC_rows>
__device__ __forceinline__ void advance(input_task<BC_rows> *task, unsigned int chunks) {
  task->u += chunks * STEPS;
  task->dt += chunks * STEPS;
  task->z += chunks * STEPS;
#pragma unroll
  for (unsigned int j = 0; j < BC_rows; j++) {
    task->BC[j] += chunks * STEPS;
  }
}

/* Where the slots of a chunk begin: bytes behind slot 0. */
struct input_slots {
  unsigned int du, y, BC;
};

/* delta: of the 4 codes of dt. */
template <unsigned int lanes, unsigned int BC_rows>
__device__ __forceinline__ void convert_inputs(const input_task<BC_rows> &task, float u_scale,
                                               const input_words<BC_rows> &w, const float (&delta)[4],
                                               const input_slots &slots, float *shared) {
  using s = shape<lanes>;
  float u[4];
  float du[4];
  float y[4];
  floats_of_codes(w.u, u);
#pragma unroll
  for (unsigned int j = 0; j < 4; j++) {
    u[j] = u[j] * u_scale;
    du[j] = delta[j] * u[j];
    y[j] = task.D * u[j];
  }
  float BC[BC_rows][4];
#pragma unroll
  for (unsigned int j = 0; j < BC_rows; j++) {
    floats_of_codes(w.BC[j], BC[j]);
#pragma unroll
    for (unsigned int i = 0; i < 4; i++) {
      BC[j][i] = task.BC_scale * BC[j][i];
    }
  }
  const bool exists = task.limit != 0;
  static_assert(s::steps == 4 || s::du_place(1, 0) == s::du_run);
  store_4_steps<s::steps>(exists, task.du + slots.du, s::du_run, du);
  store_4_steps<s::steps>(exists, task.y + slots.y, s::y_run, y);
#pragma unroll
  for (unsigned int j = 0; j < BC_rows; j++) {
    store_4_steps<s::steps>(task.BC_limit[j] != 0, task.BC_at + j * task.BC_at_stride + slots.BC, s::BC_run, BC[j]);
  }
  if (exists) {
    uint8_t *const codes = reinterpret_cast<uint8_t *>(shared) + task.codes + slots.du / BYTES;
    if constexpr (s::steps == 4) {
      *reinterpret_cast<uint32_t *>(codes) = w.dt;
    } else {
      *reinterpret_cast<uint16_t *>(codes) = static_cast<uint16_t>(w.dt);
      *reinterpret_cast<uint16_t *>(codes + s::du_run) = static_cast<uint16_t>(w.dt >> 16);
    }
  }
}

}  // namespace qref_cuda_scan

#endif
