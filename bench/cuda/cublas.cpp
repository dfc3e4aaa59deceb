#include "bench/cuda/cublas.h"

#if !defined(QREF_CUDA_EMULATED) && __has_include(<cublasLt.h>)
#include <cublasLt.h>
#include <dlfcn.h>

#include <cstdio>
#include <cstdlib>

namespace {

/* The functions of the library, under their own names. */
struct library {
  decltype(&::cublasLtCreate) create = nullptr;
  decltype(&::cublasLtMatmulDescCreate) matmul_create = nullptr;
  decltype(&::cublasLtMatmulDescSetAttribute) matmul_set = nullptr;
  decltype(&::cublasLtMatrixLayoutCreate) layout_create = nullptr;
  decltype(&::cublasLtMatmulPreferenceCreate) preference_create = nullptr;
  decltype(&::cublasLtMatmulPreferenceSetAttribute) preference_set = nullptr;
  decltype(&::cublasLtMatmulAlgoGetHeuristic) heuristic = nullptr;
  decltype(&::cublasLtMatmul) matmul = nullptr;
};

template <typename function>
bool find(void *handle, const char *name, function *found) {
  *found = reinterpret_cast<function>(dlsym(handle, name));
  return *found != nullptr;
}

bool open_library(library *lt, std::string *why) {
  void *handle = nullptr;
  const char *given = std::getenv("QREF_CUBLASLT");
  for (const char *name : {given != nullptr ? given : "libcublasLt.so.13", "libcublasLt.so.13", "libcublasLt.so",
                           "/usr/local/cuda/lib64/libcublasLt.so"}) {
    handle = handle != nullptr ? handle : dlopen(name, RTLD_NOW | RTLD_LOCAL);
  }
  if (handle == nullptr) {
    *why = "libcublasLt.so was not found";
    return false;
  }
  const bool all =
      find(handle, "cublasLtCreate", &lt->create) && find(handle, "cublasLtMatmulDescCreate", &lt->matmul_create) &&
      find(handle, "cublasLtMatmulDescSetAttribute", &lt->matmul_set) &&
      find(handle, "cublasLtMatrixLayoutCreate", &lt->layout_create) &&
      find(handle, "cublasLtMatmulPreferenceCreate", &lt->preference_create) &&
      find(handle, "cublasLtMatmulPreferenceSetAttribute", &lt->preference_set) &&
      find(handle, "cublasLtMatmulAlgoGetHeuristic", &lt->heuristic) && find(handle, "cublasLtMatmul", &lt->matmul);
  *why = all ? "" : "libcublasLt.so lacks a function";
  return all;
}

struct tensors {
  tensors(bench_matrix size, bench_random *random)
      : x(size.rows * size.depth), w(size.columns * size.depth), y(size.rows * size.columns) {
    bench_fill(&x, random);
    bench_fill(&w, random);
  }
  bench_tensor<int8_t> x, w;
  bench_tensor<int32_t> y;
};

class cublas : public bench_cublas {
 public:
  bool prepare(bench_matrix size, size_t sets, cudaStream_t stream, std::string *why);

  void run(size_t set) override {
    const cublasStatus_t result = queue(algorithms_[best_], set);
    if (result != CUBLAS_STATUS_SUCCESS) {
      std::fprintf(stderr, "bench_cuda: cublasLtMatmul: status %d\n", static_cast<int>(result));
      std::_Exit(2);
    }
  }

  std::string description() const override {
    return "best of " + std::to_string(tried_) + " algorithms of cublasLt's heuristic";
  }

 private:
  cublasStatus_t queue(const cublasLtMatmulHeuristicResult_t &algorithm, size_t set) {
    const int32_t one = 1;
    const int32_t zero = 0;
    const tensors &t = *sets_[set % sets_.size()];
    return lt_.matmul(handle_, matmul_, &one, t.w.device(), layout_w_, t.x.device(), layout_x_, &zero, t.y.device(),
                      layout_y_, t.y.device(), layout_y_, &algorithm.algo, workspace_, workspace_bytes, stream_);
  }
  bool describe();
  bool choose();
  bool is_right();

  static constexpr size_t workspace_bytes = size_t{64} << 20;
  library lt_;
  bench_matrix size_ = {};
  cudaStream_t stream_ = nullptr;
  cublasLtHandle_t handle_ = nullptr;
  cublasLtMatmulDesc_t matmul_ = nullptr;
  cublasLtMatrixLayout_t layout_x_ = nullptr, layout_w_ = nullptr, layout_y_ = nullptr;
  void *workspace_ = nullptr;
  std::vector<cublasLtMatmulHeuristicResult_t> algorithms_;
  size_t best_ = 0, tried_ = 0;
  std::vector<std::unique_ptr<tensors>> sets_;
};

/* In the library's column-major terms: y^T (columns, rows) = w^T' x, with w and x stored (depth, .). */
bool cublas::describe() {
  const cublasOperation_t transposed = CUBLAS_OP_T;
  const int64_t depth = static_cast<int64_t>(size_.depth);
  return lt_.create(&handle_) == CUBLAS_STATUS_SUCCESS &&
         lt_.matmul_create(&matmul_, CUBLAS_COMPUTE_32I, CUDA_R_32I) == CUBLAS_STATUS_SUCCESS &&
         lt_.matmul_set(matmul_, CUBLASLT_MATMUL_DESC_TRANSA, &transposed, sizeof transposed) ==
             CUBLAS_STATUS_SUCCESS &&
         lt_.layout_create(&layout_w_, CUDA_R_8I, size_.depth, size_.columns, depth) == CUBLAS_STATUS_SUCCESS &&
         lt_.layout_create(&layout_x_, CUDA_R_8I, size_.depth, size_.rows, depth) == CUBLAS_STATUS_SUCCESS &&
         lt_.layout_create(&layout_y_, CUDA_R_32I, size_.columns, size_.rows, static_cast<int64_t>(size_.columns)) ==
             CUBLAS_STATUS_SUCCESS;
}

bool cublas::choose() {
  constexpr int most = 32;
  cublasLtMatmulPreference_t preference = nullptr;
  int found = 0;
  algorithms_.resize(most);
  if (lt_.preference_create(&preference) != CUBLAS_STATUS_SUCCESS ||
      lt_.preference_set(preference, CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES, &workspace_bytes,
                         sizeof workspace_bytes) != CUBLAS_STATUS_SUCCESS ||
      lt_.heuristic(handle_, matmul_, layout_w_, layout_x_, layout_y_, layout_y_, preference, most, algorithms_.data(),
                    &found) != CUBLAS_STATUS_SUCCESS) {
    return false;
  }
  double fastest = 0;
  for (size_t i = 0; i < static_cast<size_t>(found); i++) {
    if (algorithms_[i].state != CUBLAS_STATUS_SUCCESS || queue(algorithms_[i], 0) != CUBLAS_STATUS_SUCCESS) {
      continue;
    }
    tried_++;
    const double median = bench_measure({[&](size_t run) { queue(algorithms_[i], run); }}, 10, stream_)[0].median;
    if (tried_ == 1 || median < fastest) {
      fastest = median;
      best_ = i;
    }
  }
  return tried_ != 0;
}

/* A few sums of the last row. */
bool cublas::is_right() {
  tensors &t = *sets_[0];
  run(0);
  BENCH_CUDA(cudaStreamSynchronize(stream_));
  const size_t row = size_.rows - 1;
  std::vector<int32_t> sums(size_.columns);
  BENCH_CUDA(cudaMemcpy(sums.data(), t.y.device() + row * size_.columns, sums.size() * sizeof(int32_t),
                        cudaMemcpyDeviceToHost));
  for (size_t column = 0; column < size_.columns; column += size_.columns / 20 + 1) {
    int32_t sum = 0;
    for (size_t k = 0; k < size_.depth; k++) {
      sum += t.x.host[row * size_.depth + k] * t.w.host[column * size_.depth + k];
    }
    if (sum != sums[column]) {
      return false;
    }
  }
  return true;
}

bool cublas::prepare(bench_matrix size, size_t sets, cudaStream_t stream, std::string *why) {
  size_ = size;
  stream_ = stream;
  if (!open_library(&lt_, why)) {
    return false;
  }
  bench_random random(77);
  for (size_t i = 0; i < sets; i++) {
    sets_.push_back(std::make_unique<tensors>(size, &random));
  }
  BENCH_CUDA(cudaMalloc(&workspace_, workspace_bytes));
  if (!describe() || !choose()) {
    *why = "cublasLt has no algorithm for int8 to int32 of this shape";
    return false;
  }
  if (!is_right()) {
    *why = "cublasLt: other sums than expected";
    return false;
  }
  return true;
}

}  // namespace

std::unique_ptr<bench_cublas> bench_cublas::make(bench_matrix size, size_t sets, cudaStream_t stream,
                                                 std::string *why) {
  auto made = std::make_unique<cublas>();
  if (!made->prepare(size, sets, stream, why)) {
    return nullptr;
  }
  return made;
}
#else
std::unique_ptr<bench_cublas> bench_cublas::make(bench_matrix, size_t, cudaStream_t, std::string *why) {
  *why = "this program was built without cublasLt.h";
  return nullptr;
}
#endif
