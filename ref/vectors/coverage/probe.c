#include "ref/vectors/coverage/probe.h"

#include <string.h>

const void *qref_probe_data(const qref_case *item, const char *name, qref_dtype dtype, size_t *count) {
  const qref_case_tensor *tensor = qref_case_tensor_const(item, name);
  if (tensor == NULL || !tensor->present || tensor->data == NULL || tensor->schema->dtype != dtype) {
    *count = 0;
    return NULL;
  }
  *count = tensor->count;
  return tensor->data;
}

static bool find_attribute(const qref_case *item, const char *name, qref_attribute_kind kind, size_t *index) {
  const qref_attribute_schema *attributes = item->schema->attributes;
  for (size_t i = 0; attributes[i].name != NULL; i++) {
    if (attributes[i].kind == kind && strcmp(attributes[i].name, name) == 0) {
      *index = i;
      return true;
    }
  }
  return false;
}

size_t qref_probe_size_of(const qref_case *item, const char *name) {
  size_t size = 0;
  return qref_op_size(item->schema, &item->args, name, &size) ? size : 0;
}

float qref_probe_f32_of(const qref_case *item, const char *name) {
  size_t i = 0;
  return find_attribute(item, name, QREF_ATTRIBUTE_F32, &i) ? qref_case_f32_attribute(item, i) : 0.0f;
}

bool qref_probe_bool_of(const qref_case *item, const char *name) {
  size_t i = 0;
  return find_attribute(item, name, QREF_ATTRIBUTE_BOOL, &i) && qref_case_bool_attribute(item, i);
}
