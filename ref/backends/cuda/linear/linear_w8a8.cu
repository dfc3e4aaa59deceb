/* The five forms of linear W8A8. */
#include "ref/backends/cuda/numerics.cuh"
/* Behind the numerics. */
#include "ref/backends/cuda/device_ops.h"
#include "ref/backends/cuda/linear/dot.cuh"
#include "ref/backends/cuda/linear/gemm_mma.cuh"

namespace {

/* Rows from which tiles of the tensor cores, most of them empty, are worth more than sums one by one. */
constexpr size_t tile_rows_at_least = 16;
/* Tiles of 128 x 256 from which they fill a device better than smaller ones. */
constexpr size_t large_tiles_at_least = 512;

bool aligned_to_16(const void *pointer) {
  return reinterpret_cast<uintptr_t>(pointer) % 16 == 0;
}

template <linear_form form, bool staged>
qref_status run_mma(const qref_linear_w8a8_args &args, cudaStream_t stream, qref_error *error) {
  if (linear_tile_count(args.rows, args.columns, 128, 256) >= large_tiles_at_least) {
    return launch_linear_mma<form, 256, staged>(args, stream, error);
  }
  return launch_linear_mma<form, 128, staged>(args, stream, error);
}

template <linear_form form>
qref_status run(const qref_linear_w8a8_args *args, cudaStream_t stream, qref_error *error) {
  if (args->rows >= tile_rows_at_least && args->depth % 16 == 0 && aligned_to_16(args->x) && aligned_to_16(args->w)) {
    return linear_output_staged<form>(*args) ? run_mma<form, true>(*args, stream, error)
                                             : run_mma<form, false>(*args, stream, error);
  }
  launch_linear_dot<form>(*args, stream);
  return qref_cuda_launched("linear_w8a8", error);
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
