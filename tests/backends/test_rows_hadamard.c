/* Hadamard transforms of backend `cpu` against the reference, with every instruction set: all dimensions, and every
 * float16 through every rounding rule. */
#include "tests/ops/fixture.h"
/* CMocka first. */
#include "tests/backends/levels.h"

static const size_t dims[] = {1,  2,   4,   8,   16,   32,   64,   128, 256, 512, 1024, 2048, 8192, 12,   24,  48,
                              96, 192, 384, 768, 1536, 3072, 6144, 40,  80,  160, 320,  640,  1280, 2560, 5120};
enum { DIMS = sizeof dims / sizeof dims[0] };

static void compare(qref_cpu_level level, const qref_hadamard_rule *rule, size_t rows, size_t dim,
                    const qref_float16 *x, float scale, bool intermediates, int threads) {
  int8_t *y[2];
  float *transformed[2], *before_rounding[2];
  qref_counts counts[2] = {{0}};
  float *scratch = test_allocate(dim, sizeof *scratch);
  for (int i = 0; i < 2; i++) {
    y[i] = test_allocate(rows * dim, 1);
    transformed[i] = test_allocate(intermediates ? rows * dim : 1, sizeof(float));
    before_rounding[i] = test_allocate(intermediates ? rows * dim : 1, sizeof(float));
    qref_hadamard_args args = {.rule = rule,
                               .rows = rows,
                               .dim = dim,
                               .x = x,
                               .scale = scale,
                               .y = y[i],
                               .transformed = intermediates ? transformed[i] : NULL,
                               .before_rounding = intermediates ? before_rounding[i] : NULL,
                               .scratch = scratch,
                               .counts = &counts[i],
                               .threads = threads};
    assert_int_equal(i == 0 ? qref_hadamard(&args, NULL) : qref_cpu_hadamard(level, &args, NULL), QREF_OK);
  }
  assert_same_bytes(y[1], y[0], rows * dim, "y");
  assert_same_bytes(&counts[1], &counts[0], sizeof counts[0], "counts");
  assert_same_bytes(transformed[1], transformed[0], (intermediates ? rows * dim : 1) * sizeof(float), "transformed");
  assert_same_bytes(before_rounding[1], before_rounding[0], (intermediates ? rows * dim : 1) * sizeof(float),
                    "before_rounding");
  for (int i = 0; i < 2; i++) {
    free(y[i]);
    free(transformed[i]);
    free(before_rounding[i]);
  }
  free(scratch);
}

static void check(qref_cpu_level level, uint64_t seed) {
  const size_t dim = dims[seed % DIMS];
  const size_t rows = test_pick(seed, 0, 1, 5);
  const qref_hadamard_rule rule = {
      {(qref_rounding)test_pick(seed, 1, 0, QREF_ROUND_STOCHASTIC), (qref_overflow)test_pick(seed, 2, 0, 1), 5}};
  qref_float16 *x = test_f16(rows * dim, seed, 9.0f);
  if (seed % 3 == 0) {
    x[test_pick(seed, 3, 0, rows * dim - 1)] = seed % 2 == 0 ? 0x7c00 : 0xfe00;
  }
  compare(level, &rule, rows, dim, x, seed % 5 == 0 ? 3.0f : 0.2f, seed % 4 == 0, (int)test_pick(seed, 4, 0, 3));
  free(x);
}

/* An impulse: every element of a row is the product of its value and the scale. */
static void check_rounding(qref_cpu_level level, uint64_t seed) {
  enum { ROWS = 65536, DIM = 16, RULES = 2 * QREF_ROUND_STOCHASTIC };
  /* Halves, values beyond int32, and the float32 in front of each half. */
  static const float scales[] = {1.0f, 0x1p17f, 0x1.fffffep-1f};
  const qref_hadamard_rule rule = {{(qref_rounding)(seed % QREF_ROUND_STOCHASTIC), (qref_overflow)(seed % 2), 5}};
  qref_float16 *x = test_allocate((size_t)ROWS * DIM, sizeof *x);
  for (size_t row = 0; row < ROWS; row++) {
    x[row * DIM] = (qref_float16)row;
  }
  compare(level, &rule, ROWS, DIM, x, scales[seed / RULES], false, 2);
  free(x);
}

static void check_f32(qref_cpu_level level, uint64_t seed) {
  const size_t dim = dims[seed % DIMS];
  const size_t rows = test_pick(seed, 0, 1, 5);
  float *x = test_f32(rows * dim, seed, 2.0f);
  for (size_t i = 0; seed % 3 == 0 && i < rows * dim; i++) {
    x[i] = i % 2 == 0 ? 0.0f : -0.0f; /* the signs of sums of zeros */
  }
  for (size_t i = 0; seed % 3 == 1 && i < rows * dim; i++) {
    x[i] = -0.0f;
  }
  if (seed % 6 == 2) {
    x[test_pick(seed, 3, 0, rows * dim - 1)] = qref_f32_from_bits(0xffc00003u);
  }
  float *expected = test_allocate(rows * dim, sizeof *expected);
  qref_hadamard_f32_args args = {.rows = rows, .dim = dim, .x = x, .y = expected, .threads = 2};
  assert_int_equal(qref_hadamard_f32(&args, NULL), QREF_OK);
  args.y = x; /* in place */
  assert_int_equal(qref_cpu_hadamard_f32(level, &args, NULL), QREF_OK);
  assert_same_bytes(x, expected, rows * dim * sizeof *x, "y");
  args.dim = 7;
  assert_int_equal(qref_cpu_hadamard_f32(level, &args, NULL), QREF_ERROR_ARGUMENT);
  free(x);
  free(expected);
}

static void test_quantized(void **state) {
  (void)state;
  test_each_level(10 * DIMS, check);
}

static void test_every_float16(void **state) {
  (void)state;
  test_each_level(6 * QREF_ROUND_STOCHASTIC, check_rounding);
}

static void test_f32_model(void **state) {
  (void)state;
  test_each_level(6 * DIMS, check_f32);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_quantized), cmocka_unit_test(test_every_float16),
                                     cmocka_unit_test(test_f32_model)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
