/* linear_f32 with one instruction set: linear_f32_kernel.inc, compiled once for each. */
#ifndef QREF_BACKENDS_CPU_LINEAR_F32_LINEAR_F32_KERNEL_H
#define QREF_BACKENDS_CPU_LINEAR_F32_LINEAR_F32_KERNEL_H

#include <qref/ops.h>

/* The outputs of *args, which has been checked and whose y_row_stride is not 0, on one thread. QREF_ERROR_MEMORY
 * without memory for packing. */
qref_status qref_linear_f32_block_avx2(const qref_linear_f32_args *args, qref_error *error);
qref_status qref_linear_f32_block_avx512(const qref_linear_f32_args *args, qref_error *error);
qref_status qref_linear_f32_block_neon(const qref_linear_f32_args *args, qref_error *error);

#endif
