/* A backend is a versioned table of op functions. The model, the generators and the cross-check call ops only through
 * one. Built in: `ref`, the specification; `cpu`, the same bits on several threads with the best vector instructions of
 * the processor; and `cpu-portable`, `cpu-neon`, `cpu-avx2`, `cpu-avx512`, which each keep to one instruction set and
 * support nothing where the processor does not have it. */
#ifndef QREF_BACKEND_H
#define QREF_BACKEND_H

#include <qref/ops.h>

#ifdef __cplusplus
extern "C" {
#endif

#define QREF_BACKEND_ABI_VERSION 3u

typedef enum qref_op {
  QREF_OP_CONV1D_SILU,
  QREF_OP_CONV1D_SILU_UPDATE,
  QREF_OP_CONV1D_SILU_FLOATSIM,
  QREF_OP_REQUANTIZE,
  QREF_OP_LINEAR_W8A8,
  QREF_OP_LINEAR_W8A8_F16,
  QREF_OP_LINEAR_W8A8_PARALLEL,
  QREF_OP_LINEAR_W8A8_ROW,
  QREF_OP_LINEAR_W8A8_PER_CHANNEL,
  QREF_OP_SELECTIVE_SCAN,
  QREF_OP_SELECTIVE_SCAN_UPDATE,
  QREF_OP_RMSNORM,
  QREF_OP_HADAMARD,
  QREF_OP_EMBEDDING_W8,
  QREF_OP_LINEAR_F32,
  QREF_OP_CONV1D_SILU_F32,
  QREF_OP_SELECTIVE_SCAN_F32,
  QREF_OP_RMSNORM_F32,
  QREF_OP_HADAMARD_F32,
  QREF_OP_COUNT
} qref_op;

/* "conv1d_silu", ...: the enumerator in lower case without its prefix. Static storage; NULL past the end. */
QREF_API const char *qref_op_name(qref_op op);

/* The functions on float32 of <qref/numerics.h> that a backend may offer on arrays. */
typedef enum qref_map_function {
  QREF_MAP_EXP,
  QREF_MAP_LOG1P,
  QREF_MAP_LOG,
  QREF_MAP_SILU,
  QREF_MAP_SIGMOID,
  QREF_MAP_SOFTPLUS,
  QREF_MAP_FUNCTION_COUNT
} qref_map_function;

/* Packs w (columns, depth) into `packed`, as many bytes as the backend's linear_packed_size says; best aligned to 64.
 */
typedef qref_status (*qref_linear_pack)(const int8_t *w, size_t columns, size_t depth, void *packed, int threads,
                                        qref_error *error);

/* Function pointers may be NULL where supports() says no. */
typedef struct qref_backend {
  uint32_t abi_version; /* QREF_BACKEND_ABI_VERSION */
  size_t struct_size;   /* sizeof(qref_backend) */
  const char *name;
  const char *description; /* one line */
  /* Whether the backend computes `op` under `profile` with the bits of the reference. */
  bool (*supports)(qref_op op, const qref_profile *profile);
  /* Packing of linear W8A8 weights, a step that is done once per weight matrix: both NULL where the backend takes
   * weights only as they are. The packed form goes to qref_linear_w8a8_args.w_packed of any backend with the same
   * linear_pack. */
  /* Bytes of the packed form of w (columns, depth); 0 if that overflows size_t. */
  size_t (*linear_packed_size)(size_t columns, size_t depth);
  qref_linear_pack linear_pack;
  qref_status (*conv1d_silu)(const qref_conv1d_silu_args *, qref_error *);
  qref_status (*conv1d_silu_update)(const qref_conv1d_silu_update_args *, qref_error *);
  qref_status (*conv1d_silu_floatsim)(const qref_conv1d_silu_floatsim_args *, qref_error *);
  qref_status (*requantize)(const qref_requantize_args *, qref_error *);
  qref_status (*linear_w8a8)(const qref_linear_w8a8_args *, qref_error *);
  qref_status (*linear_w8a8_f16)(const qref_linear_w8a8_args *, qref_error *);
  qref_status (*linear_w8a8_parallel)(const qref_linear_w8a8_args *, qref_error *);
  qref_status (*linear_w8a8_row)(const qref_linear_w8a8_args *, qref_error *);
  qref_status (*linear_w8a8_per_channel)(const qref_linear_w8a8_args *, qref_error *);
  qref_status (*selective_scan)(const qref_selective_scan_args *, qref_error *);
  qref_status (*selective_scan_update)(const qref_selective_scan_update_args *, qref_error *);
  qref_status (*rmsnorm)(const qref_rmsnorm_args *, qref_error *);
  qref_status (*hadamard)(const qref_hadamard_args *, qref_error *);
  qref_status (*embedding_w8)(const qref_embedding_w8_args *, qref_error *);
  qref_status (*linear_f32)(const qref_linear_f32_args *, qref_error *);
  qref_status (*conv1d_silu_f32)(const qref_conv1d_silu_f32_args *, qref_error *);
  qref_status (*selective_scan_f32)(const qref_selective_scan_f32_args *, qref_error *);
  qref_status (*rmsnorm_f32)(const qref_rmsnorm_f32_args *, qref_error *);
  qref_status (*hadamard_f32)(const qref_hadamard_f32_args *, qref_error *);
  /* y[i] = function(x[i]), for `qref sweep`, which proves a backend's functions over all arguments: NULL where the
   * backend has none of its own. y may be x. */
  qref_status (*map_f32)(qref_map_function function, const float *x, size_t count, float *y, int threads,
                         qref_error *error);
} qref_backend;

/* Number of built-in backends and the i-th of them (NULL past the end). Static storage. */
QREF_API size_t qref_backend_count(void);
QREF_API const qref_backend *qref_backend_at(size_t i);
/* The built-in backend of that name. QREF_ERROR_ARGUMENT names the known ones. */
QREF_API qref_status qref_backend_find(const char *name, const qref_backend **backend, qref_error *error);

/* ---- modules: backends in shared objects ----
 * A module exports one function of this name and type. It finds out whether it can run here, and returns its backend,
 * or NULL with the reason in `error`: no driver, no device. The backend is the module's own static storage, built
 * against this header: abi_version and struct_size are compared before anything else is read. Its ops may be called
 * from one thread at a time. */
#define QREF_BACKEND_MODULE_SYMBOL "qref_backend_module"
typedef const qref_backend *(*qref_backend_module_entry)(qref_error *error);
/* Defined by a module, not by the library. */
QREF_API const qref_backend *qref_backend_module(qref_error *error);

/* A loaded module. */
typedef struct qref_backend_library qref_backend_library;

/* The backend of that name or module:
 *   a built-in name                   that backend; *library is NULL
 *   with a '/', or ending in ".so"    the path of a module
 *   any other NAME                    the module qref_NAME.so in a directory of the environment variable
 *                                     QREF_MODULE_PATH (separated by ':'), else beside the running program, else in
 *                                     ../lib/qref of there
 * QREF_ERROR_ARGUMENT: no such name. QREF_ERROR_IO: no such path. QREF_ERROR_FORMAT: not a module, one of another ABI
 * version, or one without the function of an op that it supports. QREF_ERROR_DEVICE: a module that cannot run here,
 * with its own words. The caller closes the library, after the last use of the backend. */
QREF_API qref_status qref_backend_open(const char *name, qref_backend_library **library, const qref_backend **backend,
                                       qref_error *error);
/* NULL is allowed. The module's code stays in memory until the process ends: threads of its own may still run it. */
QREF_API void qref_backend_close(qref_backend_library *library);

#ifdef __cplusplus
}
#endif
#endif
