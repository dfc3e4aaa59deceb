#include "ref/backends/cpu/linear/pack.h"

#include <string.h>

#include "ref/base/error.h"
#include "ref/base/size.h"

static size_t round_up(size_t n, size_t unit) {
  return (n + unit - 1) / unit * unit;
}

size_t qref_cpu_linear_packed_size(size_t columns, size_t depth) {
  size_t bytes;
  if (columns > SIZE_MAX - QREF_PANEL_COLUMNS || depth > SIZE_MAX - QREF_PANEL_DEPTH - sizeof(int32_t) ||
      !qref_size_multiply(round_up(columns, QREF_PANEL_COLUMNS), round_up(depth, QREF_PANEL_DEPTH) + sizeof(int32_t),
                          &bytes)) {
    return 0;
  }
  return bytes;
}

qref_status qref_cpu_linear_pack(const int8_t *w, size_t columns, size_t depth, void *packed, int threads,
                                 qref_error *error) {
  (void)threads;
  if (w == NULL || packed == NULL || qref_cpu_linear_packed_size(columns, depth) == 0) {
    return qref_fail(error, QREF_ERROR_ARGUMENT,
                     "linear_pack: expected weights, a buffer and dimensions of at least 1");
  }
  int8_t *group = packed;
  size_t panels = round_up(columns, QREF_PANEL_COLUMNS) / QREF_PANEL_COLUMNS;
  for (size_t panel = 0; panel < panels; panel++) {
    for (size_t k = 0; k < depth; k += QREF_PANEL_DEPTH) {
      for (size_t j = 0; j < QREF_PANEL_COLUMNS; j++) {
        size_t n = panel * QREF_PANEL_COLUMNS + j;
        for (size_t i = 0; i < QREF_PANEL_DEPTH; i++) {
          *group++ = n < columns && k + i < depth ? w[n * depth + k + i] : 0;
        }
      }
    }
  }
  for (size_t n = 0; n < panels * QREF_PANEL_COLUMNS; n++) {
    int32_t sum = 0;
    for (size_t k = 0; n < columns && k < depth; k++) {
      sum += w[n * depth + k];
    }
    memcpy(group + n * sizeof sum, &sum, sizeof sum);
  }
  return QREF_OK;
}
