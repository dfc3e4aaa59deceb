/* Linear W8A8: sums at the ends of what int32 holds, sums that float32 cannot hold, and accumulators of 16 to 31 bits
 * that overflow on the way. */
#include <stdio.h>

#include "ref/base/error.h"
#include "ref/vectors/case/flag_tables.h"
#include "ref/vectors/generate/plan_linear.h"

enum {
  MOST_DEPTH = 131071,
  LARGEST_PRODUCT = 16384, /* -128 * -128 */
  LEAST_PRODUCT = 16256,   /* -(-128 * 127) */
  TURNING_BACK = 2,        /* steps back behind an overflow */
};

/* x and w at -128 or 127 throughout: w alternates between them by columns, x is parameter. The largest or the least sum
 * scales to about 100. */
static qref_status fill_extreme(qref_case *item, uint64_t seed, int64_t parameter, qref_error *error) {
  (void)error;
  qref_fill(item, seed, "x", QREF_FILL_CONSTANT, (double)parameter, 0);
  int8_t *w = qref_case_i8(item, "w");
  const size_t depth = item->args.linear_w8a8.depth;
  for (size_t i = 0; i < item->args.linear_w8a8.columns * depth; i++) {
    w[i] = (i / depth) % 2 == 0 ? -128 : 127;
  }
  const float input_scale = qref_linear_has_input_scale(item) ? 0.015f : 1.0f;
  qref_linear_set_scales(item, 100.3f / (float)(depth * LARGEST_PRODUCT) / input_scale, input_scale);
  return QREF_OK;
}

/* Sums around a tie of the output beyond 2^24: the nearest float32 values are 2, 4 or 8 apart, so the conversion of the
 * sum decides on which side of the tie the value falls. parameter: p, the product of scales being 2^-p, or
 * p + 64, for one float32 step below it. */
static qref_status fill_past_2_24(qref_case *item, uint64_t seed, int64_t parameter, qref_error *error) {
  static const int8_t offsets[] = {0, 1, -1, 2, 3, -3, 5, -5, 4, 6, -2, 7};
  qref_seek_stream stream = qref_linear_stream(item, seed);
  const int p = (int)(parameter & 63);
  const float product = qref_seek_step(qref_linear_power(-p), parameter >= 64 ? -1 : 0);
  qref_linear_set_scales(item, product, 1.0f);
  qref_linear_prepare(item, &stream);
  for (size_t n = 0; n < item->args.linear_w8a8.columns; n++) {
    const int64_t place = (int64_t)(n / 12);
    /* int8: 64.5, 65.5, then up to 126.5; float16: odd integers of 12 bits. Two neighbours, so that one is even. */
    const int64_t twice = qref_linear_is_f16(item) ? 2049 + 2 * place : 129 + 2 * place;
    const int64_t sum = twice * (qref_linear_is_f16(item) ? INT64_C(1) << p : INT64_C(1) << (p - 1)) + offsets[n % 12];
    qref_status status = qref_linear_set_sum(item, &stream, n, n / 12 % 4 < 2 ? sum : -sum, error);
    if (status != QREF_OK) {
      return status;
    }
  }
  return QREF_OK;
}

/* ---- narrow accumulators ---- */

/* Steps of a product that lead beyond a limit, and one more. */
static size_t steps_beyond(int64_t limit, int64_t product) {
  return (size_t)(limit / product) + 2;
}

/* Column n climbs over the limit by steps of one sign and takes two steps back, inside again: an accumulator that
 * saturates at every step loses what one that is clamped at the end, or wraps, does not. */
static void climb_and_return(int8_t *w, size_t depth, int8_t up, int8_t down, size_t up_steps) {
  for (size_t k = 0; k < depth; k++) {
    w[k] = k < up_steps ? up : k < up_steps + TURNING_BACK ? down : 0;
  }
}

/* Ends exactly at a sum without leaving the range on the way: steps of one sign, the rest in one element of x = 1. */
static qref_status end_at(qref_case *item, size_t n, int64_t sum, qref_error *error) {
  const size_t depth = item->args.linear_w8a8.depth;
  int8_t *w = qref_case_i8(item, "w") + n * depth;
  for (size_t k = 0; k < depth; k++) {
    w[k] = 0;
  }
  if (!qref_seek_dot(qref_case_i8(item, "x"), w, depth, 1, sum)) {
    return qref_fail(error, QREF_ERROR_ARGUMENT, "case %s: column %zu: a sum of %lld is out of reach", item->id, n,
                     (long long)sum);
  }
  return QREF_OK;
}

/* parameter: bits of the accumulator. Columns: over the upper limit and back; over the lower one and back; the upper
 * limit; one below the lower limit; one inside the upper limit; the lower limit. The scale puts a boundary of the
 * output between what the first column is with and without the overflow. */
static qref_status fill_narrow(qref_case *item, uint64_t seed, int64_t parameter, qref_error *error) {
  (void)seed;
  const int64_t limit = INT64_C(1) << (parameter - 1);
  const size_t depth = item->args.linear_w8a8.depth;
  const size_t columns = item->args.linear_w8a8.columns;
  int8_t *x = qref_case_i8(item, "x");
  int8_t *w = qref_case_i8(item, "w");
  for (size_t k = 0; k < depth; k++) {
    x[k] = k + 1 == depth ? 1 : -128;
  }
  const size_t up = steps_beyond(limit, LARGEST_PRODUCT) - 1; /* limits are multiples of the product */
  const size_t down = steps_beyond(limit, LEAST_PRODUCT);
  climb_and_return(w, depth, -128, 127, up);
  climb_and_return(w + depth, depth, 127, -128, down);
  const int64_t ends[] = {limit, -limit - 1, limit - 1, -limit};
  for (size_t n = 2; n < columns; n++) {
    qref_status status = end_at(item, n, ends[(n - 2) % 4], error);
    if (status != QREF_OK) {
      return status;
    }
  }
  const int64_t exact = (int64_t)up * LARGEST_PRODUCT - TURNING_BACK * LEAST_PRODUCT;
  const int64_t saturated = limit - 1 - TURNING_BACK * LEAST_PRODUCT;
  const int64_t middle = (exact + saturated) / 2;
  const float input_scale = qref_linear_has_input_scale(item) ? 0.25f : 1.0f;
  qref_linear_set_scales(item, 100.5f / (float)middle / input_scale, input_scale);
  return QREF_OK;
}

/* parameter: bits. Columns: beyond the upper limit, then back to 5; beyond the lower one, then back to -7: what an
 * accumulator that saturates there holds behind its last step, to the last bit. */
static qref_status fill_narrow_fine(qref_case *item, uint64_t seed, int64_t parameter, qref_error *error) {
  (void)seed;
  const int64_t limit = INT64_C(1) << (parameter - 1);
  const size_t depth = item->args.linear_w8a8.depth;
  int8_t *x = qref_case_i8(item, "x");
  for (size_t k = 0; k < depth; k++) {
    x[k] = k + 1 == depth ? 1 : -128;
  }
  const size_t beyond = steps_beyond(limit, LEAST_PRODUCT);
  const int64_t back[2] = {5 - (limit - 1), -7 + limit};
  for (size_t n = 0; n < item->args.linear_w8a8.columns; n++) {
    int8_t *w = qref_case_i8(item, "w") + n * depth;
    climb_and_return(w, depth, n % 2 == 0 ? -128 : 127, 0, beyond);
    if (!qref_seek_dot(x + beyond, w + beyond, depth - beyond, 1, back[n % 2])) {
      return qref_fail(error, QREF_ERROR_ARGUMENT, "case %s: column %zu: the way back is too long", item->id, n);
    }
  }
  qref_linear_set_scales(item, qref_linear_has_input_scale(item) ? 4.0f : 1.0f, 0.25f);
  return QREF_OK;
}

static size_t narrow_depth(uint32_t bits) {
  return steps_beyond(INT64_C(1) << (bits - 1), LEAST_PRODUCT) + TURNING_BACK + 4;
}

static void set_accumulator(qref_planned_case *planned, uint32_t bits, qref_overflow overflow) {
  qref_linear_rule rule = *qref_linear_rule_of(&planned->item);
  rule.accumulator = (qref_accumulator_rule){bits, overflow};
  char name[64];
  snprintf(name, sizeof name, "accumulator-%u-%s", bits, overflow == QREF_OVERFLOW_WRAP ? "wrap" : "saturate");
  qref_linear_set_rule(planned, &rule, name);
}

static void add_narrow(qref_plan *plan, qref_op op, uint32_t bits, qref_overflow overflow) {
  char name[64];
  snprintf(name, sizeof name, "accumulator_%u_%s", bits, overflow == QREF_OVERFLOW_WRAP ? "wrap" : "saturate");
  /* The longest have fewer columns: depth is what makes a case large. */
  const size_t columns = bits < 28 ? 6 : op == QREF_OP_LINEAR_W8A8 ? 4 : 3;
  set_accumulator(qref_linear_add(plan, op, name, FLAG(HARDWARE_PROFILE) | FLAG(ACCUMULATOR_EXTREME), 1, columns,
                                  narrow_depth(bits), fill_narrow, bits),
                  bits, overflow);
  if (bits <= 22 && overflow == QREF_OVERFLOW_SATURATE) {
    snprintf(name, sizeof name, "accumulator_%u_return", bits);
    set_accumulator(qref_linear_add(plan, op, name, FLAG(HARDWARE_PROFILE) | FLAG(ACCUMULATOR_EXTREME), 1, 2,
                                    2 * narrow_depth(bits), fill_narrow_fine, bits),
                    bits, overflow);
  }
}

static void add_all_narrow(qref_plan *plan, qref_op op) {
  for (uint32_t bits = 16; bits <= 31; bits++) {
    /* Three forms share one rule; only one of them has the long cases. */
    const bool shares = op == QREF_OP_LINEAR_W8A8_F16 || op == QREF_OP_LINEAR_W8A8_PARALLEL;
    if (!shares || bits <= 24) {
      add_narrow(plan, op, bits, QREF_OVERFLOW_SATURATE);
      add_narrow(plan, op, bits, QREF_OVERFLOW_WRAP);
    }
  }
}

void qref_plan_linear_accumulators(qref_plan *plan, qref_op op) {
  const bool f16 = op == QREF_OP_LINEAR_W8A8_F16;
  qref_linear_add(plan, op, "accumulator_largest_00", FLAG(ACCUMULATOR_EXTREME) | FLAG(ALL_MINIMUM), 1, 2, 33,
                  fill_extreme, -128);
  if (plan->size == QREF_SUITE_SMOKE) {
    return;
  }
  qref_linear_add(plan, op, "accumulator_largest_01", FLAG(ACCUMULATOR_EXTREME) | FLAG(ALL_MAXIMUM), 1, 2, 33,
                  fill_extreme, 127);
  qref_linear_add(plan, op, "accumulator_largest_02", FLAG(ACCUMULATOR_EXTREME) | FLAG(ACCUMULATOR_PAST_2_24), 1, 2,
                  MOST_DEPTH, fill_extreme, -128);
  for (int i = 0; i < 2; i++) {
    char name[64];
    snprintf(name, sizeof name, "accumulator_past_2_24_%02d", i);
    qref_linear_add(plan, op, name, FLAG(ACCUMULATOR_PAST_2_24) | (f16 ? FLAG(F16_TIE) : FLAG(TIE)) | FLAG(NEAR_TIE), 1,
                    48, 1700, fill_past_2_24, (f16 ? 13 : 18) + 64 * i);
    if (op == QREF_OP_LINEAR_W8A8 || i == 0) {
      snprintf(name, sizeof name, "accumulator_past_2_24_%02d", i + 2);
      qref_linear_add(plan, op, name, FLAG(ACCUMULATOR_PAST_2_24) | (f16 ? FLAG(F16_TIE) : FLAG(TIE)) | FLAG(NEAR_TIE),
                      1, op == QREF_OP_LINEAR_W8A8 ? 24 : 12, 5600, fill_past_2_24, (f16 ? 15 : 20) + 64 * i);
    }
  }
  add_all_narrow(plan, op);
}
