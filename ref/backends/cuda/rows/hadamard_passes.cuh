/* The two passes of a Hadamard transform of n * 64 * spans elements, all known to the compiler, on a tile of rows: see
 * hadamard_tiles.cu. */
#ifndef QREF_BACKENDS_CUDA_ROWS_HADAMARD_PASSES_CUH
#define QREF_BACKENDS_CUDA_ROWS_HADAMARD_PASSES_CUH

#include "ref/backends/cuda/numerics.cuh"
/* Behind the numerics. */
#include "ref/backends/cuda/ptx.cuh"
#include "ref/backends/cuda/rows/hadamard_base.cuh"

namespace qref_cuda_hadamard_tile {

/* A span is what one thread transforms in the first pass. */
constexpr int span = 64;
/* Spans lie this far apart in shared memory, so that neither pass has two threads at one bank. */
constexpr int loaded_pitch = span + 8;
constexpr int span_pitch = span + 4;

template <int n_, int spans_, int width_, int rows_, int threads_, int blocks_>
struct shape {
  static constexpr int n = n_;         /* size of the base matrix */
  static constexpr int spans = spans_; /* of a group, a power of 2 */
  static constexpr int width = width_; /* neighbours that a thread takes in the second pass */
  static constexpr int rows = rows_;   /* of a tile */
  static constexpr int threads = threads_;
  static constexpr int blocks = blocks_; /* of a multiprocessor */
  static constexpr int group = span * spans;
  static constexpr int dim = n * group;
  static constexpr int row_spans = n * spans;
  static constexpr int tile_spans = rows * row_spans;
  /* In the second pass a thread takes the offsets o .. o + width - 1 < 64 and all that lie 64 apart behind them; two
   * threads share them where they are too many sums for its registers. */
  static constexpr int sharers = row_spans > 64 ? 2 : 1;
  static constexpr int sums = row_spans / sharers;
  static constexpr int row_items = span / width * sharers;
  static constexpr int items = rows * row_items;
  static constexpr size_t shared = tile_spans * (loaded_pitch * sizeof(qref_float16) + span_pitch * sizeof(float));
  static_assert(threads % 32 == 0 && row_items % 32 == 0 && (threads >= items || threads % row_items == 0));
  static_assert(sharers == 1 || spans == 2);
};

/* Neighbouring elements. */
template <int width>
struct alignas(width * sizeof(float)) neighbours {
  float at[width];
};

template <int width>
__device__ inline neighbours<width> operator+(neighbours<width> a, const neighbours<width> &b) {
#pragma unroll
  for (int i = 0; i < width; i++) {
    a.at[i] += b.at[i];
  }
  return a;
}

template <int width>
__device__ inline neighbours<width> operator-(neighbours<width> a, const neighbours<width> &b) {
#pragma unroll
  for (int i = 0; i < width; i++) {
    a.at[i] -= b.at[i];
  }
  return a;
}

/* Butterflies between the elements of v that lie 1, 2, .. `behind` / 2 apart, smallest stride first. */
template <int behind, typename number, int count>
__device__ inline void butterflies(number (&v)[count]) {
#pragma unroll
  for (int stride = 1; stride < behind; stride *= 2) {
#pragma unroll
    for (int i = 0; i < count; i++) {
      if ((i & stride) == 0) {
        const number a = v[i];
        const number b = v[i + stride];
        v[i] = a + b;
        v[i + stride] = a - b;
      }
    }
  }
}

/* Of the tile that begins with first_row; all_rows are those of the tensor. */
template <typename tile>
__device__ inline unsigned int rows_of(unsigned int first_row, unsigned int all_rows) {
  return min(all_rows - first_row, static_cast<unsigned int>(tile::rows));
}

/* Loads the tile that begins with first_row. All threads of the block call it, and may read all of it afterwards. */
template <typename tile>
__device__ inline void load(const qref_float16 *x, unsigned int first_row, unsigned int all_rows,
                            qref_float16 *loaded) {
  constexpr int vector = 8;
  constexpr int span_vectors = span / vector;
  constexpr int tile_vectors = tile::tile_spans * span_vectors;
  static_assert(tile::threads % span_vectors == 0);
  const unsigned int thread = threadIdx.x;
  const uint32_t place = thread / span_vectors * loaded_pitch + thread % span_vectors * vector;
  const uint32_t destination = qref_ptx_shared_address(loaded) + place * static_cast<uint32_t>(sizeof(qref_float16));
  const qref_float16 *const source = x + size_t{first_row} * tile::dim + thread * vector;
  const auto copy = [&](unsigned int i) {
    qref_ptx_copy_16_async(destination + i / span_vectors * loaded_pitch * sizeof(qref_float16), source + i * vector,
                           true);
  };
  const unsigned int rows = rows_of<tile>(first_row, all_rows);
  if (rows == tile::rows) {
#pragma unroll
    for (unsigned int i = 0; i < tile_vectors; i += tile::threads) {
      if (i + tile::threads <= tile_vectors || i + thread < tile_vectors) {
        copy(i);
      }
    }
  } else {
#pragma unroll 1
    for (unsigned int i = 0; i + thread < rows * tile::row_spans * span_vectors; i += tile::threads) {
      copy(i);
    }
  }
  qref_ptx_copy_commit();
  qref_ptx_copy_wait<0>();
  __syncthreads();
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
 * offset of the row and its neighbours, at [m * n + j]; of sharers, each has one m. */
template <typename tile>
__device__ inline void transform_across(const float *spans, unsigned int offset, unsigned int sharer,
                                        neighbours<tile::width> (&sums)[tile::sums]) {
  using number = neighbours<tile::width>;
  constexpr int n = tile::n;
  const auto load = [&](int i) { return *reinterpret_cast<const number *>(spans + i * span_pitch + offset); };
  if constexpr (tile::sharers == 2) {
    const float sign = sharer == 0 ? 1.0f : -1.0f;
    qref_cuda_multiply_base<n>(
        [&](int i) {
          number a = load(i * 2);
          const number b = load(i * 2 + 1);
#pragma unroll
          for (int k = 0; k < tile::width; k++) {
            a.at[k] = __fmaf_rn(sign, b.at[k], a.at[k]); /* the product is exact: a + b or a - b */
          }
          return a;
        },
        sums);
  } else {
    number v[tile::row_spans];
#pragma unroll
    for (int i = 0; i < tile::row_spans; i++) {
      v[i] = load(i);
    }
    butterflies<tile::spans>(v);
#pragma unroll
    for (int m = 0; m < tile::spans; m++) {
      number of_offset[n];
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

}  // namespace qref_cuda_hadamard_tile

#endif
