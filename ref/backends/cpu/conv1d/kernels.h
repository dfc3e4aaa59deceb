/* Kernels of the conv1d ops and of requantize, per instruction set. The callers know
 * what they do not cover. */
#ifndef QREF_BACKENDS_CPU_CONV1D_KERNELS_H
#define QREF_BACKENDS_CPU_CONV1D_KERNELS_H

#include <qref/ops.h>

#include "ref/backends/cpu/level.h"
#include "ref/backends/cpu/simd/isa.h"

/* The most taps of the whole-sequence kernels. */
enum { QREF_CPU_CONV1D_MOST_TAPS = 32 };

/* Row number `row` of (batch, channels), all of what the caller asked for. */
typedef void qref_cpu_conv1d_silu_row(const qref_conv1d_silu_args *args, size_t row, qref_counts *counts);
qref_cpu_conv1d_silu_row qref_cpu_conv1d_silu_row_avx2, qref_cpu_conv1d_silu_row_avx512, qref_cpu_conv1d_silu_row_neon;

typedef void qref_cpu_conv1d_silu_floatsim_row(const qref_conv1d_silu_floatsim_args *args, size_t row);
qref_cpu_conv1d_silu_floatsim_row qref_cpu_conv1d_silu_floatsim_row_avx2, qref_cpu_conv1d_silu_floatsim_row_avx512,
    qref_cpu_conv1d_silu_floatsim_row_neon;

typedef void qref_cpu_conv1d_silu_f32_row(const qref_conv1d_silu_f32_args *args, size_t row);
qref_cpu_conv1d_silu_f32_row qref_cpu_conv1d_silu_f32_row_avx2, qref_cpu_conv1d_silu_f32_row_avx512,
    qref_cpu_conv1d_silu_f32_row_neon;

/* The `count` elements of (batch, channels) from `first` on; 4 taps. */
typedef void qref_cpu_conv1d_silu_update_kernel(const qref_conv1d_silu_update_args *args, size_t first, size_t count,
                                                qref_counts *counts);
qref_cpu_conv1d_silu_update_kernel qref_cpu_conv1d_silu_update_kernel_avx2, qref_cpu_conv1d_silu_update_kernel_avx512,
    qref_cpu_conv1d_silu_update_kernel_neon;

typedef void qref_cpu_requantize_kernel(const qref_requantize_args *args, size_t first, size_t count,
                                        qref_counts *counts);
qref_cpu_requantize_kernel qref_cpu_requantize_kernel_avx2, qref_cpu_requantize_kernel_avx512,
    qref_cpu_requantize_kernel_neon;

/* The kernel of an instruction set, or NULL; `name` is one of the types above. */
#if QREF_SIMD_X86
#define QREF_CPU_KERNEL(name, level) \
  ((level) == QREF_CPU_AVX512 ? name##_avx512 : (level) == QREF_CPU_AVX2 ? name##_avx2 : NULL)
#elif QREF_SIMD_NEON
#define QREF_CPU_KERNEL(name, level) ((level) == QREF_CPU_NEON ? name##_neon : NULL)
#else
#define QREF_CPU_KERNEL(name, level) ((void)(level), (name *)NULL)
#endif

/* The float32 evaluation that decides most results of conv1d_silu, for a test: silu(v) / out_scale in units of 2^-16.
 * Returns the bound of its error in units; beyond [-128.5, 128.5] it is only beyond them, too. count is a multiple of
 * the lanes of a vector, 2^-14 <= out_scale <= 2^14. */
typedef int qref_cpu_conv1d_position(const float *v, size_t count, float out_scale, int32_t *position);
qref_cpu_conv1d_position qref_cpu_conv1d_position_avx2, qref_cpu_conv1d_position_avx512, qref_cpu_conv1d_position_neon;

/* What a row costs the reference, in nanoseconds. */
static inline double qref_cpu_conv1d_reference_cost(size_t length, size_t width) {
  return (double)length * (10.0 + 3.0 * (double)width);
}

#endif
