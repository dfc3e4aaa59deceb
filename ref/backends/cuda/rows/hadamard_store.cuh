/* Rounds what the second pass of a Hadamard transform leaves in a thread, and stores it: without a branch where no
 * value can leave int32, and element by element where one may, or where intermediates are asked for. */
#ifndef QREF_BACKENDS_CUDA_ROWS_HADAMARD_STORE_CUH
#define QREF_BACKENDS_CUDA_ROWS_HADAMARD_STORE_CUH

#include "ref/backends/cuda/rows/hadamard_passes.cuh"
/* Behind the numerics. */
#include <qref/ops.h>

#include "ref/backends/cuda/counts.cuh"
#include "ref/ops/intermediate.h"

namespace qref_cuda_hadamard_tile {

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

/* Rounds and stores neighbouring sums. Returns how many the rule had to bring into int8's range. */
template <bool saturate, int width>
__device__ inline uint32_t store_neighbours(const neighbours<width> &sums, float scale, int8_t *y) {
  int rounded[width];
  uint32_t changed = 0;
#pragma unroll
  for (int k = 0; k < width; k++) {
    rounded[k] = half_away(sums.at[k] * scale);
    changed += rounded[k] != (saturate ? max(-128, min(127, rounded[k])) : static_cast<int8_t>(rounded[k]));
  }
  if constexpr (width == 1) {
    *y = static_cast<int8_t>(saturate ? max(-128, min(127, rounded[0])) : rounded[0]);
  } else {
    const uint32_t packed =
        saturate ? qref_ptx_pack_saturated(rounded[0], rounded[1]) : __byte_perm(rounded[0], rounded[1], 0x0040);
    *reinterpret_cast<uint16_t *>(y) = static_cast<uint16_t>(packed);
  }
  return changed;
}

/* Returns how many results the rule had to bring into int8's range. */
template <typename tile, bool saturate>
__device__ inline uint32_t store_rounded(const neighbours<tile::width> (&sums)[tile::sums], float scale, int8_t *y) {
  uint32_t changed = 0;
#pragma unroll
  for (int i = 0; i < tile::sums; i++) {
    changed += store_neighbours<saturate>(sums[i], scale, y + element_of<tile>(i));
  }
  return changed;
}

/* All threads of a warp call it. */
template <typename tile, bool saturate>
__device__ inline void store_fast(const qref_hadamard_args &args, const neighbours<tile::width> (&sums)[tile::sums],
                                  size_t first) {
  if (args.counts == nullptr) {
    store_rounded<tile, saturate>(sums, args.scale, args.y + first);
  } else {
    const uint32_t changed = store_rounded<tile, saturate>(sums, args.scale, args.y + first);
    qref_cuda_add_count(saturate ? &args.counts->saturated : &args.counts->wrapped, changed);
  }
}

/* Rounding of any values, with the intermediates and counts; all threads of a warp call it, `inside` or not. Sums i
 * pass through own[i * span_pitch] in shared memory, so that one loop takes them all. */
template <typename tile>
__device__ inline void store_everything(const qref_hadamard_args &args, const qref_rounding_rule &rule,
                                        const neighbours<tile::width> (&sums)[tile::sums], float *own, size_t first,
                                        bool inside) {
#pragma unroll
  for (int i = 0; inside && i < tile::sums; i++) {
    *reinterpret_cast<neighbours<tile::width> *>(own + i * span_pitch) = sums[i];
  }
  qref_counts counts = {};
#pragma unroll 1
  for (int i = 0; inside && i < tile::sums * tile::width; i++) {
    const float sum = own[i / tile::width * span_pitch + i % tile::width];
    const float scaled = sum * args.scale;
    const size_t element = first + element_of<tile>(i / tile::width) + i % tile::width;
    args.y[element] = qref_round_to_int8(scaled, &rule, element, &counts);
    qref_store_intermediate(args.transformed, element, sum);
    qref_store_intermediate(args.before_rounding, element, scaled);
  }
  qref_cuda_add_counts(args.counts, counts);
}

}  // namespace qref_cuda_hadamard_tile

#endif
