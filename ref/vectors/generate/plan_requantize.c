/* Cases of requantize: float32 to int8. Its input is any float32, so every class of value before rounding is made
 * directly: x = v * scale, then a few float32 steps to either side until x / scale is the v wanted. */
#include <stdio.h>

#include "ref/vectors/case/flag_tables.h"
#include "ref/vectors/generate/plan.h"
#include "ref/vectors/generate/rounding_variant.h"
#include "ref/vectors/generate/seek.h"

#define OP QREF_OP_REQUANTIZE

enum { TIE_BOUNDARIES = 260, TIE_DISTANCES = 5, TIES = TIE_BOUNDARIES * TIE_DISTANCES, RANDOM_SCALE = 1000 };

static float scaled(const qref_case *item, float x) {
  return qref_apply_scale(x, item->args.requantize.scale, item->profile.requantize.scale_form);
}

/* Boundary i of TIE_BOUNDARIES: +-0.5, +-1.5, ..., +-129.5. */
static float boundary(size_t i) {
  const size_t integer = i / 2;
  const float magnitude = (float)integer + 0.5f;
  return i % 2 == 0 ? magnitude : -magnitude;
}

/* x whose quotient lies `distance` steps from the boundary; where the scale allows none, the x that many steps from the
 * nearest one. */
static float beside_boundary(const qref_case *item, float at, int32_t distance) {
  const float x = at * item->args.requantize.scale;
  for (int32_t step = -6; step <= 6; step++) {
    const float candidate = qref_seek_step(x, step);
    if (qref_bits_from_f32(scaled(item, candidate)) == qref_bits_from_f32(qref_seek_step(at, distance))) {
      return candidate;
    }
  }
  return qref_seek_step(x, distance);
}

static qref_seek_stream stream_of(const qref_case *item, uint64_t seed) {
  return (qref_seek_stream){.seed = seed, .case_id = item->id, .name = "seek"};
}

/* ---- fills ---- */

/* Uniform within `parameter` steps of zero. */
static qref_status fill_uniform(qref_case *item, uint64_t seed, int64_t parameter, qref_error *error) {
  (void)error;
  const double range = (double)parameter * (double)item->args.requantize.scale;
  qref_fill(item, seed, "x", QREF_FILL_UNIFORM, -range, range);
  return QREF_OK;
}

static qref_status fill_bell(qref_case *item, uint64_t seed, int64_t parameter, qref_error *error) {
  (void)error;
  const double range = (double)parameter * (double)item->args.requantize.scale;
  qref_fill(item, seed, "x", QREF_FILL_BELL, -range, range);
  return QREF_OK;
}

static qref_status fill_constant(qref_case *item, uint64_t seed, int64_t parameter, qref_error *error) {
  (void)error;
  qref_fill(item, seed, "x", QREF_FILL_CONSTANT, (double)((float)parameter * item->args.requantize.scale), 0);
  return QREF_OK;
}

static qref_status fill_negative_zero(qref_case *item, uint64_t seed, int64_t parameter, qref_error *error) {
  (void)parameter, (void)error;
  qref_fill(item, seed, "x", QREF_FILL_ALTERNATING, -0.0, 0.0);
  return QREF_OK;
}

static qref_status fill_alternating(qref_case *item, uint64_t seed, int64_t parameter, qref_error *error) {
  (void)parameter, (void)error;
  const float scale = item->args.requantize.scale;
  qref_fill(item, seed, "x", QREF_FILL_ALTERNATING, (double)(-128.0f * scale), (double)(127.0f * scale));
  return QREF_OK;
}

static qref_status fill_codes(qref_case *item, uint64_t seed, int64_t parameter, qref_error *error) {
  (void)seed, (void)parameter, (void)error;
  float *x = qref_case_f32(item, "x");
  for (size_t i = 0; i < item->args.requantize.count; i++) {
    x[i] = (float)((int32_t)(i % 256) - 128) * item->args.requantize.scale;
  }
  return QREF_OK;
}

/* Every boundary at every distance, in an order that mixes both. parameter: the exponent of a scale that is a power of
 * two, for which all exist, or RANDOM_SCALE. */
static qref_status fill_ties(qref_case *item, uint64_t seed, int64_t parameter, qref_error *error) {
  (void)error;
  qref_seek_stream stream = stream_of(item, seed);
  if (parameter == RANDOM_SCALE) {
    item->args.requantize.scale = qref_seek_scale(&stream, 0.01f, 0.1f);
  }
  float *x = qref_case_f32(item, "x");
  for (size_t i = 0; i < item->args.requantize.count; i++) {
    const size_t which = (i * 7) % TIES;
    x[i] = beside_boundary(item, boundary(which / TIE_DISTANCES), (int32_t)(which % TIE_DISTANCES) - 2);
  }
  return QREF_OK;
}

/* An x beside the boundary that rounds to another int8 in the other scale form, or 0. */
static float between_forms(const qref_case *item, float at) {
  const float scale = item->args.requantize.scale;
  const float x = at * scale;
  for (int32_t step = 0; step <= 12; step++) {
    const float candidate = qref_seek_step(x, step % 2 == 0 ? step / 2 : -(step / 2) - 1);
    if (qref_seek_separates(qref_apply_scale(candidate, scale, QREF_SCALE_DIVISOR),
                            qref_apply_scale(candidate, scale, QREF_SCALE_MULTIPLIER),
                            &item->profile.requantize.round)) {
      return candidate;
    }
  }
  return 0.0f;
}

/* Quotient and product with the reciprocal lie on different sides of a boundary wherever some x does that. */
static qref_status fill_scale_forms(qref_case *item, uint64_t seed, int64_t parameter, qref_error *error) {
  (void)parameter, (void)error;
  qref_seek_stream stream = stream_of(item, seed);
  float best_scale = 0.0f;
  size_t best = 0;
  for (int attempt = 0; attempt < 12; attempt++) {
    item->args.requantize.scale = qref_seek_scale(&stream, 0.01f, 0.1f);
    size_t found = 0;
    for (size_t i = 0; i < TIE_BOUNDARIES; i++) {
      found += between_forms(item, boundary(i)) != 0.0f;
    }
    if (best_scale == 0.0f || found > best) {
      best = found;
      best_scale = item->args.requantize.scale;
    }
  }
  item->args.requantize.scale = best_scale;
  float *x = qref_case_f32(item, "x");
  for (size_t i = 0; i < item->args.requantize.count; i++) {
    const float at = boundary((i * 7) % TIE_BOUNDARIES);
    const float candidate = between_forms(item, at);
    x[i] = candidate != 0.0f ? candidate : beside_boundary(item, at, (int32_t)(i % 3) - 1);
  }
  return QREF_OK;
}

/* Just inside and just outside of both ends, by eighths of a step. */
static qref_status fill_saturation(qref_case *item, uint64_t seed, int64_t parameter, qref_error *error) {
  (void)seed, (void)parameter, (void)error;
  float *x = qref_case_f32(item, "x");
  for (size_t i = 0; i < item->args.requantize.count; i++) {
    const float magnitude = 125.5f + 0.125f * (float)(i / 2 % 32);
    x[i] = (i % 2 == 0 ? magnitude : -magnitude) * item->args.requantize.scale;
  }
  return QREF_OK;
}

/* Values in many wraps of 256, with fractions where float32 has them, up to beyond 2^31 and 2^32. */
static float far_value(qref_seek_stream *stream, size_t i) {
  const int64_t power = (int64_t)(i % 30); /* of 2, from 256 on */
  const int64_t wraps = qref_seek_integer(stream, INT64_C(1) << power, (INT64_C(2) << power) - 1);
  const double residue = (double)qref_seek_integer(stream, -512, 512) * 0.25;
  const float value = (float)(256.0 * (double)wraps + residue);
  return (qref_seek_bits(stream) >> 40) % 2 == 0 ? value : -value;
}

static qref_status fill_far(qref_case *item, uint64_t seed, int64_t parameter, qref_error *error) {
  (void)parameter, (void)error;
  qref_seek_stream stream = stream_of(item, seed);
  float *x = qref_case_f32(item, "x");
  for (size_t i = 0; i < item->args.requantize.count; i++) {
    x[i] = far_value(&stream, i) * item->args.requantize.scale;
  }
  return QREF_OK;
}

/* Bit patterns of values before rounding where implementations of rounding and casting go wrong. */
static const uint32_t special[] = {
    0x7f800000, 0xff800000,                         /* infinities */
    0x7fc00000, 0xffc00000, 0x7fc12345,             /* NaNs */
    0x00000000, 0x80000000,                         /* zeros */
    0x00000001, 0x80000001, 0x007fffff, 0x807fffff, /* subnormals */
    0x00800000, 0x80800000,                         /* least normal */
    0x7f7fffff, 0xff7fffff,                         /* largest */
    0x3effffff, 0xbeffffff,                         /* below 1/2: floor(v + 1/2) is wrong in float32 */
    0x3f000000, 0xbf000000, 0x3f000001, 0xbf000001, /* 1/2 and above */
    0x4afffffe, 0xcafffffe, 0x4affffff, 0xcaffffff, /* up to 2^23 - 1/2 */
    0x4b000001, 0xcb000001, 0x4b7fffff, 0xcb7fffff, /* odd integers up to 2^24 - 1 */
    0x4b800001, 0xcb800001,                         /* 2^24 + 2 */
    0x4effffff, 0xceffffff, 0x4f000000, 0xcf000000, /* 2^31 - 128, 2^31 */
    0x4f000001, 0xcf000001, 0x4f7fffff, 0x4f800000, /* beyond 2^31, 2^32 */
    0x5effffff, 0xdeffffff, 0x5f000000, 0xdf000000, /* 2^63 */
    0x42fdffff, 0x42fe0000, 0x42feffff, 0x42ff0000, /* 126.99.., 127, 127.49.., 127.5 */
    0x42ff0001, 0x43000000, 0xc3000000, 0xc3007fff, /* 127.50.., 128, -128, -128.49.. */
    0xc3008000, 0xc3008001, 0xc2ff0000, 0xc3010000, /* -128.5, -128.50.., -127.5, -129 */
};

static float special_value(size_t i) {
  return qref_f32_from_bits(special[i % (sizeof special / sizeof special[0])]);
}

static qref_status fill_special(qref_case *item, uint64_t seed, int64_t parameter, qref_error *error) {
  (void)seed, (void)parameter, (void)error;
  float *x = qref_case_f32(item, "x");
  for (size_t i = 0; i < item->args.requantize.count; i++) {
    const float value = special_value(i);
    x[i] = value != value ? value : value * item->args.requantize.scale;
  }
  return QREF_OK;
}

/* A quarter each of ties and their neighbours, far values, values in range, special values. */
static qref_status fill_mixture(qref_case *item, uint64_t seed, int64_t parameter, qref_error *error) {
  (void)parameter, (void)error;
  qref_seek_stream stream = stream_of(item, seed);
  float *x = qref_case_f32(item, "x");
  for (size_t i = 0; i < item->args.requantize.count; i++) {
    const float scale = item->args.requantize.scale;
    const size_t n = i / 4;
    if (i % 4 == 0) {
      x[i] = beside_boundary(item, boundary((n * 11) % TIE_BOUNDARIES), (int32_t)(n % TIE_DISTANCES) - 2);
    } else if (i % 4 == 1) {
      x[i] = far_value(&stream, n) * scale;
    } else if (i % 4 == 2) {
      x[i] = (float)qref_seek_integer(&stream, -130 * 1024, 130 * 1024) * 0x1p-10f * scale;
    } else {
      const float value = special_value(n);
      x[i] = value != value ? value : value * scale;
    }
  }
  return QREF_OK;
}

/* Stochastic rounding with the fraction exactly at the random bits of its element (down), one 2^-24 above (up) and one
 * below (down). The scale is a power of two. */
static qref_status fill_stochastic_threshold(qref_case *item, uint64_t seed, int64_t parameter, qref_error *error) {
  (void)seed, (void)parameter, (void)error;
  const uint64_t key = item->profile.requantize.round.seed;
  float *x = qref_case_f32(item, "x");
  for (size_t i = 0; i < item->args.requantize.count; i++) {
    const int32_t random = (int32_t)(qref_random_bits(key, 0, i) >> 40);
    const int32_t fraction = random + (int32_t)(i / 2 % 3) - 1;
    const int32_t negative = fraction - (1 << 24); /* the same fraction above -1 */
    x[i] = (float)(i % 2 == 0 ? fraction : negative) * 0x1p-24f * item->args.requantize.scale;
  }
  return QREF_OK;
}

/* ---- plan ---- */

static qref_planned_case *add(qref_plan *plan, const char *name, uint64_t flags, size_t count, float scale,
                              qref_case_fill fill, int64_t parameter) {
  qref_planned_case *planned = qref_plan_add(plan, OP, name, flags, fill, parameter);
  planned->item.args.requantize.count = count;
  planned->item.args.requantize.scale = scale;
  return planned;
}

static qref_planned_case *add_numbered(qref_plan *plan, const char *name, size_t number, uint64_t flags, size_t count,
                                       float scale, qref_case_fill fill, int64_t parameter) {
  char numbered[QREF_CASE_ID_SIZE];
  snprintf(numbered, sizeof numbered, "%s_%02zu", name, number);
  return add(plan, numbered, flags, count, scale, fill, parameter);
}

/* Under the profile whose requantize rule is this one. */
static void set_rule(qref_planned_case *planned, const qref_rounding_variant *variant, qref_scale_form form) {
  char name[64];
  snprintf(name, sizeof name, "requantize-%s-%s", variant->name, form == QREF_SCALE_DIVISOR ? "divisor" : "multiplier");
  planned->item.profile.requantize = (qref_quantize_rule){form, variant->rule};
  qref_planned_variant(planned, name);
}

static void add_variant(qref_plan *plan, const qref_rounding_variant *variant, qref_scale_form form) {
  const char *form_name = form == QREF_SCALE_DIVISOR ? "divisor" : "multiplier";
  const uint64_t range = variant->rule.overflow == QREF_OVERFLOW_WRAP ? FLAG(WRAP) : FLAG(SATURATION);
  char name[64];
  snprintf(name, sizeof name, "%s-%s", variant->name, form_name);
  set_rule(add(plan, name, FLAG(HARDWARE_PROFILE) | FLAG(TIE) | FLAG(NEAR_TIE) | FLAG(INFINITY) | range, 720, 0.0625f,
               fill_mixture, 0),
           variant, form);
  snprintf(name, sizeof name, "%s-%s_odd_scale", variant->name, form_name);
  set_rule(add(plan, name, FLAG(HARDWARE_PROFILE) | FLAG(NEAR_TIE), 650, 1.0f, fill_ties, RANDOM_SCALE), variant, form);
}

static void add_variants(qref_plan *plan) {
  const qref_rounding_variant *variant;
  for (size_t i = 0; (variant = qref_rounding_variant_at(i)) != NULL; i++) {
    add_variant(plan, variant, QREF_SCALE_DIVISOR);
    add_variant(plan, variant, QREF_SCALE_MULTIPLIER);
    if (variant->rule.rounding == QREF_ROUND_STOCHASTIC) {
      char name[64];
      snprintf(name, sizeof name, "%s_threshold", variant->name);
      set_rule(add(plan, name, FLAG(HARDWARE_PROFILE), 300, 0.25f, fill_stochastic_threshold, 0), variant,
               QREF_SCALE_DIVISOR);
      /* The random bits of an element are those of its index, however large. */
      snprintf(name, sizeof name, "%s_long", variant->name);
      set_rule(
          add(plan, name, FLAG(HARDWARE_PROFILE) | FLAG(UNIFORM) | FLAG(PAST_2048), 4200, 0.0313f, fill_uniform, 128),
          variant, QREF_SCALE_DIVISOR);
    }
  }
  /* The reciprocal of a subnormal scale is an infinity, that of a huge one a subnormal. */
  static const float scales[] = {1e-40f, 0x1p-127f, 0x1p-126f, 1e38f, 0x1p127f};
  for (size_t i = 0; i < sizeof scales / sizeof scales[0]; i++) {
    set_rule(add_numbered(plan, "multiplier_extreme_scale", i, FLAG(HARDWARE_PROFILE) | FLAG(INFINITY), 128, scales[i],
                          fill_mixture, 0),
             qref_rounding_variant_at(2), QREF_SCALE_MULTIPLIER);
  }
}

static void add_lengths(qref_plan *plan) {
  static const struct {
    size_t count;
    uint64_t flags;
  } lengths[] = {{1, FLAG(LENGTH_1)},
                 {7, FLAG(ODD)},
                 {9, FLAG(ODD) | FLAG(PAST_8)},
                 {17, FLAG(ODD) | FLAG(PAST_16)},
                 {33, FLAG(ODD) | FLAG(PAST_32)},
                 {2049, FLAG(ODD) | FLAG(PAST_2048)}};
  for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
    add_numbered(plan, "length", lengths[i].count, lengths[i].flags | FLAG(UNIFORM), lengths[i].count, 0.0437f,
                 fill_uniform, 120);
  }
}

void qref_plan_requantize(qref_plan *plan) {
  add(plan, "all_codes", FLAG(ALL_CODES), 256, 0.03125f, fill_codes, 0);
  add(plan, "special", FLAG(INFINITY) | FLAG(ZERO), 64, 0.5f, fill_special, 0);
  add_numbered(plan, "tie_exact", 0, FLAG(TIE) | FLAG(NEAR_TIE), TIES, 0.125f, fill_ties, -3);
  add_numbered(plan, "tie_near", 0, FLAG(NEAR_TIE), TIES, 1.0f, fill_ties, RANDOM_SCALE);
  add_numbered(plan, "scale_form", 0, FLAG(NEAR_TIE), TIE_BOUNDARIES, 1.0f, fill_scale_forms, 0);
  add_numbered(plan, "uniform", 0, FLAG(UNIFORM), 256, 0.0217f, fill_uniform, 128);
  add_numbered(plan, "saturation", 0, FLAG(SATURATION), 64, 0.0712f, fill_saturation, 0);
  if (plan->size == QREF_SUITE_SMOKE) {
    return;
  }
  const size_t random_cases = plan->size == QREF_SUITE_THOROUGH ? 24 : 4;
  for (size_t i = 1; i < random_cases; i++) {
    add_numbered(plan, "uniform", i, i % 2 == 0 ? FLAG(UNIFORM) : FLAG(UNIFORM) | FLAG(SATURATION), 513,
                 0.011f * (float)i, fill_uniform, i % 2 == 0 ? 128 : 200);
    add_numbered(plan, "tie_near", i, FLAG(NEAR_TIE), TIES, 1.0f, fill_ties, RANDOM_SCALE);
    add_numbered(plan, "scale_form", i, FLAG(NEAR_TIE), TIE_BOUNDARIES, 1.0f, fill_scale_forms, 0);
  }
  add_numbered(plan, "tie_exact", 1, FLAG(TIE) | FLAG(NEAR_TIE), TIES, 1.0f, fill_ties, 0);
  add_numbered(plan, "tie_exact", 2, FLAG(TIE) | FLAG(NEAR_TIE), TIES, 0x1p-20f, fill_ties, -20);
  add(plan, "bell", FLAG(BELL), 512, 0.05f, fill_bell, 160);
  add(plan, "all_minimum", FLAG(ALL_MINIMUM), 40, 0.0371f, fill_constant, -128);
  add(plan, "all_maximum", FLAG(ALL_MAXIMUM), 40, 0.0371f, fill_constant, 127);
  add(plan, "beyond_minimum", FLAG(SATURATION), 40, 0.0371f, fill_constant, -129);
  add(plan, "beyond_maximum", FLAG(SATURATION), 40, 0.0371f, fill_constant, 128);
  add(plan, "zero", FLAG(ZERO), 40, 0.0371f, fill_constant, 0);
  add(plan, "zero_negative", FLAG(ZERO), 40, 0.0371f, fill_negative_zero, 0);
  add(plan, "alternating", FLAG(ALTERNATING), 41, 0.0625f, fill_alternating, 0);
  add_numbered(plan, "saturation", 1, FLAG(SATURATION), 64, 0.25f, fill_saturation, 0);
  add(plan, "saturation_far", FLAG(SATURATION), 240, 0.0078125f, fill_far, 0);
  add_numbered(plan, "extreme_scale", 0, FLAG(INFINITY), 256, 1e-40f, fill_mixture, 0);
  add_numbered(plan, "extreme_scale", 1, FLAG(INFINITY), 256, 0x1p-126f, fill_mixture, 0);
  add_numbered(plan, "extreme_scale", 2, FLAG(INFINITY), 256, 1e36f, fill_mixture, 0);
  add_numbered(plan, "extreme_scale", 3, FLAG(INFINITY), 256, 0x1p-149f, fill_special, 0);
  add_lengths(plan);
  add_variants(plan);
}
