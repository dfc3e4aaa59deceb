/* Kernels of the conv1d ops, one row (batch, channel) at a time, per instruction set. The callers know
 * what they do not cover. */
#ifndef QREF_BACKENDS_CPU_CONV1D_KERNELS_H
#define QREF_BACKENDS_CPU_CONV1D_KERNELS_H

#include <qref/ops.h>

/* The most taps of the whole-sequence kernels. */
enum { QREF_CPU_CONV1D_MOST_TAPS = 32 };

/* y of row number `row` of (batch, channels) and the intermediates that are asked for. */
void qref_cpu_conv1d_silu_row_avx2(const qref_conv1d_silu_args *args, size_t row, qref_counts *counts);
void qref_cpu_conv1d_silu_row_avx512(const qref_conv1d_silu_args *args, size_t row, qref_counts *counts);
void qref_cpu_conv1d_silu_row_neon(const qref_conv1d_silu_args *args, size_t row, qref_counts *counts);

/* The float32 evaluation that decides most results of conv1d_silu, for a test: silu(v) / out_scale in units of 2^-16.
 * Returns the bound of its error in units; beyond [-128.5, 128.5] it is only beyond them, too. count is a multiple of
 * the lanes of a vector, 2^-14 <= out_scale <= 2^14. */
int qref_cpu_conv1d_position_avx2(const float *v, size_t count, float out_scale, int32_t *position);
int qref_cpu_conv1d_position_avx512(const float *v, size_t count, float out_scale, int32_t *position);
int qref_cpu_conv1d_position_neon(const float *v, size_t count, float out_scale, int32_t *position);

#endif
