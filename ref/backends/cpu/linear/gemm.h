/* Linear W8A8 from packed weights. */
#ifndef QREF_BACKENDS_CPU_LINEAR_GEMM_H
#define QREF_BACKENDS_CPU_LINEAR_GEMM_H

#include "ref/backends/cpu/level.h"
#include "ref/ops/linear_w8a8_form.h"

/* packed: what qref_cpu_linear_pack made of the op's weights. The arguments are checked, the accumulator has 32 bits.
 */
qref_status qref_linear_gemm(qref_cpu_level level, const qref_linear_form *form, const qref_linear_w8a8_args *args,
                             const void *packed, qref_error *error);

#endif
