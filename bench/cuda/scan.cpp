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
        dt_bias(channels),
        scratch(qref_selective_scan_scratch(states)) {
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
  std::vector<float> scratch; /* of the host */
};

/* What both argument structs have. */
template <typename arguments>
arguments common_arguments(scan_inputs *in, bench_place place, size_t batch, size_t channels) {
  arguments args = {};
  args.threads = bench_threads();
  args.batch = batch;
  args.channels = channels;
  args.states = states;
  args.u = in->u.at(place);
  args.dt = in->dt.at(place);
  args.z = in->z.at(place);
  args.A_log = in->A_log.at(place);
  args.B = in->B.at(place);
  args.C = in->C.at(place);
  args.D = in->D.at(place);
  args.dt_bias = in->dt_bias.at(place);
  args.scales = scales();
  args.softplus = true;
  return args;
}

class sequence : public bench_call<qref_selective_scan_args> {
 public:
  sequence(size_t batch, size_t channels, size_t length, uint64_t seed)
      : bench_call(&qref_cuda_ops::selective_scan, &qref_backend::selective_scan),
        batch_(batch),
        channels_(channels),
        length_(length),
        in_(batch, channels, length, seed),
        y_(&outputs_, "y", batch * channels * length),
        state_(&outputs_, "state", batch * channels * states) {
  }

 private:
  qref_selective_scan_args arguments(bench_place place) override {
    auto args = common_arguments<qref_selective_scan_args>(&in_, place, batch_, channels_);
    args.rule = &bench_profile()->selective_scan;
    args.length = length_;
    args.scratch = in_.scratch.data();
    args.y = y_.at(place);
    args.state = state_.at(place);
    return args;
  }

  size_t batch_, channels_, length_;
  scan_inputs in_;
  bench_output<qref_float16> y_;
  bench_output<int8_t> state_;
};

class update : public bench_call<qref_selective_scan_update_args> {
 public:
  update(size_t batch, size_t channels, uint64_t seed)
      : bench_call(&qref_cuda_ops::selective_scan_update, &qref_backend::selective_scan_update),
        batch_(batch),
        channels_(channels),
        in_(batch, channels, 1, seed),
        state_(&outputs_, "state", bench_random_int8(batch * channels * states, seed + 1000)),
        y_(&outputs_, "y", batch * channels) {
  }

 private:
  qref_selective_scan_update_args arguments(bench_place place) override {
    auto args = common_arguments<qref_selective_scan_update_args>(&in_, place, batch_, channels_);
    args.rule = &bench_profile()->selective_scan_update;
    args.state = state_.at(place);
    args.y = y_.at(place);
    return args;
  }

  size_t batch_, channels_;
  scan_inputs in_;
  bench_output<int8_t> state_;
  bench_output<qref_float16> y_;
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

void bench_add_scan(std::vector<bench_problem> *problems, bench_shapes shapes) {
  if (shapes == bench_shapes::quick) {
    add_sequence(problems, 2, 24, 64, 0, 0);
    add_update(problems, 2, 24);
    return;
  }
  if (shapes == bench_shapes::huge) { /* batches beyond what a grid may have */
    add_sequence(problems, 70000, 96, 640, 0, 0);
    add_update(problems, 53000, 5120);
    return;
  }
  constexpr size_t length = 2048;
  add_sequence(problems, 8, 5120, length, 2479, 1650);
  add_sequence(problems, 8, 1536, length, 749, 500);
  add_sequence(problems, 1, 1536, length, 113, 113);
  add_update(problems, 8, 5120);
  add_update(problems, 1, 1536);
}
