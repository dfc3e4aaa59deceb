/* Attributes of cases by name, for plans that describe several ops or forms of an op. */
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

#endif
