/* Linear W8A8 on the tensor cores of Hopper, by wgmma: compute capability 9.0.
 *
 * A block stays on its multiprocessor and takes tiles of 128 x 128. Two warpgroups compute them in turn: while one
 * multiplies, the other scales, rounds and stores what it has, so that the tensor cores always work; each multiplies a
 * tile alone, 128 sums in the registers of a thread. A third warpgroup gives most of its registers to them; one thread
 * of it has the copy engine fill shared memory, 7 slices of 128 bytes of depth, over the ends of tiles. In a cluster of
 * two, the blocks compute tiles that lie below each other and share their columns: each fetches half of w's slice for
 * both. On an H100, 16384 x 2560 x 10240 keeps the tensor cores busy for 73 % of the time; the warpgroups then wait for
 * slices, that is for L2, which gives 84 % of what it can, at 1.7 rather than 1.98 GHz: the chip is short of power too.
 *
 * For outputs alone, in whole groups of columns (linear_wgmma_allowed). x and w are aligned to 16 bytes and so is the
 * depth; the copy engine puts zeros for what lies outside. */
#ifndef QREF_BACKENDS_CUDA_LINEAR_GEMM_WGMMA_CUH
#define QREF_BACKENDS_CUDA_LINEAR_GEMM_WGMMA_CUH

#include "ref/backends/cuda/linear/form.cuh"
/* Behind the numerics. */
#include "ref/backends/cuda/counts.cuh"
#include "ref/backends/cuda/linear/hopper.cuh"
#include "ref/backends/cuda/linear/tensor_map.h"
#include "ref/backends/cuda/linear/wgmma_output.cuh"
#include "ref/backends/cuda/linear/wgmma_tile.cuh"
#include "ref/backends/cuda/ptx.cuh"
#include "ref/backends/cuda/status.h"

/* The thread that feeds the slices. */
template <typename tile>
__device__ void wgmma_produce(const wgmma_work &work, const CUtensorMap *x_map, const CUtensorMap *w_map) {
  wgmma_ring<tile::stages> ring;
  for (unsigned int index = work.first; index < work.count; index += work.step) {
    const linear_tile_position position = work.at<tile>(index);
    const int32_t m = static_cast<int32_t>(position.row);
    const int32_t group = static_cast<int32_t>((position.column + work.rank * tile::w_part) / tile::group);
    for (uint32_t slice = 0; slice < work.slices; slice++) {
      const int32_t k = static_cast<int32_t>(slice * tile::depth);
      const uint32_t full = work.full + ring.stage * 8;
      const uint32_t memory = work.slice_memory + ring.stage * tile::slice_bytes;
      barrier_wait(work.empty + ring.stage * 8, ring.parity ^ 1); /* at once in the first round */
      barrier_expect(full, tile::slice_bytes);
      copy_box(memory, x_map, k, m, full);
      copy_groups_to_all(memory + tile::x_bytes + work.rank * tile::w_part * tile::depth, w_map, k, group, full,
                         (1 << tile::cluster) - 1);
      ring.advance();
    }
  }
}

/* Reports that this warp has read the slice of a stage, to every block that writes there. */
template <typename tile>
__device__ void wgmma_release(uint32_t empty) {
  const uint32_t lane = threadIdx.x % 32;
  if (lane < tile::cluster) {
    barrier_arrive(empty, lane);
  }
}

/* acc = the sums of a tile, by a warpgroup. Reports to next_turn when all is queued. */
template <typename tile>
__device__ void wgmma_multiply(const wgmma_work &work, wgmma_ring<tile::stages> *ring, uint32_t next_turn,
                               int32_t (&acc)[tile::products][tile::sums]) {
  uint32_t read = 0; /* the `empty` barrier of the slice in front */
  for (uint32_t slice = 0; slice < work.slices; slice++) {
    const uint32_t memory = work.slice_memory + ring->stage * tile::slice_bytes;
    const uint32_t x = matrix_descriptor(memory);
    const uint32_t w = matrix_descriptor(memory + tile::x_bytes);
    barrier_wait(work.full + ring->stage * 8, ring->parity);
    multiply_fence();
#pragma unroll
    for (int step = 0; step < tile::depth / 32; step++) {
#pragma unroll
      for (int i = 0; i < tile::products; i++) {
        multiply_64_128_32(acc[i], x + (i * 64 * tile::depth + step * 32) / 16, w + step * 32 / 16,
                           slice > 0 || step > 0);
      }
    }
    multiply_commit();
    if (slice > 0) {
      multiply_wait<1>();
      wgmma_release<tile>(read);
    }
    read = work.empty + ring->stage * 8;
    ring->advance();
  }
  if (threadIdx.x % 32 == 0) {
    barrier_arrive(next_turn);
  }
  multiply_wait<0>();
  wgmma_release<tile>(read);
}

/* A warpgroup that takes every other tile. */
template <typename tile>
__device__ void wgmma_consume(const qref_linear_w8a8_args &args, const wgmma_work &work) {
  const uint32_t own = threadIdx.x / tile::warpgroup - 1;
  const uint32_t other = own ^ 1;
  wgmma_ring<tile::stages> ring;
  uint32_t turn_parity = other; /* the first turn of all needs no report */
  uint64_t saturated = 0;
  if (own == 1) {
    ring.skip(work.slices);
  }
  for (unsigned int index = work.first + own * work.step; index < work.count; index += tile::consumers * work.step) {
    const linear_tile_position position = work.at<tile>(index);
    int32_t acc[tile::products][tile::sums];
    /* Every slice in front has come then: none of the barriers to wait for is more than a phase behind. */
    barrier_wait(work.turn + own * 8, turn_parity);
    turn_parity ^= 1;
    wgmma_multiply<tile>(work, &ring, work.turn + other * 8, acc);
    ring.skip(work.slices);
    uint32_t tile_saturated = 0;
    if (args.counts == nullptr) {
      wgmma_store<tile, false>(args, acc, position.row, position.column, &tile_saturated);
    } else {
      wgmma_store<tile, true>(args, acc, position.row, position.column, &tile_saturated);
      saturated += tile_saturated;
    }
  }
  if (args.counts != nullptr) {
    qref_cuda_add_count(&args.counts->saturated, saturated);
  }
}

template <typename tile>
__global__ void __launch_bounds__(tile::threads, 1)
    linear_wgmma(const __grid_constant__ qref_linear_w8a8_args args, const __grid_constant__ CUtensorMap x_map,
                 const __grid_constant__ CUtensorMap w_map) {
#if defined(__CUDA_ARCH_FEAT_SM90_ALL)
  extern __shared__ __align__(1024) char wgmma_shared[];
  wgmma_work work;
  work.start<tile>(args, qref_ptx_shared_address(wgmma_shared));
  if (threadIdx.x == 0) {
    work.create_barriers<tile>();
  }
  cluster_synchronize();
  if (threadIdx.x < tile::warpgroup) {
    registers_fewer<tile::producer_registers>();
    if (threadIdx.x == 0) {
      prefetch_map(&x_map);
      prefetch_map(&w_map);
      wgmma_produce<tile>(work, &x_map, &w_map);
    }
  } else {
    registers_more<tile::consumer_registers>();
    wgmma_consume<tile>(args, work);
  }
  cluster_synchronize(); /* nobody leaves while the other block may still write here or report to it */
#else
  __trap(); /* never launched there */
#endif
}

/* Whether outputs are all that is asked for, and their rows are whole groups of columns. */
template <linear_form form>
bool linear_wgmma_allowed(const qref_linear_w8a8_args &args) {
  return linear_output_staged<form>(args) && args.columns % wgmma_tile<form>::group == 0 && args.depth > 0;
}

template <linear_form form>
qref_status launch_linear_wgmma(const qref_linear_w8a8_args &args, int multiprocessors, cudaStream_t stream,
                                qref_error *error) {
  using tile = wgmma_tile<form>;
  CUtensorMap x_map, w_map;
  QREF_CUDA_TRY(linear_tensor_map(args.x, args.rows, args.depth, tile::rows, tile::depth, &x_map),
                "cuda: tensor map of x", error);
  QREF_CUDA_TRY(linear_reordered_tensor_map(args.w, args.columns, args.depth, tile::w_part, tile::depth,
                                            tile::neighbours, &w_map),
                "cuda: tensor map of w", error);
  const auto kernel = linear_wgmma<tile>;
  QREF_CUDA_TRY(cudaFuncSetAttribute(kernel, cudaFuncAttributeMaxDynamicSharedMemorySize, tile::shared_bytes),
                "linear_w8a8", error);
  const size_t tiles = linear_tile_count(args.rows, args.columns, tile::cluster * tile::rows, tile::columns);
  const size_t clusters = static_cast<size_t>(multiprocessors / tile::cluster);
  cudaLaunchAttribute attribute = {};
  attribute.id = cudaLaunchAttributeClusterDimension;
  attribute.val.clusterDim.x = tile::cluster;
  attribute.val.clusterDim.y = 1;
  attribute.val.clusterDim.z = 1;
  cudaLaunchConfig_t config = {};
  config.gridDim = dim3(static_cast<unsigned int>((tiles < clusters ? tiles : clusters) * tile::cluster));
  config.blockDim = dim3(tile::threads);
  config.dynamicSmemBytes = tile::shared_bytes;
  config.stream = stream;
  config.attrs = &attribute;
  config.numAttrs = 1;
  return qref_cuda_status(cudaLaunchKernelEx(&config, kernel, args, x_map, w_map), "linear_w8a8", error);
}

#endif
