#include "bench/cuda/problem.h"

namespace {

constexpr size_t states = 16;

/* As calibration gives them: dt about 0.001 to 0.1 behind softplus, A from -1 to -16. */
qref_scan_scales scales() {
  qref_scan_scales s = {};
  s.u = 0.02f;
  s.dt = 0.018f;
  s.dt_bias = 0.05f;
  s.A_log = 0.0218f;
  s.B = 0.03f;
  s.C = 0.025f;
  s.D = 0.008f;
  s.z = 0.04f;
  s.state = 0.05f;
  return s;
}

/* The inputs that both forms have. */
struct scan_inputs {
  scan_inputs(size_t batch, size_t channels, size_t length, uint64_t seed)
      : u(batch * channels * length),
        dt(batch * channels * length),
        z(batch * channels * length),
        A_log(channels * states),
        B(batch * states * length),
        C(batch * states * length),
        D(channels),
        dt_bias(channels) {
    bench_random random(seed);
    bench_fill(&u, &random);
    bench_fill(&dt, &random);
    bench_fill(&z, &random);
    bench_fill(&A_log, &random, 0, 127);
    bench_fill(&B, &random);
    bench_fill(&C, &random);
    bench_fill(&D, &random);
    bench_fill(&dt_bias, &random, -128, -40);
  }
  bench_tensor<int8_t> u, dt, z, A_log, B, C, D, dt_bias;
};

/* The pointers and scales that both argument structs have, at the first element of a batch and channel. */
template <typename arguments>
arguments on_device(const scan_inputs &in) {
  arguments args = {};
  args.states = states;
  args.u = in.u.device();
  args.dt = in.dt.device();
  args.z = in.z.device();
  args.A_log = in.A_log.device();
  args.B = in.B.device();
  args.C = in.C.device();
  args.D = in.D.device();
  args.dt_bias = in.dt_bias.device();
  args.scales = scales();
  args.softplus = true;
  return args;
}

template <typename arguments>
arguments on_host(const scan_inputs &in, size_t length, size_t batch, size_t channel, size_t channels) {
  const size_t row = batch * channels + channel;
  arguments args = {};
  args.batch = 1;
  args.channels = 1;
  args.states = states;
  args.u = &in.u.host[row * length];
  args.dt = &in.dt.host[row * length];
  args.z = &in.z.host[row * length];
  args.A_log = &in.A_log.host[channel * states];
  args.B = &in.B.host[batch * states * length];
  args.C = &in.C.host[batch * states * length];
  args.D = &in.D.host[channel];
  args.dt_bias = &in.dt_bias.host[channel];
  args.scales = scales();
  args.softplus = true;
  return args;
}

class sequence : public bench_instance {
 public:
  sequence(size_t batch, size_t channels, size_t length, uint64_t seed)
      : batch_(batch),
        channels_(channels),
        length_(length),
        in_(batch, channels, length, seed),
        y_(batch * channels * length),
        state_(batch * channels * states) {
  }

  qref_status run(const qref_cuda_ops &ops, cudaStream_t stream, qref_error *error) override {
    auto args = on_device<qref_selective_scan_args>(in_);
    args.rule = &bench_profile()->selective_scan;
    args.batch = batch_;
    args.channels = channels_;
    args.length = length_;
    args.y = y_.device();
    args.state = state_.device();
    return ops.selective_scan(&args, stream, error);
  }

  void reset() override {
    y_.poison();
    state_.poison();
  }

  std::string check() override {
    y_.download();
    state_.download();
    return bench_check_each(bench_sample(batch_ * channels_, 24), [&](size_t row, bench_check &check) {
      const size_t batch = row / channels_;
      const size_t channel = row % channels_;
      std::vector<qref_float16> y(length_);
      std::vector<int8_t> state(states);
      std::vector<float> scratch(qref_selective_scan_scratch(states));
      auto args = on_host<qref_selective_scan_args>(in_, length_, batch, channel, channels_);
      args.rule = &bench_profile()->selective_scan;
      args.length = length_;
      args.y = y.data();
      args.state = state.data();
      args.scratch = scratch.data();
      check.reference(qref_selective_scan(&args, &check.error));
      check.equal("y", row, &y_.host[batch * length_ * channels_ + channel], y, channels_);
      check.equal("state", row, &state_.host[row * states], state);
    });
  }

 private:
  size_t batch_, channels_, length_;
  scan_inputs in_;
  bench_tensor<qref_float16> y_;
  bench_tensor<int8_t> state_;
};

class update : public bench_instance {
 public:
  update(size_t batch, size_t channels, uint64_t seed)
      : batch_(batch),
        channels_(channels),
        in_(batch, channels, 1, seed),
        state_(batch * channels * states),
        y_(batch * channels) {
    bench_random random(seed + 1000);
    bench_fill(&state_, &random);
    before_ = state_.host;
  }

  qref_status run(const qref_cuda_ops &ops, cudaStream_t stream, qref_error *error) override {
    auto args = on_device<qref_selective_scan_update_args>(in_);
    args.rule = &bench_profile()->selective_scan_update;
    args.batch = batch_;
    args.channels = channels_;
    args.state = state_.device();
    args.y = y_.device();
    return ops.selective_scan_update(&args, stream, error);
  }

  void reset() override {
    state_.host = before_;
    state_.upload();
    y_.poison();
  }

  std::string check() override {
    state_.download();
    y_.download();
    return bench_check_each(bench_sample(batch_ * channels_, 2000), [&](size_t row, bench_check &check) {
      std::vector<qref_float16> y(1);
      std::vector<int8_t> state(states);
      std::copy_n(&before_[row * states], states, state.data());
      auto args = on_host<qref_selective_scan_update_args>(in_, 1, row / channels_, row % channels_, channels_);
      args.rule = &bench_profile()->selective_scan_update;
      args.state = state.data();
      args.y = y.data();
      check.reference(qref_selective_scan_update(&args, &check.error));
      check.equal("y", row, &y_.host[row], y);
      check.equal("state", row, &state_.host[row * states], state);
    });
  }

 private:
  size_t batch_, channels_;
  scan_inputs in_;
  bench_tensor<int8_t> state_;
  bench_tensor<qref_float16> y_;
  std::vector<int8_t> before_;
};

void add_sequence(std::vector<bench_problem> *problems, size_t batch, size_t channels, size_t length, double recorded,
                  double goal) {
  problems->push_back({
      .op = "selective_scan",
      .shape = "B " + std::to_string(batch) + ", D " + std::to_string(channels) + ", N " + std::to_string(states) +
               ", L " + std::to_string(length),
      .bytes = 5.0 * static_cast<double>(batch * channels * length) +
               2.0 * static_cast<double>(batch * states * length) +
               static_cast<double>((batch + 1) * channels * states),
      .recorded = recorded,
      .goal = goal,
      .make = [=](uint64_t seed) { return std::make_unique<sequence>(batch, channels, length, seed); },
  });
}

void add_update(std::vector<bench_problem> *problems, size_t batch, size_t channels) {
  problems->push_back({
      .op = "selective_scan_update",
      .shape = "B " + std::to_string(batch) + ", D " + std::to_string(channels) + ", N " + std::to_string(states),
      .bytes = static_cast<double>(batch * channels) * (2 * states + 5) + static_cast<double>(channels * states),
      .make = [=](uint64_t seed) { return std::make_unique<update>(batch, channels, seed); },
  });
}

}  // namespace

void bench_add_scan(std::vector<bench_problem> *problems, bool quick) {
  if (quick) {
    add_sequence(problems, 2, 24, 64, 0, 0);
    add_update(problems, 2, 24);
    return;
  }
  constexpr size_t length = 2048;
  add_sequence(problems, 8, 5120, length, 2479, 1650);
  add_sequence(problems, 8, 1536, length, 749, 500);
  add_sequence(problems, 1, 1536, length, 113, 113);
  add_update(problems, 8, 5120);
  add_update(problems, 1, 1536);
}
