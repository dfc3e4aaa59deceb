/* Hadamard transform, float16 in, int8 out, of n * 64 * spans elements, all known to the compiler.
 *
 * A block takes a row, or a few short ones. In a first pass a thread holds 64 neighbouring elements, which are the
 * strides below 64. In a second it holds elements 64 apart: the strides from 64 on, the base matrix, and the rounding.
 * The rows come into shared memory as float16, and lie there as float32 between the passes.
 *
 * Its limit is the rate of instructions, of which 28 an element are the additions of the base matrix of 40, 7 the
 * butterflies and 12 all else; issue slots are busy in about 82 % of all cycles. What else was measured, for 16384 x
 * 5120 on an H100, where this takes 146 us: blocks that stay, and load the next tile in the second pass, 154, as those
 * that are served last end alone; two rows a block, 155; a thread with twice as many sums, and so 3 instructions an
 * element fewer but code too long for the instruction cache, 170; reads of the first pass directly from global memory,
 * 147. */
#include "ref/backends/cuda/launch.h"
#include "ref/backends/cuda/rows/hadamard_store.cuh"
#include "ref/backends/cuda/rows/hadamard_tiles.h"
#include "ref/backends/cuda/status.h"

namespace {

using namespace qref_cuda_hadamard_tile;

/* largest_input: rows without a greater magnitude have no value of 2^31 or more before rounding. */
template <typename tile>
__global__ void __launch_bounds__(tile::threads, tile::blocks)
    hadamard_tiles(qref_hadamard_args args, qref_rounding_rule rule, float largest_input, unsigned int all_rows) {
  QREF_CUDA_DYNAMIC_SHARED(float, spans);
  qref_float16 *const loaded = reinterpret_cast<qref_float16 *>(spans + tile::tile_spans * span_pitch);
  const unsigned int first_row = blockIdx.x * tile::rows;
  const unsigned int rows = rows_of<tile>(first_row, all_rows);
  bool small = args.transformed == nullptr && args.before_rounding == nullptr;
  load<tile>(args.x, first_row, all_rows, loaded);
  for (unsigned int i = threadIdx.x; i < rows * tile::row_spans; i += tile::threads) {
    small &= transform_span(loaded + i * loaded_pitch, largest_input, spans + i * span_pitch);
  }
  const bool careful = __syncthreads_or(!small) != 0;
#pragma unroll 1
  for (unsigned int first_item = 0; first_item < tile::items; first_item += tile::threads) {
    const unsigned int item = first_item + threadIdx.x;
    const unsigned int row = item / tile::row_items; /* the same for all threads of a warp */
    const unsigned int sharer = item / (span / tile::width) % tile::sharers;
    const unsigned int offset = item % (span / tile::width) * tile::width;
    float *const row_spans = spans + row * tile::row_spans * span_pitch;
    const size_t first = (size_t{first_row} + row) * tile::dim + sharer * span + offset;
    if (careful) {
      neighbours<tile::width> sums[tile::sums] = {};
      if (row < rows) {
        transform_across<tile>(row_spans, offset, sharer, sums);
      }
      __syncthreads(); /* the spans of the row have been read */
      store_everything<tile>(args, rule, sums, row_spans + sharer * tile::sums * span_pitch + offset, first,
                             row < rows);
    } else if (row < rows) {
      neighbours<tile::width> sums[tile::sums];
      transform_across<tile>(row_spans, offset, sharer, sums);
      if (rule.overflow == QREF_OVERFLOW_SATURATE) {
        store_fast<tile, true>(args, sums, first);
      } else {
        store_fast<tile, false>(args, sums, first);
      }
    }
  }
}

template <typename tile>
qref_status launch(const qref_hadamard_args *args, cudaStream_t stream, qref_error *error) {
  const size_t tiles = qref_cuda_divide_up(args->rows, tile::rows);
  /* A sum of dim elements, with the rounding of its fewer than 100 additions. */
  const double growth = static_cast<double>(tile::dim) * static_cast<double>(args->scale) * 1.0001;
  const double largest_input = 0x1p31 / growth < 65504.0 ? 0x1p31 / growth : 65504.0;
  return qref_cuda_launch("hadamard", hadamard_tiles<tile>, static_cast<unsigned int>(tiles), tile::threads,
                          tile::shared, stream, error, *args, args->rule->output, static_cast<float>(largest_input),
                          static_cast<unsigned int>(args->rows));
}

using launch_function = qref_status (*)(const qref_hadamard_args *, cudaStream_t, qref_error *);

/* NULL: none. A dimension gets its line here once its kernel was compared with the reference, and timed, on a GPU: the
 * templates take any n * 64 * spans. */
launch_function launch_of(size_t dim) {
  switch (dim) {
    case 768:
      return launch<shape<12, 1, 2, 8, 128, 5>>;
    case 1024:
      return launch<shape<1, 16, 1, 8, 128, 4>>;
    case 1536:
      return launch<shape<12, 2, 2, 4, 128, 5>>;
    case 2048:
      return launch<shape<1, 32, 1, 4, 128, 4>>;
    case 2560:
      return launch<shape<40, 1, 1, 2, 128, 6>>;
    case 3072:
      return launch<shape<12, 4, 1, 2, 128, 5>>;
    case 4096:
      return launch<shape<1, 64, 1, 2, 128, 4>>;
    case 5120:
      return launch<shape<40, 2, 1, 1, 128, 6>>;
    default:
      return nullptr;
  }
}

}  // namespace

bool qref_cuda_hadamard_tiles_support(const qref_hadamard_args *args) {
  return reinterpret_cast<uintptr_t>(args->x) % 16 == 0 && reinterpret_cast<uintptr_t>(args->y) % 2 == 0 &&
         args->rows < size_t{1} << 31 && launch_of(args->dim) != nullptr;
}

qref_status qref_cuda_hadamard_tiles(const qref_hadamard_args *args, cudaStream_t stream, qref_error *error) {
  return launch_of(args->dim)(args, stream, error);
}
