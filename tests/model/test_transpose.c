/* Transposition against its definition, for shapes around the blocks it is cut into. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include <qref/numerics.h>

#include "ref/model/transpose.h"

enum { MARK = 0x5a, BATCH = 2 };

static void check_shape(size_t rows, size_t columns, size_t row_stride) {
  const size_t in = BATCH * rows * row_stride, out = BATCH * rows * columns;
  int8_t *x = malloc(in), *y = malloc(out + 1);
  float *wide_x = malloc(in * sizeof *wide_x), *wide_y = malloc(out * sizeof *wide_y);
  if (x == NULL || y == NULL || wide_x == NULL || wide_y == NULL) {
    abort();
  }
  for (size_t i = 0; i < in; i++) {
    x[i] = (int8_t)(uint8_t)(qref_random_bits(1, 2, i) & 0x7f);
    wide_x[i] = (float)i;
  }
  y[out] = MARK;
  qref_transpose_batch_i8(x, BATCH, rows, columns, row_stride, y);
  qref_transpose_batch_f32(wide_x, BATCH, rows, columns, row_stride, wide_y);
  for (size_t b = 0; b < BATCH; b++) {
    for (size_t i = 0; i < rows * columns; i++) {
      const size_t r = i / columns, c = i % columns;
      const size_t from = (b * rows + r) * row_stride + c, to = b * rows * columns + c * rows + r;
      assert_int_equal(y[to], x[from]);
      assert_true(wide_y[to] == wide_x[from]);
    }
  }
  assert_int_equal(y[out], MARK);
  free(x);
  free(y);
  free(wide_x);
  free(wide_y);
}

static void transposes(void **state) {
  (void)state;
  static const size_t sizes[] = {1, 2, 15, 16, 17, 31, 32, 33, 63, 64, 65, 130};
  enum { SIZES = sizeof sizes / sizeof sizes[0] };
  for (size_t i = 0; i < SIZES; i++) {
    for (size_t j = 0; j < SIZES; j++) {
      check_shape(sizes[i], sizes[j], sizes[j]);
      check_shape(sizes[i], sizes[j], sizes[j] + 7);
    }
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(transposes)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
