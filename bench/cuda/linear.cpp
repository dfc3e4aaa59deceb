#include <optional>

#include "bench/cuda/problem.h"

namespace {

/* One of the five forms. */
struct form {
  const char *name;
  qref_status (*qref_cuda_ops::*on_device)(const qref_linear_w8a8_args *, void *, qref_error *);
  qref_status (*qref_backend::*on_host)(const qref_linear_w8a8_args *, qref_error *);
  const qref_linear_rule qref_profile::*rule;
  bool half, scale_per_column;
};

constexpr form plain = {
    "linear_w8a8", &qref_cuda_ops::linear_w8a8, &qref_backend::linear_w8a8, &qref_profile::linear, false, false};
constexpr form half = {"linear_w8a8_f16",
                       &qref_cuda_ops::linear_w8a8_f16,
                       &qref_backend::linear_w8a8_f16,
                       &qref_profile::linear,
                       true,
                       false};
constexpr form parallel = {"linear_w8a8_parallel",
                           &qref_cuda_ops::linear_w8a8_parallel,
                           &qref_backend::linear_w8a8_parallel,
                           &qref_profile::linear,
                           false,
                           true};
constexpr form row = {"linear_w8a8_row",
                      &qref_cuda_ops::linear_w8a8_row,
                      &qref_backend::linear_w8a8_row,
                      &qref_profile::linear_row,
                      false,
                      false};
constexpr form per_channel = {"linear_w8a8_per_channel",
                              &qref_cuda_ops::linear_w8a8_per_channel,
                              &qref_backend::linear_w8a8_per_channel,
                              &qref_profile::linear_per_channel,
                              false,
                              true};

class product : public bench_call<qref_linear_w8a8_args> {
 public:
  product(const form &which, bench_matrix size, uint64_t seed)
      : bench_call(which.on_device, which.on_host),
        form_(which),
        size_(size),
        x_(size.rows * size.depth),
        w_(size.columns * size.depth),
        scale_(which.scale_per_column ? size.columns : 1) {
    bench_random random(seed);
    bench_fill(&x_, &random);
    bench_fill(&w_, &random);
    /* Sums of `depth` products have a deviation of 5461 sqrt(depth); that becomes 30 to 60. */
    const float scale = 45.0f / (5461.0f * __builtin_sqrtf(static_cast<float>(size.depth)));
    bench_fill(&scale_, &random, scale * 0.7f, scale * 1.3f);
    if (which.half) {
      y_f16_.emplace(&outputs_, "y_f16", size.rows * size.columns);
    } else {
      y_.emplace(&outputs_, "y", size.rows * size.columns);
    }
  }

 private:
  qref_linear_w8a8_args arguments(bench_place place) override {
    qref_linear_w8a8_args args = {};
    args.rule = &(bench_profile()->*form_.rule);
    args.threads = bench_threads();
    args.rows = size_.rows;
    args.columns = size_.columns;
    args.depth = size_.depth;
    args.x = x_.at(place);
    args.w = w_.at(place);
    args.weight_scale = scale_.at(place);
    args.input_scale = 1.03f;
    args.y = y_ ? y_->at(place) : nullptr;
    args.y_f16 = y_f16_ ? y_f16_->at(place) : nullptr;
    return args;
  }

  form form_;
  bench_matrix size_;
  bench_tensor<int8_t> x_, w_;
  bench_tensor<float> scale_;
  std::optional<bench_output<int8_t>> y_;
  std::optional<bench_output<qref_float16>> y_f16_;
};

bench_problem *add(std::vector<bench_problem> *problems, const form &which, bench_matrix size) {
  const double products = static_cast<double>(size.rows) * static_cast<double>(size.columns);
  problems->push_back({
      .op = which.name,
      .shape = std::to_string(size.rows) + " x " + std::to_string(size.depth) + " x " + std::to_string(size.columns),
      .bytes = static_cast<double>((size.rows + size.columns) * size.depth) + products * (which.half ? 2 : 1),
      .operations = 2 * products * static_cast<double>(size.depth),
      .peer = size,
      .make = [=](uint64_t seed) { return std::make_unique<product>(which, size, seed); },
  });
  return &problems->back();
}

}  // namespace

void bench_add_linear(std::vector<bench_problem> *problems, bench_shapes shapes) {
  if (shapes == bench_shapes::quick) {
    for (const form &each : {plain, half, parallel}) {
      add(problems, each, {40, 96, 80});
    }
    for (const form &each : {row, per_channel}) {
      add(problems, each, {1, 96, 80});
    }
    return;
  }
  if (shapes == bench_shapes::huge) { /* of outputs, of x, of w */
    for (const bench_matrix &size : {bench_matrix{4200000, 64, 1024}, {1680000, 2560, 80}, {100, 2560, 1680000}}) {
      add(problems, plain, size)->peer = {};
    }
    for (const form &each : {half, parallel}) {
      add(problems, each, {4200000, 64, 1024})->peer = {};
    }
    for (const form &each : {row, per_channel}) {
      add(problems, each, {1, 2560, 1680000})->peer = {};
    }
    return;
  }
  bench_problem *large = add(problems, plain, {16384, 2560, 10240});
  large->goal_over_peer = 1.15;
  large->recorded_peer = 1206;
  bench_problem *small = add(problems, plain, {2048, 768, 3072});
  small->recorded = 148;
  small->recorded_peer = 34;
  small->goal = 45;
  add(problems, half, {16384, 5120, 2560});
  add(problems, half, {2048, 1536, 768});
  add(problems, parallel, {16384, 5120, 192});
  add(problems, parallel, {2048, 1536, 80});
  add(problems, row, {1, 2560, 10240});
  add(problems, row, {1, 768, 3072});
  add(problems, per_channel, {1, 2560, 10240});
  add(problems, per_channel, {1, 768, 3072});
}
