#include "ref/backends/cuda/device_limits.h"

#include "ref/backends/cuda/status.h"

qref_status qref_cuda_find_device_limits(qref_cuda_device_limits *limits, const char *op, qref_error *error) {
  const struct {
    cudaDeviceAttr attribute;
    int *value;
  } wanted[] = {{cudaDevAttrMultiProcessorCount, &limits->multiprocessors},
                {cudaDevAttrMaxSharedMemoryPerBlockOptin, &limits->shared_bytes},
                {cudaDevAttrComputeCapabilityMajor, &limits->capability_major},
                {cudaDevAttrComputeCapabilityMinor, &limits->capability_minor}};
  int device;
  QREF_CUDA_TRY(cudaGetDevice(&device), op, error);
  for (const auto &each : wanted) {
    QREF_CUDA_TRY(cudaDeviceGetAttribute(each.value, each.attribute, device), op, error);
  }
  return QREF_OK;
}
