/* Linear W8A8: exact int32 sums, vectorised, behind them the reference's own scaling and rounding. */
#include "ref/backends/cpu/cpu.h"
#include "ref/backends/cpu/linear/dot_i8.h"
#include "ref/backends/cpu/parallel.h"
#include "ref/ops/linear_w8a8_form.h"

typedef struct linear_context {
  qref_cpu_level level;
  const qref_linear_form *form;
  const qref_linear_w8a8_args *args;
} linear_context;

/* Columns [first, first + count) of every row. */
static qref_status linear_columns(const void *context, size_t first, size_t count, qref_counts *counts,
                                  qref_error *error) {
  (void)error;
  const linear_context *linear = context;
  const qref_linear_w8a8_args *args = linear->args;
  for (size_t n = first; n < first + count; n += QREF_DOT_COLUMNS) {
    size_t left = first + count - n;
    size_t columns = left < QREF_DOT_COLUMNS ? left : QREF_DOT_COLUMNS;
    for (size_t m = 0; m < args->rows; m++) {
      int32_t sums[QREF_DOT_COLUMNS];
      qref_dot_i8(linear->level, args->x + m * args->depth, args->w + n * args->depth, args->depth, columns, sums);
      for (size_t j = 0; j < columns; j++) {
        qref_linear_form_store(linear->form, args, m, n + j, sums[j], counts);
      }
    }
  }
  return QREF_OK;
}

static qref_status linear_run(qref_cpu_level level, const qref_linear_form *form, const qref_linear_w8a8_args *args,
                              qref_error *error) {
  qref_status status = qref_linear_form_check(form, args, error);
  if (status != QREF_OK) {
    return status;
  }
  if (args->rule->accumulator.bits != 32) { /* a narrow accumulator depends on the order of the sum */
    return qref_linear_form_run(form, args, error);
  }
  const linear_context context = {level, form, args};
  double cost = (double)args->rows * (5.0 + 0.1 * (double)args->depth);
  return qref_cpu_parallel(args->columns, QREF_DOT_COLUMNS, cost, args->threads, linear_columns, &context, args->counts,
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
