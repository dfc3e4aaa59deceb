/* Causal conv1d + SiLU on full-range int8, against float32 convolutions with SiLU. */
#include <stdlib.h>
#include <string.h>

#include "bench/backends.h"
#include "bench/data.h"
#include "bench/limits.h"
#include "bench/peers/peers.h"

typedef struct layer {
  const qref_backend *backend;
  qref_conv1d_silu_args args;
} layer;

static void run(void *context, int threads) {
  layer *self = context;
  qref_error error = {""};
  self->args.threads = threads;
  bench_check(self->backend->conv1d_silu(&self->args, &error), &error);
}

static layer *create(const qref_backend *backend, const qref_conv1d_silu_args *args) {
  layer *self = bench_allocate(1, sizeof *self);
  self->backend = backend;
  self->args = *args;
  self->args.y = bench_allocate(args->channels * args->length, 1);
  return self;
}

static void measure(const bench_options *options, const char *name, size_t channels, size_t length, size_t width) {
  size_t count = channels * length;
  bench_work work = {.program = "conv1d", .unit = "ns/output", .amount = (double)count, .time_unit = true};
  snprintf(work.shape, sizeof work.shape, "%s%zux%zux%zu", name, channels, length, width);
  if (!bench_wants(options, work.shape)) {
    return;
  }
  int8_t *x = bench_random_i8(count, -128, 127, 1);
  int8_t *w = bench_random_i8(channels * width, -128, 127, 2);
  int8_t *bias = bench_random_i8(channels, -128, 127, 3);
  memset(x, -128, length);
  memset(w, -128, width);
  qref_conv1d_silu_args args = {.rule = &bench_profile()->conv1d_silu,
                                .batch = 1,
                                .channels = channels,
                                .length = length,
                                .width = width,
                                .x = x,
                                .w = w,
                                .bias = bias,
                                .x_scale = 0.021f,
                                .w_scale = 0.0043f,
                                .bias_scale = 0.0031f,
                                .out_scale = 0.017f,
                                .silu = true};
  bench_backends backends = bench_find_backends(options, QREF_OP_CONV1D_SILU);
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
  bench_add_reference(&work, run, reference, 1);

  bench_conv1d problem = {.channels = channels,
                          .length = length,
                          .width = width,
                          .x = bench_dequantize(x, count, args.x_scale),
                          .w = bench_dequantize(w, channels * width, args.w_scale),
                          .bias = bench_dequantize(bias, channels, args.bias_scale),
                          .out_scale = args.out_scale,
                          .expected = reference->args.y};
  bench_add_onednn_conv1d(&work, options, &problem);
  bench_add_loop_conv1d(&work, options, &problem);
  char request[64];
  snprintf(request, sizeof request, "conv1d %zu %zu %zu", channels, length, width);
  bench_add_torch(&work, options, "torch", request);
  bench_add_copy_limit(&work, count, count, (double)count);
  bench_run(options, &work);
}

int main(int argc, char **argv) {
  bench_options options;
  bench_options_read(&options, argc, argv, "Causal conv1d + SiLU, int8 -> int8, full-range inputs.");
  if (options.quick) {
    measure(&options, "", 24, 100, 4);
  } else {
    measure(&options, "", 1536, 2048, 4);
    measure(&options, "length ", 1536, 512, 4);
    measure(&options, "length ", 1536, 1024, 4);
    measure(&options, "length ", 1536, 4096, 4);
  }
  bench_finish(&options);
  return 0;
}
