/* The plans of conv1d, requantize and linear: what an implementation could swap changes an output. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* CMocka needs the above first. */
#include <cmocka.h>

#include "tests/vectors/plan_cases.h"

typedef void (*change)(qref_profile *profile);

/* How many cases whose names begin so give another output under the changed profile; all that there are in *cases. */
static size_t changed_cases(qref_op op, const char *beginning, change apply, size_t *cases) {
  qref_plan plan = plan_of(QREF_SUITE_STANDARD, op);
  size_t changed = 0;
  *cases = 0;
  for (size_t i = 0; i < plan.count; i++) {
    if (!named(&plan.cases[i].item, beginning) || has_flag(&plan.cases[i].item, QREF_FLAG_HARDWARE_PROFILE)) {
      continue;
    }
    qref_case item = made(&plan, i, PLAN_SEED);
    qref_profile profile = item.profile;
    apply(&profile);
    changed += output_changes(&item, &profile);
    (*cases)++;
    qref_case_free(&item);
  }
  qref_plan_free(&plan);
  return changed;
}

static void assert_all_change(qref_op op, const char *beginning, change apply) {
  size_t cases;
  const size_t changed = changed_cases(op, beginning, apply, &cases);
  if (cases == 0 || changed != cases) {
    fail_msg("%s/%s*: %zu of %zu cases change", qref_op_name(op), beginning, changed, cases);
  }
}

static qref_rounding tried;

static void set_rounding(qref_profile *profile) {
  profile->conv1d_silu.output.round.rounding = tried;
  profile->conv1d_silu_update.output.round.rounding = tried;
  profile->conv1d_floatsim.grid_rounding = tried;
  profile->requantize.round.rounding = tried;
  profile->linear.output.rounding = tried;
  profile->linear_row.output.rounding = tried;
  profile->linear_per_channel.output.rounding = tried;
}

static void exact_ties_tell_roundings_apart(void **state) {
  (void)state;
  static const struct {
    qref_op op;
    qref_rounding own;
  } ops[] = {
      {QREF_OP_CONV1D_SILU, QREF_ROUND_HALF_AWAY},          {QREF_OP_CONV1D_SILU_UPDATE, QREF_ROUND_HALF_AWAY},
      {QREF_OP_CONV1D_SILU_FLOATSIM, QREF_ROUND_HALF_EVEN}, {QREF_OP_REQUANTIZE, QREF_ROUND_HALF_EVEN},
      {QREF_OP_LINEAR_W8A8, QREF_ROUND_HALF_EVEN},          {QREF_OP_LINEAR_W8A8_PARALLEL, QREF_ROUND_HALF_EVEN},
      {QREF_OP_LINEAR_W8A8_ROW, QREF_ROUND_HALF_EVEN},      {QREF_OP_LINEAR_W8A8_PER_CHANNEL, QREF_ROUND_HALF_AWAY}};
  for (size_t i = 0; i < sizeof ops / sizeof ops[0]; i++) {
    for (int rounding = QREF_ROUND_HALF_AWAY; rounding <= QREF_ROUND_STOCHASTIC; rounding++) {
      tried = (qref_rounding)rounding;
      const bool unsupported = ops[i].op == QREF_OP_CONV1D_SILU_FLOATSIM && tried == QREF_ROUND_STOCHASTIC;
      if (tried != ops[i].own && !unsupported) {
        assert_all_change(ops[i].op, "tie_exact", set_rounding);
      }
    }
  }
}

static void other_scale_form(qref_profile *profile) {
  profile->conv1d_silu.output.scale_form = QREF_SCALE_MULTIPLIER;
  profile->conv1d_silu_update.output.scale_form = QREF_SCALE_MULTIPLIER;
  profile->conv1d_floatsim.grid_scale_form = QREF_SCALE_MULTIPLIER;
  profile->requantize.scale_form = QREF_SCALE_MULTIPLIER;
}

static void a_multiplier_differs_from_a_divisor(void **state) {
  (void)state;
  assert_all_change(QREF_OP_REQUANTIZE, "scale_form", other_scale_form);
  assert_all_change(QREF_OP_CONV1D_SILU, "separate_scale_form", other_scale_form);
  assert_all_change(QREF_OP_CONV1D_SILU_UPDATE, "separate_scale_form", other_scale_form);
  assert_all_change(QREF_OP_CONV1D_SILU_FLOATSIM, "separate_scale_form", other_scale_form);
}

static void other_multiply_add(qref_profile *profile) {
  profile->conv1d_silu.bias_add = QREF_MULTIPLY_ADD_SEPARATE;
  profile->conv1d_silu_update.tap_add = QREF_MULTIPLY_ADD_SEPARATE;
  profile->conv1d_floatsim.tap_add = QREF_MULTIPLY_ADD_SEPARATE;
}

static void a_separate_multiply_add_differs_from_a_fused_one(void **state) {
  (void)state;
  for (int op = QREF_OP_CONV1D_SILU; op <= QREF_OP_CONV1D_SILU_FLOATSIM; op++) {
    assert_all_change((qref_op)op, "cancellation", other_multiply_add);
    assert_all_change((qref_op)op, "separate_multiply_add", other_multiply_add);
  }
}

static void saturation_to_wrap(qref_profile *profile) {
  profile->conv1d_silu.output.round.overflow = QREF_OVERFLOW_WRAP;
  profile->conv1d_silu_update.output.round.overflow = QREF_OVERFLOW_WRAP;
  profile->requantize.round.overflow = QREF_OVERFLOW_WRAP;
  profile->linear.output.overflow = QREF_OVERFLOW_WRAP;
  profile->linear_row.output.overflow = QREF_OVERFLOW_WRAP;
  profile->linear_per_channel.output.overflow = QREF_OVERFLOW_WRAP;
}

static void a_wrap_differs_from_saturation(void **state) {
  (void)state;
  static const qref_op ops[] = {QREF_OP_REQUANTIZE,
                                QREF_OP_LINEAR_W8A8,
                                QREF_OP_LINEAR_W8A8_PARALLEL,
                                QREF_OP_LINEAR_W8A8_ROW,
                                QREF_OP_LINEAR_W8A8_PER_CHANNEL,
                                QREF_OP_CONV1D_SILU,
                                QREF_OP_CONV1D_SILU_UPDATE};
  for (size_t i = 0; i < sizeof ops / sizeof ops[0]; i++) {
    assert_all_change(ops[i], "saturation", saturation_to_wrap);
  }
}

/* ---- orders of multiplication in linear ---- */

static float order(int which, float acc, float weight_scale, float input_scale) {
  const float a = acc * weight_scale, b = acc * input_scale, c = weight_scale * input_scale;
  return which == 0 ? a * input_scale : which == 1 ? c * acc : b * weight_scale;
}

static uint32_t stored(qref_op op, float v) {
  const qref_rounding_rule even = {QREF_ROUND_HALF_EVEN, QREF_OVERFLOW_SATURATE, 0};
  const qref_rounding_rule away = {QREF_ROUND_HALF_AWAY, QREF_OVERFLOW_SATURATE, 0};
  return op == QREF_OP_LINEAR_W8A8_F16
             ? qref_f16_from_f32(v)
             : (uint32_t)(int32_t)qref_round_to_int8(v, op == QREF_OP_LINEAR_W8A8_PER_CHANNEL ? &away : &even, 0, NULL);
}

static void multiplication_orders_differ(void **state) {
  (void)state;
  static const qref_op ops[] = {QREF_OP_LINEAR_W8A8, QREF_OP_LINEAR_W8A8_F16, QREF_OP_LINEAR_W8A8_PARALLEL,
                                QREF_OP_LINEAR_W8A8_PER_CHANNEL};
  for (size_t o = 0; o < sizeof ops / sizeof ops[0]; o++) {
    const int own = ops[o] == QREF_OP_LINEAR_W8A8_PER_CHANNEL ? 1 : 0;
    qref_plan plan = plan_of(QREF_SUITE_STANDARD, ops[o]);
    size_t cases = 0;
    for (size_t i = 0; i < plan.count; i++) {
      if (!named(&plan.cases[i].item, "multiply_order")) {
        continue;
      }
      qref_case item = made(&plan, i, PLAN_SEED);
      const qref_case_tensor *acc = qref_case_tensor_const(&item, "accumulator");
      const qref_case_tensor *scales = qref_case_tensor_const(&item, "weight_scale");
      size_t differences[3] = {0};
      for (size_t n = 0; n < acc->count; n++) {
        const float b = ((const float *)scales->data)[scales->count == 1 ? 0 : n];
        const float sum = (float)((const int32_t *)acc->data)[n];
        const float a = item.args.linear_w8a8.input_scale;
        for (int which = 0; which < 3; which++) {
          differences[which] += stored(ops[o], order(which, sum, b, a)) != stored(ops[o], order(own, sum, b, a));
        }
      }
      assert_int_equal(differences[own], 0);
      for (int which = 0; which < 3; which++) {
        assert_true(which == own || differences[which] >= 2);
      }
      cases++;
      qref_case_free(&item);
    }
    assert_true(cases > 0);
    qref_plan_free(&plan);
  }
}

/* ---- accumulators ---- */

static qref_accumulator_rule *accumulator_of(qref_op op, qref_profile *profile) {
  switch (op) {
    case QREF_OP_CONV1D_SILU:
      return &profile->conv1d_silu.accumulator;
    case QREF_OP_LINEAR_W8A8_ROW:
      return &profile->linear_row.accumulator;
    case QREF_OP_LINEAR_W8A8_PER_CHANNEL:
      return &profile->linear_per_channel.accumulator;
    default:
      return &profile->linear.accumulator;
  }
}

static bool changes_with(const qref_case *item, uint32_t bits, qref_overflow overflow) {
  qref_profile profile = item->profile;
  *accumulator_of(item->schema->op, &profile) = (qref_accumulator_rule){bits, overflow};
  return output_changes(item, &profile);
}

static void accumulators_differ_from_wider_and_narrower_ones(void **state) {
  (void)state;
  static const qref_op ops[] = {QREF_OP_CONV1D_SILU,          QREF_OP_LINEAR_W8A8,     QREF_OP_LINEAR_W8A8_F16,
                                QREF_OP_LINEAR_W8A8_PARALLEL, QREF_OP_LINEAR_W8A8_ROW, QREF_OP_LINEAR_W8A8_PER_CHANNEL};
  for (size_t o = 0; o < sizeof ops / sizeof ops[0]; o++) {
    qref_plan plan = plan_of(QREF_SUITE_STANDARD, ops[o]);
    size_t cases = 0;
    for (size_t i = 0; i < plan.count; i++) {
      qref_accumulator_rule rule = *accumulator_of(ops[o], &plan.cases[i].item.profile);
      if (rule.bits == 32) {
        continue;
      }
      qref_case item = made(&plan, i, PLAN_SEED);
      assert_true(item.counts.accumulator_overflows > 0);
      const qref_overflow other = rule.overflow == QREF_OVERFLOW_WRAP ? QREF_OVERFLOW_SATURATE : QREF_OVERFLOW_WRAP;
      if (!changes_with(&item, rule.bits + 1, rule.overflow) || !changes_with(&item, rule.bits, other) ||
          (rule.bits > 16 && !changes_with(&item, rule.bits - 1, rule.overflow))) {
        fail_msg("%s: another accumulator gives the same output", item.id);
      }
      cases++;
      qref_case_free(&item);
    }
    assert_true(cases >= 14);
    qref_plan_free(&plan);
  }
}

/* ---- prefill and decode ---- */

static void decode_steps_follow_each_other_and_the_prefill(void **state) {
  (void)state;
  qref_plan prefill_plan = plan_of(QREF_SUITE_STANDARD, QREF_OP_CONV1D_SILU);
  qref_plan plan = plan_of(QREF_SUITE_STANDARD, QREF_OP_CONV1D_SILU_UPDATE);
  qref_case prefill = {.id = ""};
  for (size_t i = 0; i < prefill_plan.count; i++) {
    if (named(&prefill_plan.cases[i].item, "prefill_decode")) {
      prefill = made(&prefill_plan, i, PLAN_SEED);
    }
  }
  assert_true(prefill.id[0] != '\0');
  qref_case before = {.id = ""};
  size_t t = 0;
  for (size_t i = 0; i < plan.count; i++) {
    if (!named(&plan.cases[i].item, "decode")) {
      continue;
    }
    qref_case step = made(&plan, i, PLAN_SEED);
    if (t > 0) {
      assert_true(qref_case_tensor_difference(qref_case_tensor_const(&before, "state_out"),
                                              qref_case_tensor_const(&step, "state")) == SIZE_MAX);
      qref_case_free(&before);
    }
    const float *whole = qref_case_f32(&prefill, "before_activation");
    const float *one = qref_case_f32(&step, "before_activation");
    for (size_t d = 0; d < step.args.conv1d_silu_update.channels; d++) {
      const float same = whole[d * prefill.args.conv1d_silu.length + t];
      assert_true(fabsf(one[d] - same) <= 1e-5f * (1.0f + fabsf(same)));
    }
    before = step;
    t++;
  }
  assert_int_equal(t, prefill.args.conv1d_silu.length);
  qref_case_free(&before);
  qref_case_free(&prefill);
  qref_plan_free(&plan);
  qref_plan_free(&prefill_plan);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(exact_ties_tell_roundings_apart),
      cmocka_unit_test(a_multiplier_differs_from_a_divisor),
      cmocka_unit_test(a_separate_multiply_add_differs_from_a_fused_one),
      cmocka_unit_test(a_wrap_differs_from_saturation),
      cmocka_unit_test(multiplication_orders_differ),
      cmocka_unit_test(accumulators_differ_from_wider_and_narrower_ones),
      cmocka_unit_test(decode_steps_follow_each_other_and_the_prefill),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
