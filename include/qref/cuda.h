/* The ops of the CUDA module on device memory, for benchmarks and for programs that keep their tensors on the GPU. The
 * module is the shared object qref_cuda.so; a program that loads it looks QREF_CUDA_DEVICE_OPS_SYMBOL up with dlsym. */
#ifndef QREF_CUDA_H
#define QREF_CUDA_H

#include <qref/backend.h>

#ifdef __cplusplus
extern "C" {
#endif

#define QREF_CUDA_ABI_VERSION 2u
#define QREF_CUDA_DEVICE_OPS_SYMBOL "qref_cuda_device_ops"

/* An op is called with its argument struct of <qref/ops.h>, in which every tensor, and `counts`, is in the memory of
 * the current CUDA device and only `rule` in the host's, and with a cudaStream_t (NULL: the default stream). It queues
 * its work and returns. `scratch` and `threads` are not read. Tensors aligned to 16 bytes are the fastest.
 *
 * The arguments are taken as they are: what the ops of <qref/ops.h> refuse (a scale that is not positive, a dimension
 * of 0, a token outside the vocabulary), and a profile that supports() refuses, the caller must not pass.
 *
 * Returns QREF_ERROR_MEMORY, or QREF_ERROR_DEVICE with CUDA's message. A kernel's own failure shows, as CUDA has it, in
 * a later call or when the stream is synchronized. */
typedef struct qref_cuda_ops {
  uint32_t abi_version; /* QREF_CUDA_ABI_VERSION */
  size_t struct_size;   /* sizeof(qref_cuda_ops) */
  bool (*supports)(qref_op op, const qref_profile *profile);
  qref_status (*conv1d_silu)(const qref_conv1d_silu_args *, void *stream, qref_error *);
  qref_status (*conv1d_silu_update)(const qref_conv1d_silu_update_args *, void *stream, qref_error *);
  qref_status (*conv1d_silu_floatsim)(const qref_conv1d_silu_floatsim_args *, void *stream, qref_error *);
  qref_status (*requantize)(const qref_requantize_args *, void *stream, qref_error *);
  qref_status (*linear_w8a8)(const qref_linear_w8a8_args *, void *stream, qref_error *);
  qref_status (*linear_w8a8_f16)(const qref_linear_w8a8_args *, void *stream, qref_error *);
  qref_status (*linear_w8a8_parallel)(const qref_linear_w8a8_args *, void *stream, qref_error *);
  qref_status (*linear_w8a8_row)(const qref_linear_w8a8_args *, void *stream, qref_error *);
  qref_status (*linear_w8a8_per_channel)(const qref_linear_w8a8_args *, void *stream, qref_error *);
  qref_status (*selective_scan)(const qref_selective_scan_args *, void *stream, qref_error *);
  qref_status (*selective_scan_update)(const qref_selective_scan_update_args *, void *stream, qref_error *);
  qref_status (*rmsnorm)(const qref_rmsnorm_args *, void *stream, qref_error *);
  qref_status (*hadamard)(const qref_hadamard_args *, void *stream, qref_error *);
  qref_status (*embedding_w8)(const qref_embedding_w8_args *, void *stream, qref_error *);
  qref_status (*linear_f32)(const qref_linear_f32_args *, void *stream, qref_error *);
  qref_status (*conv1d_silu_f32)(const qref_conv1d_silu_f32_args *, void *stream, qref_error *);
  qref_status (*selective_scan_f32)(const qref_selective_scan_f32_args *, void *stream, qref_error *);
  qref_status (*rmsnorm_f32)(const qref_rmsnorm_f32_args *, void *stream, qref_error *);
  qref_status (*hadamard_f32)(const qref_hadamard_f32_args *, void *stream, qref_error *);
  /* y[i] = function(x[i]); y may be x. */
  qref_status (*map_f32)(qref_map_function function, const float *x, size_t count, float *y, void *stream,
                         qref_error *);
} qref_cuda_ops;

/* What the module exports under that symbol. Static storage of the module; qref_backend_module has been called before.
 */
typedef const qref_cuda_ops *(*qref_cuda_device_ops_entry)(void);
QREF_API const qref_cuda_ops *qref_cuda_device_ops(void);

#ifdef __cplusplus
}
#endif
#endif
