/* Tensors that a call writes, and what they should be. */
#ifndef QREF_BENCH_CUDA_OUTPUT_H
#define QREF_BENCH_CUDA_OUTPUT_H

#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include "bench/cuda/device.h"

class bench_any_output {
 public:
  virtual ~bench_any_output() = default;
  virtual void reset() = 0;
  /* "", or "NAME[i]: got, expected" of the first element that differs. */
  virtual std::string difference() = 0;
};

/* The outputs of a call. */
class bench_outputs {
 public:
  void add(bench_any_output *output) {
    outputs_.push_back(output);
  }
  void reset() {
    for (bench_any_output *output : outputs_) {
      output->reset();
    }
  }
  std::string difference() {
    for (bench_any_output *output : outputs_) {
      std::string found = output->difference();
      if (!found.empty()) {
        return found;
      }
    }
    return "";
  }

 private:
  std::vector<bench_any_output *> outputs_;
};

/* On the device what a call there leaves; on the host what is expected. */
template <typename T>
class bench_output : public bench_any_output {
 public:
  bench_output(bench_outputs *outputs, const char *name, size_t count) : name_(name), tensor_(count), expected_(count) {
    outputs->add(this);
  }
  /* Changed by the call, and `before` in front of it. */
  bench_output(bench_outputs *outputs, const char *name, std::vector<T> before)
      : bench_output(outputs, name, before.size()) {
    expected_ = before;
    before_ = std::move(before);
  }

  T *at(bench_place place) {
    return place == bench_place::device ? tensor_.device() : expected_.data();
  }
  void reset() override {
    if (before_.empty()) {
      tensor_.poison();
    } else {
      tensor_.host = before_;
      tensor_.upload();
    }
  }
  std::string difference() override {
    tensor_.download();
    const std::vector<T> &got = tensor_.host;
    size_t i = 0;
    while (i < got.size() && std::memcmp(&got[i], &expected_[i], sizeof(T)) == 0) {
      i++;
    }
    return i == got.size() ? ""
                           : std::string(name_) + "[" + std::to_string(i) + "]: " + std::to_string(got[i]) +
                                 ", expected " + std::to_string(expected_[i]);
  }

 private:
  const char *name_;
  bench_tensor<T> tensor_;
  std::vector<T> expected_, before_;
};

#endif
