#include "ref/backends/cpu/parallel.h"

enum { MAX_PARTS = 256 };

static void add_counts(qref_counts *sum, const qref_counts *part) {
  sum->saturated += part->saturated;
  sum->wrapped += part->wrapped;
  sum->not_a_number += part->not_a_number;
  sum->nonpositive_rows += part->nonpositive_rows;
  sum->accumulator_overflows += part->accumulator_overflows;
}

/* Waking a thread and waiting for it takes some ten microseconds. */
static const double least_part_cost = 1e5;

static size_t part_count(size_t units, double cost, int threads) {
  size_t parts = threads > 1 ? (size_t)threads : 1;
  parts = parts > MAX_PARTS ? MAX_PARTS : parts;
  double worthwhile = cost / least_part_cost;
  if (worthwhile < (double)parts) {
    parts = worthwhile < 1.0 ? 1 : (size_t)worthwhile;
  }
  return parts > units ? units : parts;
}

qref_status qref_cpu_parallel(size_t total, size_t granularity, double cost, int threads, qref_cpu_part part,
                              const void *context, qref_counts *counts, qref_error *error) {
  size_t units = (total + granularity - 1) / granularity;
  size_t parts = part_count(units, cost * (double)total, threads);
  qref_counts none = {0};
  if (parts <= 1) {
    return part(context, 0, total, counts != NULL ? counts : &none, error);
  }

  qref_counts part_counts[MAX_PARTS] = {{0}};
  qref_status part_status[MAX_PARTS] = {QREF_OK};
  qref_error first_error = {""};
  size_t first_failed = parts;
#ifdef _OPENMP
#pragma omp parallel for num_threads((int)parts) schedule(static, 1)
#endif
  for (size_t i = 0; i < parts; i++) {
    size_t first = units * i / parts * granularity;
    size_t end = units * (i + 1) / parts * granularity;
    end = end > total ? total : end;
    qref_error part_error = {""};
    part_status[i] = part(context, first, end - first, &part_counts[i], &part_error);
    if (part_status[i] != QREF_OK) {
#ifdef _OPENMP
#pragma omp critical(qref_cpu_parallel_error)
#endif
      if (i < first_failed) {
        first_failed = i;
        first_error = part_error;
      }
    }
  }
  if (first_failed < parts) {
    if (error != NULL) {
      *error = first_error;
    }
    return part_status[first_failed];
  }
  for (size_t i = 0; counts != NULL && i < parts; i++) {
    add_counts(counts, &part_counts[i]);
  }
  return QREF_OK;
}
