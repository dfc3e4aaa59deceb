/* The cases that all three int8 conv1d ops have. */
#include <stdio.h>

#include "ref/vectors/case/flag_tables.h"
#include "ref/vectors/generate/plan_attributes.h"
#include "ref/vectors/generate/plan_conv1d.h"

qref_planned_case *qref_conv1d_add(qref_plan *plan, qref_op op, const char *name, uint64_t flags,
                                   qref_conv1d_shape shape, qref_case_fill fill, int64_t parameter) {
  flags |= shape.bias ? 0 : FLAG(ABSENT_INPUT);
  qref_planned_case *planned = qref_plan_add(plan, op, name, flags, fill, parameter);
  qref_case *item = &planned->item;
  qref_plan_set_size(item, "batch", shape.batch);
  qref_plan_set_size(item, "channels", shape.channels);
  qref_plan_set_size(item, "length", shape.length);
  qref_plan_set_size(item, "width", shape.width);
  qref_plan_set_bool(item, "silu", shape.silu);
  if (!shape.bias) {
    qref_case_without(item, "bias");
  }
  return planned;
}

qref_planned_case *qref_conv1d_add_numbered(qref_plan *plan, qref_op op, const char *name, size_t number,
                                            uint64_t flags, qref_conv1d_shape shape, qref_case_fill fill,
                                            int64_t parameter) {
  char numbered[64];
  snprintf(numbered, sizeof numbered, "%s_%02zu", name, number);
  return qref_conv1d_add(plan, op, numbered, flags, shape, fill, parameter);
}

/* The simulated grid has no clamp. */
static uint64_t saturation_flag(qref_op op) {
  return op == QREF_OP_CONV1D_SILU_FLOATSIM ? 0 : FLAG(SATURATION);
}

static qref_conv1d_shape searched(size_t channels, size_t width, bool silu) {
  return (qref_conv1d_shape){1, channels, width, width, true, silu};
}

static void add_searched(qref_plan *plan, qref_op op) {
  static const int exact[] = {4, 1, 7};
  const bool smoke = plan->size == QREF_SUITE_SMOKE;
  const size_t repeats = plan->size == QREF_SUITE_THOROUGH ? 6 : 1;
  for (size_t i = 0; i < (smoke ? 1 : 3); i++) {
    qref_conv1d_add_numbered(plan, op, "tie_exact", i, FLAG(TIE) | saturation_flag(op),
                             searched(smoke ? 130 : 260, i == 2 ? 3 : 4, false), qref_conv1d_fill_exact, exact[i]);
  }
  for (size_t group = 0; group < (smoke ? 0 : 4 * repeats); group++) {
    qref_conv1d_add_numbered(plan, op, "tie_near", group, FLAG(NEAR_TIE), searched(60, 4, false), qref_conv1d_fill_near,
                             (int64_t)(group % 4));
  }
  for (size_t group = smoke ? 3 : 0; group < (smoke ? 4 : 8 * repeats); group++) {
    qref_conv1d_add_numbered(plan, op, "tie_near_silu", group, FLAG(NEAR_TIE),
                             searched(60, group % 2 == 0 ? 5 : 4, true), qref_conv1d_fill_near, (int64_t)(group % 8));
  }
  static const char *const alternatives[QREF_CONV1D_ALTERNATIVES] = {
      NULL,      "multiply_add", "scale_form", "scale_order", "other_op", "bias_last", "taps_reversed",
      "sigmoid", "exp_above",    "exp_below",  "identity"};
  for (int i = 1; !smoke && i < QREF_CONV1D_ALTERNATIVES; i++) {
    if (i == QREF_CONV1D_TAPS_REVERSED && op == QREF_OP_CONV1D_SILU) {
      continue; /* its sum is an integer */
    }
    char name[64];
    snprintf(name, sizeof name, "separate_%s", alternatives[i]);
    qref_conv1d_add(plan, op, name, FLAG(NEAR_TIE), searched(30, 4, i >= QREF_CONV1D_SIGMOID_PRODUCT),
                    qref_conv1d_fill_separating, i);
    if (i >= QREF_CONV1D_SIGMOID_PRODUCT && i != QREF_CONV1D_IDENTITY) {
      snprintf(name, sizeof name, "separate_%s_negative", alternatives[i]);
      qref_conv1d_add(plan, op, name, FLAG(NEAR_TIE), searched(30, 4, true), qref_conv1d_fill_separating, i + 16);
    }
  }
  for (size_t width = smoke ? 4 : 2; width <= (smoke ? 4 : 5); width++) {
    qref_conv1d_add_numbered(plan, op, "cancellation", width, FLAG(CANCELLATION), searched(48, width, false),
                             qref_conv1d_fill_cancellation, 0);
  }
}

static void add_random(qref_plan *plan, qref_op op) {
  const size_t cases = plan->size == QREF_SUITE_THOROUGH ? 40 : 8;
  for (size_t i = 1; i < cases; i++) {
    const qref_conv1d_shape shape = {1 + i % 3, 3 + 2 * i, 9 + 5 * (i % 4), 2 + i % 4, i % 4 != 3, i % 3 != 1};
    qref_conv1d_add_numbered(plan, op, "uniform", i, FLAG(UNIFORM) | FLAG(BATCH), shape, qref_conv1d_fill_data,
                             QREF_CONV1D_UNIFORM);
    if (i % 2 == 0) {
      qref_conv1d_add_numbered(plan, op, "bell", i / 2, FLAG(BELL), shape, qref_conv1d_fill_data, QREF_CONV1D_BELL);
    }
  }
  for (size_t i = 0; i < 4; i++) {
    const qref_conv1d_shape shape = {2, 15, 7, 2 + i, i % 2 == 0, i % 2 == 1};
    qref_conv1d_add_numbered(plan, op, "saturation", i, FLAG(UNIFORM) | (i % 2 == 0 ? saturation_flag(op) : 0), shape,
                             qref_conv1d_fill_data, QREF_CONV1D_SATURATING);
  }
  if (plan->size == QREF_SUITE_THOROUGH) {
    qref_conv1d_add(plan, op, "uniform_large", FLAG(UNIFORM) | FLAG(BATCH),
                    (qref_conv1d_shape){2, 384, 65, 4, true, true}, qref_conv1d_fill_data, QREF_CONV1D_UNIFORM);
  }
}

static void add_constant(qref_plan *plan, qref_op op) {
  static const struct {
    const char *name;
    qref_flag flag;
    qref_conv1d_data data;
  } of_kind[] = {
      {"all_minimum", QREF_FLAG_ALL_MINIMUM, QREF_CONV1D_MINIMUM},
      {"all_maximum", QREF_FLAG_ALL_MAXIMUM, QREF_CONV1D_MAXIMUM},
      {"minimum_by_maximum", QREF_FLAG_ACCUMULATOR_EXTREME, QREF_CONV1D_MINIMUM_BY_MAXIMUM},
      {"zero", QREF_FLAG_ZERO, QREF_CONV1D_ZERO},
      {"alternating", QREF_FLAG_ALTERNATING, QREF_CONV1D_ALTERNATING},
      {"all_codes", QREF_FLAG_ALL_CODES, QREF_CONV1D_CODES},
  };
  for (size_t i = 0; i < sizeof of_kind / sizeof of_kind[0]; i++) {
    for (size_t silu = 0; silu < 2; silu++) {
      const qref_conv1d_shape shape = {1, of_kind[i].data == QREF_CONV1D_CODES ? 41 : 3, 13, 4 + silu, true, silu != 0};
      qref_conv1d_add_numbered(plan, op, of_kind[i].name, silu, QREF_FLAG_BIT(of_kind[i].flag), shape,
                               qref_conv1d_fill_data, of_kind[i].data);
    }
  }
}

static void add_channels(qref_plan *plan, qref_op op) {
  static const struct {
    size_t channels;
    uint64_t flags;
  } counts[] = {{1, FLAG(ONE_CHANNEL)},          {7, FLAG(ODD)},
                {9, FLAG(ODD) | FLAG(PAST_8)},   {17, FLAG(ODD) | FLAG(PAST_16)},
                {33, FLAG(ODD) | FLAG(PAST_32)}, {2049, FLAG(ODD) | FLAG(PAST_2048)}};
  for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
    const qref_conv1d_shape shape = {i == 5 ? 1 : 2, counts[i].channels, 5, 4, true, i % 2 == 0};
    qref_conv1d_add_numbered(plan, op, "channels", counts[i].channels, counts[i].flags | FLAG(UNIFORM), shape,
                             qref_conv1d_fill_data, QREF_CONV1D_UNIFORM);
  }
}

static void add_ranges(qref_plan *plan, qref_op op) {
  for (int i = 0; i < QREF_CONV1D_RANGES; i++) {
    qref_conv1d_add_numbered(plan, op, "function_range", (size_t)i, FLAG(FUNCTION_RANGE),
                             (qref_conv1d_shape){1, 24, 12, 4, true, true}, qref_conv1d_fill_range, i);
    if (op == QREF_OP_CONV1D_SILU_FLOATSIM) {
      qref_conv1d_add_numbered(plan, op, "function_range_fine", (size_t)i, FLAG(FUNCTION_RANGE),
                               (qref_conv1d_shape){1, 24, 12, 4, true, true}, qref_conv1d_fill_range_fine, i);
    }
  }
  for (int i = 0; i < QREF_CONV1D_EXTREME_SCALES; i++) {
    const uint64_t flags = qref_conv1d_extreme_is_infinite(i) ? FLAG(INFINITY) : FLAG(UNIFORM);
    qref_conv1d_add_numbered(plan, op, "extreme_scales", 2 * (size_t)i, flags,
                             (qref_conv1d_shape){1, 9, 6, 4, true, true}, qref_conv1d_fill_extreme_scales, i);
    qref_conv1d_add_numbered(plan, op, "extreme_scales", 2 * (size_t)i + 1, flags,
                             (qref_conv1d_shape){1, 9, 6, 3, i % 2 == 0, false}, qref_conv1d_fill_extreme_scales, i);
  }
}

void qref_plan_conv1d_common(qref_plan *plan, qref_op op) {
  qref_conv1d_add_numbered(plan, op, "uniform", 0, FLAG(UNIFORM) | FLAG(BATCH),
                           (qref_conv1d_shape){2, 13, 11, 4, true, true}, qref_conv1d_fill_data, QREF_CONV1D_UNIFORM);
  qref_conv1d_add(plan, op, "uniform_no_bias", FLAG(UNIFORM), (qref_conv1d_shape){2, 5, 7, 3, false, false},
                  qref_conv1d_fill_data, QREF_CONV1D_UNIFORM);
  add_searched(plan, op);
  if (plan->size == QREF_SUITE_SMOKE) {
    return;
  }
  qref_conv1d_add(plan, op, "zero_no_bias", FLAG(ZERO), (qref_conv1d_shape){1, 3, 5, 4, false, true},
                  qref_conv1d_fill_data, QREF_CONV1D_ZERO);
  qref_conv1d_add(plan, op, "double_rounding", FLAG(NEAR_TIE), searched(16, 4, false), qref_conv1d_fill_double_rounding,
                  0);
  add_random(plan, op);
  add_constant(plan, op);
  add_channels(plan, op);
  add_ranges(plan, op);
}

void qref_plan_conv1d_functions(qref_plan *plan, qref_op op, qref_function_rule *(*silu_of)(qref_case *item),
                                qref_multiply_add *(*multiply_add_of)(qref_case *item)) {
  static const struct {
    uint32_t entries;
    float minimum, maximum;
  } tables[] = {{2, -1.0f, 1.5f}, {17, -8.0f, 8.0f}, {64, -6.0f, 7.3f}, {1025, -16.0f, 16.0f}};
  char name[64];
  for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++) {
    /* Arguments k + 1/2, midpoints between samples of the second table; arguments of every kind, and those on a fine
     * grid; arguments that are midpoints up to rounding. */
    static const struct {
      const char *name;
      qref_conv1d_shape shape;
      qref_case_fill fill;
      int64_t parameter;
    } data[] = {{"midpoints", {1, 65, 4, 4, true, true}, qref_conv1d_fill_table, 0},
                {"uniform", {1, 11, 13, 4, true, true}, qref_conv1d_fill_table, 1},
                {"fine", {1, 11, 13, 4, true, true}, qref_conv1d_fill_table, 2},
                {"index", {1, 30, 4, 4, true, true}, qref_conv1d_fill_table_index, 0}};
    for (size_t j = 0; j < sizeof data / sizeof data[0]; j++) {
      if (j == 2 && op != QREF_OP_CONV1D_SILU_FLOATSIM) {
        continue; /* int8 would clamp it */
      }
      snprintf(name, sizeof name, "silu_table_%u_%s", tables[i].entries, data[j].name);
      qref_planned_case *planned = qref_conv1d_add(plan, op, name, FLAG(HARDWARE_PROFILE) | FLAG(FUNCTION_RANGE),
                                                   data[j].shape, data[j].fill, data[j].parameter);
      *silu_of(&planned->item) =
          (qref_function_rule){QREF_FUNCTION_TABLE, tables[i].entries, tables[i].minimum, tables[i].maximum};
      snprintf(name, sizeof name, "%s-silu-table-%u", qref_op_name(op), tables[i].entries);
      qref_planned_variant(planned, name);
    }
  }
  snprintf(name, sizeof name, "%s-separate-multiply-add", qref_op_name(op));
  for (size_t width = 2; width <= 5; width++) {
    qref_planned_case *planned = qref_conv1d_add_numbered(plan, op, "separate_multiply_add_cancellation", width,
                                                          FLAG(HARDWARE_PROFILE) | FLAG(CANCELLATION),
                                                          searched(48, width, false), qref_conv1d_fill_cancellation, 0);
    *multiply_add_of(&planned->item) = QREF_MULTIPLY_ADD_SEPARATE;
    qref_planned_variant(planned, name);
  }
  for (int i = 0; i < 2; i++) {
    qref_planned_case *planned = qref_conv1d_add_numbered(
        plan, op, "separate_multiply_add_uniform", (size_t)i, FLAG(HARDWARE_PROFILE) | FLAG(UNIFORM),
        (qref_conv1d_shape){2, 9, 10, 4, true, i == 1}, qref_conv1d_fill_data, QREF_CONV1D_UNIFORM);
    *multiply_add_of(&planned->item) = QREF_MULTIPLY_ADD_SEPARATE;
    qref_planned_variant(planned, name);
  }
  qref_planned_case *planned =
      qref_conv1d_add(plan, op, "separate_multiply_add_tie", FLAG(HARDWARE_PROFILE) | FLAG(NEAR_TIE),
                      searched(30, 4, false), qref_conv1d_fill_separating, QREF_CONV1D_OTHER_MULTIPLY_ADD);
  *multiply_add_of(&planned->item) = QREF_MULTIPLY_ADD_SEPARATE;
  qref_planned_variant(planned, name);
}

void qref_conv1d_add_lengths(qref_plan *plan, qref_op op, qref_case_fill fill) {
  for (size_t width = 2; width <= 5; width++) {
    for (size_t length = 1; length <= width + 1; length++) {
      const uint64_t flag = (length == 1 ? FLAG(LENGTH_1) : 0) | (length < width ? FLAG(LENGTH_BELOW_WIDTH) : 0) |
                            (length == width ? FLAG(LENGTH_WIDTH) : 0) |
                            (length > width ? FLAG(LENGTH_ABOVE_WIDTH) : 0);
      char name[64];
      snprintf(name, sizeof name, "width_%zu_length_%zu", width, length);
      qref_conv1d_add(plan, op, name, flag | FLAG(UNIFORM) | FLAG(BATCH),
                      (qref_conv1d_shape){2, 5, length, width, true, length % 2 == 0}, fill, QREF_CONV1D_UNIFORM);
    }
  }
}
