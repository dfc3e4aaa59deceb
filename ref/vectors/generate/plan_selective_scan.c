/* Cases of the whole-sequence scan. */
#include <stdio.h>
#include <string.h>

#include "ref/vectors/case/flag_tables.h"
#include "ref/vectors/generate/fill_scan.h"
#include "ref/vectors/generate/plan.h"
#include "ref/vectors/generate/rounding_variant.h"
#include "ref/vectors/generate/sample.h"
#include "ref/vectors/generate/scan_sequence.h"

/* Optional tensors that a case has not. */
enum {
  NO_D = 1,
  NO_Z = 2,
  NO_DT_BIAS = 4,
  NO_H_INITIAL = 8,
  NO_STATE = 16,
  NO_H_FINAL = 32,
  ONLY_U = NO_D | NO_Z | NO_DT_BIAS | NO_H_INITIAL,
};

typedef struct scan_case {
  const char *name;
  size_t batch, channels, length, states;
  size_t chunk_length, stride;
  unsigned int absent;
  bool softplus;
  qref_case_fill fill;
  int64_t parameter;
  uint64_t flags;
  qref_suite_size least; /* suites of this size and larger have the case */
} scan_case;

static qref_planned_case *add(qref_plan *plan, const scan_case *scan) {
  static const char *const optional[] = {"D", "z", "dt_bias", "h_initial", "state", "h_final"};
  const uint64_t absent = scan->absent != 0 ? FLAG(ABSENT_INPUT) : 0;
  qref_planned_case *planned =
      qref_plan_add(plan, QREF_OP_SELECTIVE_SCAN, scan->name, scan->flags | absent, scan->fill, scan->parameter);
  qref_selective_scan_args *args = &planned->item.args.selective_scan;
  args->batch = scan->batch;
  args->channels = scan->channels;
  args->length = scan->length;
  args->states = scan->states;
  args->chunk_length = scan->chunk_length;
  args->y_time_stride = scan->stride;
  args->softplus = scan->softplus;
  args->scales = qref_scan_typical_scales();
  for (size_t i = 0; i < sizeof optional / sizeof optional[0]; i++) {
    if ((scan->absent >> i & 1) != 0) {
      qref_case_without(&planned->item, optional[i]);
    }
  }
  return planned;
}

/* One step of a case whose lanes are (channels, states). */
#define LANES(channels_, states_) .batch = 1, .channels = (channels_), .length = 1, .states = (states_)
enum {
  BOUNDARY_STATES = 24,
  BOUNDARY_CHANNELS = QREF_SAMPLE_ROUNDINGS / BOUNDARY_STATES + 1,
  /* Coprime to the number of samples: a few of every kind. */
  SMOKE_STEP = 53,
  STORE_CHANNELS = 2700,
};

static const scan_case cases[] = {
    {"uniform_00", 2, 3, 11, 4, 4, 0, 0, true, qref_fill_scan_uniform, 0, FLAG(UNIFORM) | FLAG(BATCH) | FLAG(ODD),
     QREF_SUITE_SMOKE},
    {"uniform_01", 1, 5, 17, 16, 8, 7, 0, true, qref_fill_scan_uniform, 0,
     FLAG(UNIFORM) | FLAG(PAST_8) | FLAG(PAST_16) | FLAG(STRIDE), QREF_SUITE_STANDARD},
    {"uniform_02", 3, 2, 33, 3, 11, 0, NO_H_INITIAL, true, qref_fill_scan_uniform, 0,
     FLAG(UNIFORM) | FLAG(PAST_32) | FLAG(BATCH), QREF_SUITE_STANDARD},
    {"uniform_03", 2, 9, 9, 5, 2, 12, 0, true, qref_fill_scan_uniform, 0,
     FLAG(UNIFORM) | FLAG(PAST_8) | FLAG(STRIDE) | FLAG(BATCH), QREF_SUITE_STANDARD},
    {"uniform_04", 2, 4, 25, 16, 1, 0, 0, true, qref_fill_scan_uniform, 0, FLAG(UNIFORM) | FLAG(BATCH),
     QREF_SUITE_STANDARD},
    {"uniform_05", 2, 17, 7, 8, 7, 0, 0, true, qref_fill_scan_uniform, 0, FLAG(UNIFORM) | FLAG(PAST_16) | FLAG(ODD),
     QREF_SUITE_STANDARD},
    {"uniform_06", 3, 3, 6, 13, 4, 0, 0, true, qref_fill_scan_uniform, 0, FLAG(UNIFORM) | FLAG(ODD) | FLAG(BATCH),
     QREF_SUITE_STANDARD},
    {"channels_257", 1, 257, 3, 2, 2, 0, 0, true, qref_fill_scan_uniform, 0, FLAG(UNIFORM) | FLAG(ODD),
     QREF_SUITE_STANDARD},
    {"bell_00", 2, 3, 9, 4, 5, 0, 0, true, qref_fill_scan_bell, 0, FLAG(BELL), QREF_SUITE_SMOKE},
    {"bell_01", 2, 6, 40, 16, 13, 0, NO_H_INITIAL, true, qref_fill_scan_bell, 0, FLAG(BELL), QREF_SUITE_STANDARD},
    {"all_minimum", 2, 2, 5, 3, 2, 0, 0, true, qref_fill_scan_constant, -128, FLAG(ALL_MINIMUM), QREF_SUITE_SMOKE},
    {"all_maximum", 2, 2, 5, 3, 2, 0, 0, true, qref_fill_scan_constant, 127, FLAG(ALL_MAXIMUM), QREF_SUITE_SMOKE},
    {"zero", 2, 2, 5, 3, 2, 0, 0, true, qref_fill_scan_constant, 0, FLAG(ZERO), QREF_SUITE_SMOKE},
    {"zero_without_softplus", 2, 2, 5, 3, 2, 0, NO_DT_BIAS, false, qref_fill_scan_constant, 0, FLAG(ZERO),
     QREF_SUITE_STANDARD},
    {"alternating", 2, 3, 8, 3, 3, 0, 0, true, qref_fill_scan_alternating, 0, FLAG(ALTERNATING), QREF_SUITE_SMOKE},
    {"alternating_without_softplus", 1, 3, 5, 3, 3, 0, NO_H_INITIAL, false, qref_fill_scan_alternating, 0,
     FLAG(ALTERNATING), QREF_SUITE_STANDARD},
    {"codes_of_sequences", 1, 1, 256, 1, 64, 0, 0, true, qref_fill_scan_codes, 3, FLAG(ALL_CODES) | FLAG(ONE_CHANNEL),
     QREF_SUITE_SMOKE},
    {"codes_of_parameters", 1, 256, 1, 2, 1, 0, 0, true, qref_fill_scan_codes, 1, FLAG(ALL_CODES) | FLAG(LENGTH_1),
     QREF_SUITE_SMOKE},
    {"codes_all", 1, 64, 16, 4, 5, 0, 0, true, qref_fill_scan_codes, 7, FLAG(ALL_CODES), QREF_SUITE_STANDARD},
    {"length_1", 2, 5, 1, 3, 0, 0, 0, true, qref_fill_scan_uniform, 0, FLAG(LENGTH_1) | FLAG(UNIFORM),
     QREF_SUITE_SMOKE},
    {"length_2", 2, 5, 2, 3, 1, 0, 0, true, qref_fill_scan_uniform, 0, FLAG(UNIFORM), QREF_SUITE_STANDARD},
    {"length_2049", 1, 2, 2049, 2, 0, 0, 0, true, qref_fill_scan_uniform, 0, FLAG(PAST_2048) | FLAG(UNIFORM),
     QREF_SUITE_STANDARD},
    {"length_4097_chunks_of_2048", 1, 1, 4097, 1, 2048, 0, 0, true, qref_fill_scan_uniform, 0,
     FLAG(PAST_2048) | FLAG(ONE_CHANNEL), QREF_SUITE_STANDARD},
    {"one_channel_one_state", 2, 1, 19, 1, 6, 0, 0, true, qref_fill_scan_uniform, 0, FLAG(ONE_CHANNEL) | FLAG(ODD),
     QREF_SUITE_STANDARD},
    {"one_channel_stride", 2, 1, 6, 16, 3, 4, 0, true, qref_fill_scan_uniform, 0, FLAG(ONE_CHANNEL) | FLAG(STRIDE),
     QREF_SUITE_STANDARD},
    {"chunk_1", 2, 2, 7, 3, 1, 0, 0, true, qref_fill_scan_uniform, 0, FLAG(UNIFORM), QREF_SUITE_STANDARD},
    {"chunk_2", 2, 2, 7, 3, 2, 0, 0, true, qref_fill_scan_uniform, 0, FLAG(UNIFORM), QREF_SUITE_STANDARD},
    {"chunk_divides", 2, 2, 12, 3, 4, 0, 0, true, qref_fill_scan_uniform, 0, FLAG(UNIFORM), QREF_SUITE_STANDARD},
    {"chunk_does_not_divide", 2, 2, 12, 3, 5, 0, 0, true, qref_fill_scan_uniform, 0, FLAG(UNIFORM),
     QREF_SUITE_STANDARD},
    {"chunk_is_length", 2, 2, 12, 3, 12, 0, 0, true, qref_fill_scan_uniform, 0, FLAG(UNIFORM), QREF_SUITE_STANDARD},
    {"chunk_beyond_length", 2, 2, 12, 3, 13, 0, 0, true, qref_fill_scan_uniform, 0, FLAG(UNIFORM), QREF_SUITE_STANDARD},
    {"chunk_default", 2, 2, 12, 3, 0, 0, 0, true, qref_fill_scan_uniform, 0, FLAG(UNIFORM), QREF_SUITE_STANDARD},
    {"without_D", 2, 3, 7, 4, 3, 0, NO_D, true, qref_fill_scan_uniform, 0, 0, QREF_SUITE_SMOKE},
    {"without_z", 2, 3, 7, 4, 3, 5, NO_Z, true, qref_fill_scan_uniform, 0, FLAG(STRIDE), QREF_SUITE_SMOKE},
    {"without_dt_bias", 2, 3, 7, 4, 3, 0, NO_DT_BIAS, true, qref_fill_scan_uniform, 0, 0, QREF_SUITE_SMOKE},
    {"without_h_initial", 2, 3, 7, 4, 3, 0, NO_H_INITIAL, true, qref_fill_scan_uniform, 0, 0, QREF_SUITE_SMOKE},
    {"without_state", 2, 3, 7, 4, 3, 0, NO_STATE, true, qref_fill_scan_uniform, 0, 0, QREF_SUITE_STANDARD},
    {"without_h_final", 2, 3, 7, 4, 3, 0, NO_H_FINAL, true, qref_fill_scan_uniform, 0, 0, QREF_SUITE_STANDARD},
    {"without_options", 2, 3, 7, 4, 3, 0, ONLY_U, true, qref_fill_scan_uniform, 0, 0, QREF_SUITE_STANDARD},
    {"without_options_and_softplus", 2, 3, 7, 4, 3, 0, ONLY_U, false, qref_fill_scan_uniform, 0, 0,
     QREF_SUITE_STANDARD},
    {"without_softplus", 2, 3, 7, 4, 3, 0, 0, false, qref_fill_scan_uniform, 0, FLAG(UNIFORM), QREF_SUITE_SMOKE},
    {"cancelling_states_00", 2, 4, 24, 2, 24, 0, NO_D | NO_Z, true, qref_fill_scan_cancelling_states, 0, FLAG(UNIFORM),
     QREF_SUITE_SMOKE},
    {"cancelling_states_01", 2, 4, 40, 6, 40, 0, NO_Z, true, qref_fill_scan_cancelling_states, 0, FLAG(UNIFORM),
     QREF_SUITE_STANDARD},
    {"cancelling_states_02", 2, 4, 40, 16, 40, 0, 0, true, qref_fill_scan_cancelling_states, 0, FLAG(UNIFORM),
     QREF_SUITE_STANDARD},
    {"cancelling_softplus", 2, 4, 40, 2, 40, 0, NO_D | NO_Z, true, qref_fill_scan_cancelling_softplus, -1,
     FLAG(SOFTPLUS_THRESHOLD), QREF_SUITE_STANDARD},
    {"zero_states", 2, 5, 4, 2, 2, 0, 0, true, qref_fill_scan_zero_states, 0, FLAG(ZERO), QREF_SUITE_STANDARD},
    {"zero_states_without_D", 2, 5, 4, 1, 2, 0, NO_D, true, qref_fill_scan_zero_states, 0, FLAG(ZERO),
     QREF_SUITE_STANDARD},
    {"zero_states_without_options", 2, 5, 4, 1, 2, 0, ONLY_U, true, qref_fill_scan_zero_states, 0, FLAG(ZERO),
     QREF_SUITE_STANDARD},
    {"cancelling_D", 2, 4, 128, 1, 128, 0, NO_Z | NO_DT_BIAS, false, qref_fill_scan_cancelling_D, 0, FLAG(UNIFORM),
     QREF_SUITE_STANDARD},
    {"softplus_at_20", 2, 4, 32, 2, 32, 0, NO_H_INITIAL, true, qref_fill_scan_softplus, 0,
     FLAG(SOFTPLUS_THRESHOLD) | FLAG(FUNCTION_RANGE), QREF_SUITE_SMOKE},
    {"softplus_far_from_20", 2, 3, 40, 2, 3, 0, NO_H_INITIAL, true, qref_fill_scan_softplus, 1,
     FLAG(SOFTPLUS_THRESHOLD) | FLAG(FUNCTION_RANGE), QREF_SUITE_STANDARD},
    {"softplus_below_20", 2, 3, 60, 2, 1, 0, NO_H_INITIAL, true, qref_fill_scan_softplus, 2, FLAG(SOFTPLUS_THRESHOLD),
     QREF_SUITE_STANDARD},
    {"softplus_very_negative", 2, 4, 1, 16, 1, 0, NO_H_INITIAL, true, qref_fill_scan_softplus, 3, FLAG(FUNCTION_RANGE),
     QREF_SUITE_STANDARD},
    {"softplus_very_negative_channels", 1, 128, 1, 1, 1, 0, NO_H_INITIAL, true, qref_fill_scan_softplus, 3,
     FLAG(FUNCTION_RANGE), QREF_SUITE_STANDARD},
    {"softplus_of_0", 1, 2, 3, 3, 1, 0, 0, true, qref_fill_scan_softplus, 4, FLAG(FUNCTION_RANGE), QREF_SUITE_STANDARD},
    {"A_range", 1, 64, 3, 4, 1, 0, 0, true, qref_fill_scan_A_range, 0, FLAG(FUNCTION_RANGE), QREF_SUITE_STANDARD},
    {"A_range_without_softplus", 1, 64, 3, 4, 1, 0, NO_DT_BIAS, false, qref_fill_scan_A_range, 0, FLAG(FUNCTION_RANGE),
     QREF_SUITE_STANDARD},
    {"gate_range", 1, 64, 8, 2, 8, 0, NO_D, true, qref_fill_scan_gate_range, 0, FLAG(FUNCTION_RANGE) | FLAG(INFINITY),
     QREF_SUITE_STANDARD},
    {"growth_to_infinity", 2, 3, 24, 3, 5, 0, 0, false, qref_fill_scan_growth, 0,
     FLAG(INFINITY) | FLAG(SATURATION) | FLAG(FUNCTION_RANGE) | FLAG(F16_OVERFLOW), QREF_SUITE_SMOKE},
    {"decay_range_00", LANES(64, 16), 1, 0, NO_D | NO_Z | NO_DT_BIAS, false, qref_fill_scan_decay_range, 0,
     FLAG(FUNCTION_RANGE), QREF_SUITE_STANDARD},
    {"decay_range_01", LANES(64, 16), 1, 0, NO_D | NO_Z | NO_DT_BIAS, false, qref_fill_scan_decay_range, 1,
     FLAG(FUNCTION_RANGE), QREF_SUITE_STANDARD},
    {"decay_range_02", LANES(64, 16), 1, 0, NO_D | NO_Z | NO_DT_BIAS, false, qref_fill_scan_decay_range, 2,
     FLAG(FUNCTION_RANGE), QREF_SUITE_STANDARD},
    {"decay_range_03", LANES(64, 16), 1, 0, NO_D | NO_Z | NO_DT_BIAS, false, qref_fill_scan_decay_range, 3,
     FLAG(FUNCTION_RANGE), QREF_SUITE_STANDARD},
    {"subnormal_states", 1, 6, 40, 3, 9, 0, 0, true, qref_fill_scan_subnormal_states, 0, FLAG(FUNCTION_RANGE),
     QREF_SUITE_STANDARD},
    {"state_boundaries_few", LANES(9, 6), 1, 0, NO_D | NO_Z | NO_DT_BIAS, false, qref_fill_scan_state_boundaries,
     SMOKE_STEP, FLAG(TIE) | FLAG(NEAR_TIE) | FLAG(SATURATION), QREF_SUITE_SMOKE},
    {"state_boundaries", LANES(BOUNDARY_CHANNELS, BOUNDARY_STATES), 1, 0, NO_D | NO_Z | NO_DT_BIAS, false,
     qref_fill_scan_state_boundaries, 1, FLAG(TIE) | FLAG(NEAR_TIE) | FLAG(SATURATION), QREF_SUITE_STANDARD},
    {"state_forms", LANES(64, 8), 1, 0, NO_D | NO_Z | NO_DT_BIAS, false, qref_fill_scan_state_forms, 0, FLAG(NEAR_TIE),
     QREF_SUITE_STANDARD},
    {"f16_stores_few", LANES(60, 1), 1, 0, NO_D | NO_Z | NO_DT_BIAS, false, qref_fill_scan_f16_stores, SMOKE_STEP,
     FLAG(F16_TIE) | FLAG(F16_SUBNORMAL), QREF_SUITE_SMOKE},
    {"f16_stores", LANES(STORE_CHANNELS, 1), 1, 0, NO_D | NO_Z | NO_DT_BIAS, false, qref_fill_scan_f16_stores, 1,
     FLAG(F16_TIE) | FLAG(F16_SUBNORMAL) | FLAG(F16_OVERFLOW) | FLAG(INFINITY), QREF_SUITE_STANDARD},
    {"gate_forms", LANES(1024, 1), 1, 0, NO_D | NO_DT_BIAS, false, qref_fill_scan_gate_forms, 0,
     FLAG(NEAR_TIE) | FLAG(ALL_CODES), QREF_SUITE_STANDARD},
    {"drift", 1, 1, 16384, 2, 1000, 0, NO_H_INITIAL, true, qref_fill_scan_drift, 0, FLAG(DRIFT), QREF_SUITE_STANDARD},
    {"snapshot_whole", 2, 3, QREF_SCAN_SNAPSHOT_LENGTH, 4, 8, 0, NO_H_INITIAL, true, qref_fill_scan_snapshot, 0,
     FLAG(SNAPSHOT), QREF_SUITE_STANDARD},
    {"snapshot_part_1_of_3", 2, 3, 8, 4, 8, 0, NO_H_INITIAL, true, qref_fill_scan_snapshot, 0, FLAG(SNAPSHOT),
     QREF_SUITE_STANDARD},
    {"snapshot_part_2_of_3", 2, 3, 16, 4, 8, 0, 0, true, qref_fill_scan_snapshot, 8, FLAG(SNAPSHOT),
     QREF_SUITE_STANDARD},
    {"snapshot_part_3_of_3", 2, 3, 5, 4, 8, 0, 0, true, qref_fill_scan_snapshot, 24, FLAG(SNAPSHOT),
     QREF_SUITE_STANDARD},
    {"prefill_in_front_of_decode", 2, 3, QREF_SCAN_PREFILL_LENGTH, 4, 0, 0, NO_H_INITIAL, true, qref_fill_scan_prefill,
     0, FLAG(PREFILL_DECODE), QREF_SUITE_STANDARD},
};

/* ---- hardware profiles ---- */

static void add_rounding_variants(qref_plan *plan) {
  const qref_rounding_variant *variant;
  for (size_t i = 0; (variant = qref_rounding_variant_at(i)) != NULL; i++) {
    char name[64];
    snprintf(name, sizeof name, "hardware_state_%s", variant->name);
    const uint64_t overflow = variant->rule.overflow == QREF_OVERFLOW_WRAP ? FLAG(WRAP) : FLAG(SATURATION);
    const scan_case scan = {name,
                            LANES(BOUNDARY_CHANNELS, BOUNDARY_STATES),
                            1,
                            0,
                            NO_D | NO_Z | NO_DT_BIAS,
                            false,
                            qref_fill_scan_state_boundaries,
                            1,
                            FLAG(HARDWARE_PROFILE) | FLAG(TIE) | FLAG(NEAR_TIE) | overflow,
                            QREF_SUITE_STANDARD};
    qref_planned_case *planned = add(plan, &scan);
    snprintf(name, sizeof name, "scan-state-%s", variant->name);
    qref_planned_variant(planned, name);
    planned->item.profile.selective_scan.state.round = variant->rule;
  }
}

static void add_arithmetic_variants(qref_plan *plan) {
  const qref_scan_variant *variant;
  for (size_t i = 0; (variant = qref_scan_variant_at(i)) != NULL; i++) {
    const struct {
      const char *what;
      scan_case scan;
    } data[] = {
        {"uniform", {NULL, 2, 3, 13, 4, 3, 0, 0, true, qref_fill_scan_uniform, 0, FLAG(UNIFORM), QREF_SUITE_STANDARD}},
        {"cancelling",
         {NULL, 1, 4, 20, 4, 7, 0, NO_Z, true, qref_fill_scan_cancelling_states, 0, 0, QREF_SUITE_STANDARD}},
        {"table_arguments", {NULL, 1, 4, 32, 2, 7, 0, 0, true, qref_fill_scan_tables, 0, 0, QREF_SUITE_STANDARD}},
        {"table_arguments_without_softplus",
         {NULL, 1, 32, 4, 2, 7, 0, 0, false, qref_fill_scan_tables, 0, 0, QREF_SUITE_STANDARD}},
        {"softplus_forms", {NULL, 1, 32, 8, 2, 7, 0, 0, true, qref_fill_scan_table_forms, 0, 0, QREF_SUITE_STANDARD}},
        {"decay_forms", {NULL, 1, 32, 8, 2, 7, 0, 0, false, qref_fill_scan_table_forms, 1, 0, QREF_SUITE_STANDARD}},
        {"state_forms",
         {NULL, LANES(32, 8), 1, 0, NO_D | NO_Z | NO_DT_BIAS, false, qref_fill_scan_state_forms, 0, FLAG(NEAR_TIE),
          QREF_SUITE_STANDARD}},
    };
    for (size_t j = 0; j < sizeof data / sizeof data[0]; j++) {
      if (data[j].scan.fill == qref_fill_scan_table_forms && strstr(variant->name, "table") == NULL) {
        continue;
      }
      char name[64];
      snprintf(name, sizeof name, "hardware_%s_%s", variant->name, data[j].what);
      scan_case scan = data[j].scan;
      scan.name = name;
      scan.flags |= FLAG(HARDWARE_PROFILE);
      qref_planned_case *planned = add(plan, &scan);
      snprintf(name, sizeof name, "scan-%s", variant->name);
      qref_planned_variant(planned, name);
      variant->change(&planned->item.profile.selective_scan, variant->number);
    }
  }
}

/* ---- more random cases ---- */

enum { MORE_CASES = 40 };

static void add_more(qref_plan *plan) {
  for (size_t i = 0; i < MORE_CASES; i++) {
    char name[32];
    snprintf(name, sizeof name, "more_uniform_%02zu", i);
    const scan_case scan = {name,
                            1 + i % 3,
                            1 + i * 7 % 40,
                            1 + i * 13 % 70,
                            1 + i * 5 % 16,
                            i % 4 == 0 ? 0 : 1 + i * 3 % 30,
                            i % 5 == 0 ? 45 : 0,
                            (unsigned int)(i % 16),
                            i % 6 != 0,
                            i % 2 == 0 ? qref_fill_scan_uniform : qref_fill_scan_bell,
                            0,
                            FLAG(UNIFORM),
                            QREF_SUITE_THOROUGH};
    add(plan, &scan);
  }
}

void qref_plan_selective_scan(qref_plan *plan) {
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    if (plan->size >= cases[i].least) {
      add(plan, &cases[i]);
    }
  }
  if (plan->size >= QREF_SUITE_STANDARD) {
    add_rounding_variants(plan);
    add_arithmetic_variants(plan);
  }
  if (plan->size >= QREF_SUITE_THOROUGH) {
    add_more(plan);
  }
}
