/* Gate and store of y behind the lanes of the fast int8 scan. A helping thread takes a step of at most 4 channels; it
 * reads z of 4 steps of one of them, CHUNKS_AHEAD chunks before, and exchanges them with its 3 neighbours. */
#ifndef QREF_BACKENDS_CUDA_SCAN_TABLES_OUTPUT_CUH
#define QREF_BACKENDS_CUDA_SCAN_TABLES_OUTPUT_CUH

#include <cuda_fp16.h>

#include "ref/backends/cuda/scan/tables_input.cuh"

namespace qref_cuda_scan {

constexpr qref_float16 NAN_HALF = 0x7e00;

__device__ inline qref_float16 half_bits(float value) {
  return value == value ? __half_as_ushort(__float2half_rn(value)) : NAN_HALF;
}

/* (y * z) / divisor in float16, where |y * z| is at most 2^60, for divisor = {1 + exp(-z), its reciprocal rounded to
 * nearest}. The first quotient is within 2 units in the last place, the second within 1, and by Markstein's theorem the
 * third is the rounded one: each remainder is exact where it matters, for a quotient that float16 does not round to 0
 * is at least 2^-25, and then the divisor is below 2^86. A smaller quotient needs no more than its sign, which is that
 * of the product. */
__device__ __forceinline__ qref_float16 quotient_half(float product, float2 divisor) {
  const float first = product * divisor.y;
  const float second = __fmaf_rn(__fmaf_rn(-first, divisor.x, product), divisor.y, first);
  const float third = __fmaf_rn(__fmaf_rn(-second, divisor.x, product), divisor.y, second);
  return __half_as_ushort(__float2half_rn(copysignf(third, product)));
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
  const int8_t *z;       /* of one of the 4 channels, or NULL */
  unsigned int z_step;   /* of a chunk, the first of its 4 */
  unsigned int channels; /* 0 to 4 */
  unsigned int step;     /* of a chunk */
  unsigned int from;     /* floats from the start of shared memory, of slot 0 */
  unsigned int from_slot;
  qref_float16 *y; /* of the first channel and of the step, in the chunk that is to be stored next */
  size_t y_stride;
  bool words; /* 4 channels of y may be stored together */
};

template <unsigned int lanes>
__device__ inline output_task output_task_of(const qref_selective_scan_args &args, const plan &p, const layout &l,
                                             const block &k, unsigned int thread) {
  using s = shape<lanes>;
  output_task task = {};
  const unsigned int quads = p.groups * s::channels / 4;
  const unsigned int quad = thread / STEPS % quads;
  const unsigned int batch = thread / STEPS / quads;
  const unsigned int scanner = batch * p.groups + 4 * quad / s::channels;
  const size_t b = k.b0 + batch;
  const size_t d = k.d0 + 4 * quad;
  if (batch >= p.batches || b >= k.b_end || d >= args.channels) {
    return task;
  }
  task.step = thread % STEPS;
  task.z_step = task.step / 4 * 4;
  if (args.z != nullptr) {
    task.z = args.z + (b * args.channels + existing_channel(args, d + task.step % 4)) * args.length;
  }
  task.channels = args.channels - d < 4 ? static_cast<unsigned int>(args.channels - d) : 4;
  task.from = l.y + (scanner * s::runs + task.step / s::steps) * s::y_run + 4 * quad % s::channels * s::steps +
              task.step % s::steps;
  task.from_slot = p.scanners() * s::runs * s::y_run;
  task.y_stride = qref_scan_y_stride(args.y_time_stride, args.channels);
  task.y = args.y + (b * args.length + task.step) * task.y_stride + d;
  task.words = task.channels == 4 && task.y_stride % 4 == 0 && reinterpret_cast<uintptr_t>(args.y + d) % 8 == 0;
  return task;
}

template <bool words>
__device__ __forceinline__ void read_z(const output_task &task, const block &k, unsigned int chunk, uint32_t *codes) {
  if (task.z != nullptr) {
    *codes = load_4_codes<words>(task.z, chunk * STEPS + task.z_step, k.length);
  }
}

/* The gated y of 4 channels. */
template <unsigned int stride>
__device__ __forceinline__ void gate_outputs(const float *y, uint32_t codes, float z_scale, const layout &l,
                                             const float *shared, qref_float16 (&half)[4]) {
  float product[4];
  bool all_small = true;
#pragma unroll
  for (unsigned int j = 0; j < 4; j++) {
    product[j] = y[j * stride] * (code_value(codes >> (8 * j)) * z_scale);
    all_small = all_small && fabsf(product[j]) <= 0x1p60f;
  }
#pragma unroll
  for (unsigned int j = 0; j < 4; j++) {
    const unsigned int code = (codes >> (8 * j)) % CODES;
    half[j] = quotient_half(product[j], *reinterpret_cast<const float2 *>(shared + l.gate + 2 * code));
  }
  if (!all_small) {
#pragma unroll
    for (unsigned int j = 0; j < 4; j++) {
      half[j] = half_bits(product[j] / shared[l.divisor + (codes >> (8 * j)) % CODES]);
    }
  }
}

/* Takes all threads of the warp. */
template <unsigned int lanes>
__device__ __forceinline__ void store_outputs(output_task *task, bool has_z, float z_scale, const layout &l,
                                              const block &k, uint32_t z, unsigned int chunk, unsigned int y_slot,
                                              const float *shared) {
  using s = shape<lanes>;
  const uint32_t codes = has_z ? transposed_codes(z, threadIdx.x) : 0;
  if (task->channels == 0 || chunk * STEPS + task->step >= k.length) {
    return;
  }
  const float *const from = shared + task->from + y_slot * task->from_slot;
  qref_float16 half[4];
  if (has_z) {
    gate_outputs<s::steps>(from, codes, z_scale, l, shared, half);
  } else {
#pragma unroll
    for (unsigned int j = 0; j < 4; j++) {
      half[j] = half_bits(from[j * s::steps]);
    }
  }
  qref_float16 *const to = task->y;
  task->y += STEPS * task->y_stride;
  if (task->words) {
    *reinterpret_cast<ushort4 *>(to) = make_ushort4(half[0], half[1], half[2], half[3]);
    return;
  }
#pragma unroll
  for (unsigned int j = 0; j < 4; j++) {
    if (j < task->channels) {
      to[j] = half[j];
    }
  }
}

}  // namespace qref_cuda_scan

#endif
