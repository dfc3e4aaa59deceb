/* RMSNorm of the float32 model. One warp a row, as in rmsnorm.cu. */
#include "ref/backends/cuda/numerics.cuh"
/* Behind the numerics. */
#include "ref/backends/cuda/device_ops.h"
#include "ref/backends/cuda/launch.h"
#include "ref/backends/cuda/rows/row_mean_square.cuh"

namespace {

constexpr int batch = 8;

__global__ void rmsnorm_f32(qref_rmsnorm_f32_args args) {
  const size_t warps = static_cast<size_t>(gridDim.x) * (blockDim.x / qref_cuda_warp);
  const size_t warp = (static_cast<size_t>(blockIdx.x) * blockDim.x + threadIdx.x) / qref_cuda_warp;
  for (size_t row = warp; row < args.rows; row += warps) {
    const float *const x = args.x + row * args.n; /* (n) */
    float *const y = args.y + row * args.n;       /* (n) */
    const auto element = [&](size_t i) { return x[i]; };
    double partial = 0.0;
    qref_cuda_for_lane<batch>(args.n, element,
                              [&](size_t, float value) { partial = qref_cuda_add_square(partial, value); });
    const float rstd = qref_reciprocal_rms(qref_cuda_mean_of_partials(partial, args.n), args.eps);
    qref_cuda_for_lane<batch>(args.n, element, [&](size_t i, float value) {
      y[i] = qref_canonical_nan_f32((value * rstd) * args.weight[i]);
    });
  }
}

}  // namespace

qref_status qref_cuda_rmsnorm_f32(const qref_rmsnorm_f32_args *args, cudaStream_t stream, qref_error *error) {
  constexpr unsigned int threads = 128;
  return qref_cuda_launch("rmsnorm_f32", rmsnorm_f32, qref_cuda_blocks(args->rows, threads / qref_cuda_warp), threads,
                          0, stream, error, *args);
}
