/* RMSNorm, Hadamard and embedding: the ops that work row by row. */
#include "ref/ops/hadamard_matrices.h"
#include "tests/ops/fixture.h"

typedef struct norm_factors {
  float mean_square, rstd;
} norm_factors;

static norm_factors oracle_norm(const float *r, const float *weight, size_t n, float eps, float *y) {
  double partial[32] = {0};
  double sum = 0.0;
  for (size_t i = 0; i < n; i++) {
    partial[i % 32] += (double)r[i] * (double)r[i];
  }
  for (size_t j = 0; j < 32; j++) {
    sum += partial[j];
  }
  float mean_square = (float)(sum / (double)n);
  float rstd = 1.0f / sqrtf(mean_square + eps);
  for (size_t i = 0; i < n; i++) {
    y[i] = (r[i] * rstd) * weight[i];
  }
  return (norm_factors){mean_square, rstd};
}

static void check_rmsnorm(size_t rows, size_t n, bool with_residual, bool dynamic) {
  qref_float16 *x = test_f16(rows * n, 1, 4.0f);
  float *residual = test_f32(rows * n, 2, 9.0f);
  float *weight = test_f32(n, 3, 2.0f);
  float *r = test_allocate(rows * n, sizeof(float));
  float *y_oracle = test_allocate(n, sizeof(float));
  float *row_scale = test_allocate(rows, sizeof(float));
  int8_t *y = test_allocate(rows * n, 1);
  float *mean_square = test_allocate(rows, sizeof(float));
  float *rstd = test_allocate(rows, sizeof(float));
  float *normalized = test_allocate(rows * n, sizeof(float));
  float *before_rounding = test_allocate(rows * n, sizeof(float));
  qref_rmsnorm_args args = {.rule = &quamba()->rmsnorm,
                            .rows = rows,
                            .n = n,
                            .x = x,
                            .residual = with_residual ? residual : NULL,
                            .weight = weight,
                            .eps = 1e-5f,
                            .out_scale = 0.0237f,
                            .row_scale = dynamic ? row_scale : NULL,
                            .residual_out = r,
                            .y = y,
                            .mean_square = mean_square,
                            .rstd = rstd,
                            .normalized = normalized,
                            .before_rounding = before_rounding};
  assert_int_equal(qref_rmsnorm(&args, NULL), QREF_OK);
  for (size_t row = 0; row < rows; row++) {
    for (size_t i = row * n; i < (row + 1) * n; i++) {
      float sum = qref_f32_from_f16(x[i]) + (with_residual ? residual[i] : 0.0f);
      assert_same_bytes(&r[i], &sum, sizeof sum, "residual_out");
    }
    norm_factors factors = oracle_norm(r + row * n, weight, n, 1e-5f, y_oracle);
    assert_same_float(mean_square[row], factors.mean_square, "mean_square");
    assert_same_float(rstd[row], factors.rstd, "rstd");
    float scale = args.out_scale;
    if (dynamic) {
      float largest = y_oracle[0];
      for (size_t i = 1; i < n; i++) {
        largest = fmaxf(largest, y_oracle[i]);
      }
      scale = largest / 127.0f;
      assert_same_bytes(&row_scale[row], &scale, sizeof scale, "row_scale");
    }
    for (size_t i = 0; i < n; i++) {
      assert_same_float(normalized[row * n + i], y_oracle[i], "normalized");
      assert_same_float(before_rounding[row * n + i], y_oracle[i] / scale, "before_rounding");
      assert_int_equal(y[row * n + i], oracle_saturate(rintf(y_oracle[i] / scale)));
    }
  }
  if (!with_residual) { /* the float32 op is the same normalization */
    float *f32_y = test_allocate(rows * n, sizeof(float));
    qref_rmsnorm_f32_args f32_args = {.rows = rows, .n = n, .x = r, .weight = weight, .eps = 1e-5f, .y = f32_y};
    assert_int_equal(qref_rmsnorm_f32(&f32_args, NULL), QREF_OK);
    for (size_t row = 0; row < rows; row++) {
      oracle_norm(r + row * n, weight, n, 1e-5f, y_oracle);
      assert_same_bytes(f32_y + row * n, y_oracle, n * sizeof(float), "rmsnorm_f32");
    }
    free(f32_y);
  }
  free(x);
  free(residual);
  free(weight);
  free(r);
  free(y_oracle);
  free(row_scale);
  free(y);
  free(mean_square);
  free(rstd);
  free(normalized);
  free(before_rounding);
}

static void test_rmsnorm(void **state) {
  (void)state;
  const size_t sizes[] = {1, 31, 32, 33, 192, 768};
  for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
    check_rmsnorm(3, sizes[i], true, false);
    check_rmsnorm(3, sizes[i], false, false);
    if (sizes[i] > 1) {
      check_rmsnorm(4, sizes[i], true, true);
    }
  }
}

/* A row without a positive value: the original's scale is then negative or zero. It is counted, and stays defined. */
static void test_rmsnorm_nonpositive_rows(void **state) {
  (void)state;
  const qref_float16 minus_one = qref_f16_from_f32(-1.0f);
  const qref_float16 x[4] = {minus_one, minus_one, 0, 0};
  const float weight[2] = {1.0f, 1.0f};
  float r[4];
  float row_scale[2];
  int8_t y[4];
  qref_counts counts = {0};
  qref_rmsnorm_args args = {.rule = &quamba()->rmsnorm,
                            .rows = 2,
                            .n = 2,
                            .x = x,
                            .weight = weight,
                            .eps = 1e-5f,
                            .row_scale = row_scale,
                            .residual_out = r,
                            .y = y,
                            .counts = &counts};
  assert_int_equal(qref_rmsnorm(&args, NULL), QREF_OK);
  assert_int_equal(counts.nonpositive_rows, 2);
  assert_true(row_scale[0] < 0.0f && row_scale[1] == 0.0f);
  assert_int_equal(y[0], 127); /* -v / (-v / 127) */
  assert_int_equal(y[2], 0);   /* 0 / 0 */
  assert_int_equal(counts.not_a_number, 2);
}

/* kron(base, Sylvester) element by element, in binary64. */
static double hadamard_element(size_t dim, size_t i, size_t j) {
  size_t group = dim;
  double sign = 1.0;
  if ((dim & (dim - 1)) != 0) {
    bool is_12 = dim % 3 == 0;
    group = dim / (is_12 ? 12 : 40);
    const char *row = is_12 ? qref_hadamard12[i / group] : qref_hadamard40[i / group];
    sign = row[j / group] == '-' ? -1.0 : 1.0;
  }
  for (size_t bits = (i % group) & (j % group); bits != 0; bits &= bits - 1) {
    sign = -sign;
  }
  return sign;
}

static void check_hadamard(size_t dim) {
  /* small integers: every order of summation is exact */
  size_t rows = 2;
  qref_float16 *x = test_allocate(rows * dim, sizeof(qref_float16));
  double *doubles = test_allocate(rows * dim, sizeof(double));
  for (size_t i = 0; i < rows * dim; i++) {
    doubles[i] = (double)(qref_random_bits(1, dim, i) >> 58) - 32.0;
    x[i] = qref_f16_from_f64(doubles[i]);
  }
  int8_t *y = test_allocate(rows * dim, 1);
  float *transformed = test_allocate(rows * dim, sizeof(float));
  float *v = test_allocate(rows * dim, sizeof(float));
  float *scratch = test_allocate(dim, sizeof(float));
  qref_counts counts = {0};
  qref_hadamard_args args = {.rule = &quamba()->hadamard,
                             .rows = rows,
                             .dim = dim,
                             .x = x,
                             .scale = 0.375f,
                             .y = y,
                             .transformed = transformed,
                             .before_rounding = v,
                             .scratch = scratch,
                             .counts = &counts};
  assert_int_equal(qref_hadamard(&args, NULL), QREF_OK);
  uint64_t wrapped = 0;
  for (size_t row = 0; row < rows; row++) {
    for (size_t j = 0; j < dim; j++) {
      double sum = 0.0;
      for (size_t i = 0; i < dim; i++) {
        sum += doubles[row * dim + i] * hadamard_element(dim, i, j);
      }
      assert_true((double)transformed[row * dim + j] == sum);
      assert_true((double)v[row * dim + j] == sum * 0.375);
      long rounded = lround(sum * 0.375);
      wrapped += rounded > 127 || rounded < -128;
      assert_int_equal(y[row * dim + j], (int8_t)(uint8_t)((unsigned long)rounded & 0xffu));
    }
  }
  assert_int_equal(counts.wrapped, wrapped);

  args.rule = &qref_profile_builtin("quamba-saturating")->hadamard;
  counts = (qref_counts){0};
  assert_int_equal(qref_hadamard(&args, NULL), QREF_OK);
  assert_int_equal(counts.saturated, wrapped);
  assert_int_equal(counts.wrapped, 0);

  /* offline rotation: twice through K and K^T would be the identity; here, the same sums scaled */
  for (size_t row = 0; row < rows; row++) {
    double *rotated = doubles + row * dim;
    assert_int_equal(qref_hadamard_f64(rotated, dim, NULL), QREF_OK);
    for (size_t j = 0; j < dim; j++) {
      assert_true(rotated[j] == (double)transformed[row * dim + j] * (1.0 / sqrt((double)dim)));
    }
  }
  free(x);
  free(doubles);
  free(y);
  free(transformed);
  free(v);
  free(scratch);
}

static void test_hadamard(void **state) {
  (void)state;
  const size_t sizes[] = {1, 2, 4, 12, 24, 40, 64, 80, 192, 256, 320, 384};
  for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
    check_hadamard(sizes[i]);
  }
  const size_t refused[] = {0, 3, 6, 20, 36, 100, 120, 480};
  for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
    assert_false(qref_hadamard_supports(refused[i]));
  }
  assert_true(qref_hadamard_supports(2560) && qref_hadamard_supports(5120) && qref_hadamard_supports(1536));
  assert_true(qref_hadamard_scale(256, 0.02f) == (float)((1.0 / 16.0) / (double)0.02f));
}

/* The matrices are orthogonal, as any mistyped sign would break. */
static void test_hadamard_matrices(void **state) {
  (void)state;
  const size_t dims[] = {12, 40};
  for (size_t d = 0; d < 2; d++) {
    for (size_t i = 0; i < dims[d]; i++) {
      for (size_t j = 0; j < dims[d]; j++) {
        double dot = 0.0;
        for (size_t k = 0; k < dims[d]; k++) {
          dot += hadamard_element(dims[d], i, k) * hadamard_element(dims[d], j, k);
        }
        assert_true(dot == (i == j ? (double)dims[d] : 0.0));
      }
    }
  }
}

static void test_embedding(void **state) {
  (void)state;
  const int8_t weight[3 * 2] = {1, -128, 127, 0, 3, 5};
  const qref_float16 scale[3] = {qref_f16_from_f32(0.0123f), qref_f16_from_f32(65504.0f), 0};
  const int32_t tokens[4] = {2, 0, 1, 0};
  qref_float16 y[8];
  float before_store[8];
  qref_embedding_w8_args args = {.count = 4,
                                 .vocab_size = 3,
                                 .d_model = 2,
                                 .tokens = tokens,
                                 .weight = weight,
                                 .scale = scale,
                                 .y = y,
                                 .before_store = before_store};
  assert_int_equal(qref_embedding_w8(&args, NULL), QREF_OK);
  assert_int_equal(y[0], 0);
  assert_int_equal(y[2], scale[0]);
  assert_int_equal(y[3], qref_f16_from_f32(-128.0f * qref_f32_from_f16(scale[0])));
  assert_int_equal(y[4], 0x7c00); /* 127 * 65504 is infinite in float16 */
  assert_same_float(before_store[4], 127.0f * 65504.0f, "before_store");
  for (size_t i = 0; i < 8; i++) {
    const int8_t *row = weight + (size_t)tokens[i / 2] * 2;
    float q = (float)row[i % 2];
    assert_same_float(before_store[i], qref_f32_from_f16(scale[tokens[i / 2]]) * q, "before_store");
    assert_int_equal(y[i], qref_f16_from_f32(before_store[i]));
  }
  const int32_t bad[4] = {0, 3, 0, 0};
  qref_error error;
  args.tokens = bad;
  assert_int_equal(qref_embedding_w8(&args, &error), QREF_ERROR_ARGUMENT);
  assert_non_null(strstr(error.message, "tokens[1]"));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_rmsnorm),   cmocka_unit_test(test_rmsnorm_nonpositive_rows),
      cmocka_unit_test(test_hadamard),  cmocka_unit_test(test_hadamard_matrices),
      cmocka_unit_test(test_embedding),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
