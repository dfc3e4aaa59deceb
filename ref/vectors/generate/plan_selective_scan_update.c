/* Cases of the one-token scan. */
#include <stdio.h>

#include "ref/vectors/case/flag_tables.h"
#include "ref/vectors/generate/fill_scan.h"
#include "ref/vectors/generate/hard_arguments.h"
#include "ref/vectors/generate/plan.h"
#include "ref/vectors/generate/rounding_variant.h"
#include "ref/vectors/generate/scan_sequence.h"

/* Optional tensors that a case has not. */
enum { NO_D = 1, NO_Z = 2, NO_DT_BIAS = 4, ALONE = NO_D | NO_Z | NO_DT_BIAS };

typedef struct update_case {
  const char *name;
  size_t batch, channels, states;
  unsigned int absent;
  bool softplus;
  qref_case_fill fill;
  int64_t parameter;
  uint64_t flags;
  qref_suite_size least; /* suites of this size and larger have the case */
} update_case;

static qref_planned_case *add(qref_plan *plan, const update_case *update) {
  static const char *const optional[] = {"D", "z", "dt_bias"};
  const uint64_t absent = update->absent != 0 ? FLAG(ABSENT_INPUT) : 0;
  qref_planned_case *planned = qref_plan_add(plan, QREF_OP_SELECTIVE_SCAN_UPDATE, update->name, update->flags | absent,
                                             update->fill, update->parameter);
  qref_selective_scan_update_args *args = &planned->item.args.selective_scan_update;
  args->batch = update->batch;
  args->channels = update->channels;
  args->states = update->states;
  args->softplus = update->softplus;
  args->scales = qref_scan_typical_scales();
  for (size_t i = 0; i < sizeof optional / sizeof optional[0]; i++) {
    if ((update->absent >> i & 1) != 0) {
      qref_case_without(&planned->item, optional[i]);
    }
  }
  return planned;
}

static const update_case cases[] = {
    {"uniform_00", 2, 5, 4, 0, true, qref_fill_scan_uniform, 0, FLAG(UNIFORM) | FLAG(BATCH) | FLAG(ODD),
     QREF_SUITE_SMOKE},
    {"uniform_01", 3, 9, 16, 0, true, qref_fill_scan_uniform, 0, FLAG(UNIFORM) | FLAG(PAST_8), QREF_SUITE_STANDARD},
    {"uniform_02", 2, 17, 3, 0, true, qref_fill_scan_uniform, 0, FLAG(UNIFORM) | FLAG(PAST_16), QREF_SUITE_STANDARD},
    {"uniform_03", 1, 33, 16, 0, true, qref_fill_scan_uniform, 0, FLAG(UNIFORM) | FLAG(PAST_32), QREF_SUITE_STANDARD},
    {"uniform_04", 3, 64, 5, 0, true, qref_fill_scan_uniform, 0, FLAG(UNIFORM) | FLAG(BATCH), QREF_SUITE_STANDARD},
    {"bell_00", 2, 5, 4, 0, true, qref_fill_scan_bell, 0, FLAG(BELL), QREF_SUITE_SMOKE},
    {"bell_01", 2, 40, 16, 0, true, qref_fill_scan_bell, 0, FLAG(BELL), QREF_SUITE_STANDARD},
    {"all_minimum", 2, 2, 3, 0, true, qref_fill_scan_constant, -128, FLAG(ALL_MINIMUM), QREF_SUITE_SMOKE},
    {"all_maximum", 2, 2, 3, 0, true, qref_fill_scan_constant, 127, FLAG(ALL_MAXIMUM), QREF_SUITE_SMOKE},
    {"zero", 2, 2, 3, 0, true, qref_fill_scan_constant, 0, FLAG(ZERO), QREF_SUITE_SMOKE},
    {"zero_without_softplus", 2, 2, 3, NO_DT_BIAS, false, qref_fill_scan_constant, 0, FLAG(ZERO), QREF_SUITE_STANDARD},
    {"alternating", 2, 5, 3, 0, true, qref_fill_scan_alternating, 0, FLAG(ALTERNATING), QREF_SUITE_SMOKE},
    {"alternating_without_softplus", 1, 6, 3, 0, false, qref_fill_scan_alternating, 0, FLAG(ALTERNATING),
     QREF_SUITE_STANDARD},
    {"codes_of_channels", 1, 256, 1, 0, true, qref_fill_scan_codes, 3, FLAG(ALL_CODES), QREF_SUITE_SMOKE},
    {"codes_of_states", 1, 1, 256, 0, true, qref_fill_scan_codes, 1, FLAG(ALL_CODES) | FLAG(ONE_CHANNEL),
     QREF_SUITE_SMOKE},
    {"codes_all", 16, 16, 16, 0, true, qref_fill_scan_codes, 7, FLAG(ALL_CODES) | FLAG(BATCH), QREF_SUITE_STANDARD},
    {"one_channel_one_state", 7, 1, 1, 0, true, qref_fill_scan_uniform, 0, FLAG(ONE_CHANNEL) | FLAG(ODD),
     QREF_SUITE_STANDARD},
    {"channels_257", 2, 257, 2, 0, true, qref_fill_scan_uniform, 0, FLAG(UNIFORM) | FLAG(ODD) | FLAG(BATCH),
     QREF_SUITE_STANDARD},
    {"subnormal_states", 3, 16, 8, ALONE, false, qref_fill_scan_update_subnormal_states, 0, FLAG(FUNCTION_RANGE),
     QREF_SUITE_STANDARD},
    {"one_batch", 1, 7, 3, 0, true, qref_fill_scan_uniform, 0, FLAG(UNIFORM) | FLAG(ODD), QREF_SUITE_STANDARD},
    {"without_D", 2, 7, 4, NO_D, true, qref_fill_scan_uniform, 0, 0, QREF_SUITE_SMOKE},
    {"without_z", 2, 7, 4, NO_Z, true, qref_fill_scan_uniform, 0, 0, QREF_SUITE_SMOKE},
    {"without_dt_bias", 2, 7, 4, NO_DT_BIAS, true, qref_fill_scan_uniform, 0, 0, QREF_SUITE_SMOKE},
    {"without_options", 2, 7, 4, ALONE, true, qref_fill_scan_uniform, 0, 0, QREF_SUITE_STANDARD},
    {"without_options_and_softplus", 2, 7, 4, ALONE, false, qref_fill_scan_uniform, 0, 0, QREF_SUITE_STANDARD},
    {"without_softplus", 2, 7, 4, 0, false, qref_fill_scan_uniform, 0, FLAG(UNIFORM), QREF_SUITE_SMOKE},
    {"cancelling_states_00", 3, 40, 2, NO_D | NO_Z, true, qref_fill_scan_cancelling_states, 0, FLAG(UNIFORM),
     QREF_SUITE_SMOKE},
    {"cancelling_states_01", 3, 64, 6, NO_Z, true, qref_fill_scan_cancelling_states, 0, FLAG(UNIFORM),
     QREF_SUITE_STANDARD},
    {"cancelling_states_02", 3, 64, 16, 0, true, qref_fill_scan_cancelling_states, 0, FLAG(UNIFORM),
     QREF_SUITE_STANDARD},
    {"cancelling_states_without_softplus", 3, 64, 2, NO_Z, false, qref_fill_scan_cancelling_states, 0, FLAG(UNIFORM),
     QREF_SUITE_STANDARD},
    {"cancelling_softplus", 3, 64, 2, NO_D | NO_Z, true, qref_fill_scan_cancelling_softplus, -1,
     FLAG(SOFTPLUS_THRESHOLD), QREF_SUITE_STANDARD},
    {"zero_states", 2, 9, 2, 0, true, qref_fill_scan_zero_states, 0, FLAG(ZERO), QREF_SUITE_STANDARD},
    {"zero_states_without_D", 2, 9, 1, NO_D, true, qref_fill_scan_zero_states, 0, FLAG(ZERO), QREF_SUITE_STANDARD},
    {"zero_states_without_options", 2, 9, 1, ALONE, true, qref_fill_scan_zero_states, 0, FLAG(ZERO),
     QREF_SUITE_STANDARD},
    {"cancelling_D", 16, 40, 1, NO_Z | NO_DT_BIAS, false, qref_fill_scan_cancelling_D, 0, FLAG(UNIFORM),
     QREF_SUITE_STANDARD},
    {"softplus_at_20", 1, 256, 2, 0, true, qref_fill_scan_softplus, 0, FLAG(SOFTPLUS_THRESHOLD) | FLAG(FUNCTION_RANGE),
     QREF_SUITE_SMOKE},
    {"softplus_far_from_20", 2, 128, 2, 0, true, qref_fill_scan_softplus, 1,
     FLAG(SOFTPLUS_THRESHOLD) | FLAG(FUNCTION_RANGE), QREF_SUITE_STANDARD},
    {"softplus_below_20", 2, 128, 2, 0, true, qref_fill_scan_softplus, 2, FLAG(SOFTPLUS_THRESHOLD),
     QREF_SUITE_STANDARD},
    {"softplus_very_negative", 2, 64, 3, 0, true, qref_fill_scan_softplus, 3, FLAG(FUNCTION_RANGE),
     QREF_SUITE_STANDARD},
    {"softplus_of_0", 2, 4, 3, 0, true, qref_fill_scan_softplus, 4, FLAG(FUNCTION_RANGE), QREF_SUITE_STANDARD},
    {"A_range", 2, 64, 4, 0, true, qref_fill_scan_A_range, 0, FLAG(FUNCTION_RANGE), QREF_SUITE_STANDARD},
    {"A_range_without_softplus", 2, 64, 4, NO_DT_BIAS, false, qref_fill_scan_A_range, 0, FLAG(FUNCTION_RANGE),
     QREF_SUITE_STANDARD},
    {"gate_range", 2, 256, 2, NO_D, true, qref_fill_scan_gate_range, 0, FLAG(FUNCTION_RANGE) | FLAG(INFINITY),
     QREF_SUITE_STANDARD},
    {"growth_to_infinity", 2, 64, 4, 0, false, qref_fill_scan_growth, 0,
     FLAG(INFINITY) | FLAG(SATURATION) | FLAG(FUNCTION_RANGE) | FLAG(F16_OVERFLOW), QREF_SUITE_SMOKE},
    {"state_ties_few", 4, 1, 60, ALONE, false, qref_fill_scan_update_ties, 0,
     FLAG(TIE) | FLAG(NEAR_TIE) | FLAG(SATURATION), QREF_SUITE_SMOKE},
    {"state_ties", 6, 1, 160, ALONE, false, qref_fill_scan_update_ties, 0,
     FLAG(TIE) | FLAG(NEAR_TIE) | FLAG(SATURATION), QREF_SUITE_STANDARD},
    {"f16_subnormals", 96, 1, 1, NO_Z | NO_DT_BIAS, false, qref_fill_scan_update_f16_stores, 0,
     FLAG(F16_TIE) | FLAG(F16_SUBNORMAL), QREF_SUITE_SMOKE},
    {"f16_smallest_normals", 96, 1, 1, NO_Z | NO_DT_BIAS, false, qref_fill_scan_update_f16_stores, 1,
     FLAG(F16_TIE) | FLAG(F16_SUBNORMAL), QREF_SUITE_STANDARD},
    {"f16_ties", 96, 1, 1, NO_Z | NO_DT_BIAS, false, qref_fill_scan_update_f16_stores, 2, FLAG(F16_TIE),
     QREF_SUITE_STANDARD},
    {"f16_overflow", 128, 1, 1, NO_Z | NO_DT_BIAS, false, qref_fill_scan_update_f16_stores, 3,
     FLAG(F16_TIE) | FLAG(F16_OVERFLOW), QREF_SUITE_SMOKE},
    {"gate_forms", 256, 1, 1, NO_D | NO_DT_BIAS, false, qref_fill_scan_update_gate_forms, 0, FLAG(NEAR_TIE),
     QREF_SUITE_STANDARD},
};

static void add_hard_softplus(qref_plan *plan) {
  for (size_t i = 0; i < QREF_HARD_LOG_ARGUMENTS; i++) {
    char name[48];
    snprintf(name, sizeof name, "softplus_hard_%02zu", i);
    const update_case update = {name,
                                2,
                                16,
                                2,
                                NO_D | NO_Z,
                                true,
                                qref_fill_scan_cancelling_softplus,
                                (int64_t)i,
                                FLAG(FUNCTION_RANGE),
                                QREF_SUITE_STANDARD};
    add(plan, &update);
  }
}

static void add_decode(qref_plan *plan) {
  for (size_t step = 0; step < QREF_SCAN_DECODE_STEPS; step++) {
    char name[48];
    snprintf(name, sizeof name, "decode_step_%zu_behind_prefill", step + 1);
    const update_case update = {
        name, 2, 3, 4, 0, true, qref_fill_scan_decode, (int64_t)step, FLAG(PREFILL_DECODE), QREF_SUITE_STANDARD};
    add(plan, &update);
  }
}

/* ---- hardware profiles ---- */

static void add_rounding_variants(qref_plan *plan) {
  const qref_rounding_variant *variant;
  for (size_t i = 0; (variant = qref_rounding_variant_at(i)) != NULL; i++) {
    const struct {
      const char *what;
      update_case update;
    } data[] = {
        {"ties",
         {NULL, 3, 1, 100, ALONE, false, qref_fill_scan_update_ties, 0, FLAG(TIE) | FLAG(NEAR_TIE),
          QREF_SUITE_STANDARD}},
        {"uniform", {NULL, 2, 40, 4, 0, true, qref_fill_scan_uniform, 0, FLAG(UNIFORM), QREF_SUITE_STANDARD}},
        {"growth", {NULL, 1, 64, 3, NO_Z, false, qref_fill_scan_growth, 0, FLAG(INFINITY), QREF_SUITE_STANDARD}},
    };
    const uint64_t overflow = variant->rule.overflow == QREF_OVERFLOW_WRAP ? FLAG(WRAP) : FLAG(SATURATION);
    for (size_t j = 0; j < sizeof data / sizeof data[0]; j++) {
      char name[64];
      snprintf(name, sizeof name, "hardware_state_%s_%s", variant->name, data[j].what);
      update_case update = data[j].update;
      update.name = name;
      update.flags |= FLAG(HARDWARE_PROFILE) | (update.fill != qref_fill_scan_uniform ? overflow : 0);
      qref_planned_case *planned = add(plan, &update);
      snprintf(name, sizeof name, "update-state-%s", variant->name);
      qref_planned_variant(planned, name);
      planned->item.profile.selective_scan_update.state.round = variant->rule;
    }
  }
}

static void add_arithmetic_variants(qref_plan *plan) {
  const qref_scan_variant *variant;
  for (size_t i = 0; (variant = qref_scan_variant_at(i)) != NULL; i++) {
    const struct {
      const char *what;
      update_case update;
    } data[] = {
        {"uniform", {NULL, 2, 16, 4, 0, true, qref_fill_scan_uniform, 0, FLAG(UNIFORM), QREF_SUITE_STANDARD}},
        {"cancelling", {NULL, 2, 32, 4, NO_Z, true, qref_fill_scan_cancelling_states, 0, 0, QREF_SUITE_STANDARD}},
        {"table_arguments", {NULL, 2, 64, 2, 0, true, qref_fill_scan_tables, 0, 0, QREF_SUITE_STANDARD}},
        {"table_arguments_without_softplus",
         {NULL, 2, 64, 2, 0, false, qref_fill_scan_tables, 0, 0, QREF_SUITE_STANDARD}},
        {"ties",
         {NULL, 3, 1, 100, ALONE, false, qref_fill_scan_update_ties, 0, FLAG(TIE) | FLAG(NEAR_TIE),
          QREF_SUITE_STANDARD}},
    };
    for (size_t j = 0; j < sizeof data / sizeof data[0]; j++) {
      char name[64];
      snprintf(name, sizeof name, "hardware_%s_%s", variant->name, data[j].what);
      update_case update = data[j].update;
      update.name = name;
      update.flags |= FLAG(HARDWARE_PROFILE);
      qref_planned_case *planned = add(plan, &update);
      snprintf(name, sizeof name, "update-%s", variant->name);
      qref_planned_variant(planned, name);
      variant->change(&planned->item.profile.selective_scan_update, variant->number);
    }
  }
}

/* ---- more random cases ---- */

enum { MORE_CASES = 40 };

static void add_more(qref_plan *plan) {
  for (size_t i = 0; i < MORE_CASES; i++) {
    char name[32];
    snprintf(name, sizeof name, "more_uniform_%02zu", i);
    const update_case update = {name,
                                1 + i % 4,
                                1 + i * 37 % 200,
                                1 + i * 5 % 32,
                                (unsigned int)(i % 8),
                                i % 6 != 0,
                                i % 2 == 0 ? qref_fill_scan_uniform : qref_fill_scan_bell,
                                0,
                                FLAG(UNIFORM),
                                QREF_SUITE_THOROUGH};
    add(plan, &update);
  }
}

void qref_plan_selective_scan_update(qref_plan *plan) {
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    if (plan->size >= cases[i].least) {
      add(plan, &cases[i]);
    }
  }
  if (plan->size >= QREF_SUITE_STANDARD) {
    add_hard_softplus(plan);
    add_decode(plan);
    add_rounding_variants(plan);
    add_arithmetic_variants(plan);
  }
  if (plan->size >= QREF_SUITE_THOROUGH) {
    add_more(plan);
  }
}
