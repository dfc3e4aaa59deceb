/* Linear W8A8: sums and scales that put the value before rounding on a boundary of the output, one or two float32 steps
 * beside it, or on different sides of it for different orders of multiplication.
 *
 * The sum can be any integer. With a product of scales of 2^-p, the sums (2k+1) * 2^(p-1) are exact ties; with one
 * scale odd and the other its rounded reciprocal times 2^-p, they are ties up to the rounding errors of the order in
 * use. */
#include <stdio.h>

#include "ref/vectors/case/flag_tables.h"
#include "ref/vectors/generate/plan_linear.h"
#include "ref/vectors/generate/rounding_variant.h"

enum { TARGETS = 260 };

/* Sum i that is a tie under a product of scales of 2^-p. int8: +-0.5, +-1.5, ..., +-129.5. float16, whose p only moves
 * the binade: 1, 3, 5, ... (subnormal ties for p = 25), then odd numbers of 12 bits up to 4095 (65520 for p = -4). */
static int32_t tie_sum(const qref_case *item, size_t i, int p) {
  int32_t magnitude;
  if (qref_linear_is_f16(item)) {
    const int32_t n = (int32_t)(i / 2);
    magnitude = n < 26 ? 2 * n + 1 : n < 34 ? 4095 - 2 * (n - 26) : n < 42 ? 2049 + 2 * (n - 34) : 2065 + 22 * (n - 42);
  } else {
    magnitude = (int32_t)(2 * (i / 2) + 1) * (1 << (p - 1));
  }
  return i % 2 == 0 ? magnitude : -magnitude;
}

static qref_status set_tie_sums(qref_case *item, qref_seek_stream *stream, int p, qref_error *error) {
  qref_linear_prepare(item, stream);
  for (size_t n = 0; n < item->args.linear_w8a8.columns; n++) {
    qref_status status = qref_linear_set_sum(item, stream, n, tie_sum(item, n % TARGETS, p), error);
    if (status != QREF_OK) {
      return status;
    }
  }
  return QREF_OK;
}

/* parameter: p. */
static qref_status fill_exact(qref_case *item, uint64_t seed, int64_t parameter, qref_error *error) {
  qref_seek_stream stream = qref_linear_stream(item, seed);
  const int p = (int)parameter;
  if (qref_linear_has_input_scale(item)) {
    qref_linear_set_scales(item, qref_linear_power(-p - 3), 8.0f);
  } else {
    qref_linear_set_scales(item, qref_linear_power(-p), 1.0f);
  }
  return set_tie_sums(item, &stream, p, error);
}

/* A weight scale, or the one factor, for which an odd input scale gives a product of about 2^-p. */
static float partner(const qref_case *item, float input_scale, int p, int32_t steps) {
  const float product = qref_linear_power(-p);
  return qref_seek_step(qref_linear_has_input_scale(item) ? product / input_scale : product, steps);
}

static float random_input_scale(const qref_case *item, qref_seek_stream *stream) {
  return qref_linear_has_input_scale(item) ? qref_seek_scale(stream, 0.01f, 0.2f) : 1.0f;
}

static float own_value(const qref_case *item, int32_t sum, float weight_scale, float input_scale) {
  return qref_linear_value(qref_linear_order_of(item), sum, weight_scale,
                           qref_linear_has_input_scale(item) ? input_scale : 1.0f);
}

/* How many of the sums a pair of scales puts at this distance from their boundary. */
static size_t count_at_distance(const qref_case *item, int p, float weight_scale, float input_scale, int32_t distance) {
  size_t count = 0;
  for (size_t i = 0; i < TARGETS; i++) {
    const float value = own_value(item, tie_sum(item, i, p), weight_scale, input_scale);
    count += qref_linear_tie_distance(item, value) == distance;
  }
  return count;
}

/* One pair of scales for all columns: the best found for the distance. */
static void seek_distance(qref_case *item, qref_seek_stream *stream, int p, int32_t distance) {
  size_t best = 0;
  float best_weight = partner(item, 1.0f, p, distance), best_input = 1.0f;
  for (int attempt = 0; attempt < 8; attempt++) {
    const float input_scale = random_input_scale(item, stream);
    for (int32_t steps = -3; steps <= 3; steps++) {
      const float weight_scale = partner(item, input_scale, p, steps);
      const size_t count = count_at_distance(item, p, weight_scale, input_scale, distance);
      if (count > best) {
        best = count;
        best_weight = weight_scale;
        best_input = input_scale;
      }
    }
  }
  qref_linear_set_scales(item, best_weight, best_input);
}

/* A weight scale per column: distances -2..2 in turn. */
static void seek_distances_per_column(qref_case *item, qref_seek_stream *stream, int p) {
  const float input_scale = qref_seek_scale(stream, 0.01f, 0.2f);
  qref_linear_set_scales(item, partner(item, input_scale, p, 0), input_scale);
  float *weight_scale = qref_case_f32(item, "weight_scale");
  for (size_t n = 0; n < item->args.linear_w8a8.columns; n++) {
    const int32_t wanted = (int32_t)((n / 2) % 5) - 2;
    for (int32_t steps = -5; steps <= 5; steps++) {
      const float candidate = partner(item, input_scale, p, steps);
      const float value = own_value(item, tie_sum(item, n % TARGETS, p), candidate, input_scale);
      if (qref_linear_tie_distance(item, value) == wanted) {
        weight_scale[n] = candidate;
        break;
      }
    }
  }
}

/* parameter: p * 16 + distance + 8. Forms with a scale per column take all distances instead. */
static qref_status fill_near(qref_case *item, uint64_t seed, int64_t parameter, qref_error *error) {
  qref_seek_stream stream = qref_linear_stream(item, seed);
  const int distance = (int)(parameter & 15) - 8;
  const int p = (int)((parameter - (distance + 8)) / 16);
  if (qref_linear_scale_per_column(item)) {
    seek_distances_per_column(item, &stream, p);
  } else {
    seek_distance(item, &stream, p, distance);
  }
  return set_tie_sums(item, &stream, p, error);
}

/* Whether two orders store different outputs. */
static bool orders_differ(qref_case *item, int32_t sum, float weight_scale, float input_scale, qref_linear_order a,
                          qref_linear_order b) {
  return qref_linear_stored(item, qref_linear_value(a, sum, weight_scale, input_scale)) !=
         qref_linear_stored(item, qref_linear_value(b, sum, weight_scale, input_scale));
}

/* For how many of the sums the form's order and the least different other order store different outputs. */
static size_t count_separated(qref_case *item, int p, float weight_scale, float input_scale) {
  size_t least = SIZE_MAX;
  for (int order = 0; order < QREF_LINEAR_ORDERS; order++) {
    if ((qref_linear_order)order == qref_linear_order_of(item)) {
      continue;
    }
    size_t count = 0;
    for (size_t i = 0; i < TARGETS; i++) {
      count += orders_differ(item, tie_sum(item, i, p), weight_scale, input_scale, qref_linear_order_of(item),
                             (qref_linear_order)order);
    }
    least = count < least ? count : least;
  }
  return least;
}

static void seek_orders(qref_case *item, qref_seek_stream *stream, int p) {
  size_t best = 0;
  qref_linear_set_scales(item, qref_linear_power(-p), 1.0f);
  for (int attempt = 0; attempt < 40; attempt++) {
    const float input_scale = random_input_scale(item, stream);
    for (int32_t steps = -1; steps <= 1; steps++) {
      const float weight_scale = partner(item, input_scale, p, steps);
      const size_t count = count_separated(item, p, weight_scale, input_scale);
      if (count > best) {
        best = count;
        qref_linear_set_scales(item, weight_scale, input_scale);
      }
    }
  }
}

/* The other two orders in turn; returns for how many columns the less successful of the two stores another output. */
static size_t set_orders_per_column(qref_case *item, int p, float input_scale) {
  const qref_linear_order own = qref_linear_order_of(item);
  qref_linear_set_scales(item, partner(item, input_scale, p, 0), input_scale);
  float *weight_scale = qref_case_f32(item, "weight_scale");
  size_t separated[2] = {0, 0};
  for (size_t n = 0; n < item->args.linear_w8a8.columns; n++) {
    const size_t turn = n / 2 % 2;
    const qref_linear_order other = (qref_linear_order)(((int)own + 1 + (int)turn) % QREF_LINEAR_ORDERS);
    for (int32_t steps = -60; steps <= 60; steps++) {
      const float candidate = partner(item, input_scale, p, steps);
      if (orders_differ(item, tie_sum(item, n % TARGETS, p), candidate, input_scale, own, other)) {
        weight_scale[n] = candidate;
        separated[turn]++;
        break;
      }
    }
  }
  return separated[0] < separated[1] ? separated[0] : separated[1];
}

static void seek_orders_per_column(qref_case *item, qref_seek_stream *stream, int p) {
  float best_scale = 0.0f;
  size_t best = 0;
  for (int attempt = 0; attempt < 8; attempt++) {
    const float input_scale = qref_seek_scale(stream, 0.01f, 0.2f);
    const size_t separated = set_orders_per_column(item, p, input_scale);
    if (best_scale == 0.0f || separated > best) {
      best = separated;
      best_scale = input_scale;
    }
  }
  (void)set_orders_per_column(item, p, best_scale);
}

/* parameter: p. */
static qref_status fill_orders(qref_case *item, uint64_t seed, int64_t parameter, qref_error *error) {
  qref_seek_stream stream = qref_linear_stream(item, seed);
  const int p = (int)parameter;
  if (qref_linear_scale_per_column(item)) {
    seek_orders_per_column(item, &stream, p);
  } else {
    seek_orders(item, &stream, p);
  }
  return set_tie_sums(item, &stream, p, error);
}

/* Sums of 24 bits, where one step of the sum is one float32 step of the value: boundaries at 64.5..127.5 (float16: at
 * 65520 and below), five distances each. */
static qref_status fill_steps(qref_case *item, uint64_t seed, int64_t parameter, qref_error *error) {
  (void)parameter;
  qref_seek_stream stream = qref_linear_stream(item, seed);
  const bool f16 = qref_linear_is_f16(item);
  const int p = f16 ? 8 : 17;
  if (qref_linear_has_input_scale(item)) {
    qref_linear_set_scales(item, qref_linear_power(-p + 2), 0.25f);
  } else {
    qref_linear_set_scales(item, qref_linear_power(-p), 1.0f);
  }
  qref_linear_prepare(item, &stream);
  for (size_t n = 0; n < item->args.linear_w8a8.columns; n++) {
    const int32_t place = (int32_t)(n / 10);
    const int32_t at = f16 ? (65520 - 32 * 7 * place) * 256 : (255 - 2 * 9 * place) << 16;
    const int32_t sum = at + (int32_t)(n / 2 % 5) - 2;
    qref_status status = qref_linear_set_sum(item, &stream, n, n % 2 == 0 ? sum : -sum, error);
    if (status != QREF_OK) {
      return status;
    }
  }
  return QREF_OK;
}

/* What a store to float16 does at both ends. parameter 0: a step of the sum is 8; 1: it is an eighth of the smallest
 * subnormal. */
static qref_status fill_float16_ends(qref_case *item, uint64_t seed, int64_t parameter, qref_error *error) {
  static const int32_t sums[2][16] = {
      {8188 /* 65504 */, 8189, 8190 /* 65520, the tie of overflow */, 8191, 8192, 8187, 8186, 8184, 9000, 12000, 16000,
       0, 4096, 4095, 4097, 1},
      {4 /* the tie of underflow */, 3, 5, 1, 8, 12, 20, 24, 8 * 1023, 8 * 1023 + 4 /* to the least normal */,
       8 * 1023 + 7, 8 * 1024, 8 * 1023 + 3, 8 * 1022 + 4, 8 * 1024 + 4, 0},
  };
  qref_seek_stream stream = qref_linear_stream(item, seed);
  qref_linear_set_scales(item, parameter == 0 ? 4.0f : 0x1p-28f, 2.0f);
  qref_linear_prepare(item, &stream);
  for (size_t n = 0; n < item->args.linear_w8a8.columns; n++) {
    const int32_t sum = sums[parameter][n / 2 % 16];
    qref_status status = qref_linear_set_sum(item, &stream, n, n % 2 == 0 ? sum : -sum, error);
    if (status != QREF_OK) {
      return status;
    }
  }
  return QREF_OK;
}

/* Values far beyond int8, in many wraps: sums of up to 2^20 of every magnitude. parameter: exponent of the product of
 * scales, which is odd. */
static qref_status fill_far(qref_case *item, uint64_t seed, int64_t parameter, qref_error *error) {
  qref_seek_stream stream = qref_linear_stream(item, seed);
  if (parameter == -1) {
    qref_linear_set_scales(item, qref_linear_has_input_scale(item) ? 2.0f : 0.5f, 0.25f);
  } else {
    const float odd = qref_seek_scale(&stream, 1.0f, 2.0f);
    qref_linear_set_scales(item, odd * qref_linear_power((int)parameter), 1.0f);
  }
  qref_linear_prepare(item, &stream);
  for (size_t n = 0; n < item->args.linear_w8a8.columns; n++) {
    const int64_t top = INT64_C(1) << (7 + n % 14);
    const int64_t sum = qref_seek_integer(&stream, top / 2, top - 1);
    qref_status status = qref_linear_set_sum(item, &stream, n, n % 4 < 2 ? sum : -sum, error);
    if (status != QREF_OK) {
      return status;
    }
  }
  return QREF_OK;
}

/* ---- plan ---- */

static size_t depth_for(int64_t sum) {
  return (size_t)(sum / (100 * 126)) + 4;
}

static void add_exact(qref_plan *plan, qref_op op) {
  static const int int8_p[] = {1, 4, 8, 11, 14};
  static const int float16_p[] = {25, 3, -4, 14, 0};
  const bool f16 = op == QREF_OP_LINEAR_W8A8_F16;
  const size_t count = plan->size == QREF_SUITE_SMOKE ? 1 : sizeof int8_p / sizeof int8_p[0];
  for (size_t i = 0; i < count; i++) {
    const int p = f16 ? float16_p[i] : int8_p[i];
    /* The longest have fewer columns: depth is what makes a case large. */
    const size_t columns = !f16 && p > 11 ? 64 : TARGETS;
    char name[64];
    snprintf(name, sizeof name, "tie_exact_%02zu", i);
    uint64_t flags = f16 ? FLAG(F16_TIE) | (p >= 25 ? FLAG(F16_SUBNORMAL) : 0) | (p == -4 ? FLAG(F16_OVERFLOW) : 0)
                         : FLAG(TIE) | (columns == TARGETS ? FLAG(SATURATION) : 0);
    qref_linear_add(plan, op, name, flags, i == 1 ? 3 : 1, columns, depth_for(f16 ? 4096 : (int64_t)130 << p),
                    fill_exact, p);
  }
}

static void add_near(qref_plan *plan, qref_op op) {
  static const struct {
    const char *name;
    int distance;
  } distances[] = {{"above_1", 1}, {"below_1", -1}, {"above_2", 2}, {"below_2", -2}};
  static const int float16_p[] = {25, 3, -4};
  const bool f16 = op == QREF_OP_LINEAR_W8A8_F16;
  const size_t groups = f16 && plan->size != QREF_SUITE_SMOKE ? 3 : 1;
  for (size_t group = 0; group < groups; group++) {
    for (size_t i = 0; i < 4; i++) {
      const int p = f16 ? float16_p[group] : 3 + (int)i;
      char name[64];
      snprintf(name, sizeof name, f16 ? "tie_%s_%02zu" : "tie_%s", distances[i].name, group);
      qref_linear_add(plan, op, name, f16 ? FLAG(F16_TIE) | FLAG(NEAR_TIE) : FLAG(NEAR_TIE), 1, TARGETS,
                      depth_for(f16 ? 4096 : (int64_t)130 << p), fill_near, p * 16 + distances[i].distance + 8);
    }
  }
}

static void add_orders(qref_plan *plan, qref_op op) {
  if (op == QREF_OP_LINEAR_W8A8_ROW) {
    return; /* one factor, one order */
  }
  static const int int8_p[] = {2, 5, 9, 7};
  static const int float16_p[] = {3, 25, -4, 10};
  const bool f16 = op == QREF_OP_LINEAR_W8A8_F16;
  const size_t count = plan->size == QREF_SUITE_SMOKE ? 1 : 4;
  for (size_t i = 0; i < count; i++) {
    const int p = f16 ? float16_p[i] : int8_p[i];
    char name[64];
    snprintf(name, sizeof name, "multiply_order_%02zu", i);
    qref_linear_add(plan, op, name, FLAG(NEAR_TIE), 1, TARGETS, depth_for(f16 ? 4096 : (int64_t)130 << p), fill_orders,
                    p);
  }
}

static void add_rounding_variants(qref_plan *plan, qref_op op) {
  const qref_rounding_variant *variant;
  for (size_t i = 0; (variant = qref_rounding_variant_at(i)) != NULL; i++) {
    const bool wraps = variant->rule.overflow == QREF_OVERFLOW_WRAP;
    static const struct {
      const char *name;
      qref_case_fill fill;
      int64_t parameter;
      size_t columns, depth;
    } data[] = {{"tie", fill_exact, 4, TARGETS, 4},
                {"near", fill_near, 3 * 16 + 1 + 8, TARGETS, 4},
                {"uniform", qref_linear_fill_data, QREF_LINEAR_UNIFORM, 120, 20},
                {"far", fill_far, -1, 140, 90}};
    for (size_t j = 0; j < sizeof data / sizeof data[0]; j++) {
      char name[64];
      snprintf(name, sizeof name, "%s-%s", variant->name, data[j].name);
      const uint64_t kind = j == 0   ? FLAG(TIE)
                            : j == 1 ? FLAG(NEAR_TIE)
                            : j == 2 ? FLAG(UNIFORM)
                            : wraps  ? FLAG(WRAP)
                                     : FLAG(SATURATION);
      qref_planned_case *planned = qref_linear_add(plan, op, name, FLAG(HARDWARE_PROFILE) | kind, j == 0 ? 3 : 1,
                                                   data[j].columns, data[j].depth, data[j].fill, data[j].parameter);
      qref_linear_rule rule = *qref_linear_rule_of(&planned->item);
      rule.output = variant->rule;
      qref_linear_set_rule(planned, &rule, variant->name);
    }
  }
  for (int exponent = 3; exponent <= 15; exponent += 4) {
    char name[64];
    snprintf(name, sizeof name, "wrap_far_%02d", exponent);
    qref_planned_case *planned =
        qref_linear_add(plan, op, name, FLAG(HARDWARE_PROFILE) | FLAG(WRAP), 1, 140, 90, fill_far, exponent);
    qref_linear_rule rule = *qref_linear_rule_of(&planned->item);
    variant = qref_rounding_variant_at(3); /* half-even-wrap */
    rule.output = variant->rule;
    qref_linear_set_rule(planned, &rule, variant->name);
  }
}

void qref_plan_linear_ties(qref_plan *plan, qref_op op) {
  add_exact(plan, op);
  add_near(plan, op);
  add_orders(plan, op);
  if (plan->size == QREF_SUITE_SMOKE) {
    return;
  }
  const bool f16 = op == QREF_OP_LINEAR_W8A8_F16;
  qref_linear_add(plan, op, "tie_steps",
                  f16 ? FLAG(F16_TIE) | FLAG(F16_OVERFLOW) | FLAG(NEAR_TIE) : FLAG(TIE) | FLAG(NEAR_TIE), 1, 60,
                  depth_for(16773120), fill_steps, 0);
  qref_linear_add(plan, op, "saturation_far", f16 ? FLAG(F16_OVERFLOW) : FLAG(SATURATION), 1, 140, 90, fill_far, -1);
  if (f16) {
    qref_linear_add(plan, op, "float16_largest", FLAG(F16_OVERFLOW) | FLAG(F16_TIE), 1, 32, 6, fill_float16_ends, 0);
    qref_linear_add(plan, op, "float16_least", FLAG(F16_SUBNORMAL) | FLAG(F16_TIE), 1, 32, 6, fill_float16_ends, 1);
    qref_linear_add(plan, op, "underflow", FLAG(F16_SUBNORMAL), 1, TARGETS, depth_for(4096), fill_exact, 27);
  } else {
    add_rounding_variants(plan, op);
  }
}
