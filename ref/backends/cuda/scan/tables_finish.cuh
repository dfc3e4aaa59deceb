/* Gate and store of y behind the lanes of the fast int8 scan, by the helping warps: 4 channels of a step at a time. */
#ifndef QREF_BACKENDS_CUDA_SCAN_TABLES_FINISH_CUH
#define QREF_BACKENDS_CUDA_SCAN_TABLES_FINISH_CUH

#include <cuda_fp16.h>

#include "ref/backends/cuda/scan/tables_prepare.cuh"

namespace qref_cuda_scan {

__device__ inline qref_float16 half_bits(float value) {
  return __half_as_ushort(__float2half_rn(value));
}

/* float16((y * z) / divisor), divisor = 1 + exp(-z), with its reciprocal rounded to nearest. The first quotient is
 * within 2 units in the last place, the second within 1, and by Markstein's theorem the third is the rounded one: each
 * remainder is exact where it matters, for a quotient that float16 does not round to 0 is at least 2^-25, and then the
 * divisor is below 2^86. A smaller quotient needs no more than its sign, which is that of the product. */
__device__ inline qref_float16 gated_half(float y, float z, float2 divisor) {
  const float product = y * z;
  if (!(fabsf(product) <= 0x1p60f)) {
    return qref_f16_from_f32(qref_scan_gate(y, z));
  }
  const float first = product * divisor.y;
  const float second = __fmaf_rn(__fmaf_rn(-first, divisor.x, product), divisor.y, first);
  const float third = __fmaf_rn(__fmaf_rn(-second, divisor.x, product), divisor.y, second);
  return half_bits(copysignf(third, product));
}

template <unsigned int lanes>
__device__ inline void finish_chunk(const qref_selective_scan_args &args, const plan &p, const layout &l,
                                    const block &k, size_t chunk, const float *shared) {
  using s = shape<lanes>;
  const unsigned int slot = static_cast<unsigned int>(chunk % Y_CHUNKS);
  const unsigned int quads = p.groups * s::channels / 4;
  const size_t y_stride = qref_scan_y_stride(args.y_time_stride, args.channels);
  const bool words = y_stride % 4 == 0 && reinterpret_cast<uintptr_t>(args.y) % 8 == 0 && k.d0 % 4 == 0;
  for (unsigned int i = k.thread; i < p.batches * quads * STEPS; i += k.helpers) {
    const unsigned int step = i % STEPS;
    const unsigned int quad = i / STEPS % quads;
    const unsigned int batch = i / STEPS / quads;
    const size_t b = k.b0 + batch;
    const size_t t = chunk * STEPS + step;
    const size_t d = k.d0 + 4 * quad;
    if (b >= k.b_end) {
      break;
    }
    if (t >= args.length || d >= args.channels) {
      continue;
    }
    const unsigned int scanner = batch * p.groups + 4 * quad / s::channels;
    const float *const from = shared + l.y + ((slot * p.scanners() + scanner) * s::runs + step / s::steps) * s::y_run +
                              4 * quad % s::channels * s::steps + step % s::steps;
    const size_t channels = args.channels - d < 4 ? args.channels - d : 4;
    qref_float16 half[4] = {};
#pragma unroll
    for (unsigned int j = 0; j < 4; j++) {
      if (j < channels) {
        const float y = from[j * s::steps];
        if (args.z != nullptr) {
          const uint8_t code = static_cast<uint8_t>(args.z[(b * args.channels + d + j) * args.length + t]);
          const float2 divisor = *reinterpret_cast<const float2 *>(shared + l.gate + 2 * code);
          half[j] = gated_half(y, code_value(code) * args.scales.z, divisor);
        } else {
          half[j] = y == y ? half_bits(y) : qref_f16_from_f32(y);
        }
      }
    }
    qref_float16 *const to = args.y + (b * args.length + t) * y_stride + d;
    if (words && channels == 4) {
      *reinterpret_cast<ushort4 *>(to) = make_ushort4(half[0], half[1], half[2], half[3]);
    } else {
#pragma unroll
      for (unsigned int j = 0; j < 4; j++) {
        if (j < channels) {
          to[j] = half[j];
        }
      }
    }
  }
}

}  // namespace qref_cuda_scan

#endif
