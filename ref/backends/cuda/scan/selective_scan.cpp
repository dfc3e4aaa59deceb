/* The int8 scan of whole sequences: the choice of its kernel. */
#include "ref/backends/cuda/scan/selective_scan.h"

#include "ref/backends/cuda/device_ops.h"

qref_status qref_cuda_selective_scan(const qref_selective_scan_args *args, cudaStream_t stream, qref_error *error) {
  bool done = false;
  const qref_status status = qref_cuda_selective_scan_tables(args, stream, &done, error);
  if (done || status != QREF_OK) {
    return status;
  }
  return qref_cuda_selective_scan_general(args, stream, error);
}
