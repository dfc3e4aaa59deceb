/* Gate and store of y behind the lanes of the fast int8 scan. A helping thread, which has read z of 4 steps of a
 * channel, exchanges them with its 3 neighbours for one step of 4 channels. */
#ifndef QREF_BACKENDS_CUDA_SCAN_TABLES_OUTPUT_CUH
#define QREF_BACKENDS_CUDA_SCAN_TABLES_OUTPUT_CUH

#include <cuda_fp16.h>
#include <string.h>

#include "ref/backends/cuda/float16.cuh"
#include "ref/backends/cuda/scan/tables_input.cuh"

namespace qref_cuda_scan {

__device__ __forceinline__ uint32_t half_pair(float low, float high) {
  const __half2 pair = __floats2half2_rn(low, high);
  uint32_t bits;
  memcpy(&bits, &pair, sizeof bits);
  return bits;
}

/* Byte j of the result is byte `lane % 4` of the codes of lane lane / 4 * 4 + j. */
__device__ __forceinline__ uint32_t transposed_codes(uint32_t codes, unsigned int lane) {
  constexpr unsigned int whole_warp = 0xffffffffu;
  const uint32_t second = __shfl_xor_sync(whole_warp, codes, 2);
  codes = __byte_perm(codes, second, lane % 4 < 2 ? 0x5410 : 0x3276);
  const uint32_t first = __shfl_xor_sync(whole_warp, codes, 1);
  return __byte_perm(codes, first, lane % 2 == 0 ? 0x6240 : 0x3715);
}

/* Whose outputs a thread stores. */
struct output_task {
  unsigned int channels;    /* 0 to 4 */
  unsigned int step;        /* of a chunk */
  unsigned int from;        /* floats from the start of shared memory, of slot 0 */
  size_t y;                 /* element of the first channel and of the step, of chunk 0 */
  size_t y_stride, y_chunk; /* elements from one step, or chunk, to the next */
  bool words;               /* 4 channels of y may be stored together */
};

template <unsigned int lanes>
__device__ inline output_task output_task_of(const qref_selective_scan_args &args, const plan &p, const layout &l,
                                             const block &k, const helper_channel &c) {
  using s = shape<lanes>;
  output_task task = {};
  const unsigned int quad = c.r / 4;
  const size_t d = k.d0 + c.team % p.groups * s::channels + 4 * quad;
  if (c.exists && d < args.channels) {
    task.channels = args.channels - d < 4 ? static_cast<unsigned int>(args.channels - d) : 4;
  }
  task.step = c.quarter * 4 + c.r % 4;
  task.from = l.y + (c.team * s::runs + task.step / s::steps) * s::y_run + 4 * quad * s::steps + task.step % s::steps;
  task.y_stride = qref_scan_y_stride(args.y_time_stride, args.channels);
  task.y_chunk = task.y_stride * STEPS;
  task.y = (c.b * args.length + task.step) * task.y_stride + d;
  task.words = task.channels == 4 && task.y_stride % 4 == 0 && reinterpret_cast<uintptr_t>(args.y + d) % 8 == 0;
  return task;
}

/* What a helping thread reads of shared memory for its outputs: y of 4 channels, and of each code of z, z and the
 * reciprocal of 1 + exp(-z). */
struct ungated {
  float y[4];
  float2 gate[4];
};

template <unsigned int lanes>
__device__ __forceinline__ ungated read_ungated(const output_task &task, const layout &l, uint32_t z_codes,
                                                unsigned int y_slot, const float *shared) {
  ungated u;
#pragma unroll
  for (unsigned int j = 0; j < 4; j++) {
    u.y[j] = shared[task.from + y_slot + j * shape<lanes>::steps];
    u.gate[j] = *reinterpret_cast<const float2 *>(shared + l.gate + 2 * byte_of(z_codes, j));
  }
  return u;
}

/* float16((y * z) / divisor), divisor = 1 + exp(-z), of 4 channels, two to a word. The float32 nearest to the quotient
 * is within 1.5 * 2^-23 of `quotient`, which has two roundings, and so between `low` and `high`; where these round to
 * the same float16, so does it. Where divisor is bounded all of them are 0 in float16. The other cases, 1 in 2^10, and
 * great products divide. */
__device__ __forceinline__ void gate(const ungated &u, bool has_z, uint32_t z_codes, const layout &l,
                                     const float *shared, uint32_t (&pairs)[2]) {
  float product[4];
  float quotient[4];
  bool decided = has_z;
#pragma unroll
  for (unsigned int j = 0; j < 4; j++) {
    product[j] = u.y[j] * u.gate[j].x;
    quotient[j] = product[j] * u.gate[j].y;
    decided = decided && fabsf(product[j]) <= 0x1p60f;
  }
#pragma unroll
  for (unsigned int j = 0; j < 2; j++) {
    constexpr float less = 1.0f - 0x1.8p-22f;
    constexpr float more = 1.0f + 0x1.8p-22f;
    pairs[j] = half_pair(quotient[2 * j] * less, quotient[2 * j + 1] * less);
    decided = decided && pairs[j] == half_pair(quotient[2 * j] * more, quotient[2 * j + 1] * more);
  }
  if (!decided) {
    uint32_t half[4];
#pragma unroll
    for (unsigned int j = 0; j < 4; j++) {
      half[j] = qref_cuda_f16_from_f32(has_z ? product[j] / shared[l.divisor + byte_of(z_codes, j)] : u.y[j]);
    }
    pairs[0] = half[0] | half[1] << 16;
    pairs[1] = half[2] | half[3] << 16;
  }
}

__device__ __forceinline__ void store_outputs(const output_task &task, qref_float16 *to, const uint32_t (&pairs)[2]) {
  if (task.words) {
    *reinterpret_cast<uint2 *>(to) = make_uint2(pairs[0], pairs[1]);
    return;
  }
#pragma unroll
  for (unsigned int j = 0; j < 4; j++) {
    if (j < task.channels) {
      to[j] = static_cast<qref_float16>(pairs[j / 2] >> (16 * (j % 2)));
    }
  }
}

}  // namespace qref_cuda_scan

#endif
