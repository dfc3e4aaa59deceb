#include "ref/vectors/case/case.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ref/base/bytes.h"
#include "ref/base/error.h"
#include "ref/base/sha256.h"
#include "ref/base/size.h"

void qref_case_begin(qref_case *item, qref_op op, const char *id, const qref_profile *profile) {
  memset(item, 0, sizeof *item);
  snprintf(item->id, sizeof item->id, "%s", id);
  item->schema = qref_op_schema_of(op);
  item->profile = *profile;
  for (const qref_tensor_schema *schema = item->schema->tensors; schema->name != NULL; schema++) {
    item->tensors[item->tensor_count++] = (qref_case_tensor){.schema = schema, .present = true};
  }
}

void qref_case_without(qref_case *item, const char *name) {
  for (size_t i = 0; i < item->tensor_count; i++) {
    qref_case_tensor *tensor = &item->tensors[i];
    bool named = tensor->schema->optional && strcmp(tensor->schema->name, name) == 0;
    bool follows = tensor->schema->with != NULL && strcmp(tensor->schema->with, name) == 0;
    if (named || follows) {
      tensor->present = false;
    }
  }
}

static uint32_t width_of(const qref_case *item, const qref_tensor_schema *schema) {
  if (!schema->accumulator) {
    return (uint32_t)(8 * qref_dtype_size(schema->dtype));
  }
  qref_accumulator_rule rule;
  memcpy(&rule, (const unsigned char *)&item->profile + item->schema->accumulator_offset, sizeof rule);
  return rule.bits;
}

static qref_status resolve_tensor(const qref_case *item, qref_case_tensor *tensor, qref_error *error) {
  tensor->bits = width_of(item, tensor->schema);
  tensor->rank = 0;
  for (; tensor->rank < QREF_OP_MAX_RANK && tensor->schema->shape[tensor->rank] != NULL; tensor->rank++) {
    const char *name = tensor->schema->shape[tensor->rank];
    size_t *size = &tensor->shape[tensor->rank];
    if (!qref_op_size(item->schema, &item->args, name, size) || *size == 0) {
      return qref_fail(error, QREF_ERROR_ARGUMENT, "case %s: field '%s': expected a dimension of at least 1", item->id,
                       name);
    }
  }
  size_t bytes;
  if (!qref_size_product(tensor->shape, tensor->rank, &tensor->count) ||
      !qref_size_multiply(tensor->count, qref_dtype_size(tensor->schema->dtype), &bytes)) {
    return qref_fail(error, QREF_ERROR_OVERFLOW, "case %s: tensor '%s': the size overflows", item->id,
                     tensor->schema->name);
  }
  return QREF_OK;
}

qref_status qref_case_resolve_shapes(qref_case *item, qref_error *error) {
  for (size_t i = 0; i < item->tensor_count; i++) {
    if (item->tensors[i].present) {
      QREF_TRY(resolve_tensor(item, &item->tensors[i], error));
    }
  }
  return QREF_OK;
}

static qref_status allocate_tensors(qref_case *item, qref_error *error) {
  for (size_t i = 0; i < item->tensor_count; i++) {
    qref_case_tensor *tensor = &item->tensors[i];
    if (!tensor->present) {
      continue;
    }
    tensor->data = qref_allocate_zeroed(tensor->count, qref_dtype_size(tensor->schema->dtype));
    if (tensor->data == NULL) {
      return qref_fail(error, QREF_ERROR_MEMORY, "case %s: no memory for tensor '%s' of %zu elements", item->id,
                       tensor->schema->name, tensor->count);
    }
  }
  return QREF_OK;
}

qref_status qref_case_allocate(qref_case *item, qref_error *error) {
  QREF_TRY(qref_case_resolve_shapes(item, error));
  qref_status status = allocate_tensors(item, error);
  if (status != QREF_OK) {
    qref_case_free(item);
  }
  return status;
}

void qref_case_free(qref_case *item) {
  for (size_t i = 0; i < item->tensor_count; i++) {
    free(item->tensors[i].data);
    item->tensors[i].data = NULL;
  }
}

/* ---- running ---- */

static void set_pointer(qref_op_args *args, size_t offset, const void *pointer) {
  memcpy((unsigned char *)args + offset, &pointer, sizeof pointer);
}

static size_t bytes_of(const qref_case_tensor *tensor) {
  return tensor->count * qref_dtype_size(tensor->schema->dtype);
}

size_t qref_case_scratch_count(const qref_case *item) {
  return item->schema->scratch_offset == QREF_NO_OFFSET ? 0 : item->schema->scratch_count(&item->args);
}

bool qref_case_takes_packed(const qref_case *item) {
  return item->schema->op >= QREF_OP_LINEAR_W8A8 && item->schema->op <= QREF_OP_LINEAR_W8A8_PER_CHANNEL;
}

qref_status qref_case_call(const qref_case *item, const qref_backend *backend, const qref_case_binding *binding,
                           qref_error *error) {
  const qref_op_schema *schema = item->schema;
  qref_op_args args = item->args;
  for (size_t i = 0; i < item->tensor_count; i++) {
    if (item->tensors[i].schema->offset != QREF_NO_OFFSET) {
      set_pointer(&args, item->tensors[i].schema->offset, binding->tensors[i]);
    }
  }
  if (schema->rule_offset != QREF_NO_OFFSET) {
    set_pointer(&args, schema->rule_offset, (const unsigned char *)&item->profile + schema->profile_offset);
  }
  if (schema->counts_offset != QREF_NO_OFFSET) {
    set_pointer(&args, schema->counts_offset, binding->counts);
  }
  if (schema->scratch_offset != QREF_NO_OFFSET) {
    set_pointer(&args, schema->scratch_offset, binding->scratch);
  }
  if (schema->threads_offset != QREF_NO_OFFSET) {
    memcpy((unsigned char *)&args + schema->threads_offset, &binding->threads, sizeof binding->threads);
  }
  if (qref_case_takes_packed(item)) {
    args.linear_w8a8.w_packed = binding->w_packed;
  }
  return schema->run(backend, &args, error);
}

/* The case's own memory; what the op works on in place starts as its input, every other result as zeros. */
static void bind(qref_case *item, qref_case_binding *binding) {
  for (size_t i = 0; i < item->tensor_count; i++) {
    qref_case_tensor *tensor = &item->tensors[i];
    if (tensor->present && tensor->schema->start != NULL) {
      memcpy(tensor->data, qref_case_tensor_of(item, tensor->schema->start)->data, bytes_of(tensor));
    } else if (tensor->present && tensor->schema->role != QREF_ROLE_INPUT) {
      memset(tensor->data, 0, bytes_of(tensor));
    }
    binding->tensors[i] = tensor->present ? tensor->data : NULL;
  }
}

qref_status qref_case_run(qref_case *item, const qref_backend *backend, int threads, qref_error *error) {
  const qref_op_schema *schema = item->schema;
  if (!backend->supports(schema->op, &item->profile)) {
    return qref_fail(error, QREF_ERROR_UNSUPPORTED, "case %s: backend %s does not support %s under profile %s",
                     item->id, backend->name, qref_op_name(schema->op), item->profile.name);
  }
  qref_case_binding binding = {.counts = &item->counts, .threads = threads};
  memset(&item->counts, 0, sizeof item->counts);
  bind(item, &binding);
  const size_t scratch_count = qref_case_scratch_count(item);
  if (scratch_count != 0) {
    binding.scratch = qref_allocate(scratch_count, sizeof(float));
    if (binding.scratch == NULL) {
      return qref_fail(error, QREF_ERROR_MEMORY, "case %s: no memory for scratch", item->id);
    }
  }
  qref_status status = qref_case_call(item, backend, &binding, error);
  free(binding.scratch);
  return status == QREF_OK ? QREF_OK : qref_fail_prefix(error, status, "case %s", item->id);
}

qref_status qref_case_clone(const qref_case *item, qref_case *clone, qref_error *error) {
  *clone = *item;
  for (size_t i = 0; i < clone->tensor_count; i++) {
    clone->tensors[i].data = NULL;
  }
  QREF_TRY(qref_case_allocate(clone, error));
  for (size_t i = 0; i < clone->tensor_count; i++) {
    if (item->tensors[i].data != NULL && clone->tensors[i].data != NULL) {
      memcpy(clone->tensors[i].data, item->tensors[i].data, bytes_of(&item->tensors[i]));
    }
  }
  return QREF_OK;
}
