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

/* All chunks of a warp's channels. Round i of the block prepares chunk i, scans chunk i - 1 up to the lag of the lanes,
 * and stores chunk i - 3. */
template <unsigned int lanes>
__device__ __forceinline__ void scan_rounds(const qref_selective_scan_args &args, const qref_scan_rule &rule,
                                            const plan &p, const layout &l, const block &k, size_t chunks,
                                            float *shared, qref_counts *counts) {
  using s = shape<lanes>;
  const unsigned int warp = threadIdx.x / 32;
  lane<lanes> self = lane_of<lanes>(p, l, warp, shared);
  const size_t b = k.b0 + warp / p.groups;
  const size_t d = k.d0 + warp % p.groups * s::channels + threadIdx.x % s::channels;
  const bool scans = b < k.b_end;
  const bool exists = scans && d < args.channels;
  const unsigned int first_state = self.g * s::states;
  const size_t channel = b * args.channels + d;
  const size_t chunk_length = qref_scan_chunk_length(&args);
  state_store store = {args,
                       rule,
                       channel * qref_scan_chunk_count(&args) * STATES + first_state,
                       exists && args.state != nullptr,
                       chunk_length,
                       chunk_length,
                       counts};
#pragma unroll
  for (unsigned int n = 0; n < s::states; n++) {
    self.h[n] = exists && args.h_initial != nullptr ? args.h_initial[channel * STATES + first_state + n] : 0.0f;
  }
  unsigned int slot = 0; /* chunk % INPUT_CHUNKS */
  qref_ptx_block_barrier();
  for (size_t chunk = 0; chunk <= chunks; chunk++) {
    const size_t end = (chunk + 1) * STEPS;
    while (chunk != 0 && store.next <= (chunk - 1) * STEPS) {
      store.next += chunk_length;
    }
    if (scans) {
      if (chunk == 0 || end > args.length || (args.state != nullptr && (end == args.length || store.next <= end))) {
        scan_chunk<lanes, true>(&self, chunk, slot, shared, store);
      } else {
        scan_chunk<lanes, false>(&self, chunk, slot, shared, store);
      }
    }
    slot = slot == INPUT_CHUNKS - 1 ? 0 : slot + 1;
    qref_ptx_block_barrier();
  }
  qref_ptx_block_barrier();
#pragma unroll
  for (unsigned int n = 0; n < s::states; n++) {
    if (exists && args.h_final != nullptr) {
      args.h_final[channel * STATES + first_state + n] = qref_canonical_nan_f32(self.h[n]);
    }
  }
}

/* The same rounds of a helping thread. */
template <unsigned int lanes>
__device__ __forceinline__ void help_rounds(const qref_selective_scan_args &args, const plan &p, const layout &l,
                                            const block &k, size_t chunks, float *shared) {
  const input_rows in = input_rows_of<lanes>(args, p, l, k, shared);
  const output_rows out = output_rows_of<lanes>(args, p, l, k);
  input_words words = read_inputs(args, in, k.words, 0);
  output_codes z = {};
  unsigned int slot = 0; /* of chunk i */
  for (size_t i = 0; i < chunks + 3; i++) {
    if (i < chunks) {
      convert_inputs<lanes>(args, p, l, in, words, slot, static_cast<unsigned int>(i % Y_CHUNKS), shared);
      words = read_inputs(args, in, k.words, i + 1);
    }
    if (i >= 3) {
      store_outputs<lanes>(args, p, l, out, z, i - 3, static_cast<unsigned int>((i - 3) % Y_CHUNKS), shared);
    }
    if (i >= 2) {
      z = read_z(args, out, i - 2);
    }
    slot = slot == INPUT_CHUNKS - 1 ? 0 : slot + 1;
    qref_ptx_block_barrier();
  }
}

/* b_count: batches of each row of blocks. */
template <unsigned int lanes>
__global__ void __launch_bounds__(THREADS, 1)
    scan_by_tables(const __grid_constant__ qref_selective_scan_args args, const __grid_constant__ qref_scan_rule rule,
                   const plan p, size_t b_count, bool words) {
  using s = shape<lanes>;
  QREF_CUDA_DYNAMIC_SHARED(float, shared);
  const layout l = layout_of<lanes>(p);
  const size_t b_first = blockIdx.y * b_count;
  const size_t b_rest = args.batch - b_first;
  block k = {};
  k.d0 = static_cast<size_t>(blockIdx.x) * p.groups * s::channels;
  k.b_end = b_first + (b_count < b_rest ? b_count : b_rest);
  k.thread = threadIdx.x - p.scanners() * 32;
  k.words = words;

  build_channel_tables<lanes>(args, rule, p, l, k.d0, shared);
  __syncthreads();
  build_decay_table<lanes>(p, l, shared);
  __syncthreads();

  qref_counts counts = {};
  const size_t chunks = (args.length - 1) / STEPS + 1;
  for (k.b0 = b_first; k.b0 < k.b_end; k.b0 += p.batches) {
    if (threadIdx.x / 32 < p.scanners()) {
      scan_rounds<lanes>(args, rule, p, l, k, chunks, shared, &counts);
    } else {
      help_rounds<lanes>(args, p, l, k, chunks, shared);
    }
  }
  qref_cuda_add_counts(args.counts, counts);
}

}  // namespace qref_cuda_scan

#endif
