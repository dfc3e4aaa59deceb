/* Linear W8A8: exact int32 sums, behind them the scaling and rounding of the form. */
#include <stdlib.h>

#include "ref/backends/cpu/cpu.h"
#include "ref/backends/cpu/linear/dot_i8.h"
#include "ref/backends/cpu/linear/finish.h"
#include "ref/backends/cpu/linear/gemm.h"
#include "ref/backends/cpu/linear/pack.h"
#include "ref/backends/cpu/parallel.h"
#include "ref/base/error.h"
#include "ref/base/size.h"

/* Up to so many rows, weights that are not packed are used as they are. */
enum { ROWS_NOT_WORTH_PACKING = 4, BLOCK_COLUMNS = 64 };

typedef struct linear_context {
  qref_cpu_level level;
  const qref_linear_form *form;
  const qref_linear_w8a8_args *args;
} linear_context;

/* Columns [first, first + count) of every row, of which there are at most ROWS_NOT_WORTH_PACKING. */
static qref_status linear_columns(const void *context, size_t first, size_t count, qref_counts *counts,
                                  qref_error *error) {
  (void)error;
  const linear_context *linear = context;
  const qref_linear_w8a8_args *args = linear->args;
  const size_t end = first + count;
  int32_t sums[ROWS_NOT_WORTH_PACKING][BLOCK_COLUMNS];
  for (size_t n = first; n < end; n += BLOCK_COLUMNS) {
    const size_t columns = end - n < BLOCK_COLUMNS ? end - n : BLOCK_COLUMNS;
    for (size_t j = 0; j < columns; j += QREF_DOT_COLUMNS) {
      const size_t dots = columns - j < QREF_DOT_COLUMNS ? columns - j : QREF_DOT_COLUMNS;
      for (size_t m = 0; m < args->rows; m++) {
        qref_dot_i8(linear->level, args->x + m * args->depth, args->w + (n + j) * args->depth, args->depth, dots,
                    &sums[m][j]);
      }
    }
    const qref_linear_tile tile = {linear->form, args, 0, args->rows, n, columns, sums[0], BLOCK_COLUMNS};
    qref_linear_finish(linear->level, &tile, counts);
  }
  return QREF_OK;
}

static qref_status pack_and_multiply(qref_cpu_level level, const qref_linear_form *form,
                                     const qref_linear_w8a8_args *args, qref_error *error) {
  const size_t size = qref_cpu_linear_packed_size(args->columns, args->depth);
  void *packed = size != 0 ? qref_allocate(size, 1) : NULL;
  if (packed == NULL) {
    return qref_fail(error, QREF_ERROR_MEMORY, "%s: out of memory for packed weights (%zu, %zu)", form->op,
                     args->columns, args->depth);
  }
  qref_status status = qref_cpu_linear_pack(args->w, args->columns, args->depth, packed, args->threads, error);
  if (status == QREF_OK) {
    status = qref_linear_gemm(level, form, args, packed, error);
  }
  free(packed);
  return status;
}

/* The reference's sum, whose order a narrow accumulator depends on, for columns [first, first + count). */
static qref_status narrow_columns(const void *context, size_t first, size_t count, qref_counts *counts,
                                  qref_error *error) {
  const linear_context *linear = context;
  const qref_linear_w8a8_args *args = linear->args;
  int8_t *unpacked = qref_allocate(args->depth, 1); /* (K) */
  if (unpacked == NULL) {
    return qref_fail(error, QREF_ERROR_MEMORY, "%s: out of memory for depth %zu", linear->form->op, args->depth);
  }
  for (size_t n = first; n < first + count; n++) {
    const int8_t *w = unpacked;
    if (args->w_packed != NULL) {
      qref_cpu_linear_unpack_column(args->w_packed, n, args->depth, unpacked);
    } else {
      w = args->w + n * args->depth;
    }
    for (size_t m = 0; m < args->rows; m++) {
      const int8_t *x = args->x + m * args->depth; /* (K) */
      int32_t acc = 0;
      for (size_t k = 0; k < args->depth; k++) {
        acc = qref_accumulate(acc, x[k] * w[k], &args->rule->accumulator, counts);
      }
      qref_linear_form_store(linear->form, args, m, n, acc, counts);
    }
  }
  free(unpacked);
  return QREF_OK;
}

static qref_status linear_run(qref_cpu_level level, const qref_linear_form *form, const qref_linear_w8a8_args *args,
                              qref_error *error) {
  QREF_TRY(qref_linear_form_check(form, args, error));
  const linear_context context = {level, form, args};
  if (args->rule->accumulator.bits != 32) {
    return qref_cpu_parallel(args->columns, 1, 2.0 * (double)args->rows * (double)args->depth, args->threads,
                             narrow_columns, &context, args->counts, error);
  }
  if (args->w_packed != NULL) {
    return qref_linear_gemm(level, form, args, args->w_packed, error);
  }
  if (args->rows > ROWS_NOT_WORTH_PACKING) {
    return pack_and_multiply(level, form, args, error);
  }
  const double cost = 0.1 * (double)args->rows * (double)args->depth;
  return qref_cpu_parallel(args->columns, BLOCK_COLUMNS, cost, args->threads, linear_columns, &context, args->counts,
                           error);
}

qref_status qref_cpu_linear_w8a8(qref_cpu_level level, const qref_linear_w8a8_args *args, qref_error *error) {
  return linear_run(level, &qref_linear_form_w8a8, args, error);
}

qref_status qref_cpu_linear_w8a8_f16(qref_cpu_level level, const qref_linear_w8a8_args *args, qref_error *error) {
  return linear_run(level, &qref_linear_form_w8a8_f16, args, error);
}

qref_status qref_cpu_linear_w8a8_parallel(qref_cpu_level level, const qref_linear_w8a8_args *args, qref_error *error) {
  return linear_run(level, &qref_linear_form_w8a8_parallel, args, error);
}

qref_status qref_cpu_linear_w8a8_row(qref_cpu_level level, const qref_linear_w8a8_args *args, qref_error *error) {
  return linear_run(level, &qref_linear_form_w8a8_row, args, error);
}

qref_status qref_cpu_linear_w8a8_per_channel(qref_cpu_level level, const qref_linear_w8a8_args *args,
                                             qref_error *error) {
  return linear_run(level, &qref_linear_form_w8a8_per_channel, args, error);
}
