/* The five forms of linear W8A8. */
#include "ref/backends/cuda/numerics.cuh"
/* Behind the numerics. */
#include "ref/backends/cuda/device_ops.h"
#include "ref/backends/cuda/linear/dot.cuh"

namespace {

template <linear_form form>
qref_status run(const qref_linear_w8a8_args *args, cudaStream_t stream, const char *op, qref_error *error) {
  launch_linear_dot<form>(*args, stream);
  return qref_cuda_launched(op, error);
}

}  // namespace

#define FORM(name)                                                                                                 \
  qref_status qref_cuda_linear_##name(const qref_linear_w8a8_args *args, cudaStream_t stream, qref_error *error) { \
    return run<linear_form::name>(args, stream, "linear_" #name, error);                                           \
  }
FORM(w8a8)
FORM(w8a8_f16)
FORM(w8a8_parallel)
FORM(w8a8_row)
FORM(w8a8_per_channel)
