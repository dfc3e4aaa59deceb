/* The ops of the CUDA module on device memory: the argument structs of <qref/ops.h> with every tensor, and `counts`, in
 * the memory of the current device, and `rule` in the host's. Each queues its work on `stream` and returns; what it
 * needs besides is allocated and freed in stream order. The caller has checked the arguments as the host's ops do, and
 * the profile with qref_cuda_supports. A missing intermediate is NULL, as on the host; buffers that may be the same
 * there may be the same here. No alignment beyond that of the element type may be assumed.
 * QREF_ERROR_MEMORY, or QREF_ERROR_DEVICE with CUDA's own message. */
#ifndef QREF_BACKENDS_CUDA_DEVICE_OPS_H
#define QREF_BACKENDS_CUDA_DEVICE_OPS_H

#include <cuda_runtime_api.h>
#include <qref/ops.h>

#include "ref/backends/op_list.h"

#define DECLARE(op, enumerator, arguments) \
  qref_status qref_cuda_##op(const arguments *args, cudaStream_t stream, qref_error *error);
QREF_OP_LIST(DECLARE)
#undef DECLARE

#endif
