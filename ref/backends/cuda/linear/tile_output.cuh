/* From the sums of a tile, as the tensor cores leave them in registers, to memory. */
#ifndef QREF_BACKENDS_CUDA_LINEAR_TILE_OUTPUT_CUH
#define QREF_BACKENDS_CUDA_LINEAR_TILE_OUTPUT_CUH

#include "ref/backends/cuda/linear/form.cuh"
/* Behind the numerics. */
#include <cuda_fp16.h>

#include "ref/backends/cuda/ptx.cuh"

/* Bytes of an output, and those that pad each row of a tile in shared memory: rows then start 4 banks apart, so that
 * the 8 rows which a warp writes at once meet no bank twice. */
template <linear_form form>
constexpr int linear_output_bytes = form == linear_form::w8a8_f16 ? 2 : 1;
constexpr int linear_row_padding = 16;

template <linear_form form, int tile_columns>
constexpr int linear_output_stride = tile_columns *linear_output_bytes<form> + linear_row_padding;

/* The scales of columns n and n + 1, those outside the matrix replaced by that of its last column. */
template <linear_form form>
__device__ float2 linear_pair_scales(const qref_linear_w8a8_args &args, size_t n) {
  if constexpr (!linear_scale_per_column<form>) {
    return {args.weight_scale[0], args.weight_scale[0]};
  }
  const size_t last = args.columns - 1;
  return {args.weight_scale[n < last ? n : last], args.weight_scale[n + 1 < last ? n + 1 : last]};
}

/* Two neighbouring outputs as they are stored, in the lower bits.
 * int8, half-even: cvt.rni.s32.f32 rounds half-even and clamps to int32, then comes the clamp to int8; clamping twice
 * is clamping once. t is not a NaN: the scales are positive and finite, so that a product is infinite at worst, and
 * infinity times a positive number is infinity. The form that meets 0 * infinity, per channel, rounds half away and
 * takes the shared function.
 * float16: cvt.rn.f16.f32 is the rounding of SPEC, subnormals and infinities included; again no NaN comes. */
template <linear_form form>
__device__ uint32_t linear_pair(float t0, float t1) {
  if constexpr (form == linear_form::w8a8_f16) {
    const uint32_t low = __half_as_ushort(__float2half_rn(t0));
    const uint32_t high = __half_as_ushort(__float2half_rn(t1));
    return low | high << 16;
  } else if constexpr (linear_rounding<form> == QREF_ROUND_HALF_EVEN) {
    return qref_ptx_pack_saturated(__float2int_rn(t0), __float2int_rn(t1));
  } else {
    constexpr qref_rounding_rule rule = {linear_rounding<form>, QREF_OVERFLOW_SATURATE, 0};
    return qref_ptx_pack_saturated(qref_round_to_int8(t0, &rule, 0, nullptr),
                                   qref_round_to_int8(t1, &rule, 0, nullptr));
  }
}

/* Whether a tile's events can be counted by linear_saturates: saturation is the only one, and a sum of 0, which stands
 * outside the matrix, is none. */
template <linear_form form>
constexpr bool linear_counts_saturation = linear_rounding<form> == QREF_ROUND_HALF_EVEN;

template <linear_form form>
__device__ uint32_t linear_saturates(float t) {
  const int32_t q = __float2int_rn(t);
  return form != linear_form::w8a8_f16 && (q < INT8_MIN || q > INT8_MAX) ? 1 : 0;
}

/* Writes two neighbouring outputs to a row in shared memory. */
template <linear_form form>
__device__ void linear_stage_pair(char *row, int column, uint32_t pair) {
  if constexpr (form == linear_form::w8a8_f16) {
    *reinterpret_cast<uint32_t *>(row + 2 * column) = pair;
  } else {
    *reinterpret_cast<uint16_t *>(row + column) = static_cast<uint16_t>(pair);
  }
}

/* Whether a tile can go through shared memory: nothing but the outputs is asked for, and their rows can be stored 16
 * bytes at a time. */
template <linear_form form>
bool linear_output_staged(const qref_linear_w8a8_args &args) {
  const bool outputs_only = args.accumulator == nullptr && args.before_rounding == nullptr &&
                            (args.counts == nullptr || linear_counts_saturation<form>);
  const void *const y = form == linear_form::w8a8_f16 ? static_cast<const void *>(args.y_f16) : args.y;
  return outputs_only && reinterpret_cast<uintptr_t>(y) % 16 == 0 && args.columns * linear_output_bytes<form> % 16 == 0;
}

/* Copies `rows` rows of a tile from shared memory to rows m.. and columns n.. of the output, 16 bytes a thread, by the
 * `threads` threads of which this is number `thread`. As linear_output_staged allows. */
template <linear_form form, int tile_columns, int threads>
__device__ void linear_store_rows(const qref_linear_w8a8_args &args, const char *staged, int rows, size_t m, size_t n,
                                  int thread) {
  constexpr int row_bytes = tile_columns * linear_output_bytes<form>;
  constexpr int row_chunks = row_bytes / 16;
  char *const y =
      form == linear_form::w8a8_f16 ? reinterpret_cast<char *>(args.y_f16) : reinterpret_cast<char *>(args.y);
  const size_t y_stride = args.columns * linear_output_bytes<form>;
  for (int i = thread; i < rows * row_chunks; i += threads) {
    const int row = i / row_chunks;
    const int byte = i % row_chunks * 16;
    const size_t y_byte = n * linear_output_bytes<form> + byte;
    if (m + row < args.rows && y_byte < y_stride) {
      *reinterpret_cast<uint4 *>(y + (m + row) * y_stride + y_byte) =
          *reinterpret_cast<const uint4 *>(staged + row * linear_output_stride<form, tile_columns> + byte);
    }
  }
}

/* Scales and stores `rows` rows of sums, (rows, tile_columns) in shared memory, with the intermediates and counts. */
template <linear_form form, int tile_columns, int threads>
__device__ void linear_store_sums(const qref_linear_w8a8_args &args, const int32_t *sums, int rows, size_t m, size_t n,
                                  int thread, qref_counts *counts) {
  for (int i = thread; i < rows * tile_columns; i += threads) {
    const size_t row = m + i / tile_columns;
    const size_t column = n + i % tile_columns;
    if (row < args.rows && column < args.columns) {
      linear_store<form>(args, row, column, sums[i], counts);
    }
  }
}

#endif
