/* The parts of the scans: what qref_cpu_parallel runs on a range of rows (batch, channel). `context` is the op's
 * argument struct. */
#ifndef QREF_BACKENDS_CPU_SCAN_SCAN_H
#define QREF_BACKENDS_CPU_SCAN_SCAN_H

#include <qref/ops.h>

#include "ref/backends/cpu/level.h"
#include "ref/backends/cpu/parallel.h"
#include "ref/backends/cpu/simd/isa.h"

#define QREF_CPU_SCAN_PART(name) \
  qref_status name(const void *context, size_t first, size_t count, qref_counts *counts, qref_error *error)

QREF_CPU_SCAN_PART(qref_cpu_selective_scan_part_avx2);
QREF_CPU_SCAN_PART(qref_cpu_selective_scan_part_avx512);
QREF_CPU_SCAN_PART(qref_cpu_selective_scan_part_neon);
QREF_CPU_SCAN_PART(qref_cpu_selective_scan_f32_part_avx2);
QREF_CPU_SCAN_PART(qref_cpu_selective_scan_f32_part_avx512);
QREF_CPU_SCAN_PART(qref_cpu_selective_scan_f32_part_neon);
QREF_CPU_SCAN_PART(qref_cpu_selective_scan_update_part_avx2);
QREF_CPU_SCAN_PART(qref_cpu_selective_scan_update_part_avx512);
QREF_CPU_SCAN_PART(qref_cpu_selective_scan_update_part_neon);

/* The vectorised part of an instruction set out of the three of an op; NULL where there is none. */
#if QREF_SIMD_X86
#define QREF_CPU_SCAN_FAST_PART(level, name) \
  ((level) == QREF_CPU_AVX512 ? name##_avx512 : (level) == QREF_CPU_AVX2 ? name##_avx2 : NULL)
#elif QREF_SIMD_NEON
#define QREF_CPU_SCAN_FAST_PART(level, name) ((level) == QREF_CPU_NEON ? name##_neon : NULL)
#else
#define QREF_CPU_SCAN_FAST_PART(level, name) ((void)(level), (qref_cpu_part)NULL)
#endif

/* Most states of the vectorised parts: more would not leave the tables of a channel in the cache. */
enum { QREF_CPU_SCAN_MOST_STATES = 64 };

/* Channels whose outputs the vectorised parts store together: a line of the cache in float16. */
enum { QREF_CPU_SCAN_ROWS_TOGETHER = 32 };

/* What a row costs the reference, in nanoseconds, roughly. */
double qref_cpu_scan_row_cost(size_t length, size_t states);

/* Memory of a part, aligned to 64 bytes, zeroed: `count` elements, to be given to free() as *allocation. NULL, with
 * *status and *error set, where there is none. */
void *qref_cpu_scan_allocate(size_t count, size_t size, void **allocation, qref_status *status, qref_error *error);

#endif
