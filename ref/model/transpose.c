#include "ref/model/transpose.h"

/* A square of this many rows and columns is finished before the next, so that both sides stay in the cache. */
enum { TILE = 32 };

static size_t smaller(size_t a, size_t b) {
  return a < b ? a : b;
}

void qref_transpose_f32(const float *x, size_t rows, size_t columns, size_t row_stride, float *y) {
  for (size_t r0 = 0; r0 < rows; r0 += TILE) {
    for (size_t c0 = 0; c0 < columns; c0 += TILE) {
      const size_t r1 = smaller(r0 + TILE, rows), c1 = smaller(c0 + TILE, columns);
      for (size_t c = c0; c < c1; c++) {
        for (size_t r = r0; r < r1; r++) {
          y[c * rows + r] = x[r * row_stride + c];
        }
      }
    }
  }
}

void qref_transpose_i8(const int8_t *x, size_t rows, size_t columns, size_t row_stride, int8_t *y) {
  for (size_t r0 = 0; r0 < rows; r0 += TILE) {
    for (size_t c0 = 0; c0 < columns; c0 += TILE) {
      const size_t r1 = smaller(r0 + TILE, rows), c1 = smaller(c0 + TILE, columns);
      for (size_t c = c0; c < c1; c++) {
        for (size_t r = r0; r < r1; r++) {
          y[c * rows + r] = x[r * row_stride + c];
        }
      }
    }
  }
}

void qref_transpose_batch_f32(const float *x, size_t batch, size_t rows, size_t columns, size_t row_stride, float *y) {
  for (size_t b = 0; b < batch; b++) {
    qref_transpose_f32(x + b * rows * row_stride, rows, columns, row_stride, y + b * rows * columns);
  }
}

void qref_transpose_batch_i8(const int8_t *x, size_t batch, size_t rows, size_t columns, size_t row_stride, int8_t *y) {
  for (size_t b = 0; b < batch; b++) {
    qref_transpose_i8(x + b * rows * row_stride, rows, columns, row_stride, y + b * rows * columns);
  }
}
