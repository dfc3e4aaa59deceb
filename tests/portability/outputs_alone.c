#include "tests/portability/outputs_alone.h"

#include <stdlib.h>
#include <string.h>

#include "ref/base/error.h"
#include "ref/base/size.h"

static size_t bytes_of(const qref_case_tensor *tensor) {
  return tensor->count * qref_dtype_size(tensor->schema->dtype);
}

/* The start of what is updated in place, zeros in every other output, no intermediates. */
static void bind_outputs(qref_case *item, qref_case_binding *binding) {
  for (size_t i = 0; i < item->tensor_count; i++) {
    qref_case_tensor *tensor = &item->tensors[i];
    if (!tensor->present || tensor->schema->role == QREF_ROLE_INTERMEDIATE) {
      continue;
    }
    if (tensor->schema->start != NULL) {
      memcpy(tensor->data, qref_case_tensor_of(item, tensor->schema->start)->data, bytes_of(tensor));
    } else if (tensor->schema->role == QREF_ROLE_OUTPUT) {
      memset(tensor->data, 0, bytes_of(tensor));
    }
    binding->tensors[i] = tensor->data;
  }
}

static qref_status compare(const qref_case *all, const qref_case *alone, qref_error *error) {
  for (size_t i = 0; i < all->tensor_count; i++) {
    const qref_case_tensor *tensor = &all->tensors[i];
    if (tensor->present && tensor->schema->role != QREF_ROLE_INTERMEDIATE &&
        memcmp(tensor->data, alone->tensors[i].data, bytes_of(tensor)) != 0) {
      return qref_fail(error, QREF_ERROR_FORMAT, "case %s: tensor %s is another without intermediates", all->id,
                       tensor->schema->name);
    }
  }
  if (memcmp(&all->counts, &alone->counts, sizeof all->counts) != 0) {
    return qref_fail(error, QREF_ERROR_FORMAT, "case %s: the counts are others without intermediates", all->id);
  }
  return QREF_OK;
}

qref_status outputs_alone(const qref_case *item, const qref_backend *backend, int threads, qref_error *error) {
  qref_case alone;
  qref_status status = qref_case_clone(item, &alone, error);
  if (status != QREF_OK) {
    return status;
  }
  memset(&alone.counts, 0, sizeof alone.counts);
  qref_case_binding binding = {.counts = &alone.counts, .threads = threads};
  bind_outputs(&alone, &binding);
  const size_t scratch_count = qref_case_scratch_count(&alone);
  binding.scratch = scratch_count == 0 ? NULL : qref_allocate(scratch_count, sizeof(float));
  if (scratch_count != 0 && binding.scratch == NULL) {
    status = qref_fail(error, QREF_ERROR_MEMORY, "case %s: no memory for scratch", item->id);
  } else {
    status = qref_case_call(&alone, backend, &binding, error);
  }
  free(binding.scratch);
  if (status == QREF_OK) {
    status = compare(item, &alone, error);
  }
  qref_case_free(&alone);
  return status;
}
