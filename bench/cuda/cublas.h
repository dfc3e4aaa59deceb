/* int8 x int8 -> int32 of cuBLASLt, which is loaded when the program runs. */
#ifndef QREF_BENCH_CUDA_CUBLAS_H
#define QREF_BENCH_CUDA_CUBLAS_H

#include <memory>
#include <string>

#include "bench/cuda/problem.h"

/* y = x w^T on random data in `sets` sets of tensors, which the runs go through in turn. */
class bench_cublas {
 public:
  /* NULL, with the reason in *why, where cuBLASLt is not found or has no algorithm for this. Takes the fastest of the
   * algorithms that its heuristic proposes, which are timed first. */
  static std::unique_ptr<bench_cublas> make(bench_matrix size, size_t sets, cudaStream_t stream, std::string *why);
  virtual ~bench_cublas() = default;
  virtual void run(size_t set) = 0;
  virtual std::string description() const = 0;
};

#endif
