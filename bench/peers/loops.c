/* Plain C loops compiled with -Ofast, as contestants. */
#include "bench/peers/loops.h"

#if defined(_OPENMP)
#include <omp.h>
#endif
#include <qref/numerics.h>
#include <stdlib.h>

#include "bench/limits.h"
#include "bench/peers/peers.h"

int bench_loop_thread(void) {
#if defined(_OPENMP)
  return omp_get_thread_num();
#else
  return 0;
#endif
}

#if defined(QREF_BENCH_LOOPS)
enum { MOST_THREADS = 64 };

typedef struct conv1d_loop {
  const bench_conv1d *problem;
  bench_loop_conv1d_function function;
  float *y;
} conv1d_loop;

static void run_conv1d(void *context, int threads) {
  const conv1d_loop *self = context;
  const bench_conv1d *p = self->problem;
  self->function(p->x, p->w, p->bias, self->y, p->channels, p->length, p->width, threads);
}

static void add_conv1d(bench_work *work, const bench_conv1d *problem, const char *name,
                       bench_loop_conv1d_function function) {
  size_t count = problem->channels * problem->length;
  conv1d_loop *self = bench_allocate(1, sizeof *self);
  *self = (conv1d_loop){problem, function, bench_allocate(count, sizeof(float))};
  bench_contestant *contestant = bench_add(work, name);
  contestant->run = run_conv1d;
  contestant->context = self;
  contestant->note = "float32, rounded here";
  run_conv1d(self, 1);
  contestant->accuracy = bench_compare_rounded(problem->expected, self->y, count, problem->out_scale);
}

void bench_add_loop_conv1d(bench_work *work, const bench_options *options, const bench_conv1d *problem) {
  if (bench_has_avx512() && !options->avx2) {
    add_conv1d(work, problem, "C -Ofast + libmvec (avx512)", bench_loop_conv1d_avx512);
  }
  add_conv1d(work, problem, "C -Ofast + libmvec (avx2)", bench_loop_conv1d_avx2);
}

typedef struct scan_loop {
  bench_loop_scan problem;
  bench_loop_scan_function function;
  float *y, *scratch;
} scan_loop;

static void run_scan(void *context, int threads) {
  const scan_loop *self = context;
  self->function(&self->problem, self->y, self->scratch, threads);
}

static void add_scan(bench_work *work, const bench_scan *problem, const char *name, bench_loop_scan_function function) {
  const bench_scan *p = problem;
  size_t count = p->channels * p->length;
  scan_loop *self = bench_allocate(1, sizeof *self);
  self->problem =
      (bench_loop_scan){p->channels, p->length, p->states, p->u, p->dt, p->z, p->A, p->B, p->C, p->D, p->dt_bias};
  self->function = function;
  self->y = bench_allocate(count, sizeof(float));
  self->scratch = bench_allocate(MOST_THREADS * (p->length + p->states), sizeof(float));
  bench_contestant *contestant = bench_add(work, name);
  contestant->run = run_scan;
  contestant->context = self;
  contestant->most_threads = MOST_THREADS;
  contestant->note = "float32, rounded here";
  run_scan(self, 1);
  qref_float16 *rounded = bench_allocate(count, sizeof(qref_float16));
  for (size_t d = 0; d < p->channels; d++) {
    for (size_t t = 0; t < p->length; t++) {
      rounded[t * p->channels + d] = qref_f16_from_f32(self->y[d * p->length + t]);
    }
  }
  contestant->accuracy = bench_compare_f16(p->expected, rounded, count);
  free(rounded);
}

void bench_add_loop_scan(bench_work *work, const bench_options *options, const bench_scan *problem) {
  if (bench_has_avx512() && !options->avx2) {
    add_scan(work, problem, "C -Ofast + libmvec (avx512)", bench_loop_scan_avx512);
  }
  add_scan(work, problem, "C -Ofast + libmvec (avx2)", bench_loop_scan_avx2);
}
#else
static const char *const missing = "not built in: x86-64 and GCC";

void bench_add_loop_conv1d(bench_work *work, const bench_options *options, const bench_conv1d *problem) {
  (void)options;
  (void)problem;
  bench_add_absent(work, "C -Ofast + libmvec", missing);
}

void bench_add_loop_scan(bench_work *work, const bench_options *options, const bench_scan *problem) {
  (void)options;
  (void)problem;
  bench_add_absent(work, "C -Ofast + libmvec", missing);
}
#endif
