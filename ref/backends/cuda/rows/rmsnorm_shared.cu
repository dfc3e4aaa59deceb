/* RMSNorm, quantized, with residual: one block a row, in a loop over the grid. The row stays in shared memory, so that
 * device memory, which is the limit, is read and written once. All threads load and add, 4 elements at a time; one warp
 * sums, lane j being partial j; all threads round. */
#include "ref/backends/cuda/numerics.cuh"
/* Behind the numerics. */
#include "ref/backends/cuda/float16.cuh"
#include "ref/backends/cuda/launch.h"
#include "ref/backends/cuda/rows/quantize_half_even.cuh"
#include "ref/backends/cuda/rows/rmsnorm_shared.h"
#include "ref/backends/cuda/rows/row_maximum.cuh"
#include "ref/backends/cuda/rows/row_mean_square.cuh"
#include "ref/ops/intermediate.h"

namespace {

constexpr int threads = 128;
constexpr int warps = threads / static_cast<int>(qref_cuda_warp);
constexpr int vector = 4;
/* Vectors of a thread that are under way together. */
constexpr int batch = 5;
constexpr size_t least_width = 256;
constexpr size_t most_width = 8192;

__device__ inline float4 add_residual(ushort4 x, float4 residual, bool has_residual) {
  const float of_x[vector] = {qref_cuda_f32_from_f16(x.x), qref_cuda_f32_from_f16(x.y), qref_cuda_f32_from_f16(x.z),
                              qref_cuda_f32_from_f16(x.w)};
  const float of_residual[vector] = {residual.x, residual.y, residual.z, residual.w};
  float r[vector];
#pragma unroll
  for (int i = 0; i < vector; i++) {
    r[i] = qref_canonical_nan_f32(has_residual ? of_x[i] + of_residual[i] : of_x[i]);
  }
  return make_float4(r[0], r[1], r[2], r[3]);
}

/* r = x + residual, to device and shared memory. */
__device__ inline void load_row(const qref_rmsnorm_args &args, size_t first, int vectors, float4 *r) {
  const auto *const x = reinterpret_cast<const ushort4 *>(args.x + first);
  const bool has_residual = args.residual != nullptr;
  const auto *const residual = reinterpret_cast<const float4 *>(has_residual ? args.residual + first : nullptr);
  auto *const out = reinterpret_cast<float4 *>(args.residual_out + first);
  for (int i = static_cast<int>(threadIdx.x); i < vectors; i += batch * threads) {
    ushort4 of_x[batch];
    float4 of_residual[batch];
#pragma unroll
    for (int k = 0; k < batch; k++) {
      if (i + k * threads < vectors) {
        of_x[k] = x[i + k * threads];
        of_residual[k] = has_residual ? residual[i + k * threads] : make_float4(0.0f, 0.0f, 0.0f, 0.0f);
      }
    }
#pragma unroll
    for (int k = 0; k < batch; k++) {
      if (i + k * threads < vectors) {
        const float4 sum = add_residual(of_x[k], of_residual[k], has_residual);
        r[i + k * threads] = sum;
        out[i + k * threads] = sum;
      }
    }
  }
}

/* The mean square of a row in shared memory, by the threads of one warp. */
__device__ inline float mean_square_of(const float *r, int n) {
  double partial = 0.0;
#pragma unroll 8
  for (int i = static_cast<int>(threadIdx.x % qref_cuda_warp); i < n; i += static_cast<int>(qref_cuda_warp)) {
    partial = qref_cuda_add_square(partial, r[i]);
  }
  return qref_cuda_mean_of_partials(partial, static_cast<size_t>(n));
}

__device__ inline float4 normalized(float4 r, float rstd, float4 weight) {
  return make_float4((r.x * rstd) * weight.x, (r.y * rstd) * weight.y, (r.z * rstd) * weight.z,
                     (r.w * rstd) * weight.w);
}

/* The maximum of the row, in every thread. parts: one of each warp. */
__device__ inline float row_maximum(const float4 *r, const float4 *weight, int vectors, float rstd,
                                    qref_cuda_maximum *parts) {
  qref_cuda_maximum part = qref_cuda_no_maximum();
  for (int i = static_cast<int>(threadIdx.x); i < vectors; i += threads) {
    const float4 y = normalized(r[i], rstd, weight[i]);
    const uint64_t index = static_cast<uint64_t>(i) * vector;
    qref_cuda_take_maximum(y.x, index, &part);
    qref_cuda_take_maximum(y.y, index + 1, &part);
    qref_cuda_take_maximum(y.z, index + 2, &part);
    qref_cuda_take_maximum(y.w, index + 3, &part);
  }
  part = qref_cuda_warp_maximum(part);
  if (threadIdx.x % qref_cuda_warp == 0) {
    parts[threadIdx.x / qref_cuda_warp] = part;
  }
  __syncthreads();
  qref_cuda_maximum largest = parts[0];
#pragma unroll
  for (int i = 1; i < warps; i++) {
    largest = qref_cuda_larger(largest, parts[i]);
  }
  return qref_cuda_row_maximum(largest, normalized(r[0], rstd, weight[0]).x);
}

__global__ void __launch_bounds__(threads) rmsnorm_shared(qref_rmsnorm_args args) {
  QREF_CUDA_DYNAMIC_SHARED(float4, r); /* (n / 4) */
  __shared__ qref_cuda_maximum parts[warps];
  __shared__ float row_mean_square;
  const int vectors = static_cast<int>(args.n) / vector;
  const auto *const weight = reinterpret_cast<const float4 *>(args.weight);
  qref_cuda_quantize_events events = {};
  uint64_t nonpositive_rows = 0;
  for (size_t row = blockIdx.x; row < args.rows; row += gridDim.x) {
    const size_t first = row * args.n;
    load_row(args, first, vectors, r);
    __syncthreads();
    if (threadIdx.x < qref_cuda_warp) {
      const float mean_square = mean_square_of(reinterpret_cast<const float *>(r), static_cast<int>(args.n));
      if (threadIdx.x == 0) {
        row_mean_square = mean_square;
      }
    }
    __syncthreads();
    const float mean_square = row_mean_square;
    const float rstd = qref_reciprocal_rms(mean_square, args.eps);
    float scale = args.out_scale;
    if (args.row_scale != nullptr) {
      const float largest = row_maximum(r, weight, vectors, rstd, parts);
      scale = qref_canonical_nan_f32(largest / 127.0f);
      if (threadIdx.x == 0) {
        nonpositive_rows += !(largest > 0.0f);
        args.row_scale[row] = scale;
      }
    }
    if (threadIdx.x == 0) {
      qref_store_intermediate(args.mean_square, row, mean_square);
      qref_store_intermediate(args.rstd, row, rstd);
    }
    const qref_cuda_half_even by = qref_cuda_half_even_of(scale);
    auto *const y = reinterpret_cast<char4 *>(args.y + first);
    for (int i = static_cast<int>(threadIdx.x); i < vectors; i += threads) {
      const float4 v = normalized(r[i], rstd, weight[i]);
      y[i] = make_char4(qref_cuda_quantize_half_even(v.x, by, &events), qref_cuda_quantize_half_even(v.y, by, &events),
                        qref_cuda_quantize_half_even(v.z, by, &events), qref_cuda_quantize_half_even(v.w, by, &events));
    }
    __syncthreads(); /* r and parts have been read */
  }
  qref_cuda_add_events(args.counts, events);
  if (args.counts != nullptr) {
    qref_cuda_add_count(&args.counts->nonpositive_rows, nonpositive_rows);
  }
}

}  // namespace

bool qref_cuda_rmsnorm_shared_supports(const qref_rmsnorm_args *args) {
  return args->n % vector == 0 && args->n >= least_width && args->n <= most_width && args->normalized == nullptr &&
         args->before_rounding == nullptr && qref_cuda_is_aligned(args->x, sizeof(ushort4)) &&
         qref_cuda_is_aligned(args->residual, sizeof(float4)) && qref_cuda_is_aligned(args->weight, sizeof(float4)) &&
         qref_cuda_is_aligned(args->residual_out, sizeof(float4)) && qref_cuda_is_aligned(args->y, sizeof(char4));
}

qref_status qref_cuda_rmsnorm_shared(const qref_rmsnorm_args *args, cudaStream_t stream, qref_error *error) {
  return qref_cuda_launch("rmsnorm", rmsnorm_shared, qref_cuda_blocks(args->rows, 1), threads, args->n * sizeof(float),
                          stream, error, *args);
}
