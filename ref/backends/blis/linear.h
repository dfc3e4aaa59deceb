/* Linear W8A8 through an engine: the sums of BLIS, behind them the reference's own scaling and rounding. */
#ifndef QREF_BACKENDS_BLIS_LINEAR_H
#define QREF_BACKENDS_BLIS_LINEAR_H

#include "ref/backends/blis/engine.h"
#include "ref/ops/linear_w8a8_form.h"

/* QREF_ERROR_UNSUPPORTED for an accumulator of other than 32 bits: its sum depends on the order. Takes up to 6 MiB
 * of scratch per thread; QREF_ERROR_MEMORY without it. BLIS itself ends the process if it cannot allocate its own. */
qref_status qref_blis_linear(const qref_blis_engine *engine, const qref_linear_form *form,
                             const qref_linear_w8a8_args *args, qref_error *error);

#endif
