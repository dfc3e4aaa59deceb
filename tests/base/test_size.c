#include "ref/base/size.h"

#include "tests/base/support.h"

static void products(void **state) {
  (void)state;
  size_t product = 7;
  assert_true(qref_size_multiply(SIZE_MAX, 1, &product));
  assert_true(product == SIZE_MAX);
  assert_true(qref_size_multiply(SIZE_MAX, 0, &product));
  assert_int_equal(product, 0);
  product = 7;
  assert_false(qref_size_multiply(SIZE_MAX / 2 + 1, 2, &product));
  assert_int_equal(product, 7);
  assert_true(qref_size_product(NULL, 0, &product));
  assert_int_equal(product, 1);
  const size_t fits[] = {3, 4, 5};
  assert_true(qref_size_product(fits, 3, &product));
  assert_int_equal(product, 60);
  const size_t large[] = {SIZE_MAX / 4, 3, 2};
  assert_false(qref_size_product(large, 3, &product));
  assert_int_equal(product, 60);
}

static void allocations(void **state) {
  (void)state;
  assert_null(qref_allocate(SIZE_MAX / 2, 4));
  assert_null(qref_allocate_zeroed(SIZE_MAX / 2, 4));
  char *one = qref_allocate(0, 8);
  assert_non_null(one);
  memset(one, 1, 8);
  free(one);
  char *zeroed = qref_allocate_zeroed(3, 2);
  assert_non_null(zeroed);
  assert_memory_equal(zeroed, "\0\0\0\0\0\0", 6);
  free(zeroed);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(products), cmocka_unit_test(allocations)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
