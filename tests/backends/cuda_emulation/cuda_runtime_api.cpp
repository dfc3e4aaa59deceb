#include "cuda_runtime_api.h"

#include <stdlib.h>
#include <string.h>

#include <map>

namespace {

/* An H100's. */
constexpr int shared_bytes_at_most = 227 * 1024;
constexpr int multiprocessors = 132;
/* Without asking for more. */
constexpr size_t shared_bytes = 48 * 1024;
constexpr size_t alignment = 256;
/* What new memory holds. */
constexpr int unwritten = 0xcd;

std::map<const void *, size_t> asked_for; /* shared memory, by kernel */
cudaError_t last_error = cudaSuccess;

}  // namespace

const char *cudaGetErrorName(cudaError_t error) {
  switch (error) {
    case cudaSuccess:
      return "cudaSuccess";
    case cudaErrorInvalidValue:
      return "cudaErrorInvalidValue";
    case cudaErrorMemoryAllocation:
      return "cudaErrorMemoryAllocation";
    case cudaErrorInvalidDevice:
      return "cudaErrorInvalidDevice";
    case cudaErrorNoDevice:
      return "cudaErrorNoDevice";
    case cudaErrorLaunchFailure:
      return "cudaErrorLaunchFailure";
  }
  return "unknown";
}

const char *cudaGetErrorString(cudaError_t) {
  return "an error of the emulation";
}

cudaError_t cudaGetLastError() {
  const cudaError_t error = last_error;
  last_error = cudaSuccess;
  return error;
}

cudaError_t cudaGetDeviceCount(int *count) {
  *count = 1;
  return cudaSuccess;
}

cudaError_t cudaGetDevice(int *device) {
  *device = 0;
  return cudaSuccess;
}

cudaError_t cudaDeviceGetAttribute(int *value, cudaDeviceAttr attribute, int) {
  switch (attribute) {
    case cudaDevAttrClockRate:
      *value = 1980000;
      return cudaSuccess;
    case cudaDevAttrMaxSharedMemoryPerBlockOptin:
      *value = shared_bytes_at_most;
      return cudaSuccess;
    case cudaDevAttrMultiProcessorCount:
      *value = multiprocessors;
      return cudaSuccess;
    case cudaDevAttrComputeCapabilityMajor:
      *value = 8;
      return cudaSuccess;
    case cudaDevAttrComputeCapabilityMinor:
      *value = 0;
      return cudaSuccess;
  }
  return cudaErrorInvalidValue;
}

cudaError_t cudaMallocAsync(void **pointer, size_t bytes, cudaStream_t) {
  *pointer = nullptr;
  if (bytes > SIZE_MAX - alignment) {
    return cudaErrorMemoryAllocation;
  }
  /* Exactly as long as asked for behind an aligned start: a checker of the host's memory sees an access past the end.
   */
  if (posix_memalign(pointer, alignment, bytes) != 0) {
    return cudaErrorMemoryAllocation;
  }
  memset(*pointer, unwritten, bytes);
  return cudaSuccess;
}

cudaError_t cudaFreeAsync(void *pointer, cudaStream_t) {
  free(pointer);
  return cudaSuccess;
}

cudaError_t cudaFree(void *pointer) {
  free(pointer);
  return cudaSuccess;
}

cudaError_t cudaMemcpyAsync(void *to, const void *from, size_t bytes, cudaMemcpyKind, cudaStream_t) {
  memcpy(to, from, bytes);
  return cudaSuccess;
}

cudaError_t cudaMemcpy2DAsync(void *to, size_t to_pitch, const void *from, size_t from_pitch, size_t width,
                              size_t height, cudaMemcpyKind, cudaStream_t) {
  if (width > to_pitch || width > from_pitch) {
    return cudaErrorInvalidValue;
  }
  for (size_t row = 0; row < height; row++) {
    memcpy(static_cast<char *>(to) + row * to_pitch, static_cast<const char *>(from) + row * from_pitch, width);
  }
  return cudaSuccess;
}

cudaError_t cudaMemsetAsync(void *to, int value, size_t bytes, cudaStream_t) {
  memset(to, value, bytes);
  return cudaSuccess;
}

cudaError_t cudaStreamSynchronize(cudaStream_t) {
  return cudaSuccess;
}

cudaError_t cudaFuncSetAttribute(const void *kernel, cudaFuncAttribute attribute, int value) {
  if (attribute == cudaFuncAttributeMaxDynamicSharedMemorySize) {
    if (value < 0 || value > shared_bytes_at_most) {
      return cudaErrorInvalidValue;
    }
    asked_for[kernel] = static_cast<size_t>(value);
  }
  return cudaSuccess;
}

cudaError_t qref_emulated_launch(const cudaLaunchConfig_t &config, const void *kernel, void (*body)(void *),
                                 void *context) {
  const auto asked = asked_for.find(kernel);
  const size_t limit = asked != asked_for.end() && asked->second > shared_bytes ? asked->second : shared_bytes;
  if (config.dynamicSmemBytes > limit) {
    return cudaErrorInvalidValue;
  }
  return qref_emulated_grid(config.gridDim, config.blockDim, config.dynamicSmemBytes, body, context)
             ? cudaSuccess
             : cudaErrorLaunchFailure;
}
