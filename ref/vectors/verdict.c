#include "ref/vectors/verdict.h"

#include <math.h>

const char *qref_verdict_name(qref_verdict verdict) {
  static const char *const names[QREF_VERDICT_COUNT] = {"exact", "tie", "saturation", "wrap", "approx", "bug"};
  return (unsigned)verdict < QREF_VERDICT_COUNT ? names[verdict] : "unknown";
}

/* Spacing of a binary format with `precision` significant bits whose smallest normal exponent is `minimum`. */
static double spacing(double magnitude, int precision, int minimum) {
  int exponent = minimum + 1;
  if (magnitude != 0.0 && isfinite(magnitude)) {
    (void)frexp(magnitude, &exponent); /* |magnitude| in [2^(exponent-1), 2^exponent) */
  }
  if (exponent < minimum + 1) {
    exponent = minimum + 1;
  }
  return ldexp(1.0, exponent - precision);
}

double qref_ulp_f32(double magnitude) {
  return spacing(magnitude, 24, -126);
}

double qref_ulp_f16(double magnitude) {
  return spacing(magnitude, 11, -14);
}

/* Sign-magnitude bits as a position in the order of the numbers. */
static int64_t position(uint32_t bits, uint32_t sign) {
  return (bits & sign) ? -(int64_t)(bits & ~sign) : (int64_t)bits;
}

static uint64_t distance(uint32_t a, uint32_t b, uint32_t sign, uint32_t infinity) {
  if (a == b) {
    return 0;
  }
  if ((a & ~sign) > infinity || (b & ~sign) > infinity) {
    return UINT64_MAX;
  }
  int64_t difference = position(a, sign) - position(b, sign);
  return (uint64_t)(difference < 0 ? -difference : difference);
}

uint64_t qref_ulp_distance_f16(qref_float16 a, qref_float16 b) {
  return distance(a, b, 0x8000u, 0x7c00u);
}

uint64_t qref_ulp_distance_f32(float a, float b) {
  return distance(qref_bits_from_f32(a), qref_bits_from_f32(b), 0x80000000u, 0x7f800000u);
}

double qref_boundary_distance(double v, qref_rounding rounding) {
  double below = floor(v);
  switch (rounding) {
    case QREF_ROUND_TOWARD_ZERO:
    case QREF_ROUND_FLOOR:
      return fmin(v - below, below + 1.0 - v);
    case QREF_ROUND_STOCHASTIC:
      return v == v ? 0.0 : v;
    case QREF_ROUND_HALF_AWAY:
    case QREF_ROUND_HALF_EVEN:
    case QREF_ROUND_HALF_UP:
    default:
      return fabs(v - (below + 0.5));
  }
}

qref_verdict qref_verdict_int8(int8_t recorded, int8_t actual, float before, const qref_rounding_rule *rule,
                               uint64_t index, double allowance) {
  if (recorded == actual) {
    return QREF_VERDICT_EXACT;
  }
  if (!isfinite(before)) {
    return QREF_VERDICT_BUG;
  }
  qref_rounding_rule other = *rule;
  other.overflow = rule->overflow == QREF_OVERFLOW_WRAP ? QREF_OVERFLOW_SATURATE : QREF_OVERFLOW_WRAP;
  double slack = fmin(0.5, fmax(allowance, 2.0 * qref_ulp_f32((double)before))); /* never more than one step */
  /* The value, then, if a boundary is near, what lies just across it. */
  float candidates[3] = {before, nextafterf((float)((double)before - slack), -INFINITY),
                         nextafterf((float)((double)before + slack), INFINITY)};
  size_t count = qref_boundary_distance((double)before, rule->rounding) <= slack ? 3 : 1;
  for (size_t i = 0; i < count; i++) {
    if (recorded == qref_round_to_int8(candidates[i], rule, index, NULL)) {
      return QREF_VERDICT_TIE;
    }
  }
  for (size_t i = 0; i < count; i++) {
    if (recorded == qref_round_to_int8(candidates[i], &other, index, NULL)) {
      return other.overflow == QREF_OVERFLOW_WRAP ? QREF_VERDICT_WRAP : QREF_VERDICT_SATURATION;
    }
  }
  return QREF_VERDICT_BUG;
}
