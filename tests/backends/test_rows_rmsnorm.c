/* RMSNorm of backend `cpu` against the reference, with every instruction set: scales, rounding rules, partial sums,
 * residuals that are overwritten, NaNs, infinities, rows of zeros, with and without intermediates. */
#include "tests/ops/fixture.h"
/* CMocka first. */
#include "tests/backends/levels.h"

typedef struct outputs {
  int8_t *y;
  float *residual_out, *row_scale, *mean_square, *rstd, *normalized, *before_rounding;
  qref_counts counts;
} outputs;

static outputs allocate(size_t rows, size_t n) {
  return (outputs){.y = test_allocate(rows * n, 1),
                   .residual_out = test_f32(rows * n, 5, 3.0f),
                   .row_scale = test_f32(rows, 6, 1.0f),
                   .mean_square = test_f32(rows, 7, 1.0f),
                   .rstd = test_f32(rows, 8, 1.0f),
                   .normalized = test_f32(rows * n, 9, 1.0f),
                   .before_rounding = test_f32(rows * n, 10, 1.0f)};
}

static void assert_same_and_free(outputs *a, outputs *b, size_t rows, size_t n) {
  assert_same_bytes(a->y, b->y, rows * n, "y");
  assert_same_bytes(&a->counts, &b->counts, sizeof a->counts, "counts");
  const struct {
    float *a, *b;
    size_t count;
    const char *name;
  } tensors[] = {{a->residual_out, b->residual_out, rows * n, "residual_out"},
                 {a->row_scale, b->row_scale, rows, "row_scale"},
                 {a->mean_square, b->mean_square, rows, "mean_square"},
                 {a->rstd, b->rstd, rows, "rstd"},
                 {a->normalized, b->normalized, rows * n, "normalized"},
                 {a->before_rounding, b->before_rounding, rows * n, "before_rounding"}};
  for (size_t i = 0; i < sizeof tensors / sizeof tensors[0]; i++) {
    assert_same_bytes(tensors[i].a, tensors[i].b, tensors[i].count * sizeof(float), tensors[i].name);
    free(tensors[i].a);
    free(tensors[i].b);
  }
  free(a->y);
  free(b->y);
}

/* Rows that meet the special cases of the sum, the maximum and the rounding. */
static void make_special(uint64_t seed, size_t rows, size_t n, qref_float16 *x, float *residual, float *weight) {
  const size_t row = test_pick(seed, 20, 0, rows - 1) * n;
  const size_t i = seed % 16 < 8 ? 0 : test_pick(seed, 21, 0, n - 1);
  switch (seed % 8) {
    case 1:
      x[row + i] = 0x7e01; /* a NaN */
      break;
    case 2:
      residual[row + i] = -(float)INFINITY;
      break;
    case 3:
      memset(x + row, 0, n * sizeof *x);
      memset(residual + row, 0, n * sizeof *residual);
      break;
    case 4:
      weight[i] = qref_f32_from_bits(0xffc00001u);
      break;
    case 5: /* no positive element; the first of zeros of both signs is the largest */
      for (size_t j = 0; j < n; j++) {
        const size_t which = test_pick(seed, 100 + j, 0, 9);
        x[row + j] = 0x3c00; /* 1 */
        residual[row + j] = 0.0f;
        weight[j] = j == 0 || which > 1 ? -1.0f : which == 1 ? 0.0f : -0.0f;
      }
      break;
    case 6:
      for (size_t j = 0; j < n; j++) {
        x[row + j] = 0;
        residual[row + j] = (float)(int)(j % 7) - 8.0f;
      }
      break;
    default:
      residual[row + i] = 0x1p120f;
      break;
  }
}

static void check(qref_cpu_level level, uint64_t seed) {
  const size_t rows = test_pick(seed, 0, 1, seed % 9 == 0 ? 300 : 7);
  const size_t n = test_pick(seed, 1, 1, 200);
  const bool dynamic = test_pick(seed, 9, 0, 1) == 0;
  const bool intermediates = test_pick(seed, 2, 0, 3) == 0;
  const qref_rmsnorm_rule rule = {
      test_pick(seed, 3, 0, 4) == 0 ? (uint32_t)test_pick(seed, 4, 1, 40) : 32,
      {(qref_scale_form)test_pick(seed, 5, 0, 1),
       {(qref_rounding)test_pick(seed, 6, 0, QREF_ROUND_STOCHASTIC), (qref_overflow)test_pick(seed, 7, 0, 1), 3}}};
  qref_float16 *x = test_f16(rows * n, seed, 4.0f);
  float *residual = test_f32(rows * n, seed + 1000, 4.0f);
  float *weight = test_f32(n, seed + 2000, 2.0f);
  if (seed % 3 == 0) {
    make_special(seed / 3, rows, n, x, residual, weight);
  }
  outputs runs[2];
  for (int i = 0; i < 2; i++) {
    runs[i] = allocate(rows, n);
    const bool in_place = seed % 5 == 0;
    if (in_place) {
      memcpy(runs[i].residual_out, residual, rows * n * sizeof(float));
    }
    qref_rmsnorm_args args = {.rule = &rule,
                              .rows = rows,
                              .n = n,
                              .x = x,
                              .residual = in_place        ? runs[i].residual_out
                                          : seed % 7 == 0 ? NULL
                                                          : residual,
                              .weight = weight,
                              .eps = seed % 11 == 0 ? 0.0f : 1e-5f,
                              .out_scale = seed % 4 == 1 ? 0.007f : 0.02f,
                              .row_scale = dynamic ? runs[i].row_scale : NULL,
                              .residual_out = runs[i].residual_out,
                              .y = runs[i].y,
                              .mean_square = seed % 4 == 0 ? runs[i].mean_square : NULL,
                              .rstd = seed % 4 == 1 ? runs[i].rstd : NULL,
                              .normalized = intermediates ? runs[i].normalized : NULL,
                              .before_rounding = intermediates ? runs[i].before_rounding : NULL,
                              .counts = &runs[i].counts,
                              .threads = (int)test_pick(seed, 8, 0, 3)};
    assert_int_equal(i == 0 ? qref_rmsnorm(&args, NULL) : qref_cpu_rmsnorm(level, &args, NULL), QREF_OK);
    args.counts = NULL; /* allowed */
    assert_int_equal(in_place || i == 0 ? QREF_OK : qref_cpu_rmsnorm(level, &args, NULL), QREF_OK);
  }
  assert_same_and_free(&runs[1], &runs[0], rows, n);
  free(x);
  free(residual);
  free(weight);
}

static void check_f32(qref_cpu_level level, uint64_t seed) {
  const size_t rows = test_pick(seed, 0, 1, seed % 9 == 0 ? 1000 : 7);
  const size_t n = test_pick(seed, 1, 1, 200);
  qref_float16 *unused = test_f16(rows * n, 1, 1.0f);
  float *x = test_f32(rows * n, seed, 4.0f);
  float *weight = test_f32(n, seed + 2000, 2.0f);
  make_special(seed, rows, n, unused, x, weight);
  float *expected = test_f32(rows * n, 3, 1.0f);
  float *y = test_f32(rows * n, 4, 1.0f);
  qref_rmsnorm_f32_args args = {
      .rows = rows, .n = n, .x = x, .weight = weight, .eps = seed % 3 == 0 ? 0.0f : 1e-5f, .y = expected, .threads = 2};
  assert_int_equal(qref_rmsnorm_f32(&args, NULL), QREF_OK);
  args.y = y;
  assert_int_equal(qref_cpu_rmsnorm_f32(level, &args, NULL), QREF_OK);
  assert_same_bytes(y, expected, rows * n * sizeof *y, "y");
  args.n = 0;
  assert_int_equal(qref_cpu_rmsnorm_f32(level, &args, NULL), QREF_ERROR_ARGUMENT);
  free(unused);
  free(x);
  free(weight);
  free(expected);
  free(y);
}

static void test_quantized(void **state) {
  (void)state;
  test_each_level(720, check);
}

static void test_f32_model(void **state) {
  (void)state;
  test_each_level(300, check_f32);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_quantized), cmocka_unit_test(test_f32_model)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
