#include "ref/vectors/generate/plan_attributes.h"

#include <string.h>

/* Index of an attribute of that name and kind, or SIZE_MAX. */
static size_t find(const qref_case *item, const char *name, qref_attribute_kind kind) {
  const qref_attribute_schema *attributes = item->schema->attributes;
  for (size_t i = 0; attributes[i].name != NULL; i++) {
    if (attributes[i].kind == kind && strcmp(attributes[i].name, name) == 0) {
      return i;
    }
  }
  return SIZE_MAX;
}

void qref_plan_set_size(qref_case *item, const char *name, size_t value) {
  const size_t i = find(item, name, QREF_ATTRIBUTE_SIZE);
  if (i != SIZE_MAX) {
    qref_case_set_size_attribute(item, i, value);
  }
}

void qref_plan_set_scale(qref_case *item, const char *name, float value) {
  const size_t i = find(item, name, QREF_ATTRIBUTE_F32);
  if (i != SIZE_MAX) {
    qref_case_set_f32_attribute(item, i, value);
  }
}

void qref_plan_set_bool(qref_case *item, const char *name, bool value) {
  const size_t i = find(item, name, QREF_ATTRIBUTE_BOOL);
  if (i != SIZE_MAX) {
    qref_case_set_bool_attribute(item, i, value);
  }
}

size_t qref_plan_size(const qref_case *item, const char *name) {
  const size_t i = find(item, name, QREF_ATTRIBUTE_SIZE);
  return i != SIZE_MAX ? qref_case_size_attribute(item, i) : 1;
}

float qref_plan_scale(const qref_case *item, const char *name) {
  const size_t i = find(item, name, QREF_ATTRIBUTE_F32);
  return i != SIZE_MAX ? qref_case_f32_attribute(item, i) : 1.0f;
}
