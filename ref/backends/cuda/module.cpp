/* The CUDA module: backend `cuda` on host memory, and its ops on device memory. */
#include <qref/cuda.h>

#include "ref/backends/cuda/device_ops.h"
#include "ref/backends/cuda/math/map.h"
#include "ref/backends/cuda/status.h"
#include "ref/backends/cuda/supports.h"
#include "ref/backends/cuda/tensors.h"
extern "C" {
#include "ref/base/error.h"
#include "ref/ops/linear_w8a8_form.h"
#include "ref/ops/op_checks.h"
}

namespace {

template <typename arguments>
using check_function = qref_status (*)(const arguments *, qref_error *);
template <typename arguments>
using device_function = qref_status (*)(const arguments *, cudaStream_t, qref_error *);

/* One call with host memory, of checked arguments. */
template <typename arguments>
qref_status run_staged(const arguments *args, device_function<arguments> op, size_t weight_scales, qref_error *error) {
  arguments device = *args;
  qref_cuda_staging staging(error);
  qref_cuda_stage(&staging, *args, weight_scales, &device);
  QREF_TRY(staging.status());
  QREF_TRY(op(&device, staging.stream(), error));
  return staging.finish();
}

template <typename arguments, check_function<arguments> check, device_function<arguments> op>
qref_status run(const arguments *args, qref_error *error) {
  QREF_TRY(check(args, error));
  return run_staged(args, op, 0, error);
}

template <const qref_linear_form *form, device_function<qref_linear_w8a8_args> op>
qref_status run_linear(const qref_linear_w8a8_args *args, qref_error *error) {
  QREF_TRY(qref_linear_form_check(form, args, error));
  return run_staged(args, op, form->scale_per_column ? args->columns : 1, error);
}

#define RUN(op) run<qref_##op##_args, qref_##op##_check, qref_cuda_##op>
#define RUN_LINEAR(form) run_linear<&qref_linear_form_##form, qref_cuda_linear_##form>

const qref_backend backend = {
    .abi_version = QREF_BACKEND_ABI_VERSION,
    .struct_size = sizeof(qref_backend),
    .name = "cuda",
    .description = "the same bits on a GPU",
    .supports = qref_cuda_supports,
    .linear_packed_size = nullptr,
    .linear_pack = nullptr,
    .conv1d_silu = RUN(conv1d_silu),
    .conv1d_silu_update = RUN(conv1d_silu_update),
    .conv1d_silu_floatsim = RUN(conv1d_silu_floatsim),
    .requantize = RUN(requantize),
    .linear_w8a8 = RUN_LINEAR(w8a8),
    .linear_w8a8_f16 = RUN_LINEAR(w8a8_f16),
    .linear_w8a8_parallel = RUN_LINEAR(w8a8_parallel),
    .linear_w8a8_row = RUN_LINEAR(w8a8_row),
    .linear_w8a8_per_channel = RUN_LINEAR(w8a8_per_channel),
    .selective_scan = RUN(selective_scan),
    .selective_scan_update = RUN(selective_scan_update),
    .rmsnorm = RUN(rmsnorm),
    .hadamard = RUN(hadamard),
    .embedding_w8 = RUN(embedding_w8),
    .linear_f32 = RUN(linear_f32),
    .conv1d_silu_f32 = RUN(conv1d_silu_f32),
    .selective_scan_f32 = RUN(selective_scan_f32),
    .rmsnorm_f32 = RUN(rmsnorm_f32),
    .hadamard_f32 = RUN(hadamard_f32),
    .map_f32 = qref_cuda_map_f32,
};

#define ON_DEVICE(op, enumerator, arguments)                                           \
  qref_status op##_on_device(const arguments *args, void *stream, qref_error *error) { \
    return qref_cuda_##op(args, static_cast<cudaStream_t>(stream), error);             \
  }
QREF_OP_LIST(ON_DEVICE)
#undef ON_DEVICE

qref_status map_f32_on_device(qref_map_function function, const float *x, size_t count, float *y, void *stream,
                              qref_error *error) {
  return qref_cuda_map(function, x, count, y, static_cast<cudaStream_t>(stream), error);
}

const qref_cuda_ops device_ops = {
    .abi_version = QREF_CUDA_ABI_VERSION,
    .struct_size = sizeof(qref_cuda_ops),
    .supports = qref_cuda_supports,
#define FIELD(op, enumerator, arguments) .op = op##_on_device,
    QREF_OP_LIST(FIELD)
#undef FIELD
        .map_f32 = map_f32_on_device,
};

qref_status find_device(qref_error *error) {
  int devices = 0;
  QREF_CUDA_TRY(cudaGetDeviceCount(&devices), "cuda: driver", error);
  if (devices == 0) {
    return qref_fail(error, QREF_ERROR_DEVICE, "cuda: expected at least one device, found none");
  }
  return qref_cuda_status(cudaFree(nullptr), "cuda: device 0", error);
}

}  // namespace

const qref_backend *qref_backend_module(qref_error *error) {
  return find_device(error) == QREF_OK ? &backend : nullptr;
}

const qref_cuda_ops *qref_cuda_device_ops(void) {
  return &device_ops;
}
