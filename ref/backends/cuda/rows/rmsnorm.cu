/* RMSNorm, quantized, with residual. One warp a row, in a loop over the grid; lane j holds partial sum j and the
 * elements i with i mod 32 = j, in every pass over the row: r is read back by the lane that wrote it. */
#include "ref/backends/cuda/numerics.cuh"
/* Behind the numerics. */
#include "ref/backends/cuda/counts.cuh"
#include "ref/backends/cuda/device_ops.h"
#include "ref/backends/cuda/launch.h"
#include "ref/backends/cuda/rows/row_mean_square.cuh"
#include "ref/ops/intermediate.h"

namespace {

constexpr int batch = 8;

/* The largest element so far, and where it is first. */
struct maximum {
  float value;
  size_t index;
};

/* What `y > largest ? y : largest` in ascending order leaves: the first of equal values, which tells zeros apart. */
__device__ maximum larger(const maximum &a, const maximum &b) {
  return b.value > a.value || (b.value == a.value && b.index < a.index) ? b : a;
}

/* The maximum of a row as the reference takes it: NaN only if the first element is. */
template <typename element>
__device__ float row_maximum(size_t n, element y) {
  maximum largest = {-INFINITY, SIZE_MAX};
  qref_cuda_for_lane<batch>(n, y, [&](size_t i, float value) { largest = larger(largest, maximum{value, i}); });
  for (int offset = 16; offset > 0; offset /= 2) {
    maximum other;
    other.value = __shfl_xor_sync(qref_cuda_all_lanes, largest.value, offset);
    other.index = __shfl_xor_sync(qref_cuda_all_lanes, static_cast<unsigned long long>(largest.index), offset);
    largest = larger(largest, other);
  }
  const float first = y(0);
  return first == first ? largest.value : first;
}

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
          const float x = qref_f32_from_f16(args.x[first + i]);
          return qref_canonical_nan_f32(args.residual != nullptr ? x + args.residual[first + i] : x);
        },
        [&](size_t i, float value) {
          r[i] = value;
          partial += static_cast<double>(value) * static_cast<double>(value);
        });
    const float mean_square = qref_cuda_mean_of_partials(partial, args.n);
    const float rstd = qref_reciprocal_rms(mean_square, args.eps);
    const auto normalized = [&](size_t i) { return (r[i] * rstd) * args.weight[i]; };
    float scale = args.out_scale;
    if (args.row_scale != nullptr) {
      /* The first element is another lane's. */
      __syncwarp();
      const float largest = row_maximum(args.n, normalized);
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
  return qref_cuda_launch("rmsnorm", rmsnorm, qref_cuda_blocks(args->rows, threads / qref_cuda_warp), threads, 0,
                          stream, error, *args, *args->rule);
}
