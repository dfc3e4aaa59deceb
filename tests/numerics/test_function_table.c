/* Functions by table: which sample an argument selects, and that the samples are the function's. */
#include <math.h>

#include "tests/numerics/assert_float.h"

/* As the table's function, shows the sampled argument itself. */
static float identity(float x) {
  return x;
}

static void exact_is_the_function_itself(void **state) {
  (void)state;
  const qref_function_rule rule = {.implementation = QREF_FUNCTION_EXACT};
  for (float x = -30.0f; x < 30.0f; x += 0.37f) {
    assert_same_f32(qref_apply_function(x, qref_silu_f32, &rule), qref_silu_f32(x), x);
  }
}

static void nearest_sample_with_ties_to_the_even_index(void **state) {
  (void)state;
  const qref_function_rule rule = {QREF_FUNCTION_TABLE, 5, -2.0f, 2.0f}; /* -2 -1 0 1 2 */
  const struct {
    float x;
    float sample;
  } cases[] = {
      {-2.0f, -2.0f},
      {-1.0f, -1.0f},
      {0.0f, 0.0f},
      {0.3f, 0.0f},
      {-0.3f, 0.0f},
      {0.6f, 1.0f},
      {0.5f, 0.0f},
      /* index 2.5 */ {1.5f, 2.0f}, /* index 3.5 */
      {-0.5f, 0.0f} /* index 1.5 */,
      {-1.5f, -2.0f}, /* index 0.5 */
      {2.4f, 2.0f},
      {100.0f, 2.0f},
      {-2.1f, -2.0f},
      {-1e30f, -2.0f},
      {INFINITY, 2.0f},
      {-INFINITY, -2.0f},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    assert_same_f32(qref_apply_function(cases[i].x, identity, &rule), cases[i].sample, cases[i].x);
  }
}

static void two_entries_are_the_ends(void **state) {
  (void)state;
  const qref_function_rule rule = {QREF_FUNCTION_TABLE, 2, -1.0f, 3.0f};
  assert_same_f32(qref_apply_function(0.9f, identity, &rule), -1.0f, 0.9f);
  assert_same_f32(qref_apply_function(1.1f, identity, &rule), 3.0f, 1.1f);
}

static void nan_gives_the_canonical_nan(void **state) {
  (void)state;
  const qref_function_rule rule = {QREF_FUNCTION_TABLE, 256, -8.0f, 8.0f};
  assert_int_equal(qref_bits_from_f32(qref_apply_function(qref_f32_from_bits(0xffc00001u), identity, &rule)),
                   0x7fc00000u);
}

/* A table stored in an array, filled and indexed as its definition says, with a step that is not a float32. */
static void same_as_a_stored_table(void **state) {
  (void)state;
  enum { ENTRIES = 300 };
  const qref_function_rule rule = {QREF_FUNCTION_TABLE, ENTRIES, -7.3f, 9.1f};
  float table[ENTRIES];
  const float step = (9.1f - -7.3f) / (float)(ENTRIES - 1);
  for (int i = 0; i < ENTRIES; i++) {
    const float offset = (float)i * step;
    table[i] = qref_silu_f32(-7.3f + offset);
  }
  for (uint64_t i = 0; i < 100000; i++) {
    const float x = ((float)(qref_random_bits(5, 1, i) >> 40) - 0x1p+23f) * 0x1p-19f; /* -16 .. 16 */
    const float position = (x - -7.3f) / step;
    const double index = fmin(fmax(rint((double)position), 0.0), ENTRIES - 1);
    assert_same_f32(qref_apply_function(x, qref_silu_f32, &rule), table[(int)index], x);
  }
}

static void the_largest_table(void **state) {
  (void)state;
  const qref_function_rule rule = {QREF_FUNCTION_TABLE, 65536, 0.0f, 65535.0f};
  for (uint32_t i = 0; i < 65536; i += 13) {
    assert_same_f32(qref_apply_function((float)i + 0.25f, identity, &rule), (float)i, i);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(exact_is_the_function_itself), cmocka_unit_test(nearest_sample_with_ties_to_the_even_index),
      cmocka_unit_test(two_entries_are_the_ends),     cmocka_unit_test(nan_gives_the_canonical_nan),
      cmocka_unit_test(same_as_a_stored_table),       cmocka_unit_test(the_largest_table),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
