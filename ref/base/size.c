#include "ref/base/size.h"

#include <stdlib.h>

void *qref_allocate(size_t count, size_t size) {
  size_t bytes = 0;
  if (!qref_size_multiply(count != 0 ? count : 1, size != 0 ? size : 1, &bytes)) {
    return NULL;
  }
  return malloc(bytes);
}

void *qref_allocate_zeroed(size_t count, size_t size) {
  size_t bytes = 0; /* checked here too: sanitizers stop at a calloc that overflows */
  if (!qref_size_multiply(count != 0 ? count : 1, size != 0 ? size : 1, &bytes)) {
    return NULL;
  }
  return calloc(bytes, 1);
}

void *qref_grow(void *array, size_t count, size_t *capacity, size_t size) {
  enum { FIRST_CAPACITY = 64 };
  if (count < *capacity) {
    return array;
  }
  size_t doubled = FIRST_CAPACITY;
  size_t bytes = 0;
  if ((*capacity != 0 && !qref_size_multiply(*capacity, 2, &doubled)) || !qref_size_multiply(doubled, size, &bytes)) {
    return NULL;
  }
  void *larger = realloc(array, bytes);
  if (larger != NULL) {
    *capacity = doubled;
  }
  return larger;
}
