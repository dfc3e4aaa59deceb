/* Contestants of one piece of work, timed against each other.
 *
 * The contestants take turns for a number of rounds, so that whatever else the machine does hits all of them alike. A
 * turn repeats the work until it lasts long enough to be timed. Results are medians and minima over the rounds; a ratio
 * is the median of the ratios within each round. The limits of the machine are contestants too. */
#ifndef QREF_BENCH_HARNESS_H
#define QREF_BENCH_HARNESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { BENCH_MOST_THREAD_COUNTS = 4, BENCH_MOST_CONTESTANTS = 32 };

typedef struct bench_options {
  int rounds;
  double seconds; /* least time of a turn */
  bool quick;     /* small shapes, few rounds: does it run? */
  bool cpu_time;  /* time of the thread instead of wall time, on one thread only: for a machine that is shared */
  bool avx2;      /* nobody uses more than AVX2 */
  int thread_counts[BENCH_MOST_THREAD_COUNTS];
  size_t thread_count_count;
  const char *shape; /* only shapes whose name contains it; NULL: all */
  const char *csv;   /* files to write, NULL: none */
  const char *json;
} bench_options;

/* Reads the command line; prints the usage and exits on --help or an error. */
void bench_options_read(bench_options *options, int argc, char **argv, const char *what);
/* Whether --shape asks for it. */
bool bench_wants(const bench_options *options, const char *shape);

/* How a contestant's outputs compare with those of the reference. */
typedef struct bench_accuracy {
  size_t outputs; /* 0: not compared */
  size_t differing;
  double max_difference;
} bench_accuracy;

bench_accuracy bench_compare_i8(const int8_t *expected, const int8_t *actual, size_t count);
bench_accuracy bench_compare_i32(const int32_t *expected, const int32_t *actual, size_t count);
bench_accuracy bench_compare_f32(const float *expected, const float *actual, size_t count);
/* What is expected against values that are still to be divided by scale, rounded half away from zero and saturated. */
bench_accuracy bench_compare_rounded(const int8_t *expected, const float *actual, size_t count, float scale);
/* Bits of float16; the difference is that of the values. */
bench_accuracy bench_compare_f16(const uint16_t *expected, const uint16_t *actual, size_t count);

typedef struct bench_contestant {
  const char *name;
  /* Does the work once. */
  void (*run)(void *context, int threads);
  /* Instead of run, for a contestant that keeps its own time: seconds of one of `repetitions`. */
  double (*measure)(void *context, int threads, int repetitions);
  void *context;
  double amount;     /* of the work's unit that a run does; 0: the work's amount */
  const char *limit; /* the name of the limit that it is compared with; NULL: the work's */
  bool is_limit;
  bool is_part;       /* a step besides the work: time alone, no rate */
  bool is_baseline;   /* the one that ratios refer to; the first otherwise */
  int most_rounds;    /* 0: all. For the slow. */
  int most_threads;   /* 0: any */
  const char *absent; /* why it cannot take part */
  const char *note;   /* beside the accuracy: "float32 accumulators" */
  bench_accuracy accuracy;
} bench_contestant;

typedef struct bench_work {
  const char *program; /* "linear" */
  char shape[96];
  const char *unit; /* "GMAC/s" */
  double amount;    /* of the unit without its prefix in one run: multiply-adds, bytes, outputs */
  bool time_unit;   /* the unit is nanoseconds per one of `amount` instead of 10^9 of them a second */
  const char *limit;
  bench_contestant contestants[BENCH_MOST_CONTESTANTS];
  size_t count;
} bench_work;

/* The new contestant, to be filled in; exits when there are too many. */
bench_contestant *bench_add(bench_work *work, const char *name);
/* Times all contestants at every thread count, prints a table and appends the rows to the files. */
void bench_run(const bench_options *options, const bench_work *work);

/* Closes the files. */
void bench_finish(const bench_options *options);

/* Exits with a message. */
void bench_fail(const char *format, ...) __attribute__((format(printf, 1, 2), noreturn));
/* Memory of a multiple of 64 bytes on a 64-byte boundary, all zero; exits when there is none. */
void *bench_allocate(size_t count, size_t size);
double bench_now(void);         /* seconds of wall time */
double bench_thread_time(void); /* seconds of the calling thread */

#ifdef __cplusplus
}
#endif
#endif
