/* Hadamard transform, float16 in, int8 out, of n * 64 * spans elements, all known to the compiler.
 *
 * A block takes a tile of rows, then the next in a loop over the grid. In a first pass a thread holds 64 neighbouring
 * elements, which are the strides below 64. In a second it holds elements 64 apart: the strides from 64 on, the base
 * matrix, and the rounding. Between the passes the row lies in shared memory as float32; the float16 of the next tile
 * come into shared memory during the second.
 *
 * Its limit is the rate of additions: 28 of the base matrix of 40, 7 of the butterflies and 10 other instructions an
 * element. */
#include "ref/backends/cuda/numerics.cuh"
/* Behind the numerics. */
#include "ref/backends/cuda/counts.cuh"
#include "ref/backends/cuda/launch.h"
#include "ref/backends/cuda/ptx.cuh"
#include "ref/backends/cuda/rows/hadamard_base.cuh"
#include "ref/backends/cuda/rows/hadamard_tiles.h"
#include "ref/backends/cuda/status.h"
#include "ref/ops/intermediate.h"

namespace {

/* A span is what one thread transforms in the first pass. */
constexpr int span = 64;
/* Spans lie this far apart in shared memory, so that neither pass has two threads at one bank. */
constexpr int loaded_pitch = span + 8;
constexpr int span_pitch = span + 4;

template <int n_, int spans_, int rows_, int threads_, int blocks_>
struct shape {
  static constexpr int n = n_;         /* size of the base matrix */
  static constexpr int spans = spans_; /* of a group, a power of 2 */
  static constexpr int rows = rows_;   /* of a tile */
  static constexpr int threads = threads_;
  static constexpr int blocks = blocks_; /* of a multiprocessor */
  static constexpr int group = span * spans;
  static constexpr int dim = n * group;
  static constexpr int tile_spans = rows * n * spans;
  /* In the second pass a thread takes the offset o < 64 and all that lie 64 apart behind it; two threads share them
   * where they are too many sums for its registers. */
  static constexpr int sharers = n * spans > 64 ? 2 : 1;
  static constexpr int sums = n * spans / sharers;
  static constexpr int items = rows * span * sharers;
  static constexpr size_t shared = tile_spans * (loaded_pitch * sizeof(qref_float16) + span_pitch * sizeof(float));
  static_assert(items % threads == 0 && (sharers == 1 || spans == 2));
};

/* Butterflies between the elements of v that lie 1, 2, .. `behind` / 2 apart, smallest stride first. */
template <int behind, int count>
__device__ inline void butterflies(float (&v)[count]) {
#pragma unroll
  for (int stride = 1; stride < behind; stride *= 2) {
#pragma unroll
    for (int i = 0; i < count; i++) {
      if ((i & stride) == 0) {
        const float a = v[i];
        const float b = v[i + stride];
        v[i] = a + b;
        v[i + stride] = a - b;
      }
    }
  }
}

/* Starts to load the tile that begins with x. */
template <typename tile>
__device__ inline void start_load(const qref_float16 *x, size_t rows, qref_float16 *loaded) {
  constexpr int vector = 8;
  const int vectors = static_cast<int>(rows < tile::rows ? rows : tile::rows) * (tile::dim / vector);
  const uint32_t destination = qref_ptx_shared_address(loaded);
#pragma unroll
  for (int first = 0; first < tile::rows * tile::dim / vector; first += tile::threads) {
    const int i = first + static_cast<int>(threadIdx.x);
    if (i < vectors) {
      const int place = i / (span / vector) * loaded_pitch + i % (span / vector) * vector;
      qref_ptx_copy_16_async(destination + static_cast<uint32_t>(place) * sizeof(qref_float16), x + i * vector, true);
    }
  }
  qref_ptx_copy_commit();
}

/* The strides inside a span. Returns whether all elements are numbers of at most `largest`. */
__device__ inline bool transform_span(const qref_float16 *loaded, float largest, float *transformed) {
  constexpr int vectors = span / 8;
  float v[span];
  uint32_t magnitudes = 0;
#pragma unroll
  for (int i = 0; i < vectors; i++) {
    const uint4 packed = reinterpret_cast<const uint4 *>(loaded)[i];
    const uint32_t words[4] = {packed.x, packed.y, packed.z, packed.w};
#pragma unroll
    for (int j = 0; j < 4; j++) {
      magnitudes = qref_ptx_larger_magnitude_f16_pair(magnitudes, words[j]);
      qref_ptx_f32_from_f16_pair(words[j], &v[i * 8 + j * 2], &v[i * 8 + j * 2 + 1]);
    }
  }
  butterflies<span>(v);
#pragma unroll
  for (int i = 0; i < span; i += 4) {
    *reinterpret_cast<float4 *>(transformed + i) = make_float4(v[i], v[i + 1], v[i + 2], v[i + 3]);
  }
  float low;
  float high;
  qref_ptx_f32_from_f16_pair(magnitudes, &low, &high);
  return low <= largest && high <= largest;
}

/* The strides from 64 on and the base matrix. spans: those of the row. Sum (m, j) is element j * group + m * 64 +
 * offset of the row, at [m * n + j]; of sharers, each has one m. */
template <typename tile>
__device__ inline void transform_across(const float *spans, int offset, int sharer, float (&sums)[tile::sums]) {
  constexpr int n = tile::n;
  if constexpr (tile::sharers == 2) {
    /* The product is exact: a + b and a - b. */
    const float sign = sharer == 0 ? 1.0f : -1.0f;
    qref_cuda_multiply_base<n>(
        [&](int i) {
          const float a = spans[i * 2 * span_pitch + offset];
          const float b = spans[(i * 2 + 1) * span_pitch + offset];
          return __fmaf_rn(sign, b, a);
        },
        sums);
  } else {
    float v[n * tile::spans];
#pragma unroll
    for (int i = 0; i < n * tile::spans; i++) {
      v[i] = spans[i * span_pitch + offset];
    }
    butterflies<tile::spans>(v);
#pragma unroll
    for (int m = 0; m < tile::spans; m++) {
      float of_offset[n];
      if constexpr (n == 1) {
        of_offset[0] = v[m];
      } else {
        qref_cuda_multiply_base<n>([&](int i) { return v[i * tile::spans + m]; }, of_offset);
      }
#pragma unroll
      for (int j = 0; j < n; j++) {
        sums[m * n + j] = of_offset[j];
      }
    }
  }
}

/* Where sum (m, j) of a thread lies behind its first. */
template <typename tile>
__device__ constexpr int element_of(int i) {
  return i % tile::n * tile::group + i / tile::n * span;
}

/* half_away(v) for every |v| < 2^31, all of which have been compared with the rule. What is added is the float32 below
 * 1/2: 1/2 would carry the float32 below 1/2 to 1. */
__device__ inline int half_away(float v) {
  return __float2int_rz(v + copysignf(0x1.fffffep-2f, v));
}

/* Returns how many results the rule had to bring into int8's range, where `count` asks for it. */
template <typename tile, bool saturate, bool count>
__device__ inline uint32_t store_rounded(const float (&sums)[tile::sums], float scale, int8_t *y) {
  uint32_t changed = 0;
#pragma unroll
  for (int i = 0; i < tile::sums; i++) {
    const int rounded = half_away(sums[i] * scale);
    const auto stored = static_cast<int8_t>(saturate ? max(-128, min(127, rounded)) : rounded);
    if (count) {
      changed += stored != rounded;
    }
    y[element_of<tile>(i)] = stored;
  }
  return changed;
}

/* All threads of a warp call it, `inside` or not. */
template <typename tile, bool saturate>
__device__ inline void store_fast(const qref_hadamard_args &args, const float (&sums)[tile::sums], size_t first,
                                  bool inside) {
  if (args.counts == nullptr) {
    if (inside) {
      store_rounded<tile, saturate, false>(sums, args.scale, args.y + first);
    }
  } else {
    const uint32_t changed = inside ? store_rounded<tile, saturate, true>(sums, args.scale, args.y + first) : 0;
    qref_cuda_add_count(saturate ? &args.counts->saturated : &args.counts->wrapped, changed);
  }
}

/* Rounding of any values, with the intermediates and counts; all threads of a warp call it, `inside` or not. Sum i
 * passes through own[i * span_pitch] in shared memory, so that one loop takes them all. */
template <typename tile>
__device__ inline void store_everything(const qref_hadamard_args &args, const qref_rounding_rule &rule,
                                        const float (&sums)[tile::sums], float *own, size_t first, bool inside) {
#pragma unroll
  for (int i = 0; i < tile::sums; i++) {
    own[i * span_pitch] = sums[i];
  }
  qref_counts counts = {};
#pragma unroll 1
  for (int i = 0; inside && i < tile::sums; i++) {
    const float sum = own[i * span_pitch];
    const float scaled = sum * args.scale;
    const size_t element = first + element_of<tile>(i);
    args.y[element] = qref_round_to_int8(scaled, &rule, element, &counts);
    qref_store_intermediate(args.transformed, element, sum);
    qref_store_intermediate(args.before_rounding, element, scaled);
  }
  qref_cuda_add_counts(args.counts, counts);
}

/* largest_input: rows without a greater magnitude have no value of 2^31 or more before rounding. */
template <typename tile>
__global__ void __launch_bounds__(tile::threads, tile::blocks)
    hadamard_tiles(qref_hadamard_args args, qref_rounding_rule rule, float largest_input) {
  QREF_CUDA_DYNAMIC_SHARED(float, spans);
  qref_float16 *const loaded = reinterpret_cast<qref_float16 *>(spans + tile::tile_spans * span_pitch);
  const bool everything = args.transformed != nullptr || args.before_rounding != nullptr;
  const size_t tile_stride = static_cast<size_t>(gridDim.x) * tile::rows;
  size_t first_row = static_cast<size_t>(blockIdx.x) * tile::rows;
  start_load<tile>(args.x + first_row * tile::dim, args.rows - first_row, loaded);
  for (; first_row < args.rows; first_row += tile_stride) {
    const size_t rows = args.rows - first_row;
    qref_ptx_copy_wait<0>();
    __syncthreads(); /* loaded is complete, and spans no longer read */
    bool small = true;
    for (int i = static_cast<int>(threadIdx.x); i < tile::tile_spans; i += tile::threads) {
      if (static_cast<size_t>(i / (tile::dim / span)) < rows) {
        small &= transform_span(loaded + i * loaded_pitch, largest_input, spans + i * span_pitch);
      }
    }
    const bool careful = __syncthreads_or(!small) != 0 || everything;
    if (first_row + tile_stride < args.rows) {
      start_load<tile>(args.x + (first_row + tile_stride) * tile::dim, args.rows - first_row - tile_stride, loaded);
    }
#pragma unroll 1
    for (int item = static_cast<int>(threadIdx.x); item < tile::items; item += tile::threads) {
      const int offset = item % span;
      const int sharer = item / span % tile::sharers;
      const int row = item / (span * tile::sharers);
      float *const row_spans = spans + row * (tile::dim / span) * span_pitch;
      const size_t first = (first_row + static_cast<size_t>(row)) * tile::dim + sharer * span + offset;
      const bool inside = static_cast<size_t>(row) < rows;
      float sums[tile::sums];
      transform_across<tile>(row_spans, offset, sharer, sums);
      if (careful) {
        __syncthreads(); /* the spans of the row have been read */
        store_everything<tile>(args, rule, sums, row_spans + sharer * tile::sums * span_pitch + offset, first, inside);
      } else if (rule.overflow == QREF_OVERFLOW_SATURATE) {
        store_fast<tile, true>(args, sums, first, inside);
      } else {
        store_fast<tile, false>(args, sums, first, inside);
      }
    }
  }
}

template <typename tile>
qref_status launch(const qref_hadamard_args *args, cudaStream_t stream, qref_error *error) {
  int device = 0;
  int multiprocessors = 0;
  QREF_CUDA_TRY(cudaGetDevice(&device), "hadamard", error);
  QREF_CUDA_TRY(cudaDeviceGetAttribute(&multiprocessors, cudaDevAttrMultiProcessorCount, device), "hadamard", error);
  const size_t tiles = (args->rows + tile::rows - 1) / tile::rows;
  const size_t most = static_cast<size_t>(multiprocessors) * tile::blocks;
  /* A sum of dim elements, with the rounding of its fewer than 100 additions. */
  const double growth = static_cast<double>(tile::dim) * static_cast<double>(args->scale) * 1.0001;
  const double largest_input = 0x1p31 / growth < 65504.0 ? 0x1p31 / growth : 65504.0;
  return qref_cuda_launch("hadamard", hadamard_tiles<tile>, static_cast<unsigned int>(tiles < most ? tiles : most),
                          tile::threads, tile::shared, stream, error, *args, args->rule->output,
                          static_cast<float>(largest_input));
}

using launch_function = qref_status (*)(const qref_hadamard_args *, cudaStream_t, qref_error *);

/* NULL: none. */
launch_function launch_of(size_t dim) {
  switch (dim) {
    case 768:
      return launch<shape<12, 1, 8, 128, 5>>;
    case 1024:
      return launch<shape<1, 16, 8, 128, 4>>;
    case 1536:
      return launch<shape<12, 2, 4, 128, 5>>;
    case 2048:
      return launch<shape<1, 32, 4, 128, 4>>;
    case 2560:
      return launch<shape<40, 1, 4, 256, 3>>;
    case 3072:
      return launch<shape<12, 4, 2, 128, 5>>;
    case 4096:
      return launch<shape<1, 64, 2, 128, 4>>;
    case 5120:
      return launch<shape<40, 2, 2, 256, 3>>;
    default:
      return nullptr;
  }
}

}  // namespace

bool qref_cuda_hadamard_tiles_support(const qref_hadamard_args *args) {
  return reinterpret_cast<uintptr_t>(args->x) % 16 == 0 && launch_of(args->dim) != nullptr;
}

qref_status qref_cuda_hadamard_tiles(const qref_hadamard_args *args, cudaStream_t stream, qref_error *error) {
  return launch_of(args->dim)(args, stream, error);
}
