/* Allocation of tensors by their dimensions. */
#ifndef QREF_MODEL_ALLOCATE_H
#define QREF_MODEL_ALLOCATE_H

#include "ref/base/error.h"

/* malloc / calloc of a * b * c elements; NULL when out of memory or when the product does not fit size_t. */
void *qref_allocate_tensor(size_t element_size, size_t a, size_t b, size_t c);
void *qref_allocate_zeroed_tensor(size_t element_size, size_t a, size_t b, size_t c);

/* Reports that one of these returned NULL. */
static inline qref_status qref_fail_memory(qref_error *error, const char *purpose) {
  return qref_fail(error, QREF_ERROR_MEMORY, "out of memory for %s", purpose);
}

#endif
