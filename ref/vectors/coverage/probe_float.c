/* Stores to float16, and the kinds of float32. */
#include "ref/numerics/float_bits.h"
#include "ref/vectors/coverage/probe.h"

#define EVENT(point) \
  { (point), 1, QREF_COUNTER_EVENTS, false }
#define SMOKE_EVENT(point) \
  { (point), 1, QREF_COUNTER_EVENTS, true }

/* The points SUBNORMAL_INEXACT .. BELOW_SMALLEST need a value that is no multiple of the smallest subnormal, 2^-24. */
enum {
  NOT_A_NUMBER = QREF_FLOAT16_NOT_A_NUMBER,
  SUBNORMAL_INEXACT = QREF_FLOAT16_FIRST_BELOW_QUANTUM,
  SUBNORMAL_TIE_UP,
  SUBNORMAL_TIE_DOWN,
  SUBNORMAL_TO_NORMAL,
  UNDERFLOW,
  UNDERFLOW_TIE,
  UNDERFLOW_NEGATIVE,
  BELOW_SMALLEST = QREF_FLOAT16_LAST_BELOW_QUANTUM,
  SUBNORMAL_EXACT,
  ZERO,
  NEGATIVE_ZERO,
  EXACT,
  INEXACT_UP,
  INEXACT_DOWN,
  TIE_UP,
  TIE_DOWN,
  CARRY,
  LARGEST,
  LARGEST_ROUNDED,
  OVERFLOW_TIE,
  OVERFLOW_POSITIVE,
  OVERFLOW_NEGATIVE,
  INFINITE,
  FLOAT16_POINTS
};

/* Up and down are those of the magnitude. */
static const qref_probe_point float16_points[FLOAT16_POINTS] = {
    EVENT("not_a_number"),
    EVENT("subnormal_inexact"),
    EVENT("subnormal_tie_up"),
    EVENT("subnormal_tie_down"),
    EVENT("subnormal_to_normal"), /* rounds up to the smallest normal number */
    EVENT("underflow"),           /* rounds to zero */
    EVENT("underflow_tie"),       /* 2^-25 exactly: to zero */
    EVENT("underflow_negative"),  /* rounds to -0 */
    EVENT("below_smallest"),      /* between 2^-25 and 2^-24: rounds up to it */
    EVENT("subnormal_exact"),
    EVENT("zero"),
    EVENT("negative_zero"),
    SMOKE_EVENT("exact"),
    SMOKE_EVENT("inexact_up"),
    SMOKE_EVENT("inexact_down"),
    EVENT("tie_to_even_up"),
    EVENT("tie_to_even_down"),
    EVENT("carry"),           /* rounds up to the next power of two */
    EVENT("largest"),         /* 65504 exactly */
    EVENT("largest_rounded"), /* between 65504 and 65520: rounds down */
    EVENT("overflow_tie"),    /* 65520 exactly: to infinity */
    EVENT("overflow_positive"),
    EVENT("overflow_negative"),
    EVENT("infinity"),
};

#define SMALLEST_NORMAL 0x1p-14f
#define QUANTUM 0x1p-24f
#define LARGEST_FINITE 65504.0f
#define OVERFLOW_FROM 65520.0f

static void count_subnormal(qref_counter *counters, float magnitude, float stored, bool negative) {
  if (stored == magnitude) {
    qref_counter_hit(counters, SUBNORMAL_EXACT);
    return;
  }
  /* Exact: fewer than 24 bits remain above the binary point. */
  const float quanta = magnitude * 0x1p24f;
  const bool tie = quanta - (float)(int32_t)quanta == 0.5f;
  if (stored == 0.0f) {
    qref_counter_hit(counters, UNDERFLOW);
    qref_counter_hit_if(counters, UNDERFLOW_TIE, tie);
    qref_counter_hit_if(counters, UNDERFLOW_NEGATIVE, negative);
    return;
  }
  qref_counter_hit_if(counters, SUBNORMAL_INEXACT, !tie);
  qref_counter_hit_if(counters, SUBNORMAL_TIE_UP, tie && stored > magnitude);
  qref_counter_hit_if(counters, SUBNORMAL_TIE_DOWN, tie && stored < magnitude);
  qref_counter_hit_if(counters, SUBNORMAL_TO_NORMAL, stored == SMALLEST_NORMAL);
  qref_counter_hit_if(counters, BELOW_SMALLEST, magnitude < QUANTUM);
}

static void count_normal(qref_counter *counters, float magnitude, float stored) {
  enum { DROPPED = 13 }; /* fraction bits of float32 that float16 has not */
  const uint32_t dropped = qref_inline_bits_from_f32(magnitude) & ((1u << DROPPED) - 1);
  if (dropped == 0) {
    qref_counter_hit(counters, EXACT);
    qref_counter_hit_if(counters, LARGEST, magnitude == LARGEST_FINITE);
    return;
  }
  const bool up = stored > magnitude;
  if (dropped == 1u << (DROPPED - 1)) {
    qref_counter_hit(counters, up ? TIE_UP : TIE_DOWN);
  } else {
    qref_counter_hit(counters, up ? INEXACT_UP : INEXACT_DOWN);
  }
  const uint32_t stored_fraction = qref_inline_bits_from_f32(stored) & ((1u << QREF_F32_FRACTION_BITS) - 1);
  qref_counter_hit_if(counters, CARRY, up && stored_fraction == 0);
  qref_counter_hit_if(counters, LARGEST_ROUNDED, magnitude > LARGEST_FINITE);
}

static void count_float16(qref_counter *counters, float v, qref_float16 h) {
  const uint32_t magnitude_bits = qref_inline_bits_from_f32(v) & ~QREF_F32_SIGN_BIT;
  const float magnitude = qref_inline_f32_from_bits(magnitude_bits);
  const bool negative = (qref_inline_bits_from_f32(v) & QREF_F32_SIGN_BIT) != 0;
  const float stored = qref_f32_from_f16(h & 0x7fffu);
  if (v != v) {
    qref_counter_hit(counters, NOT_A_NUMBER);
  } else if (magnitude_bits == QREF_F32_INFINITY_BITS) {
    qref_counter_hit(counters, INFINITE);
  } else if (magnitude >= OVERFLOW_FROM) {
    qref_counter_hit(counters, negative ? OVERFLOW_NEGATIVE : OVERFLOW_POSITIVE);
    qref_counter_hit_if(counters, OVERFLOW_TIE, magnitude == OVERFLOW_FROM);
  } else if (magnitude == 0.0f) {
    qref_counter_hit(counters, negative ? NEGATIVE_ZERO : ZERO);
  } else if (magnitude < SMALLEST_NORMAL) {
    count_subnormal(counters, magnitude, stored, negative);
  } else {
    count_normal(counters, magnitude, stored);
  }
}

static void measure_float16(const qref_probe *probe, const qref_case *item, qref_counter *counters) {
  size_t count = 0;
  size_t before_count = 0;
  const qref_float16 *y = qref_probe_data(item, probe->tensor, QREF_DTYPE_FLOAT16, &count);
  const float *before = qref_probe_data(item, probe->source, QREF_DTYPE_FLOAT32, &before_count);
  if (y == NULL || before == NULL || count != before_count) {
    return;
  }
  for (size_t i = 0; i < count; i++) {
    count_float16(counters, before[i], y[i]);
  }
}

const qref_probe_kind qref_probe_float16 = {FLOAT16_POINTS, float16_points, measure_float16};

/* ---- float32 ---- */

enum { F32_POSITIVE, F32_NEGATIVE, F32_ZERO, F32_SUBNORMAL, F32_INFINITY, F32_NOT_A_NUMBER, FLOAT32_POINTS };

static const qref_probe_point float32_points[FLOAT32_POINTS] = {
    SMOKE_EVENT("positive"), SMOKE_EVENT("negative"), EVENT("zero"),
    EVENT("subnormal"),      EVENT("infinity"),       EVENT("not_a_number"),
};

static void measure_float32(const qref_probe *probe, const qref_case *item, qref_counter *counters) {
  size_t count = 0;
  const float *values = qref_probe_data(item, probe->tensor, QREF_DTYPE_FLOAT32, &count);
  for (size_t i = 0; i < count; i++) {
    const uint32_t bits = qref_inline_bits_from_f32(values[i]);
    const uint32_t magnitude = bits & ~QREF_F32_SIGN_BIT;
    if (magnitude == 0) {
      qref_counter_hit(counters, F32_ZERO);
    } else if (magnitude < (1u << QREF_F32_FRACTION_BITS)) {
      qref_counter_hit(counters, F32_SUBNORMAL);
    } else if (magnitude >= QREF_F32_INFINITY_BITS) {
      qref_counter_hit(counters, magnitude == QREF_F32_INFINITY_BITS ? F32_INFINITY : F32_NOT_A_NUMBER);
    } else {
      qref_counter_hit(counters, bits == magnitude ? F32_POSITIVE : F32_NEGATIVE);
    }
  }
}

const qref_probe_kind qref_probe_float32 = {FLOAT32_POINTS, float32_points, measure_float32};
