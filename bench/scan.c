/* Selective scan with gate on int8, against float32 scans. */
#include <math.h>
#include <stdlib.h>

#include "bench/backends.h"
#include "bench/data.h"
#include "bench/limits.h"
#include "bench/peers/peers.h"

typedef struct layer {
  const qref_backend *backend;
  qref_selective_scan_args args;
} layer;

static void run(void *context, int threads) {
  layer *self = context;
  qref_error error = {""};
  self->args.threads = threads;
  bench_check(self->backend->selective_scan(&self->args, &error), &error);
}

/* Of the stored states, with the chunk length that a zero stands for. */
static size_t state_count(const qref_selective_scan_args *args) {
  enum { CHUNK_LENGTH = 2048 };
  return args->channels * ((args->length + CHUNK_LENGTH - 1) / CHUNK_LENGTH) * args->states;
}

static layer *create(const qref_backend *backend, const qref_selective_scan_args *args) {
  layer *self = bench_allocate(1, sizeof *self);
  self->backend = backend;
  self->args = *args;
  self->args.y = bench_allocate(args->channels * args->length, sizeof(qref_float16));
  self->args.state = bench_allocate(state_count(args), 1);
  self->args.scratch = bench_allocate(qref_selective_scan_scratch(args->states), sizeof(float));
  return self;
}

/* (states, length) -> (length, states). */
static float *transpose(const float *x, size_t states, size_t length) {
  float *result = bench_allocate(states * length, sizeof(float));
  for (size_t t = 0; t < length; t++) {
    for (size_t n = 0; n < states; n++) {
      result[t * states + n] = x[n * length + t];
    }
  }
  return result;
}

static bench_scan dequantize(const qref_selective_scan_args *args, const qref_float16 *expected) {
  const qref_scan_scales *s = &args->scales;
  size_t count = args->channels * args->length;
  float *A = bench_dequantize(args->A_log, args->channels * args->states, s->A_log);
  for (size_t i = 0; i < args->channels * args->states; i++) {
    A[i] = -expf(A[i]);
  }
  float *B = bench_dequantize(args->B, args->states * args->length, s->B);
  float *C = bench_dequantize(args->C, args->states * args->length, s->C);
  return (bench_scan){.channels = args->channels,
                      .length = args->length,
                      .states = args->states,
                      .u = bench_dequantize(args->u, count, s->u),
                      .dt = bench_dequantize(args->dt, count, s->dt),
                      .z = bench_dequantize(args->z, count, s->z),
                      .A = A,
                      .B = transpose(B, args->states, args->length),
                      .C = transpose(C, args->states, args->length),
                      .D = bench_dequantize(args->D, args->channels, s->D),
                      .dt_bias = bench_dequantize(args->dt_bias, args->channels, s->dt_bias),
                      .expected = expected};
}

static void measure(const bench_options *options, const char *name, size_t channels, size_t states, size_t length) {
  size_t count = channels * length;
  bench_work work = {.program = "scan", .unit = "ns/update", .amount = (double)(count * states), .time_unit = true};
  snprintf(work.shape, sizeof work.shape, "%s%zux%zux%zu", name, channels, states, length);
  if (!bench_wants(options, work.shape)) {
    return;
  }
  /* Scales as calibration gives them: dt about 0.001 to 0.1 behind softplus, A from -1 to -16. */
  qref_selective_scan_args args = {.rule = &bench_profile()->selective_scan,
                                   .batch = 1,
                                   .channels = channels,
                                   .length = length,
                                   .states = states,
                                   .u = bench_random_i8(count, -128, 127, 1),
                                   .dt = bench_random_i8(count, -128, 127, 2),
                                   .A_log = bench_random_i8(channels * states, 0, 127, 3),
                                   .B = bench_random_i8(states * length, -128, 127, 4),
                                   .C = bench_random_i8(states * length, -128, 127, 5),
                                   .D = bench_random_i8(channels, -128, 127, 6),
                                   .z = bench_random_i8(count, -128, 127, 7),
                                   .dt_bias = bench_random_i8(channels, -128, -40, 8),
                                   .scales = {.u = 0.02f,
                                              .dt = 0.018f,
                                              .dt_bias = 0.05f,
                                              .A_log = 0.0218f,
                                              .B = 0.03f,
                                              .C = 0.025f,
                                              .D = 0.008f,
                                              .z = 0.04f,
                                              .state = 0.05f},
                                   .softplus = true};
  bench_backends backends = bench_find_backends(options, QREF_OP_SELECTIVE_SCAN);
  layer *reference = create(bench_reference(), &args);
  run(reference, 1);
  for (size_t i = 0; i < backends.count; i++) {
    layer *self = create(backends.list[i].backend, &args);
    bench_contestant *contestant = bench_add(&work, backends.list[i].title);
    contestant->run = run;
    contestant->context = self;
    run(self, 1);
    contestant->accuracy = bench_compare_f16(reference->args.y, self->args.y, count);
    bench_accuracy state = bench_compare_i8(reference->args.state, self->args.state, state_count(&args));
    contestant->accuracy.differing += state.differing;
  }
  bench_add_reference(&work, run, reference, 1);

  bench_scan problem = dequantize(&args, reference->args.y);
  bench_add_loop_scan(&work, options, &problem);
  char request[64];
  snprintf(request, sizeof request, "scan %zu %zu %zu", channels, states, length);
  bench_add_torch(&work, options, "torch", request);
  /* A product and two fused multiply-adds for each update, and nothing else. */
  bench_add_fma_limit(&work, options, 3.0);
  bench_run(options, &work);
}

int main(int argc, char **argv) {
  bench_options options;
  bench_options_read(&options, argc, argv, "Selective scan with gate, int8 -> float16; ns per state update.");
  if (options.quick) {
    measure(&options, "", 24, 16, 100);
  } else {
    measure(&options, "", 1536, 16, 2048);
    measure(&options, "length ", 1536, 16, 512);
    measure(&options, "length ", 1536, 16, 1024);
    measure(&options, "length ", 1536, 16, 4096);
  }
  bench_finish(&options);
  return 0;
}
