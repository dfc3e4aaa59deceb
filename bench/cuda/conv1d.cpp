#include "bench/cuda/problem.h"

namespace {

constexpr size_t width = 4;

struct scales {
  static constexpr float x = 0.021f, w = 0.0043f, bias = 0.0031f, out = 0.017f;
};

class sequence : public bench_instance {
 public:
  sequence(size_t batch, size_t channels, size_t length, uint64_t seed)
      : batch_(batch),
        channels_(channels),
        length_(length),
        x_(batch * channels * length),
        w_(channels * width),
        bias_(channels),
        y_(batch * channels * length) {
    bench_random random(seed);
    bench_fill(&x_, &random);
    bench_fill(&w_, &random);
    bench_fill(&bias_, &random);
  }

  qref_status run(const qref_cuda_ops &ops, cudaStream_t stream, qref_error *error) override {
    qref_conv1d_silu_args args = arguments(batch_, channels_, x_.device(), w_.device(), bias_.device(), y_.device());
    return ops.conv1d_silu(&args, stream, error);
  }

  void reset() override {
    y_.poison();
  }

  std::string check() override {
    y_.download();
    return bench_check_each(bench_sample(batch_ * channels_, 40), [&](size_t row, bench_check &check) {
      const size_t channel = row % channels_;
      std::vector<int8_t> expected(length_);
      const qref_conv1d_silu_args args =
          arguments(1, 1, &x_.host[row * length_], &w_.host[channel * width], &bias_.host[channel], expected.data());
      check.reference(qref_conv1d_silu(&args, &check.error));
      check.equal("y", row, &y_.host[row * length_], expected);
    });
  }

 private:
  qref_conv1d_silu_args arguments(size_t batch, size_t channels, const int8_t *x, const int8_t *w, const int8_t *bias,
                                  int8_t *y) const {
    qref_conv1d_silu_args args = {};
    args.rule = &bench_profile()->conv1d_silu;
    args.batch = batch;
    args.channels = channels;
    args.length = length_;
    args.width = width;
    args.x = x;
    args.w = w;
    args.bias = bias;
    args.x_scale = scales::x;
    args.w_scale = scales::w;
    args.bias_scale = scales::bias;
    args.out_scale = scales::out;
    args.silu = true;
    args.y = y;
    return args;
  }

  size_t batch_, channels_, length_;
  bench_tensor<int8_t> x_, w_, bias_, y_;
};

class update : public bench_instance {
 public:
  update(size_t batch, size_t channels, uint64_t seed)
      : batch_(batch),
        channels_(channels),
        state_(batch * channels * width),
        x_(batch * channels),
        w_(channels * width),
        bias_(channels),
        y_(batch * channels) {
    bench_random random(seed);
    bench_fill(&state_, &random);
    bench_fill(&x_, &random);
    bench_fill(&w_, &random);
    bench_fill(&bias_, &random);
    before_ = state_.host;
  }

  qref_status run(const qref_cuda_ops &ops, cudaStream_t stream, qref_error *error) override {
    qref_conv1d_silu_update_args args =
        arguments(batch_, channels_, state_.device(), x_.device(), w_.device(), bias_.device(), y_.device());
    return ops.conv1d_silu_update(&args, stream, error);
  }

  void reset() override {
    state_.host = before_;
    state_.upload();
    y_.poison();
  }

  std::string check() override {
    state_.download();
    y_.download();
    return bench_check_each(bench_sample(batch_, batch_), [&](size_t b, bench_check &check) {
      std::vector<int8_t> state(before_.begin() + static_cast<ptrdiff_t>(b * channels_ * width),
                                before_.begin() + static_cast<ptrdiff_t>((b + 1) * channels_ * width));
      std::vector<int8_t> y(channels_);
      const qref_conv1d_silu_update_args args =
          arguments(1, channels_, state.data(), &x_.host[b * channels_], w_.host.data(), bias_.host.data(), y.data());
      check.reference(qref_conv1d_silu_update(&args, &check.error));
      check.equal("y", b, &y_.host[b * channels_], y);
      check.equal("state", b, &state_.host[b * channels_ * width], state);
    });
  }

 private:
  static qref_conv1d_silu_update_args arguments(size_t batch, size_t channels, int8_t *state, const int8_t *x,
                                                const int8_t *w, const int8_t *bias, int8_t *y) {
    qref_conv1d_silu_update_args args = {};
    args.rule = &bench_profile()->conv1d_silu_update;
    args.batch = batch;
    args.channels = channels;
    args.width = width;
    args.state = state;
    args.x = x;
    args.w = w;
    args.bias = bias;
    args.x_scale = scales::x;
    args.w_scale = scales::w;
    args.bias_scale = scales::bias;
    args.out_scale = scales::out;
    args.silu = true;
    args.y = y;
    return args;
  }

  size_t batch_, channels_;
  bench_tensor<int8_t> state_, x_, w_, bias_, y_;
  std::vector<int8_t> before_;
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

void bench_add_conv1d(std::vector<bench_problem> *problems, bool quick) {
  if (quick) {
    add_sequence(problems, 2, 24, 96, 0, 0);
    add_update(problems, 2, 24);
    return;
  }
  constexpr size_t length = 2048;
  add_sequence(problems, 8, 5120, length, 148, 100);
  add_sequence(problems, 8, 1536, length, 53, 35);
  add_update(problems, 8, 5120);
  add_update(problems, 1, 1536);
}
