/* The built-in profiles against SPEC sections 2 and 3, rule by rule. */
#include <qref/profile.h>

#include "tests/base/support.h"

static void expect_function(const qref_function_rule *rule) {
  assert_int_equal(rule->implementation, QREF_FUNCTION_EXACT);
}

static void expect_round(const qref_rounding_rule *rule, qref_rounding rounding, qref_overflow overflow) {
  assert_int_equal(rule->rounding, rounding);
  assert_int_equal(rule->overflow, overflow);
  assert_int_equal(rule->seed, 0);
}

/* Every quantization with a scale divides and saturates. */
static void expect_quantize(const qref_quantize_rule *rule, qref_rounding rounding) {
  assert_int_equal(rule->scale_form, QREF_SCALE_DIVISOR);
  expect_round(&rule->round, rounding, QREF_OVERFLOW_SATURATE);
}

static void expect_linear(const qref_linear_rule *rule, qref_rounding rounding) {
  assert_int_equal(rule->accumulator.bits, 32);
  expect_round(&rule->output, rounding, QREF_OVERFLOW_SATURATE);
}

static void expect_quamba(const qref_profile *p) {
  assert_int_equal(p->conv1d_silu.accumulator.bits, 32);
  assert_int_equal(p->conv1d_silu.bias_add, QREF_MULTIPLY_ADD_FUSED);
  expect_function(&p->conv1d_silu.silu);
  expect_quantize(&p->conv1d_silu.output, QREF_ROUND_HALF_AWAY);

  assert_int_equal(p->conv1d_silu_update.tap_add, QREF_MULTIPLY_ADD_FUSED);
  expect_function(&p->conv1d_silu_update.silu);
  expect_quantize(&p->conv1d_silu_update.output, QREF_ROUND_HALF_AWAY);

  expect_linear(&p->linear, QREF_ROUND_HALF_EVEN);
  expect_linear(&p->linear_row, QREF_ROUND_HALF_EVEN);
  expect_linear(&p->linear_per_channel, QREF_ROUND_HALF_AWAY);

  const qref_scan_rule *scan = &p->selective_scan;
  assert_int_equal(scan->dt_bias_add, QREF_MULTIPLY_ADD_FUSED);
  assert_int_equal(scan->state_update, QREF_MULTIPLY_ADD_FUSED);
  assert_int_equal(scan->output_sum, QREF_MULTIPLY_ADD_FUSED);
  assert_int_equal(scan->softplus_form, QREF_SOFTPLUS_LOG1P_EXP);
  expect_function(&scan->softplus);
  expect_function(&scan->decay);
  assert_true(scan->state_prescale == 1.0f);
  expect_quantize(&scan->state, QREF_ROUND_HALF_AWAY);

  const qref_scan_rule *update = &p->selective_scan_update;
  assert_int_equal(update->dt_bias_add, QREF_MULTIPLY_ADD_SEPARATE);
  assert_int_equal(update->state_update, QREF_MULTIPLY_ADD_SEPARATE);
  assert_int_equal(update->output_sum, QREF_MULTIPLY_ADD_FUSED);
  assert_int_equal(update->softplus_form, QREF_SOFTPLUS_LOG_EXP_PLUS_1);
  expect_function(&update->softplus);
  expect_function(&update->decay);
  assert_true(update->state_prescale == 100.0f);
  expect_quantize(&update->state, QREF_ROUND_HALF_EVEN);

  assert_int_equal(p->rmsnorm.partial_sums, 32);
  expect_quantize(&p->rmsnorm.output, QREF_ROUND_HALF_EVEN);

  assert_int_equal(p->conv1d_floatsim.tap_add, QREF_MULTIPLY_ADD_FUSED);
  expect_function(&p->conv1d_floatsim.silu);
  assert_int_equal(p->conv1d_floatsim.grid_scale_form, QREF_SCALE_DIVISOR);
  assert_int_equal(p->conv1d_floatsim.grid_rounding, QREF_ROUND_HALF_EVEN);

  expect_quantize(&p->requantize, QREF_ROUND_HALF_EVEN);
  expect_quantize(&p->weight, QREF_ROUND_HALF_EVEN);
}

static void quamba(void **state) {
  (void)state;
  const qref_profile *p = qref_profile_builtin("quamba");
  expect_quamba(p);
  assert_int_equal(p->conv1d_arithmetic, QREF_CONV1D_INT8);
  expect_round(&p->hadamard.output, QREF_ROUND_HALF_AWAY, QREF_OVERFLOW_WRAP);
}

static void quamba_saturating(void **state) {
  (void)state;
  const qref_profile *p = qref_profile_builtin("quamba-saturating");
  expect_quamba(p);
  assert_int_equal(p->conv1d_arithmetic, QREF_CONV1D_INT8);
  expect_round(&p->hadamard.output, QREF_ROUND_HALF_AWAY, QREF_OVERFLOW_SATURATE);
}

static void floatsim(void **state) {
  (void)state;
  const qref_profile *p = qref_profile_builtin("floatsim");
  expect_quamba(p);
  assert_int_equal(p->conv1d_arithmetic, QREF_CONV1D_FLOAT_SIMULATION);
  expect_round(&p->hadamard.output, QREF_ROUND_HALF_AWAY, QREF_OVERFLOW_WRAP);
}

static void the_list(void **state) {
  (void)state;
  assert_int_equal(qref_profile_count(), 3);
  for (size_t i = 0; i < qref_profile_count(); i++) {
    assert_ptr_equal(qref_profile_builtin(qref_profile_at(i)->name), qref_profile_at(i));
  }
  assert_null(qref_profile_at(3));
  assert_null(qref_profile_builtin("Quamba"));
  assert_null(qref_profile_builtin(""));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(quamba),
      cmocka_unit_test(quamba_saturating),
      cmocka_unit_test(floatsim),
      cmocka_unit_test(the_list),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
