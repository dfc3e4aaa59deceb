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
  size_t rows = 0, depth = 0, columns = 0;
};

struct bench_problem {
  std::string op, shape;
  double bytes = 0;              /* that must move: every input once, every output once */
  double operations = 0;         /* of int8 matrix units; 0 for other ops */
  double recorded = 0, goal = 0; /* microseconds; 0: none */
  bench_matrix peer = {};        /* what cuBLAS is timed on; 0 rows: nothing */
  double recorded_peer = 0;      /* of cuBLAS alone, microseconds */
  double goal_over_peer = 0;     /* times what cuBLAS takes in the same run; 0: none */
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

/* Keeps the first difference: "", or "NAME[WHERE, i]: got, expected". */
struct bench_check {
  std::string difference;
  qref_error error = {}; /* for calls of the reference */

  /* A reference that refuses its arguments is an error of the benchmark. */
  void reference(qref_status status) {
    if (status != QREF_OK && difference.empty()) {
      difference = std::string("the reference: ") + error.message;
    }
  }

  /* Compares elements that are `stride` apart with dense expected ones. */
  template <typename T>
  void equal(const char *name, size_t where, const T *got, const std::vector<T> &expected, size_t stride = 1) {
    for (size_t i = 0; i < expected.size() && difference.empty(); i++) {
      if (got[i * stride] != expected[i]) {
        difference = std::string(name) + "[" + std::to_string(where) + ", " + std::to_string(i) +
                     "]: " + std::to_string(got[i * stride]) + ", expected " + std::to_string(expected[i]);
      }
    }
  }
};

/* check_place(place, check) for each place until one differs. */
template <typename function>
std::string bench_check_each(const std::vector<size_t> &places, function check_place) {
  bench_check check;
  for (size_t i = 0; i < places.size() && check.difference.empty(); i++) {
    check_place(places[i], check);
  }
  return check.difference;
}

#endif
