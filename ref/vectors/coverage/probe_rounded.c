/* Rounding to int8 and to the grid of the float simulation. */
#include "ref/numerics/float_bits.h"
#include "ref/vectors/coverage/probe.h"

/* ---- what both have: ties by rounding, and their neighbours ---- */

enum {
  HALF_AWAY_POSITIVE,
  HALF_AWAY_NEGATIVE,
  HALF_EVEN_POSITIVE_UP,
  HALF_EVEN_POSITIVE_DOWN,
  HALF_EVEN_NEGATIVE_UP,
  HALF_EVEN_NEGATIVE_DOWN,
  HALF_UP_POSITIVE,
  HALF_UP_NEGATIVE,
  TOWARD_ZERO_POSITIVE,
  TOWARD_ZERO_NEGATIVE,
  FLOOR_POSITIVE,
  FLOOR_NEGATIVE,
  TIE_POSITIVE,
  TIE_NEGATIVE,
  POSITIVE_BELOW_2,
  POSITIVE_BELOW_1,
  POSITIVE_ABOVE_1,
  POSITIVE_ABOVE_2,
  NEGATIVE_BELOW_2,
  NEGATIVE_BELOW_1,
  NEGATIVE_ABOVE_1,
  NEGATIVE_ABOVE_2,
  TIE_POINTS
};

/* Up and down are those of the value: up from -1.5 is -1. */
#define EVENT(point) \
  { (point), 1, QREF_COUNTER_EVENTS, false }
#define SMOKE_EVENT(point) \
  { (point), 1, QREF_COUNTER_EVENTS, true }
#define TIE_POINT_LIST                                                                                                \
  EVENT("half_away_tie_positive"), EVENT("half_away_tie_negative"), EVENT("half_even_tie_positive_up"),               \
      EVENT("half_even_tie_positive_down"), EVENT("half_even_tie_negative_up"), EVENT("half_even_tie_negative_down"), \
      EVENT("half_up_tie_positive"), EVENT("half_up_tie_negative"), EVENT("toward_zero_positive"),                    \
      EVENT("toward_zero_negative"), EVENT("floor_positive"), EVENT("floor_negative"), SMOKE_EVENT("tie_positive"),   \
      SMOKE_EVENT("tie_negative"), EVENT("2_ulp_below_tie_positive"), EVENT("1_ulp_below_tie_positive"),              \
      EVENT("1_ulp_above_tie_positive"), EVENT("2_ulp_above_tie_positive"), EVENT("2_ulp_below_tie_negative"),        \
      EVENT("1_ulp_below_tie_negative"), EVENT("1_ulp_above_tie_negative"), EVENT("2_ulp_above_tie_negative")

static bool rounds_to_nearest(qref_rounding rounding) {
  return rounding == QREF_ROUND_HALF_AWAY || rounding == QREF_ROUND_HALF_EVEN || rounding == QREF_ROUND_HALF_UP;
}

static void count_tie(qref_counter *counters, float v, float rounded, qref_rounding rounding) {
  const bool negative = v < 0.0f;
  const bool up = rounded > v;
  qref_counter_hit(counters, negative ? TIE_NEGATIVE : TIE_POSITIVE);
  if (rounding == QREF_ROUND_HALF_AWAY) {
    qref_counter_hit(counters, negative ? HALF_AWAY_NEGATIVE : HALF_AWAY_POSITIVE);
  } else if (rounding == QREF_ROUND_HALF_UP) {
    qref_counter_hit(counters, negative ? HALF_UP_NEGATIVE : HALF_UP_POSITIVE);
  } else if (rounding == QREF_ROUND_HALF_EVEN && negative) {
    qref_counter_hit(counters, up ? HALF_EVEN_NEGATIVE_UP : HALF_EVEN_NEGATIVE_DOWN);
  } else if (rounding == QREF_ROUND_HALF_EVEN) {
    qref_counter_hit(counters, up ? HALF_EVEN_POSITIVE_UP : HALF_EVEN_POSITIVE_DOWN);
  }
}

/* A neighbour `steps` bit patterns further from zero than the tie; below and above are in the order of the values. */
static void count_neighbour(qref_counter *counters, bool negative, int32_t steps) {
  static const uint8_t positive_points[5] = {POSITIVE_BELOW_2, POSITIVE_BELOW_1, 0, POSITIVE_ABOVE_1, POSITIVE_ABOVE_2};
  static const uint8_t negative_points[5] = {NEGATIVE_ABOVE_2, NEGATIVE_ABOVE_1, 0, NEGATIVE_BELOW_1, NEGATIVE_BELOW_2};
  qref_counter_hit(counters, negative ? negative_points[steps + 2] : positive_points[steps + 2]);
}

/* Counts v, finite and of magnitude below 2^22, where half steps are exact. */
static void count_around_tie(qref_counter *counters, float v, float rounded, qref_rounding rounding) {
  const uint32_t magnitude_bits = qref_inline_bits_from_f32(v) & ~QREF_F32_SIGN_BIT;
  const float magnitude = qref_inline_f32_from_bits(magnitude_bits);
  const float whole = (float)(int32_t)magnitude;
  const int32_t steps = (int32_t)magnitude_bits - (int32_t)qref_inline_bits_from_f32(whole + 0.5f);
  if (rounds_to_nearest(rounding)) {
    if (steps == 0) {
      count_tie(counters, v, rounded, rounding);
    } else if (steps >= -2 && steps <= 2) {
      count_neighbour(counters, v < 0.0f, steps);
    }
  } else if (rounding == QREF_ROUND_TOWARD_ZERO && magnitude - whole > 0.5f) {
    qref_counter_hit(counters, v < 0.0f ? TOWARD_ZERO_NEGATIVE : TOWARD_ZERO_POSITIVE);
  } else if (rounding == QREF_ROUND_FLOOR && v > 0.0f) {
    qref_counter_hit_if(counters, FLOOR_POSITIVE, magnitude - whole > 0.5f);
  } else if (rounding == QREF_ROUND_FLOOR) {
    /* Where the nearest integer and truncation are both above the floor. */
    qref_counter_hit_if(counters, FLOOR_NEGATIVE, magnitude > whole && magnitude - whole < 0.5f);
  }
}

/* ---- int8 ---- */

enum {
  NOT_A_NUMBER = QREF_ROUNDED_NOT_A_NUMBER,
  CODES,
  STOCHASTIC_POSITIVE_UP,
  STOCHASTIC_POSITIVE_DOWN,
  STOCHASTIC_NEGATIVE_UP,
  STOCHASTIC_NEGATIVE_DOWN,
  LAST_INSIDE_HIGH,
  LAST_INSIDE_LOW,
  FIRST_OUTSIDE_HIGH,
  FIRST_OUTSIDE_LOW,
  OUTSIDE_HIGH,
  OUTSIDE_LOW,
  CLAMPED_HIGH,
  CLAMPED_LOW,
  CLAMPED_INFINITY_HIGH,
  CLAMPED_INFINITY_LOW,
  WRAPPED_HIGH,
  WRAPPED_LOW,
  WRAPPED_TWICE,
  WRAPPED_BEYOND_INT32,
  WRAPPED_INFINITY,
  FIRST_TIE,
  ROUNDED_POINTS = FIRST_TIE + TIE_POINTS
};

static const qref_probe_point rounded_points[ROUNDED_POINTS] = {
    EVENT("not_a_number"),
    {"codes", 256, QREF_COUNTER_CODES, false},
    EVENT("stochastic_positive_up"),
    EVENT("stochastic_positive_down"),
    EVENT("stochastic_negative_up"),
    EVENT("stochastic_negative_down"),
    EVENT("last_inside_high"),   /* 127 < v, still 127 without a clamp */
    EVENT("last_inside_low"),    /* v < -128, still -128 without a clamp */
    EVENT("first_outside_high"), /* v < 128, clamped or wrapped */
    EVENT("first_outside_low"),  /* v > -129, clamped or wrapped */
    SMOKE_EVENT("outside_high"), /* clamped or wrapped */
    SMOKE_EVENT("outside_low"),
    EVENT("clamped_high"),
    EVENT("clamped_low"),
    EVENT("clamped_infinity_high"),
    EVENT("clamped_infinity_low"),
    EVENT("wrapped_high"),
    EVENT("wrapped_low"),
    EVENT("wrapped_twice"), /* by more than 256 */
    EVENT("wrapped_beyond_int32"),
    EVENT("wrapped_infinity"),
    TIE_POINT_LIST,
};

static void count_outside(qref_counter *counters, float v, float rounded, qref_overflow overflow) {
  const bool high = v > 0.0f;
  const float magnitude = high ? v : -v;
  const bool infinite = magnitude > 0x1.fffffep127f;
  qref_counter_hit(counters, high ? OUTSIDE_HIGH : OUTSIDE_LOW);
  qref_counter_hit_if(counters, FIRST_OUTSIDE_HIGH, high && v < 128.0f);
  qref_counter_hit_if(counters, FIRST_OUTSIDE_LOW, !high && v > -129.0f);
  if (overflow == QREF_OVERFLOW_SATURATE) {
    qref_counter_hit(counters, high ? CLAMPED_HIGH : CLAMPED_LOW);
    qref_counter_hit_if(counters, high ? CLAMPED_INFINITY_HIGH : CLAMPED_INFINITY_LOW, infinite);
    return;
  }
  qref_counter_hit(counters, high ? WRAPPED_HIGH : WRAPPED_LOW);
  qref_counter_hit_if(counters, WRAPPED_TWICE, (rounded >= 384.0f || rounded < -384.0f) && magnitude < 0x1p31f);
  qref_counter_hit_if(counters, WRAPPED_BEYOND_INT32, magnitude >= 0x1p31f && !infinite);
  qref_counter_hit_if(counters, WRAPPED_INFINITY, infinite);
}

static void count_stochastic(qref_counter *counters, float v, float rounded) {
  if (rounded != v) {
    const bool up = rounded > v;
    qref_counter_hit(counters, v > 0.0f ? (up ? STOCHASTIC_POSITIVE_UP : STOCHASTIC_POSITIVE_DOWN)
                                        : (up ? STOCHASTIC_NEGATIVE_UP : STOCHASTIC_NEGATIVE_DOWN));
  }
}

static void add_code(qref_counter *counter, int8_t code) {
  const uint32_t bit = (uint32_t)(code + 128);
  counter->codes[bit / 64] |= UINT64_C(1) << (bit % 64);
}

static void measure_rounded(const qref_probe *probe, const qref_case *item, qref_counter *counters) {
  const qref_rounding_rule *rule = qref_probe_rule(probe, item);
  size_t count = 0;
  size_t before_count = 0;
  const int8_t *y = qref_probe_data(item, probe->tensor, QREF_DTYPE_INT8, &count);
  const float *before = qref_probe_data(item, probe->source, QREF_DTYPE_FLOAT32, &before_count);
  if (y == NULL || before == NULL || count != before_count) {
    return;
  }
  for (size_t i = 0; i < count; i++) {
    const float v = before[i];
    const float rounded = qref_round_f32(v, rule->rounding, rule->seed, i);
    add_code(&counters[CODES], y[i]);
    if (rounded != rounded) {
      qref_counter_hit(counters, NOT_A_NUMBER);
      continue;
    }
    const bool inside = rounded >= -128.0f && rounded <= 127.0f;
    if (inside) {
      qref_counter_hit_if(counters, LAST_INSIDE_HIGH, v > 127.0f);
      qref_counter_hit_if(counters, LAST_INSIDE_LOW, v < -128.0f);
    } else {
      count_outside(counters, v, rounded, rule->overflow);
    }
    if (inside && rule->rounding == QREF_ROUND_STOCHASTIC) {
      count_stochastic(counters, v, rounded);
    }
    if (v > -129.0f && v < 128.0f) {
      count_around_tie(counters + FIRST_TIE, v, rounded, rule->rounding);
    }
  }
}

const qref_probe_kind qref_probe_rounded = {ROUNDED_POINTS, rounded_points, measure_rounded};

static void measure_codes(const qref_probe *probe, const qref_case *item, qref_counter *counters) {
  size_t count = 0;
  const int8_t *codes = qref_probe_data(item, probe->tensor, QREF_DTYPE_INT8, &count);
  for (size_t i = 0; i < count; i++) {
    add_code(counters, codes[i]);
  }
}

static const qref_probe_point codes_points[] = {{"codes", 256, QREF_COUNTER_CODES, false}};
const qref_probe_kind qref_probe_codes = {1, codes_points, measure_codes};

/* ---- the grid of the float simulation ---- */

enum {
  GRID_NOT_A_NUMBER,
  GRID_NEGATIVE_ZERO,
  GRID_BEYOND_INT8_HIGH,
  GRID_BEYOND_INT8_LOW,
  GRID_BEYOND_2_23,
  GRID_INFINITY,
  GRID_FIRST_TIE,
  GRID_POINTS = GRID_FIRST_TIE + TIE_POINTS
};

static const qref_probe_point grid_points[GRID_POINTS] = {
    EVENT("not_a_number"),     EVENT("negative_zero"), /* a small negative value keeps its sign */
    EVENT("beyond_int8_high"),                         /* not clamped */
    EVENT("beyond_int8_low"),  EVENT("beyond_2_23"),   /* every float32 is integral */
    EVENT("infinity"),         TIE_POINT_LIST,
};

static void measure_grid(const qref_probe *probe, const qref_case *item, qref_counter *counters) {
  const qref_rounding *rounding = qref_probe_rule(probe, item);
  size_t count = 0;
  size_t before_count = 0;
  const float *y = qref_probe_data(item, probe->tensor, QREF_DTYPE_FLOAT32, &count);
  const float *before = qref_probe_data(item, probe->source, QREF_DTYPE_FLOAT32, &before_count);
  if (y == NULL || before == NULL || count != before_count) {
    return;
  }
  for (size_t i = 0; i < count; i++) {
    const float v = before[i];
    const float rounded = qref_round_f32(v, *rounding, 0, i);
    const float magnitude = v < 0.0f ? -v : v;
    qref_counter_hit_if(counters, GRID_NOT_A_NUMBER, v != v);
    qref_counter_hit_if(counters, GRID_NEGATIVE_ZERO, v < 0.0f && qref_inline_bits_from_f32(y[i]) == QREF_F32_SIGN_BIT);
    qref_counter_hit_if(counters, GRID_BEYOND_INT8_HIGH, rounded > 127.0f);
    qref_counter_hit_if(counters, GRID_BEYOND_INT8_LOW, rounded < -128.0f);
    qref_counter_hit_if(counters, GRID_BEYOND_2_23, magnitude >= 0x1p23f && magnitude <= 0x1.fffffep127f);
    qref_counter_hit_if(counters, GRID_INFINITY, magnitude > 0x1.fffffep127f);
    if (magnitude < 0x1p22f) {
      count_around_tie(counters + GRID_FIRST_TIE, v, rounded, *rounding);
    }
  }
}

const qref_probe_kind qref_probe_grid = {GRID_POINTS, grid_points, measure_grid};
