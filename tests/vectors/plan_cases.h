/* What the tests of the plans of conv1d, requantize and linear share. Included by a test once. */
#ifndef TESTS_VECTORS_PLAN_CASES_H
#define TESTS_VECTORS_PLAN_CASES_H

#include <math.h>
#include <string.h>

#include "ref/vectors/case/flags.h"
#include "ref/vectors/generate/plan.h"

enum { PLAN_SEED = 2025 };

static const qref_op planned_ops[] = {
    QREF_OP_CONV1D_SILU,     QREF_OP_CONV1D_SILU_UPDATE,   QREF_OP_CONV1D_SILU_FLOATSIM,
    QREF_OP_REQUANTIZE,      QREF_OP_LINEAR_W8A8,          QREF_OP_LINEAR_W8A8_F16,
    QREF_OP_LINEAR_W8A8_ROW, QREF_OP_LINEAR_W8A8_PARALLEL, QREF_OP_LINEAR_W8A8_PER_CHANNEL};
enum { PLANNED_OPS = sizeof planned_ops / sizeof planned_ops[0] };

static inline const qref_backend *reference(void) {
  const qref_backend *backend = NULL;
  assert_int_equal(qref_backend_find("ref", &backend, NULL), QREF_OK);
  return backend;
}

static inline qref_plan plan_of(qref_suite_size size, qref_op op) {
  qref_plan plan;
  qref_error error = {""};
  if (qref_plan_create(size, op, qref_profile_builtin("quamba"), &plan, &error) != QREF_OK) {
    fail_msg("%s", error.message);
  }
  assert_true(plan.count > 0);
  return plan;
}

static inline qref_case made(const qref_plan *plan, size_t i, uint64_t seed) {
  qref_case item;
  qref_error error = {""};
  if (qref_plan_make_case(plan, i, seed, reference(), 1, &item, &error) != QREF_OK) {
    fail_msg("%s: %s", plan->cases[i].item.id, error.message);
  }
  return item;
}

static inline bool has_flag(const qref_case *item, qref_flag flag) {
  return (item->flags & QREF_FLAG_BIT(flag)) != 0;
}

/* The name behind "<op>/". */
static inline const char *name_of(const qref_case *item) {
  return strchr(item->id, '/') + 1;
}

static inline bool named(const qref_case *item, const char *beginning) {
  return strncmp(name_of(item), beginning, strlen(beginning)) == 0;
}

/* The op's own output, beside a state. */
static inline const qref_case_tensor *output_of(const qref_case *item) {
  static const char *const names[] = {"y", "y_f16", "after_quant"};
  for (size_t i = 0; i < 3; i++) {
    const qref_case_tensor *tensor = qref_case_tensor_const(item, names[i]);
    if (tensor != NULL && tensor->schema->role == QREF_ROLE_OUTPUT) {
      return tensor;
    }
  }
  fail_msg("%s has no output", item->id);
  return NULL;
}

/* Whether the case gives another output under its profile as it is now. */
static inline bool output_changes(const qref_case *item, const qref_profile *profile) {
  qref_case copy;
  qref_error error = {""};
  assert_int_equal(qref_case_clone(item, &copy, &error), QREF_OK);
  copy.profile = *profile;
  if (qref_case_run(&copy, reference(), 1, &error) != QREF_OK) {
    fail_msg("%s", error.message);
  }
  const bool changed = qref_case_tensor_difference(output_of(item), output_of(&copy)) != SIZE_MAX;
  qref_case_free(&copy);
  return changed;
}

#endif
