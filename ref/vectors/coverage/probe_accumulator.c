/* Integer accumulators: how wide, how converted to float32, how they overflow. */
#include "ref/numerics/float_bits.h"
#include "ref/vectors/coverage/probe.h"

#define EVENT(point) \
  { (point), 1, QREF_COUNTER_EVENTS, false }

enum {
  BITS_POSITIVE,
  BITS_NEGATIVE,
  ZERO,
  FLOAT_EXACT = QREF_ACCUMULATOR_FIRST_CONVERSION,
  FLOAT_UP,
  FLOAT_DOWN,
  FLOAT_TIE_UP,
  FLOAT_TIE_DOWN = QREF_ACCUMULATOR_LAST_CONVERSION,
  ACCUMULATOR_POINTS
};

/* Bits are those of two's complement, the sign included. The conversions are those of sums beyond 2^24, up and down
 * being those of the magnitude. */
static const qref_probe_point accumulator_points[ACCUMULATOR_POINTS] = {
    {"bits_of_largest", 0, QREF_COUNTER_WIDEST, false}, /* needed: the probe says */
    {"bits_of_smallest", 0, QREF_COUNTER_WIDEST, false},
    EVENT("zero"),
    EVENT("past_2_24_exact"),
    EVENT("past_2_24_rounded_up"),
    EVENT("past_2_24_rounded_down"),
    EVENT("past_2_24_tie_up"),
    EVENT("past_2_24_tie_down"),
};

/* Bits of two's complement that hold the value, the sign included; 0 needs 1. */
static uint64_t width_of(int32_t value) {
  uint64_t bits = 1;
  for (uint32_t rest = value < 0 ? ~(uint32_t)value : (uint32_t)value; rest != 0; rest >>= 1) {
    bits++;
  }
  return bits;
}

/* magnitude is above 2^24. */
static void count_conversion(qref_counter *counters, uint32_t magnitude) {
  uint32_t dropped_bits = 1; /* low bits that a float32 has no room for */
  for (uint32_t rest = magnitude >> (QREF_F32_FRACTION_BITS + 2); rest != 0; rest >>= 1) {
    dropped_bits++;
  }
  const uint32_t dropped = magnitude & ((1u << dropped_bits) - 1);
  const uint32_t half = 1u << (dropped_bits - 1);
  const bool odd = ((magnitude >> dropped_bits) & 1u) != 0;
  if (dropped == 0) {
    qref_counter_hit(counters, FLOAT_EXACT);
  } else if (dropped == half) {
    qref_counter_hit(counters, odd ? FLOAT_TIE_UP : FLOAT_TIE_DOWN);
  } else {
    qref_counter_hit(counters, dropped > half ? FLOAT_UP : FLOAT_DOWN);
  }
}

static void measure_accumulator(const qref_probe *probe, const qref_case *item, qref_counter *counters) {
  size_t count = 0;
  const int32_t *sums = qref_probe_data(item, probe->tensor, QREF_DTYPE_INT32, &count);
  int32_t largest = 0;
  int32_t smallest = 0;
  for (size_t i = 0; i < count; i++) {
    const int32_t acc = sums[i];
    const uint32_t magnitude = acc < 0 ? 0u - (uint32_t)acc : (uint32_t)acc;
    largest = acc > largest ? acc : largest;
    smallest = acc < smallest ? acc : smallest;
    qref_counter_hit_if(counters, ZERO, acc == 0);
    if (magnitude > 1u << 24) {
      count_conversion(counters, magnitude);
    }
  }
  if (count > 0) {
    const uint64_t widths[2] = {width_of(largest), width_of(smallest)};
    for (size_t i = 0; i < 2; i++) {
      counters[BITS_POSITIVE + i].value =
          widths[i] > counters[BITS_POSITIVE + i].value ? widths[i] : counters[BITS_POSITIVE + i].value;
    }
  }
}

const qref_probe_kind qref_probe_accumulator = {ACCUMULATOR_POINTS, accumulator_points, measure_accumulator};

/* ---- overflow ---- */

enum {
  SATURATED_HIGH,
  SATURATED_LOW,
  SATURATED_ON_THE_WAY,
  FIRST_SATURATE = QREF_OVERFLOW_FIRST_SATURATE,
  FIRST_WRAP = QREF_OVERFLOW_FIRST_WRAP,
  NARROWEST = 16,
  OVERFLOW_POINTS = QREF_OVERFLOW_FIRST_WRAP + QREF_OVERFLOW_WIDTHS
};

#define WIDTHS(how)                                                                                               \
  EVENT(how "_16"), EVENT(how "_17"), EVENT(how "_18"), EVENT(how "_19"), EVENT(how "_20"), EVENT(how "_21"),     \
      EVENT(how "_22"), EVENT(how "_23"), EVENT(how "_24"), EVENT(how "_25"), EVENT(how "_26"), EVENT(how "_27"), \
      EVENT(how "_28"), EVENT(how "_29"), EVENT(how "_30"), EVENT(how "_31")

static const qref_probe_point overflow_points[OVERFLOW_POINTS] = {
    EVENT("saturated_high"),
    EVENT("saturated_low"),
    /* The sum would fit, but a step did not: a clamp at the end alone gives another result. */
    EVENT("saturated_on_the_way"),
    WIDTHS("saturate"),
    WIDTHS("wrap"),
};

/* Exact sum of output element i: of linear forms (rows, columns), of conv1d (B, D, T). */
static int64_t exact_sum(const qref_case *item, const int8_t *x, const int8_t *w, size_t i) {
  const size_t depth = qref_probe_size_of(item, "depth");
  int64_t sum = 0;
  if (depth > 0) {
    const size_t columns = qref_probe_size_of(item, "columns");
    for (size_t k = 0; k < depth; k++) {
      sum += x[i / columns * depth + k] * w[i % columns * depth + k];
    }
    return sum;
  }
  const size_t T = qref_probe_size_of(item, "length");
  const size_t W = qref_probe_size_of(item, "width");
  const size_t row = i / T;
  const size_t t = i % T;
  const size_t d = row % qref_probe_size_of(item, "channels");
  for (size_t k = t + 1 >= W ? 0 : W - t - 1; k < W; k++) {
    sum += x[row * T + t + k + 1 - W] * w[d * W + k];
  }
  return sum;
}

static void count_saturation(const qref_probe *probe, const qref_case *item, int64_t limit, qref_counter *counters) {
  size_t count = 0;
  size_t unused = 0;
  const int32_t *sums = qref_probe_data(item, probe->tensor, QREF_DTYPE_INT32, &count);
  const int8_t *x = qref_probe_data(item, "x", QREF_DTYPE_INT8, &unused);
  const int8_t *w = qref_probe_data(item, "w", QREF_DTYPE_INT8, &unused);
  for (size_t i = 0; i < count && x != NULL && w != NULL; i++) {
    const int64_t exact = exact_sum(item, x, w, i);
    if (exact >= limit || exact < -limit) {
      qref_counter_hit_if(counters, SATURATED_HIGH, exact >= limit && sums[i] == limit - 1);
      qref_counter_hit_if(counters, SATURATED_LOW, exact < -limit && sums[i] == -limit);
    } else {
      qref_counter_hit_if(counters, SATURATED_ON_THE_WAY, sums[i] != exact);
    }
  }
}

static void measure_overflow(const qref_probe *probe, const qref_case *item, qref_counter *counters) {
  const qref_accumulator_rule *rule = qref_probe_rule(probe, item);
  if (item->counts.accumulator_overflows == 0 || rule->bits < NARROWEST ||
      rule->bits >= NARROWEST + QREF_OVERFLOW_WIDTHS) {
    return;
  }
  const bool saturates = rule->overflow == QREF_OVERFLOW_SATURATE;
  qref_counter_hit(counters, (saturates ? (size_t)FIRST_SATURATE : FIRST_WRAP) + rule->bits - NARROWEST);
  if (saturates) {
    count_saturation(probe, item, INT64_C(1) << (rule->bits - 1), counters);
  }
}

const qref_probe_kind qref_probe_accumulator_overflow = {OVERFLOW_POINTS, overflow_points, measure_overflow};
