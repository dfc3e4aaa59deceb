#include "ref/model/allocate.h"

#include "ref/base/size.h"

void *qref_allocate_tensor(size_t element_size, size_t a, size_t b, size_t c) {
  size_t count;
  return qref_size_product((const size_t[]){a, b, c}, 3, &count) ? qref_allocate(count, element_size) : NULL;
}

void *qref_allocate_zeroed_tensor(size_t element_size, size_t a, size_t b, size_t c) {
  size_t count;
  return qref_size_product((const size_t[]){a, b, c}, 3, &count) ? qref_allocate_zeroed(count, element_size) : NULL;
}
