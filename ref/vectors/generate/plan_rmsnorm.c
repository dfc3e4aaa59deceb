/* Cases of the quantized RMSNorm. */
#include <stdio.h>

#include "ref/vectors/case/flag_tables.h"
#include "ref/vectors/generate/fill_rmsnorm.h"
#include "ref/vectors/generate/plan.h"
#include "ref/vectors/generate/rounding_variant.h"
#include "ref/vectors/generate/sample.h"

/* A case without row_scale is in the static mode. */
enum { NO_RESIDUAL = 1, STATIC = 2 };

typedef struct rmsnorm_case {
  const char *name;
  size_t rows, n;
  unsigned int without;
  float eps;
  qref_case_fill fill;
  int64_t parameter;
  uint64_t flags;
  qref_suite_size least; /* suites of this size and larger have the case */
} rmsnorm_case;

static qref_planned_case *add(qref_plan *plan, const rmsnorm_case *norm) {
  const uint64_t absent = (norm->without & NO_RESIDUAL) != 0 ? FLAG(ABSENT_INPUT) : 0;
  qref_planned_case *planned =
      qref_plan_add(plan, QREF_OP_RMSNORM, norm->name, norm->flags | absent, norm->fill, norm->parameter);
  qref_rmsnorm_args *args = &planned->item.args.rmsnorm;
  args->rows = norm->rows;
  args->n = norm->n;
  args->eps = norm->eps;
  args->out_scale = 0.01973f;
  if ((norm->without & NO_RESIDUAL) != 0) {
    qref_case_without(&planned->item, "residual");
  }
  if ((norm->without & STATIC) != 0) {
    qref_case_without(&planned->item, "row_scale");
  }
  return planned;
}

enum { BOUNDARIES = QREF_SAMPLE_ROUNDINGS + 1, SMOKE_STEP = 53 };
#define TIES (FLAG(TIE) | FLAG(NEAR_TIE) | FLAG(SATURATION))

static const rmsnorm_case cases[] = {
    {"uniform_00", 3, 21, STATIC, 1e-5f, qref_fill_rmsnorm_uniform, 0, FLAG(UNIFORM) | FLAG(ODD), QREF_SUITE_SMOKE},
    {"uniform_01", 3, 40, 0, 1e-5f, qref_fill_rmsnorm_uniform, 0, FLAG(UNIFORM), QREF_SUITE_SMOKE},
    {"uniform_02", 7, 384, STATIC, 1e-5f, qref_fill_rmsnorm_uniform, 0, FLAG(UNIFORM), QREF_SUITE_STANDARD},
    {"uniform_03", 7, 384, 0, 1e-5f, qref_fill_rmsnorm_uniform, 0, FLAG(UNIFORM), QREF_SUITE_STANDARD},
    {"bell_00", 3, 33, STATIC, 1e-5f, qref_fill_rmsnorm_bell, 0, FLAG(BELL) | FLAG(PAST_32), QREF_SUITE_SMOKE},
    {"bell_01", 5, 257, STATIC, 1e-5f, qref_fill_rmsnorm_bell, 0, FLAG(BELL) | FLAG(PAST_32), QREF_SUITE_STANDARD},
    {"bell_02", 5, 257, 0, 1e-5f, qref_fill_rmsnorm_bell, 0, FLAG(BELL) | FLAG(PAST_32), QREF_SUITE_STANDARD},
    {"wide_00", 40, 19, 0, 1e-5f, qref_fill_rmsnorm_wide, 0, FLAG(UNIFORM) | FLAG(ODD), QREF_SUITE_SMOKE},
    {"wide_01", 40, 100, STATIC, 1e-5f, qref_fill_rmsnorm_wide, 0, FLAG(UNIFORM), QREF_SUITE_STANDARD},
    {"wide_02", 100, 77, NO_RESIDUAL, 1e-6f, qref_fill_rmsnorm_wide, 0, FLAG(UNIFORM) | FLAG(ODD), QREF_SUITE_STANDARD},
    {"zero", 2, 9, STATIC, 1e-5f, qref_fill_rmsnorm_zero, 0, FLAG(ZERO), QREF_SUITE_SMOKE},
    {"zero_dynamic", 2, 9, 0, 1e-5f, qref_fill_rmsnorm_zero, 0, FLAG(ZERO) | FLAG(NONPOSITIVE_ROW),
     QREF_SUITE_STANDARD},
    {"zero_with_eps_0", 2, 9, STATIC, 0.0f, qref_fill_rmsnorm_zero, 0, FLAG(ZERO) | FLAG(INFINITY),
     QREF_SUITE_STANDARD},
    {"zero_dynamic_with_eps_0", 2, 9, 0, 0.0f, qref_fill_rmsnorm_zero, 0,
     FLAG(ZERO) | FLAG(INFINITY) | FLAG(NONPOSITIVE_ROW), QREF_SUITE_STANDARD},
    {"without_residual", 3, 45, STATIC | NO_RESIDUAL, 1e-5f, qref_fill_rmsnorm_uniform, 0, FLAG(UNIFORM),
     QREF_SUITE_SMOKE},
    {"without_residual_dynamic", 3, 45, NO_RESIDUAL, 1e-5f, qref_fill_rmsnorm_bell, 0, FLAG(BELL), QREF_SUITE_STANDARD},
    {"eps_0", 4, 33, 0, 0.0f, qref_fill_rmsnorm_uniform, 0, FLAG(UNIFORM) | FLAG(PAST_32), QREF_SUITE_STANDARD},
    {"eps_0_static", 4, 33, STATIC, 0.0f, qref_fill_rmsnorm_wide, 0, FLAG(UNIFORM), QREF_SUITE_STANDARD},
    {"eps_near_mean", 30, 20, 0, 3.1f, qref_fill_rmsnorm_uniform, 0, FLAG(UNIFORM), QREF_SUITE_STANDARD},
    {"eps_large", 4, 20, 0, 1e6f, qref_fill_rmsnorm_uniform, 0, FLAG(UNIFORM), QREF_SUITE_STANDARD},
    {"eps_huge", 4, 20, STATIC, 3e38f, qref_fill_rmsnorm_uniform, 0, FLAG(UNIFORM), QREF_SUITE_STANDARD},
    {"eps_smallest", 4, 20, 0, 0x1p-149f, qref_fill_rmsnorm_uniform, 0, FLAG(UNIFORM), QREF_SUITE_STANDARD},
    {"boundaries_few", 1, 53, STATIC, 1e-5f, qref_fill_rmsnorm_boundaries, SMOKE_STEP, TIES, QREF_SUITE_SMOKE},
    {"boundaries_dynamic_few", 1, 53, 0, 1e-5f, qref_fill_rmsnorm_boundaries, SMOKE_STEP, TIES, QREF_SUITE_SMOKE},
    {"boundaries", 1, BOUNDARIES, STATIC, 1e-5f, qref_fill_rmsnorm_boundaries, 1, TIES, QREF_SUITE_STANDARD},
    {"boundaries_dynamic", 1, BOUNDARIES, 0, 1e-5f, qref_fill_rmsnorm_boundaries, 1, TIES, QREF_SUITE_STANDARD},
    {"boundaries_eps_0", 1, BOUNDARIES, STATIC, 0.0f, qref_fill_rmsnorm_boundaries, 1, TIES, QREF_SUITE_STANDARD},
    {"forms", 1, 520, STATIC, 1e-5f, qref_fill_rmsnorm_forms, 0, FLAG(NEAR_TIE), QREF_SUITE_STANDARD},
    {"forms_dynamic", 1, 520, 0, 1e-5f, qref_fill_rmsnorm_forms, 0, FLAG(NEAR_TIE), QREF_SUITE_STANDARD},
    {"sum_order_256", 20, 256, 0, 0.0f, qref_fill_rmsnorm_sum_order, 0, FLAG(NEAR_TIE), QREF_SUITE_STANDARD},
    {"sum_order_128", 50, 128, 0, 0.0f, qref_fill_rmsnorm_sum_order, 0, FLAG(NEAR_TIE), QREF_SUITE_STANDARD},
    {"division_by_5", 4, 5, 0, 0.0f, qref_fill_rmsnorm_division, 0, FLAG(NEAR_TIE) | FLAG(ODD), QREF_SUITE_STANDARD},
    {"division_by_49", 4, 49, 0, 0.0f, qref_fill_rmsnorm_division, 0, FLAG(NEAR_TIE) | FLAG(ODD), QREF_SUITE_STANDARD},
    {"nonpositive_rows", 12, 7, 0, 1e-5f, qref_fill_rmsnorm_nonpositive, 0, FLAG(NONPOSITIVE_ROW) | FLAG(ODD),
     QREF_SUITE_SMOKE},
    {"nonpositive_rows_without_residual", 12, 33, NO_RESIDUAL, 1e-5f, qref_fill_rmsnorm_nonpositive, 0,
     FLAG(NONPOSITIVE_ROW), QREF_SUITE_STANDARD},
    {"nonpositive_rows_eps_0", 12, 5, 0, 0.0f, qref_fill_rmsnorm_nonpositive, 0, FLAG(NONPOSITIVE_ROW) | FLAG(INFINITY),
     QREF_SUITE_STANDARD},
    {"nonpositive_rows_static", 6, 5, STATIC, 1e-5f, qref_fill_rmsnorm_nonpositive, 0, FLAG(UNIFORM),
     QREF_SUITE_STANDARD},
    {"nonpositive_rows_of_1", 12, 1, 0, 1e-5f, qref_fill_rmsnorm_nonpositive, 0, FLAG(NONPOSITIVE_ROW),
     QREF_SUITE_STANDARD},
    {"patterns", 31, 32, STATIC | NO_RESIDUAL, 1e-5f, qref_fill_rmsnorm_patterns, 0, FLAG(UNIFORM),
     QREF_SUITE_STANDARD},
    {"patterns_dynamic", 31, 32, NO_RESIDUAL, 0.0f, qref_fill_rmsnorm_patterns, 0, FLAG(UNIFORM), QREF_SUITE_STANDARD},
    {"patterns_not_finite", 32, 32, NO_RESIDUAL, 1e-5f, qref_fill_rmsnorm_patterns, 1, FLAG(INFINITY),
     QREF_SUITE_STANDARD},
    {"patterns_not_finite_static", 32, 32, STATIC, 1e-5f, qref_fill_rmsnorm_patterns, 1, FLAG(INFINITY),
     QREF_SUITE_STANDARD},
    {"extremes", 12, 5, STATIC, 1e-5f, qref_fill_rmsnorm_extremes, 0, FLAG(INFINITY), QREF_SUITE_SMOKE},
    {"extremes_dynamic", 12, 5, 0, 1e-5f, qref_fill_rmsnorm_extremes, 0, FLAG(INFINITY), QREF_SUITE_STANDARD},
    {"extremes_eps_0", 12, 5, STATIC, 0.0f, qref_fill_rmsnorm_extremes, 0, FLAG(INFINITY), QREF_SUITE_STANDARD},
    {"extremes_dynamic_eps_0", 12, 5, 0, 0.0f, qref_fill_rmsnorm_extremes, 0, FLAG(INFINITY), QREF_SUITE_STANDARD},
};

static void add_row_lengths(qref_plan *plan) {
  static const size_t lengths[] = {1, 2, 3, 15, 16, 17, 31, 32, 33, 63, 64, 65, 96, 97, 129, 255, 1000, 2049};
  for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
    for (unsigned int fixed = 0; fixed <= 1; fixed++) {
      char name[48];
      snprintf(name, sizeof name, "length_%zu%s", lengths[i], fixed != 0 ? "_static" : "");
      const rmsnorm_case norm = {name,
                                 lengths[i] < 300 ? 5 : 2,
                                 lengths[i],
                                 fixed != 0 ? STATIC : 0,
                                 1e-5f,
                                 qref_fill_rmsnorm_uniform,
                                 0,
                                 FLAG(UNIFORM) | (lengths[i] % 32 == 1 ? FLAG(PAST_32) : 0),
                                 QREF_SUITE_STANDARD};
      add(plan, &norm);
    }
  }
}

/* ---- hardware profiles ---- */

static void add_rounding_variants(qref_plan *plan) {
  const qref_rounding_variant *variant;
  for (size_t i = 0; (variant = qref_rounding_variant_at(i)) != NULL; i++) {
    const uint64_t overflow = variant->rule.overflow == QREF_OVERFLOW_WRAP ? FLAG(WRAP) : FLAG(SATURATION);
    const rmsnorm_case data[] = {
        {NULL, 1, BOUNDARIES, STATIC, 1e-5f, qref_fill_rmsnorm_boundaries, 1, FLAG(TIE) | FLAG(NEAR_TIE),
         QREF_SUITE_STANDARD},
        {NULL, 3, 50, STATIC, 1e-5f, qref_fill_rmsnorm_bell, 0, FLAG(BELL), QREF_SUITE_STANDARD},
    };
    for (size_t j = 0; j < sizeof data / sizeof data[0]; j++) {
      char name[64];
      snprintf(name, sizeof name, "hardware_%s_%s", variant->name, j == 0 ? "boundaries" : "bell");
      rmsnorm_case norm = data[j];
      norm.name = name;
      norm.flags |= FLAG(HARDWARE_PROFILE) | (j == 0 ? overflow : 0);
      qref_planned_case *planned = add(plan, &norm);
      snprintf(name, sizeof name, "rmsnorm-%s", variant->name);
      qref_planned_variant(planned, name);
      planned->item.profile.rmsnorm.output.round = variant->rule;
    }
  }
}

static void add_other_variants(qref_plan *plan) {
  static const rmsnorm_case multiplier[] = {
      {"hardware_multiplier_forms", 1, 520, STATIC, 1e-5f, qref_fill_rmsnorm_forms, 0,
       FLAG(HARDWARE_PROFILE) | FLAG(NEAR_TIE), QREF_SUITE_STANDARD},
      {"hardware_multiplier_boundaries", 1, BOUNDARIES, 0, 1e-5f, qref_fill_rmsnorm_boundaries, 1,
       FLAG(HARDWARE_PROFILE) | TIES, QREF_SUITE_STANDARD},
      {"hardware_multiplier_uniform", 4, 65, 0, 1e-5f, qref_fill_rmsnorm_uniform, 0,
       FLAG(HARDWARE_PROFILE) | FLAG(UNIFORM), QREF_SUITE_STANDARD},
  };
  for (size_t i = 0; i < sizeof multiplier / sizeof multiplier[0]; i++) {
    qref_planned_case *planned = add(plan, &multiplier[i]);
    qref_planned_variant(planned, "rmsnorm-multiplier");
    planned->item.profile.rmsnorm.output.scale_form = QREF_SCALE_MULTIPLIER;
  }
  static const uint32_t partial_sums[] = {1, 2, 31, 64, 1024};
  for (size_t i = 0; i < sizeof partial_sums / sizeof partial_sums[0]; i++) {
    char name[64];
    snprintf(name, sizeof name, "hardware_partial_sums_%u", (unsigned int)partial_sums[i]);
    const rmsnorm_case norm = {name,
                               20,
                               128,
                               0,
                               0.0f,
                               qref_fill_rmsnorm_sum_order,
                               0,
                               FLAG(HARDWARE_PROFILE) | FLAG(NEAR_TIE),
                               QREF_SUITE_STANDARD};
    qref_planned_case *planned = add(plan, &norm);
    snprintf(name, sizeof name, "rmsnorm-partial-sums-%u", (unsigned int)partial_sums[i]);
    qref_planned_variant(planned, name);
    planned->item.profile.rmsnorm.partial_sums = partial_sums[i];
  }
  /* An output scale so small that the low bits of the integer, which wraps, are the last bits of the value. */
  static const rmsnorm_case turns = {
      "hardware_many_turns", 6, 70, STATIC, 1e-5f, qref_fill_rmsnorm_turns, 0, FLAG(HARDWARE_PROFILE) | FLAG(WRAP),
      QREF_SUITE_STANDARD};
  qref_planned_case *planned = add(plan, &turns);
  qref_planned_variant(planned, "rmsnorm-half-even-wrap");
  planned->item.profile.rmsnorm.output.round =
      (qref_rounding_rule){.rounding = QREF_ROUND_HALF_EVEN, .overflow = QREF_OVERFLOW_WRAP, .seed = 0};
}

/* ---- more random cases ---- */

enum { MORE_CASES = 40 };

static void add_more(qref_plan *plan) {
  for (size_t i = 0; i < MORE_CASES; i++) {
    char name[32];
    snprintf(name, sizeof name, "more_%02zu", i);
    const rmsnorm_case norm = {name,
                               1 + i % 7,
                               1 + i * 61 % 1100,
                               (unsigned int)(i % 4),
                               i % 9 == 0 ? 0.0f : 1e-5f,
                               i % 3 == 0   ? qref_fill_rmsnorm_uniform
                               : i % 3 == 1 ? qref_fill_rmsnorm_bell
                                            : qref_fill_rmsnorm_wide,
                               0,
                               FLAG(UNIFORM),
                               QREF_SUITE_THOROUGH};
    add(plan, &norm);
  }
}

void qref_plan_rmsnorm(qref_plan *plan) {
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    if (plan->size >= cases[i].least) {
      add(plan, &cases[i]);
    }
  }
  if (plan->size >= QREF_SUITE_STANDARD) {
    add_row_lengths(plan);
    add_rounding_variants(plan);
    add_other_variants(plan);
  }
  if (plan->size >= QREF_SUITE_THOROUGH) {
    add_more(plan);
  }
}
