/* The five forms of linear W8A8, and linear_f32, against plain loops. */
#include "tests/ops/fixture.h"

typedef qref_status (*linear_function)(const qref_linear_w8a8_args *, qref_error *);

typedef struct linear_shape {
  size_t rows, columns, depth;
} linear_shape;

static const linear_shape shapes[] = {{1, 1, 1}, {1, 5, 16}, {3, 4, 17}, {7, 33, 48}, {2, 9, 1536}, {16, 6, 5}};
enum { SHAPES = sizeof shapes / sizeof shapes[0] };

static int64_t exact_sum(const int8_t *x, const int8_t *w, size_t depth) {
  int64_t sum = 0;
  for (size_t k = 0; k < depth; k++) {
    sum += (int64_t)x[k] * w[k];
  }
  return sum;
}

static void check_form(linear_function form, linear_shape s, int which) {
  size_t count = s.rows * s.columns;
  int8_t *x = test_int8(s.rows * s.depth, 1);
  int8_t *w = test_int8(s.columns * s.depth, 2);
  float *scales = test_allocate(s.columns, sizeof(float));
  for (size_t n = 0; n < s.columns; n++) {
    scales[n] = 0.0117f / (float)s.depth * (1.0f + 0.01f * (float)n);
  }
  int8_t *y = test_allocate(count, 1);
  qref_float16 *y_f16 = test_allocate(count, sizeof(qref_float16));
  int32_t *acc = test_allocate(count, sizeof(int32_t));
  float a = 0.31f;
  qref_linear_w8a8_args args = {.rule = which == 4   ? &quamba()->linear_per_channel
                                        : which == 3 ? &quamba()->linear_row
                                                     : &quamba()->linear,
                                .rows = s.rows,
                                .columns = s.columns,
                                .depth = s.depth,
                                .x = x,
                                .w = w,
                                .weight_scale = scales,
                                .input_scale = a,
                                .y = which == 1 ? NULL : y,
                                .y_f16 = which == 1 ? y_f16 : NULL,
                                .accumulator = acc};
  assert_int_equal(form(&args, NULL), QREF_OK);
  for (size_t m = 0; m < s.rows; m++) {
    for (size_t n = 0; n < s.columns; n++) {
      size_t i = m * s.columns + n;
      int64_t sum = exact_sum(x + m * s.depth, w + n * s.depth, s.depth);
      assert_int_equal(acc[i], sum);
      float b = which == 2 || which == 4 ? scales[n] : scales[0];
      float t = which == 3 ? (float)sum * b : which == 4 ? (b * a) * (float)sum : ((float)sum * b) * a;
      if (which == 1) {
        assert_int_equal(y_f16[i], qref_f16_from_f32(t));
      } else {
        assert_int_equal(y[i], oracle_saturate(which == 4 ? roundf(t) : rintf(t)));
      }
    }
  }
  free(x);
  free(w);
  free(scales);
  free(y);
  free(y_f16);
  free(acc);
}

static void test_forms(void **state) {
  (void)state;
  const linear_function forms[] = {qref_linear_w8a8, qref_linear_w8a8_f16, qref_linear_w8a8_parallel,
                                   qref_linear_w8a8_row, qref_linear_w8a8_per_channel};
  for (int which = 0; which < 5; which++) {
    for (size_t i = 0; i < SHAPES; i++) {
      check_form(forms[which], shapes[i], which);
    }
  }
}

/* -128 * -128 in every product, as deep as int32 allows: 131071 * 16384 = 2147467264, which float32 rounds up. */
static void test_largest_accumulator(void **state) {
  (void)state;
  size_t depth = 131071;
  int8_t *x = test_allocate(depth, 1);
  memset(x, -128, depth);
  float one = 1.0f;
  int8_t y;
  int32_t acc;
  float t;
  qref_linear_w8a8_args args = {.rule = &quamba()->linear,
                                .rows = 1,
                                .columns = 1,
                                .depth = depth,
                                .x = x,
                                .w = x,
                                .weight_scale = &one,
                                .input_scale = 1.0f,
                                .y = &y,
                                .accumulator = &acc,
                                .before_rounding = &t};
  const qref_backend *cpu = NULL;
  assert_int_equal(qref_backend_find("cpu", &cpu, NULL), QREF_OK);
  assert_int_equal(qref_linear_w8a8(&args, NULL), QREF_OK);
  assert_int_equal(acc, 2147467264);
  assert_true(t == 2147467264.0f);
  assert_int_equal(cpu->linear_w8a8(&args, NULL), QREF_OK);
  assert_int_equal(acc, 2147467264);
  assert_int_equal(y, 127);
  args.depth = depth + 1;
  qref_error error;
  assert_int_equal(qref_linear_w8a8(&args, &error), QREF_ERROR_OVERFLOW);
  assert_non_null(strstr(error.message, "depth"));
  free(x);
}

static void test_linear_f32(void **state) {
  (void)state;
  for (size_t i = 0; i < SHAPES; i++) {
    linear_shape s = shapes[i];
    size_t stride = s.columns + i;
    float *x = test_f32(s.rows * s.depth, 1, 3.0f);
    float *w = test_f32(s.columns * s.depth, 2, 0.2f);
    float *y = test_allocate(s.rows * stride, sizeof(float));
    qref_linear_f32_args args = {
        .rows = s.rows, .columns = s.columns, .depth = s.depth, .x = x, .w = w, .y = y, .y_row_stride = stride};
    assert_int_equal(qref_linear_f32(&args, NULL), QREF_OK);
    for (size_t m = 0; m < s.rows; m++) {
      for (size_t n = 0; n < s.columns; n++) {
        float sum = 0.0f;
        for (size_t k = 0; k < s.depth; k++) {
          sum = fmaf(x[m * s.depth + k], w[n * s.depth + k], sum);
        }
        assert_same_bytes(&y[m * stride + n], &sum, sizeof sum, "linear_f32");
      }
    }
    free(x);
    free(w);
    free(y);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_forms),
      cmocka_unit_test(test_largest_accumulator),
      cmocka_unit_test(test_linear_f32),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
