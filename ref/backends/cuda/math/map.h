/* The functions on float32 over arrays, qref_backend.map_f32. */
#ifndef QREF_BACKENDS_CUDA_MATH_MAP_H
#define QREF_BACKENDS_CUDA_MATH_MAP_H

#include <cuda_runtime_api.h>
#include <qref/backend.h>

/* On device memory: queues its work on `stream`. */
qref_status qref_cuda_map(qref_map_function function, const float *x, size_t count, float *y, cudaStream_t stream,
                          qref_error *error);
/* On host memory, in pieces. */
qref_status qref_cuda_map_f32(qref_map_function function, const float *x, size_t count, float *y, int threads,
                              qref_error *error);

#endif
