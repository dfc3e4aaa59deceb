/* Cases of conv1d_silu_floatsim: float32 on a simulated grid, no clamp. */
#include <stdio.h>

#include "ref/vectors/case/flag_tables.h"
#include "ref/vectors/generate/plan_conv1d.h"

#define OP QREF_OP_CONV1D_SILU_FLOATSIM

static qref_function_rule *silu_of(qref_case *item) {
  return &item->profile.conv1d_floatsim.silu;
}

static qref_multiply_add *multiply_add_of(qref_case *item) {
  return &item->profile.conv1d_floatsim.tap_add;
}

/* ---- the better scale: a grid finer by the factor ---- */

static qref_status fill_better_scale(qref_case *item, uint64_t seed, int64_t parameter, qref_error *error) {
  qref_status status = qref_conv1d_fill_data(item, seed, parameter, error);
  item->args.conv1d_silu_floatsim.effective_scale /= 2025.0f;
  return status;
}

/* Negative zeros: values whose magnitude is below half a step, of both signs, and underflow of silu. */
static qref_status fill_negative_zero(qref_case *item, uint64_t seed, int64_t parameter, qref_error *error) {
  qref_status status = qref_conv1d_fill_data(item, seed, QREF_CONV1D_UNIFORM, error);
  item->args.conv1d_silu_floatsim.effective_scale *= parameter == 0 ? 40.0f : 300.0f;
  return status;
}

static void add_grid(qref_plan *plan) {
  static const struct {
    const char *name;
    qref_case_fill fill;
    int64_t parameter;
    uint64_t flags;
  } grids[] = {
      {"better_scale", fill_better_scale, QREF_CONV1D_UNIFORM, FLAG(UNIFORM)},
      {"better_scale_bell", fill_better_scale, QREF_CONV1D_BELL, FLAG(BELL)},
      {"far", qref_conv1d_fill_data, QREF_CONV1D_FAR, FLAG(UNIFORM)},
      {"fine", qref_conv1d_fill_data, QREF_CONV1D_FINE, FLAG(UNIFORM)},
      {"fine_better_scale", fill_better_scale, QREF_CONV1D_FINE, FLAG(UNIFORM)},
      {"near_zero", fill_negative_zero, 0, FLAG(ZERO)},
      {"negative_zero", fill_negative_zero, 1, FLAG(ZERO)},
  };
  for (size_t i = 0; i < sizeof grids / sizeof grids[0]; i++) {
    for (size_t silu = 0; silu < 2; silu++) {
      qref_conv1d_add_numbered(plan, OP, grids[i].name, silu, grids[i].flags,
                               (qref_conv1d_shape){2, 7, 12, 4 - silu, true, silu != 0}, grids[i].fill,
                               grids[i].parameter);
    }
  }
}

static void add_lengths(qref_plan *plan) {
  qref_conv1d_add_lengths(plan, OP, fill_better_scale);
  qref_conv1d_add(plan, OP, "width_1", FLAG(UNIFORM), (qref_conv1d_shape){2, 4, 6, 1, true, false},
                  qref_conv1d_fill_data, QREF_CONV1D_UNIFORM);
  static const struct {
    size_t length;
    uint64_t flags;
  } lengths[] = {{9, FLAG(PAST_8)}, {17, FLAG(PAST_16)}, {33, FLAG(PAST_32)}, {2049, FLAG(PAST_2048)}};
  for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
    qref_conv1d_add_numbered(plan, OP, "length", lengths[i].length, lengths[i].flags | FLAG(ODD) | FLAG(UNIFORM),
                             (qref_conv1d_shape){2, i == 3 ? 1 : 3, lengths[i].length, 4, true, i % 2 == 0},
                             qref_conv1d_fill_data, QREF_CONV1D_UNIFORM);
  }
}

static void add_roundings(qref_plan *plan) {
  static const struct {
    const char *name;
    qref_rounding rounding;
  } roundings[] = {{"half-away", QREF_ROUND_HALF_AWAY},
                   {"half-even", QREF_ROUND_HALF_EVEN},
                   {"half-up", QREF_ROUND_HALF_UP},
                   {"toward-zero", QREF_ROUND_TOWARD_ZERO},
                   {"floor", QREF_ROUND_FLOOR}};
  static const struct {
    const char *name;
    qref_conv1d_shape shape;
    qref_case_fill fill;
    int64_t parameter;
    uint64_t flags;
  } data[] = {
      {"tie", {1, 80, 4, 4, true, false}, qref_conv1d_fill_exact, 5, FLAG(TIE)},
      {"form", {1, 20, 4, 4, true, false}, qref_conv1d_fill_separating, QREF_CONV1D_OTHER_SCALE_FORM, FLAG(NEAR_TIE)},
      {"uniform", {2, 6, 7, 4, true, true}, qref_conv1d_fill_data, QREF_CONV1D_FAR, FLAG(UNIFORM)},
  };
  for (size_t i = 0; i < sizeof roundings / sizeof roundings[0]; i++) {
    for (int form = 0; form < 2; form++) {
      for (size_t j = 0; j < sizeof data / sizeof data[0]; j++) {
        const char *form_name = form == 0 ? "divisor" : "multiplier";
        char name[64];
        snprintf(name, sizeof name, "%s-%s-%s", roundings[i].name, form_name, data[j].name);
        qref_planned_case *planned = qref_conv1d_add(plan, OP, name, FLAG(HARDWARE_PROFILE) | data[j].flags,
                                                     data[j].shape, data[j].fill, data[j].parameter);
        planned->item.profile.conv1d_floatsim.grid_rounding = roundings[i].rounding;
        planned->item.profile.conv1d_floatsim.grid_scale_form = form == 0 ? QREF_SCALE_DIVISOR : QREF_SCALE_MULTIPLIER;
        snprintf(name, sizeof name, "conv1d_silu_floatsim-%s-%s", roundings[i].name, form_name);
        qref_planned_variant(planned, name);
      }
    }
  }
}

void qref_plan_conv1d_silu_floatsim(qref_plan *plan) {
  qref_plan_conv1d_common(plan, OP);
  qref_conv1d_add(plan, OP, "better_scale", FLAG(UNIFORM), (qref_conv1d_shape){1, 6, 9, 4, true, true},
                  fill_better_scale, QREF_CONV1D_UNIFORM);
  if (plan->size == QREF_SUITE_SMOKE) {
    return;
  }
  add_grid(plan);
  add_lengths(plan);
  qref_plan_conv1d_functions(plan, OP, silu_of, multiply_add_of);
  add_roundings(plan);
}
