/* y[i] = function(x[i]): one thread an element, in a loop over the grid. The functions are the ones of the host,
 * compiled for the device; a sweep over all arguments through here is the proof that they give the host's bits. */
#include "ref/backends/cuda/numerics.cuh"
/* Behind the numerics. */
#include "ref/backends/cuda/launch.h"
#include "ref/backends/cuda/math/map.h"
extern "C" {
#include "ref/base/error.h"
}

namespace {

template <qref_map_function function>
__device__ float value(float x) {
  if constexpr (function == QREF_MAP_EXP) {
    return qref_exp_f32(x);
  } else if constexpr (function == QREF_MAP_LOG1P) {
    return qref_log1p_f32(x);
  } else if constexpr (function == QREF_MAP_LOG) {
    return qref_log_f32(x);
  } else if constexpr (function == QREF_MAP_SILU) {
    return qref_silu_f32(x);
  } else if constexpr (function == QREF_MAP_SIGMOID) {
    return qref_sigmoid_f32(x);
  } else {
    static_assert(function == QREF_MAP_SOFTPLUS);
    return qref_softplus_f32(x);
  }
}

template <qref_map_function function>
__global__ void map(const float *x, size_t count, float *y) {
  const size_t stride = static_cast<size_t>(gridDim.x) * blockDim.x;
  for (size_t i = static_cast<size_t>(blockIdx.x) * blockDim.x + threadIdx.x; i < count; i += stride) {
    y[i] = value<function>(x[i]);
  }
}

using map_kernel = void (*)(const float *, size_t, float *);

map_kernel kernel_of(qref_map_function function) {
  switch (function) {
    case QREF_MAP_EXP:
      return map<QREF_MAP_EXP>;
    case QREF_MAP_LOG1P:
      return map<QREF_MAP_LOG1P>;
    case QREF_MAP_LOG:
      return map<QREF_MAP_LOG>;
    case QREF_MAP_SILU:
      return map<QREF_MAP_SILU>;
    case QREF_MAP_SIGMOID:
      return map<QREF_MAP_SIGMOID>;
    case QREF_MAP_SOFTPLUS:
      return map<QREF_MAP_SOFTPLUS>;
    default:
      return nullptr;
  }
}

}  // namespace

qref_status qref_cuda_map(qref_map_function function, const float *x, size_t count, float *y, cudaStream_t stream,
                          qref_error *error) {
  constexpr unsigned int threads = 256;
  const map_kernel kernel = kernel_of(function);
  if (kernel == nullptr) {
    return qref_fail(error, QREF_ERROR_ARGUMENT, "map_f32: function %d is not one of qref_map_function",
                     static_cast<int>(function));
  }
  if (count == 0) {
    return QREF_OK;
  }
  return qref_cuda_launch("map_f32", kernel, qref_cuda_blocks(count, threads), threads, 0, stream, error, x, count, y);
}
