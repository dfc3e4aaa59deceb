/* From the sums of a warpgroup, as wgmma leaves them in registers, to memory. w is multiplied with its rows reordered
 * (linear_reordered_tensor_map), so that a thread's sums are those of neighbouring columns: it stores 16 bytes at once,
 * the four threads that share a row 64, and nothing passes through shared memory. */
#ifndef QREF_BACKENDS_CUDA_LINEAR_WGMMA_OUTPUT_CUH
#define QREF_BACKENDS_CUDA_LINEAR_WGMMA_OUTPUT_CUH

#include "ref/backends/cuda/linear/form.cuh"
/* Behind the numerics. */
#include "ref/backends/cuda/linear/tile_output.cuh"
#include "ref/backends/cuda/linear/wgmma_tile.cuh"

/* 16 bytes of outputs: the first two of every four sums, scaled and rounded. */
template <typename tile, bool counted>
__device__ uint4 wgmma_output(const int32_t *sums, const float *scales, float input_scale, uint32_t *saturated) {
  constexpr linear_form form = tile::form;
  constexpr int pairs = tile::neighbours / 2;
  uint32_t words[4] = {};
#pragma unroll
  for (int j = 0; j < pairs; j++) {
    const float t0 = linear_scaled<form>(sums[4 * j], scales[2 * j], input_scale);
    const float t1 = linear_scaled<form>(sums[4 * j + 1], scales[2 * j + 1], input_scale);
    if constexpr (counted) {
      *saturated += linear_saturates<form>(t0) + linear_saturates<form>(t1);
    }
    const uint32_t pair = linear_pair<form>(t0, t1);
    words[j * 4 / pairs] |= j % (pairs / 4) == 0 ? pair : pair << 16;
  }
  return make_uint4(words[0], words[1], words[2], words[3]);
}

/* Scales and rounds a tile, which begins at row m and column n of the output, and stores it. */
template <typename tile, bool counted>
__device__ void wgmma_store(const qref_linear_w8a8_args &args, const int32_t (&acc)[tile::products][tile::sums],
                            size_t m, size_t n, uint32_t *saturated) {
  constexpr linear_form form = tile::form;
  constexpr int bytes = linear_output_bytes<form>;
  constexpr int neighbours = tile::neighbours;
  const int lane = threadIdx.x % 32;
  const size_t row = m + threadIdx.x % tile::warpgroup / 32 * 16 + lane / 4;
  const size_t column = n + lane % 4 * neighbours;
  char *const y =
      (form == linear_form::w8a8_f16 ? reinterpret_cast<char *>(args.y_f16) : reinterpret_cast<char *>(args.y)) +
      (row * args.columns + column) * bytes;
#pragma unroll
  for (int first = 0; first < tile::columns; first += tile::group) {
    if (n + first >= args.columns) {
      break; /* columns are whole groups */
    }
    float scales[neighbours];
#pragma unroll
    for (int i = 0; i < neighbours; i++) {
      scales[i] = args.weight_scale[linear_scale_per_column<form> ? column + first + i : 0];
    }
#pragma unroll
    for (int i = 0; i < tile::products; i++) {
#pragma unroll
      for (int half = 0; half < 2; half++) {
        const int down = 64 * i + 8 * half;
        const uint4 output =
            wgmma_output<tile, counted>(&acc[i][first / 2 + 2 * half], scales, args.input_scale, saturated);
        if (row + down < args.rows) {
          /* Larger outputs than L2 shall not drive x and w out of it. */
          __stcs(reinterpret_cast<uint4 *>(y + (down * args.columns + first) * bytes), output);
        }
      }
    }
  }
}

#endif
