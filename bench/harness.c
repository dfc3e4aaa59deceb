#include "bench/harness.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bench/results.h"

double bench_now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

double bench_thread_time(void) {
  struct timespec time;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

/* Lets the threads of the last contestant, which may spin in wait of work, go to sleep. */
static void settle(void) {
  const struct timespec pause = {0, 2000000};
  nanosleep(&pause, NULL);
}

/* Seconds of one of `repetitions`. */
static double turn(const bench_options *options, const bench_contestant *contestant, int threads, int repetitions) {
  if (contestant->measure != NULL) {
    return contestant->measure(contestant->context, threads, repetitions);
  }
  bool of_thread = options->cpu_time && threads == 1;
  double start = of_thread ? bench_thread_time() : bench_now();
  for (int i = 0; i < repetitions; i++) {
    contestant->run(contestant->context, threads);
  }
  double end = of_thread ? bench_thread_time() : bench_now();
  return (end - start) / repetitions;
}

bench_contestant *bench_add(bench_work *work, const char *name) {
  if (work->count == BENCH_MOST_CONTESTANTS) {
    bench_fail("more than %d contestants of %s", BENCH_MOST_CONTESTANTS, work->program);
  }
  bench_contestant *contestant = &work->contestants[work->count++];
  memset(contestant, 0, sizeof *contestant);
  contestant->name = name;
  return contestant;
}

static int compare_doubles(const void *a, const void *b) {
  double x = *(const double *)a;
  double y = *(const double *)b;
  return (x > y) - (x < y);
}

/* Sorts. */
static double median(double *values, size_t count) {
  qsort(values, count, sizeof *values, compare_doubles);
  return count % 2 == 1 ? values[count / 2] : 0.5 * (values[count / 2 - 1] + values[count / 2]);
}

static bool takes_part(const bench_contestant *contestant, int threads, int round) {
  return contestant->absent == NULL && (contestant->most_threads == 0 || threads <= contestant->most_threads) &&
         (contestant->most_rounds == 0 || round < contestant->most_rounds);
}

/* seconds: (count, rounds); those of a contestant that sits a round out are negative. */
static void take_turns(const bench_options *options, const bench_work *work, int threads, int rounds, double *seconds) {
  int repetitions[BENCH_MOST_CONTESTANTS] = {0};
  for (size_t i = 0; i < work->count; i++) {
    repetitions[i] = 1;
    const bench_contestant *contestant = &work->contestants[i];
    if (!takes_part(contestant, threads, 0) || contestant->most_rounds != 0) {
      continue;
    }
    turn(options, contestant, threads, 1);
    double once = turn(options, contestant, threads, 1);
    double wanted = ceil(options->seconds / fmax(once, 1e-9));
    repetitions[i] = (int)fmin(fmax(wanted, 1.0), 1e6);
  }
  for (int round = 0; round < rounds; round++) {
    for (size_t i = 0; i < work->count; i++) {
      const bench_contestant *contestant = &work->contestants[i];
      double *result = &seconds[i * (size_t)rounds + (size_t)round];
      *result = -1.0;
      if (!takes_part(contestant, threads, round)) {
        continue;
      }
      settle();
      if (repetitions[i] > 1) {
        turn(options, contestant, threads, 1);
      }
      *result = turn(options, contestant, threads, repetitions[i]);
    }
  }
}

static size_t baseline_of(const bench_work *work) {
  for (size_t i = 0; i < work->count; i++) {
    if (work->contestants[i].is_baseline) {
      return i;
    }
  }
  return 0;
}

static double amount_of(const bench_work *work, const bench_contestant *contestant) {
  return contestant->amount != 0.0 ? contestant->amount : work->amount;
}

static double value_of(const bench_work *work, const bench_contestant *contestant, double seconds) {
  double amount = amount_of(work, contestant);
  return work->time_unit ? 1e9 * seconds / amount : 1e-9 * amount / seconds;
}

/* Medians, minima and the ratio to the baseline; the fraction of the limit is left open. */
static bench_row summarize(const bench_work *work, size_t i, int rounds, const double *seconds) {
  const bench_contestant *contestant = &work->contestants[i];
  bench_row row = {.work = work, .contestant = contestant};
  const double *own = &seconds[i * (size_t)rounds];
  const double *base = &seconds[baseline_of(work) * (size_t)rounds];
  double *times = bench_allocate((size_t)rounds, sizeof(double));
  double *ratios = bench_allocate((size_t)rounds, sizeof(double));
  size_t pairs = 0;
  double base_amount = amount_of(work, &work->contestants[baseline_of(work)]);
  for (int round = 0; round < rounds; round++) {
    if (own[round] >= 0.0) {
      times[row.rounds++] = own[round];
      if (base[round] >= 0.0) {
        ratios[pairs++] = (own[round] / amount_of(work, contestant)) / (base[round] / base_amount);
      }
    }
  }
  if (row.rounds != 0) {
    row.median = median(times, (size_t)row.rounds);
    row.minimum = times[0];
    row.value = contestant->is_part ? 0.0 : value_of(work, contestant, row.median);
  }
  if (pairs != 0 && !contestant->is_limit) {
    row.ratio = median(ratios, pairs);
  }
  free(times);
  free(ratios);
  return row;
}

/* The rate of a row as a fraction of its limit's. */
static void relate_to_limit(const bench_work *work, bench_row *row, const bench_row *rows) {
  const char *name = row->contestant->limit != NULL ? row->contestant->limit : work->limit;
  if (name == NULL || row->rounds == 0 || row->contestant->is_part) {
    return;
  }
  for (size_t i = 0; i < work->count; i++) {
    if (strcmp(work->contestants[i].name, name) == 0 && rows[i].rounds != 0) {
      row->of_limit = work->time_unit ? rows[i].value / row->value : row->value / rows[i].value;
      row->limit_name = name;
    }
  }
}

void bench_run(const bench_options *options, const bench_work *work) {
  int rounds = options->rounds;
  double *seconds = bench_allocate(work->count * (size_t)rounds, sizeof(double));
  bench_row first[BENCH_MOST_CONTESTANTS];
  for (size_t t = 0; t < options->thread_count_count; t++) {
    int threads = options->thread_counts[t];
    take_turns(options, work, threads, rounds, seconds);
    bench_row rows[BENCH_MOST_CONTESTANTS];
    for (size_t i = 0; i < work->count; i++) {
      rows[i] = summarize(work, i, rounds, seconds);
      rows[i].threads = threads;
    }
    for (size_t i = 0; i < work->count; i++) {
      relate_to_limit(work, &rows[i], rows);
      if (t > 0 && rows[i].rounds != 0 && first[i].rounds != 0) {
        rows[i].scaling = first[i].median / rows[i].median;
      }
    }
    if (t == 0) {
      memcpy(first, rows, sizeof first);
    }
    bench_print_rows(options, rows, work->count);
    bench_write_rows(options, rows, work->count);
  }
  free(seconds);
}
