/* Linear W8A8 of one row, as in decode: every call takes another matrix, so that weights come from memory. */
#include <stdlib.h>
#include <string.h>

#include "bench/backends.h"
#include "bench/data.h"
#include "bench/limits.h"
#include "bench/peers/peers.h"

typedef struct layer {
  const qref_backend *backend;
  qref_linear_w8a8_args args;
  const uint8_t *packed; /* (matrices, size) */
  size_t size, matrices, next;
} layer;

static void run(void *context, int threads) {
  layer *self = context;
  qref_error error = {""};
  self->args.threads = threads;
  self->args.w_packed = self->packed + self->next * self->size;
  self->next = (self->next + 1) % self->matrices;
  bench_check(self->backend->linear_w8a8_row(&self->args, &error), &error);
}

/* Backends with the same packed form share it. */
static const uint8_t *pack(const bench_backends *backends, size_t i, layer *const *before,
                           const qref_linear_w8a8_args *args, size_t size, size_t matrices) {
  const qref_backend *backend = backends->list[i].backend;
  for (size_t j = 0; j < i; j++) {
    if (before[j] != NULL && backends->list[j].backend->linear_pack == backend->linear_pack) {
      return before[j]->packed;
    }
  }
  uint8_t *packed = bench_allocate(matrices, size);
  qref_error error = {""};
  bench_check(backend->linear_pack(args->w, args->columns, args->depth, packed, 2, &error), &error);
  for (size_t m = 1; m < matrices; m++) {
    memcpy(packed + m * size, packed, size);
  }
  return packed;
}

static void measure(const bench_options *options, const char *name, size_t depth, size_t columns, size_t bytes) {
  bench_work work = {.program = "gemv", .unit = "GB/s of weights", .amount = (double)columns * (double)depth};
  snprintf(work.shape, sizeof work.shape, "%s 1x%zu->%zu", name, depth, columns);
  if (!bench_wants(options, work.shape)) {
    return;
  }
  size_t matrices = bytes / (columns * depth) + 1;
  static const float scale = 0x1p-13f;
  int8_t *x = bench_random_i8(depth, -128, 127, 1);
  int8_t *w = bench_random_i8(columns * depth, -128, 127, 2);
  memset(w, -128, depth);
  x[0] = -128;
  int8_t *expected = bench_allocate(columns, 1);
  qref_linear_w8a8_args args = {.rule = &bench_profile()->linear_row,
                                .rows = 1,
                                .columns = columns,
                                .depth = depth,
                                .x = x,
                                .w = w,
                                .weight_scale = &scale,
                                .y = expected};
  qref_error error = {""};
  bench_check(bench_reference()->linear_w8a8_row(&args, &error), &error);

  bench_backends backends = bench_find_backends(options, QREF_OP_LINEAR_W8A8_ROW);
  layer *layers[BENCH_MOST_BACKENDS] = {NULL};
  for (size_t i = 0; i < backends.count; i++) {
    const qref_backend *backend = backends.list[i].backend;
    if (backend->linear_packed_size == NULL) {
      continue;
    }
    layer *self = bench_allocate(1, sizeof *self);
    *self = (layer){.backend = backend, .args = args, .matrices = matrices};
    self->size = (backend->linear_packed_size(columns, depth) + 63) / 64 * 64;
    self->packed = pack(&backends, i, layers, &args, self->size, matrices);
    self->args.y = bench_allocate(columns, 1);
    layers[i] = self;
    bench_contestant *contestant = bench_add(&work, backends.list[i].title);
    contestant->run = run;
    contestant->context = self;
    run(self, 1);
    contestant->accuracy = bench_compare_i8(expected, self->args.y, columns);
  }
  bench_linear problem = {1, columns, depth, x, w, scale, expected, NULL};
  bench_add_xnnpack_gemv(&work, options, &problem, matrices);
  if (layers[0] != NULL) {
    size_t size = layers[0]->size * matrices;
    bench_add_read_limit(&work, layers[0]->packed, size, (double)size);
  }
  bench_run(options, &work);
}

int main(int argc, char **argv) {
  bench_options options;
  bench_options_read(&options, argc, argv, "Linear W8A8 of one row with weights out of cache.");
  if (options.quick) {
    measure(&options, "in_proj", 64, 200, 1u << 20);
  } else {
    measure(&options, "in_proj", 768, 3072, (size_t)1 << 30);
  }
  bench_finish(&options);
  return 0;
}
