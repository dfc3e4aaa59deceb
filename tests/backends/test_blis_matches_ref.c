/* Backends blis and blis-dgemm against backend ref: every form, with and without intermediates, on shapes around the
 * blocks of K and the tiles, with sums as large as they can be. */
#include "ref/backends/builtin.h"
#include "tests/ops/fixture.h"

enum { FORMS = 5 };
typedef qref_status (*linear_function)(const qref_linear_w8a8_args *, qref_error *);

static linear_function form_of(const qref_backend *backend, int form) {
  const linear_function functions[FORMS] = {backend->linear_w8a8, backend->linear_w8a8_f16,
                                            backend->linear_w8a8_parallel, backend->linear_w8a8_row,
                                            backend->linear_w8a8_per_channel};
  return functions[form];
}

static const qref_linear_rule *rule_of(const qref_profile *profile, int form) {
  return form < 3 ? &profile->linear : form == 3 ? &profile->linear_row : &profile->linear_per_channel;
}

static void need_blis(void) {
  if (qref_backend_unavailable(&qref_backend_blis) != NULL) {
    print_message("skipped: %s\n", qref_backend_unavailable(&qref_backend_blis));
    skip();
  }
}

/* What a backend writes, with a guard behind each tensor. */
typedef struct results {
  int8_t *y;
  qref_float16 *y_f16;
  int32_t *accumulator;
  float *before_rounding;
  qref_counts counts;
} results;

static void *output(size_t count, size_t size) {
  return memset(test_allocate(count + 1, size), 0xa5, (count + 1) * size);
}

typedef struct linear_case {
  int form;
  size_t rows, columns, depth;
  const int8_t *x, *w;
  const qref_linear_rule *rule;
} linear_case;

static results compute(const linear_case *c, const qref_backend *backend, bool intermediates, int threads) {
  const size_t count = c->rows * c->columns;
  float *scales = test_f32(c->columns, 7, 1.0f);
  for (size_t n = 0; n < c->columns; n++) {
    scales[n] = (1.5f + scales[n]) * 0.004f;
  }
  results r = {.y = output(count, 1),
               .y_f16 = output(count, 2),
               .accumulator = output(count, 4),
               .before_rounding = output(count, 4)};
  const qref_linear_w8a8_args args = {.rule = c->rule,
                                      .rows = c->rows,
                                      .columns = c->columns,
                                      .depth = c->depth,
                                      .x = c->x,
                                      .w = c->w,
                                      .weight_scale = scales,
                                      .input_scale = 0.7f,
                                      .y = r.y,
                                      .y_f16 = r.y_f16,
                                      .accumulator = intermediates ? r.accumulator : NULL,
                                      .before_rounding = intermediates ? r.before_rounding : NULL,
                                      .counts = &r.counts,
                                      .threads = threads};
  qref_error error = {""};
  if (form_of(backend, c->form)(&args, &error) != QREF_OK) {
    fail_msg("%s: %s", backend->name, error.message);
  }
  free(scales);
  return r;
}

static void discard(results *r) {
  free(r->y);
  free(r->y_f16);
  free(r->accumulator);
  free(r->before_rounding);
}

static void check(const linear_case *c) {
  static const qref_backend *const engines[] = {&qref_backend_blis, &qref_backend_blis_dgemm};
  const size_t guarded = c->rows * c->columns + 1;
  for (int run = 0; run < 4; run++) {
    const bool intermediates = run % 2 == 0;
    results expected = compute(c, &qref_backend_ref, intermediates, 1);
    for (size_t e = 0; e < 2; e++) {
      results actual = compute(c, engines[e], intermediates, 1 + run / 2);
      assert_same_bytes(actual.y, expected.y, guarded, "y");
      assert_same_bytes(actual.y_f16, expected.y_f16, guarded * 2, "y_f16");
      assert_same_bytes(actual.accumulator, expected.accumulator, guarded * 4, "accumulator");
      assert_same_bytes(actual.before_rounding, expected.before_rounding, guarded * 4, "before_rounding");
      assert_memory_equal(&actual.counts, &expected.counts, sizeof actual.counts);
      discard(&actual);
    }
    discard(&expected);
  }
}

static void every_form_and_shape(void **state) {
  (void)state;
  need_blis();
  static const size_t shapes[][3] = {{1, 1, 1},      {3, 5, 1},     {1, 17, 1023}, {7, 33, 1024}, {5, 3, 1025},
                                     {2, 4, 5000},   {1, 700, 96},  {33, 80, 512}, {530, 515, 3}, {600, 19, 40},
                                     {2, 1100, 513}, {70, 65, 511}, {520, 5, 1537}};
  qref_profile custom = *quamba();
  const qref_rounding_rule stochastic = {QREF_ROUND_STOCHASTIC, QREF_OVERFLOW_WRAP, 7};
  custom.linear.output = custom.linear_row.output = custom.linear_per_channel.output = stochastic;
  for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++) {
    int8_t *x = test_int8(shapes[i][0] * shapes[i][2], 2 * i);
    int8_t *w = test_int8(shapes[i][1] * shapes[i][2], 2 * i + 1);
    for (int form = 0; form < FORMS; form++) {
      check(&(linear_case){form, shapes[i][0], shapes[i][1], shapes[i][2], x, w,
                           rule_of((i + (size_t)form) % 3 == 0 ? &custom : quamba(), form)});
    }
    free(x);
    free(w);
  }
}

/* Sums of 2^14 * K, the largest of either sign, odd sums beside them, and the largest block whose sum is 2^24. */
static void extreme_sums(void **state) {
  (void)state;
  need_blis();
  static const size_t depths[] = {1, 1023, 1024, 1025, 2048, 5000, 131071};
  enum { ROWS = 3, COLUMNS = 5 };
  for (size_t i = 0; i < sizeof depths / sizeof depths[0]; i++) {
    const size_t depth = depths[i];
    int8_t *x = memset(test_allocate(ROWS, depth), -128, ROWS * depth);
    int8_t *w = memset(test_allocate(COLUMNS, depth), -128, COLUMNS * depth);
    memset(x + depth, 127, depth);        /* the most negative sums */
    x[2 * depth] = -127;                  /* 128 off */
    w[4 * depth + depth - 1] = -127;      /* odd beside the one above where K is 1 */
    x[2 * depth + depth - 1] = (int8_t)1; /* the last product has the other sign */
    for (int form = 0; form < FORMS; form++) {
      check(&(linear_case){form, ROWS, COLUMNS, depth, x, w, rule_of(quamba(), form)});
    }
    free(x);
    free(w);
  }
}

static void narrow_accumulators_are_refused(void **state) {
  (void)state;
  need_blis();
  qref_profile narrow = *quamba();
  narrow.linear_row.accumulator.bits = 24;
  const int8_t x = 1, w = 1;
  const float scale = 1.0f;
  int8_t y = 5;
  const qref_linear_w8a8_args args = {.rule = &narrow.linear_row,
                                      .rows = 1,
                                      .columns = 1,
                                      .depth = 1,
                                      .x = &x,
                                      .w = &w,
                                      .weight_scale = &scale,
                                      .y = &y};
  qref_error error = {""};
  assert_int_equal(qref_backend_blis.linear_w8a8_row(&args, &error), QREF_ERROR_UNSUPPORTED);
  assert_string_equal(error.message, "linear_w8a8_row: BLIS sums to 32 bits, not to 24");
  assert_int_equal(y, 5);
  assert_false(qref_backend_blis.supports(QREF_OP_LINEAR_W8A8_ROW, &narrow));
  assert_true(qref_backend_blis.supports(QREF_OP_LINEAR_W8A8, &narrow));
  assert_true(qref_backend_blis.supports(QREF_OP_LINEAR_W8A8_PER_CHANNEL, &narrow));
  narrow.linear.accumulator.bits = 31;
  assert_false(qref_backend_blis_dgemm.supports(QREF_OP_LINEAR_W8A8, &narrow));
  assert_false(qref_backend_blis_dgemm.supports(QREF_OP_LINEAR_W8A8_F16, &narrow));
  assert_false(qref_backend_blis_dgemm.supports(QREF_OP_LINEAR_W8A8_PARALLEL, &narrow));
  narrow.linear_per_channel.accumulator.bits = 16;
  assert_false(qref_backend_blis_dgemm.supports(QREF_OP_LINEAR_W8A8_PER_CHANNEL, &narrow));
}

/* Arguments are checked as those of the reference are. */
static void bad_arguments(void **state) {
  (void)state;
  need_blis();
  const qref_linear_w8a8_args args = {.rule = &quamba()->linear, .rows = 1, .columns = 1, .depth = 131072};
  qref_error expected = {""}, actual = {""};
  assert_int_equal(qref_backend_blis.linear_w8a8(&args, &actual), qref_linear_w8a8(&args, &expected));
  assert_string_equal(actual.message, expected.message);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_form_and_shape),
      cmocka_unit_test(extreme_sums),
      cmocka_unit_test(narrow_accumulators_are_refused),
      cmocka_unit_test(bad_arguments),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
