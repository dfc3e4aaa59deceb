/* Hardware profiles of the two conv1d ops that store int8: every rounding, overflow and scale form. */
#include <stdio.h>

#include "ref/vectors/case/flag_tables.h"
#include "ref/vectors/generate/plan_conv1d.h"
#include "ref/vectors/generate/rounding_variant.h"

void qref_plan_conv1d_roundings(qref_plan *plan, qref_op op, qref_quantize_rule *(*output_of)(qref_case *item)) {
  static const struct {
    const char *name;
    qref_conv1d_shape shape;
    qref_case_fill fill;
    int64_t parameter;
    uint64_t flags;
    bool both_forms;
  } data[] = {
      {"tie", {1, 80, 4, 4, true, false}, qref_conv1d_fill_exact, 5, FLAG(TIE), true},
      {"far", {2, 12, 6, 4, true, false}, qref_conv1d_fill_data, QREF_CONV1D_FAR, 0, false},
      {"huge", {1, 16, 4, 4, true, false}, qref_conv1d_fill_data, QREF_CONV1D_HUGE, 0, false},
      {"infinite", {1, 12, 4, 4, true, false}, qref_conv1d_fill_extreme_scales, 3, FLAG(INFINITY), false},
      {"form",
       {1, 20, 4, 4, true, false},
       qref_conv1d_fill_separating,
       QREF_CONV1D_OTHER_SCALE_FORM,
       FLAG(NEAR_TIE),
       true},
      {"uniform", {2, 6, 7, 4, true, true}, qref_conv1d_fill_data, QREF_CONV1D_SATURATING, FLAG(UNIFORM), true},
  };
  const qref_rounding_variant *variant;
  for (size_t i = 0; (variant = qref_rounding_variant_at(i)) != NULL; i++) {
    for (int form = 0; form < 2; form++) {
      for (size_t j = 0; j < sizeof data / sizeof data[0]; j++) {
        if (form != 0 && !data[j].both_forms) {
          continue;
        }
        if (data[j].fill == qref_conv1d_fill_separating && variant->rule.rounding == QREF_ROUND_STOCHASTIC) {
          continue; /* every element has a boundary of its own */
        }
        const char *form_name = form == 0 ? "divisor" : "multiplier";
        const uint64_t range = variant->rule.overflow == QREF_OVERFLOW_WRAP ? FLAG(WRAP) : FLAG(SATURATION);
        char name[64];
        snprintf(name, sizeof name, "%s-%s-%s", variant->name, form_name, data[j].name);
        qref_planned_case *planned =
            qref_conv1d_add(plan, op, name, FLAG(HARDWARE_PROFILE) | data[j].flags | (j == 1 || j == 2 ? range : 0),
                            data[j].shape, data[j].fill, data[j].parameter);
        *output_of(&planned->item) =
            (qref_quantize_rule){form == 0 ? QREF_SCALE_DIVISOR : QREF_SCALE_MULTIPLIER, variant->rule};
        snprintf(name, sizeof name, "%s-%s-%s", qref_op_name(op), variant->name, form_name);
        qref_planned_variant(planned, name);
      }
    }
  }
}
