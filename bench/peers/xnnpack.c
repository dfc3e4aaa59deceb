/* XNNPACK: the fully connected operator on int8. */
#include "bench/peers/peers.h"

#if defined(QREF_BENCH_XNNPACK)
#include <cpuinfo.h>
#include <stdlib.h>
#include <xnnpack.h>

enum { MOST_THREADS = 64 };

typedef struct fully_connected {
  xnn_operator_t *operators; /* one for each matrix */
  size_t matrices, next;
  size_t rows;
  const int8_t *x;
  int8_t *y;
  pthreadpool_t pools[MOST_THREADS + 1];
} fully_connected;

static void initialize(const bench_options *options) {
  if (!cpuinfo_initialize()) {
    bench_fail("cpuinfo_initialize failed");
  }
#if defined(__x86_64__)
  if (options->avx2) {
    cpuinfo_isa.avx512f = false; /* XNNPACK asks this variable when it chooses its kernels */
  }
#else
  (void)options;
#endif
  if (xnn_initialize(NULL) != xnn_status_success) {
    bench_fail("xnn_initialize failed");
  }
}

static pthreadpool_t pool_of(fully_connected *layer, int threads) {
  if (threads <= 1 || threads > MOST_THREADS) {
    return NULL;
  }
  if (layer->pools[threads] == NULL) {
    layer->pools[threads] = pthreadpool_create((size_t)threads);
  }
  return layer->pools[threads];
}

static void run(void *context, int threads) {
  fully_connected *layer = context;
  xnn_operator_t operator= layer->operators[layer->next];
  layer->next = layer->next + 1 < layer->matrices ? layer->next + 1 : 0;
  pthreadpool_t pool = pool_of(layer, threads);
  if (xnn_setup_fully_connected_nc_qs8(operator, layer->rows, layer->x, layer->y, pool) != xnn_status_success ||
      xnn_run_operator(operator, pool) != xnn_status_success) {
    bench_fail("XNNPACK failed");
  }
}

static void add(bench_work *work, const bench_options *options, const bench_linear *problem, size_t matrices) {
  initialize(options);
  fully_connected *layer = bench_allocate(1, sizeof *layer);
  layer->operators = bench_allocate(matrices, sizeof(xnn_operator_t));
  layer->matrices = matrices;
  layer->rows = problem->rows;
  layer->x = problem->x;
  layer->y = bench_allocate(problem->rows * problem->columns + XNN_EXTRA_BYTES, 1);
  for (size_t i = 0; i < matrices; i++) {
    if (xnn_create_fully_connected_nc_qs8(problem->depth, problem->columns, problem->depth, problem->columns, 0, 1.0f,
                                          problem->scale, problem->w, NULL, 0, 1.0f, INT8_MIN, INT8_MAX, 0,
                                          &layer->operators[i]) != xnn_status_success) {
      bench_fail("XNNPACK does not take a matrix of %zu x %zu", problem->columns, problem->depth);
    }
  }
  bench_contestant *contestant = bench_add(work, "XNNPACK qs8");
  contestant->run = run;
  contestant->context = layer;
  run(layer, 1);
  contestant->accuracy = bench_compare_i8(problem->y, layer->y, problem->rows * problem->columns);
}

void bench_add_xnnpack_linear(bench_work *work, const bench_options *options, const bench_linear *problem) {
  add(work, options, problem, 1);
}

void bench_add_xnnpack_gemv(bench_work *work, const bench_options *options, const bench_linear *problem,
                            size_t matrices) {
  add(work, options, problem, matrices);
}
#else
static const char *const missing = "not built in: libxnnpack-dev libpthreadpool-dev libcpuinfo-dev";

void bench_add_xnnpack_linear(bench_work *work, const bench_options *options, const bench_linear *problem) {
  (void)options;
  (void)problem;
  bench_add_absent(work, "XNNPACK qs8", missing);
}

void bench_add_xnnpack_gemv(bench_work *work, const bench_options *options, const bench_linear *problem,
                            size_t matrices) {
  (void)matrices;
  bench_add_xnnpack_linear(work, options, problem);
}
#endif
