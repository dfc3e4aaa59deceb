/* The kernel of the fast int8 scan. A block takes some channels and goes through its batches, `batches` at a time: its
 * first warps scan, the others prepare what these read and store what they leave, a chunk in front and behind.
 *
 * What limits it on an H100: the scanning warps, which wait for shared memory. For each state and step they read 4
 * bytes of a table, and 4 of B and of C, which the channels of a lane share. The tables take 8 % of the time of 2048
 * steps of 8 batches, and a sixth of that of one. */
#ifndef QREF_BACKENDS_CUDA_SCAN_TABLES_KERNEL_CUH
#define QREF_BACKENDS_CUDA_SCAN_TABLES_KERNEL_CUH

#include "ref/backends/cuda/launch.h"
#include "ref/backends/cuda/ptx.cuh"
#include "ref/backends/cuda/scan/tables_build.cuh"
#include "ref/backends/cuda/scan/tables_input.cuh"
#include "ref/backends/cuda/scan/tables_output.cuh"
#include "ref/backends/cuda/scan/tables_scan.cuh"

namespace qref_cuda_scan {

/* Of a thread of a scanning warp, with the team's number. */
template <unsigned int lanes>
__device__ inline lane<lanes> lane_of(const plan &p, const layout &l, unsigned int team, const float *shared) {
  using s = shape<lanes>;
  const unsigned int thread = threadIdx.x % s::team_threads;
  const unsigned int r = thread % 4;
  lane<lanes> self = {};
  self.g = thread / 4;
  self.decay = qref_ptx_shared_address(shared + l.decay + (team % p.groups * CODES * 32 + thread) * s::states);
  self.BC = l.BC + team / p.groups * 2 * s::BC_tensor + self.g * s::states * s::steps;
  self.BC_slot = p.batches * 2 * s::BC_tensor;
  self.du = l.du + team * s::runs * s::du_run + r * s::steps;
  self.du_slot = p.teams() * s::runs * s::du_run;
  self.codes = l.codes * BYTES + self.du - l.du;
  self.y_ring = l.y + team * s::runs * s::y_run + r * s::steps;
  self.y_slot = p.teams() * s::runs * s::y_run;
  return self;
}

/* The first chunk from `chunk` on that takes scan_guarded_chunk: the first of all, those where a lane is at a step that
 * stores its state, and those with steps behind the last. */
__device__ inline unsigned int next_guarded_chunk(const block &k, unsigned int chunk, bool stores,
                                                  unsigned int chunk_length) {
  if (chunk == 0) {
    return 0;
  }
  unsigned int next = stores ? k.chunks - 1 : k.length / STEPS;
  if (stores && chunk_length < k.length) {
    const unsigned int first = (chunk - 1) * STEPS; /* the least step of a lane */
    const unsigned int stored = (first / chunk_length + 1) * chunk_length - 1;
    next = stored / STEPS < next ? stored / STEPS : next;
  }
  return next < chunk ? chunk : next;
}

/* All chunks of a warp's channels. Round i of the block prepares chunk i, scans chunk i - 1 up to the lag of the lanes,
 * and stores chunk i - 3. */
template <unsigned int lanes>
__device__ __forceinline__ void scan_rounds(const qref_selective_scan_args &args, const qref_scan_rule &rule,
                                            const plan &p, const layout &l, const block &k, float *shared,
                                            qref_counts *counts) {
  using s = shape<lanes>;
  const unsigned int first_team = threadIdx.x / 32 * s::teams;
  const bool scans = k.b0 + first_team / p.groups < k.b_end;
  const unsigned int own_team = first_team + threadIdx.x % 32 / s::team_threads;
  const bool has_team = own_team < p.teams() && k.b0 + own_team / p.groups < k.b_end;
  const unsigned int team = has_team ? own_team : first_team; /* whose work it repeats without storing it */
  lane<lanes> self = lane_of<lanes>(p, l, team, shared);
  self.stores_y = has_team && self.g == lanes - 1;
  const size_t b = k.b0 + team / p.groups;
  const size_t d = k.d0 + team % p.groups * s::channels + threadIdx.x % 4;
  unsigned int channels = 0;
#pragma unroll
  for (unsigned int c = 0; c < s::lane_channels; c++) {
    channels += scans && has_team && d + 4 * c < args.channels ? 1 : 0;
  }
  const bool stores = args.state != nullptr;
  const size_t first_state = (b * args.channels + d) * STATES + self.g * s::states;
  const size_t asked_length = qref_scan_chunk_length(&args);
  const unsigned int chunk_length = asked_length < k.length ? static_cast<unsigned int>(asked_length) : k.length;
  const state_store store = {&args,
                             &rule,
                             counts,
                             (b * args.channels + d) * qref_scan_chunk_count(&args) * STATES + self.g * s::states,
                             4 * qref_scan_chunk_count(&args) * STATES,
                             stores ? channels : 0,
                             chunk_length,
                             k.length};
#pragma unroll
  for (unsigned int c = 0; c < s::lane_channels; c++) {
#pragma unroll
    for (unsigned int n = 0; n < s::states; n++) {
      self.h[c][n] =
          c < channels && args.h_initial != nullptr ? args.h_initial[first_state + 4 * c * STATES + n] : 0.0f;
    }
  }
  unsigned int slot = 0; /* chunk % INPUT_CHUNKS */
  unsigned int chunk = 0;
  qref_ptx_block_barrier();
  while (chunk <= k.chunks) {
    const unsigned int guarded = next_guarded_chunk(k, chunk, stores, chunk_length);
    run_inputs<lanes> next;
    if (scans && chunk < guarded) {
      read_first_run(self, slot, chunk % Y_CHUNKS, shared, &next);
    }
    for (; chunk < guarded; chunk++) {
      if (scans) {
        scan_chunk<lanes>(&self, slot, chunk % Y_CHUNKS, shared, &next);
      }
      slot = slot == INPUT_CHUNKS - 1 ? 0 : slot + 1;
      qref_ptx_block_barrier();
    }
    if (scans) {
      lane<lanes> other = self; /* whose address is known: this one stays in registers */
      scan_guarded_chunk<lanes>(&other, chunk, slot, shared, &store);
      self = other;
    }
    slot = slot == INPUT_CHUNKS - 1 ? 0 : slot + 1;
    chunk++;
    qref_ptx_block_barrier();
  }
  qref_ptx_block_barrier();
#pragma unroll
  for (unsigned int c = 0; c < s::lane_channels; c++) {
#pragma unroll
    for (unsigned int n = 0; n < s::states; n++) {
      if (c < channels && args.h_final != nullptr) {
        args.h_final[first_state + 4 * c * STATES + n] = qref_canonical_nan_f32(self.h[c][n]);
      }
    }
  }
}

/* The same rounds of a helping thread, without branches from one read to the next, which would wait for each other. */
template <unsigned int lanes, bool words, unsigned int BC_rows>
__device__ __forceinline__ void help_rounds(const qref_selective_scan_args &args, const plan &p, const layout &l,
                                            const block &k, float *shared) {
  using s = shape<lanes>;
  static_assert(CHUNKS_AHEAD == Y_CHUNKS);
  constexpr unsigned int unrolled = Y_CHUNKS;
  constexpr unsigned int ahead = CHUNKS_AHEAD - 1; /* rounds from a read to its use */
  constexpr unsigned int behind = 3;               /* rounds from the preparation of a chunk to its store */
  const unsigned int thread = threadIdx.x - p.scanners * 32;
  const helper_channel c = helper_channel_of<lanes>(args, p, k, thread);
  input_task<BC_rows> in = input_task_of<lanes, BC_rows>(args, p, l, k, c, thread, shared);
  output_task out = output_task_of<lanes>(args, p, l, k, c);
  const bool has_z = args.z != nullptr;
  const float u_scale = args.scales.u;
  const unsigned int du_slot = p.teams() * s::runs * s::du_run;
  const unsigned int y_slot = p.teams() * s::runs * s::y_run;
  const unsigned int BC_slot = 2 * p.batches * s::BC_tensor;

  const unsigned int rounds = k.chunks + behind;
  bool has_task = c.exists;
#pragma unroll
  for (unsigned int j = 0; j < BC_rows; j++) {
    has_task = has_task || in.BC_limit[j] != 0;
  }
  if (!__any_sync(0xffffffffu, has_task)) {
    for (unsigned int i = 0; i < rounds; i++) {
      qref_ptx_block_barrier();
    }
    return;
  }

  input_words<BC_rows> words_of[unrolled] = {}; /* chunk i at i % unrolled */
  uint32_t z[unrolled] = {};
#pragma unroll
  for (unsigned int j = 0; j < ahead; j++) {
    read_inputs<words>(in, j, j, &words_of[j]);
  }
  input_slots slots = {};
  unsigned int slot = 0; /* of chunk i */
  out.y -= behind * out.y_chunk;
  for (unsigned int first = 0; first < rounds; first += unrolled) {
#pragma unroll
    for (unsigned int j = 0; j < unrolled; j++) {
      const unsigned int i = first + j;
      if (i >= rounds) {
        break;
      }
      constexpr unsigned int oldest = unrolled - behind;
      const unsigned int stored = (j + oldest) % unrolled; /* chunk i - behind */
      const input_words<BC_rows> &now = words_of[j];
      float delta[4];
#pragma unroll
      for (unsigned int q = 0; q < 4; q++) {
        delta[q] = shared[in.delta + byte_of(now.dt, q)];
      }
      const uint32_t z_codes = transposed_codes(z[stored], threadIdx.x);
      const ungated y = read_ungated<lanes>(out, l, z_codes, stored * y_slot, shared);
      slots.y = j * y_slot * BYTES;
      convert_inputs<lanes>(in, u_scale, now, delta, slots, shared);
      uint32_t pairs[2];
      gate(y, has_z, z_codes, l, shared, pairs);
      /* Behind the uses of what was read before: a wait for that may be one for all that is under way. */
      read_inputs<words>(in, i + ahead, j + ahead, &words_of[(j + ahead) % unrolled]);
      load_4_codes<words>(in.z + j * STEPS, i * STEPS + in.step, in.limit, &z[j]);
      if (i >= behind && out.channels != 0 && (i - behind) * STEPS + out.step < k.length) {
        store_outputs(out, args.y + out.y, pairs);
      }
      out.y += out.y_chunk;
      slot = slot == INPUT_CHUNKS - 1 ? 0 : slot + 1;
      slots.du = slot * du_slot * BYTES;
      slots.BC = slot * BC_slot * BYTES;
      qref_ptx_block_barrier();
    }
    advance(&in, unrolled);
  }
}

/* b_count: batches of each row of blocks. words: rows of inputs begin at multiples of 4 bytes, and so does their end.
 */
template <unsigned int lanes>
__global__ void __launch_bounds__(shape<lanes>::threads, 1)
    scan_by_tables(const __grid_constant__ qref_selective_scan_args args, const __grid_constant__ qref_scan_rule rule,
                   const __grid_constant__ plan p, size_t b_count, bool words) {
  using s = shape<lanes>;
  QREF_CUDA_DYNAMIC_SHARED(float, shared);
  const layout l = layout_of<lanes>(p);
  const size_t b_first = blockIdx.y * b_count;
  const size_t b_rest = args.batch - b_first;
  block k = {};
  k.d0 = static_cast<size_t>(blockIdx.x) * p.groups * s::channels;
  k.b_end = b_first + (b_count < b_rest ? b_count : b_rest);
  k.length = static_cast<unsigned int>(args.length);
  k.chunks = (k.length - 1) / STEPS + 1;

  build_channel_tables<lanes>(args, rule, p, l, k.d0, shared);
  __syncthreads();
  build_decay_table<lanes>(p, l, shared);
  __syncthreads();

  qref_counts counts = {};
  for (k.b0 = b_first; k.b0 < k.b_end; k.b0 += p.batches) {
    if (threadIdx.x / 32 < p.scanners) {
      scan_rounds<lanes>(args, rule, p, l, k, shared, &counts);
    } else if (!words) {
      help_rounds<lanes, false, MOST_BC_ROWS>(args, p, l, k, shared);
    } else if (lanes == 8 && p.batches <= p.helpers / 4) {
      help_rounds<lanes, true, 1>(args, p, l, k, shared);
    } else {
      help_rounds<lanes, true, MOST_BC_ROWS>(args, p, l, k, shared);
    }
  }
  qref_cuda_add_counts(args.counts, counts);
}

}  // namespace qref_cuda_scan

#endif
