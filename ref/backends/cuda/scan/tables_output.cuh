/* Gate and store of y behind the lanes of the fast int8 scan. A helping thread takes a step of at most 4 channels, and
 * reads z a chunk ahead. */
#ifndef QREF_BACKENDS_CUDA_SCAN_TABLES_OUTPUT_CUH
#define QREF_BACKENDS_CUDA_SCAN_TABLES_OUTPUT_CUH

#include <cuda_fp16.h>

#include "ref/backends/cuda/scan/tables_input.cuh"

namespace qref_cuda_scan {

constexpr qref_float16 NAN_HALF = 0x7e00;

__device__ inline qref_float16 half_bits(float value) {
  return __half_as_ushort(__float2half_rn(value));
}

/* Out of the way of the registers of what needs it rarely. */
static __device__ __noinline__ qref_float16 gated_half_by_definition(float y, float z) {
  return qref_f16_from_f32(qref_scan_gate(y, z));
}

/* float16((y * z) / divisor), divisor = 1 + exp(-z), with its reciprocal rounded to nearest. The first quotient is
 * within 2 units in the last place, the second within 1, and by Markstein's theorem the third is the rounded one: each
 * remainder is exact where it matters, for a quotient that float16 does not round to 0 is at least 2^-25, and then the
 * divisor is below 2^86. A smaller quotient needs no more than its sign, which is that of the product. */
__device__ inline qref_float16 gated_half(float y, float z, float2 divisor) {
  const float product = y * z;
  if (!(fabsf(product) <= 0x1p60f)) {
    return gated_half_by_definition(y, z);
  }
  const float first = product * divisor.y;
  const float second = __fmaf_rn(__fmaf_rn(-first, divisor.x, product), divisor.y, first);
  const float third = __fmaf_rn(__fmaf_rn(-second, divisor.x, product), divisor.y, second);
  return half_bits(copysignf(third, product));
}

/* Whose outputs a thread stores. */
struct output_rows {
  unsigned int channels; /* 0 to 4 */
  unsigned int step;     /* of a chunk */
  unsigned int from;     /* floats from the start of shared memory, of slot 0 */
  const int8_t *z;       /* of the first channel, or NULL */
  qref_float16 *y;       /* of the first channel and step 0 */
  size_t y_stride;
  bool words; /* 4 channels of y may be stored together */
};

template <unsigned int lanes>
__device__ inline output_rows output_rows_of(const qref_selective_scan_args &args, const plan &p, const layout &l,
                                             const block &k) {
  using s = shape<lanes>;
  output_rows rows = {};
  const unsigned int quads = p.groups * s::channels / 4;
  const unsigned int quad = k.thread / STEPS % quads;
  const unsigned int batch = k.thread / STEPS / quads;
  const unsigned int scanner = batch * p.groups + 4 * quad / s::channels;
  const size_t b = k.b0 + batch;
  const size_t d = k.d0 + 4 * quad;
  if (batch >= p.batches || b >= k.b_end || d >= args.channels) {
    return rows;
  }
  rows.channels = args.channels - d < 4 ? static_cast<unsigned int>(args.channels - d) : 4;
  rows.step = k.thread % STEPS;
  rows.from = l.y + (scanner * s::runs + rows.step / s::steps) * s::y_run + 4 * quad % s::channels * s::steps +
              rows.step % s::steps;
  rows.z = args.z != nullptr ? args.z + (b * args.channels + d) * args.length : nullptr;
  rows.y_stride = qref_scan_y_stride(args.y_time_stride, args.channels);
  rows.y = args.y + b * args.length * rows.y_stride + d;
  rows.words = rows.channels == 4 && rows.y_stride % 4 == 0 && reinterpret_cast<uintptr_t>(rows.y) % 8 == 0;
  return rows;
}

/* z of the thread's step, of its channels. */
struct output_codes {
  int8_t z[4];
};

__device__ inline output_codes read_z(const qref_selective_scan_args &args, const output_rows &rows, size_t chunk) {
  const size_t t = chunk * STEPS + rows.step;
  output_codes codes = {};
  if (rows.z != nullptr && t < args.length) {
#pragma unroll
    for (unsigned int j = 0; j < 4; j++) {
      if (j < rows.channels) {
        codes.z[j] = rows.z[j * args.length + t];
      }
    }
  }
  return codes;
}

template <unsigned int lanes>
__device__ inline void store_outputs(const qref_selective_scan_args &args, const plan &p, const layout &l,
                                     const output_rows &rows, const output_codes &codes, size_t chunk,
                                     unsigned int y_slot, const float *shared) {
  using s = shape<lanes>;
  const size_t t = chunk * STEPS + rows.step;
  if (rows.channels == 0 || t >= args.length) {
    return;
  }
  const float *const from = shared + rows.from + y_slot * p.scanners() * s::runs * s::y_run;
  qref_float16 half[4];
#pragma unroll
  for (unsigned int j = 0; j < 4; j++) {
    const float y = from[j * s::steps];
    if (rows.z != nullptr) {
      const unsigned int code = static_cast<uint8_t>(codes.z[j]);
      const float2 divisor = *reinterpret_cast<const float2 *>(shared + l.gate + 2 * code);
      half[j] = gated_half(y, static_cast<float>(codes.z[j]) * args.scales.z, divisor);
    } else {
      half[j] = y == y ? half_bits(y) : NAN_HALF;
    }
  }
  qref_float16 *const to = rows.y + t * rows.y_stride;
  if (rows.words) {
    *reinterpret_cast<ushort4 *>(to) = make_ushort4(half[0], half[1], half[2], half[3]);
    return;
  }
#pragma unroll
  for (unsigned int j = 0; j < 4; j++) {
    if (j < rows.channels) {
      to[j] = half[j];
    }
  }
}

}  // namespace qref_cuda_scan

#endif
