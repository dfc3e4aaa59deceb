/* The kernel of the fast int8 scan. A block takes some channels and goes through its batches, `batches` at a time: its
 * first warps scan, the others prepare what these read and store what they leave, a chunk in front and behind. What
 * limits it are the reads of shared memory: 4 bytes of a table for each state and step, and as much of B and of C for
 * each of the neighbouring lanes that share them. */
#ifndef QREF_BACKENDS_CUDA_SCAN_TABLES_KERNEL_CUH
#define QREF_BACKENDS_CUDA_SCAN_TABLES_KERNEL_CUH

#include "ref/backends/cuda/scan/tables_build.cuh"
#include "ref/backends/cuda/scan/tables_finish.cuh"
#include "ref/backends/cuda/scan/tables_prepare.cuh"
#include "ref/backends/cuda/scan/tables_scan.cuh"

namespace qref_cuda_scan {

constexpr unsigned int THREADS = 512; /* of a block */

template <unsigned int lanes>
__device__ inline lane<lanes> lane_of(const plan &p, const layout &l, unsigned int scanner) {
  using s = shape<lanes>;
  const unsigned int thread = threadIdx.x % 32;
  const unsigned int r = thread % s::channels;
  lane<lanes> self = {};
  self.g = thread / s::channels;
  self.decay = l.decay + (scanner % p.groups * CODES * 32 + thread) * s::states;
  self.BC = l.BC + scanner / p.groups * 2 * STATES * STEPS + self.g * s::states * s::steps;
  self.BC_slot = p.batches * 2 * STATES * STEPS;
  self.du = l.du + scanner * s::runs * s::du_run + r * s::steps;
  self.du_slot = p.scanners() * s::runs * s::du_run;
  self.codes = l.codes * static_cast<unsigned int>(sizeof(float)) + self.du - l.du;
  self.y_ring = l.y + scanner * s::runs * s::y_run + r * s::steps;
  self.y_slot = p.scanners() * s::runs * s::y_run;
  return self;
}

/* Whether a state is to be stored behind one of the steps from `start` to `end` - 1, or these go beyond the last. */
__device__ inline bool needs_guard(const qref_selective_scan_args &args, size_t start, size_t end) {
  if (end >= args.length) {
    return end > args.length || args.state != nullptr;
  }
  const size_t chunk_length = qref_scan_chunk_length(&args);
  return args.state != nullptr && end / chunk_length != start / chunk_length;
}

template <unsigned int lanes>
__device__ inline void scan_next_chunk(lane<lanes> *self, const qref_selective_scan_args &args, size_t chunk,
                                       unsigned int slot, float *shared, const state_store &store) {
  if (chunk == 0 || needs_guard(args, (chunk - 1) * STEPS, (chunk + 1) * STEPS)) {
    scan_chunk<lanes, true>(self, chunk, slot, shared, store);
  } else {
    scan_chunk<lanes, false>(self, chunk, slot, shared, store);
  }
}

/* b_count: batches of each row of blocks. */
template <unsigned int lanes>
__global__ void __launch_bounds__(THREADS, 1)
    scan_by_tables(const __grid_constant__ qref_selective_scan_args args, const __grid_constant__ qref_scan_rule rule,
                   const plan p, size_t b_count, bool words) {
  using s = shape<lanes>;
  extern __shared__ __align__(16) float shared[];
  const layout l = layout_of<lanes>(p);
  const size_t b_first = blockIdx.y * b_count;
  const size_t b_rest = args.batch - b_first;
  const unsigned int warp = threadIdx.x / 32;
  block k = {};
  k.d0 = static_cast<size_t>(blockIdx.x) * p.groups * s::channels;
  k.b_end = b_first + (b_count < b_rest ? b_count : b_rest);
  k.thread = threadIdx.x - p.scanners() * 32;
  k.helpers = p.helpers * 32;
  k.words = words;

  build_channel_tables<lanes>(args, rule, p, l, k.d0, shared);
  __syncthreads();
  build_decay_table<lanes>(p, l, shared);
  __syncthreads();

  qref_counts counts = {};
  const size_t chunks = (args.length - 1) / STEPS + 1;
  const size_t stored_states = qref_scan_chunk_count(&args);
  for (k.b0 = b_first; k.b0 < k.b_end; k.b0 += p.batches) {
    lane<lanes> self = lane_of<lanes>(p, l, warp);
    const size_t b = k.b0 + warp / p.groups;
    const size_t d = k.d0 + warp % p.groups * s::channels + threadIdx.x % s::channels;
    const bool scans = warp < p.scanners() && b < k.b_end;
    const bool exists = scans && d < args.channels;
    const unsigned int first_state = self.g * s::states;
    const size_t channel = b * args.channels + d;
    const state_store store = {args, rule, channel * stored_states * STATES + first_state, exists, &counts};
#pragma unroll
    for (unsigned int n = 0; n < s::states; n++) {
      self.h[n] = exists && args.h_initial != nullptr ? args.h_initial[channel * STATES + first_state + n] : 0.0f;
    }
    /* Round i prepares chunk i, scans chunk i - 1 up to the lag of the lanes, and stores chunk i - 3. */
    unsigned int slot = INPUT_CHUNKS - 1; /* (i - 1) % INPUT_CHUNKS */
    for (size_t i = 0; i < chunks + 3; i++) {
      if (warp >= p.scanners()) {
        if (i < chunks) {
          prepare_B_and_C<lanes>(args, p, l, k, i, shared);
          prepare_channels<lanes>(args, p, l, k, i, shared);
        }
        if (i >= 3) {
          finish_chunk<lanes>(args, p, l, k, i - 3, shared);
        }
      } else if (scans && i >= 1 && i - 1 <= chunks) {
        scan_next_chunk<lanes>(&self, args, i - 1, slot, shared, store);
      }
      slot = slot == INPUT_CHUNKS - 1 ? 0 : slot + 1;
      __syncthreads();
    }
#pragma unroll
    for (unsigned int n = 0; n < s::states; n++) {
      if (exists && args.h_final != nullptr) {
        args.h_final[channel * STATES + first_state + n] = qref_canonical_nan_f32(self.h[n]);
      }
    }
  }
  qref_cuda_add_counts(args.counts, counts);
}

}  // namespace qref_cuda_scan

#endif
