/* Embedding W8: int8 rows with a scale each, float16 out. */
#include <stdlib.h>

#include "bench/backends.h"
#include "bench/data.h"
#include "bench/limits.h"
#include "bench/peers/peers.h"

typedef struct layer {
  const qref_backend *backend;
  qref_embedding_w8_args args;
} layer;

/* The op has no threads: it is over before one has woken. */
static void run(void *context, int threads) {
  layer *self = context;
  qref_error error = {""};
  (void)threads;
  bench_check(self->backend->embedding_w8(&self->args, &error), &error);
}

static layer *create(const qref_backend *backend, const qref_embedding_w8_args *args) {
  layer *self = bench_allocate(1, sizeof *self);
  self->backend = backend;
  self->args = *args;
  self->args.y = bench_allocate(args->count * args->d_model, sizeof(qref_float16));
  return self;
}

static void measure(const bench_options *options, size_t tokens, size_t vocabulary, size_t width) {
  size_t count = tokens * width;
  bench_work work = {.program = "embedding", .unit = "ns/output", .amount = (double)count, .time_unit = true};
  snprintf(work.shape, sizeof work.shape, "%zu of %zux%zu", tokens, vocabulary, width);
  if (!bench_wants(options, work.shape)) {
    return;
  }
  int32_t *indices = bench_allocate(tokens, sizeof(int32_t));
  for (size_t i = 0; i < tokens; i++) {
    indices[i] = (int32_t)(qref_random_bits(3, 1, i) % vocabulary);
  }
  qref_embedding_w8_args args = {.count = tokens,
                                 .vocab_size = vocabulary,
                                 .d_model = width,
                                 .tokens = indices,
                                 .weight = bench_random_i8(vocabulary * width, -128, 127, 2),
                                 .scale = bench_random_f16(vocabulary, 0.001f, 0.01f, 3)};
  bench_backends backends = bench_find_backends(options, QREF_OP_EMBEDDING_W8);
  layer *reference = create(bench_reference(), &args);
  run(reference, 1);
  for (size_t i = 0; i < backends.count; i++) {
    layer *self = create(backends.list[i].backend, &args);
    bench_contestant *contestant = bench_add(&work, backends.list[i].title);
    contestant->run = run;
    contestant->context = self;
    run(self, 1);
    contestant->accuracy = bench_compare_f16(reference->args.y, self->args.y, count);
  }
  bench_add_reference(&work, run, reference, 3);
  char request[64];
  snprintf(request, sizeof request, "embedding %zu %zu %zu", tokens, vocabulary, width);
  bench_add_torch(&work, options, "torch", request);
  bench_add_copy_limit(&work, count, 2 * count, (double)count);
  bench_run(options, &work);
}

int main(int argc, char **argv) {
  bench_options options;
  bench_options_read(&options, argc, argv, "Embedding W8, int8 rows -> float16.");
  if (options.quick) {
    measure(&options, 20, 100, 96);
  } else {
    measure(&options, 2048, 50280, 768);
  }
  bench_finish(&options);
  return 0;
}
