/* Every kind of difference between the INT8 and the float-simulated conv1d, made by hand. One channel, one tap of
 * weight 1: v = x * x_scale * w_scale, so that the error bound is that of a few roundings. */
#include "ref/vectors/compare_conv1d.h"

#include <math.h>

#include "tests/base/support.h"

enum { T = 4 };

typedef struct fixture {
  int8_t w[2], x[T], other_x[T], y[T];
  float before_rounding[T], before_quant[T], after_quant[T];
  size_t upstream, first_difference;
  qref_conv1d_pair pair;
  qref_conv1d_comparison found;
} fixture;

/* output_scale 0.5; every element is 1.0, two steps, on both sides. */
static void begin(fixture *f) {
  *f = (fixture){.w = {0, 100}, .upstream = SIZE_MAX, .first_difference = SIZE_MAX};
  for (size_t t = 0; t < T; t++) {
    f->x[t] = f->other_x[t] = 100;
    f->y[t] = 2;
    f->before_rounding[t] = 2.0f;
    f->before_quant[t] = 1.0f;
    f->after_quant[t] = 1.0f;
  }
  f->pair = (qref_conv1d_pair){
      .profile = qref_profile_builtin("quamba"),
      .batch = 1,
      .channels = 1,
      .length = T,
      .width = 2,
      .x_scale = 0.01f,
      .w_scale = 0.01f,
      .output_scale = 0.5f,
      .w = f->w,
      .int8_x = f->x,
      .int8_y = f->y,
      .int8_before_rounding = f->before_rounding,
      .float_x = f->x,
      .before_quant = f->before_quant,
      .after_quant = f->after_quant,
      .effective_scale = 0.5f,
      .upstream = &f->upstream,
      .first_difference = &f->first_difference,
  };
}

/* Element 1: what both sides had before rounding, in steps, and made of it. */
static void put(fixture *f, float v, int8_t q, float f_steps, float steps) {
  f->before_rounding[1] = v;
  f->y[1] = q;
  f->before_quant[1] = f_steps * 0.5f;
  f->after_quant[1] = steps * 0.5f;
}

static void compare(fixture *f) {
  qref_compare_conv1d(&f->pair, &f->found);
  assert_int_equal(f->found.elements, T);
  assert_int_equal(f->found.exact + f->found.saturated + f->found.wrapped + f->found.tie +
                       f->found.tie_by_cancellation + f->found.finer + f->found.inherited + f->found.bug,
                   T);
}

static void equal_is_exact(void **state) {
  (void)state;
  fixture f;
  begin(&f);
  compare(&f);
  assert_int_equal(f.found.exact, T);
  assert_true(qref_conv1d_explained(&f.found));
  assert_false(f.found.has_first);
  assert_true(f.first_difference == SIZE_MAX);
  assert_true(f.found.max_difference == 0.0);
}

static void ties(void **state) {
  (void)state;
  const float ulp = 0x1p-22f; /* of 2.5 */
  fixture f;
  begin(&f);
  put(&f, 2.5f, 3, 2.5f, 2.0f); /* half_away against half_even */
  compare(&f);
  assert_int_equal(f.found.tie, 1);
  assert_true(f.found.max_tie_ulp == 0.0);
  assert_true(f.found.max_difference == 0.5);
  assert_int_equal(f.found.time, 1);
  assert_int_equal(f.first_difference, 1);

  begin(&f);
  put(&f, 2.5f + 2 * ulp, 3, 2.5f - ulp, 2.0f);
  compare(&f);
  assert_int_equal(f.found.tie, 1);
  assert_true(f.found.max_tie_ulp == 2.0);

  /* v = 2.5 steps came of taps that cancel: 127 * 127 - 127 * 126 units of 1e-4 are 3232 - 3207 steps */
  begin(&f);
  f.w[0] = -126;
  f.w[1] = 127;
  f.x[0] = f.x[1] = 127;
  f.pair.x_scale = 0.1f;
  f.pair.w_scale = 0.1f;
  put(&f, 2.5f + 100 * ulp, 3, 2.5f - 100 * ulp, 2.0f);
  compare(&f);
  assert_int_equal(f.found.tie, 0);
  assert_int_equal(f.found.tie_by_cancellation, 1);
  assert_true(f.found.max_bound_fraction > 0.0 && f.found.max_bound_fraction < 1.0);
  assert_true(qref_conv1d_explained(&f.found));

  /* the same distance without cancellation has no explanation */
  begin(&f);
  put(&f, 2.5f + 100 * ulp, 3, 2.5f - 100 * ulp, 2.0f);
  compare(&f);
  assert_int_equal(f.found.bug, 1);
  assert_false(qref_conv1d_explained(&f.found));
  assert_true(f.found.first_is_bug);
}

/* Both sides have the same 2.25, and one of them rounds it up: no boundary is near. */
static void another_rounding_is_a_bug(void **state) {
  (void)state;
  fixture f;
  begin(&f);
  put(&f, 2.25f, 3, 2.25f, 2.0f);
  compare(&f);
  assert_int_equal(f.found.bug, 1);
}

static void two_steps_are_a_bug(void **state) {
  (void)state;
  fixture f;
  begin(&f);
  put(&f, 2.5f, 3, 1.5f, 1.0f);
  compare(&f);
  assert_int_equal(f.found.bug, 1);
}

static void off_the_grid_is_a_bug(void **state) {
  (void)state;
  fixture f;
  begin(&f);
  put(&f, 2.5f, 3, 2.5f, 2.125f); /* half_even(2.5) is 2 */
  compare(&f);
  assert_int_equal(f.found.bug, 1);
}

static void saturation(void **state) {
  (void)state;
  fixture f;
  begin(&f);
  put(&f, 200.0f, 127, 200.0f, 200.0f);
  compare(&f);
  assert_int_equal(f.found.saturated, 1);
  assert_true(f.found.max_difference == 36.5);

  begin(&f);
  put(&f, -200.0f, -128, -200.0f, -200.0f);
  compare(&f);
  assert_int_equal(f.found.saturated, 1);

  /* not clamped to the limit of its side */
  begin(&f);
  put(&f, 200.0f, -128, 200.0f, 200.0f);
  compare(&f);
  assert_int_equal(f.found.bug, 1);

  /* clamped, but not the same number */
  begin(&f);
  put(&f, 128.0f, 127, 200.0f, 200.0f);
  compare(&f);
  assert_int_equal(f.found.bug, 1);
}

static void wrap_under_a_wrapping_profile(void **state) {
  (void)state;
  qref_profile profile = *qref_profile_builtin("quamba");
  profile.conv1d_silu.output.round.overflow = QREF_OVERFLOW_WRAP;
  fixture f;
  begin(&f);
  f.pair.profile = &profile;
  put(&f, 200.0f, -56, 200.0f, 200.0f);
  compare(&f);
  assert_int_equal(f.found.wrapped, 1);
  assert_true(qref_conv1d_explained(&f.found));
}

static void better_scale(void **state) {
  (void)state;
  fixture f;
  begin(&f);
  f.pair.better_scale = true;
  f.pair.effective_scale = 0.125f;
  put(&f, 2.25f, 2, 2.25f, 2.25f);
  compare(&f);
  assert_int_equal(f.found.finer, 1);
  assert_true(f.found.max_difference == 0.125);

  /* half a step of each grid, 0.25 + 0.0625, is the most */
  begin(&f);
  f.pair.better_scale = true;
  f.pair.effective_scale = 0.125f;
  put(&f, 2.4f, 2, 2.75f, 2.75f);
  compare(&f);
  assert_int_equal(f.found.bug, 1);

  begin(&f);
  f.pair.better_scale = true;
  f.pair.effective_scale = 0.125f;
  put(&f, 200.25f, 127, 200.25f, 200.25f);
  compare(&f);
  assert_int_equal(f.found.saturated, 1);
}

static void other_inputs_need_a_cause(void **state) {
  (void)state;
  fixture f;
  /* the input differs at time 1: the window of element 2 still holds it, that of element 3 does not */
  begin(&f);
  f.pair.float_x = f.other_x;
  f.other_x[1] = 90;
  f.upstream = 1;
  put(&f, 2.0f, 2, 5.0f, 5.0f);
  f.before_quant[2] = 3.0f;
  f.after_quant[2] = 3.0f;
  compare(&f);
  assert_int_equal(f.found.inherited, 2);
  assert_int_equal(f.first_difference, 1);
  assert_true(qref_conv1d_explained(&f.found));

  f.before_quant[3] = 3.0f;
  f.after_quant[3] = 3.0f;
  compare(&f);
  assert_int_equal(f.found.bug, 1);

  /* the earlier layers differ only later, or not at all */
  begin(&f);
  f.pair.float_x = f.other_x;
  f.other_x[1] = 90;
  f.upstream = 2;
  put(&f, 2.0f, 2, 5.0f, 5.0f);
  compare(&f);
  assert_int_equal(f.found.bug, 1);
  f.upstream = SIZE_MAX;
  compare(&f);
  assert_int_equal(f.found.bug, 1);
}

static void not_a_number_is_a_bug(void **state) {
  (void)state;
  fixture f;
  begin(&f);
  f.after_quant[1] = f.before_quant[1] = qref_f32_from_bits(0x7fc00000u);
  compare(&f);
  assert_int_equal(f.found.bug, 1);
}

static void an_overflowing_grid_is_a_bug(void **state) {
  (void)state;
  fixture f;
  begin(&f);
  f.pair.better_scale = true;
  f.pair.effective_scale = 0x1p-140f;
  f.before_quant[1] = 1.0f; /* 1 / 2^-140 overflows, and so does the grid value */
  f.after_quant[1] = INFINITY;
  compare(&f);
  assert_int_equal(f.found.bug, 1);
  assert_int_equal(f.found.time, 1);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(equal_is_exact),
      cmocka_unit_test(ties),
      cmocka_unit_test(another_rounding_is_a_bug),
      cmocka_unit_test(two_steps_are_a_bug),
      cmocka_unit_test(off_the_grid_is_a_bug),
      cmocka_unit_test(saturation),
      cmocka_unit_test(wrap_under_a_wrapping_profile),
      cmocka_unit_test(better_scale),
      cmocka_unit_test(other_inputs_need_a_cause),
      cmocka_unit_test(not_a_number_is_a_bug),
      cmocka_unit_test(an_overflowing_grid_is_a_bug),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
