#include "ref/model/transpose.h"

#include <string.h>

#include "ref/base/size.h"

/* A square of this many rows and columns is finished before the next, so that both sides stay in the cache. */
enum { TILE = 32 };

void qref_transpose_f32(const float *x, size_t rows, size_t columns, size_t row_stride, float *y) {
  for (size_t r0 = 0; r0 < rows; r0 += TILE) {
    for (size_t c0 = 0; c0 < columns; c0 += TILE) {
      const size_t r1 = qref_size_smaller(r0 + TILE, rows), c1 = qref_size_smaller(c0 + TILE, columns);
      for (size_t c = c0; c < c1; c++) {
        for (size_t r = r0; r < r1; r++) {
          y[c * rows + r] = x[r * row_stride + c];
        }
      }
    }
  }
}

static void transpose_block_i8(const int8_t *x, size_t height, size_t width, size_t row_stride, int8_t *y,
                               size_t y_stride) {
  for (size_t c = 0; c < width; c++) {
    for (size_t r = 0; r < height; r++) {
      y[c * y_stride + r] = x[r * row_stride + c];
    }
  }
}

/* Elsewhere compilers take such vectors apart, byte by byte. */
#if defined(__has_builtin) && (defined(__SSE2__) || defined(__ARM_NEON))
#if __has_builtin(__builtin_shufflevector)
#define HAS_SHUFFLE 1
#endif
#endif

#ifdef HAS_SHUFFLE
enum { SQUARE = 16 };
typedef int8_t bytes __attribute__((vector_size(SQUARE)));

/* Interleaving rows i and i + 8, for all i < 8, is a rotation of the bits of an element's position (row, column): after
 * four of them row and column have changed places. */
static inline void interleave(const bytes from[SQUARE], bytes to[SQUARE]) {
  for (size_t i = 0; i < SQUARE / 2; i++) {
    const bytes a = from[i], b = from[i + SQUARE / 2];
    to[2 * i] = __builtin_shufflevector(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
    to[2 * i + 1] = __builtin_shufflevector(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
  }
}

static void transpose_square_i8(const int8_t *x, size_t row_stride, int8_t *y, size_t y_stride) {
  bytes a[SQUARE], b[SQUARE];
  for (size_t r = 0; r < SQUARE; r++) {
    memcpy(&a[r], x + r * row_stride, SQUARE);
  }
  interleave(a, b);
  interleave(b, a);
  interleave(a, b);
  interleave(b, a);
  for (size_t c = 0; c < SQUARE; c++) {
    memcpy(y + c * y_stride, &a[c], SQUARE);
  }
}
#else
enum { SQUARE = 32 };

static void transpose_square_i8(const int8_t *x, size_t row_stride, int8_t *y, size_t y_stride) {
  transpose_block_i8(x, SQUARE, SQUARE, row_stride, y, y_stride);
}
#endif

void qref_transpose_i8(const int8_t *x, size_t rows, size_t columns, size_t row_stride, int8_t *y) {
  /* Columns of x are rows of y: one cache line of each is filled before the next is begun. */
  enum { LINE = 64 };
  for (size_t r0 = 0; r0 < rows; r0 += LINE) {
    const size_t r1 = qref_size_smaller(r0 + LINE, rows);
    for (size_t c = 0; c < columns; c += SQUARE) {
      for (size_t r = r0; r < r1; r += SQUARE) {
        const int8_t *from = x + r * row_stride + c;
        int8_t *to = y + c * rows + r;
        const size_t height = qref_size_smaller(r1 - r, SQUARE), width = qref_size_smaller(columns - c, SQUARE);
        if (height == SQUARE && width == SQUARE) {
          transpose_square_i8(from, row_stride, to, rows);
        } else {
          transpose_block_i8(from, height, width, row_stride, to, rows);
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
