/* How linear_wgmma divides its work: tiles, the slices that feed them, and the barriers between its threads. */
#ifndef QREF_BACKENDS_CUDA_LINEAR_WGMMA_TILE_CUH
#define QREF_BACKENDS_CUDA_LINEAR_WGMMA_TILE_CUH

#include "ref/backends/cuda/linear/form.cuh"
/* Behind the numerics. */
#include "ref/backends/cuda/linear/hopper.cuh"
#include "ref/backends/cuda/linear/tile_order.cuh"
#include "ref/backends/cuda/linear/tile_output.cuh"

template <linear_form form_>
struct wgmma_tile {
  static constexpr linear_form form = form_;
  static constexpr int rows = 128, columns = 128;
  static constexpr int depth = 128;               /* bytes of a slice */
  static constexpr int products = rows / 64;      /* multiplications of 64 rows */
  static constexpr int sums = 64 * columns / 128; /* of one of them, in a thread */

  static constexpr int cluster = 2;                /* blocks, whose tiles lie below each other */
  static constexpr int w_part = columns / cluster; /* rows of w that a block fetches for all of them */
  static constexpr int warpgroup = 128;            /* threads */
  static constexpr int consumers = 2;              /* warpgroups */
  static constexpr int threads = (1 + consumers) * warpgroup;
  /* A thread's registers. At the start all have 168; multiples of 8. */
  static constexpr int producer_registers = 40, consumer_registers = 232;

  static constexpr int x_bytes = rows * depth;
  static constexpr int slice_bytes = x_bytes + columns * depth; /* of x, then of w */
  static constexpr int stages = 7;
  static constexpr int barrier_bytes = (2 * stages + consumers) * 8;
  static constexpr int shared_bytes = stages * slice_bytes + barrier_bytes;

  /* Columns that a thread stores at once, as 16 bytes, and those of the four threads that share a row. */
  static constexpr int neighbours = 16 / linear_output_bytes<form>;
  static constexpr int group = 4 * neighbours;
  static_assert(w_part % group == 0);
};

/* What the threads of a block share. */
struct wgmma_work {
  unsigned int first, step, count; /* tiles of a cluster: first, first + step, ... below count */
  size_t rows, columns;
  uint32_t slices;
  uint32_t rank;         /* of the block in its cluster */
  uint32_t slice_memory; /* (stages) slices */
  uint32_t full;         /* (stages) barriers of 8 bytes: the slice has come */
  uint32_t empty;        /* (stages): the slice has been read, in every block of the cluster */
  uint32_t turn;         /* (consumers): the other warpgroup has queued its multiplications */

  template <typename tile>
  __device__ void start(const qref_linear_w8a8_args &args, uint32_t shared) {
    first = blockIdx.x / tile::cluster;
    step = gridDim.x / tile::cluster;
    count = static_cast<unsigned int>(
        linear_tile_count(args.rows, args.columns, tile::cluster * tile::rows, tile::columns));
    rows = args.rows;
    columns = args.columns;
    slices = static_cast<uint32_t>((args.depth + tile::depth - 1) / tile::depth);
    rank = cluster_rank();
    slice_memory = shared;
    full = shared + tile::stages * tile::slice_bytes;
    empty = full + tile::stages * 8;
    turn = empty + tile::stages * 8;
  }
  /* By one thread. */
  template <typename tile>
  __device__ void create_barriers() const {
    constexpr uint32_t warps = tile::warpgroup / 32;
    for (uint32_t stage = 0; stage < tile::stages; stage++) {
      barrier_create(full + stage * 8, 1);
      barrier_create(empty + stage * 8, tile::cluster * warps);
    }
    for (uint32_t i = 0; i < tile::consumers; i++) {
      barrier_create(turn + i * 8, warps);
    }
    barriers_created();
  }
  /* This block's tile number `index`. */
  template <typename tile>
  __device__ linear_tile_position at(unsigned int index) const {
    linear_tile_position position = linear_tile_at(index, rows, columns, tile::cluster * tile::rows, tile::columns);
    position.row += rank * tile::rows;
    return position;
  }
};

/* The slice that a thread waits for next, and the parity of its barriers' phase. */
template <uint32_t stages>
struct wgmma_ring {
  uint32_t stage = 0;
  uint32_t parity = 0;

  __device__ void advance() {
    stage++;
    if (stage == stages) {
      stage = 0;
      parity ^= 1;
    }
  }
  __device__ void skip(uint32_t slices) {
    const uint32_t to = stage + slices;
    parity ^= to / stages % 2;
    stage = to % stages;
  }
};

#endif
