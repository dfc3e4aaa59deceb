/* Dot products of int16 along k, which compilers turn into multiply-add instructions. */
#include <string.h>

#include "ref/backends/cpu/linear/engine.h"

enum { ROWS = 4 };

/* Each row is contiguous. */
static void pack_x(const int8_t *x, size_t x_stride, size_t rows, size_t depth, void *packed) {
  int16_t *out = packed;
  const size_t filled = (depth + QREF_PANEL_DEPTH - 1) / QREF_PANEL_DEPTH * QREF_PANEL_DEPTH;
  for (size_t m = 0; m < rows; m++) {
    for (size_t k = 0; k < depth; k++) {
      out[m * filled + k] = x[m * x_stride + k];
    }
    memset(out + m * filled + depth, 0, (filled - depth) * sizeof *out);
  }
}

/* Each column becomes contiguous. */
static void widen(const int8_t *panel, size_t groups, void *widened) {
  int16_t *out = widened;
  for (size_t j = 0; j < QREF_PANEL_COLUMNS; j++) {
    for (size_t q = 0; q < groups; q++) {
      const int8_t *w = panel + (q * QREF_PANEL_COLUMNS + j) * QREF_PANEL_DEPTH;
      for (size_t i = 0; i < QREF_PANEL_DEPTH; i++) {
        *out++ = w[i];
      }
    }
  }
}

/* One column by ROWS rows. */
static void multiply_4(size_t depth, const int16_t *restrict x, const int16_t *restrict w, uint32_t *sums) {
  int32_t a = 0, b = 0, c = 0, d = 0; /* within int32 for every depth of the op */
  for (size_t k = 0; k < depth; k++) {
    a += x[k] * w[k];
    b += x[depth + k] * w[k];
    c += x[2 * depth + k] * w[k];
    d += x[3 * depth + k] * w[k];
  }
  sums[0] = (uint32_t)a;
  sums[1] = (uint32_t)b;
  sums[2] = (uint32_t)c;
  sums[3] = (uint32_t)d;
}

static void multiply_1(size_t depth, const int16_t *restrict x, const int16_t *restrict w, uint32_t *sum) {
  int32_t a = 0;
  for (size_t k = 0; k < depth; k++) {
    a += x[k] * w[k];
  }
  *sum = (uint32_t)a;
}

static void multiply(size_t rows, size_t panels, size_t groups, const void *x, const void *w, size_t panel_stride,
                     const int32_t *start, size_t start_stride, int32_t *sums, size_t sums_stride) {
  (void)panels;
  (void)panel_stride;
  const size_t depth = groups * QREF_PANEL_DEPTH;
  for (size_t j = 0; j < QREF_PANEL_COLUMNS; j++) {
    const int16_t *column = (const int16_t *)w + j * depth;
    uint32_t products[ROWS];
    if (rows == ROWS) {
      multiply_4(depth, x, column, products);
    } else {
      for (size_t m = 0; m < rows; m++) {
        multiply_1(depth, (const int16_t *)x + m * depth, column, &products[m]);
      }
    }
    for (size_t m = 0; m < rows; m++) {
      sums[m * sums_stride + j] = (int32_t)((uint32_t)start[m * start_stride + j] + products[m]);
    }
  }
}

/* One row by a panel as it is packed. */
static void multiply_thin(size_t rows, size_t panels, size_t groups, const void *x, const void *w, size_t panel_stride,
                          const int32_t *start, size_t start_stride, int32_t *sums, size_t sums_stride) {
  (void)rows;
  (void)panels;
  (void)panel_stride;
  (void)start_stride;
  (void)sums_stride;
  enum { VALUES = QREF_PANEL_COLUMNS * QREF_PANEL_DEPTH };
  const int16_t *x_group = x;
  const int8_t *w_group = w;
  int32_t products[VALUES] = {0};
  for (size_t q = 0; q < groups; q++, x_group += QREF_PANEL_DEPTH, w_group += VALUES) {
    int16_t x_columns[VALUES]; /* the group's x once for each column */
    for (size_t i = 0; i < VALUES; i += QREF_PANEL_DEPTH) {
      memcpy(x_columns + i, x_group, QREF_PANEL_DEPTH * sizeof *x_group);
    }
    for (size_t i = 0; i < VALUES; i++) {
      products[i] += w_group[i] * x_columns[i];
    }
  }
  for (size_t j = 0; j < QREF_PANEL_COLUMNS; j++) {
    uint32_t sum = (uint32_t)start[j];
    for (size_t i = 0; i < QREF_PANEL_DEPTH; i++) {
      sum += (uint32_t)products[j * QREF_PANEL_DEPTH + i];
    }
    sums[j] = (int32_t)sum;
  }
}

const qref_linear_engine qref_linear_engine_portable = {
    .rows = ROWS,
    .panels = 1,
    .block_rows = 192,
    .block_depth = 512,
    .x_size = sizeof(int16_t),
    .x_offset = 0,
    .widened_size = sizeof(int16_t),
    .pack_x = pack_x,
    .widen = widen,
    .multiply = multiply,
};

const qref_linear_engine qref_linear_engine_portable_thin = {
    .rows = 1,
    .panels = 1,
    .block_rows = 16,
    .block_depth = 512,
    .x_size = sizeof(int16_t),
    .x_offset = 0,
    .widened_size = 0,
    .pack_x = pack_x,
    .widen = NULL,
    .multiply = multiply_thin,
};
