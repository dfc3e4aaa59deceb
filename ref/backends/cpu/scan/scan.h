/* The parts of the scans: what qref_cpu_parallel runs on a range of rows (batch, channel). `context` is the op's
 * argument struct. */
#ifndef QREF_BACKENDS_CPU_SCAN_SCAN_H
#define QREF_BACKENDS_CPU_SCAN_SCAN_H

#include <qref/ops.h>

#define QREF_CPU_SCAN_PART(name) \
  qref_status name(const void *context, size_t first, size_t count, qref_counts *counts, qref_error *error)

QREF_CPU_SCAN_PART(qref_cpu_selective_scan_part_avx2);
QREF_CPU_SCAN_PART(qref_cpu_selective_scan_part_avx512);
QREF_CPU_SCAN_PART(qref_cpu_selective_scan_part_neon);

/* Most states of the vectorised parts: more would not leave the tables of a channel in the cache. */
enum { QREF_CPU_SCAN_MOST_STATES = 64 };

/* Channels whose outputs the vectorised parts store together. */
enum { QREF_CPU_SCAN_ROWS_TOGETHER = 16 };

/* What a row costs the reference, in nanoseconds, roughly. */
double qref_cpu_scan_row_cost(size_t length, size_t states);

/* Memory of a part, aligned to 64 bytes, zeroed: `count` elements, to be given to free() as *allocation. NULL, with
 * *status and *error set, where there is none. */
void *qref_cpu_scan_allocate(size_t count, size_t size, void **allocation, qref_status *status, qref_error *error);

#endif
