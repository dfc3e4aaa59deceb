/* The kernel of the fast int8 scan. A block takes some channels and goes through its batches, `batches` at a time: its
 * first warps scan, the others prepare what these read and store what they leave, a chunk in front and behind. What
 * limits it are the reads of shared memory: 4 bytes of a table for each state and step, and as much of B and of C for
 * each of the neighbouring lanes that share them. */
#ifndef QREF_BACKENDS_CUDA_SCAN_TABLES_KERNEL_CUH
#define QREF_BACKENDS_CUDA_SCAN_TABLES_KERNEL_CUH

#include "ref/backends/cuda/launch.h"
#include "ref/backends/cuda/ptx.cuh"
#include "ref/backends/cuda/scan/tables_build.cuh"
#include "ref/backends/cuda/scan/tables_input.cuh"
#include "ref/backends/cuda/scan/tables_output.cuh"
#include "ref/backends/cuda/scan/tables_scan.cuh"

namespace qref_cuda_scan {

template <unsigned int lanes>
__device__ inline lane<lanes> lane_of(const plan &p, const layout &l, unsigned int scanner, const float *shared) {
  using s = shape<lanes>;
  const unsigned int thread = threadIdx.x % 32;
  const unsigned int r = thread % s::channels;
  lane<lanes> self = {};
  self.g = thread / s::channels;
  self.decay = qref_ptx_shared_address(shared + l.decay + (scanner % p.groups * CODES * 32 + thread) * s::states);
  self.BC = l.BC + scanner / p.groups * 2 * STATES * STEPS + self.g * s::states * s::steps;
  self.BC_slot = p.batches * 2 * STATES * STEPS;
  self.du = l.du + scanner * s::runs * s::du_run + r * s::steps;
  self.du_slot = p.scanners() * s::runs * s::du_run;
  self.codes = l.codes * static_cast<unsigned int>(sizeof(float)) + self.du - l.du;
  self.y_ring = l.y + scanner * s::runs * s::y_run + r * s::steps;
  self.y_slot = p.scanners() * s::runs * s::y_run;
  return self;
}

/* The first chunk from `chunk` on that takes scan_guarded_chunk: the first of all, those where a lane is at a step that
 * stores its state, and those with steps behind the last. */
__device__ inline unsigned int next_guarded_chunk(const block &k, unsigned int chunk, bool stores,
                                                  size_t chunk_length) {
  if (chunk == 0) {
    return 0;
  }
  unsigned int next = stores ? k.chunks - 1 : k.length / STEPS;
  if (stores && chunk_length < k.length) {
    const size_t first = static_cast<size_t>(chunk - 1) * STEPS; /* the least step of a lane */
    const size_t stored = (first / chunk_length + 1) * chunk_length - 1;
    next = stored / STEPS < next ? static_cast<unsigned int>(stored / STEPS) : next;
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
  const unsigned int warp = threadIdx.x / 32;
  lane<lanes> self = lane_of<lanes>(p, l, warp, shared);
  const size_t b = k.b0 + warp / p.groups;
  const size_t d = k.d0 + warp % p.groups * s::channels + threadIdx.x % s::channels;
  const bool scans = b < k.b_end;
  const bool exists = scans && d < args.channels;
  const bool stores = args.state != nullptr;
  const size_t first_state = (b * args.channels + d) * STATES + self.g * s::states;
  const size_t chunk_length = qref_scan_chunk_length(&args);
  const state_store store = {args,
                             rule,
                             (b * args.channels + d) * qref_scan_chunk_count(&args) * STATES + self.g * s::states,
                             exists && stores,
                             chunk_length,
                             counts};
#pragma unroll
  for (unsigned int n = 0; n < s::states; n++) {
    self.h[n] = exists && args.h_initial != nullptr ? args.h_initial[first_state + n] : 0.0f;
  }
  unsigned int slot = 0; /* chunk % INPUT_CHUNKS */
  unsigned int chunk = 0;
  qref_ptx_block_barrier();
  while (chunk <= k.chunks) {
    const unsigned int guarded = next_guarded_chunk(k, chunk, stores, chunk_length);
    for (; chunk < guarded; chunk++) {
      if (scans) {
        scan_chunk<lanes>(&self, slot, chunk % Y_CHUNKS, shared);
      }
      slot = slot == INPUT_CHUNKS - 1 ? 0 : slot + 1;
      qref_ptx_block_barrier();
    }
    if (scans) {
      lane<lanes> other = self; /* whose address is known: this one stays in registers */
      scan_guarded_chunk<lanes>(&other, chunk, slot, shared, store);
      self = other;
    }
    slot = slot == INPUT_CHUNKS - 1 ? 0 : slot + 1;
    chunk++;
    qref_ptx_block_barrier();
  }
  qref_ptx_block_barrier();
#pragma unroll
  for (unsigned int n = 0; n < s::states; n++) {
    if (exists && args.h_final != nullptr) {
      args.h_final[first_state + n] = qref_canonical_nan_f32(self.h[n]);
    }
  }
}

/* The same rounds of a helping thread. */
template <unsigned int lanes, bool words>
__device__ __forceinline__ void help_rounds(const qref_selective_scan_args &args, const plan &p, const layout &l,
                                            const block &k, float *shared) {
  static_assert(CHUNKS_AHEAD == Y_CHUNKS);
  constexpr unsigned int behind = 3; /* rounds from the preparation of a chunk to its store */
  const unsigned int thread = threadIdx.x - p.scanners() * 32;
  const input_task in = input_task_of<lanes>(args, p, l, k, thread, shared);
  output_task out = output_task_of<lanes>(args, p, l, k, thread);
  const bool has_z = args.z != nullptr;
  const float u_scale = args.scales.u;
  const float z_scale = args.scales.z;
  input_words ahead[CHUNKS_AHEAD] = {}; /* of chunk i at i % CHUNKS_AHEAD */
  uint32_t z[CHUNKS_AHEAD] = {};
#pragma unroll
  for (unsigned int j = 0; j < CHUNKS_AHEAD; j++) {
    read_inputs<words>(in, k, j, &ahead[j]);
  }
  read_z<words>(out, k, 0, &z[0]);
  unsigned int slot = 0; /* of chunk i */
  for (unsigned int first = 0; first < k.chunks + behind; first += CHUNKS_AHEAD) {
#pragma unroll
    for (unsigned int j = 0; j < CHUNKS_AHEAD; j++) {
      const unsigned int i = first + j;
      constexpr unsigned int stored = (CHUNKS_AHEAD - behind);
      const unsigned int y_slot = (j + stored) % CHUNKS_AHEAD;
      if (i < k.chunks + behind) {
        if (i < k.chunks) {
          convert_inputs<lanes>(in, u_scale, ahead[j], slot, j, shared);
          read_inputs<words>(in, k, i + CHUNKS_AHEAD, &ahead[j]);
        }
        if (i >= behind) {
          store_outputs<lanes>(&out, has_z, z_scale, l, k, z[y_slot], i - behind, y_slot, shared);
        }
        read_z<words>(out, k, i - behind + CHUNKS_AHEAD, &z[y_slot]);
        slot = slot == INPUT_CHUNKS - 1 ? 0 : slot + 1;
        qref_ptx_block_barrier();
      }
    }
  }
}

/* b_count: batches of each row of blocks. words: rows of inputs begin at multiples of 4 bytes, and so does their end.
 */
template <unsigned int lanes>
__global__ void __launch_bounds__(THREADS, 1)
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
    if (threadIdx.x / 32 < p.scanners()) {
      scan_rounds<lanes>(args, rule, p, l, k, shared, &counts);
    } else if (words) {
      help_rounds<lanes, true>(args, p, l, k, shared);
    } else {
      help_rounds<lanes, false>(args, p, l, k, shared);
    }
  }
  qref_cuda_add_counts(args.counts, counts);
}

}  // namespace qref_cuda_scan

#endif
