/* The ops on rows: Hadamard, RMSNorm, embedding, requantization. */
#include "bench/cuda/problem.h"

namespace {

class hadamard : public bench_call<qref_hadamard_args> {
 public:
  hadamard(size_t rows, size_t dim, uint64_t seed)
      : bench_call(&qref_cuda_ops::hadamard, &qref_backend::hadamard),
        rows_(rows),
        dim_(dim),
        x_(rows * dim),
        y_(&outputs_, "y", rows * dim),
        scratch_(dim) {
    bench_random random(seed);
    bench_fill_f16(&x_, &random, -4.0f, 4.0f);
  }

 private:
  qref_hadamard_args arguments(bench_place place) override {
    qref_hadamard_args args = {};
    args.rule = &bench_profile()->hadamard;
    args.threads = bench_threads();
    args.rows = rows_;
    args.dim = dim_;
    args.x = x_.at(place);
    args.scale = qref_hadamard_scale(dim_, 0.06f);
    args.y = y_.at(place);
    args.scratch = scratch_.data();
    return args;
  }

  size_t rows_, dim_;
  bench_tensor<qref_float16> x_;
  bench_output<int8_t> y_;
  std::vector<float> scratch_;
};

/* With residual, static scale. */
class rmsnorm : public bench_call<qref_rmsnorm_args> {
 public:
  rmsnorm(size_t rows, size_t n, uint64_t seed)
      : bench_call(&qref_cuda_ops::rmsnorm, &qref_backend::rmsnorm),
        rows_(rows),
        n_(n),
        x_(rows * n),
        residual_(rows * n),
        weight_(n),
        residual_out_(&outputs_, "residual_out", rows * n),
        y_(&outputs_, "y", rows * n) {
    bench_random random(seed);
    bench_fill_f16(&x_, &random, -4.0f, 4.0f);
    bench_fill(&residual_, &random, -8.0f, 8.0f);
    bench_fill(&weight_, &random, 0.5f, 1.5f);
  }

 private:
  qref_rmsnorm_args arguments(bench_place place) override {
    qref_rmsnorm_args args = {};
    args.rule = &bench_profile()->rmsnorm;
    args.threads = bench_threads();
    args.rows = rows_;
    args.n = n_;
    args.x = x_.at(place);
    args.residual = residual_.at(place);
    args.weight = weight_.at(place);
    args.eps = 1e-5f;
    args.out_scale = 0.02f;
    args.residual_out = residual_out_.at(place);
    args.y = y_.at(place);
    return args;
  }

  size_t rows_, n_;
  bench_tensor<qref_float16> x_;
  bench_tensor<float> residual_, weight_;
  bench_output<float> residual_out_;
  bench_output<int8_t> y_;
};

class embedding : public bench_call<qref_embedding_w8_args> {
 public:
  static constexpr size_t vocabulary = 50280; /* of the Mamba models */

  embedding(size_t count, size_t d_model, uint64_t seed)
      : bench_call(&qref_cuda_ops::embedding_w8, &qref_backend::embedding_w8),
        count_(count),
        d_model_(d_model),
        tokens_(count),
        weight_(vocabulary * d_model),
        scale_(vocabulary),
        y_(&outputs_, "y", count * d_model) {
    bench_random random(seed);
    for (int32_t &token : tokens_.host) {
      token = static_cast<int32_t>(random.bits() % vocabulary);
    }
    tokens_.upload();
    bench_fill(&weight_, &random);
    bench_fill_f16(&scale_, &random, 0.0005f, 0.02f);
  }

 private:
  qref_embedding_w8_args arguments(bench_place place) override {
    qref_embedding_w8_args args = {};
    args.count = count_;
    args.vocab_size = vocabulary;
    args.d_model = d_model_;
    args.tokens = tokens_.at(place);
    args.weight = weight_.at(place);
    args.scale = scale_.at(place);
    args.y = y_.at(place);
    return args;
  }

  size_t count_, d_model_;
  bench_tensor<int32_t> tokens_;
  bench_tensor<int8_t> weight_;
  bench_tensor<qref_float16> scale_;
  bench_output<qref_float16> y_;
};

class requantize : public bench_call<qref_requantize_args> {
 public:
  requantize(size_t count, uint64_t seed)
      : bench_call(&qref_cuda_ops::requantize, &qref_backend::requantize), x_(count), y_(&outputs_, "y", count) {
    bench_random random(seed);
    bench_fill(&x_, &random, -3.0f, 3.0f);
  }

 private:
  qref_requantize_args arguments(bench_place place) override {
    qref_requantize_args args = {};
    args.rule = &bench_profile()->requantize;
    args.threads = bench_threads();
    args.count = x_.host.size();
    args.x = x_.at(place);
    args.scale = 0.021f;
    args.y = y_.at(place);
    return args;
  }

  bench_tensor<float> x_;
  bench_output<int8_t> y_;
};

void add(std::vector<bench_problem> *problems, const char *op, size_t rows, size_t n, double bytes,
         std::function<std::unique_ptr<bench_instance>(uint64_t)> make, double recorded = 0, double goal = 0) {
  problems->push_back({
      .op = op,
      .shape = std::to_string(rows) + " x " + std::to_string(n),
      .bytes = bytes,
      .recorded = recorded,
      .goal = goal,
      .make = std::move(make),
  });
}

void add_hadamard(std::vector<bench_problem> *problems, size_t rows, size_t dim, double recorded, double goal) {
  add(
      problems, "hadamard", rows, dim, 3.0 * static_cast<double>(rows * dim),
      [=](uint64_t seed) { return std::make_unique<hadamard>(rows, dim, seed); }, recorded, goal);
}

void add_rmsnorm(std::vector<bench_problem> *problems, size_t rows, size_t n) {
  add(problems, "rmsnorm", rows, n, 11.0 * static_cast<double>(rows * n) + 4.0 * static_cast<double>(n),
      [=](uint64_t seed) { return std::make_unique<rmsnorm>(rows, n, seed); });
}

/* A row that is read twice counts twice: few are. */
void add_embedding(std::vector<bench_problem> *problems, size_t count, size_t d_model) {
  add(problems, "embedding_w8", count, d_model, 3.0 * static_cast<double>(count * d_model),
      [=](uint64_t seed) { return std::make_unique<embedding>(count, d_model, seed); });
}

void add_requantize(std::vector<bench_problem> *problems, size_t rows, size_t n) {
  add(problems, "requantize", rows, n, 5.0 * static_cast<double>(rows * n),
      [=](uint64_t seed) { return std::make_unique<requantize>(rows * n, seed); });
}

}  // namespace

void bench_add_rows(std::vector<bench_problem> *problems, bench_shapes shapes) {
  if (shapes == bench_shapes::quick) {
    add_hadamard(problems, 8, 192, 0, 0);
    add_rmsnorm(problems, 8, 96);
    add_embedding(problems, 8, 96);
    add_requantize(problems, 2, 4096);
    return;
  }
  if (shapes == bench_shapes::huge) {
    add_hadamard(problems, 2800000, 1536, 0, 0);
    add_hadamard(problems, 3360000, 1280, 0, 0); /* by the general kernel */
    add_rmsnorm(problems, 1680000, 2560);
    add_embedding(problems, 1680000, 2560);
    add_requantize(problems, 1680000, 2560);
    return;
  }
  constexpr size_t rows = 16384;
  add_hadamard(problems, rows, 5120, 246, 170);
  add_hadamard(problems, rows, 1536, 53, 40);
  for (const size_t dim : {768, 1024, 2048, 2560, 3072, 4096}) {
    add_hadamard(problems, rows, dim, 0, 0);
  }
  add_rmsnorm(problems, rows, 2560);
  add_rmsnorm(problems, 2048, 768);
  add_embedding(problems, rows, 2560);
  add_embedding(problems, 2048, 768);
  add_requantize(problems, rows, 2560);
}
