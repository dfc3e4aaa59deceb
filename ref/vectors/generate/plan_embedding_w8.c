/* Cases of the quantized embedding. */
#include <stdio.h>

#include "ref/vectors/case/flag_tables.h"
#include "ref/vectors/generate/plan.h"
#include "ref/vectors/generate/sample.h"

/* First, last and repeated tokens, the rest drawn. */
static void fill_tokens(qref_case *item, uint64_t seed) {
  const qref_embedding_w8_args *args = &item->args.embedding_w8;
  const int32_t last = (int32_t)(args->vocab_size - 1);
  qref_fill(item, seed, "tokens", QREF_FILL_UNIFORM, 0, last);
  int32_t *tokens = qref_case_i32(item, "tokens");
  for (size_t i = 0; i < args->count; i++) {
    tokens[i] = i % 7 == 0 ? last : i % 7 == 2 ? 0 : i % 7 == 3 && i > 0 ? tokens[i - 2] : tokens[i];
  }
}

static qref_status fill_uniform(qref_case *item, uint64_t seed, int64_t parameter, qref_error *error) {
  (void)parameter;
  (void)error;
  fill_tokens(item, seed);
  qref_fill(item, seed, "weight", QREF_FILL_UNIFORM, -128, 127);
  qref_fill(item, seed, "scale", QREF_FILL_UNIFORM, 0.001, 0.03);
  return QREF_OK;
}

static qref_status fill_zero(qref_case *item, uint64_t seed, int64_t parameter, qref_error *error) {
  const qref_status status = fill_uniform(item, seed, parameter, error);
  qref_fill(item, seed, "weight", QREF_FILL_CONSTANT, 0, 0);
  return status;
}

/* Every code in each row; the scales go through every kind of float16 pattern, from `parameter` on. Every token once,
 * from the last to the first. */
static qref_status fill_patterns(qref_case *item, uint64_t seed, int64_t parameter, qref_error *error) {
  (void)error;
  const qref_embedding_w8_args *args = &item->args.embedding_w8;
  int32_t *tokens = qref_case_i32(item, "tokens");
  for (size_t i = 0; i < args->count; i++) {
    tokens[i] = (int32_t)(args->vocab_size - 1 - i % args->vocab_size);
  }
  qref_fill(item, seed, "weight", QREF_FILL_CODES, 0, 0);
  qref_float16 *scale = qref_case_f16(item, "scale");
  for (size_t i = 0; i < args->vocab_size; i++) {
    scale[i] = qref_sample_f16_pattern(((size_t)parameter + i * 3) % qref_sample_f16_pattern_count(false));
  }
  return QREF_OK;
}

/* Scales whose products lie around 65520, and around 2^-14. */
static qref_status fill_limits(qref_case *item, uint64_t seed, int64_t parameter, qref_error *error) {
  const qref_status status = fill_patterns(item, seed, parameter, error);
  const size_t vocab_size = item->args.embedding_w8.vocab_size;
  qref_float16 *scale = qref_case_f16(item, "scale");
  for (size_t i = 0; i < vocab_size; i++) {
    const float code = (float)(i / 2 % 127 + 1);
    const float product = i % 2 != 0 ? 65520.0f : 0x1p-14f;
    const qref_float16 nearest = qref_f16_from_f32(product / code);
    scale[i] = (qref_float16)(nearest ^ (i / 2 % 3 == 2 ? 0x8000u : 0u));
  }
  return status;
}

static qref_planned_case *add(qref_plan *plan, const char *name, size_t count, size_t vocab_size, size_t d_model,
                              uint64_t flags, qref_case_fill fill, int64_t parameter) {
  qref_planned_case *planned = qref_plan_add(plan, QREF_OP_EMBEDDING_W8, name, flags, fill, parameter);
  planned->item.args.embedding_w8.count = count;
  planned->item.args.embedding_w8.vocab_size = vocab_size;
  planned->item.args.embedding_w8.d_model = d_model;
  return planned;
}

#define STORES (FLAG(F16_OVERFLOW) | FLAG(F16_SUBNORMAL) | FLAG(F16_TIE))

void qref_plan_embedding_w8(qref_plan *plan) {
  add(plan, "uniform_00", 15, 9, 13, FLAG(UNIFORM) | FLAG(ODD), fill_uniform, 0);
  add(plan, "patterns_few", 8, 8, 256, FLAG(ALL_CODES), fill_patterns, 400);
  add(plan, "one_of_each", 1, 1, 1, FLAG(UNIFORM) | FLAG(ONE_CHANNEL), fill_uniform, 0);
  if (plan->size >= QREF_SUITE_STANDARD) {
    add(plan, "uniform_01", 50, 7, 129, FLAG(UNIFORM) | FLAG(ODD), fill_uniform, 0);
    add(plan, "uniform_02", 40, 300, 33, FLAG(UNIFORM) | FLAG(PAST_32), fill_uniform, 0);
    add(plan, "uniform_one_column", 40, 17, 1, FLAG(UNIFORM) | FLAG(ONE_CHANNEL), fill_uniform, 0);
    add(plan, "uniform_one_token", 1, 17, 20, FLAG(UNIFORM), fill_uniform, 0);
    add(plan, "uniform_one_row", 5, 1, 20, FLAG(UNIFORM), fill_uniform, 0);
    add(plan, "uniform_257_columns", 5, 6, 257, FLAG(UNIFORM) | FLAG(ODD), fill_uniform, 0);
    /* Rows that an index of 8, 15 or 16 bits does not reach. */
    add(plan, "uniform_70001_rows", 24, 70001, 1, FLAG(UNIFORM) | FLAG(ONE_CHANNEL), fill_uniform, 0);
    add(plan, "zero", 8, 5, 9, FLAG(ZERO), fill_zero, 0);
    add(plan, "patterns", 342, 342, 256, FLAG(ALL_CODES) | FLAG(INFINITY) | STORES, fill_patterns, 0);
    add(plan, "limits", 254, 254, 256, FLAG(ALL_CODES) | STORES, fill_limits, 0);
  }
  if (plan->size >= QREF_SUITE_THOROUGH) {
    for (size_t i = 1; i < 3; i++) {
      char name[32];
      snprintf(name, sizeof name, "more_patterns_%zu", i);
      add(plan, name, 342, 342, 256, FLAG(ALL_CODES) | FLAG(INFINITY) | STORES, fill_patterns, (int64_t)i);
    }
    for (size_t i = 0; i < 10; i++) {
      char name[32];
      snprintf(name, sizeof name, "more_uniform_%zu", i);
      add(plan, name, 20 + i * 13, 1 + i * 29, 1 + i * 37, FLAG(UNIFORM), fill_uniform, 0);
    }
  }
}
