/* Real activations. */
#include <string.h>

#include "ref/vectors/case/flags.h"
#include "ref/vectors/generate/real_activations.h"

static const qref_real_tensor *input_of(const qref_real_case *real, const char *name) {
  for (const qref_real_tensor *input = real->inputs; input->name != NULL; input++) {
    if (strcmp(input->name, name) == 0) {
      return input;
    }
  }
  return NULL;
}

static qref_status fill(qref_case *item, uint64_t seed, int64_t parameter, qref_error *error) {
  (void)seed;
  (void)error;
  const qref_real_case *real = &qref_real_cases[parameter];
  for (size_t i = 0; i < item->tensor_count; i++) {
    const qref_case_tensor *tensor = &item->tensors[i];
    if (tensor->present && tensor->schema->role == QREF_ROLE_INPUT) {
      memcpy(tensor->data, input_of(real, tensor->schema->name)->data,
             tensor->count * qref_dtype_size(tensor->schema->dtype));
    }
  }
  return QREF_OK;
}

void qref_plan_real(qref_plan *plan) {
  for (size_t i = 0; i < qref_real_case_count && plan->size != QREF_SUITE_SMOKE; i++) {
    const qref_real_case *real = &qref_real_cases[i];
    qref_case *item = &qref_plan_add(plan, real->op, real->name, QREF_FLAG_BIT(QREF_FLAG_REAL), fill, (int64_t)i)->item;
    for (size_t a = 0; item->schema->attributes[a].name != NULL; a++) {
      qref_case_set_attribute_bits(item, a, real->attributes[a]);
    }
    for (size_t t = 0; t < item->tensor_count; t++) {
      const qref_tensor_schema *schema = item->tensors[t].schema;
      if (schema->optional && schema->role == QREF_ROLE_INPUT && input_of(real, schema->name) == NULL) {
        qref_case_without(item, schema->name);
      }
    }
  }
}
