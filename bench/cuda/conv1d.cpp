#include "bench/cuda/problem.h"

namespace {

constexpr size_t width = 4;

struct scales {
  static constexpr float x = 0.021f, w = 0.0043f, bias = 0.0031f, out = 0.017f;
};

class sequence : public bench_call<qref_conv1d_silu_args> {
 public:
  sequence(size_t batch, size_t channels, size_t length, uint64_t seed)
      : bench_call(&qref_cuda_ops::conv1d_silu, &qref_backend::conv1d_silu),
        batch_(batch),
        channels_(channels),
        length_(length),
        x_(batch * channels * length),
        w_(channels * width),
        bias_(channels),
        y_(&outputs_, "y", batch * channels * length) {
    bench_random random(seed);
    bench_fill(&x_, &random);
    bench_fill(&w_, &random);
    bench_fill(&bias_, &random);
  }

 private:
  qref_conv1d_silu_args arguments(bench_place place) override {
    qref_conv1d_silu_args args = {};
    args.rule = &bench_profile()->conv1d_silu;
    args.threads = bench_threads();
    args.batch = batch_;
    args.channels = channels_;
    args.length = length_;
    args.width = width;
    args.x = x_.at(place);
    args.w = w_.at(place);
    args.bias = bias_.at(place);
    args.x_scale = scales::x;
    args.w_scale = scales::w;
    args.bias_scale = scales::bias;
    args.out_scale = scales::out;
    args.silu = true;
    args.y = y_.at(place);
    return args;
  }

  size_t batch_, channels_, length_;
  bench_tensor<int8_t> x_, w_, bias_;
  bench_output<int8_t> y_;
};

class update : public bench_call<qref_conv1d_silu_update_args> {
 public:
  update(size_t batch, size_t channels, uint64_t seed)
      : bench_call(&qref_cuda_ops::conv1d_silu_update, &qref_backend::conv1d_silu_update),
        batch_(batch),
        channels_(channels),
        x_(batch * channels),
        w_(channels * width),
        bias_(channels),
        state_(&outputs_, "state", bench_random_int8(batch * channels * width, seed + 1000)),
        y_(&outputs_, "y", batch * channels) {
    bench_random random(seed);
    bench_fill(&x_, &random);
    bench_fill(&w_, &random);
    bench_fill(&bias_, &random);
  }

 private:
  qref_conv1d_silu_update_args arguments(bench_place place) override {
    qref_conv1d_silu_update_args args = {};
    args.rule = &bench_profile()->conv1d_silu_update;
    args.threads = bench_threads();
    args.batch = batch_;
    args.channels = channels_;
    args.width = width;
    args.state = state_.at(place);
    args.x = x_.at(place);
    args.w = w_.at(place);
    args.bias = bias_.at(place);
    args.x_scale = scales::x;
    args.w_scale = scales::w;
    args.bias_scale = scales::bias;
    args.out_scale = scales::out;
    args.silu = true;
    args.y = y_.at(place);
    return args;
  }

  size_t batch_, channels_;
  bench_tensor<int8_t> x_, w_, bias_;
  bench_output<int8_t> state_, y_;
};

void add_sequence(std::vector<bench_problem> *problems, size_t batch, size_t channels, size_t length, double recorded,
                  double goal) {
  problems->push_back({
      .op = "conv1d_silu",
      .shape = "B " + std::to_string(batch) + ", D " + std::to_string(channels) + ", L " + std::to_string(length),
      .bytes = 2.0 * static_cast<double>(batch * channels * length) + 5.0 * static_cast<double>(channels),
      .recorded = recorded,
      .goal = goal,
      .make = [=](uint64_t seed) { return std::make_unique<sequence>(batch, channels, length, seed); },
  });
}

void add_update(std::vector<bench_problem> *problems, size_t batch, size_t channels) {
  problems->push_back({
      .op = "conv1d_silu_update",
      .shape = "B " + std::to_string(batch) + ", D " + std::to_string(channels),
      .bytes = static_cast<double>(batch * channels) * (2 * width + 2) + 5.0 * static_cast<double>(channels),
      .make = [=](uint64_t seed) { return std::make_unique<update>(batch, channels, seed); },
  });
}

}  // namespace

void bench_add_conv1d(std::vector<bench_problem> *problems, bench_shapes shapes) {
  if (shapes == bench_shapes::quick) {
    add_sequence(problems, 2, 24, 96, 0, 0);
    add_update(problems, 2, 24);
    return;
  }
  if (shapes == bench_shapes::huge) { /* batches beyond what a grid may have, and a row too */
    add_sequence(problems, 70000, 96, 640, 0, 0);
    add_sequence(problems, 1, 3, 1440000000, 0, 0);
    add_update(problems, 210000, 5120);
    return;
  }
  constexpr size_t length = 2048;
  add_sequence(problems, 8, 5120, length, 148, 100);
  add_sequence(problems, 8, 1536, length, 53, 35);
  add_update(problems, 8, 5120);
  add_update(problems, 1, 1536);
}
