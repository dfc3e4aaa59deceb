/* The kernels of the int8 scan of whole sequences. */
#ifndef QREF_BACKENDS_CUDA_SCAN_SELECTIVE_SCAN_H
#define QREF_BACKENDS_CUDA_SCAN_SELECTIVE_SCAN_H

#include <cuda_runtime_api.h>
#include <qref/ops.h>

/* As qref_cuda_selective_scan: any arguments. */
qref_status qref_cuda_selective_scan_general(const qref_selective_scan_args *args, cudaStream_t stream,
                                             qref_error *error);

/* Where the tables of the fast kernel serve the arguments: *done says whether they do. */
qref_status qref_cuda_selective_scan_tables(const qref_selective_scan_args *args, cudaStream_t stream, bool *done,
                                            qref_error *error);

#endif
