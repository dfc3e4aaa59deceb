/* RMSNorm, quantized, with residual, of any width and alignment and with every intermediate. One warp a row, in a loop
 * over the grid; lane j holds partial sum j and the elements i with i mod 32 = j, in every pass over the row: r is read
 * back by the lane that wrote it. */
#include "ref/backends/cuda/numerics.cuh"
/* Behind the numerics. */
#include "ref/backends/cuda/counts.cuh"
#include "ref/backends/cuda/device_ops.h"
#include "ref/backends/cuda/float16.cuh"
#include "ref/backends/cuda/launch.h"
#include "ref/backends/cuda/rows/rmsnorm_shared.h"
#include "ref/backends/cuda/rows/row_maximum.cuh"
#include "ref/backends/cuda/rows/row_mean_square.cuh"
#include "ref/ops/intermediate.h"

namespace {

constexpr int batch = 8;

__global__ void rmsnorm(qref_rmsnorm_args args, qref_rmsnorm_rule rule) {
  qref_counts counts = {};
  const unsigned int lane = threadIdx.x % qref_cuda_warp;
  const size_t warps = static_cast<size_t>(gridDim.x) * (blockDim.x / qref_cuda_warp);
  const size_t warp = (static_cast<size_t>(blockIdx.x) * blockDim.x + threadIdx.x) / qref_cuda_warp;
  for (size_t row = warp; row < args.rows; row += warps) {
    const size_t first = row * args.n;
    float *const r = args.residual_out + first; /* (n) */
    double partial = 0.0;
    qref_cuda_for_lane<batch>(
        args.n,
        [&](size_t i) {
          const float x = qref_cuda_f32_from_f16(args.x[first + i]);
          return qref_canonical_nan_f32(args.residual != nullptr ? x + args.residual[first + i] : x);
        },
        [&](size_t i, float value) {
          r[i] = value;
          partial = qref_cuda_add_square(partial, value);
        });
    const float mean_square = qref_cuda_mean_of_partials(partial, args.n);
    const float rstd = qref_reciprocal_rms(mean_square, args.eps);
    const auto normalized = [&](size_t i) { return (r[i] * rstd) * args.weight[i]; };
    float scale = args.out_scale;
    if (args.row_scale != nullptr) {
      qref_cuda_maximum part = qref_cuda_no_maximum();
      qref_cuda_for_lane<batch>(args.n, normalized, [&](size_t i, float y) { qref_cuda_take_maximum(y, i, &part); });
      __syncwarp(); /* the first element is another lane's */
      const float largest = qref_cuda_row_maximum(qref_cuda_warp_maximum(part), normalized(0));
      scale = qref_canonical_nan_f32(largest / 127.0f);
      if (lane == 0) {
        counts.nonpositive_rows += !(largest > 0.0f);
        args.row_scale[row] = scale;
      }
    }
    if (lane == 0) {
      qref_store_intermediate(args.mean_square, row, mean_square);
      qref_store_intermediate(args.rstd, row, rstd);
    }
    qref_cuda_for_lane<batch>(args.n, normalized, [&](size_t i, float y) {
      const float scaled = qref_apply_scale(y, scale, rule.output.scale_form);
      args.y[first + i] = qref_round_to_int8(scaled, &rule.output.round, first + i, &counts);
      qref_store_intermediate(args.normalized, first + i, y);
      qref_store_intermediate(args.before_rounding, first + i, scaled);
    });
  }
  qref_cuda_add_counts(args.counts, counts);
}

}  // namespace

qref_status qref_cuda_rmsnorm(const qref_rmsnorm_args *args, cudaStream_t stream, qref_error *error) {
  constexpr unsigned int threads = 128;
  if (qref_cuda_rmsnorm_shared_supports(args)) {
    return qref_cuda_rmsnorm_shared(args, stream, error);
  }
  return qref_cuda_launch("rmsnorm", rmsnorm, qref_cuda_blocks(args->rows, threads / qref_cuda_warp), threads, 0,
                          stream, error, *args, *args->rule);
}
