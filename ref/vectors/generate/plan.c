#include "ref/vectors/generate/plan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ref/base/error.h"
#include "ref/base/size.h"
#include "ref/vectors/generate/real_activations.h"

static void fail(qref_plan *plan, qref_status status, const char *id, const char *problem) {
  plan->status = qref_fail(&plan->error, status, "plan: case %s: %s", id, problem);
}

static bool has_id(const qref_plan *plan, const char *id) {
  for (size_t i = 0; i < plan->count; i++) {
    if (strcmp(plan->cases[i].item.id, id) == 0) {
      return true;
    }
  }
  return false;
}

/* Room for one more. */
static bool grow(qref_plan *plan) {
  qref_planned_case *cases = qref_grow(plan->cases, plan->count, &plan->capacity, sizeof *cases);
  if (cases != NULL) {
    plan->cases = cases;
  }
  return cases != NULL;
}

qref_planned_case *qref_plan_add(qref_plan *plan, qref_op op, const char *name, uint64_t flags, qref_case_fill fill,
                                 int64_t parameter) {
  char id[QREF_CASE_ID_SIZE];
  int length = snprintf(id, sizeof id, "%s/%s", qref_op_name(op), name);
  if (plan->status == QREF_OK && (length < 0 || (size_t)length >= sizeof id)) {
    fail(plan, QREF_ERROR_ARGUMENT, id, "the id is too long");
  } else if (plan->status == QREF_OK && has_id(plan, id)) {
    fail(plan, QREF_ERROR_ARGUMENT, id, "there are two of this id");
  } else if (plan->status == QREF_OK && !grow(plan)) {
    fail(plan, QREF_ERROR_MEMORY, id, "no memory");
  }
  qref_planned_case *planned = plan->status == QREF_OK ? &plan->cases[plan->count++] : &plan->dummy;
  qref_case_begin(&planned->item, op, id, plan->profile);
  planned->item.flags = flags;
  planned->fill = fill;
  planned->parameter = parameter;
  return planned;
}

void qref_planned_variant(qref_planned_case *planned, const char *variant) {
  char *name = planned->item.profile.name;
  size_t length = strlen(name);
  snprintf(name + length, sizeof planned->item.profile.name - length, "+%s", variant);
}

static void (*const plans[])(qref_plan *) = {
    qref_plan_conv1d_silu,
    qref_plan_conv1d_silu_update,
    qref_plan_conv1d_silu_floatsim,
    qref_plan_requantize,
    qref_plan_linear_w8a8,
    qref_plan_selective_scan,
    qref_plan_selective_scan_update,
    qref_plan_rmsnorm,
    qref_plan_hadamard,
    qref_plan_embedding_w8,
    qref_plan_float_ops,
    qref_plan_real,
};

/* Drops the cases of all other ops. */
static void keep_op(qref_plan *plan, qref_op op) {
  size_t kept = 0;
  for (size_t i = 0; i < plan->count; i++) {
    if (plan->cases[i].item.schema->op == op) {
      plan->cases[kept++] = plan->cases[i];
    }
  }
  plan->count = kept;
}

qref_status qref_plan_create(qref_suite_size size, qref_op op, const qref_profile *profile, qref_plan *plan,
                             qref_error *error) {
  *plan = (qref_plan){.size = size, .profile = profile};
  for (size_t i = 0; i < sizeof plans / sizeof plans[0]; i++) {
    plans[i](plan);
  }
  if (plan->status != QREF_OK) {
    qref_status status = qref_fail(error, plan->status, "%s", plan->error.message);
    qref_plan_free(plan);
    return status;
  }
  if (op != QREF_OP_COUNT) {
    keep_op(plan, op);
  }
  return QREF_OK;
}

void qref_plan_free(qref_plan *plan) {
  free(plan->cases);
  plan->cases = NULL;
  plan->count = 0;
}

qref_status qref_plan_make_case(const qref_plan *plan, size_t i, uint64_t seed, const qref_backend *backend,
                                int threads, qref_case *item, qref_error *error) {
  const qref_planned_case *planned = &plan->cases[i];
  *item = planned->item;
  QREF_TRY(qref_case_allocate(item, error));
  qref_status status = planned->fill(item, seed, planned->parameter, error);
  if (status == QREF_OK && backend != NULL) {
    status = qref_case_run(item, backend, threads, error);
  }
  if (status != QREF_OK) {
    qref_case_free(item);
  }
  return status;
}
