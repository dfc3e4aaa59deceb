/* RMSNorm with residual, float16 in, int8 out. */
#include <stdlib.h>

#include "bench/backends.h"
#include "bench/data.h"
#include "bench/limits.h"
#include "bench/peers/peers.h"

typedef struct layer {
  const qref_backend *backend;
  qref_rmsnorm_args args;
} layer;

static void run(void *context, int threads) {
  layer *self = context;
  qref_error error = {""};
  self->args.threads = threads;
  bench_check(self->backend->rmsnorm(&self->args, &error), &error);
}

static layer *create(const qref_backend *backend, const qref_rmsnorm_args *args) {
  layer *self = bench_allocate(1, sizeof *self);
  self->backend = backend;
  self->args = *args;
  self->args.y = bench_allocate(args->rows * args->n, 1);
  self->args.residual_out = bench_allocate(args->rows * args->n, sizeof(float));
  return self;
}

static void measure(const bench_options *options, size_t rows, size_t n) {
  size_t count = rows * n;
  bench_work work = {.program = "rmsnorm", .unit = "ns/output", .amount = (double)count, .time_unit = true};
  snprintf(work.shape, sizeof work.shape, "%zux%zu", rows, n);
  if (!bench_wants(options, work.shape)) {
    return;
  }
  qref_rmsnorm_args args = {.rule = &bench_profile()->rmsnorm,
                            .rows = rows,
                            .n = n,
                            .x = bench_random_f16(count, -4.0f, 4.0f, 1),
                            .residual = bench_random_f32(count, -8.0f, 8.0f, 2),
                            .weight = bench_random_f32(n, 0.5f, 1.5f, 3),
                            .eps = 1e-5f,
                            .out_scale = 0.02f};
  bench_backends backends = bench_find_backends(options, QREF_OP_RMSNORM);
  layer *reference = create(bench_reference(), &args);
  run(reference, 1);
  for (size_t i = 0; i < backends.count; i++) {
    layer *self = create(backends.list[i].backend, &args);
    bench_contestant *contestant = bench_add(&work, backends.list[i].title);
    contestant->run = run;
    contestant->context = self;
    run(self, 1);
    contestant->accuracy = bench_compare_i8(reference->args.y, self->args.y, count);
  }
  bench_add_reference(&work, run, reference, 3);
  char request[64];
  snprintf(request, sizeof request, "rmsnorm %zu %zu", rows, n);
  bench_add_torch(&work, options, "torch", request);
  bench_add_copy_limit(&work, 6 * count, 5 * count, (double)count);
  bench_run(options, &work);
}

int main(int argc, char **argv) {
  bench_options options;
  bench_options_read(&options, argc, argv, "RMSNorm with residual, float16 -> int8.");
  if (options.quick) {
    measure(&options, 20, 96);
  } else {
    measure(&options, 2048, 768);
  }
  bench_finish(&options);
  return 0;
}
