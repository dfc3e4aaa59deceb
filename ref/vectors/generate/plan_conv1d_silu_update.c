/* Cases of conv1d_silu_update, one token. */
#include "ref/vectors/case/flag_tables.h"
#include "ref/vectors/generate/plan_conv1d.h"

#define OP QREF_OP_CONV1D_SILU_UPDATE

static qref_function_rule *silu_of(qref_case *item) {
  return &item->profile.conv1d_silu_update.silu;
}

static qref_multiply_add *multiply_add_of(qref_case *item) {
  return &item->profile.conv1d_silu_update.tap_add;
}

static qref_quantize_rule *output_of(qref_case *item) {
  return &item->profile.conv1d_silu_update.output;
}

/* The steps of the sequence that conv1d_silu/prefill_decode takes as a whole: the state in front of a step is that
 * behind the step before. */
static void add_decode(qref_plan *plan) {
  const size_t steps = plan->size == QREF_SUITE_SMOKE ? 3 : 9;
  for (size_t t = 0; t < steps; t++) {
    qref_conv1d_add_numbered(plan, OP, "decode", t, FLAG(PREFILL_DECODE), (qref_conv1d_shape){1, 12, 1, 4, true, true},
                             qref_conv1d_fill_sequence, (int64_t)t);
  }
}

void qref_plan_conv1d_silu_update(qref_plan *plan) {
  qref_plan_conv1d_common(plan, OP);
  add_decode(plan);
  if (plan->size == QREF_SUITE_SMOKE) {
    return;
  }
  for (size_t width = 1; width <= 9; width++) {
    qref_conv1d_add_numbered(plan, OP, "width", width, FLAG(UNIFORM) | FLAG(BATCH),
                             (qref_conv1d_shape){3, 6, 1, width, width % 3 != 0, width % 2 == 0}, qref_conv1d_fill_data,
                             QREF_CONV1D_UNIFORM);
  }
  qref_plan_conv1d_functions(plan, OP, silu_of, multiply_add_of);
  qref_plan_conv1d_roundings(plan, OP, output_of);
}
