/* Cases of the five forms of linear W8A8: plain data in all shapes, scales at the ends of float32. What is solved for
 * lies in plan_linear_ties.c and plan_linear_accumulators.c. */
#include <stdio.h>

#include "ref/vectors/case/flag_tables.h"
#include "ref/vectors/generate/plan_linear.h"
#include "ref/vectors/generate/rounding_variant.h"

typedef enum kind {
  UNIFORM = QREF_LINEAR_UNIFORM,
  BELL,
  MINIMUM,
  MAXIMUM,
  ZERO,
  ALTERNATING,
  CODES,
  X_ONLY_MINIMUM,
  SATURATING
} kind;

/* The largest integer whose square is not above n. */
static size_t integer_root(size_t n) {
  size_t root = 1;
  while ((root + 1) * (root + 1) <= n) {
    root++;
  }
  return root;
}

/* Weight scales that differ by up to a factor of four where there are several, an odd input scale, and a product for
 * which a sum of the size `sum` gives a value of about `value`. */
static void set_random_scales(qref_case *item, qref_seek_stream *stream, float sum, float value) {
  const float input_scale = qref_linear_has_input_scale(item) ? qref_seek_scale(stream, 0.01f, 0.1f) : 1.0f;
  qref_linear_set_scales(item, value / sum / input_scale, input_scale);
  if (qref_linear_scale_per_column(item)) {
    float *weight_scale = qref_case_f32(item, "weight_scale");
    for (size_t n = 0; n < item->args.linear_w8a8.columns; n++) {
      weight_scale[n] *= qref_seek_scale(stream, 0.5f, 2.0f);
    }
  }
}

qref_status qref_linear_fill_data(qref_case *item, uint64_t seed, int64_t parameter, qref_error *error) {
  static const struct {
    qref_fill_kind fill;
    int low, high;
  } of_kind[] = {
      [UNIFORM] = {QREF_FILL_UNIFORM, -128, 127},
      [BELL] = {QREF_FILL_BELL, -128, 127},
      [MINIMUM] = {QREF_FILL_CONSTANT, -128, 0},
      [MAXIMUM] = {QREF_FILL_CONSTANT, 127, 0},
      [ZERO] = {QREF_FILL_CONSTANT, 0, 0},
      [ALTERNATING] = {QREF_FILL_ALTERNATING, -128, 127},
      [CODES] = {QREF_FILL_CODES, 0, 0},
      [X_ONLY_MINIMUM] = {QREF_FILL_CONSTANT, -128, 0},
      [SATURATING] = {QREF_FILL_UNIFORM, -128, 127},
  };
  (void)error;
  qref_seek_stream stream = qref_linear_stream(item, seed);
  const kind data = (kind)parameter;
  qref_fill(item, seed, "x", of_kind[data].fill, of_kind[data].low, of_kind[data].high);
  if (data == X_ONLY_MINIMUM || data == ZERO || data == CODES) {
    qref_fill(item, seed, "w", QREF_FILL_UNIFORM, -128, 127);
  } else {
    qref_fill(item, seed, "w", of_kind[data].fill, of_kind[data].low, of_kind[data].high);
  }
  const size_t depth = item->args.linear_w8a8.depth;
  const bool constant = data == MINIMUM || data == MAXIMUM || data == ALTERNATING;
  /* 74 * 74 is the mean square of uniform products; a bell of four has a quarter of the variance. */
  const size_t typical = constant ? 16384 * depth : (data == BELL ? 1369 : 5476) * integer_root(depth);
  const float spread = constant ? 60.7f : data == SATURATING ? 150.0f : 50.0f;
  set_random_scales(item, &stream, (float)typical, spread);
  return QREF_OK;
}

/* Every output code: x = 1, 0, 0, ...; w[n][0] = n - 128; scales whose product is 1. The other elements are random and
 * meet zeros. */
static qref_status fill_all_codes(qref_case *item, uint64_t seed, int64_t parameter, qref_error *error) {
  (void)parameter, (void)error;
  const size_t depth = item->args.linear_w8a8.depth;
  int8_t *w = qref_case_i8(item, "w");
  qref_fill(item, seed, "w", QREF_FILL_UNIFORM, -128, 127);
  for (size_t n = 0; n < item->args.linear_w8a8.columns; n++) {
    w[n * depth + 2] = (int8_t)((int)(n % 256) - 128);
  }
  qref_case_i8(item, "x")[2] = 1;
  const bool two = qref_linear_has_input_scale(item);
  qref_linear_set_scales(item, two ? 0.125f : 1.0f, two ? 8.0f : 1.0f);
  return QREF_OK;
}

enum { EXTREME_SCALES = 8 };

/* Whether the scales of that index give infinities before rounding in the form's order. */
static bool extreme_is_infinite(qref_op op, int64_t index) {
  switch (op) {
    case QREF_OP_LINEAR_W8A8_ROW:
      return index == 0 || index == 3;
    case QREF_OP_LINEAR_W8A8_PER_CHANNEL:
      return index == 0;
    default:
      return index <= 1;
  }
}

/* A column of zeros beside others, so that sums of exactly 0 meet extreme scales. parameter: which scales. */
static qref_status fill_extreme_scales(qref_case *item, uint64_t seed, int64_t parameter, qref_error *error) {
  static const struct {
    float weight, input;
  } pairs[EXTREME_SCALES] = {
      {1e30f, 1e30f},            /* the product of scales is infinite, and so is every value but that of a sum of 0 */
      {1e38f, 1e-38f},           /* the sum times the weight scale is infinite, the product of scales is not */
      {1e-38f, 1e38f},           /* the sum times the input scale is infinite */
      {0x1.8p-138f, 0x1p127f},   /* a subnormal scale: flushed to zero, every value is zero */
      {0x1p127f, 0x1.8p-138f},   /* the other one */
      {0x1.3p-149f, 0x1p-100f},  /* every value is zero, of either sign */
      {0x1p-120f, 0x1p100f},     /* values that are zero before rounding only to int8 */
      {0x1.8p-100f, 0x1.4p-36f}, /* a subnormal product of scales, the values are normal */
  };
  (void)error;
  qref_fill(item, seed, "x", QREF_FILL_UNIFORM, -128, 127);
  qref_fill(item, seed, "w", QREF_FILL_UNIFORM, -128, 127);
  for (size_t k = 0; k < item->args.linear_w8a8.depth; k++) {
    qref_case_i8(item, "w")[k] = 0;
  }
  if (qref_linear_has_input_scale(item)) {
    qref_linear_set_scales(item, pairs[parameter].weight, pairs[parameter].input);
  } else {
    static const float factors[EXTREME_SCALES] = {1e38f,     1e-38f, 0x1p-140f, 0x1p127f,
                                                  0x1p-127f, 1e30f,  0x1p-149f, 0x1.8p-130f};
    qref_linear_set_scales(item, factors[parameter], 1.0f);
  }
  return QREF_OK;
}

/* ---- plan ---- */

static void add_shapes(qref_plan *plan, qref_op op) {
  static const struct {
    const char *name;
    size_t rows, columns, depth;
    uint64_t flags;
  } shapes[] = {
      {"depth_0001", 2, 9, 1, FLAG(LENGTH_1)},
      {"depth_0007", 3, 5, 7, FLAG(ODD)},
      {"depth_0009", 3, 7, 9, FLAG(ODD) | FLAG(PAST_8)},
      {"depth_0017", 2, 5, 17, FLAG(ODD) | FLAG(PAST_16)},
      {"depth_0033", 2, 6, 33, FLAG(ODD) | FLAG(PAST_32)},
      {"depth_0064", 3, 8, 64, 0},
      {"depth_2049", 2, 5, 2049, FLAG(ODD) | FLAG(PAST_2048)},
      {"columns_0001", 5, 1, 31, FLAG(ONE_CHANNEL)},
      {"columns_0009", 2, 9, 24, FLAG(ODD) | FLAG(PAST_8)},
      {"columns_0017", 3, 17, 21, FLAG(ODD) | FLAG(PAST_16)},
      {"columns_0033", 2, 33, 19, FLAG(ODD) | FLAG(PAST_32)},
      {"columns_2049", 2, 2049, 5, FLAG(ODD) | FLAG(PAST_2048)},
      {"rows_0001", 1, 12, 23, FLAG(LENGTH_1)},
      {"rows_0009", 9, 6, 13, FLAG(ODD) | FLAG(PAST_8)},
      {"rows_0017", 17, 5, 11, FLAG(ODD) | FLAG(PAST_16)},
      {"rows_0033", 33, 3, 10, FLAG(ODD) | FLAG(PAST_32)},
      {"rows_2049", 2049, 3, 6, FLAG(ODD) | FLAG(PAST_2048)},
  };
  const bool single_row = op == QREF_OP_LINEAR_W8A8_ROW || op == QREF_OP_LINEAR_W8A8_PER_CHANNEL;
  for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++) {
    if (single_row && shapes[i].name[0] == 'r') {
      continue;
    }
    qref_linear_add(plan, op, shapes[i].name, FLAG(UNIFORM) | shapes[i].flags, shapes[i].rows, shapes[i].columns,
                    shapes[i].depth, qref_linear_fill_data, UNIFORM);
  }
}

static void add_numbered(qref_plan *plan, qref_op op, const char *name, size_t number, uint64_t flags, size_t rows,
                         size_t columns, size_t depth, qref_case_fill fill, int64_t parameter) {
  char numbered[64];
  snprintf(numbered, sizeof numbered, "%s_%02zu", name, number);
  qref_linear_add(plan, op, numbered, flags, rows, columns, depth, fill, parameter);
}

static void add_data(qref_plan *plan, qref_op op) {
  const bool f16 = op == QREF_OP_LINEAR_W8A8_F16;
  const size_t random_cases = plan->size == QREF_SUITE_THOROUGH ? 16 : 4;
  for (size_t i = 1; i < random_cases; i++) {
    add_numbered(plan, op, "uniform", i, FLAG(UNIFORM) | FLAG(BATCH), 1 + i % 4, 13 + 16 * i, 27 + 33 * i,
                 qref_linear_fill_data, UNIFORM);
    add_numbered(plan, op, "bell", i, FLAG(BELL) | FLAG(BATCH), 1 + i % 3, 40 + 7 * i, 50 + 29 * i,
                 qref_linear_fill_data, BELL);
    add_numbered(plan, op, "saturating", i, f16 ? FLAG(UNIFORM) : FLAG(UNIFORM) | FLAG(SATURATION), 2, 60, 40 * i + 1,
                 qref_linear_fill_data, SATURATING);
  }
  if (plan->size == QREF_SUITE_THOROUGH) {
    add_numbered(plan, op, "uniform_large", 0, FLAG(UNIFORM) | FLAG(BATCH), 16, 512, 768, qref_linear_fill_data,
                 UNIFORM);
    add_numbered(plan, op, "bell_large", 0, FLAG(BELL) | FLAG(BATCH), 7, 1030, 513, qref_linear_fill_data, BELL);
  }
  add_numbered(plan, op, "all_minimum", 0, FLAG(ALL_MINIMUM), 2, 3, 21, qref_linear_fill_data, MINIMUM);
  add_numbered(plan, op, "all_minimum", 1, FLAG(ALL_MINIMUM), 2, 30, 22, qref_linear_fill_data, X_ONLY_MINIMUM);
  add_numbered(plan, op, "all_maximum", 0, FLAG(ALL_MAXIMUM), 2, 3, 21, qref_linear_fill_data, MAXIMUM);
  add_numbered(plan, op, "zero", 0, FLAG(ZERO), 2, 5, 12, qref_linear_fill_data, ZERO);
  add_numbered(plan, op, "alternating", 0, FLAG(ALTERNATING), 2, 4, 19, qref_linear_fill_data, ALTERNATING);
  add_numbered(plan, op, "input_codes", 0, FLAG(ALL_CODES), 1, 40, 256, qref_linear_fill_data, CODES);
}

static void add_form(qref_plan *plan, qref_op op) {
  const bool f16 = op == QREF_OP_LINEAR_W8A8_F16;
  add_numbered(plan, op, "uniform", 0, FLAG(UNIFORM) | FLAG(BATCH), 3, 21, 35, qref_linear_fill_data, UNIFORM);
  add_numbered(plan, op, "all_codes", 0, FLAG(ALL_CODES), 1, 256, 3, fill_all_codes, 0);
  qref_plan_linear_ties(plan, op);
  qref_plan_linear_accumulators(plan, op);
  if (plan->size == QREF_SUITE_SMOKE) {
    return;
  }
  add_data(plan, op);
  add_shapes(plan, op);
  if (!f16) {
    /* Infinities wrap to 0. */
    const qref_rounding_variant *variant = qref_rounding_variant_at(3);
    qref_planned_case *planned =
        qref_linear_add(plan, op, "wrap_extreme_scales", FLAG(HARDWARE_PROFILE) | FLAG(INFINITY) | FLAG(WRAP), 2, 12, 9,
                        fill_extreme_scales, 0);
    qref_linear_rule rule = *qref_linear_rule_of(&planned->item);
    rule.output = variant->rule;
    qref_linear_set_rule(planned, &rule, variant->name);
  }
  for (int i = 0; i < EXTREME_SCALES; i++) {
    const uint64_t flags = extreme_is_infinite(op, i) ? FLAG(INFINITY) | (f16 ? FLAG(F16_OVERFLOW) : 0) : FLAG(UNIFORM);
    add_numbered(plan, op, "extreme_scales", (size_t)i, flags, 2, 12, 9, fill_extreme_scales, i);
  }
}

void qref_plan_linear_w8a8(qref_plan *plan) {
  for (int op = QREF_OP_LINEAR_W8A8; op <= QREF_OP_LINEAR_W8A8_PER_CHANNEL; op++) {
    add_form(plan, (qref_op)op);
  }
}
