#include "bench/cuda/device.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

void bench_cuda_check(cudaError_t result, const char *call) {
  if (result != cudaSuccess) {
    std::fprintf(stderr, "bench_cuda: %s: %s: %s\n", call, cudaGetErrorName(result), cudaGetErrorString(result));
    std::fflush(nullptr);
    std::_Exit(2); /* freeing tensors would fail too */
  }
}

uint64_t bench_random::bits() { /* splitmix64 */
  uint64_t z = state_ += 0x9e3779b97f4a7c15u;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

float bench_random::real(float low, float high) {
  return low + (high - low) * (static_cast<float>(bits() >> 40) * 0x1p-24f);
}

static void fill(std::vector<int8_t> *values, bench_random *random, int low, int high) {
  const uint64_t range = static_cast<uint64_t>(high - low + 1);
  uint64_t bits = 0;
  for (size_t i = 0; i < values->size(); i++) {
    bits = i % 4 == 0 ? random->bits() : bits >> 16;
    (*values)[i] = static_cast<int8_t>(low + static_cast<int>(((bits & 0xffffu) * range) >> 16));
  }
}

std::vector<int8_t> bench_random_int8(size_t count, uint64_t seed) {
  bench_random random(seed);
  std::vector<int8_t> values(count);
  fill(&values, &random, -128, 127);
  return values;
}

void bench_fill(bench_tensor<int8_t> *tensor, bench_random *random, int low, int high) {
  fill(&tensor->host, random, low, high);
  tensor->upload();
}

void bench_fill(bench_tensor<float> *tensor, bench_random *random, float low, float high) {
  for (float &value : tensor->host) {
    value = random->real(low, high);
  }
  tensor->upload();
}

void bench_fill_f16(bench_tensor<qref_float16> *tensor, bench_random *random, float low, float high) {
  std::vector<qref_float16> values(65536); /* converting each of a hundred million would take seconds */
  for (qref_float16 &value : values) {
    value = qref_f16_from_f32(random->real(low, high));
  }
  uint64_t bits = 0;
  for (size_t i = 0; i < tensor->host.size(); i++) {
    bits = i % 4 == 0 ? random->bits() : bits >> 16;
    tensor->host[i] = values[bits & 0xffffu];
  }
  tensor->upload();
}

static bench_times summarize(std::vector<double> *microseconds) {
  const size_t n = microseconds->size();
  std::sort(microseconds->begin(), microseconds->end());
  const auto at = [&](size_t i) { return (*microseconds)[i]; };
  return {.median = (at((n - 1) / 2) + at(n / 2)) / 2, .low = at(n / 10), .high = at(n - 1 - n / 10), .runs = n};
}

std::vector<bench_times> bench_measure(const std::vector<std::function<void(size_t)>> &functions, size_t runs,
                                       cudaStream_t stream) {
  std::vector<cudaEvent_t> events(runs * functions.size() + 1);
  for (cudaEvent_t &event : events) {
    BENCH_CUDA(cudaEventCreate(&event));
  }
  BENCH_CUDA(cudaEventRecord(events[0], stream));
  for (size_t i = 0; i + 1 < events.size(); i++) {
    functions[i % functions.size()](i / functions.size());
    BENCH_CUDA(cudaEventRecord(events[i + 1], stream));
  }
  BENCH_CUDA(cudaStreamSynchronize(stream));
  std::vector<std::vector<double>> microseconds(functions.size());
  for (size_t i = 0; i + 1 < events.size(); i++) {
    float milliseconds = 0;
    BENCH_CUDA(cudaEventElapsedTime(&milliseconds, events[i], events[i + 1]));
    microseconds[i % functions.size()].push_back(static_cast<double>(milliseconds) * 1e3);
  }
  for (cudaEvent_t event : events) {
    cudaEventDestroy(event);
  }
  std::vector<bench_times> times;
  for (std::vector<double> &each : microseconds) {
    times.push_back(summarize(&each));
  }
  return times;
}

double bench_copy_bandwidth(size_t bytes, cudaStream_t stream) {
  constexpr size_t runs = 20;
  char *from = nullptr;
  char *to = nullptr;
  BENCH_CUDA(cudaMalloc(reinterpret_cast<void **>(&from), bytes));
  BENCH_CUDA(cudaMalloc(reinterpret_cast<void **>(&to), bytes));
  BENCH_CUDA(cudaMemset(from, 0x35, bytes));
  const auto copy = [&](size_t) { BENCH_CUDA(cudaMemcpyAsync(to, from, bytes, cudaMemcpyDeviceToDevice, stream)); };
  copy(0);
  const bench_times times = bench_measure({copy}, runs, stream)[0];
  BENCH_CUDA(cudaFree(from));
  BENCH_CUDA(cudaFree(to));
  return 2.0 * static_cast<double>(bytes) / (times.median * 1e-6);
}
