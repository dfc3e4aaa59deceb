/* One level of Strassen's multiplication on int8 widened to int16, against backend cpu-avx2: sums of two int8 fit
 * int16, and sums modulo 2^32 are exact whatever comes between. It is applied to blocks, to pairs of row blocks, of
 * column panels and of halves of a block of k's, so that the four quadrants of sums stay in the second-level cache.
 * One thread, thread time, the minimum of several runs; the outputs of both are compared.
 *
 * usage: strassen [rows depth columns]   rows a multiple of 2, depth of 8 * ceil(depth / 1024), columns of 32 */
#include <qref/backend.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "ref/backends/cpu/linear/engine.h"
#include "ref/backends/cpu/linear/finish.h"
#include "ref/backends/cpu/simd/isa.h"
#include "ref/base/size.h"

#if QREF_SIMD_X86
#include <immintrin.h>

enum { HALF_ROWS = 120, HALF_DEPTH = 512, BLOCK_COLUMNS = 192, PRODUCTS = 7, RUNS = 15 };

#define AVX2 __attribute__((target("avx2")))

static void *allocate(size_t count, size_t size) {
  void *memory = aligned_alloc(64, (count * size + 63) / 64 * 64);
  if (memory == NULL) {
    fprintf(stderr, "strassen: out of memory\n");
    exit(1);
  }
  return memory;
}

/* c = a + b or a - b */
AVX2 __attribute__((noinline)) static void combine(const int16_t *a, const int16_t *b, int sign, int16_t *c,
                                                   size_t count) {
  if (sign > 0) {
    for (size_t i = 0; i < count; i++) {
      c[i] = (int16_t)(a[i] + b[i]);
    }
  } else {
    for (size_t i = 0; i < count; i++) {
      c[i] = (int16_t)(a[i] - b[i]);
    }
  }
}

/* c += p or c -= p: c (rows, 16) of a block of sums, p (rows, 16) */
AVX2 static void update(int32_t *c, const int32_t *p, size_t rows, int sign) {
  for (size_t m = 0; m < rows; m++, c += BLOCK_COLUMNS, p += QREF_PANEL_COLUMNS) {
    for (size_t j = 0; j < QREF_PANEL_COLUMNS; j += 8) {
      const __m256i a = _mm256_loadu_si256((const __m256i *)(const void *)(c + j));
      const __m256i b = _mm256_loadu_si256((const __m256i *)(const void *)(p + j));
      _mm256_storeu_si256((__m256i *)(void *)(c + j), sign > 0 ? _mm256_add_epi32(a, b) : _mm256_sub_epi32(a, b));
    }
  }
}

/* Product i is (x quadrant a + sign * b) * (w quadrant c + sign * d), a single one where the sign is 0; quadrants are
 * numbered 11, 12, 21, 22. It is added, with a sign, to one or two quadrants of the sums. */
typedef struct product {
  int a, x_sign, b;
  int c, w_sign, d;
  int to[2], to_sign[2];
} product;
static const product products[PRODUCTS] = {
    {0, 1, 3, 0, 1, 3, {0, 3}, {1, 1}},  {2, 1, 3, 0, 0, 0, {2, 3}, {1, -1}}, {0, 0, 0, 1, -1, 3, {1, 3}, {1, 1}},
    {3, 0, 0, 2, -1, 0, {0, 2}, {1, 1}}, {0, 1, 1, 3, 0, 0, {0, 1}, {-1, 1}}, {2, -1, 0, 0, 1, 1, {3, 3}, {1, 0}},
    {1, -1, 3, 2, 1, 3, {0, 0}, {1, 0}},
};

typedef struct multiplication {
  const qref_linear_w8a8_args *args;
  size_t blocks;     /* of k's */
  size_t half_depth; /* of a block */
  int16_t *x;        /* (blocks, PRODUCTS, half of the rows, half_depth) */
  int16_t *x_quadrants[4], *w_quadrants[4], *w_combined;
  int32_t *sums; /* (2 * HALF_ROWS, BLOCK_COLUMNS) */
  int32_t *product_sums;
} multiplication;

static const qref_linear_engine *const engine = &qref_linear_engine_avx2;

static void pack_rows(const multiplication *s, size_t row, size_t half_rows) {
  const size_t depth = s->args->depth;
  const size_t count = half_rows * s->half_depth;
  for (size_t b = 0; b < s->blocks; b++) {
    for (size_t i = 0; i < 4; i++) {
      const int8_t *x = s->args->x + (row + i / 2 * half_rows) * depth + (2 * b + i % 2) * s->half_depth;
      for (size_t m = 0; m < half_rows; m += engine->rows) {
        engine->pack_x(x + m * depth, depth, qref_size_smaller(half_rows - m, engine->rows), s->half_depth,
                       s->x_quadrants[i] + m * s->half_depth);
      }
    }
    for (size_t i = 0; i < PRODUCTS; i++) {
      const product *p = &products[i];
      int16_t *out = s->x + (b * PRODUCTS + i) * count;
      if (p->x_sign != 0) {
        combine(s->x_quadrants[p->a], s->x_quadrants[p->b], p->x_sign, out, count);
      } else {
        memcpy(out, s->x_quadrants[p->a], count * sizeof *out);
      }
    }
  }
}

/* Panels at columns n and n + half_columns, block b of k's, for all rows of the block. */
static void multiply_panels(const multiplication *s, size_t n, size_t half_columns, size_t in_block, size_t b,
                            size_t half_rows) {
  static const int32_t zeros[QREF_PANEL_COLUMNS];
  const size_t depth = s->half_depth;
  const size_t panel_size = qref_cpu_linear_panel_size(s->args->depth);
  for (size_t i = 0; i < 4; i++) {
    const size_t panel = (n + i % 2 * half_columns) / QREF_PANEL_COLUMNS;
    const int8_t *w = (const int8_t *)s->args->w_packed + panel * panel_size;
    engine->widen(w + (2 * b + i / 2) * depth * QREF_PANEL_COLUMNS, depth / QREF_PANEL_DEPTH, s->w_quadrants[i]);
  }
  for (size_t i = 0; i < PRODUCTS; i++) {
    const product *p = &products[i];
    const int16_t *w = s->w_quadrants[p->c];
    if (p->w_sign != 0) {
      combine(w, s->w_quadrants[p->d], p->w_sign, s->w_combined, depth * QREF_PANEL_COLUMNS);
      w = s->w_combined;
    }
    const int16_t *x = s->x + (b * PRODUCTS + i) * half_rows * depth;
    int32_t *to[2];
    for (size_t k = 0; k < 2; k++) {
      to[k] =
          s->sums + (size_t)p->to[k] / 2 * half_rows * BLOCK_COLUMNS + in_block + (size_t)p->to[k] % 2 * half_columns;
    }
    const bool direct = p->to_sign[1] == 0; /* added to one quadrant only */
    int32_t *out = direct ? to[0] : s->product_sums;
    const size_t stride = direct ? BLOCK_COLUMNS : QREF_PANEL_COLUMNS;
    for (size_t m = 0; m < half_rows; m += engine->rows) {
      engine->multiply(qref_size_smaller(half_rows - m, engine->rows), 1, depth / QREF_PANEL_DEPTH, x + m * depth, w, 0,
                       direct ? out + m * stride : zeros, direct ? stride : 0, out + m * stride, stride);
    }
    if (!direct) {
      update(to[0], s->product_sums, half_rows, p->to_sign[0]);
      update(to[1], s->product_sums, half_rows, p->to_sign[1]);
    }
  }
}

static void strassen(const qref_linear_w8a8_args *args) {
  multiplication s = {.args = args, .blocks = (args->depth + 2 * HALF_DEPTH - 1) / (2 * HALF_DEPTH)};
  s.half_depth = args->depth / s.blocks / 2;
  s.x = allocate(PRODUCTS * HALF_ROWS * args->depth / 2, sizeof *s.x);
  for (int i = 0; i < 4; i++) {
    s.x_quadrants[i] = allocate(HALF_ROWS * s.half_depth, sizeof(int16_t));
    s.w_quadrants[i] = allocate(QREF_PANEL_COLUMNS * s.half_depth, sizeof(int16_t));
  }
  s.w_combined = allocate(QREF_PANEL_COLUMNS * s.half_depth, sizeof(int16_t));
  s.sums = allocate(2 * HALF_ROWS * BLOCK_COLUMNS, sizeof(int32_t));
  s.product_sums = allocate(HALF_ROWS * QREF_PANEL_COLUMNS, sizeof(int32_t));
  qref_counts counts = {0};
  for (size_t m = 0; m < args->rows; m += 2 * HALF_ROWS) {
    const size_t rows = qref_size_smaller(args->rows - m, 2 * HALF_ROWS);
    pack_rows(&s, m, rows / 2);
    for (size_t n = 0; n < args->columns; n += BLOCK_COLUMNS) {
      const size_t columns = qref_size_smaller(args->columns - n, BLOCK_COLUMNS);
      memset(s.sums, 0, rows * BLOCK_COLUMNS * sizeof *s.sums);
      for (size_t b = 0; b < s.blocks; b++) {
        for (size_t j = 0; j < columns / 2; j += QREF_PANEL_COLUMNS) {
          multiply_panels(&s, n + j, columns / 2, j, b, rows / 2);
        }
      }
      const qref_linear_tile tile = {&qref_linear_form_w8a8, args, m, rows, n, columns, s.sums, BLOCK_COLUMNS};
      qref_linear_finish(QREF_CPU_AVX2, &tile, &counts);
    }
  }
  free(s.x);
  for (int i = 0; i < 4; i++) {
    free(s.x_quadrants[i]);
    free(s.w_quadrants[i]);
  }
  free(s.w_combined);
  free(s.sums);
  free(s.product_sums);
}

static double thread_seconds(void) {
  struct timespec t;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static int8_t *random_int8(size_t count) {
  int8_t *values = allocate(count, 1);
  for (size_t i = 0; i < count; i++) {
    values[i] = (int8_t)(qref_random_bits(1, 0, i) >> 56);
  }
  return values;
}

static int measure(const qref_backend *backend, size_t rows, size_t depth, size_t columns) {
  const size_t blocks = (depth + 2 * HALF_DEPTH - 1) / (2 * HALF_DEPTH);
  if (rows == 0 || columns == 0 || blocks == 0 || rows % 2 != 0 || columns % 32 != 0 || depth % (8 * blocks) != 0) {
    fprintf(stderr, "strassen: dimensions that it cannot halve\n");
    return 1;
  }
  int8_t *x = random_int8(rows * depth);
  int8_t *w = random_int8(columns * depth);
  int8_t *y[2] = {allocate(rows * columns, 1), allocate(rows * columns, 1)};
  void *packed = allocate(backend->linear_packed_size(columns, depth), 1);
  const float weight_scale = 1e-3f;
  qref_linear_w8a8_args args = {.rule = &qref_profile_builtin("quamba")->linear,
                                .rows = rows,
                                .columns = columns,
                                .depth = depth,
                                .x = x,
                                .w = w,
                                .w_packed = packed,
                                .weight_scale = &weight_scale,
                                .input_scale = 0.02f};
  int failed = backend->linear_pack(w, columns, depth, packed, 1, NULL) != QREF_OK;
  double best[2] = {1e9, 1e9};
  for (int run = 0; run < RUNS && !failed; run++) {
    for (int i = 0; i < 2; i++) {
      args.y = y[i];
      double seconds = thread_seconds();
      if (i == 0) {
        failed |= backend->linear_w8a8(&args, NULL) != QREF_OK;
      } else {
        strassen(&args);
      }
      seconds = thread_seconds() - seconds;
      best[i] = seconds < best[i] ? seconds : best[i];
    }
  }
  failed |= memcmp(y[0], y[1], rows * columns) != 0;
  const double work = 1e-9 * (double)rows * (double)depth * (double)columns;
  printf("%zux%zux%zu: backend %.1f GMAC/s, Strassen %.1f GMAC/s, ratio %.3f%s\n", rows, depth, columns, work / best[0],
         work / best[1], best[0] / best[1], failed ? ", results differ" : "");
  free(x);
  free(w);
  free(y[0]);
  free(y[1]);
  free(packed);
  return failed;
}

int main(int argc, char **argv) {
  const qref_backend *backend = NULL;
  if (qref_backend_find("cpu-avx2", &backend, NULL) != QREF_OK || !qref_cpu_level_available(QREF_CPU_AVX2)) {
    printf("strassen: this processor has no AVX2\n");
    return 0;
  }
  if (argc == 4) {
    return measure(backend, strtoul(argv[1], NULL, 10), strtoul(argv[2], NULL, 10), strtoul(argv[3], NULL, 10));
  }
  const int failed = measure(backend, 2048, 2048, 2048) | measure(backend, 2048, 768, 3072);
  return failed | measure(backend, 2048, 1536, 768);
}
#else
int main(void) {
  printf("strassen: only for x86-64\n");
  return 0;
}
#endif
