/* Cases of the quantized Hadamard transform. */
#include <stdio.h>

#include "ref/vectors/case/flag_tables.h"
#include "ref/vectors/generate/plan.h"
#include "ref/vectors/generate/rounding_variant.h"
#include "ref/vectors/generate/sample.h"

/* parameter of `boundaries`: a multiple of this, plus the step through the samples */
enum { BOUNDARY_DIM = 4, EXACT_SCALE = 1000, SMOKE_STEP = 53 };

/* ---- fills ---- */

/* Uniform; the output scale is 4/`parameter`: small ones leave int8. */
static qref_status fill_uniform(qref_case *item, uint64_t seed, int64_t parameter, qref_error *error) {
  (void)error;
  qref_seek_stream stream = {.seed = seed, .case_id = item->id, .name = "scales"};
  const float out_scale = qref_seek_scale(&stream, 3.1f, 4.7f) / (float)parameter;
  item->args.hadamard.scale = qref_hadamard_scale(item->args.hadamard.dim, out_scale);
  qref_fill(item, seed, "x", QREF_FILL_UNIFORM, -4, 4);
  return QREF_OK;
}

static qref_status fill_bell(qref_case *item, uint64_t seed, int64_t parameter, qref_error *error) {
  const qref_status status = fill_uniform(item, seed, parameter, error);
  qref_fill(item, seed, "x", QREF_FILL_BELL, -8, 8);
  return status;
}

static qref_status fill_constant(qref_case *item, uint64_t seed, int64_t parameter, qref_error *error) {
  (void)error;
  item->args.hadamard.scale = qref_hadamard_scale(item->args.hadamard.dim, 0.17f);
  qref_fill(item, seed, "x", QREF_FILL_CONSTANT, (double)parameter, 0);
  return QREF_OK;
}

static qref_status fill_alternating(qref_case *item, uint64_t seed, int64_t parameter, qref_error *error) {
  const qref_status status = fill_constant(item, seed, parameter, error);
  qref_fill(item, seed, "x", QREF_FILL_ALTERNATING, -(double)parameter, (double)parameter);
  return status;
}

/* Row i is i+1 at element i and 0 elsewhere: the output is the matrix, row by row. */
static qref_status fill_one_hot(qref_case *item, uint64_t seed, int64_t parameter, qref_error *error) {
  (void)seed;
  (void)parameter;
  (void)error;
  const size_t dim = item->args.hadamard.dim;
  qref_float16 *x = qref_case_f16(item, "x");
  for (size_t row = 0; row < item->args.hadamard.rows; row++) {
    x[row * dim + row % dim] = qref_f16_from_f32((float)(row % dim + 1));
  }
  item->args.hadamard.scale = 0.71f;
  return QREF_OK;
}

/* Elements of all magnitudes and values of about 2^`parameter` before rounding: where they wrap, the last bits of the
 * float32 sums show, and with them the order of the additions. */
static qref_status fill_turns(qref_case *item, uint64_t seed, int64_t parameter, qref_error *error) {
  (void)error;
  qref_seek_stream stream = {.seed = seed, .case_id = item->id, .name = "x"};
  qref_float16 *x = qref_case_f16(item, "x");
  for (size_t i = 0; i < qref_case_tensor_of(item, "x")->count; i++) {
    x[i] = qref_sample_f16(&stream, -14, 14);
  }
  float scale = qref_seek_scale(&stream, 0x1p-16f, 0x1p-15f);
  for (int64_t i = 0; i < parameter; i++) {
    scale *= 2.0f;
  }
  item->args.hadamard.scale = scale;
  return QREF_OK;
}

/* Every kind of float16 pattern. */
static qref_status fill_patterns(qref_case *item, uint64_t seed, int64_t parameter, qref_error *error) {
  (void)seed;
  (void)error;
  qref_float16 *x = qref_case_f16(item, "x");
  for (size_t i = 0; i < qref_case_tensor_of(item, "x")->count; i++) {
    x[i] = qref_sample_f16_pattern(i % qref_sample_f16_pattern_count(false));
  }
  float scale = 1.0f;
  for (int64_t i = 0; i < parameter; i++) {
    scale *= 2.0f;
  }
  item->args.hadamard.scale = scale;
  return QREF_OK;
}

/* x0 + x1 + x2 = sum, exactly, for any float32 in 2^-1 .. 2^15: 11 bits each. */
static void split(qref_float16 *x, float sum) {
  float rest = sum;
  for (size_t i = 0; i < 3; i++) {
    x[i] = qref_f16_from_f32(rest);
    const float part = qref_f32_from_f16(x[i]);
    rest = rest == part ? 0.0f : rest - part;
  }
}

/* The sum for which sum * scale comes nearest to the target. */
static float solve_sum(float target, float scale) {
  const float estimate = target / scale;
  float best = estimate;
  int64_t best_distance = INT64_MAX;
  for (int32_t i = 0; i <= 8; i++) {
    const float sum = qref_seek_step(estimate, i % 2 != 0 ? (i + 1) / 2 : -(i / 2));
    const int64_t difference = (int64_t)qref_bits_from_f32(sum * scale) - (int64_t)qref_bits_from_f32(target);
    const int64_t distance = difference < 0 ? -difference : difference;
    if (distance < best_distance) {
      best = sum;
      best_distance = distance;
    }
  }
  return best;
}

/* dim is 4: element 0 of a row is x0 + x1 + x2 + 0 times the scale: every step-th of qref_sample_rounding, large
 * magnitudes cut. The scale is 1/16, so that ties are exact, or one with a full significand. */
static qref_status fill_boundaries(qref_case *item, uint64_t seed, int64_t parameter, qref_error *error) {
  (void)error;
  qref_seek_stream stream = {.seed = seed, .case_id = item->id, .name = "targets"};
  const bool exact = parameter >= EXACT_SCALE;
  const size_t step = (size_t)parameter % EXACT_SCALE;
  const float scale = exact ? 0x1p-4f : qref_seek_scale(&stream, 0.011f, 0.02f);
  item->args.hadamard.scale = scale;
  qref_float16 *x = qref_case_f16(item, "x");
  for (size_t row = 0; row < item->args.hadamard.rows; row++) {
    const qref_rounding_rule *rule = &item->profile.hadamard.output;
    const bool edge = rule->rounding == QREF_ROUND_STOCHASTIC && row % 5 == 0;
    float target = edge ? qref_sample_stochastic_edge(rule, row * BOUNDARY_DIM, row % 2 != 0)
                        : qref_sample_rounding(&stream, row * step % QREF_SAMPLE_ROUNDINGS);
    const float magnitude = target < 0.0f ? -target : target;
    if (magnitude < 0x1p60f) {
      const float largest = 500.0f;
      target = magnitude > largest ? (target < 0.0f ? -largest : largest) : target;
      split(&x[row * BOUNDARY_DIM], solve_sum(target, scale));
    } else {
      x[row * BOUNDARY_DIM] = qref_f16_from_f32(target);
    }
  }
  return QREF_OK;
}

/* dim is 4: ties of magnitude 2^8 to 2^22, and integers around 2^23 and 2^31. */
static qref_status fill_large_ties(qref_case *item, uint64_t seed, int64_t parameter, qref_error *error) {
  (void)error;
  qref_seek_stream stream = {.seed = seed, .case_id = item->id, .name = "targets"};
  const float scale = parameter == 0 ? 0x1p8f : 0x1p17f;
  item->args.hadamard.scale = scale;
  qref_float16 *x = qref_case_f16(item, "x");
  for (size_t row = 0; row < item->args.hadamard.rows; row++) {
    const int64_t top = (int64_t)1 << (8 + row % 16);
    const float tie = (float)qref_seek_integer(&stream, top / 2, top - 1) + 0.5f; /* from 2^23 on an integer */
    const float near = qref_seek_step(0x1p31f, (int32_t)(row / 2 % 9) - 4);
    const float target = parameter == 0 ? tie : near;
    split(&x[row * BOUNDARY_DIM], (row % 2 != 0 ? -target : target) / scale);
  }
  return QREF_OK;
}

/* ---- cases ---- */

static qref_planned_case *add(qref_plan *plan, const char *name, size_t rows, size_t dim, uint64_t flags,
                              qref_case_fill fill, int64_t parameter) {
  qref_planned_case *planned = qref_plan_add(plan, QREF_OP_HADAMARD, name, flags, fill, parameter);
  planned->item.args.hadamard.rows = rows;
  planned->item.args.hadamard.dim = dim;
  planned->item.args.hadamard.scale = 1.0f;
  return planned;
}

static void set_rounding(qref_planned_case *planned, const qref_rounding_variant *variant) {
  char name[64];
  snprintf(name, sizeof name, "hadamard-%s", variant->name);
  qref_planned_variant(planned, name);
  planned->item.profile.hadamard.output = variant->rule;
}

static const qref_rounding_variant *half_away_wrap(void) {
  for (size_t i = 0; qref_rounding_variant_at(i) != NULL; i++) {
    const qref_rounding_rule *rule = &qref_rounding_variant_at(i)->rule;
    if (rule->rounding == QREF_ROUND_HALF_AWAY && rule->overflow == QREF_OVERFLOW_WRAP) {
      return qref_rounding_variant_at(i);
    }
  }
  return qref_rounding_variant_at(0);
}

#define TIES (FLAG(TIE) | FLAG(NEAR_TIE) | FLAG(SATURATION) | FLAG(WRAP))

static void add_smoke(qref_plan *plan) {
  static const size_t dims[] = {1, 2, 4, 8, 12, 24, 40};
  for (size_t i = 0; i < sizeof dims / sizeof dims[0]; i++) {
    char name[32];
    snprintf(name, sizeof name, "uniform_dim_%zu", dims[i]);
    add(plan, name, 3, dims[i], FLAG(UNIFORM), fill_uniform, 100);
  }
  add(plan, "bell_dim_16", 3, 16, FLAG(BELL), fill_bell, 60);
  add(plan, "zero", 2, 8, FLAG(ZERO), fill_constant, 0);
  add(plan, "boundaries_few", 53, BOUNDARY_DIM, TIES, fill_boundaries, EXACT_SCALE + SMOKE_STEP);
  add(plan, "many_turns_few", 3, 12, FLAG(WRAP) | FLAG(SATURATION), fill_turns, 22);
}

static void add_dims(qref_plan *plan) {
  static const size_t dims[] = {1,  2,  4,  8,  16,  32,  64, 128, 256, 512, 1024,
                                12, 24, 48, 96, 192, 384, 40, 80,  160, 320, 640};
  for (size_t i = 0; i < sizeof dims / sizeof dims[0]; i++) {
    char name[48];
    const size_t rows = dims[i] <= 16 ? 40 : dims[i] <= 96 ? 9 : 3;
    snprintf(name, sizeof name, "bell_dim_%zu%s", dims[i], dims[i] == 16 ? "_more" : "");
    add(plan, name, rows, dims[i], FLAG(BELL) | FLAG(ODD), fill_bell, 50);
    snprintf(name, sizeof name, "overflowing_dim_%zu", dims[i]);
    add(plan, name, rows, dims[i], FLAG(UNIFORM) | FLAG(WRAP) | FLAG(SATURATION), fill_uniform, 300);
    snprintf(name, sizeof name, "many_turns_dim_%zu", dims[i]);
    qref_planned_case *planned = add(plan, name, rows, dims[i], FLAG(WRAP) | FLAG(HARDWARE_PROFILE), fill_turns, 22);
    set_rounding(planned, half_away_wrap());
  }
}

static void add_one_hot(qref_plan *plan) {
  static const size_t dims[] = {1, 2, 16, 12, 24, 40, 80};
  for (size_t i = 0; i < sizeof dims / sizeof dims[0]; i++) {
    char name[32];
    snprintf(name, sizeof name, "one_hot_dim_%zu", dims[i]);
    add(plan, name, dims[i], dims[i], FLAG(UNIFORM), fill_one_hot, 0);
  }
}

static void add_special(qref_plan *plan) {
  add(plan, "all_one", 2, 12, FLAG(ALL_MAXIMUM), fill_constant, 1);
  add(plan, "all_minus_one", 2, 40, FLAG(ALL_MINIMUM), fill_constant, -1);
  add(plan, "alternating", 2, 64, FLAG(ALTERNATING), fill_alternating, 1);
  add(plan, "alternating_384", 1, 384, FLAG(ALTERNATING), fill_alternating, 3);
  add(plan, "boundaries_exact", QREF_SAMPLE_ROUNDINGS, BOUNDARY_DIM, TIES, fill_boundaries, EXACT_SCALE + 1);
  add(plan, "boundaries", QREF_SAMPLE_ROUNDINGS, BOUNDARY_DIM, TIES, fill_boundaries, 1);
  add(plan, "large_ties", 64, BOUNDARY_DIM, FLAG(TIE) | FLAG(WRAP) | FLAG(SATURATION), fill_large_ties, 0);
  add(plan, "around_2_31", 36, BOUNDARY_DIM, FLAG(WRAP) | FLAG(SATURATION), fill_large_ties, 1);
  /* The same under a rule that wraps, whatever the suite's does. */
  set_rounding(
      add(plan, "around_2_31_wrapping", 36, BOUNDARY_DIM, FLAG(WRAP) | FLAG(HARDWARE_PROFILE), fill_large_ties, 1),
      half_away_wrap());
  add(plan, "patterns_dim_1", 1024, 1, FLAG(INFINITY), fill_patterns, 0);
  add(plan, "patterns_dim_1_scaled", 1024, 1, FLAG(INFINITY), fill_patterns, 20);
  add(plan, "patterns_dim_16", 64, 16, FLAG(INFINITY), fill_patterns, 3);
  add(plan, "patterns_dim_12", 86, 12, FLAG(INFINITY), fill_patterns, 0);
  static const int64_t turns[] = {4, 10, 16, 30, 45};
  for (size_t i = 0; i < sizeof turns / sizeof turns[0]; i++) {
    char name[48];
    snprintf(name, sizeof name, "turns_scale_%d", (int)turns[i]);
    add(plan, name, 5, 24, i == 0 ? 0 : FLAG(WRAP) | FLAG(SATURATION), fill_turns, turns[i]);
  }
}

static void add_rounding_variants(qref_plan *plan) {
  const qref_rounding_variant *variant;
  for (size_t i = 0; (variant = qref_rounding_variant_at(i)) != NULL; i++) {
    const uint64_t flags =
        FLAG(HARDWARE_PROFILE) | (variant->rule.overflow == QREF_OVERFLOW_WRAP ? FLAG(WRAP) : FLAG(SATURATION));
    char name[64];
    snprintf(name, sizeof name, "hardware_%s_boundaries", variant->name);
    set_rounding(add(plan, name, QREF_SAMPLE_ROUNDINGS, BOUNDARY_DIM, flags | FLAG(TIE) | FLAG(NEAR_TIE),
                     fill_boundaries, EXACT_SCALE + 1),
                 variant);
    snprintf(name, sizeof name, "hardware_%s_turns", variant->name);
    set_rounding(add(plan, name, 5, 48, flags, fill_turns, 12), variant);
    snprintf(name, sizeof name, "hardware_%s_large_ties", variant->name);
    set_rounding(add(plan, name, 64, BOUNDARY_DIM, flags | FLAG(TIE), fill_large_ties, 0), variant);
  }
}

enum { MORE_CASES = 30 };

static void add_more(qref_plan *plan) {
  static const size_t bases[] = {1, 12, 40};
  for (size_t i = 0; i < MORE_CASES; i++) {
    char name[32];
    snprintf(name, sizeof name, "more_%02zu", i);
    add(plan, name, 1 + i % 5, bases[i % 3] << (i % 7), FLAG(BELL), fill_bell, (int64_t)(30 + 5 * i));
  }
}

void qref_plan_hadamard(qref_plan *plan) {
  add_smoke(plan);
  if (plan->size >= QREF_SUITE_STANDARD) {
    add_dims(plan);
    add_one_hot(plan);
    add_special(plan);
    add_rounding_variants(plan);
  }
  if (plan->size >= QREF_SUITE_THOROUGH) {
    add_more(plan);
  }
}
