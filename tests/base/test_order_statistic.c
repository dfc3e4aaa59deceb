#include "ref/base/order_statistic.h"

#include <math.h>

#include "tests/base/support.h"

static int compare(const void *a, const void *b) {
  float left = *(const float *)a;
  float right = *(const float *)b;
  return (left > right) - (left < right);
}

/* The definition: sort, then interpolate. */
static float by_sorting(const float *values, size_t count, double q) {
  float *sorted = malloc(count * sizeof *sorted);
  assert_non_null(sorted);
  memcpy(sorted, values, count * sizeof *sorted);
  qsort(sorted, count, sizeof *sorted, compare);
  double position = q * (double)(count - 1);
  size_t low = (size_t)floor(position);
  size_t high = low + 1 < count ? low + 1 : low;
  double lo = (double)sorted[low];
  double result = lo + ((double)sorted[high] - lo) * (position - (double)low);
  free(sorted);
  return (float)result;
}

static const double quantiles[] = {0, 0.001, 0.25, 0.5, 0.9, 0.9995, 1};

static void check_all(const float *values, size_t count) {
  for (size_t i = 0; i < sizeof quantiles / sizeof quantiles[0]; i++) {
    float expected = by_sorting(values, count, quantiles[i]);
    float actual = qref_quantile(values, count, quantiles[i]);
    if (!(actual == expected)) {
      fail_msg("quantile %g of %zu values: expected %a, found %a", quantiles[i], count, (double)expected,
               (double)actual);
    }
  }
}

/* numpy.quantile([3, 1, 2, 5, 4], q) by hand: position q * 4 of 1 2 3 4 5. */
static void by_hand(void **state) {
  (void)state;
  const float values[] = {3, 1, 2, 5, 4};
  assert_true(qref_quantile(values, 5, 0.5) == 3.0f);
  assert_true(qref_quantile(values, 5, 0.875) == 4.5f);
  assert_true(qref_quantile(values, 5, 0) == 1.0f);
  assert_true(qref_quantile(values, 5, 1) == 5.0f);
  const float one[] = {-2.5f};
  assert_true(qref_quantile(one, 1, 0.9995) == -2.5f);
}

static void random_values_of_every_small_size(void **state) {
  (void)state;
  uint64_t random = 1;
  float values[300];
  for (size_t count = 1; count <= 300; count++) {
    for (size_t i = 0; i < count; i++) {
      uint32_t bits;
      do { /* any finite float, subnormals and both signs included */
        bits = (uint32_t)next_random(&random);
      } while ((bits & 0x7f800000u) == 0x7f800000u);
      memcpy(&values[i], &bits, sizeof bits);
      if (count % 3 == 0) { /* many equal ones */
        values[i] = (float)((int)(bits % 5) - 2);
      }
    }
    check_all(values, count);
  }
}

static void large_sorted_reversed_and_constant(void **state) {
  (void)state;
  enum { COUNT = 100000 };
  float *values = malloc(COUNT * sizeof *values);
  assert_non_null(values);
  for (int pattern = 0; pattern < 3; pattern++) {
    for (int i = 0; i < COUNT; i++) {
      values[i] = pattern == 0 ? (float)i : pattern == 1 ? (float)(COUNT - i) : 0.125f;
    }
    check_all(values, COUNT);
  }
  free(values);
}

static void infinities(void **state) {
  (void)state;
  const float values[] = {INFINITY, 1, INFINITY, 0};
  assert_true(isinf(qref_quantile(values, 4, 0.9)));
  assert_true(qref_quantile(values, 4, 0) == 0.0f);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(by_hand),
      cmocka_unit_test(random_values_of_every_small_size),
      cmocka_unit_test(large_sorted_reversed_and_constant),
      cmocka_unit_test(infinities),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
