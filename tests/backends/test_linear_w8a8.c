/* Linear W8A8 of every instruction set that runs here against the reference: memcmp of outputs, intermediates and
 * counts. */
#include "tests/ops/fixture.h"

static const qref_backend *ref;
static const char *const levels[] = {"cpu-portable", "cpu-neon", "cpu-avx2", "cpu-avx512"};
enum { LEVELS = 4, FORMS = 5 };

typedef struct shape {
  size_t rows, columns, depth;
} shape;

/* Operands of a shape, and how they are scaled: input_scale large enough makes results saturate. */
typedef struct operands {
  int8_t *x, *w;
  float *weight_scale;
  float input_scale;
} operands;

typedef struct results {
  int8_t *y;
  qref_float16 *y_f16;
  int32_t *accumulator;
  float *before_rounding;
  qref_counts counts;
} results;

static int find_ref(void **state) {
  (void)state;
  return qref_backend_find("ref", &ref, NULL) == QREF_OK ? 0 : -1;
}

static const qref_backend *level_or_null(int level) {
  const qref_backend *backend = NULL;
  assert_int_equal(qref_backend_find(levels[level], &backend, NULL), QREF_OK);
  if (!backend->supports(QREF_OP_LINEAR_W8A8, quamba())) {
    print_message("%s: not on this processor, skipped\n", levels[level]);
    return NULL;
  }
  return backend;
}

static operands make_operands(shape s, uint64_t seed, float input_scale) {
  operands o = {test_int8(s.rows * s.depth, seed), test_int8(s.columns * s.depth, seed + 1),
                test_f32(s.columns, seed + 2, 1e-3f), input_scale};
  for (size_t n = 0; n < s.columns; n++) {
    o.weight_scale[n] = fabsf(o.weight_scale[n]) + 1e-6f;
  }
  return o;
}

static void free_operands(operands *o) {
  free(o->x);
  free(o->w);
  free(o->weight_scale);
}

static qref_status call(const qref_backend *backend, int form, const qref_linear_w8a8_args *args) {
  qref_status (*const functions[FORMS])(const qref_linear_w8a8_args *, qref_error *) = {
      backend->linear_w8a8, backend->linear_w8a8_f16, backend->linear_w8a8_parallel, backend->linear_w8a8_row,
      backend->linear_w8a8_per_channel};
  return functions[form](args, NULL);
}

static const qref_linear_rule *rule_of(const qref_profile *profile, int form) {
  return form == 3 ? &profile->linear_row : form == 4 ? &profile->linear_per_channel : &profile->linear;
}

static results run(const qref_backend *backend, int form, shape s, const operands *o, const qref_profile *profile,
                   const void *packed, int threads, bool intermediates) {
  const size_t count = s.rows * s.columns;
  results r = {
      memset(test_allocate(count, 1), 0xee, count), memset(test_allocate(count, 2), 0xee, 2 * count), NULL, NULL, {0}};
  if (intermediates) {
    r.accumulator = test_allocate(count, sizeof(int32_t));
    r.before_rounding = test_allocate(count, sizeof(float));
  }
  const qref_linear_w8a8_args args = {.rule = rule_of(profile, form),
                                      .rows = s.rows,
                                      .columns = s.columns,
                                      .depth = s.depth,
                                      .x = o->x,
                                      .w = packed != NULL ? (const int8_t *)"" : o->w,
                                      .w_packed = packed,
                                      .weight_scale = o->weight_scale,
                                      .input_scale = o->input_scale,
                                      .y = r.y,
                                      .y_f16 = r.y_f16,
                                      .accumulator = r.accumulator,
                                      .before_rounding = r.before_rounding,
                                      .counts = &r.counts,
                                      .threads = threads};
  assert_int_equal(call(backend, form, &args), QREF_OK);
  return r;
}

static void free_results(results *r) {
  free(r->y);
  free(r->y_f16);
  free(r->accumulator);
  free(r->before_rounding);
}

static void assert_same_results(const results *a, const results *b, size_t count) {
  assert_same_bytes(a->y, b->y, count, "y");
  assert_same_bytes(a->y_f16, b->y_f16, 2 * count, "y_f16");
  if (a->accumulator != NULL) {
    assert_same_bytes(a->accumulator, b->accumulator, 4 * count, "accumulator");
    assert_same_bytes(a->before_rounding, b->before_rounding, 4 * count, "before_rounding");
  }
  assert_same_bytes(&a->counts, &b->counts, sizeof a->counts, "counts");
}

/* Packed into memory of exactly the size, at an odd address, so that a sanitizer sees what is read beyond it. */
static uint8_t *pack(const qref_backend *backend, shape s, const operands *o, int threads) {
  const size_t size = backend->linear_packed_size(s.columns, s.depth);
  assert_true(size >= s.columns * s.depth);
  uint8_t *memory = test_allocate(size + 1, 1);
  assert_int_equal(backend->linear_pack(o->w, s.columns, s.depth, memory + 1, threads, NULL), QREF_OK);
  return memory;
}

/* Every level, packed and not, with and without intermediates. */
static void check_levels(shape s, const operands *o, const qref_profile *profile, int form, int threads) {
  results expected = run(ref, form, s, o, profile, NULL, 1, true);
  for (int level = 0; level < LEVELS; level++) {
    const qref_backend *backend = NULL;
    assert_int_equal(qref_backend_find(levels[level], &backend, NULL), QREF_OK);
    if (!backend->supports(QREF_OP_LINEAR_W8A8, quamba())) {
      continue;
    }
    uint8_t *memory = pack(backend, s, o, threads);
    for (int i = 0; i < 4; i++) {
      results actual = run(backend, form, s, o, profile, i % 2 == 0 ? memory + 1 : NULL, threads, i >= 2);
      assert_same_results(&actual, &expected, s.rows * s.columns);
      free_results(&actual);
    }
    free(memory);
  }
  free_results(&expected);
}

static void test_levels_present(void **state) {
  (void)state;
  for (int level = 0; level < LEVELS; level++) {
    level_or_null(level);
  }
}

static void test_shapes(void **state) {
  (void)state;
  static const size_t sizes[] = {1, 3, 15, 16, 17, 48, 80, 131};
  uint64_t seed = 0;
  for (size_t rows = 1; rows <= 27; rows++) {
    for (size_t i = 0; i < 8; i++, seed++) {
      const shape s = {rows, sizes[i], sizes[(i * 3 + rows) % 8]};
      operands o = make_operands(s, seed, seed % 2 == 0 ? 1e-2f : 1.0f);
      check_levels(s, &o, quamba(), (int)(seed % FORMS), 1 + (int)(seed % 3));
      free_operands(&o);
    }
  }
}

/* Larger than the blocks of rows, columns and depth, and long enough to be cut for threads, by rows and by columns. */
static void test_blocks(void **state) {
  (void)state;
  static const shape shapes[] = {{401, 83, 517}, {203, 450, 100}, {2, 900, 1031}, {1, 1000, 2053}, {70, 33, 1029}};
  for (int i = 0; i < 10; i++) {
    operands o = make_operands(shapes[i % 5], (uint64_t)i, 1.0f);
    o.weight_scale[0] = 1e-3f; /* many results saturate: an element computed twice shows in the counts */
    check_levels(shapes[i % 5], &o, quamba(), i % FORMS, i / 5 == 0 ? 1 : 3);
    free_operands(&o);
  }
}

/* Operands all -128, the largest magnitude of every partial sum, up to the depth that int32 just holds. */
static void test_extremes(void **state) {
  (void)state;
  static const shape shapes[] = {{7, 17, 131071}, {1, 5, 131071}, {30, 20, 2048}};
  for (int i = 0; i < 3; i++) {
    for (int sign = 0; sign < 2; sign++) {
      operands o = make_operands(shapes[i], 1, 1.0f);
      memset(o.x, -128, shapes[i].rows * shapes[i].depth);
      memset(o.w, sign == 0 ? -128 : 127, shapes[i].columns * shapes[i].depth);
      o.weight_scale[0] = 5e-8f;
      check_levels(shapes[i], &o, quamba(), sign, 1);
      free_operands(&o);
    }
  }
}

/* Every rounding and overflow, ties among the values, infinities, and 0 times infinity. */
static void test_rules(void **state) {
  (void)state;
  static const float input_scales[] = {0.5f, 1000.0f, 3e38f, 1e-38f};
  const shape s = {9, 37, 5};
  for (int rounding = QREF_ROUND_HALF_AWAY; rounding <= QREF_ROUND_STOCHASTIC; rounding++) {
    for (int i = 0; i < 8; i++) {
      const qref_rounding_rule rule = {(qref_rounding)rounding, i < 4 ? QREF_OVERFLOW_SATURATE : QREF_OVERFLOW_WRAP, 5};
      qref_profile profile = *quamba();
      profile.linear.output = rule;
      profile.linear_row.output = rule;
      profile.linear_per_channel.output = rule;
      operands o = make_operands(s, (uint64_t)i, input_scales[i % 4]);
      memset(o.x, 0, s.depth);
      for (size_t n = 0; n < s.columns; n++) {
        o.weight_scale[n] = n % 3 == 0 ? 3e38f : n % 2 == 0 ? 0.25f : 0.0078125f;
      }
      for (int form = 0; form < FORMS; form++) {
        o.weight_scale[0] = form % 2 == 0 ? 0.0078125f : 0.5f;
        check_levels(s, &o, &profile, form, 1);
      }
      free_operands(&o);
    }
  }
}

static void test_narrow_accumulator(void **state) {
  (void)state;
  qref_profile profile = *quamba();
  profile.linear.accumulator.bits = 17;
  const shape s = {6, 19, 40};
  operands o = make_operands(s, 3, 1e-2f);
  check_levels(s, &o, &profile, 0, 2);
  free_operands(&o);
}

static void test_packed_size(void **state) {
  (void)state;
  for (int level = 0; level < LEVELS; level++) {
    const qref_backend *backend = NULL;
    assert_int_equal(qref_backend_find(levels[level], &backend, NULL), QREF_OK);
    assert_int_equal(backend->linear_packed_size(SIZE_MAX, 4), 0);
    assert_int_equal(backend->linear_packed_size(4, SIZE_MAX), 0);
    assert_int_equal(backend->linear_packed_size(SIZE_MAX / 8, 64), 0);
    assert_int_equal(backend->linear_packed_size(0, 4), 0);
    assert_int_equal(backend->linear_packed_size(4, 0), 0);
    int8_t byte = 0;
    assert_int_equal(backend->linear_pack(NULL, 1, 1, &byte, 1, NULL), QREF_ERROR_ARGUMENT);
    assert_int_equal(backend->linear_pack(&byte, 1, 1, NULL, 1, NULL), QREF_ERROR_ARGUMENT);
    assert_int_equal(backend->linear_pack(&byte, 0, 1, &byte, 1, NULL), QREF_ERROR_ARGUMENT);
    assert_int_equal(backend->linear_pack(&byte, SIZE_MAX, 4, &byte, 1, NULL), QREF_ERROR_ARGUMENT);
    /* Weights of a model: within 1.2 times of int8. */
    assert_true(backend->linear_packed_size(3072, 768) <= 3072 * 768 * 6 / 5);
    assert_true(backend->linear_packed_size(80, 1536) <= 80 * 1536 * 6 / 5);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_levels_present), cmocka_unit_test(test_shapes), cmocka_unit_test(test_blocks),
      cmocka_unit_test(test_extremes),       cmocka_unit_test(test_rules),  cmocka_unit_test(test_narrow_accumulator),
      cmocka_unit_test(test_packed_size),
  };
  return cmocka_run_group_tests(tests, find_ref, NULL);
}
