/* What a user would otherwise take. Each function adds a contestant, which says why where it is absent, and compares
 * what it computes with what is expected. */
#ifndef QREF_BENCH_PEERS_H
#define QREF_BENCH_PEERS_H

#include "bench/harness.h"

#ifdef __cplusplus
extern "C" {
#endif

/* y = round(scale * x w'). */
typedef struct bench_linear {
  size_t rows, columns, depth;
  const int8_t *x; /* (rows, depth) */
  const int8_t *w; /* (columns, depth) */
  float scale;
  const int8_t *y;            /* (rows, columns): expected */
  const int32_t *accumulator; /* (rows, columns): expected */
} bench_linear;

/* int8 in, int8 out. */
void bench_add_xnnpack_linear(bench_work *work, const bench_options *options, const bench_linear *problem);
/* int8 in, int32 accumulators out. */
void bench_add_onednn_linear(bench_work *work, const bench_options *options, const bench_linear *problem);
/* uint8 in with an offset of 128, int32 accumulators out. */
void bench_add_gemmlowp_linear(bench_work *work, const bench_options *options, const bench_linear *problem);
/* One row; copies of the matrix take turns, so that weights come from memory. */
void bench_add_xnnpack_gemv(bench_work *work, const bench_options *options, const bench_linear *problem,
                            size_t matrices);

typedef enum bench_blas {
  BENCH_BLIS,
  BENCH_OPENBLAS,
} bench_blas;
/* sgemm: float32 y (rows, columns) = x (rows, depth) w' (columns, depth). Expected: y, NULL where it is not known. */
void bench_add_sgemm(bench_work *work, const bench_options *options, bench_blas library, const float *x, const float *w,
                     size_t rows, size_t columns, size_t depth, const float *expected);

/* Depthwise causal convolution over time and SiLU in float32: (channels, length), taps (channels, width). */
typedef struct bench_conv1d {
  size_t channels, length, width;
  const float *x, *w, *bias;
  float out_scale;
  const int8_t *expected; /* y rounded to multiples of out_scale */
} bench_conv1d;
void bench_add_onednn_conv1d(bench_work *work, const bench_options *options, const bench_conv1d *problem);
/* A C loop that the compiler vectorizes with -Ofast and libmvec. */
void bench_add_loop_conv1d(bench_work *work, const bench_options *options, const bench_conv1d *problem);

/* Selective scan with gate in float32. */
typedef struct bench_scan {
  size_t channels, length, states;
  const float *u, *dt, *z;  /* (channels, length) */
  const float *A;           /* (channels, states) */
  const float *B, *C;       /* (length, states) */
  const float *D, *dt_bias; /* (channels) */
  const uint16_t *expected; /* float16 (length, channels) */
} bench_scan;
void bench_add_loop_scan(bench_work *work, const bench_options *options, const bench_scan *problem);

/* PyTorch in a process of its own, which makes its own float32 inputs and keeps its own time. `request` names an
 * operation of torch_ops.py and its dimensions. */
void bench_add_torch(bench_work *work, const bench_options *options, const char *name, const char *request);

/* For a peer that was not built in. */
static inline void bench_add_absent(bench_work *work, const char *name, const char *why) {
  bench_add(work, name)->absent = why;
}

#ifdef __cplusplus
}
#endif
#endif
