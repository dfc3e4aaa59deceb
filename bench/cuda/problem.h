/* What bench_cuda measures: an op at a shape. */
#ifndef QREF_BENCH_CUDA_PROBLEM_H
#define QREF_BENCH_CUDA_PROBLEM_H

#include <qref/cuda.h>

#include <memory>
#include <string>
#include <vector>

#include "bench/cuda/output.h"

/* Inputs and outputs of one call, on host and device. */
class bench_instance {
 public:
  virtual ~bench_instance() = default;
  /* Queues one call. */
  virtual qref_status run(const qref_cuda_ops &ops, cudaStream_t stream, qref_error *error) = 0;
  /* Puts the tensors that a call changes back, and marks the others that it writes as unwritten. */
  void reset() {
    outputs_.reset();
  }
  /* After reset and one run: every output, whole, against that of backend cpu. "" or the first difference. */
  std::string check();

 protected:
  bench_outputs outputs_;

 private:
  /* The same call on the host. */
  virtual qref_status compute(const qref_backend &cpu, qref_error *error) = 0;

  bool computed_ = false;
};

/* The call of an op, whose functions on device and host take the same arguments. */
template <typename arguments_type>
class bench_call : public bench_instance {
 public:
  using device_function = qref_status (*qref_cuda_ops::*)(const arguments_type *, void *, qref_error *);
  using host_function = qref_status (*qref_backend::*)(const arguments_type *, qref_error *);

  bench_call(device_function on_device, host_function on_host) : on_device_(on_device), on_host_(on_host) {
  }
  qref_status run(const qref_cuda_ops &ops, cudaStream_t stream, qref_error *error) override {
    const arguments_type args = arguments(bench_place::device);
    return (ops.*on_device_)(&args, stream, error);
  }

 protected:
  virtual arguments_type arguments(bench_place place) = 0;

 private:
  qref_status compute(const qref_backend &cpu, qref_error *error) override {
    const arguments_type args = arguments(bench_place::host);
    return (cpu.*on_host_)(&args, error);
  }

  device_function on_device_;
  host_function on_host_;
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

/* table: of models, with recorded times and goals, which are of Quamba's kernels on an H100 with --use_fast_math.
 * quick: small, to see that all of it runs. huge: each with a tensor of more than 2^32 elements. */
enum class bench_shapes { table, quick, huge };

void bench_add_conv1d(std::vector<bench_problem> *problems, bench_shapes shapes);
void bench_add_scan(std::vector<bench_problem> *problems, bench_shapes shapes);
void bench_add_linear(std::vector<bench_problem> *problems, bench_shapes shapes);
void bench_add_rows(std::vector<bench_problem> *problems, bench_shapes shapes);

const qref_profile *bench_profile();

/* Threads of backend cpu. */
int bench_threads();

#endif
