/* The float32 product of calibration, k ascending by fma, against BLAS libraries, which sum in another order. */
#include <stdlib.h>
#include <string.h>

#include "bench/backends.h"
#include "bench/data.h"
#include "bench/limits.h"
#include "bench/peers/peers.h"

typedef struct layer {
  const qref_backend *backend;
  qref_linear_f32_args args;
} layer;

static void run(void *context, int threads) {
  layer *self = context;
  qref_error error = {""};
  self->args.threads = threads;
  bench_check(self->backend->linear_f32(&self->args, &error), &error);
}

static layer *create(const qref_backend *backend, const qref_linear_f32_args *args) {
  layer *self = bench_allocate(1, sizeof *self);
  self->backend = backend;
  self->args = *args;
  self->args.y = bench_allocate(args->rows * args->columns, sizeof(float));
  return self;
}

static void measure(const bench_options *options, const char *name, size_t rows, size_t depth, size_t columns) {
  bench_work work = {
      .program = "linear_f32", .unit = "GMAC/s", .amount = (double)rows * (double)columns * (double)depth};
  snprintf(work.shape, sizeof work.shape, "%s %zux%zu->%zu", name, rows, depth, columns);
  if (!bench_wants(options, work.shape)) {
    return;
  }
  qref_linear_f32_args args = {.rows = rows,
                               .columns = columns,
                               .depth = depth,
                               .x = bench_random_f32(rows * depth, -1.0f, 1.0f, 1),
                               .w = bench_random_f32(columns * depth, -1.0f, 1.0f, 2)};
  bench_backends backends = bench_find_backends(options, QREF_OP_LINEAR_F32);
  qref_linear_f32_args few = args;
  few.rows = rows < 32 ? rows : 32;
  layer *reference = create(bench_reference(), &few);
  run(reference, 1);
  for (size_t i = 0; i < backends.count; i++) {
    layer *self = create(backends.list[i].backend, &args);
    bench_contestant *contestant = bench_add(&work, backends.list[i].title);
    contestant->run = run;
    contestant->context = self;
    run(self, 1);
    contestant->accuracy = bench_compare_f32(reference->args.y, self->args.y, few.rows * columns);
  }
  bench_add_reference(&work, run, reference, 1)->amount = (double)few.rows * (double)columns * (double)depth;
  bench_add_sgemm(&work, options, BENCH_BLIS, args.x, args.w, rows, columns, depth, NULL);
  bench_add_sgemm(&work, options, BENCH_OPENBLAS, args.x, args.w, rows, columns, depth, NULL);
  char request[64];
  snprintf(request, sizeof request, "linear %zu %zu %zu", rows, columns, depth);
  bench_add_torch(&work, options, "torch", request);
  bench_add_fma_limit(&work, options, 1.0);
  bench_run(options, &work);
}

int main(int argc, char **argv) {
  bench_options options;
  bench_options_read(&options, argc, argv, "Linear in float32, k ascending by fma.");
  if (options.quick) {
    measure(&options, "in_proj", 96, 64, 200);
  } else {
    measure(&options, "in_proj", 2048, 768, 3072);
    measure(&options, "x_proj", 2048, 1536, 80);
  }
  bench_finish(&options);
  return 0;
}
