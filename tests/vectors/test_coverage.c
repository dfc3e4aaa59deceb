/* Each coverage point is hit by the value that should, and missed by its neighbour. The tensors are made by hand; no op
 * runs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* Before cmocka.h, which wants the four above. */
#include <cmocka.h>
#include <math.h>
#include <string.h>

#include "ref/vectors/case/flags.h"
#include "ref/vectors/coverage/coverage.h"

#define F32_MAX 0x1.fffffep127f

static qref_coverage *cover(const qref_case *item, qref_suite_size size) {
  qref_coverage *coverage = qref_coverage_create(size, item->schema->op);
  assert_non_null(coverage);
  qref_coverage_add(coverage, item);
  return coverage;
}

/* Index of a point, or SIZE_MAX. */
static size_t find(const qref_coverage *coverage, const char *tensor, const char *name) {
  for (size_t i = 0; i < qref_coverage_count(coverage); i++) {
    const qref_coverage_point *point = qref_coverage_point_at(coverage, i);
    if (strcmp(point->tensor, tensor) == 0 && strcmp(point->name, name) == 0) {
      return i;
    }
  }
  return SIZE_MAX;
}

static uint64_t seen(const qref_case *item, const char *tensor, const char *name) {
  qref_coverage *coverage = cover(item, QREF_SUITE_STANDARD);
  const size_t i = find(coverage, tensor, name);
  if (i == SIZE_MAX) {
    fail_msg("%s has no point %s of '%s'", qref_op_name(item->schema->op), name, tensor);
  }
  const uint64_t count = qref_coverage_seen(coverage, i);
  qref_coverage_destroy(coverage);
  return count;
}

static void expect(const qref_case *item, const char *tensor, const char *name, uint64_t expected, double value) {
  const uint64_t actual = seen(item, tensor, name);
  if (actual != expected) {
    fail_msg("%s %s %s of %a: %llu, expected %llu", qref_op_name(item->schema->op), tensor, name, value,
             (unsigned long long)actual, (unsigned long long)expected);
  }
}

static void begin(qref_case *item, qref_op op) {
  qref_case_begin(item, op, "test/case", qref_profile_builtin("quamba"));
}

static void allocate(qref_case *item) {
  qref_error error = {""};
  if (qref_case_allocate(item, &error) != QREF_OK) {
    fail_msg("%s", error.message);
  }
}

/* ---- rounding to int8 ---- */

static void expect_rounded(qref_rounding rounding, qref_overflow overflow, float value, const char *point,
                           uint64_t expected) {
  qref_case item;
  begin(&item, QREF_OP_REQUANTIZE);
  item.args.requantize.count = 1;
  item.profile.requantize.round = (qref_rounding_rule){rounding, overflow, 0};
  allocate(&item);
  qref_case_f32(&item, "before_rounding")[0] = value;
  qref_case_i8(&item, "y")[0] = qref_round_to_int8(value, &item.profile.requantize.round, 0, NULL);
  expect(&item, "y", point, expected, (double)value);
  qref_case_free(&item);
}

static void roundings_are_told_apart(void **state) {
  (void)state;
  static const struct {
    qref_rounding rounding;
    qref_overflow overflow;
    float hit, miss;
    const char *point;
  } rows[] = {
      {QREF_ROUND_HALF_AWAY, QREF_OVERFLOW_SATURATE, 2.5f, 0x1.400002p1f, "half_away_tie_positive"},
      {QREF_ROUND_HALF_AWAY, QREF_OVERFLOW_SATURATE, -2.5f, -0x1.3ffffep1f, "half_away_tie_negative"},
      {QREF_ROUND_HALF_AWAY, QREF_OVERFLOW_SATURATE, 0.5f, -0.5f, "tie_positive"},
      {QREF_ROUND_HALF_AWAY, QREF_OVERFLOW_SATURATE, -0.5f, 0.5f, "tie_negative"},
      {QREF_ROUND_HALF_EVEN, QREF_OVERFLOW_SATURATE, 1.5f, 2.5f, "half_even_tie_positive_up"},
      {QREF_ROUND_HALF_EVEN, QREF_OVERFLOW_SATURATE, 2.5f, 1.5f, "half_even_tie_positive_down"},
      {QREF_ROUND_HALF_EVEN, QREF_OVERFLOW_SATURATE, -2.5f, -1.5f, "half_even_tie_negative_up"},
      {QREF_ROUND_HALF_EVEN, QREF_OVERFLOW_SATURATE, -1.5f, -2.5f, "half_even_tie_negative_down"},
      {QREF_ROUND_HALF_UP, QREF_OVERFLOW_SATURATE, 2.5f, -2.5f, "half_up_tie_positive"},
      {QREF_ROUND_HALF_UP, QREF_OVERFLOW_SATURATE, -2.5f, 2.5f, "half_up_tie_negative"},
      {QREF_ROUND_TOWARD_ZERO, QREF_OVERFLOW_SATURATE, 2.75f, 2.25f, "toward_zero_positive"},
      {QREF_ROUND_TOWARD_ZERO, QREF_OVERFLOW_SATURATE, -2.75f, -2.25f, "toward_zero_negative"},
      {QREF_ROUND_FLOOR, QREF_OVERFLOW_SATURATE, 2.75f, 2.25f, "floor_positive"},
      {QREF_ROUND_FLOOR, QREF_OVERFLOW_SATURATE, -2.25f, -2.0f, "floor_negative"},
      {QREF_ROUND_FLOOR, QREF_OVERFLOW_SATURATE, -2.25f, -2.75f, "floor_negative"},
      {QREF_ROUND_HALF_EVEN, QREF_OVERFLOW_SATURATE, 0x1.3ffffcp1f, 0x1.3ffffap1f, "2_ulp_below_tie_positive"},
      {QREF_ROUND_HALF_EVEN, QREF_OVERFLOW_SATURATE, 0x1.3ffffep1f, 2.5f, "1_ulp_below_tie_positive"},
      {QREF_ROUND_HALF_EVEN, QREF_OVERFLOW_SATURATE, 0x1.400002p1f, 2.5f, "1_ulp_above_tie_positive"},
      {QREF_ROUND_HALF_EVEN, QREF_OVERFLOW_SATURATE, 0x1.400004p1f, 0x1.400006p1f, "2_ulp_above_tie_positive"},
      {QREF_ROUND_HALF_EVEN, QREF_OVERFLOW_SATURATE, -0x1.400004p1f, -0x1.400006p1f, "2_ulp_below_tie_negative"},
      {QREF_ROUND_HALF_EVEN, QREF_OVERFLOW_SATURATE, -0x1.400002p1f, -0x1.3ffffep1f, "1_ulp_below_tie_negative"},
      {QREF_ROUND_HALF_EVEN, QREF_OVERFLOW_SATURATE, -0x1.3ffffep1f, -0x1.400002p1f, "1_ulp_above_tie_negative"},
      {QREF_ROUND_HALF_EVEN, QREF_OVERFLOW_SATURATE, -0x1.3ffffcp1f, -0x1.3ffffap1f, "2_ulp_above_tie_negative"},
      {QREF_ROUND_HALF_EVEN, QREF_OVERFLOW_SATURATE, 0x1.fffffep-2f, 0x1.fffffap-2f, "1_ulp_below_tie_positive"},
      {QREF_ROUND_HALF_AWAY, QREF_OVERFLOW_SATURATE, 0x1.fdfffep6f, 127.5f, "last_inside_high"},
      {QREF_ROUND_HALF_AWAY, QREF_OVERFLOW_SATURATE, 127.25f, 127.0f, "last_inside_high"},
      {QREF_ROUND_HALF_EVEN, QREF_OVERFLOW_SATURATE, -128.5f, -0x1.010002p7f, "last_inside_low"},
      {QREF_ROUND_HALF_AWAY, QREF_OVERFLOW_SATURATE, 127.5f, 0x1.fdfffep6f, "first_outside_high"},
      {QREF_ROUND_HALF_AWAY, QREF_OVERFLOW_SATURATE, 127.5f, 128.0f, "first_outside_high"},
      {QREF_ROUND_HALF_AWAY, QREF_OVERFLOW_WRAP, -128.5f, -0x1.00fffep7f, "first_outside_low"},
      {QREF_ROUND_HALF_AWAY, QREF_OVERFLOW_WRAP, -128.5f, -129.0f, "first_outside_low"},
      {QREF_ROUND_HALF_AWAY, QREF_OVERFLOW_SATURATE, 127.5f, 0x1.fdfffep6f, "outside_high"},
      {QREF_ROUND_HALF_AWAY, QREF_OVERFLOW_WRAP, -128.5f, -128.0f, "outside_low"},
      {QREF_ROUND_HALF_AWAY, QREF_OVERFLOW_SATURATE, 127.5f, 0x1.fdfffep6f, "clamped_high"},
      {QREF_ROUND_HALF_AWAY, QREF_OVERFLOW_SATURATE, -128.5f, -0x1.00fffep7f, "clamped_low"},
      {QREF_ROUND_HALF_AWAY, QREF_OVERFLOW_SATURATE, INFINITY, F32_MAX, "clamped_infinity_high"},
      {QREF_ROUND_HALF_AWAY, QREF_OVERFLOW_SATURATE, -INFINITY, -F32_MAX, "clamped_infinity_low"},
      {QREF_ROUND_HALF_AWAY, QREF_OVERFLOW_WRAP, 127.5f, 0x1.fdfffep6f, "wrapped_high"},
      {QREF_ROUND_HALF_AWAY, QREF_OVERFLOW_WRAP, -128.5f, -0x1.00fffep7f, "wrapped_low"},
      {QREF_ROUND_HALF_AWAY, QREF_OVERFLOW_WRAP, 383.5f, 383.25f, "wrapped_twice"},
      {QREF_ROUND_HALF_AWAY, QREF_OVERFLOW_WRAP, -384.5f, -384.25f, "wrapped_twice"},
      {QREF_ROUND_HALF_AWAY, QREF_OVERFLOW_WRAP, 0x1p31f, 0x1.fffffep30f, "wrapped_beyond_int32"},
      {QREF_ROUND_HALF_AWAY, QREF_OVERFLOW_WRAP, INFINITY, F32_MAX, "wrapped_infinity"},
      {QREF_ROUND_HALF_AWAY, QREF_OVERFLOW_SATURATE, NAN, INFINITY, "not_a_number"},
  };
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    expect_rounded(rows[i].rounding, rows[i].overflow, rows[i].hit, rows[i].point, 1);
    expect_rounded(rows[i].rounding, rows[i].overflow, rows[i].miss, rows[i].point, 0);
  }
}

/* A clamp is no wrap, one mode's tie is not another's, and a neighbour of a tie says nothing about truncation. */
static void rules_are_told_apart(void **state) {
  (void)state;
  expect_rounded(QREF_ROUND_HALF_AWAY, QREF_OVERFLOW_WRAP, 200.0f, "clamped_high", 0);
  expect_rounded(QREF_ROUND_HALF_AWAY, QREF_OVERFLOW_SATURATE, 200.0f, "wrapped_high", 0);
  expect_rounded(QREF_ROUND_HALF_EVEN, QREF_OVERFLOW_SATURATE, 2.5f, "half_away_tie_positive", 0);
  expect_rounded(QREF_ROUND_HALF_AWAY, QREF_OVERFLOW_SATURATE, 2.5f, "half_even_tie_positive_down", 0);
  expect_rounded(QREF_ROUND_FLOOR, QREF_OVERFLOW_SATURATE, 0x1.400002p1f, "1_ulp_above_tie_positive", 0);
  expect_rounded(QREF_ROUND_TOWARD_ZERO, QREF_OVERFLOW_SATURATE, 2.5f, "tie_positive", 0);
  expect_rounded(QREF_ROUND_HALF_AWAY, QREF_OVERFLOW_SATURATE, 1000.5f, "tie_positive", 0);
}

/* Of many values between two codes some go up and some down, and each is counted on its side. */
static void stochastic_rounding_goes_both_ways(void **state) {
  (void)state;
  enum { COUNT = 64 };
  qref_case item;
  begin(&item, QREF_OP_REQUANTIZE);
  item.args.requantize.count = COUNT;
  item.profile.requantize.round = (qref_rounding_rule){QREF_ROUND_STOCHASTIC, QREF_OVERFLOW_SATURATE, 9};
  allocate(&item);
  uint64_t up = 0;
  for (uint64_t i = 0; i < COUNT; i++) {
    qref_case_f32(&item, "before_rounding")[i] = -3.5f;
    /* Up with probability one half: where the top random bit is 0. */
    up += (qref_random_bits(9, 0, i) >> 63) == 0 ? 1 : 0;
  }
  assert_in_range(up, 1, COUNT - 1);
  expect(&item, "y", "stochastic_negative_up", up, -3.5);
  expect(&item, "y", "stochastic_negative_down", COUNT - up, -3.5);
  expect(&item, "y", "stochastic_positive_up", 0, -3.5);
  qref_case_free(&item);
}

static void codes_are_counted_once(void **state) {
  (void)state;
  qref_case item;
  begin(&item, QREF_OP_REQUANTIZE);
  item.args.requantize.count = 600;
  allocate(&item);
  int8_t *y = qref_case_i8(&item, "y");
  for (size_t i = 0; i < 600; i++) {
    y[i] = (int8_t)((int)(i % 255) - 128); /* all but 127 */
  }
  assert_int_equal(seen(&item, "y", "codes"), 255);
  y[599] = 127;
  assert_int_equal(seen(&item, "y", "codes"), 256);
  qref_case_free(&item);
}

/* ---- the grid of the float simulation ---- */

static void expect_grid(float value, float result, const char *point, uint64_t expected) {
  qref_case item;
  begin(&item, QREF_OP_CONV1D_SILU_FLOATSIM);
  qref_conv1d_silu_floatsim_args *args = &item.args.conv1d_silu_floatsim;
  args->batch = args->channels = args->length = args->width = 1;
  allocate(&item);
  qref_case_f32(&item, "before_rounding")[0] = value;
  qref_case_f32(&item, "after_quant")[0] = result;
  expect(&item, "after_quant", point, expected, (double)value);
  qref_case_free(&item);
}

static void the_grid_has_no_ends(void **state) {
  (void)state;
  expect_grid(2.5f, 2.0f, "half_even_tie_positive_down", 1);
  expect_grid(1000.5f, 1000.0f, "tie_positive", 1);
  expect_grid(1000.25f, 1000.0f, "tie_positive", 0);
  expect_grid(-0.25f, -0.0f, "negative_zero", 1);
  expect_grid(0.25f, 0.0f, "negative_zero", 0);
  expect_grid(127.75f, 128.0f, "beyond_int8_high", 1);
  expect_grid(127.25f, 127.0f, "beyond_int8_high", 0);
  expect_grid(-128.75f, -129.0f, "beyond_int8_low", 1);
  expect_grid(-128.25f, -128.0f, "beyond_int8_low", 0);
  expect_grid(0x1p23f, 0x1p23f, "beyond_2_23", 1);
  expect_grid(0x1.fffffep22f, 0x1p23f, "beyond_2_23", 0);
  expect_grid(INFINITY, INFINITY, "infinity", 1);
  expect_grid(F32_MAX, F32_MAX, "infinity", 0);
  expect_grid(NAN, NAN, "not_a_number", 1);
}

/* ---- float16 ---- */

static void expect_float16(float value, const char *point, uint64_t expected) {
  qref_case item;
  begin(&item, QREF_OP_SELECTIVE_SCAN_UPDATE);
  qref_selective_scan_update_args *args = &item.args.selective_scan_update;
  args->batch = args->channels = args->states = 1;
  allocate(&item);
  qref_case_f32(&item, "before_store")[0] = value;
  qref_case_f16(&item, "y")[0] = qref_f16_from_f32(value);
  expect(&item, "y", point, expected, (double)value);
  qref_case_free(&item);
}

static void stores_to_float16_are_told_apart(void **state) {
  (void)state;
  static const struct {
    float hit, miss;
    const char *point;
  } rows[] = {
      {1.0f, 0x1.000002p0f, "exact"},
      {0x1.002002p0f, 0x1.002p0f, "inexact_up"}, /* 1 + 2^-11 is the middle of 1 and 1 + 2^-10 */
      {0x1.001ffep0f, 0x1.002p0f, "inexact_down"},
      {0x1.006p0f, 0x1.002p0f, "tie_to_even_up"},
      {-0x1.002p0f, -0x1.006p0f, "tie_to_even_down"},
      {0x1.ffep0f, 0x1.ffdffep0f, "carry"},
      {65504.0f, 65472.0f, "largest"},
      {0x1.ffdffep15f, 65520.0f, "largest_rounded"},
      {0x1.ffdffep15f, 65504.0f, "largest_rounded"},
      {65520.0f, 0x1.ffe002p15f, "overflow_tie"},
      {65520.0f, 0x1.ffdffep15f, "overflow_positive"},
      {-65520.0f, 65520.0f, "overflow_negative"},
      {INFINITY, F32_MAX, "infinity"},
      {NAN, INFINITY, "not_a_number"},
      {0.0f, -0.0f, "zero"},
      {-0.0f, 0.0f, "negative_zero"},
      {0x1p-15f, 0x1.000002p-15f, "subnormal_exact"},
      {0x1p-24f, 0x1p-14f, "subnormal_exact"},
      {0x1.8p-23f, 0x1.6p-23f, "subnormal_exact"},
      {0x1.6p-23f, 0x1.4p-23f, "subnormal_inexact"}, /* 2.75 and 2.5 of the smallest subnormal, 2^-24 */
      {0x1.4p-23f, 0x1.cp-23f, "subnormal_tie_down"},
      {0x1.cp-23f, 0x1.4p-23f, "subnormal_tie_up"},
      {0x1.ffcp-15f, 0x1.ffbffep-15f, "subnormal_to_normal"},
      {0x1p-25f, 0x1.000002p-25f, "underflow"},
      {0x1p-25f, 0x1.fffffep-26f, "underflow_tie"},
      {-0x1p-30f, 0x1p-30f, "underflow_negative"},
      {0x1.000002p-25f, 0x1p-25f, "below_smallest"},
      {0x1.000002p-25f, 0x1p-24f, "below_smallest"},
  };
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    expect_float16(rows[i].hit, rows[i].point, 1);
    expect_float16(rows[i].miss, rows[i].point, 0);
  }
}

/* ---- float32 ---- */

static void expect_float32(float value, const char *point, uint64_t expected) {
  qref_case item;
  begin(&item, QREF_OP_RMSNORM_F32);
  item.args.rmsnorm_f32.rows = item.args.rmsnorm_f32.n = 1;
  allocate(&item);
  qref_case_f32(&item, "y")[0] = value;
  expect(&item, "y", point, expected, (double)value);
  qref_case_free(&item);
}

static void kinds_of_float32_are_told_apart(void **state) {
  (void)state;
  static const struct {
    float hit, miss;
    const char *point;
  } rows[] = {
      {0x1p-126f, -0x1p-126f, "positive"}, {-F32_MAX, F32_MAX, "negative"},   {-0.0f, 0x1p-149f, "zero"},
      {0x1p-149f, 0x1p-126f, "subnormal"}, {-INFINITY, -F32_MAX, "infinity"}, {NAN, INFINITY, "not_a_number"},
  };
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    expect_float32(rows[i].hit, rows[i].point, 1);
    expect_float32(rows[i].miss, rows[i].point, 0);
  }
}

/* ---- accumulators ---- */

static void expect_accumulator(int32_t value, const char *point, uint64_t expected) {
  qref_case item;
  begin(&item, QREF_OP_LINEAR_W8A8);
  item.args.linear_w8a8.rows = item.args.linear_w8a8.columns = item.args.linear_w8a8.depth = 1;
  allocate(&item);
  qref_case_i32(&item, "accumulator")[0] = value;
  expect(&item, "accumulator", point, expected, (double)value);
  qref_case_free(&item);
}

static void accumulators_are_measured(void **state) {
  (void)state;
  expect_accumulator(65535, "bits_of_largest", 17);
  expect_accumulator(65536, "bits_of_largest", 18);
  expect_accumulator(-65536, "bits_of_smallest", 17);
  expect_accumulator(-65537, "bits_of_smallest", 18);
  expect_accumulator(INT32_MAX, "bits_of_largest", 32);
  expect_accumulator(INT32_MIN, "bits_of_smallest", 32);
  expect_accumulator(0, "zero", 1);
  expect_accumulator(1, "zero", 0);
  enum { P24 = 1 << 24, P25 = 1 << 25 };
  expect_accumulator(P24, "past_2_24_exact", 0);
  expect_accumulator(P24 + 2, "past_2_24_exact", 1);
  expect_accumulator(-P24 - 2, "past_2_24_exact", 1);
  expect_accumulator(P24 + 1, "past_2_24_tie_down", 1); /* between 2^24 and 2^24 + 2 */
  expect_accumulator(P24 + 3, "past_2_24_tie_down", 0);
  expect_accumulator(-P24 - 3, "past_2_24_tie_up", 1);
  expect_accumulator(P24 + 2, "past_2_24_tie_up", 0);
  expect_accumulator(P25 + 3, "past_2_24_rounded_up", 1); /* between 2^25 and 2^25 + 4 */
  expect_accumulator(P25 + 2, "past_2_24_rounded_up", 0);
  expect_accumulator(P25 + 1, "past_2_24_rounded_down", 1);
  expect_accumulator(P25 + 3, "past_2_24_rounded_down", 0);
  expect_accumulator(INT32_MIN, "past_2_24_exact", 1);
}

/* A sum of 3 * 16384 leaves 16 bits; what is stored says how. */
static void expect_overflow(qref_accumulator_rule rule, int32_t stored, bool back, uint64_t overflows,
                            const char *point, uint64_t expected) {
  qref_case item;
  begin(&item, QREF_OP_LINEAR_W8A8);
  qref_linear_w8a8_args *args = &item.args.linear_w8a8;
  args->rows = args->columns = 1;
  args->depth = 4;
  item.profile.linear.accumulator = rule;
  allocate(&item);
  int8_t *x = qref_case_i8(&item, "x");
  int8_t *w = qref_case_i8(&item, "w");
  for (size_t k = 0; k < 3; k++) {
    x[k] = w[k] = -128;
  }
  x[3] = -128;
  w[3] = back ? 127 : 0; /* 49152, or with the last product 32896 */
  if (back) {
    w[2] = 0; /* 16512 in the end */
  }
  qref_case_i32(&item, "accumulator")[0] = stored;
  item.counts.accumulator_overflows = overflows;
  expect(&item, "accumulator", point, expected, (double)stored);
  qref_case_free(&item);
}

static void overflows_are_measured(void **state) {
  (void)state;
  const qref_accumulator_rule saturate_16 = {16, QREF_OVERFLOW_SATURATE};
  const qref_accumulator_rule wrap_16 = {16, QREF_OVERFLOW_WRAP};
  const qref_accumulator_rule saturate_17 = {17, QREF_OVERFLOW_SATURATE};
  expect_overflow(saturate_16, 32767, false, 1, "saturate_16", 1);
  expect_overflow(saturate_16, 32767, false, 0, "saturate_16", 0);
  expect_overflow(saturate_16, 32767, false, 1, "wrap_16", 0);
  expect_overflow(saturate_17, 49152, false, 1, "saturate_16", 0);
  expect_overflow(saturate_17, 49152, false, 1, "saturate_17", 1);
  expect_overflow(wrap_16, -16384, false, 1, "wrap_16", 1);
  expect_overflow(wrap_16, -16384, false, 1, "saturate_16", 0);
  expect_overflow(saturate_16, 32767, false, 1, "saturated_high", 1);
  expect_overflow(saturate_17, 49152, false, 1, "saturated_high", 0);
  expect_overflow(saturate_16, 32767, false, 1, "saturated_low", 0);
  expect_overflow(saturate_16, 16511, true, 1, "saturated_on_the_way", 1);
  expect_overflow(saturate_16, 16512, true, 1, "saturated_on_the_way", 0);
}

/* The exact sum of a conv1d takes the taps in order, and nothing in front of the sequence. */
static void conv1d_sums_are_recomputed(void **state) {
  (void)state;
  qref_case item;
  begin(&item, QREF_OP_CONV1D_SILU);
  qref_conv1d_silu_args *args = &item.args.conv1d_silu;
  args->batch = 1;
  args->channels = 2;
  args->length = 3;
  args->width = 2;
  item.profile.conv1d_silu.accumulator = (qref_accumulator_rule){16, QREF_OVERFLOW_SATURATE};
  allocate(&item);
  const int8_t x[6] = {1, 2, 3, 4, 5, 6};
  const int8_t w[4] = {10, 100, -1, 7};
  const int32_t sums[6] = {100, 210, 320, 28, 31, 37};
  memcpy(qref_case_i8(&item, "x"), x, sizeof x);
  memcpy(qref_case_i8(&item, "w"), w, sizeof w);
  memcpy(qref_case_i32(&item, "accumulator"), sums, sizeof sums);
  item.counts.accumulator_overflows = 1;
  assert_int_equal(seen(&item, "accumulator", "saturated_on_the_way"), 0);
  for (size_t i = 0; i < 6; i++) {
    qref_case_i32(&item, "accumulator")[i]++;
    assert_int_equal(seen(&item, "accumulator", "saturated_on_the_way"), 1);
    qref_case_i32(&item, "accumulator")[i]--;
  }
  qref_case_free(&item);
}

/* ---- functions ---- */

static void begin_conv1d_token(qref_case *item) {
  begin(item, QREF_OP_CONV1D_SILU_UPDATE);
  qref_conv1d_silu_update_args *args = &item->args.conv1d_silu_update;
  args->batch = args->channels = args->width = 1;
  args->silu = true;
}

static void expect_silu(float x, const char *point, uint64_t expected) {
  qref_case item;
  begin_conv1d_token(&item);
  allocate(&item);
  qref_case_f32(&item, "before_activation")[0] = x;
  qref_case_f32(&item, "after_activation")[0] = qref_silu_f32(x);
  expect(&item, "after_activation", point, expected, (double)x);
  item.args.conv1d_silu_update.silu = false;
  expect(&item, "after_activation", point, 0, (double)x);
  qref_case_free(&item);
}

static void branches_of_silu_are_told_apart(void **state) {
  (void)state;
  /* exp(-x) is infinite from x = -0x1.62e43p+6 on; 1 + exp(-x) is 1 beyond 17. */
  static const struct {
    float hit, miss;
    const char *point;
  } rows[] = {
      {-0x1.62e43p6f, -0x1.62e42ep6f, "exp_overflow"},
      {-0x1.62e42ep6f, -17.0f, "exp_absorbs_one"},
      {-17.0f, 0.0f, "negative"},
      {-0x1p-149f, -0x1.100002p4f, "negative"},
      {0.0f, 0x1p-149f, "zero"},
      {17.0f, 0.0f, "positive"},
      {0x1.100002p4f, 17.0f, "identity"},
      {0x1p-126f, 0x1p-124f, "subnormal_result"}, /* silu(x) is x / 2 */
      {INFINITY, F32_MAX, "infinity"},
      {-INFINITY, -F32_MAX, "negative_infinity"},
  };
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    expect_silu(rows[i].hit, rows[i].point, 1);
    expect_silu(rows[i].miss, rows[i].point, 0);
  }
}

static void expect_table(float x, const char *point, uint64_t expected) {
  qref_case item;
  begin_conv1d_token(&item);
  /* Entries at -1, -0.5, 0, 0.5, 1. */
  item.profile.conv1d_silu_update.silu = (qref_function_rule){QREF_FUNCTION_TABLE, 5, -1.0f, 1.0f};
  allocate(&item);
  qref_case_f32(&item, "before_activation")[0] = x;
  expect(&item, "rule.conv1d_silu_update.silu", point, expected, (double)x);
  expect(&item, "after_activation", "negative", 0, (double)x); /* of the exact function */
  qref_case_free(&item);
}

static void arguments_of_tables_are_told_apart(void **state) {
  (void)state;
  expect_table(-0x1.000002p0f, "below_table", 1);
  expect_table(-1.0f, "below_table", 0);
  expect_table(-1.0f, "in_table", 1);
  expect_table(0x1.000002p0f, "above_table", 1);
  expect_table(1.0f, "above_table", 0);
  expect_table(0.25f, "between_two_entries", 1);  /* 2.5: 2 is even */
  expect_table(-0.25f, "between_two_entries", 0); /* 1.5: away from zero and to even are 2 */
  expect_table(0x1.00001p-2f, "between_two_entries", 0);
}

static void expect_softplus(float x, const char *point, uint64_t expected) {
  qref_case item;
  begin(&item, QREF_OP_SELECTIVE_SCAN);
  qref_selective_scan_args *args = &item.args.selective_scan;
  args->batch = args->channels = args->length = args->states = 1;
  args->softplus = true;
  allocate(&item);
  qref_case_f32(&item, "dt_before_softplus")[0] = x;
  qref_case_f32(&item, "dt_after_softplus")[0] = qref_softplus_f32(x);
  expect(&item, "dt_after_softplus", point, expected, (double)x);
  args->softplus = false;
  expect(&item, "dt_after_softplus", point, 0, (double)x);
  qref_case_free(&item);
}

static void branches_of_softplus_are_told_apart(void **state) {
  (void)state;
  static const struct {
    float hit, miss;
    const char *point;
  } rows[] = {
      {-0x1.9fe36ap6f, -0x1.9fe368p6f, "exp_underflow"}, /* exp(x) < 2^-150 */
      {-17.5f, -17.0f, "tiny"},
      {-0x1.9fe368p6f, -0x1.9fe36ap6f, "tiny"},
      {-17.0f, 0.0f, "negative"},
      {0.0f, -0x1p-149f, "zero"},
      {20.0f, 0x1.400002p4f, "positive"},
      {0x1.3ffffep4f, 20.0f, "below_threshold"},
      {20.0f, 0x1.3ffffep4f, "at_threshold"},
      {0x1.400002p4f, 0x1.400004p4f, "above_threshold"},
      {0x1.400002p4f, 20.0f, "identity"},
      {-88.0f, -87.0f, "subnormal_result"}, /* e^-88 < 2^-126 < e^-87 */
  };
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    expect_softplus(rows[i].hit, rows[i].point, 1);
    expect_softplus(rows[i].miss, rows[i].point, 0);
  }
}

static void expect_decay(float a, const char *point, uint64_t expected) {
  qref_case item;
  begin(&item, QREF_OP_SELECTIVE_SCAN_UPDATE);
  qref_selective_scan_update_args *args = &item.args.selective_scan_update;
  args->batch = args->channels = args->states = 1;
  allocate(&item);
  qref_case_f32(&item, "decay")[0] = a;
  expect(&item, "decay", point, expected, (double)a);
  qref_case_free(&item);
}

static void results_of_exp_are_told_apart(void **state) {
  (void)state;
  static const struct {
    float hit, miss;
    const char *point;
  } rows[] = {
      {0.0f, 0x1p-149f, "exp_zero"},           {0x1.fffffcp-127f, 0x1p-126f, "exp_subnormal"},
      {0x1.fffffep-1f, 1.0f, "exp_below_one"}, {1.0f, 0x1.fffffep-1f, "exp_one"},
      {F32_MAX, 1.0f, "exp_above_one"},        {INFINITY, F32_MAX, "exp_infinity"},
  };
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    expect_decay(rows[i].hit, rows[i].point, 1);
    expect_decay(rows[i].miss, rows[i].point, 0);
  }
}

/* exp(scale_A_log * q), and z * scale_z. */
static void scales_of_codes_count(void **state) {
  (void)state;
  qref_case item;
  begin(&item, QREF_OP_SELECTIVE_SCAN_UPDATE);
  qref_selective_scan_update_args *args = &item.args.selective_scan_update;
  args->batch = args->channels = args->states = 1;
  args->scales.A_log = 1.0f;
  args->scales.z = 1.0f;
  allocate(&item);
  static const struct {
    int8_t code;
    const char *point;
  } A[] = {{-128, "exp_zero"}, {-100, "exp_subnormal"}, {-1, "exp_below_one"},
           {0, "exp_one"},     {1, "exp_above_one"},    {127, "exp_infinity"}};
  for (size_t i = 0; i < sizeof A / sizeof A[0]; i++) {
    for (size_t j = 0; j < sizeof A / sizeof A[0]; j++) {
      qref_case_i8(&item, "A_log")[0] = A[i].code;
      expect(&item, "A_log", A[j].point, i == j ? 1 : 0, (double)A[i].code);
    }
  }
  static const struct {
    int8_t code;
    const char *point;
  } z[] = {{-89, "exp_overflow"}, {-88, "exp_absorbs_one"}, {-17, "negative"},
           {0, "zero"},           {17, "positive"},         {18, "identity"}};
  for (size_t i = 0; i < sizeof z / sizeof z[0]; i++) {
    for (size_t j = 0; j < sizeof z / sizeof z[0]; j++) {
      qref_case_i8(&item, "z")[0] = z[i].code;
      expect(&item, "z", z[j].point, i == j ? 1 : 0, (double)z[i].code);
    }
  }
  qref_case_free(&item);
}

/* The argument of the decay is dt * -exp(scale_A_log * A_log), by channel and state. */
static void decay_tables_take_dt_times_A(void **state) {
  (void)state;
  qref_case item;
  begin(&item, QREF_OP_SELECTIVE_SCAN);
  qref_selective_scan_args *args = &item.args.selective_scan;
  args->batch = args->length = 1;
  args->channels = args->states = 2;
  args->scales.A_log = 1.0f;
  item.profile.selective_scan.decay = (qref_function_rule){QREF_FUNCTION_TABLE, 5, -2.0f, 0.0f};
  allocate(&item);
  /* A = -1, but in channel 1, state 0, where it is -e^2. */
  qref_case_i8(&item, "A_log")[2] = 2;
  qref_case_f32(&item, "dt_after_softplus")[0] = 1.0f;
  qref_case_f32(&item, "dt_after_softplus")[1] = 1.0f;
  expect(&item, "rule.selective_scan.decay", "in_table", 3, 0.0);
  expect(&item, "rule.selective_scan.decay", "below_table", 1, 0.0);
  qref_case_f32(&item, "dt_after_softplus")[0] = -1.0f;
  expect(&item, "rule.selective_scan.decay", "above_table", 2, 0.0);
  qref_case_free(&item);
}

/* ---- rules, sizes, options ---- */

static void rules_of_the_profile_are_seen(void **state) {
  (void)state;
  qref_case item;
  begin(&item, QREF_OP_RMSNORM);
  item.args.rmsnorm.rows = 1;
  item.args.rmsnorm.n = 33;
  allocate(&item);
  expect(&item, "rule.rmsnorm.output.scale_form", "divisor", 1, 0.0);
  expect(&item, "rule.rmsnorm.partial_sums", "32", 1, 0.0);
  expect(&item, "n", "not_multiple_of_partial_sums", 1, 0.0);
  item.profile.rmsnorm.output.scale_form = QREF_SCALE_MULTIPLIER;
  item.profile.rmsnorm.partial_sums = 33;
  expect(&item, "rule.rmsnorm.output.scale_form", "divisor", 0, 0.0);
  expect(&item, "rule.rmsnorm.output.scale_form", "multiplier", 1, 0.0);
  expect(&item, "rule.rmsnorm.partial_sums", "other", 1, 0.0);
  expect(&item, "n", "equal_to_partial_sums", 1, 0.0);
  qref_case_free(&item);
}

static void rows_of_rmsnorm_are_told_apart(void **state) {
  (void)state;
  static const struct {
    float value;
    const char *scale, *rstd;
  } rows[] = {{0.0f, "zero", "zero"},
              {0x1p-149f, "positive", "finite"},
              {-1.0f, "negative", NULL},
              {NAN, "not_a_number", NULL},
              {INFINITY, "positive", "infinite"}};
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    qref_case item;
    begin(&item, QREF_OP_RMSNORM);
    item.args.rmsnorm.rows = item.args.rmsnorm.n = 1;
    allocate(&item);
    qref_case_f32(&item, "row_scale")[0] = rows[i].value;
    qref_case_f32(&item, "rstd")[0] = rows[i].value;
    static const char *const scales[] = {"positive", "zero", "negative", "not_a_number"};
    for (size_t j = 0; j < 4; j++) {
      expect(&item, "row_scale", scales[j], strcmp(scales[j], rows[i].scale) == 0 ? 1 : 0, (double)rows[i].value);
    }
    static const char *const rstds[] = {"finite", "infinite", "zero"};
    for (size_t j = 0; j < 3; j++) {
      const bool hit = rows[i].rstd != NULL && strcmp(rstds[j], rows[i].rstd) == 0;
      expect(&item, "rstd", rstds[j], hit ? 1 : 0, (double)rows[i].value);
    }
    qref_case_free(&item);
  }
}

static void shapes_are_told_apart(void **state) {
  (void)state;
  static const char *const names[] = {"width_minus_1", "width", "width_plus_1", "longer"};
  for (size_t length = 2; length <= 6; length++) {
    qref_case item;
    begin(&item, QREF_OP_CONV1D_SILU);
    qref_conv1d_silu_args *args = &item.args.conv1d_silu;
    args->batch = args->channels = 1;
    args->length = length;
    args->width = 4;
    args->silu = length == 3;
    if (length == 4) {
      qref_case_without(&item, "bias");
    }
    allocate(&item);
    for (size_t j = 0; j < 4; j++) {
      expect(&item, "length", names[j], length == j + 3 ? 1 : 0, (double)length);
    }
    expect(&item, "silu", "true", length == 3 ? 1 : 0, (double)length);
    expect(&item, "silu", "false", length == 3 ? 0 : 1, (double)length);
    expect(&item, "bias", "absent", length == 4 ? 1 : 0, (double)length);
    expect(&item, "bias", "present", length == 4 ? 0 : 1, (double)length);
    expect(&item, "batch", "one", 1, (double)length);
    expect(&item, "width", "several", 1, (double)length);
    qref_case_free(&item);
  }
}

static void chunks_are_told_apart(void **state) {
  (void)state;
  static const struct {
    size_t length, chunk_length;
    uint64_t one, several, partial, whole, by_default, of_one_step;
  } rows[] = {{4, 4, 1, 0, 0, 0, 0, 0}, {5, 4, 0, 1, 1, 0, 0, 0},    {8, 4, 0, 1, 0, 1, 0, 0},
              {2, 1, 0, 1, 0, 1, 0, 1}, {2048, 0, 1, 0, 0, 0, 0, 0}, {2049, 0, 0, 1, 1, 0, 1, 0}};
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    qref_case item;
    begin(&item, QREF_OP_SELECTIVE_SCAN);
    qref_selective_scan_args *args = &item.args.selective_scan;
    args->batch = args->channels = args->states = 1;
    args->length = rows[i].length;
    args->chunk_length = rows[i].chunk_length;
    args->y_time_stride = i; /* 1 is dense too */
    allocate(&item);
    expect(&item, "chunk_length", "one", rows[i].one, (double)i);
    expect(&item, "chunk_length", "several", rows[i].several, (double)i);
    expect(&item, "chunk_length", "partial_last", rows[i].partial, (double)i);
    expect(&item, "chunk_length", "whole_last", rows[i].whole, (double)i);
    expect(&item, "chunk_length", "several_of_default_length", rows[i].by_default, (double)i);
    expect(&item, "chunk_length", "of_one_step", rows[i].of_one_step, (double)i);
    expect(&item, "y_time_stride", "padded", i > 1 ? 1 : 0, (double)i);
    qref_case_free(&item);
  }
}

static void hadamard_bases_are_told_apart(void **state) {
  (void)state;
  static const char *const names[] = {"base_1", "base_12", "base_40", "only_base_1", "only_base_12", "only_base_40"};
  static const struct {
    size_t dim, point, only;
  } rows[] = {{1, 0, 3}, {2, 0, 0}, {64, 0, 0}, {12, 1, 4}, {48, 1, 1}, {40, 2, 5}, {80, 2, 2}};
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    qref_case item;
    begin(&item, QREF_OP_HADAMARD);
    item.args.hadamard.rows = 1;
    item.args.hadamard.dim = rows[i].dim;
    allocate(&item);
    for (size_t j = 0; j < 6; j++) {
      expect(&item, "dim", names[j], j == rows[i].point || j == rows[i].only ? 1 : 0, (double)rows[i].dim);
    }
    qref_case_free(&item);
  }
}

static void tokens_are_told_apart(void **state) {
  (void)state;
  qref_case item;
  begin(&item, QREF_OP_EMBEDDING_W8);
  qref_embedding_w8_args *args = &item.args.embedding_w8;
  args->count = 3;
  args->vocab_size = 5;
  args->d_model = 1;
  allocate(&item);
  const int32_t tokens[3] = {4, 3, 3};
  memcpy(qref_case_i32(&item, "tokens"), tokens, sizeof tokens);
  expect(&item, "tokens", "first_row", 0, 0.0);
  expect(&item, "tokens", "last_row", 1, 0.0);
  expect(&item, "tokens", "repeated", 1, 0.0);
  qref_case_free(&item);
}

static void flags_are_counted(void **state) {
  (void)state;
  qref_case item;
  begin(&item, QREF_OP_REQUANTIZE);
  item.args.requantize.count = 1;
  item.flags = QREF_FLAG_BIT(QREF_FLAG_NEAR_TIE);
  allocate(&item);
  expect(&item, "", "near_tie", 1, 0.0);
  expect(&item, "", "tie", 0, 0.0);
  qref_case_free(&item);
}

/* ---- the table itself ---- */

static void shards_add_up(void **state) {
  (void)state;
  qref_case items[2];
  for (size_t i = 0; i < 2; i++) {
    begin(&items[i], QREF_OP_LINEAR_W8A8);
    items[i].args.linear_w8a8.rows = items[i].args.linear_w8a8.columns = 1;
    items[i].args.linear_w8a8.depth = i + 1;
    allocate(&items[i]);
    qref_case_i8(&items[i], "y")[0] = (int8_t)(i * 5);
    qref_case_i32(&items[i], "accumulator")[0] = i == 0 ? 1000 : 10;
  }
  qref_coverage *whole = cover(&items[0], QREF_SUITE_STANDARD);
  qref_coverage_add(whole, &items[1]);
  qref_coverage *merged = cover(&items[0], QREF_SUITE_STANDARD);
  qref_coverage *second = cover(&items[1], QREF_SUITE_STANDARD);
  qref_coverage_merge(merged, second);
  uint64_t total = 0;
  for (size_t i = 0; i < qref_coverage_count(whole); i++) {
    assert_int_equal(qref_coverage_seen(whole, i), qref_coverage_seen(merged, i));
    total += qref_coverage_seen(whole, i);
  }
  assert_true(total > 0);
  assert_int_equal(qref_coverage_seen(merged, find(merged, "y", "codes")), 2);
  assert_int_equal(qref_coverage_seen(merged, find(merged, "accumulator", "bits_of_largest")), 11);
  assert_int_equal(qref_coverage_seen(merged, find(merged, "depth", "several")), 1);
  assert_int_equal(qref_coverage_holes(whole), qref_coverage_holes(merged));
  assert_true(qref_coverage_holes(merged) < qref_coverage_holes(second));
  qref_coverage_destroy(whole);
  qref_coverage_destroy(merged);
  qref_coverage_destroy(second);
  qref_case_free(&items[0]);
  qref_case_free(&items[1]);
}

/* Every op has points, no two of one name, and each suite size says which it must reach; nothing is seen at first. */
static void the_table_is_complete(void **state) {
  (void)state;
  size_t total = 0;
  for (qref_op op = 0; op < QREF_OP_COUNT; op++) {
    qref_coverage *coverage = qref_coverage_create(QREF_SUITE_STANDARD, op);
    qref_coverage *smoke = qref_coverage_create(QREF_SUITE_SMOKE, op);
    assert_non_null(coverage);
    assert_non_null(smoke);
    const size_t count = qref_coverage_count(coverage);
    assert_int_equal(count, qref_coverage_count(smoke));
    size_t smoke_required = 0;
    for (size_t i = 0; i < count; i++) {
      const qref_coverage_point *point = qref_coverage_point_at(coverage, i);
      assert_int_equal(point->op, op);
      assert_true(point->required);
      assert_true(point->needed > 0);
      assert_int_equal(qref_coverage_seen(coverage, i), 0);
      assert_int_equal(find(coverage, point->tensor, point->name), i); /* no earlier one of this name */
      smoke_required += qref_coverage_point_at(smoke, i)->required ? 1 : 0;
    }
    assert_int_equal(qref_coverage_holes(coverage), count);
    assert_int_equal(qref_coverage_holes(smoke), smoke_required);
    assert_true(smoke_required > 0 && smoke_required < count);
    total += count;
    qref_coverage_destroy(coverage);
    qref_coverage_destroy(smoke);
  }
  qref_coverage *all = qref_coverage_create(QREF_SUITE_THOROUGH, QREF_OP_COUNT);
  assert_non_null(all);
  assert_int_equal(qref_coverage_count(all), total);
  qref_coverage_destroy(all);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(roundings_are_told_apart),
      cmocka_unit_test(rules_are_told_apart),
      cmocka_unit_test(stochastic_rounding_goes_both_ways),
      cmocka_unit_test(codes_are_counted_once),
      cmocka_unit_test(the_grid_has_no_ends),
      cmocka_unit_test(stores_to_float16_are_told_apart),
      cmocka_unit_test(kinds_of_float32_are_told_apart),
      cmocka_unit_test(accumulators_are_measured),
      cmocka_unit_test(overflows_are_measured),
      cmocka_unit_test(conv1d_sums_are_recomputed),
      cmocka_unit_test(branches_of_silu_are_told_apart),
      cmocka_unit_test(arguments_of_tables_are_told_apart),
      cmocka_unit_test(branches_of_softplus_are_told_apart),
      cmocka_unit_test(results_of_exp_are_told_apart),
      cmocka_unit_test(scales_of_codes_count),
      cmocka_unit_test(decay_tables_take_dt_times_A),
      cmocka_unit_test(rules_of_the_profile_are_seen),
      cmocka_unit_test(rows_of_rmsnorm_are_told_apart),
      cmocka_unit_test(shapes_are_told_apart),
      cmocka_unit_test(chunks_are_told_apart),
      cmocka_unit_test(hadamard_bases_are_told_apart),
      cmocka_unit_test(tokens_are_told_apart),
      cmocka_unit_test(flags_are_counted),
      cmocka_unit_test(shards_add_up),
      cmocka_unit_test(the_table_is_complete),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
