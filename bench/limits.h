/* What the machine can do at most, measured: multiply-adds in registers and memory bandwidth. */
#ifndef QREF_BENCH_LIMITS_H
#define QREF_BENCH_LIMITS_H

#include "bench/harness.h"

/* Names of the limits. */
#define BENCH_LIMIT_INT8_AVX2 "vpmaddwd + vpaddd ymm"
#define BENCH_LIMIT_INT8_AVX512 "vpdpbusd zmm"
#define BENCH_LIMIT_FMA "float fma"
#define BENCH_LIMIT_READ "read"
#define BENCH_LIMIT_COPY "copy"

/* int8 multiply-adds: AVX2's vpmaddwd + vpaddd on int16, and vpdpbusd of AVX-512 VNNI. Sets the work's limit to the
 * better of those that the options allow. */
void bench_add_int8_limits(bench_work *work, const bench_options *options);
/* float32 fused multiply-adds with the widest vectors; `per_amount` of them stand for one of the work's amount. */
void bench_add_fma_limit(bench_work *work, const bench_options *options, double per_amount);
/* Reading `bytes` bytes; the amount is what the work would do in that time. */
void bench_add_read_limit(bench_work *work, const void *data, size_t bytes, double amount);
/* Copying: reading `read` bytes and writing `written`. */
void bench_add_copy_limit(bench_work *work, size_t read, size_t written, double amount);

/* Whether the processor has AVX-512 with VNNI. */
bool bench_has_avx512(void);

#endif
