#if defined(QREF_HAVE_BLIS)
#include "ref/backends/blis/linear.h"

#include <stdlib.h>

#include "ref/backends/cpu/linear/finish.h"
#include "ref/backends/cpu/parallel.h"
#include "ref/base/error.h"
#include "ref/base/size.h"

/* Of the outputs that are computed at a time. Far more than BLIS's own blocks, so that what it costs to widen is small
 * beside the products; the scratch takes 6 MiB. */
enum { TILE_ROWS = 512, TILE_COLUMNS = 512 };

/* Threads are given multiples of so many rows or columns, as BLIS's kernels are. */
enum { CUT = 16 };

/* A leading dimension that is a power of two would put all rows into the same lines of a cache. */
enum { LEADING_PAD = 16 };

typedef struct linear_context {
  const qref_blis_engine *engine;
  const qref_linear_form *form;
  const qref_linear_w8a8_args *args;
  bool cut_rows;      /* the threads share the rows, each with all columns; else the columns */
  size_t block_depth; /* K cut into equal blocks, but for the last */
} linear_context;

/* What one thread works in. */
typedef struct scratch {
  size_t leading;
  void *x, *w;   /* (TILE_ROWS, leading), (TILE_COLUMNS, leading) or less: widened blocks */
  void *product; /* (TILE_ROWS, TILE_COLUMNS) or less */
  int32_t *sums; /* the same */
} scratch;

typedef struct range {
  size_t first, count;
} range;

static void scratch_free(scratch *s) {
  free(s->x);
  free(s->w);
  free(s->product);
  free(s->sums);
}

static qref_status scratch_allocate(const linear_context *linear, size_t rows, size_t columns, scratch *s,
                                    qref_error *error) {
  const size_t size = linear->engine->element_size;
  const size_t leading = linear->block_depth + LEADING_PAD;
  /* One row more than is multiplied: BLIS's sgemm reads ahead into the row behind the last. */
  *s = (scratch){
      .leading = leading,
      .x = qref_allocate((rows + 1) * leading, size),
      .w = qref_allocate((columns + 1) * leading, size),
      .product = qref_allocate(rows * columns, size),
      .sums = qref_allocate(rows * columns, sizeof(int32_t)),
  };
  if (s->x == NULL || s->w == NULL || s->product == NULL || s->sums == NULL) {
    scratch_free(s);
    return qref_fail(error, QREF_ERROR_MEMORY, "%s: out of memory", linear->form->op);
  }
  return QREF_OK;
}

/* The sums of a tile. Its weights are widened already if that was done for these columns and all of K fits a block. */
static void sum_tile(const linear_context *linear, range rows, range columns, bool same_columns, scratch *s) {
  const qref_blis_engine *engine = linear->engine;
  const qref_linear_w8a8_args *args = linear->args;
  const size_t depth = args->depth, block = linear->block_depth;
  size_t in_product = 0; /* k's that the product holds, not yet added to the sums */
  for (size_t k = 0; k < depth; k += block) {
    const size_t count = qref_size_smaller(block, depth - k);
    engine->widen(args->x + rows.first * depth + k, depth, rows.count, count, s->x, s->leading);
    if (!same_columns || depth > block) {
      engine->widen(args->w + columns.first * depth + k, depth, columns.count, count, s->w, s->leading);
    }
    engine->multiply(rows.count, columns.count, count, s->x, s->w, s->leading, in_product > 0, s->product);
    in_product += count;
    if (k + count == depth || in_product + block > engine->exact_depth) {
      engine->to_sums(s->product, rows.count * columns.count, k + count > in_product, s->sums);
      in_product = 0;
    }
  }
}

static qref_status linear_part(const void *context, size_t first, size_t count, qref_counts *counts,
                               qref_error *error) {
  const linear_context *linear = context;
  const range part = {first, count};
  const range rows = linear->cut_rows ? part : (range){0, linear->args->rows};
  const range columns = linear->cut_rows ? (range){0, linear->args->columns} : part;
  scratch s;
  QREF_TRY(scratch_allocate(linear, qref_size_smaller(rows.count, TILE_ROWS),
                            qref_size_smaller(columns.count, TILE_COLUMNS), &s, error));
  for (size_t n = 0; n < columns.count; n += TILE_COLUMNS) {
    const range tile_columns = {columns.first + n, qref_size_smaller(TILE_COLUMNS, columns.count - n)};
    for (size_t m = 0; m < rows.count; m += TILE_ROWS) {
      const range tile_rows = {rows.first + m, qref_size_smaller(TILE_ROWS, rows.count - m)};
      sum_tile(linear, tile_rows, tile_columns, m > 0, &s);
      const qref_linear_tile tile = {
          .form = linear->form,
          .args = linear->args,
          .row = tile_rows.first,
          .rows = tile_rows.count,
          .column = tile_columns.first,
          .columns = tile_columns.count,
          .sums = s.sums,
          .sums_stride = tile_columns.count,
      };
      qref_linear_finish(qref_cpu_level_best(), &tile, counts);
    }
  }
  scratch_free(&s);
  return QREF_OK;
}

qref_status qref_blis_linear(const qref_blis_engine *engine, const qref_linear_form *form,
                             const qref_linear_w8a8_args *args, qref_error *error) {
  QREF_TRY(qref_linear_form_check(form, args, error));
  if (args->rule->accumulator.bits != 32) {
    return qref_fail(error, QREF_ERROR_UNSUPPORTED, "%s: BLIS sums to 32 bits, not to %u", form->op,
                     (unsigned)args->rule->accumulator.bits);
  }
  const size_t blocks = (args->depth + engine->block_depth - 1) / engine->block_depth;
  const linear_context linear = {
      .engine = engine,
      .form = form,
      .args = args,
      .cut_rows = args->rows >= args->columns,
      .block_depth = (args->depth + blocks - 1) / blocks,
  };
  const size_t total = linear.cut_rows ? args->rows : args->columns;
  const size_t other = linear.cut_rows ? args->columns : args->rows;
  const double cost = (double)other * (3.0 + 0.02 * (double)args->depth) + 0.3 * (double)args->depth;
  return qref_cpu_parallel(total, CUT, cost, args->threads, linear_part, &linear, args->counts, error);
}
#endif
