#include "ref/backends/cpu/linear/pack.h"

#include <string.h>

#include "ref/backends/cpu/parallel.h"
#include "ref/base/error.h"
#include "ref/base/size.h"

size_t qref_cpu_linear_panel_size(size_t depth) {
  return qref_size_round_up(depth, QREF_PANEL_DEPTH) * QREF_PANEL_COLUMNS;
}

size_t qref_cpu_linear_packed_size(size_t columns, size_t depth) {
  size_t bytes;
  if (columns == 0 || depth == 0 || columns > SIZE_MAX - QREF_PANEL_COLUMNS ||
      depth > SIZE_MAX - QREF_PANEL_DEPTH - sizeof(int32_t) ||
      !qref_size_multiply(qref_size_round_up(columns, QREF_PANEL_COLUMNS),
                          qref_size_round_up(depth, QREF_PANEL_DEPTH) + sizeof(int32_t), &bytes)) {
    return 0;
  }
  return bytes;
}

/* What a cache line of one column's weights goes to: so many groups of a panel, which stay in the first-level cache
 * until the last column is in. */
enum { BLOCK_DEPTH = 64 };

/* Sum of BLOCK_DEPTH weights: offset to unsigned, in 4 lanes of 16 bits. */
static int32_t sum_weights(const int8_t *w) {
  const uint64_t low_bytes = 0x00ff00ff00ff00ffu;
  uint64_t lanes = 0;
  for (size_t k = 0; k < BLOCK_DEPTH; k += sizeof lanes) {
    uint64_t bytes;
    memcpy(&bytes, w + k, sizeof bytes);
    bytes ^= 0x8080808080808080u;
    lanes += (bytes & low_bytes) + ((bytes >> 8) & low_bytes);
  }
  return (int32_t)((lanes * 0x0001000100010001u) >> 48) - 128 * BLOCK_DEPTH;
}

/* Copies BLOCK_DEPTH weights of a column to their places in a block of groups; returns their sum. */
static int32_t pack_column(const int8_t *w, int8_t *block) {
  for (size_t k = 0; k < BLOCK_DEPTH; k += QREF_PANEL_DEPTH) {
    memcpy(block + k * QREF_PANEL_COLUMNS, w + k, QREF_PANEL_DEPTH);
  }
  return sum_weights(w);
}

/* The same of the `depth` < BLOCK_DEPTH last ones. */
static int32_t pack_column_end(const int8_t *w, size_t depth, int8_t *block) {
  int8_t column[BLOCK_DEPTH] = {0};
  memcpy(column, w, depth);
  for (size_t k = 0; k < depth; k += QREF_PANEL_DEPTH) {
    memcpy(block + k * QREF_PANEL_COLUMNS, column + k, QREF_PANEL_DEPTH);
  }
  return sum_weights(column);
}

typedef struct packing {
  const int8_t *w; /* (columns, depth) */
  size_t columns, depth;
  int8_t *panels;
  int8_t *sums; /* int32, not aligned */
} packing;

static void pack_panel(const packing *pack, size_t panel) {
  const size_t first = panel * QREF_PANEL_COLUMNS;
  const size_t left = pack->columns - first;
  const size_t columns = left < QREF_PANEL_COLUMNS ? left : QREF_PANEL_COLUMNS;
  const size_t size = qref_cpu_linear_panel_size(pack->depth);
  int8_t *out = pack->panels + panel * size;
  int32_t sums[QREF_PANEL_COLUMNS] = {0};
  if (columns < QREF_PANEL_COLUMNS) {
    memset(out, 0, size);
  }
  for (size_t k = 0; k < pack->depth; k += BLOCK_DEPTH) {
    const size_t depth = pack->depth - k;
    for (size_t j = 0; j < columns; j++) {
      const int8_t *w = pack->w + (first + j) * pack->depth + k;
      int8_t *block = out + k * QREF_PANEL_COLUMNS + j * QREF_PANEL_DEPTH;
      sums[j] += depth >= BLOCK_DEPTH ? pack_column(w, block) : pack_column_end(w, depth, block);
    }
  }
  memcpy(pack->sums + first * sizeof *sums, sums, sizeof sums);
}

static qref_status pack_panels(const void *context, size_t first, size_t count, qref_counts *counts,
                               qref_error *error) {
  (void)counts;
  (void)error;
  for (size_t panel = first; panel < first + count; panel++) {
    pack_panel(context, panel);
  }
  return QREF_OK;
}

qref_status qref_cpu_linear_pack(const int8_t *w, size_t columns, size_t depth, void *packed, int threads,
                                 qref_error *error) {
  if (w == NULL || packed == NULL || qref_cpu_linear_packed_size(columns, depth) == 0) {
    return qref_fail(error, QREF_ERROR_ARGUMENT,
                     "linear_pack: expected weights, a buffer and dimensions of at least 1");
  }
  const size_t panels = qref_size_round_up(columns, QREF_PANEL_COLUMNS) / QREF_PANEL_COLUMNS;
  const packing pack = {w, columns, depth, packed, (int8_t *)packed + panels * qref_cpu_linear_panel_size(depth)};
  const double cost = 0.1 * QREF_PANEL_COLUMNS * (double)depth;
  return qref_cpu_parallel(panels, 1, cost, threads, pack_panels, &pack, NULL, error);
}

void qref_cpu_linear_unpack_column(const void *packed, size_t column, size_t depth, int8_t *w) {
  const int8_t *group = (const int8_t *)packed + column / QREF_PANEL_COLUMNS * qref_cpu_linear_panel_size(depth) +
                        column % QREF_PANEL_COLUMNS * QREF_PANEL_DEPTH;
  for (size_t k = 0; k < depth; k++) {
    w[k] = group[k / QREF_PANEL_DEPTH * QREF_PANEL_DEPTH * QREF_PANEL_COLUMNS + k % QREF_PANEL_DEPTH];
  }
}
