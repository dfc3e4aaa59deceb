/* Rows of results on the terminal and in files. */
#ifndef QREF_BENCH_RESULTS_H
#define QREF_BENCH_RESULTS_H

#include "bench/harness.h"

typedef struct bench_row {
  const bench_work *work;
  const bench_contestant *contestant;
  int threads;
  int rounds;             /* measured; 0: absent */
  double median, minimum; /* seconds of one run */
  double value;           /* in the work's unit, of the median */
  double ratio;           /* its time over the baseline's; 0: none */
  double of_limit;        /* its rate over the limit's; 0: none */
  double scaling;         /* time at the first thread count over this time; 0 at the first */
  const char *limit_name;
} bench_row;

void bench_print_rows(const bench_options *options, const bench_row *rows, size_t count);
/* Appends to the CSV and JSON files of the options. */
void bench_write_rows(const bench_options *options, const bench_row *rows, size_t count);

#endif
