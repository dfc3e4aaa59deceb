/* Linear W8A8 on the tensor cores of Hopper, by wgmma: compute capability 9.0.
 *
 * A block stays on its multiprocessor and takes tiles of 128 rows and 128 or 256 columns, one after the other: two
 * warpgroups multiply, 64 rows each, and one thread of a ninth warp has the copy engine fill shared memory, slices of
 * 128 bytes of depth, as many as fit. A slice has two barriers: `full`, where the bytes are awaited, and `empty`, where
 * the 8 warps report that they have read it. While a warpgroup scales and stores a tile, the slices of the next one
 * come. In a cluster of two, the blocks compute tiles that lie below each other and share their columns: each fetches
 * half of w's slice for both. The tensor cores and the chip's power limit it; without clusters, L2.
 *
 * For outputs that go through shared memory (linear_output_staged). x and w are aligned to 16 bytes and so is the
 * depth; the copy engine puts zeros for what lies outside. */
#ifndef QREF_BACKENDS_CUDA_LINEAR_GEMM_WGMMA_CUH
#define QREF_BACKENDS_CUDA_LINEAR_GEMM_WGMMA_CUH

#include "ref/backends/cuda/linear/form.cuh"
/* Behind the numerics. */
#include "ref/backends/cuda/counts.cuh"
#include "ref/backends/cuda/linear/hopper.cuh"
#include "ref/backends/cuda/linear/tensor_map.h"
#include "ref/backends/cuda/linear/tile_order.cuh"
#include "ref/backends/cuda/linear/tile_output.cuh"
#include "ref/backends/cuda/status.h"

template <linear_form form, int columns>
struct wgmma_tile {
  static constexpr int rows = 128;
  static constexpr int depth = 128; /* bytes of a slice */
  static constexpr int consumers = 256;
  static constexpr int threads = consumers + 32;
  static constexpr int x_bytes = rows * depth;
  static constexpr int slice_bytes = x_bytes + columns * depth;
  static constexpr int output_bytes = rows * linear_output_stride<form, columns>;
  static constexpr int barrier_bytes = 1024;
  static constexpr int most_shared_bytes = 227 * 1024;
  static constexpr int stages = (most_shared_bytes - output_bytes - barrier_bytes) / slice_bytes;
  static constexpr int shared_bytes = stages * slice_bytes + output_bytes + barrier_bytes;
  static_assert(2 * stages * sizeof(uint64_t) <= barrier_bytes);
};

/* The slice that a thread waits for next, and the parity of its barriers' phase. */
template <int stages>
struct wgmma_ring {
  int stage = 0;
  uint32_t parity = 0;
  __device__ void advance() {
    stage++;
    if (stage == stages) {
      stage = 0;
      parity ^= 1;
    }
  }
};

/* What the threads of a block share. */
struct wgmma_work {
  size_t first, step, count; /* tiles of a cluster: first, first + step, ... below count */
  size_t rows, columns;
  int slices;
  uint32_t slice_memory; /* stages slices of x, then w */
  uint32_t full, empty;  /* (stages) barriers of 8 bytes */
};

/* The thread that feeds the slices. */
template <linear_form form, int columns, int cluster>
__device__ void wgmma_produce(const wgmma_work &work, const CUtensorMap *x_map, const CUtensorMap *w_map) {
  using tile = wgmma_tile<form, columns>;
  constexpr int w_rows = columns / cluster; /* that this block fetches */
  const uint32_t rank = cluster > 1 ? cluster_rank() : 0;
  wgmma_ring<tile::stages> ring;
  for (size_t index = work.first; index < work.count; index += work.step) {
    const linear_tile_position position = linear_tile_at(index, work.rows, work.columns, cluster * tile::rows, columns);
    const int32_t m = static_cast<int32_t>(position.row + rank * tile::rows);
    const int32_t n = static_cast<int32_t>(position.column + rank * w_rows);
    for (int slice = 0; slice < work.slices; slice++) {
      const uint32_t full = work.full + ring.stage * 8;
      const uint32_t memory = work.slice_memory + ring.stage * tile::slice_bytes;
      const uint32_t w_memory = memory + tile::x_bytes + rank * w_rows * tile::depth;
      barrier_wait(work.empty + ring.stage * 8, ring.parity ^ 1); /* at once in the first round */
      barrier_expect(full, tile::slice_bytes);
      copy_box(memory, x_map, slice * tile::depth, m, full);
      if constexpr (cluster > 1) {
        copy_box_to_all(w_memory, w_map, slice * tile::depth, n, full, (1 << cluster) - 1);
      } else {
        copy_box(w_memory, w_map, slice * tile::depth, n, full);
      }
      ring.advance();
    }
  }
}

/* Reports that this warp has read the slice of a stage, to every block that writes there. */
template <int cluster>
__device__ void wgmma_release(uint32_t empty) {
  const uint32_t lane = threadIdx.x % 32;
  if (lane < cluster) {
    barrier_arrive(empty, lane);
  }
}

/* acc = the sums of this warpgroup's rows of a tile. */
template <linear_form form, int columns, int cluster>
__device__ void wgmma_multiply(const wgmma_work &work, wgmma_ring<wgmma_tile<form, columns>::stages> *ring,
                               int32_t (&acc)[columns / 2]) {
  using tile = wgmma_tile<form, columns>;
  const uint32_t warpgroup = threadIdx.x / 128;
  uint32_t read = 0; /* the `empty` barrier of the slice in front */
  for (int slice = 0; slice < work.slices; slice++) {
    const uint32_t memory = work.slice_memory + ring->stage * tile::slice_bytes;
    const uint64_t x = matrix_descriptor(memory + warpgroup * 64 * tile::depth);
    const uint64_t w = matrix_descriptor(memory + tile::x_bytes);
    barrier_wait(work.full + ring->stage * 8, ring->parity);
    multiply_fence();
#pragma unroll
    for (int step = 0; step < tile::depth / 32; step++) {
      multiply_64_n_32(acc, x + 2 * step, w + 2 * step, slice > 0 || step > 0);
    }
    multiply_commit();
    if (slice > 0) {
      multiply_wait<1>();
      wgmma_release<cluster>(read);
    }
    read = work.empty + ring->stage * 8;
    ring->advance();
  }
  multiply_wait<0>();
  wgmma_release<cluster>(read);
}

/* Scales this warpgroup's sums, rounds them, and stores them at row m and column n of the output. */
template <linear_form form, int columns>
__device__ void wgmma_store(const qref_linear_w8a8_args &args, const int32_t (&acc)[columns / 2], char *staged,
                            size_t m, size_t n, qref_counts *counts) {
  const int warpgroup = threadIdx.x / 128;
  const int lane = threadIdx.x % 32;
  const int row = threadIdx.x / 32 % 4 * 16 + lane / 4;
  warpgroup_synchronize(1 + warpgroup); /* the tile before has left shared memory */
#pragma unroll
  for (int j = 0; j < columns / 8; j++) {
    const int column = 8 * j + lane % 4 * 2;
    const float2 scale = linear_pair_scales<form>(args, n + column);
#pragma unroll
    for (int half = 0; half < 2; half++) {
      const int32_t *const sums = &acc[4 * j + 2 * half];
      const float t0 = linear_scaled<form>(sums[0], scale.x, args.input_scale);
      const float t1 = linear_scaled<form>(sums[1], scale.y, args.input_scale);
      if (args.counts != nullptr) {
        counts->saturated += linear_saturates<form>(t0) + linear_saturates<form>(t1);
      }
      linear_stage_pair<form>(staged + (row + 8 * half) * linear_output_stride<form, columns>, column,
                              linear_pair<form>(t0, t1));
    }
  }
  warpgroup_synchronize(1 + warpgroup);
  linear_store_rows<form, columns, 128>(args, staged, 64, m, n, threadIdx.x % 128);
}

template <linear_form form, int columns, int cluster>
__global__ void __launch_bounds__(wgmma_tile<form, columns>::threads, 1)
    linear_wgmma(qref_linear_w8a8_args args, const __grid_constant__ CUtensorMap x_map,
                 const __grid_constant__ CUtensorMap w_map) {
#if defined(__CUDA_ARCH_FEAT_SM90_ALL)
  using tile = wgmma_tile<form, columns>;
  extern __shared__ __align__(1024) char wgmma_shared[];
  char *const staged = wgmma_shared + tile::stages * tile::slice_bytes;
  const uint32_t barriers = shared_address(staged + tile::output_bytes);
  wgmma_work work;
  work.first = blockIdx.x / cluster;
  work.step = gridDim.x / cluster;
  work.count = linear_tile_count(args.rows, args.columns, cluster * tile::rows, columns);
  work.rows = args.rows;
  work.columns = args.columns;
  work.slices = static_cast<int>((args.depth + tile::depth - 1) / tile::depth);
  work.slice_memory = shared_address(wgmma_shared);
  work.full = barriers;
  work.empty = barriers + tile::stages * 8;
  if (threadIdx.x == 0) {
    for (int stage = 0; stage < tile::stages; stage++) {
      barrier_create(work.full + stage * 8, 1);
      barrier_create(work.empty + stage * 8, cluster * (tile::consumers / 32));
    }
    barriers_created();
  }
  cluster_synchronize();

  if (threadIdx.x >= tile::consumers) {
    if (threadIdx.x == tile::consumers) {
      prefetch_map(&x_map);
      prefetch_map(&w_map);
      wgmma_produce<form, columns, cluster>(work, &x_map, &w_map);
    }
  } else {
    const uint32_t rank = cluster > 1 ? cluster_rank() : 0;
    const int warpgroup = threadIdx.x / 128;
    wgmma_ring<tile::stages> ring;
    qref_counts counts = {};
    for (size_t index = work.first; index < work.count; index += work.step) {
      const linear_tile_position position =
          linear_tile_at(index, work.rows, work.columns, cluster * tile::rows, columns);
      int32_t acc[columns / 2];
      wgmma_multiply<form, columns, cluster>(work, &ring, acc);
      wgmma_store<form, columns>(args, acc, staged + warpgroup * 64 * linear_output_stride<form, columns>,
                                 position.row + rank * tile::rows + warpgroup * 64, position.column, &counts);
    }
    qref_cuda_add_counts(args.counts, counts);
  }
  cluster_synchronize(); /* nobody leaves while the other block may still write here or report to it */
#else
  __trap(); /* never launched there */
#endif
}

template <linear_form form, int columns, int cluster>
qref_status launch_linear_wgmma(const qref_linear_w8a8_args &args, int processors, cudaStream_t stream,
                                qref_error *error) {
  using tile = wgmma_tile<form, columns>;
  CUtensorMap x_map, w_map;
  QREF_CUDA_TRY(linear_tensor_map(args.x, args.rows, args.depth, tile::rows, tile::depth, &x_map),
                "cuda: tensor map of x", error);
  QREF_CUDA_TRY(linear_tensor_map(args.w, args.columns, args.depth, columns / cluster, tile::depth, &w_map),
                "cuda: tensor map of w", error);
  const auto kernel = linear_wgmma<form, columns, cluster>;
  QREF_CUDA_TRY(cudaFuncSetAttribute(kernel, cudaFuncAttributeMaxDynamicSharedMemorySize, tile::shared_bytes),
                "cuda: shared memory of linear_w8a8", error);
  const size_t tiles = linear_tile_count(args.rows, args.columns, cluster * tile::rows, columns);
  const size_t clusters = static_cast<size_t>(processors / cluster);
  cudaLaunchAttribute attribute = {};
  attribute.id = cudaLaunchAttributeClusterDimension;
  attribute.val.clusterDim.x = cluster;
  attribute.val.clusterDim.y = 1;
  attribute.val.clusterDim.z = 1;
  cudaLaunchConfig_t config = {};
  config.gridDim = dim3(static_cast<unsigned int>((tiles < clusters ? tiles : clusters) * cluster));
  config.blockDim = dim3(tile::threads);
  config.dynamicSmemBytes = tile::shared_bytes;
  config.stream = stream;
  config.attrs = &attribute;
  config.numAttrs = 1;
  QREF_CUDA_TRY(cudaLaunchKernelEx(&config, kernel, args, x_map, w_map), "linear_w8a8", error);
  return qref_cuda_launched("linear_w8a8", error);
}

#endif
