/* RMSNorm and Hadamard, split over rows. */
#include <stdlib.h>

#include "ref/backends/cpu/cpu.h"
#include "ref/backends/cpu/offset.h"
#include "ref/backends/cpu/parallel.h"
#include "ref/base/error.h"
#include "ref/base/size.h"
#include "ref/ops/op_checks.h"

static qref_status rmsnorm_rows(const void *context, size_t first, size_t count, qref_counts *counts,
                                qref_error *error) {
  const qref_rmsnorm_args *whole = context;
  size_t offset = first * whole->n;
  qref_rmsnorm_args args = *whole;
  args.rows = count;
  args.x += offset;
  args.residual = QREF_OFFSET(args.residual, offset);
  args.row_scale = QREF_OFFSET(args.row_scale, first);
  args.residual_out += offset;
  args.y += offset;
  args.mean_square = QREF_OFFSET(args.mean_square, first);
  args.rstd = QREF_OFFSET(args.rstd, first);
  args.normalized = QREF_OFFSET(args.normalized, offset);
  args.before_rounding = QREF_OFFSET(args.before_rounding, offset);
  args.counts = counts;
  return qref_rmsnorm(&args, error);
}

qref_status qref_cpu_rmsnorm(qref_cpu_level level, const qref_rmsnorm_args *args, qref_error *error) {
  (void)level;
  qref_status status = qref_rmsnorm_check(args, error);
  if (status != QREF_OK) {
    return status;
  }
  if (args->rule->output.round.rounding == QREF_ROUND_STOCHASTIC) { /* its random bits follow the whole tensor */
    return qref_rmsnorm(args, error);
  }
  return qref_cpu_parallel(args->rows, 1, 10.0 * (double)args->n, args->threads, rmsnorm_rows, args, args->counts,
                           error);
}

static qref_status hadamard_rows(const void *context, size_t first, size_t count, qref_counts *counts,
                                 qref_error *error) {
  const qref_hadamard_args *whole = context;
  size_t offset = first * whole->dim;
  qref_hadamard_args args = *whole;
  args.rows = count;
  args.x += offset;
  args.y += offset;
  args.transformed = QREF_OFFSET(args.transformed, offset);
  args.before_rounding = QREF_OFFSET(args.before_rounding, offset);
  args.counts = counts;
  args.scratch = qref_allocate(args.dim, sizeof(float));
  if (args.scratch == NULL) {
    return qref_fail(error, QREF_ERROR_MEMORY, "hadamard: no memory for %zu floats of scratch", args.dim);
  }
  qref_status status = qref_hadamard(&args, error);
  free(args.scratch);
  return status;
}

qref_status qref_cpu_hadamard(qref_cpu_level level, const qref_hadamard_args *args, qref_error *error) {
  (void)level;
  qref_status status = qref_hadamard_check(args, error);
  if (status != QREF_OK) {
    return status;
  }
  if (args->rule->output.rounding == QREF_ROUND_STOCHASTIC) { /* its random bits follow the whole tensor */
    return qref_hadamard(args, error);
  }
  return qref_cpu_parallel(args->rows, 1, 30.0 * (double)args->dim, args->threads, hadamard_rows, args, args->counts,
                           error);
}
