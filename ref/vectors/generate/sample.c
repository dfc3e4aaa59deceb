#include "ref/vectors/generate/sample.h"

float qref_sample_f32(qref_seek_stream *stream, int low_exponent, int high_exponent) {
  const uint64_t bits = qref_seek_bits(stream);
  const unsigned int span = (unsigned int)(high_exponent - low_exponent + 1);
  const uint32_t exponent = (uint32_t)(low_exponent + 127 + (int)((bits >> 40) % span));
  return qref_f32_from_bits((uint32_t)(bits & 0x807fffffu) | exponent << 23);
}

qref_float16 qref_sample_f16(qref_seek_stream *stream, int low_exponent, int high_exponent) {
  return qref_f16_from_f32(qref_sample_f32(stream, low_exponent, high_exponent));
}

/* ---- stores to float16 ---- */

enum {
  BINADES = 31,             /* exponent fields of finite float16 values, that of the subnormals first */
  BOUNDARY_FORMS = 6,       /* the boundary itself, 1 and 2 steps on either side, the float16 value below */
  FLOAT16_LARGEST = 0x7bff, /* 65504 */
};

static const uint16_t binade_fractions[] = {0x000, 0x001, 0x002, 0x155, 0x2aa, 0x3fe, 0x3ff};
enum { BINADE_FRACTIONS = sizeof binade_fractions / sizeof binade_fractions[0] };

static const uint32_t other_stores[] = {0x00000000u, 0x80000000u, 0x00000001u, 0x80000001u, 0x007fffffu,
                                        0x00800000u, 0x33000001u, 0xb3000001u, 0x32ffffffu, 0xb2ffffffu,
                                        0x47800000u, 0xc7800000u, 0x7f7fffffu, 0xff7fffffu, 0x7f800000u,
                                        0xff800000u, 0x7fc00000u, 0x477fe000u, 0x477fefffu, 0x477ff000u};
enum { OTHER_STORES = sizeof other_stores / sizeof other_stores[0] };

size_t qref_sample_f16_store_count(void) {
  return (size_t)BINADES * BINADE_FRACTIONS * BOUNDARY_FORMS * 2 + OTHER_STORES;
}

float qref_sample_f16_store(size_t i) {
  if (i < OTHER_STORES) {
    return qref_f32_from_bits(other_stores[i]);
  }
  size_t rest = i - OTHER_STORES;
  const bool negative = rest % 2 != 0;
  rest /= 2;
  const int32_t form = (int32_t)(rest % BOUNDARY_FORMS);
  rest /= BOUNDARY_FORMS;
  const uint32_t below = (uint32_t)(rest / BINADE_FRACTIONS) << 10 | binade_fractions[rest % BINADE_FRACTIONS];
  const float low = qref_f32_from_f16((qref_float16)below);
  const float high = below == FLOAT16_LARGEST ? 65536.0f : qref_f32_from_f16((qref_float16)(below + 1));
  const float boundary = 0.5f * (low + high);
  const float value = form == BOUNDARY_FORMS - 1 ? low : qref_seek_step(boundary, form - 2);
  return negative ? -value : value;
}

/* ---- conversions from float16 ---- */

static const uint16_t pattern_fractions[] = {0x000, 0x001, 0x002, 0x003, 0x010, 0x080, 0x0ff, 0x100,
                                             0x155, 0x1ff, 0x200, 0x2aa, 0x300, 0x3fd, 0x3fe, 0x3ff};
enum { PATTERN_FRACTIONS = sizeof pattern_fractions / sizeof pattern_fractions[0] };

size_t qref_sample_f16_pattern_count(bool finite) {
  return (size_t)(finite ? BINADES : BINADES + 1) * PATTERN_FRACTIONS * 2;
}

qref_float16 qref_sample_f16_pattern(size_t i) {
  const uint32_t sign = (uint32_t)(i % 2) << 15;
  const uint32_t exponent = (uint32_t)(i / 2 / PATTERN_FRACTIONS) << 10;
  return (qref_float16)(sign | exponent | pattern_fractions[i / 2 % PATTERN_FRACTIONS]);
}

/* ---- quotients on boundaries ---- */

float qref_sample_dividend(float target, float factor, float prescale, qref_scale_form form) {
  const float estimate = target * factor;
  if (!(estimate > -0x1p127f && estimate < 0x1p127f)) {
    return target;
  }
  float best = estimate;
  int64_t best_distance = INT64_MAX;
  /* The estimate is off by a rounding or two of the product, the quotient and the prescale. */
  for (int32_t i = 0; i <= 16; i++) {
    const float candidate = qref_seek_step(estimate, i % 2 != 0 ? (i + 1) / 2 : -(i / 2));
    const float quotient = qref_apply_scale(candidate * prescale, factor * prescale, form);
    const int64_t difference = (int64_t)qref_bits_from_f32(quotient) - (int64_t)qref_bits_from_f32(target);
    const int64_t distance = difference < 0 ? -difference : difference;
    if (distance < best_distance) {
      best = candidate;
      best_distance = distance;
    }
  }
  return best;
}

enum { STEPS = 5, INTEGERS = 130, BOUNDARIES = 2 * INTEGERS * STEPS, FRACTIONS = 80, LARGE = 80 };

float qref_sample_rounding(qref_seek_stream *stream, size_t i) {
  if (i >= 2 * BOUNDARIES + FRACTIONS + LARGE) {
    static const uint32_t not_finite[] = {0x7f800000u, 0xff800000u, 0x7fc00000u};
    return qref_f32_from_bits(not_finite[i % 3]);
  }
  if (i >= 2 * BOUNDARIES + FRACTIONS) {
    return qref_sample_f32(stream, 7, 40);
  }
  if (i >= 2 * BOUNDARIES) {
    return (float)qref_seek_integer(stream, -130 * 65536, 130 * 65536) * 0x1p-16f;
  }
  const size_t k = i / 2 / STEPS;
  const float boundary = k < INTEGERS ? (float)k + 0.5f : (float)(k - INTEGERS + 1);
  const float value = qref_seek_step(boundary, (int32_t)(i / 2 % STEPS) - 2);
  return i % 2 != 0 ? -value : value;
}

float qref_sample_stochastic_edge(const qref_rounding_rule *rule, uint64_t index, bool negative) {
  const uint32_t random = (uint32_t)(qref_random_bits(rule->seed, 0, index) >> 40);
  const uint32_t one = 1u << 24;
  return negative ? -((float)(one - random) * 0x1p-24f) : (float)random * 0x1p-24f;
}
