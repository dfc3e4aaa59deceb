#include "ref/backends/cuda/staging.h"

#include <new>

#include "ref/backends/cuda/status.h"
extern "C" {
#include "ref/base/error.h"
}

namespace {
/* What an output holds before the kernel writes it: a stale result of an earlier call must not pass for this one's. */
constexpr int unwritten = 0xa5;
}  // namespace

qref_cuda_staging::qref_cuda_staging(qref_error *error) : error_(error) {
}

qref_cuda_staging::~qref_cuda_staging() {
  for (const buffer &each : buffers_) {
    cudaFreeAsync(each.device, stream());
  }
}

bool qref_cuda_staging::failed(cudaError_t result, const char *what) {
  status_ = qref_cuda_status(result, what, error_);
  return status_ != QREF_OK;
}

void *qref_cuda_staging::add(const void *source, void *destination, size_t rows, size_t width, size_t stride) {
  if (status_ != QREF_OK || (source == nullptr && destination == nullptr)) {
    return nullptr;
  }
  const size_t bytes = (rows - 1) * stride + width;
  try {
    buffers_.reserve(buffers_.size() + 1);
  } catch (const std::bad_alloc &) {
    status_ = qref_fail(error_, QREF_ERROR_MEMORY, "cuda: not enough memory for the list of tensors");
    return nullptr;
  }
  void *device = nullptr;
  if (failed(cudaMallocAsync(&device, bytes, stream()), "cuda: memory of a tensor")) {
    return nullptr;
  }
  buffers_.push_back({static_cast<char *>(device), static_cast<char *>(destination), rows, width, stride});
  if (source != nullptr) {
    failed(cudaMemcpyAsync(device, source, bytes, cudaMemcpyHostToDevice, stream()), "cuda: copy to the device");
  } else {
    failed(cudaMemsetAsync(device, unwritten, bytes, stream()), "cuda: fill of an output");
  }
  return device;
}

cudaError_t qref_cuda_staging::copy_out(const buffer &from) const {
  if (from.rows == 1) { /* which may be wider than a copy in two dimensions allows */
    return cudaMemcpyAsync(from.output, from.device, from.width, cudaMemcpyDeviceToHost, stream());
  }
  return cudaMemcpy2DAsync(from.output, from.stride, from.device, from.stride, from.width, from.rows,
                           cudaMemcpyDeviceToHost, stream());
}

qref_status qref_cuda_staging::finish() {
  /* Nothing reaches the caller's memory unless every kernel ran to its end. */
  if (status_ != QREF_OK || failed(cudaStreamSynchronize(stream()), "cuda: kernel")) {
    return status_;
  }
  for (const buffer &each : buffers_) {
    if (each.output != nullptr && failed(copy_out(each), "cuda: copy from the device")) {
      return status_;
    }
  }
  failed(cudaStreamSynchronize(stream()), "cuda: copy from the device");
  return status_;
}
