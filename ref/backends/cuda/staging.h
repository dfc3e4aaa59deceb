/* Device copies of the tensors of one call with host memory. */
#ifndef QREF_BACKENDS_CUDA_STAGING_H
#define QREF_BACKENDS_CUDA_STAGING_H

#include <cuda_runtime_api.h>
#include <qref/types.h>

#include <vector>

class qref_cuda_staging {
 public:
  explicit qref_cuda_staging(qref_error *error);
  ~qref_cuda_staging();
  qref_cuda_staging(const qref_cuda_staging &) = delete;
  qref_cuda_staging &operator=(const qref_cuda_staging &) = delete;

  /* The device tensor of a host tensor; NULL for NULL, and after a failure. */
  template <typename T>
  const T *input(const T *host, size_t count) {
    return static_cast<const T *>(add(host, nullptr, 1, count * sizeof(T), count * sizeof(T)));
  }
  template <typename T>
  T *output(T *host, size_t count) {
    return static_cast<T *>(add(nullptr, host, 1, count * sizeof(T), count * sizeof(T)));
  }
  /* Rows of `width` elements that lie `stride` apart; what is between them is left alone. */
  template <typename T>
  T *output_rows(T *host, size_t rows, size_t width, size_t stride) {
    return static_cast<T *>(add(nullptr, host, rows, width * sizeof(T), stride * sizeof(T)));
  }
  /* Read and written. */
  template <typename T>
  T *updated(T *host, size_t count) {
    return static_cast<T *>(add(host, host, 1, count * sizeof(T), count * sizeof(T)));
  }

  cudaStream_t stream() const {
    return cudaStreamPerThread;
  }
  /* The first failure so far. */
  qref_status status() const {
    return status_;
  }
  /* Waits for the device and, if nothing failed there, copies the outputs to the host. */
  qref_status finish();

 private:
  struct buffer {
    char *device;
    char *output; /* NULL for an input */
    size_t rows, width, stride;
  };
  void *add(const void *source, void *destination, size_t rows, size_t width, size_t stride);
  bool failed(cudaError_t result, const char *what);
  cudaError_t copy_out(const buffer &from) const;

  std::vector<buffer> buffers_;
  qref_status status_ = QREF_OK;
  qref_error *error_;
};

#endif
