/* Device memory, random tensors and times for bench_cuda. A CUDA failure ends the program: what follows would measure
 * nothing. */
#ifndef QREF_BENCH_CUDA_DEVICE_H
#define QREF_BENCH_CUDA_DEVICE_H

#include <cuda_runtime_api.h>
#include <qref/numerics.h>

#include <functional>
#include <vector>

#define BENCH_CUDA(call) bench_cuda_check((call), #call)
void bench_cuda_check(cudaError_t result, const char *call);

/* A source of random bits, the same on every run. */
class bench_random {
 public:
  explicit bench_random(uint64_t seed) : state_(seed * 0x9e3779b97f4a7c15u + 1) {
  }
  uint64_t bits();
  /* Uniform in [low, high). */
  float real(float low, float high);

 private:
  uint64_t state_;
};

/* Where a call finds its tensors. */
enum class bench_place { host, device };

/* A tensor on the host and its copy on the device. */
template <typename T>
class bench_tensor {
 public:
  explicit bench_tensor(size_t count) : host(count) {
    BENCH_CUDA(cudaMalloc(reinterpret_cast<void **>(&device_), count * sizeof(T)));
  }
  ~bench_tensor() {
    cudaFree(device_);
  }
  bench_tensor(const bench_tensor &) = delete;
  bench_tensor &operator=(const bench_tensor &) = delete;

  T *device() const {
    return device_;
  }
  T *at(bench_place place) {
    return place == bench_place::device ? device_ : host.data();
  }
  size_t bytes() const {
    return host.size() * sizeof(T);
  }
  void upload() {
    BENCH_CUDA(cudaMemcpy(device_, host.data(), bytes(), cudaMemcpyHostToDevice));
  }
  void download() {
    BENCH_CUDA(cudaMemcpy(host.data(), device_, bytes(), cudaMemcpyDeviceToHost));
  }
  /* So that what a kernel did not write is seen. */
  void poison() {
    BENCH_CUDA(cudaMemset(device_, 0xa5, bytes()));
  }

  std::vector<T> host;

 private:
  T *device_ = nullptr;
};

std::vector<int8_t> bench_random_int8(size_t count, uint64_t seed);

/* Every value of [low, high] equally likely, and uploaded. */
void bench_fill(bench_tensor<int8_t> *tensor, bench_random *random, int low = -128, int high = 127);
void bench_fill(bench_tensor<float> *tensor, bench_random *random, float low, float high);
void bench_fill_f16(bench_tensor<qref_float16> *tensor, bench_random *random, float low, float high);

/* Times of runs in microseconds: the median, and the 10th and 90th percentile. */
struct bench_times {
  double median = 0, low = 0, high = 0;
  size_t runs = 0;
};

/* Runs every function `runs` times in turn, each run between two events of the stream, none waited for. The argument is
 * the number of the run. */
std::vector<bench_times> bench_measure(const std::vector<std::function<void(size_t)>> &functions, size_t runs,
                                       cudaStream_t stream);

/* Bytes per second of a copy of so many bytes on the device, read and written bytes both counted. */
double bench_copy_bandwidth(size_t bytes, cudaStream_t stream);

#endif
