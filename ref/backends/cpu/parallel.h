/* Splitting an op over threads. */
#ifndef QREF_BACKENDS_CPU_PARALLEL_H
#define QREF_BACKENDS_CPU_PARALLEL_H

#include <qref/numerics.h>

/* Computes the part [first, first + count) of an op. `counts` belongs to this part alone. */
typedef qref_status (*qref_cpu_part)(const void *context, size_t first, size_t count, qref_counts *counts,
                                     qref_error *error);

/* Cuts [0, total) into at most one contiguous part per thread (whole multiples of `granularity` but for the last), runs
 * them, adds their counts to *counts in order (NULL allowed) and returns the first failure in order. `cost` is what one
 * of the total costs in nanoseconds, roughly: an op that is over sooner than a thread can be woken is
 * not cut. Without OpenMP the parts run one after the other. */
qref_status qref_cpu_parallel(size_t total, size_t granularity, double cost, int threads, qref_cpu_part part,
                              const void *context, qref_counts *counts, qref_error *error);

#endif
