/* What bench_cuda measures: an op at a shape. */
#ifndef QREF_BENCH_CUDA_PROBLEM_H
#define QREF_BENCH_CUDA_PROBLEM_H

#include <qref/cuda.h>

#include <memory>
#include <string>
#include <vector>

#include "bench/cuda/device.h"

/* Inputs and outputs of one call, on host and device. */
class bench_instance {
 public:
  virtual ~bench_instance() = default;
  /* Queues one call. */
  virtual qref_status run(const qref_cuda_ops &ops, cudaStream_t stream, qref_error *error) = 0;
  /* Puts the inputs that a call changes back, and marks the outputs as unwritten. */
  virtual void reset() = 0;
  /* After reset and one run: some of the outputs against the reference. "" or the first difference. */
  virtual std::string check() = 0;
};

struct bench_matrix {
  size_t rows, depth, columns;
};

struct bench_problem {
  std::string op, shape;
  double bytes;          /* that must move: every input once, every output once */
  double operations;     /* of int8 matrix units; 0 for other ops */
  double recorded, goal; /* microseconds; 0: none */
  bench_matrix peer;     /* what cuBLAS is timed on; 0 rows: nothing */
  double recorded_peer;  /* of cuBLAS alone, microseconds */
  double goal_over_peer; /* times what cuBLAS takes in the same run; 0: none */
  std::function<std::unique_ptr<bench_instance>(uint64_t seed)> make;
};

/* The recorded times and the goals are of Quamba's kernels on an H100, with --use_fast_math. quick: small shapes, to
 * see that all of it runs. */
void bench_add_conv1d(std::vector<bench_problem> *problems, bool quick);
void bench_add_scan(std::vector<bench_problem> *problems, bool quick);
void bench_add_linear(std::vector<bench_problem> *problems, bool quick);
void bench_add_rows(std::vector<bench_problem> *problems, bool quick);

const qref_profile *bench_profile();

/* Some of 0 .. count-1, the first and the last among them. */
std::vector<size_t> bench_sample(size_t count, size_t most);

/* Compares elements that are `stride` apart with dense expected ones. "" or "NAME[WHERE, i]: got, expected". */
template <typename T>
std::string bench_compare(const char *name, size_t where, const T *got, size_t stride, const std::vector<T> &expected) {
  for (size_t i = 0; i < expected.size(); i++) {
    if (got[i * stride] != expected[i]) {
      return std::string(name) + "[" + std::to_string(where) + ", " + std::to_string(i) +
             "]: " + std::to_string(got[i * stride]) + ", expected " + std::to_string(expected[i]);
    }
  }
  return "";
}

/* The reference refused its arguments: an error of the benchmark. */
std::string bench_reference_failed(const qref_error &error);

#endif
