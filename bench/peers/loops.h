/* The loops of loops.inc. */
#ifndef QREF_BENCH_LOOPS_H
#define QREF_BENCH_LOOPS_H

#include <stddef.h>

typedef struct bench_loop_scan {
  size_t channels, length, states;
  const float *u, *dt, *z;  /* (channels, length) */
  const float *A;           /* (channels, states): -exp(A_log) */
  const float *B, *C;       /* (length, states) */
  const float *D, *dt_bias; /* (channels) */
} bench_loop_scan;

/* The number of the calling thread. */
int bench_loop_thread(void);

typedef void (*bench_loop_conv1d_function)(const float *x, const float *w, const float *bias, float *y, size_t channels,
                                           size_t length, size_t width, int threads);
typedef void (*bench_loop_scan_function)(const bench_loop_scan *problem, float *y, float *scratch, int threads);

void bench_loop_conv1d_avx2(const float *x, const float *w, const float *bias, float *y, size_t channels, size_t length,
                            size_t width, int threads);
void bench_loop_conv1d_avx512(const float *x, const float *w, const float *bias, float *y, size_t channels,
                              size_t length, size_t width, int threads);
void bench_loop_scan_avx2(const bench_loop_scan *problem, float *y, float *scratch, int threads);
void bench_loop_scan_avx512(const bench_loop_scan *problem, float *y, float *scratch, int threads);

#endif
