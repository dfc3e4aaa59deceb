/* Overflow-checked sizes. */
#ifndef QREF_BASE_SIZE_H
#define QREF_BASE_SIZE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* a * b into *product; false, with *product untouched, if it does not fit. */
static inline bool qref_size_multiply(size_t a, size_t b, size_t *product) {
  if (b != 0 && a > SIZE_MAX / b) {
    return false;
  }
  *product = a * b;
  return true;
}

/* Product of `count` factors; false if it does not fit. The product of none is 1. */
static inline bool qref_size_product(const size_t *factors, size_t count, size_t *product) {
  size_t result = 1;
  for (size_t i = 0; i < count; i++) {
    if (!qref_size_multiply(result, factors[i], &result)) {
      return false;
    }
  }
  *product = result;
  return true;
}

static inline size_t qref_size_smaller(size_t a, size_t b) {
  return a < b ? a : b;
}

/* n rounded up to a multiple of `unit`; n + unit must fit. */
static inline size_t qref_size_round_up(size_t n, size_t unit) {
  return (n + unit - 1) / unit * unit;
}

/* malloc / calloc of count elements of `size` bytes; NULL on overflow too. A count of 0 allocates one element. */
void *qref_allocate(size_t count, size_t size);
void *qref_allocate_zeroed(size_t count, size_t size);
/* Room for one more of `count` elements in a malloc'ed array (NULL while *capacity is 0): the array itself, or a larger
 * one in its place, which doubles *capacity. NULL when out of memory: the array is as it was. */
void *qref_grow(void *array, size_t count, size_t *capacity, size_t size);

#endif
