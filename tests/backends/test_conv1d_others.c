/* conv1d_silu_update, conv1d_silu_floatsim, conv1d_silu_f32 and requantize of every instruction set against the
 * reference, with and without the optional tensors: random shapes, rules and scales, among them extreme ones. */
#include "ref/backends/cpu/cpu.h"
#include "tests/ops/fixture.h"

static size_t pick(uint64_t seed, uint64_t which, size_t least, size_t most) {
  return least + (size_t)(qref_random_bits(seed, 99, which) % (most - least + 1));
}

#define PICK_FROM(array, seed, which) (array)[pick(seed, which, 0, sizeof(array) / sizeof((array)[0]) - 1)]

static const float scales[] = {0.05f, 0.03f, 0.008f, 1.0f, 0.5f, 0x1p-20f, 100.0f, 1e20f, 3e38f, 1e-42f};

static qref_quantize_rule random_output(uint64_t seed) {
  const qref_quantize_rule rule = {
      pick(seed, 22, 0, 1) == 0 ? QREF_SCALE_DIVISOR : QREF_SCALE_MULTIPLIER,
      {(qref_rounding)pick(seed, 20, QREF_ROUND_HALF_AWAY, QREF_ROUND_STOCHASTIC),
       pick(seed, 21, 0, 3) == 0 ? QREF_OVERFLOW_WRAP : QREF_OVERFLOW_SATURATE, seed},
  };
  return rule;
}

static qref_function_rule random_function(uint64_t seed) {
  const qref_function_rule table = {QREF_FUNCTION_TABLE, 64, -8.0f, 8.0f};
  const qref_function_rule exact = {.implementation = QREF_FUNCTION_EXACT};
  return pick(seed, 25, 0, 5) == 0 ? table : exact;
}

static qref_multiply_add random_multiply_add(uint64_t seed) {
  return pick(seed, 23, 0, 1) == 0 ? QREF_MULTIPLY_ADD_FUSED : QREF_MULTIPLY_ADD_SEPARATE;
}

/* What one run wrote: up to 5 tensors of at most `size` bytes, in order, and the counts. */
enum { TENSORS = 6 };
typedef struct results {
  void *tensors[TENSORS];
  size_t size;
  qref_counts counts;
} results;

static results allocate_results(size_t size) {
  results r = {.size = size};
  for (int i = 0; i < TENSORS; i++) {
    r.tensors[i] = memset(test_allocate(size, 1), 0xee, size);
  }
  return r;
}

static void assert_same_results(const results *got, const results *expected, const char *what) {
  for (int i = 0; i < TENSORS; i++) {
    assert_same_bytes(got->tensors[i], expected->tensors[i], got->size, what);
  }
  assert_memory_equal(&got->counts, &expected->counts, sizeof got->counts);
}

static void release(results *r) {
  for (int i = 0; i < TENSORS; i++) {
    free(r->tensors[i]);
  }
}

/* The inputs of a case; every op takes what it needs. */
typedef struct inputs {
  uint64_t seed;
  size_t B, D, T, W;
  int8_t *x, *w, *bias, *state;
  float *f32_x, *f32_w, *f32_bias;
  bool has_bias, silu, all;
  float s_x, s_w, s_b, s_out;
  int threads;
} inputs;

typedef qref_status (*runner)(const inputs *in, int level, results *r);

static qref_status run_update(const inputs *in, int level, results *r) {
  const qref_conv1d_silu_update_rule rule = {random_multiply_add(in->seed), random_function(in->seed),
                                             random_output(in->seed)};
  memcpy(r->tensors[0], in->state, in->B * in->D * in->W);
  const qref_conv1d_silu_update_args args = {.rule = &rule,
                                             .batch = in->B,
                                             .channels = in->D,
                                             .width = in->W,
                                             .state = r->tensors[0],
                                             .x = in->x,
                                             .w = in->w,
                                             .bias = in->has_bias ? in->bias : NULL,
                                             .x_scale = in->s_x,
                                             .w_scale = in->s_w,
                                             .bias_scale = in->s_b,
                                             .out_scale = in->s_out,
                                             .silu = in->silu,
                                             .y = r->tensors[1],
                                             .tap_sum = in->all ? r->tensors[2] : NULL,
                                             .before_activation = in->all ? r->tensors[3] : NULL,
                                             .after_activation = in->all ? r->tensors[4] : NULL,
                                             .before_rounding = in->all ? r->tensors[5] : NULL,
                                             .counts = &r->counts,
                                             .threads = in->threads};
  return level < 0 ? qref_conv1d_silu_update(&args, NULL)
                   : qref_cpu_conv1d_silu_update((qref_cpu_level)level, &args, NULL);
}

static qref_status run_floatsim(const inputs *in, int level, results *r) {
  qref_conv1d_floatsim_rule rule = {random_multiply_add(in->seed), random_function(in->seed),
                                    random_output(in->seed).scale_form, random_output(in->seed).round.rounding};
  if (rule.grid_rounding == QREF_ROUND_STOCHASTIC) {
    rule.grid_rounding = QREF_ROUND_HALF_EVEN;
  }
  const qref_conv1d_silu_floatsim_args args = {.rule = &rule,
                                               .batch = in->B,
                                               .channels = in->D,
                                               .length = in->T,
                                               .width = in->W,
                                               .x = in->x,
                                               .w = in->w,
                                               .bias = in->has_bias ? in->bias : NULL,
                                               .x_scale = in->s_x,
                                               .w_scale = in->s_w,
                                               .bias_scale = in->s_b,
                                               .effective_scale = in->s_out,
                                               .silu = in->silu,
                                               .after_quant = r->tensors[0],
                                               .before_activation = in->all ? r->tensors[1] : NULL,
                                               .before_quant = in->all ? r->tensors[2] : NULL,
                                               .before_rounding = in->all ? r->tensors[3] : NULL,
                                               .threads = in->threads};
  return level < 0 ? qref_conv1d_silu_floatsim(&args, NULL)
                   : qref_cpu_conv1d_silu_floatsim((qref_cpu_level)level, &args, NULL);
}

static qref_status run_f32(const inputs *in, int level, results *r) {
  const qref_conv1d_silu_f32_args args = {.batch = in->B,
                                          .channels = in->D,
                                          .length = in->T,
                                          .width = in->W,
                                          .x = in->f32_x,
                                          .w = in->f32_w,
                                          .bias = in->has_bias ? in->f32_bias : NULL,
                                          .y = r->tensors[0],
                                          .threads = in->threads};
  return level < 0 ? qref_conv1d_silu_f32(&args, NULL) : qref_cpu_conv1d_silu_f32((qref_cpu_level)level, &args, NULL);
}

static qref_status run_requantize(const inputs *in, int level, results *r) {
  const qref_quantize_rule rule = random_output(in->seed);
  const qref_requantize_args args = {.rule = &rule,
                                     .count = in->B * in->D * in->T,
                                     .x = in->f32_x,
                                     .scale = in->s_out,
                                     .y = r->tensors[0],
                                     .before_rounding = in->all ? r->tensors[1] : NULL,
                                     .counts = &r->counts,
                                     .threads = in->threads};
  return level < 0 ? qref_requantize(&args, NULL) : qref_cpu_requantize((qref_cpu_level)level, &args, NULL);
}

/* Every seventh value one of the kind that arithmetic treats apart, or a tie. */
static void roughen(float *values, size_t count, uint64_t seed) {
  static const float apart[] = {0.0f, -0.0f, INFINITY, -INFINITY, NAN, 0x1p-149f, 3e38f, -3e38f, 0.5f, -1.5f, 2.5f};
  for (size_t i = pick(seed, 40, 0, 6); i < count; i += 7) {
    values[i] = PICK_FROM(apart, seed, 1000 + i);
  }
}

static void check(runner run, const char *what) {
  for (uint64_t seed = 0; seed < 120; seed++) {
    inputs in = {.seed = seed,
                 .B = pick(seed, 0, 1, 3),
                 .D = seed % 10 == 0 ? pick(seed, 1, 1, 700) : pick(seed, 1, 1, 40),
                 .T = seed % 10 == 1 ? pick(seed, 2, 2000, 3000) : pick(seed, 2, 1, 60),
                 .W = seed % 2 == 0    ? 4
                      : seed % 17 == 0 ? pick(seed, 3, 30, 40)
                                       : pick(seed, 3, 1, 6),
                 .has_bias = pick(seed, 5, 0, 2) != 0,
                 .silu = pick(seed, 6, 0, 4) != 0,
                 .s_x = seed % 3 == 0 ? PICK_FROM(scales, seed, 7) : 0.05f,
                 .s_w = seed % 3 == 0 ? PICK_FROM(scales, seed, 8) : 0.008f,
                 .s_b = PICK_FROM(scales, seed, 9),
                 .s_out = seed % 3 == 0 ? PICK_FROM(scales, seed, 10) : 0.03f,
                 .threads = (int)pick(seed, 11, 1, 3)};
    const size_t count = in.B * in.D * in.T;
    in.x = test_int8(count, seed);
    in.w = test_int8(in.D * in.W, seed + 1000);
    in.bias = test_int8(in.D, seed + 2000);
    in.state = test_int8(in.B * in.D * in.W, seed + 3000);
    in.f32_x = test_f32(count, seed, 3.0f);
    in.f32_w = test_f32(in.D * in.W, seed + 1, 2.0f);
    in.f32_bias = test_f32(in.D, seed + 2, 2.0f);
    if (seed % 5 == 0) {
      roughen(in.f32_x, count, seed);
      roughen(in.f32_w, in.D * in.W, seed + 1);
    }
    for (int all = 0; all < 2; all++) {
      in.all = all != 0;
      const size_t size = (in.T > in.W ? in.T : in.W) * in.B * in.D * sizeof(float);
      results expected = allocate_results(size);
      assert_int_equal(run(&in, -1, &expected), QREF_OK);
      for (int level = QREF_CPU_PORTABLE; level <= (int)QREF_CPU_AVX512; level++) {
        if (qref_cpu_level_available((qref_cpu_level)level)) {
          results got = allocate_results(size);
          assert_int_equal(run(&in, level, &got), QREF_OK);
          assert_same_results(&got, &expected, what);
          release(&got);
        }
      }
      release(&expected);
    }
    free(in.x);
    free(in.w);
    free(in.bias);
    free(in.state);
    free(in.f32_x);
    free(in.f32_w);
    free(in.f32_bias);
  }
}

static void test_update(void **state) {
  (void)state;
  check(run_update, "conv1d_silu_update");
}

static void test_floatsim(void **state) {
  (void)state;
  check(run_floatsim, "conv1d_silu_floatsim");
}

static void test_float32(void **state) {
  (void)state;
  check(run_f32, "conv1d_silu_f32");
}

static void test_requantize(void **state) {
  (void)state;
  check(run_requantize, "requantize");
}

/* The vector paths find the errors that the reference finds, in its words. */
static void test_errors(void **state) {
  (void)state;
  int8_t bytes[64] = {0};
  float floats[64] = {0.0f};
  const qref_conv1d_silu_update_args good = {.rule = &quamba()->conv1d_silu_update,
                                             .batch = 1,
                                             .channels = 8,
                                             .width = 4,
                                             .state = bytes,
                                             .x = bytes,
                                             .w = bytes,
                                             .x_scale = 1.0f,
                                             .w_scale = 1.0f,
                                             .out_scale = 1.0f,
                                             .y = bytes + 32};
  const qref_requantize_args good_requantize = {
      .rule = &quamba()->requantize, .count = 8, .x = floats, .scale = 1.0f, .y = bytes};
  for (int level = QREF_CPU_PORTABLE; level <= (int)QREF_CPU_AVX512; level++) {
    if (!qref_cpu_level_available((qref_cpu_level)level)) {
      continue;
    }
    for (int wrong = 0; wrong < 8; wrong++) {
      qref_conv1d_silu_update_args args = good;
      args.rule = wrong == 0 ? NULL : args.rule;
      args.batch = wrong == 1 ? 0 : wrong == 2 ? SIZE_MAX / 2 : args.batch;
      args.state = wrong == 3 ? NULL : args.state;
      args.w_scale = wrong == 4 ? 0.0f : args.w_scale;
      args.out_scale = wrong == 5 ? NAN : args.out_scale;
      args.bias = wrong == 6 ? bytes : NULL; /* and a bias scale of 0 */
      qref_error expected = {""}, got = {""};
      const qref_status status = qref_conv1d_silu_update(wrong == 7 ? NULL : &args, &expected);
      assert_int_not_equal(status, QREF_OK);
      assert_int_equal(qref_cpu_conv1d_silu_update((qref_cpu_level)level, wrong == 7 ? NULL : &args, &got), status);
      assert_string_equal(got.message, expected.message);
    }
    for (int wrong = 0; wrong < 5; wrong++) {
      qref_requantize_args args = good_requantize;
      args.rule = wrong == 0 ? NULL : args.rule;
      args.count = wrong == 1 ? 0 : wrong == 2 ? SIZE_MAX : args.count;
      args.scale = wrong == 3 ? -1.0f : args.scale;
      qref_error expected = {""}, got = {""};
      const qref_status status = qref_requantize(wrong == 4 ? NULL : &args, &expected);
      assert_int_not_equal(status, QREF_OK);
      assert_int_equal(qref_cpu_requantize((qref_cpu_level)level, wrong == 4 ? NULL : &args, &got), status);
      assert_string_equal(got.message, expected.message);
    }
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_update),     cmocka_unit_test(test_floatsim), cmocka_unit_test(test_float32),
      cmocka_unit_test(test_requantize), cmocka_unit_test(test_errors),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
