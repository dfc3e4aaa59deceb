#include "bench/limits.h"

#include <stdlib.h>
#include <string.h>

enum { ACCUMULATORS = 12, STEPS = 400000 };

#if defined(__x86_64__)
#include <immintrin.h>

bool bench_has_avx512(void) {
  return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
         __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512vnni");
}

/* Twelve accumulators hide the latency. In assembly, because a compiler would find that all twelve are the same. */
#define TWELVE(one) \
  one("0") one("1") one("2") one("3") one("4") one("5") one("6") one("7") one("8") one("9") one("10") one("11")
#define ZERO_Y(n) "vpxor %%xmm" n ", %%xmm" n ", %%xmm" n "\n\t"
#define MULTIPLY_ADD_INT16(n) "vpmaddwd %%ymm14, %%ymm15, %%ymm12\n\tvpaddd %%ymm12, %%ymm" n ", %%ymm" n "\n\t"
#define MULTIPLY_ADD_INT8(n) "vpdpbusd %%zmm14, %%zmm15, %%zmm" n "\n\t"
#define FMA_Y(n) "vfmadd231ps %%ymm14, %%ymm15, %%ymm" n "\n\t"
#define FMA_Z(n) "vfmadd231ps %%zmm14, %%zmm15, %%zmm" n "\n\t"
#define CLOBBERED                                                                                                     \
  "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8", "xmm9", "xmm10", "xmm11", "xmm12", "xmm14", \
      "xmm15", "cc"
#define LOOP(name, step)                                                                         \
  static void name(void) {                                                                       \
    long steps = STEPS;                                                                          \
    __asm__ volatile(TWELVE(ZERO_Y) ZERO_Y("14")                                                 \
                         ZERO_Y("15") "1:\n\t" TWELVE(step) "dec %0\n\tjnz 1b\n\tvzeroupper\n\t" \
                     : "+r"(steps)                                                               \
                     :                                                                           \
                     : CLOBBERED);                                                               \
  }
LOOP(multiply_int16_avx2, MULTIPLY_ADD_INT16)
LOOP(multiply_int8_avx512, MULTIPLY_ADD_INT8)
LOOP(fma_avx2, FMA_Y)
LOOP(fma_avx512, FMA_Z)

#define OPAQUE(vector) __asm__ volatile("" : "+x"(vector))

/* Each element read once, nothing else: two streams, fetched ahead, are the fastest of those that were tried. */
__attribute__((target("avx2"))) static void read_bytes(const uint8_t *data, size_t size) {
  enum { STEP = 128, AHEAD = 2048 };
  size_t half = size / (2 * STEP) * STEP;
  __m256i a = _mm256_setzero_si256(), b = a, c = a, d = a;
  for (size_t at = 0; at < half; at += STEP) {
    for (size_t stream = 0; stream < 2; stream++) {
      const uint8_t *from = data + stream * half + at;
      _mm_prefetch((const char *)from + AHEAD, _MM_HINT_T0);
      _mm_prefetch((const char *)from + AHEAD + 64, _MM_HINT_T0);
      a = _mm256_or_si256(a, _mm256_loadu_si256((const __m256i *)(const void *)from));
      b = _mm256_or_si256(b, _mm256_loadu_si256((const __m256i *)(const void *)(from + 32)));
      c = _mm256_or_si256(c, _mm256_loadu_si256((const __m256i *)(const void *)(from + 64)));
      d = _mm256_or_si256(d, _mm256_loadu_si256((const __m256i *)(const void *)(from + 96)));
    }
  }
  OPAQUE(a);
  OPAQUE(b);
  OPAQUE(c);
  OPAQUE(d);
}

static bool has_avx2(void) {
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
}
#else
bool bench_has_avx512(void) {
  return false;
}

static bool has_avx2(void) {
  return false;
}

static void multiply_int16_avx2(void) {
}

static void multiply_int8_avx512(void) {
}

static void fma_avx2(void) {
}

static void fma_avx512(void) {
}

static void read_bytes(const uint8_t *data, size_t size) {
  uint64_t sum = 0;
  for (size_t at = 0; at + 8 <= size; at += 8) {
    uint64_t word;
    memcpy(&word, data + at, 8);
    sum |= word;
  }
  __asm__ volatile("" : "+r"(sum));
}
#endif

/* context: the function that every thread runs. */
static void run_in_registers(void *context, int threads) {
  void (*const *loop)(void) = context;
#pragma omp parallel for num_threads(threads) schedule(static)
  for (int i = 0; i < 4; i++) {
    (*loop)();
  }
}

/* Adds one that runs STEPS * ACCUMULATORS * `each` operations, `per_amount` of which make one of the work's amount. */
static void add_registers(bench_work *work, const char *name, void (*const *loop)(void), int each, double per_amount) {
  bench_contestant *limit = bench_add(work, name);
  limit->run = run_in_registers;
  limit->context = (void *)(uintptr_t)loop;
  limit->amount = 4.0 * STEPS * ACCUMULATORS * each / per_amount;
  limit->is_limit = true;
}

static void (*const int16_avx2)(void) = multiply_int16_avx2;
static void (*const int8_avx512)(void) = multiply_int8_avx512;
static void (*const float_avx2)(void) = fma_avx2;
static void (*const float_avx512)(void) = fma_avx512;

void bench_add_int8_limits(bench_work *work, const bench_options *options) {
  if (has_avx2()) {
    add_registers(work, BENCH_LIMIT_INT8_AVX2, &int16_avx2, 16, 1.0);
    work->limit = BENCH_LIMIT_INT8_AVX2;
  }
  if (bench_has_avx512() && !options->avx2) {
    add_registers(work, BENCH_LIMIT_INT8_AVX512, &int8_avx512, 64, 1.0);
    work->limit = BENCH_LIMIT_INT8_AVX512;
  }
}

void bench_add_fma_limit(bench_work *work, const bench_options *options, double per_amount) {
  if (!has_avx2()) {
    return;
  }
  bool wide = bench_has_avx512() && !options->avx2;
  add_registers(work, BENCH_LIMIT_FMA, wide ? &float_avx512 : &float_avx2, wide ? 16 : 8, per_amount);
  work->limit = BENCH_LIMIT_FMA;
}

typedef struct transfer {
  const uint8_t *from;
  uint8_t *to;
  size_t read, written;
} transfer;

enum { BLOCK = 1 << 18 };

static void run_read(void *context, int threads) {
  const transfer *work = context;
#pragma omp parallel for num_threads(threads) schedule(static)
  for (size_t at = 0; at < work->read; at += BLOCK) {
    size_t rest = work->read - at;
    read_bytes(work->from + at, rest < BLOCK ? rest : BLOCK);
  }
}

/* Reads and writes in step, block by block, as an op does. */
static void run_copy(void *context, int threads) {
  const transfer *work = context;
  size_t blocks = (work->read + work->written) / BLOCK + 1;
#pragma omp parallel for num_threads(threads) schedule(static)
  for (size_t i = 0; i < blocks; i++) {
    size_t read_first = work->read * i / blocks, read_end = work->read * (i + 1) / blocks;
    size_t write_first = work->written * i / blocks, write_end = work->written * (i + 1) / blocks;
    size_t both = read_end - read_first < write_end - write_first ? read_end - read_first : write_end - write_first;
    memcpy(work->to + write_first, work->from + read_first, both);
    read_bytes(work->from + read_first + both, read_end - read_first - both);
    memset(work->to + write_first + both, (int)(i & 1), write_end - write_first - both);
  }
}

static void add_transfer(bench_work *work, const char *name, transfer what, void (*run)(void *, int), double amount) {
  transfer *context = bench_allocate(1, sizeof *context);
  *context = what;
  bench_contestant *limit = bench_add(work, name);
  limit->run = run;
  limit->context = context;
  limit->amount = amount;
  limit->is_limit = true;
  work->limit = name;
}

void bench_add_read_limit(bench_work *work, const void *data, size_t bytes, double amount) {
  add_transfer(work, BENCH_LIMIT_READ, (transfer){data, NULL, bytes, 0}, run_read, amount);
}

void bench_add_copy_limit(bench_work *work, size_t read, size_t written, double amount) {
  transfer what = {bench_allocate(read, 1), bench_allocate(written, 1), read, written};
  add_transfer(work, BENCH_LIMIT_COPY, what, run_copy, amount);
}
