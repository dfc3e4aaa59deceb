/* A case out of the arguments of a call. */
#include <string.h>

#include "ref/base/error.h"
#include "ref/vectors/case/case.h"

/* The pointer of a field; NULL for a tensor that the op does not see. */
static const void *pointer_at(const void *args, size_t offset) {
  const void *pointer = NULL;
  if (offset != QREF_NO_OFFSET) {
    memcpy(&pointer, (const unsigned char *)args + offset, sizeof pointer);
  }
  return pointer;
}

static void copy_attributes(qref_case *item, const void *args) {
  static const size_t sizes[] = {[QREF_ATTRIBUTE_SIZE] = sizeof(size_t),
                                 [QREF_ATTRIBUTE_F32] = sizeof(float),
                                 [QREF_ATTRIBUTE_BOOL] = sizeof(bool)};
  for (const qref_attribute_schema *attribute = item->schema->attributes; attribute->name != NULL; attribute++) {
    memcpy((unsigned char *)&item->args + attribute->offset, (const unsigned char *)args + attribute->offset,
           sizes[attribute->kind]);
  }
}

/* Where the values of an input are: its own pointer, or that of the output which starts from it. */
static const void *source_of(const qref_case *item, const qref_tensor_schema *input, const void *args) {
  for (size_t i = 0; i < item->tensor_count; i++) {
    const qref_tensor_schema *schema = item->tensors[i].schema;
    if (schema->start != NULL && strcmp(schema->start, input->name) == 0) {
      return pointer_at(args, schema->offset);
    }
  }
  return pointer_at(args, input->offset);
}

qref_status qref_case_capture(qref_case *item, qref_op op, const char *id, const qref_profile *profile,
                              const void *args, qref_error *error) {
  qref_case_begin(item, op, id, profile);
  copy_attributes(item, args);
  for (size_t i = 0; i < item->tensor_count; i++) {
    const qref_tensor_schema *schema = item->tensors[i].schema;
    if (schema->optional && pointer_at(args, schema->offset) == NULL) {
      qref_case_without(item, schema->name);
    }
  }
  QREF_TRY(qref_case_allocate(item, error));
  for (size_t i = 0; i < item->tensor_count; i++) {
    const qref_case_tensor *tensor = &item->tensors[i];
    if (tensor->present && tensor->schema->role == QREF_ROLE_INPUT) {
      memcpy(tensor->data, source_of(item, tensor->schema, args),
             tensor->count * qref_dtype_size(tensor->schema->dtype));
    }
  }
  return QREF_OK;
}
