/* Embedding: y = float16(scale[token] * q[token, m]). One block a token, in a loop over the grid. Memory limits it: 1
 * byte in, 2 out. Without the intermediate a thread takes 8 elements by vector accesses. */
#include "ref/backends/cuda/numerics.cuh"
/* Behind the numerics. */
#include "ref/backends/cuda/device_ops.h"
#include "ref/backends/cuda/float16.cuh"
#include "ref/backends/cuda/launch.h"
#include "ref/ops/intermediate.h"

namespace {

constexpr int vector = 8;

/* Any width and alignment, with the intermediate. */
__global__ void embedding_w8(qref_embedding_w8_args args) {
  for (size_t i = blockIdx.x; i < args.count; i += gridDim.x) {
    const size_t token = static_cast<size_t>(args.tokens[i]);
    const float scale = qref_cuda_f32_from_f16(args.scale[token]);
    const int8_t *const q = args.weight + token * args.d_model; /* (M) */
    for (size_t m = threadIdx.x; m < args.d_model; m += blockDim.x) {
      const float y = scale * static_cast<float>(q[m]);
      args.y[i * args.d_model + m] = qref_cuda_f16_from_f32(y);
      qref_store_intermediate(args.before_store, i * args.d_model + m, y);
    }
  }
}

/* Two elements: bytes `first` and `first` + 1 of q, times the scale. */
__device__ inline uint32_t scaled_pair(uint32_t q, int first, float scale) {
  const auto low = static_cast<int8_t>(q >> (8 * first) & 0xffu);
  const auto high = static_cast<int8_t>(q >> (8 * first + 8) & 0xffu);
  return qref_cuda_f16_from_f32(scale * static_cast<float>(low)) |
         static_cast<uint32_t>(qref_cuda_f16_from_f32(scale * static_cast<float>(high))) << 16;
}

/* d_model a multiple of 8; weight aligned to 8 bytes and y to 16. */
__global__ void embedding_w8_vectors(qref_embedding_w8_args args) {
  const size_t vectors = args.d_model / vector;
  const auto *const weight = reinterpret_cast<const uint2 *>(args.weight);
  auto *const y = reinterpret_cast<uint4 *>(args.y);
  for (size_t i = blockIdx.x; i < args.count; i += gridDim.x) {
    const size_t token = static_cast<size_t>(args.tokens[i]);
    const float scale = qref_cuda_f32_from_f16(args.scale[token]);
    for (size_t m = threadIdx.x; m < vectors; m += blockDim.x) {
      const uint2 q = weight[token * vectors + m];
      y[i * vectors + m] = make_uint4(scaled_pair(q.x, 0, scale), scaled_pair(q.x, 2, scale),
                                      scaled_pair(q.y, 0, scale), scaled_pair(q.y, 2, scale));
    }
  }
}

}  // namespace

qref_status qref_cuda_embedding_w8(const qref_embedding_w8_args *args, cudaStream_t stream, qref_error *error) {
  constexpr unsigned int threads = 128;
  const bool vectors = args->before_store == nullptr && args->d_model % vector == 0 &&
                       reinterpret_cast<uintptr_t>(args->weight) % sizeof(uint2) == 0 &&
                       reinterpret_cast<uintptr_t>(args->y) % sizeof(uint4) == 0;
  return qref_cuda_launch("embedding_w8", vectors ? embedding_w8_vectors : embedding_w8,
                          qref_cuda_blocks(args->count, 1), threads, 0, stream, error, *args);
}
