/* conv1d_silu of every instruction set against the reference: y and counts alone, where a float32 evaluation decides
 * most results, and with all intermediates; random shapes, rules and scales, among them scales that overflow, that
 * saturate everything and that put every result on a tie. And the error of the float32 evaluation itself. */
#include "ref/backends/cpu/conv1d/kernels.h"
#include "ref/backends/cpu/cpu.h"
#include "ref/backends/cpu/simd/isa.h"
#include "tests/ops/fixture.h"

static size_t pick(uint64_t seed, uint64_t which, size_t least, size_t most) {
  return least + (size_t)(qref_random_bits(seed, 99, which) % (most - least + 1));
}

#define PICK_FROM(array, seed, which) (array)[pick(seed, which, 0, sizeof(array) / sizeof((array)[0]) - 1)]

static qref_conv1d_silu_rule random_rule(uint64_t seed) {
  qref_conv1d_silu_rule rule = quamba()->conv1d_silu;
  if (seed % 2 == 0) {
    return rule;
  }
  rule.output.round.rounding = (qref_rounding)pick(seed, 20, QREF_ROUND_HALF_AWAY, QREF_ROUND_STOCHASTIC);
  rule.output.round.overflow = pick(seed, 21, 0, 3) == 0 ? QREF_OVERFLOW_WRAP : QREF_OVERFLOW_SATURATE;
  rule.output.scale_form = pick(seed, 22, 0, 1) == 0 ? QREF_SCALE_DIVISOR : QREF_SCALE_MULTIPLIER;
  rule.bias_add = pick(seed, 23, 0, 1) == 0 ? QREF_MULTIPLY_ADD_FUSED : QREF_MULTIPLY_ADD_SEPARATE;
  if (pick(seed, 24, 0, 5) == 0) {
    rule.accumulator = (qref_accumulator_rule){17, QREF_OVERFLOW_SATURATE};
  }
  if (pick(seed, 25, 0, 5) == 0) {
    rule.silu = (qref_function_rule){QREF_FUNCTION_TABLE, 64, -8.0f, 8.0f};
  }
  return rule;
}

typedef struct results {
  int8_t *y;
  int32_t *accumulator;
  float *intermediates[3];
  qref_counts counts;
} results;

static results run(qref_conv1d_silu_args args, int level, bool all) {
  const size_t count = args.batch * args.channels * args.length;
  results r = {.y = test_allocate(count, 1), .accumulator = test_allocate(count, sizeof(int32_t))};
  for (int i = 0; i < 3; i++) {
    r.intermediates[i] = test_allocate(count, sizeof(float));
  }
  args.y = r.y;
  args.counts = &r.counts;
  if (all) {
    args.accumulator = r.accumulator;
    args.before_activation = r.intermediates[0];
    args.after_activation = r.intermediates[1];
    args.before_rounding = r.intermediates[2];
  }
  qref_status status =
      level < 0 ? qref_conv1d_silu(&args, NULL) : qref_cpu_conv1d_silu((qref_cpu_level)level, &args, NULL);
  assert_int_equal(status, QREF_OK);
  return r;
}

static void assert_same_results(const results *got, const results *expected, size_t count) {
  assert_same_bytes(got->y, expected->y, count, "y");
  assert_same_bytes(got->accumulator, expected->accumulator, count * sizeof(int32_t), "accumulator");
  for (int i = 0; i < 3; i++) {
    assert_same_bytes(got->intermediates[i], expected->intermediates[i], count * sizeof(float), "intermediate");
  }
  assert_memory_equal(&got->counts, &expected->counts, sizeof got->counts);
}

static void release(results *r) {
  free(r->y);
  free(r->accumulator);
  for (int i = 0; i < 3; i++) {
    free(r->intermediates[i]);
  }
}

static void check_case(uint64_t seed) {
  /* With the ordinary scales results are spread over int8; with 0.5 and 1 they are ties. */
  static const float input_scales[] = {0.05f, 0.05f, 0.05f, 1.0f, 0.5f, 0x1p-20f, 100.0f, 1e20f, 3e38f, 1e-42f};
  static const float output_scales[] = {0.03f, 0.03f, 0.03f, 0.5f, 1.0f, 0x1p-14f, 0.0007f, 1e-5f, 0x1p14f, 1e30f};
  const qref_conv1d_silu_rule rule = random_rule(seed);
  const size_t B = pick(seed, 0, 1, 2), D = pick(seed, 1, 1, 5);
  const size_t T = seed % 10 == 0 ? pick(seed, 2, 2000, 5000) : pick(seed, 2, 1, 400);
  const size_t W = seed % 3 == 0 ? 4 : seed % 17 == 0 ? pick(seed, 3, 30, 40) : pick(seed, 3, 1, 9);
  const size_t count = B * D * T;
  int8_t *x = test_int8(count, seed);
  int8_t *w = test_int8(D * W, seed + 1000);
  int8_t *bias = test_int8(D, seed + 2000);
  if (pick(seed, 4, 0, 3) == 0) {
    memset(x, -128, count);
    memset(w, -128, D * W);
  }
  qref_conv1d_silu_args args = {.rule = &rule,
                                .batch = B,
                                .channels = D,
                                .length = T,
                                .width = W,
                                .x = x,
                                .w = w,
                                .bias = pick(seed, 5, 0, 2) == 0 ? NULL : bias,
                                .x_scale = PICK_FROM(input_scales, seed, 6),
                                .w_scale = pick(seed, 7, 0, 3) == 0 ? PICK_FROM(input_scales, seed, 8) : 0.008f,
                                .bias_scale = PICK_FROM(input_scales, seed, 9),
                                .out_scale = PICK_FROM(output_scales, seed, 10),
                                .silu = pick(seed, 11, 0, 4) != 0,
                                .threads = (int)pick(seed, 12, 1, 3)};
  if (seed % 4 == 2) { /* where the float32 evaluation is least exact: some of its results round otherwise */
    args.out_scale = seed % 8 == 2 ? 0x1p-14f : 0.0011f;
    args.w_scale = 1.0f;
    args.x_scale = args.out_scale * (float)pick(seed, 13, 5000, 20000) * 1e-6f;
    args.bias_scale = args.x_scale * 0.37f;
    args.silu = true;
  }
  for (int all = 0; all < 2; all++) {
    results expected = run(args, -1, all != 0);
    for (int level = QREF_CPU_PORTABLE; level <= (int)QREF_CPU_AVX512; level++) {
      if (qref_cpu_level_available((qref_cpu_level)level)) {
        results got = run(args, level, all != 0);
        assert_same_results(&got, &expected, count);
        release(&got);
      }
    }
    release(&expected);
  }
  free(x);
  free(w);
  free(bias);
}

static void test_random_cases(void **state) {
  (void)state;
  for (uint64_t seed = 0; seed < 600; seed++) {
    check_case(seed);
  }
}

typedef int (*position_function)(const float *v, size_t count, float out_scale, int32_t *position);

static position_function position_of(qref_cpu_level level) {
#if QREF_SIMD_X86
  return level == QREF_CPU_AVX512 ? qref_cpu_conv1d_position_avx512
         : level == QREF_CPU_AVX2 ? qref_cpu_conv1d_position_avx2
                                  : NULL;
#elif QREF_SIMD_NEON
  return level == QREF_CPU_NEON ? qref_cpu_conv1d_position_neon : NULL;
#else
  (void)level;
  return NULL;
#endif
}

static void check_position(position_function position, float out_scale, uint64_t stride) {
  enum { BLOCK = 1024 };
  float v[BLOCK];
  int32_t got[BLOCK];
  size_t count = 0;
  double worst = 0.0;
  int bound = 0;
  for (uint64_t bits = 0; bits < UINT64_C(1) << 32; bits += stride) {
    v[count] = qref_f32_from_bits((uint32_t)bits);
    if (!(fabsf(v[count]) < 0x1p100f)) {
      continue;
    }
    if (++count < BLOCK) {
      continue;
    }
    count = 0;
    bound = position(v, BLOCK, out_scale, got);
    for (size_t i = 0; i < BLOCK; i++) {
      const double expected = (double)(qref_silu_f32(v[i]) / out_scale);
      const double limited = fmin(fmax(expected, -128.5), 128.5);
      if (expected != limited) { /* on the right side of the last boundary */
        assert_true(expected > 0.0 ? got[i] >= 0x800000 : got[i] <= -0x808000);
      } else {
        worst = fmax(worst, fabs((double)got[i] - expected * 65536.0));
      }
    }
  }
  print_message("out_scale %a: at most %.2f units, bound %d\n", (double)out_scale, worst, bound);
  assert_true(worst < (double)bound);
}

static void test_position(void **state) {
  (void)state;
  const float out_scales[] = {0x1p-14f, 0.0007f, 0.0021f, 0.03f, 1.0f, 0x1p14f};
  for (int level = QREF_CPU_PORTABLE; level <= (int)QREF_CPU_AVX512; level++) {
    const position_function position = position_of((qref_cpu_level)level);
    for (size_t i = 0; position != NULL && i < sizeof out_scales / sizeof out_scales[0]; i++) {
      check_position(position, out_scales[i], 9973);
    }
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_random_cases),
      cmocka_unit_test(test_position),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
