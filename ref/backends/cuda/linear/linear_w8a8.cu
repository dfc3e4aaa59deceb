/* The five forms of linear W8A8. */
#include "ref/backends/cuda/numerics.cuh"
/* Behind the numerics. */
#include "ref/backends/cuda/device_limits.h"
#include "ref/backends/cuda/device_ops.h"
#include "ref/backends/cuda/linear/aligned_copy.cuh"
#include "ref/backends/cuda/linear/dot.cuh"
#include "ref/backends/cuda/linear/few_rows.cuh"
#include "ref/backends/cuda/linear/gemm_mma.cuh"
#include "ref/backends/cuda/linear/gemm_split.cuh"
#if defined(QREF_CUDA_SM90A)
#include "ref/backends/cuda/linear/gemm_wgmma.cuh"
#endif
extern "C" {
#include "ref/base/error.h"
}

namespace {

/* Rows up to which w is read, rather than multiplied, the longest. */
constexpr size_t few_rows_at_most = 16;

/* Whether the output is at most `most` tiles, and so deep that warps had better share the depth. On an H100, that is
 * faster than wgmma up to 8 tiles (64 x 1024 x 1024: 7 us, not 10), and than mma.sync where most multiprocessors would
 * have none (2048 x 1536 x 80: 9 us, not 15). */
bool is_deep(const qref_linear_w8a8_args &args, size_t most) {
  return args.depth >= 512 && linear_tile_count(args.rows, args.columns, mma_tile<128>::rows, 128) <= most;
}

template <linear_form form, bool staged>
qref_status run_mma(const qref_linear_w8a8_args &args, const qref_cuda_device_limits &limits, cudaStream_t stream,
                    qref_error *error) {
  /* Tiles of 128 x 256 move less, where they fit and occupy every multiprocessor twice. */
  using large = mma_tile<256>;
  const size_t large_tiles = linear_tile_count(args.rows, args.columns, large::rows, 256);
  if (limits.shared_bytes >= large::shared_bytes && large_tiles >= 2 * static_cast<size_t>(limits.multiprocessors)) {
    return launch_linear_mma<form, 256, staged>(args, limits.multiprocessors, stream, error);
  }
  return launch_linear_mma<form, 128, staged>(args, limits.multiprocessors, stream, error);
}

#if defined(QREF_CUDA_SM90A)
/* sm_90a runs on this capability alone. */
template <linear_form form>
bool takes_wgmma(const qref_linear_w8a8_args &args, const qref_cuda_device_limits &limits) {
  return limits.capability_major == 9 && limits.capability_minor == 0 && linear_wgmma_allowed<form>(args);
}
#endif

template <linear_form form>
qref_status run_few_rows(const qref_linear_w8a8_args &args, cudaStream_t stream, qref_error *error) {
  if (args.depth % 16 != 0 || reinterpret_cast<uintptr_t>(args.x) % 16 != 0 ||
      reinterpret_cast<uintptr_t>(args.w) % 16 != 0) {
    return launch_linear_dot<form>(args, stream, error);
  }
  return args.rows == 1 ? launch_linear_few_rows<form, 1>(args, stream, error)
                        : launch_linear_few_rows<form, 8>(args, stream, error);
}

template <linear_form form>
qref_status run(const qref_linear_w8a8_args *args, cudaStream_t stream, qref_error *error) {
  if (args->rows <= few_rows_at_most) {
    return run_few_rows<form>(*args, stream, error);
  }
  qref_cuda_device_limits limits;
  QREF_TRY(qref_cuda_find_device_limits(&limits, "linear_w8a8", error));
  linear_aligned_matrix x, w;
  QREF_TRY(x.take(args->x, args->rows, args->depth, stream, error));
  QREF_TRY(w.take(args->w, args->columns, args->depth, stream, error));
  qref_linear_w8a8_args aligned = *args;
  aligned.x = x.bytes();
  aligned.w = w.bytes();
  aligned.depth = (args->depth + 15) / 16 * 16;
#if defined(QREF_CUDA_SM90A)
  if (takes_wgmma<form>(aligned, limits)) {
    return is_deep(aligned, 8) ? launch_linear_split<form>(aligned, stream, error)
                               : launch_linear_wgmma<form>(aligned, limits.multiprocessors, stream, error);
  }
#endif
  if (is_deep(aligned, static_cast<size_t>(limits.multiprocessors) / 4)) {
    return launch_linear_split<form>(aligned, stream, error);
  }
  return linear_output_staged<form>(aligned) ? run_mma<form, true>(aligned, limits, stream, error)
                                             : run_mma<form, false>(aligned, limits, stream, error);
}

}  // namespace

#define FORM(name)                                                                                                 \
  qref_status qref_cuda_linear_##name(const qref_linear_w8a8_args *args, cudaStream_t stream, qref_error *error) { \
    return run<linear_form::name>(args, stream, error);                                                            \
  }
FORM(w8a8)
FORM(w8a8_f16)
FORM(w8a8_parallel)
FORM(w8a8_row)
FORM(w8a8_per_channel)
