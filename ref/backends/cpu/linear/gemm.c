/* Blocks in the manner of GotoBLAS: a block of x rows stays in the second-level cache, a panel of weights, K cut into
 * blocks too, in the first-level cache while the rows pass it. */
#include "ref/backends/cpu/linear/gemm.h"

#include <stdlib.h>
#include <string.h>

#include "ref/backends/cpu/linear/engine.h"
#include "ref/backends/cpu/linear/finish.h"
#include "ref/backends/cpu/parallel.h"
#include "ref/base/error.h"
#include "ref/base/size.h"

enum {
  BLOCK_COLUMNS = 192,    /* whole calls of multiply; the block of sums is to stay in the second-level cache too */
  MOST_X_BYTES = 4 << 20, /* of a block of x: fewer rows where K is large */
  ALIGNMENT = 64,
};

typedef struct gemm {
  qref_cpu_level level;
  const qref_linear_engine *engine;
  const qref_linear_form *form;
  const qref_linear_w8a8_args *args;
  const int8_t *panels;
  const int8_t *column_sums; /* int32, not aligned */
  size_t panel_size;
  size_t filled_depth; /* K rounded up to whole groups */
  size_t block_rows, block_depth;
  bool by_rows; /* parts are of rows, not of columns */
} gemm;

/* Scratch of one part. */
typedef struct scratch {
  void *memory;
  uint8_t *x;     /* (depth blocks, row groups, rows of a group * depth of the block) packed x of a block of rows */
  int32_t *sums;  /* (block_rows, BLOCK_COLUMNS) */
  int32_t *start; /* (BLOCK_COLUMNS): what the sums of a column start at */
  void *widened;  /* a block of a panel */
} scratch;

static qref_status allocate_scratch(const gemm *g, scratch *s, qref_error *error) {
  const size_t x_bytes = qref_size_round_up(g->block_rows * g->filled_depth * g->engine->x_size, ALIGNMENT);
  const size_t sums_bytes = g->block_rows * BLOCK_COLUMNS * sizeof(int32_t);
  const size_t start_bytes = BLOCK_COLUMNS * sizeof(int32_t);
  const size_t widened_bytes = g->block_depth * QREF_PANEL_COLUMNS * g->engine->widened_size;
  s->memory = qref_allocate(x_bytes + sums_bytes + start_bytes + widened_bytes + ALIGNMENT, 1);
  if (s->memory == NULL) {
    return qref_fail(error, QREF_ERROR_MEMORY, "%s: out of memory for blocks of %zu rows and depth %zu", g->form->op,
                     g->block_rows, g->args->depth);
  }
  uint8_t *aligned = (uint8_t *)s->memory + (ALIGNMENT - (uintptr_t)s->memory % ALIGNMENT) % ALIGNMENT;
  s->x = aligned;
  s->sums = (int32_t *)(void *)(aligned + x_bytes);
  s->start = (int32_t *)(void *)(aligned + x_bytes + sums_bytes);
  s->widened = aligned + x_bytes + sums_bytes + start_bytes;
  return QREF_OK;
}

/* The packed x of rows from `row` on within the block of `rows`, k's from `k` on. */
static uint8_t *x_block(const gemm *g, const scratch *s, size_t rows, size_t row, size_t k) {
  const size_t depth = qref_size_smaller(g->filled_depth - k, g->block_depth);
  return s->x + (rows * k + row * depth) * g->engine->x_size;
}

static void pack_rows(const gemm *g, const scratch *s, size_t row, size_t rows) {
  const size_t depth = g->args->depth;
  for (size_t k = 0; k < depth; k += g->block_depth) {
    for (size_t m = 0; m < rows; m += g->engine->rows) {
      g->engine->pack_x(g->args->x + (row + m) * depth + k, depth, qref_size_smaller(rows - m, g->engine->rows),
                        qref_size_smaller(depth - k, g->block_depth), x_block(g, s, rows, m, k));
    }
  }
}

/* Sums of a block of rows and up to engine->panels panels over one block of k's. */
static void multiply_panels(const gemm *g, const scratch *s, size_t rows, size_t panel, size_t panels, size_t k,
                            size_t column_in_block) {
  const qref_linear_engine *engine = g->engine;
  const size_t groups = qref_size_smaller(g->filled_depth - k, g->block_depth) / QREF_PANEL_DEPTH;
  const void *w = g->panels + panel * g->panel_size + k * QREF_PANEL_COLUMNS;
  if (engine->widened_size != 0) {
    engine->widen(w, groups, s->widened);
    w = s->widened;
  }
  int32_t *sums = s->sums + column_in_block;
  for (size_t m = 0; m < rows; m += engine->rows) {
    int32_t *row_sums = sums + m * BLOCK_COLUMNS;
    const int32_t *start = k == 0 ? s->start + column_in_block : row_sums;
    engine->multiply(qref_size_smaller(rows - m, engine->rows), panels, groups, x_block(g, s, rows, m, k), w,
                     g->panel_size, start, k == 0 ? 0 : BLOCK_COLUMNS, row_sums, BLOCK_COLUMNS);
  }
}

static void multiply_columns(const gemm *g, const scratch *s, size_t row, size_t rows, size_t column, size_t columns,
                             qref_counts *counts) {
  const size_t filled_columns = qref_size_round_up(columns, QREF_PANEL_COLUMNS);
  memcpy(s->start, g->column_sums + column * sizeof(int32_t), filled_columns * sizeof(int32_t));
  for (size_t j = 0; j < filled_columns; j++) {
    s->start[j] = (int32_t)(0u - (uint32_t)g->engine->x_offset * (uint32_t)s->start[j]);
  }
  const size_t step = g->engine->panels * QREF_PANEL_COLUMNS;
  for (size_t k = 0; k < g->args->depth; k += g->block_depth) {
    for (size_t j = 0; j < filled_columns; j += step) {
      multiply_panels(g, s, rows, (column + j) / QREF_PANEL_COLUMNS,
                      qref_size_smaller(filled_columns - j, step) / QREF_PANEL_COLUMNS, k, j);
    }
  }
  const qref_linear_tile tile = {g->form, g->args, row, rows, column, columns, s->sums, BLOCK_COLUMNS};
  qref_linear_finish(g->level, &tile, counts);
}

static qref_status multiply_part(const void *context, size_t first, size_t count, qref_counts *counts,
                                 qref_error *error) {
  const gemm *g = context;
  const size_t first_row = g->by_rows ? first : 0;
  const size_t end_row = g->by_rows ? first + count : g->args->rows;
  const size_t first_column = g->by_rows ? 0 : first;
  const size_t end_column = g->by_rows ? g->args->columns : first + count;
  scratch s = {0};
  QREF_TRY(allocate_scratch(g, &s, error));
  for (size_t m = first_row; m < end_row; m += g->block_rows) {
    const size_t rows = qref_size_smaller(end_row - m, g->block_rows);
    pack_rows(g, &s, m, rows);
    for (size_t n = first_column; n < end_column; n += BLOCK_COLUMNS) {
      multiply_columns(g, &s, m, rows, n, qref_size_smaller(end_column - n, BLOCK_COLUMNS), counts);
    }
  }
  free(s.memory);
  return QREF_OK;
}

/* Fewer rows than the engine asks for where there are no more, or where K is large; whole groups of rows. */
static size_t choose_block_rows(const gemm *g) {
  const size_t unit = g->engine->rows;
  const size_t fit = MOST_X_BYTES / (g->filled_depth * g->engine->x_size) / unit * unit;
  const size_t rows =
      qref_size_smaller(qref_size_smaller(qref_size_round_up(g->args->rows, unit), g->engine->block_rows), fit);
  return rows > 0 ? rows : unit;
}

qref_status qref_linear_gemm(qref_cpu_level level, const qref_linear_form *form, const qref_linear_w8a8_args *args,
                             const void *packed, qref_error *error) {
  const size_t panels = qref_size_round_up(args->columns, QREF_PANEL_COLUMNS) / QREF_PANEL_COLUMNS;
  gemm g = {.level = level,
            .engine = qref_linear_engine_for(level, args->rows),
            .form = form,
            .args = args,
            .panels = packed,
            .panel_size = qref_cpu_linear_panel_size(args->depth),
            .filled_depth = qref_size_round_up(args->depth, QREF_PANEL_DEPTH)};
  g.column_sums = g.panels + panels * g.panel_size;
  g.block_rows = choose_block_rows(&g);
  /* With one group of rows nothing is read twice, and panels are read from end to end. */
  const bool one_group = args->rows <= g.engine->rows && g.engine->widened_size == 0;
  g.block_depth = one_group ? g.filled_depth : g.engine->block_depth;

  /* Parts of rows share no line of the outputs; but each has to read all weights. */
  const int threads = args->threads > 1 ? args->threads : 1;
  g.by_rows = args->rows / (size_t)threads >= 4 * g.engine->rows && args->rows >= 64;
  const size_t others = g.by_rows ? args->columns : args->rows;
  /* With few rows the time is that of reading the weights; twice that much, because threads that have just done
   * another op are still awake. */
  const double cost = (double)args->depth * (0.02 * (double)others + (g.by_rows ? 0.0 : 0.2));
  return qref_cpu_parallel(g.by_rows ? args->rows : args->columns,
                           g.by_rows ? g.engine->rows : g.engine->panels * QREF_PANEL_COLUMNS, cost, args->threads,
                           multiply_part, &g, args->counts, error);
}
