/* Embedding: y = float16(scale[token] * q[token, m]). One block a token, in a loop over the grid; one thread an
 * element. */
#include "ref/backends/cuda/numerics.cuh"
/* Behind the numerics. */
#include "ref/backends/cuda/device_ops.h"
#include "ref/backends/cuda/launch.h"
#include "ref/ops/intermediate.h"

namespace {

__global__ void embedding_w8(qref_embedding_w8_args args) {
  for (size_t i = blockIdx.x; i < args.count; i += gridDim.x) {
    const size_t token = static_cast<size_t>(args.tokens[i]);
    const float scale = qref_f32_from_f16(args.scale[token]);
    const int8_t *const q = args.weight + token * args.d_model; /* (M) */
    for (size_t m = threadIdx.x; m < args.d_model; m += blockDim.x) {
      const float y = scale * static_cast<float>(q[m]);
      args.y[i * args.d_model + m] = qref_f16_from_f32(y);
      qref_store_intermediate(args.before_store, i * args.d_model + m, y);
    }
  }
}

}  // namespace

qref_status qref_cuda_embedding_w8(const qref_embedding_w8_args *args, cudaStream_t stream, qref_error *error) {
  constexpr unsigned int threads = 256;
  return qref_cuda_launch("embedding_w8", embedding_w8, qref_cuda_blocks(args->count, 1), threads, 0, stream, error,
                          *args);
}
