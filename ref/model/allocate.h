/* Allocation of tensors by their dimensions. */
#ifndef QREF_MODEL_ALLOCATE_H
#define QREF_MODEL_ALLOCATE_H

#include <qref/types.h>

/* malloc / calloc of a * b * c elements; NULL when out of memory or when the
 * product does not fit size_t. */
void *qref_allocate_tensor(size_t element_size, size_t a, size_t b, size_t c);
void *qref_allocate_zeroed_tensor(size_t element_size, size_t a, size_t b, size_t c);

/* Reports that one of these returned NULL. */
qref_status qref_fail_memory(qref_error *error, const char *purpose);

#endif
