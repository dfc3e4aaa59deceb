/* How the inputs of RMSNorm cases are made: qref_case_fill functions. */
#ifndef QREF_VECTORS_FILL_RMSNORM_H
#define QREF_VECTORS_FILL_RMSNORM_H

#include "ref/vectors/generate/plan.h"

/* Uniform, the output scale such that some elements saturate. */
qref_status qref_fill_rmsnorm_uniform(qref_case *item, uint64_t seed, int64_t parameter, qref_error *error);
qref_status qref_fill_rmsnorm_bell(qref_case *item, uint64_t seed, int64_t parameter, qref_error *error);
/* Elements of very different magnitude. */
qref_status qref_fill_rmsnorm_wide(qref_case *item, uint64_t seed, int64_t parameter, qref_error *error);
/* Uniform, values before rounding up to 2^23. */
qref_status qref_fill_rmsnorm_turns(qref_case *item, uint64_t seed, int64_t parameter, qref_error *error);
/* x and residual are 0. */
qref_status qref_fill_rmsnorm_zero(qref_case *item, uint64_t seed, int64_t parameter, qref_error *error);
/* One row; the weights are solved for so that the value before rounding is every `step`-th of qref_sample_rounding, in
 * dynamic mode those below the row's largest. */
qref_status qref_fill_rmsnorm_boundaries(qref_case *item, uint64_t seed, int64_t step, qref_error *error);
/* One row; int8 results that differ between divisor and multiplier, or between (r*rstd)*w and r*(rstd*w). */
qref_status qref_fill_rmsnorm_forms(qref_case *item, uint64_t seed, int64_t parameter, qref_error *error);
/* Rows that are all negative, all zero, all negative zero, mixed; negative weights. */
qref_status qref_fill_rmsnorm_nonpositive(qref_case *item, uint64_t seed, int64_t parameter, qref_error *error);
/* Every kind of float16 pattern, 32 to a row: what is finite (0), infinities and NaN too (1). */
qref_status qref_fill_rmsnorm_patterns(qref_case *item, uint64_t seed, int64_t parameter, qref_error *error);
/* Residuals that are infinite, NaN, overflow the mean square or vanish in it. */
qref_status qref_fill_rmsnorm_extremes(qref_case *item, uint64_t seed, int64_t parameter, qref_error *error);

/* ---- rmsnorm, or rmsnorm_f32 ---- */

/* Rows whose mean square lies so near the middle of two float32 that another order of the binary64 sum rounds to the
 * other side, which rows of rmsnorm_f32 and the row scales of the dynamic mode
 * show. */
qref_status qref_fill_rmsnorm_sum_order(qref_case *item, uint64_t seed, int64_t parameter, qref_error *error);
/* The same for sum * (1/n) in place of sum / n. */
qref_status qref_fill_rmsnorm_division(qref_case *item, uint64_t seed, int64_t parameter, qref_error *error);

#endif
