/* Hadamard transform, float16 in, int8 out. */
#include <stdlib.h>

#include "bench/backends.h"
#include "bench/data.h"
#include "bench/limits.h"
#include "bench/peers/peers.h"

typedef struct layer {
  const qref_backend *backend;
  qref_hadamard_args args;
} layer;

static void run(void *context, int threads) {
  layer *self = context;
  qref_error error = {""};
  self->args.threads = threads;
  bench_check(self->backend->hadamard(&self->args, &error), &error);
}

static layer *create(const qref_backend *backend, const qref_hadamard_args *args) {
  layer *self = bench_allocate(1, sizeof *self);
  self->backend = backend;
  self->args = *args;
  self->args.y = bench_allocate(args->rows * args->dim, 1);
  self->args.scratch = bench_allocate(args->dim, sizeof(float));
  return self;
}

/* dim = base * power of two. */
static void measure(const bench_options *options, size_t rows, size_t base, size_t power) {
  size_t dim = base * power;
  size_t count = rows * dim;
  bench_work work = {.program = "hadamard", .unit = "ns/output", .amount = (double)count, .time_unit = true};
  snprintf(work.shape, sizeof work.shape, "%zux%zu", rows, dim);
  if (!bench_wants(options, work.shape)) {
    return;
  }
  qref_hadamard_args args = {.rule = &bench_profile()->hadamard,
                             .rows = rows,
                             .dim = dim,
                             .x = bench_random_f16(count, -4.0f, 4.0f, 1),
                             .scale = qref_hadamard_scale(dim, 0.06f)};
  bench_backends backends = bench_find_backends(options, QREF_OP_HADAMARD);
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
  snprintf(request, sizeof request, "hadamard %zu %zu %zu", rows, base, power);
  bench_add_torch(&work, options, "torch", request);
  bench_add_copy_limit(&work, 2 * count, count, (double)count);
  bench_run(options, &work);
}

int main(int argc, char **argv) {
  bench_options options;
  bench_options_read(&options, argc, argv, "Hadamard transform, float16 -> int8.");
  if (options.quick) {
    measure(&options, 20, 12, 8);
  } else {
    measure(&options, 2048, 12, 128);
  }
  bench_finish(&options);
  return 0;
}
