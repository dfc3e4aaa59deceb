/* What several plans need to describe cases: attributes by name, and the rounding rules of hardware profiles. */
#ifndef QREF_VECTORS_PLAN_ATTRIBUTES_H
#define QREF_VECTORS_PLAN_ATTRIBUTES_H

#include "ref/vectors/generate/plan.h"

/* Attributes by name, so that one plan serves the forms of an op. A name that the op does not have is left alone, and
 * reads as 1. */
void qref_plan_set_size(qref_case *item, const char *name, size_t value);
void qref_plan_set_scale(qref_case *item, const char *name, float value);
void qref_plan_set_bool(qref_case *item, const char *name, bool value);
size_t qref_plan_size(const qref_case *item, const char *name);
float qref_plan_scale(const qref_case *item, const char *name);

/* Every rounding, the stochastic one with two seeds, each saturating and wrapping. */
typedef struct qref_rounding_variant {
  const char *name; /* "half_up_wrap", ... */
  qref_rounding_rule rule;
} qref_rounding_variant;

enum { QREF_ROUNDING_VARIANTS = 14 };
extern const qref_rounding_variant qref_rounding_variants[QREF_ROUNDING_VARIANTS];

#endif
