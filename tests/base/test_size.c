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

static void growing_keeps_what_is_there(void **state) {
  (void)state;
  int *numbers = NULL;
  size_t capacity = 0;
  for (int i = 0; i < 1000; i++) {
    int *larger = qref_grow(numbers, (size_t)i, &capacity, sizeof *numbers);
    assert_non_null(larger);
    assert_true(capacity > (size_t)i);
    numbers = larger;
    numbers[i] = i;
  }
  const size_t before = capacity;
  assert_null(qref_grow(numbers, capacity, &capacity, SIZE_MAX / 4)); /* overflows */
  assert_int_equal(capacity, before);
  for (int i = 0; i < 1000; i++) {
    assert_int_equal(numbers[i], i);
  }
  free(numbers);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(products), cmocka_unit_test(allocations),
                                     cmocka_unit_test(growing_keeps_what_is_there)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
