/* Linear W8A8 on full-range int8, packed weights as every peer packs them. Packing is timed apart. */
#include <stdlib.h>
#include <string.h>

#include "bench/backends.h"
#include "bench/data.h"
#include "bench/limits.h"
#include "bench/peers/peers.h"

typedef struct layer {
  const qref_backend *backend;
  qref_linear_w8a8_args args;
  void *packed;
} layer;

static void run(void *context, int threads) {
  layer *self = context;
  qref_error error = {""};
  self->args.threads = threads;
  bench_check(self->backend->linear_w8a8(&self->args, &error), &error);
}

static void pack(void *context, int threads) {
  layer *self = context;
  qref_error error = {""};
  bench_check(
      self->backend->linear_pack(self->args.w, self->args.columns, self->args.depth, self->packed, threads, &error),
      &error);
}

static layer *create(const qref_backend *backend, const bench_linear *problem, const float *weight_scale) {
  layer *self = bench_allocate(1, sizeof *self);
  self->backend = backend;
  self->args = (qref_linear_w8a8_args){.rule = &bench_profile()->linear,
                                       .rows = problem->rows,
                                       .columns = problem->columns,
                                       .depth = problem->depth,
                                       .x = problem->x,
                                       .w = problem->w,
                                       .weight_scale = weight_scale,
                                       .input_scale = 1.0f};
  self->args.y = bench_allocate(problem->rows * problem->columns, 1);
  if (backend->linear_packed_size != NULL) {
    size_t size = backend->linear_packed_size(problem->columns, problem->depth);
    self->packed = bench_allocate(size, 1);
    pack(self, 1);
    self->args.w_packed = self->packed;
  }
  return self;
}

/* What the backend `cpu` computes, the first and last rows of which the reference computes too. */
static void expect(bench_linear *problem, layer *best, layer *reference, size_t rows_of_reference) {
  size_t count = problem->rows * problem->columns;
  int8_t *y = bench_allocate(count, 1);
  int32_t *accumulator = bench_allocate(count, sizeof(int32_t));
  layer whole = *best;
  whole.args.y = y;
  whole.args.accumulator = accumulator;
  run(&whole, 2);
  size_t rows[2] = {0, problem->rows - rows_of_reference};
  for (int i = 0; i < 2; i++) {
    reference->args.rows = rows_of_reference;
    reference->args.x = problem->x + rows[i] * problem->depth;
    run(reference, 1);
    if (memcmp(reference->args.y, y + rows[i] * problem->columns, rows_of_reference * problem->columns) != 0) {
      bench_fail("backend %s differs from ref", best->backend->name);
    }
  }
  problem->y = y;
  problem->accumulator = accumulator;
}

static void measure(const bench_options *options, const char *name, size_t rows, size_t depth, size_t columns) {
  bench_work work = {.program = "linear", .unit = "GMAC/s", .amount = (double)rows * (double)columns * (double)depth};
  snprintf(work.shape, sizeof work.shape, "%s %zux%zu->%zu", name, rows, depth, columns);
  if (!bench_wants(options, work.shape)) {
    return;
  }
  /* A power of two, so that every library's rounding of the output agrees: differences are those of the sums. */
  static const float scale = 0x1p-13f;
  int8_t *x = bench_random_i8(rows * depth, -128, 127, 1);
  int8_t *w = bench_random_i8(columns * depth, -128, 127, 2);
  memset(x, -128, depth);
  memset(w, -128, depth);
  bench_linear problem = {rows, columns, depth, x, w, scale, NULL, NULL};
  bench_backends backends = bench_find_backends(options, QREF_OP_LINEAR_W8A8);

  layer *layers[BENCH_MOST_BACKENDS] = {create(backends.list[0].backend, &problem, &scale)};
  for (size_t i = 1; i < backends.count; i++) {
    layers[i] = create(backends.list[i].backend, &problem, &scale);
  }
  layer *reference = create(bench_reference(), &problem, &scale);
  size_t rows_of_reference = rows < 64 ? rows : 64;
  expect(&problem, layers[0], reference, rows_of_reference);

  for (size_t i = 0; i < backends.count; i++) {
    bench_contestant *contestant = bench_add(&work, backends.list[i].title);
    contestant->run = run;
    contestant->context = layers[i];
    contestant->limit = backends.list[i].limit;
    run(layers[i], 1);
    contestant->accuracy = bench_compare_i8(problem.y, layers[i]->args.y, rows * columns);
  }
  if (layers[0]->packed != NULL) {
    layer *unpacked = create(layers[0]->backend, &problem, &scale);
    unpacked->args.w_packed = NULL;
    bench_contestant *contestant = bench_add(&work, "qref, weights as they are");
    contestant->run = run;
    contestant->context = unpacked;
    contestant = bench_add(&work, "qref, packing alone");
    contestant->run = pack;
    contestant->context = layers[0];
    contestant->is_part = true;
  }
  bench_add_reference(&work, run, reference, 1)->amount = (double)rows_of_reference * (double)columns * (double)depth;

  float *x_float = bench_dequantize(x, rows * depth, 1.0f);
  float *w_float = bench_dequantize(w, columns * depth, 1.0f);
  float *sums = bench_allocate(rows * columns, sizeof(float));
  for (size_t i = 0; i < rows * columns; i++) {
    sums[i] = (float)problem.accumulator[i];
  }
  bench_add_xnnpack_linear(&work, options, &problem);
  bench_add_onednn_linear(&work, options, &problem);
  bench_add_gemmlowp_linear(&work, options, &problem);
  bench_add_sgemm(&work, options, BENCH_BLIS, x_float, w_float, rows, columns, depth, sums);
  bench_add_sgemm(&work, options, BENCH_OPENBLAS, x_float, w_float, rows, columns, depth, sums);
  bench_add_int8_limits(&work, options);
  bench_run(options, &work);
}

int main(int argc, char **argv) {
  bench_options options;
  bench_options_read(&options, argc, argv, "Linear W8A8 (int8 x int8 -> int8), full-range inputs.");
  if (options.quick) {
    measure(&options, "in_proj", 96, 64, 200);
  } else {
    measure(&options, "in_proj", 2048, 768, 3072);
    measure(&options, "out_proj", 2048, 1536, 768);
    measure(&options, "x_proj", 2048, 1536, 80);
    measure(&options, "cube", 2048, 2048, 2048);
  }
  bench_finish(&options);
  return 0;
}
