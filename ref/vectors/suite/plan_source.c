#include <stdlib.h>

#include "ref/base/error.h"
#include "ref/vectors/suite/source.h"

typedef struct plan_source {
  qref_plan plan;
  qref_profile profile; /* what plan.profile points to */
  uint64_t seed;
} plan_source;

static const char *plan_id(const void *context, size_t i) {
  return ((const plan_source *)context)->plan.cases[i].item.id;
}

static qref_status plan_make(void *context, size_t i, qref_case *item, qref_error *error) {
  const plan_source *self = context;
  return qref_plan_make_case(&self->plan, i, self->seed, NULL, 1, item, error);
}

static void plan_destroy(void *context) {
  plan_source *self = context;
  qref_plan_free(&self->plan);
  free(self);
}

qref_status qref_plan_source_open(const qref_source_options *options, qref_suite_size size, qref_case_source *source,
                                  qref_error *error) {
  plan_source *self = calloc(1, sizeof *self);
  if (self == NULL) {
    return qref_fail(error, QREF_ERROR_MEMORY, "suite '%s': out of memory", options->suite);
  }
  self->profile = *options->profile;
  self->seed = options->seed;
  qref_status status = qref_plan_create(size, options->op, &self->profile, &self->plan, error);
  if (status != QREF_OK) {
    free(self);
    return status;
  }
  *source = (qref_case_source){
      .count = self->plan.count,
      .has_coverage = true,
      .coverage_size = size,
      .coverage_op = options->op,
      .id = plan_id,
      .make = plan_make,
      .destroy = plan_destroy,
      .context = self,
  };
  return QREF_OK;
}
