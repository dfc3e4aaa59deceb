#include "bench/op_times.h"

#include <stdlib.h>
#include <string.h>

/* Time of an op on one shape of weights. */
typedef struct op_time {
  const char *op;
  size_t columns, depth; /* 0, 0 for ops without weights */
  size_t calls;
  double seconds;
} op_time;

enum { MOST_TIMES = 64 };
static op_time times[MOST_TIMES];
static size_t time_count;
static const qref_backend *timed;
static double (*now)(void);

static void add(const char *op, size_t columns, size_t depth, double seconds) {
  size_t i = 0;
  while (i < time_count && (times[i].op != op || times[i].columns != columns || times[i].depth != depth)) {
    i++;
  }
  if (i == MOST_TIMES) {
    return;
  }
  if (i == time_count) {
    times[time_count++] = (op_time){op, columns, depth, 0, 0.0};
  }
  times[i].calls++;
  times[i].seconds += seconds;
}

#define TIMED(op, arguments, columns, depth)                                \
  static qref_status timed_##op(const arguments *args, qref_error *error) { \
    double start = now();                                                   \
    qref_status status = timed->op(args, error);                            \
    add(#op, columns, depth, now() - start);                                \
    return status;                                                          \
  }
TIMED(conv1d_silu, qref_conv1d_silu_args, 0, 0)
TIMED(conv1d_silu_update, qref_conv1d_silu_update_args, 0, 0)
TIMED(conv1d_silu_floatsim, qref_conv1d_silu_floatsim_args, 0, 0)
TIMED(requantize, qref_requantize_args, 0, 0)
TIMED(linear_w8a8, qref_linear_w8a8_args, args->columns, args->depth)
TIMED(linear_w8a8_f16, qref_linear_w8a8_args, args->columns, args->depth)
TIMED(linear_w8a8_parallel, qref_linear_w8a8_args, args->columns, args->depth)
TIMED(linear_w8a8_row, qref_linear_w8a8_args, args->columns, args->depth)
TIMED(linear_w8a8_per_channel, qref_linear_w8a8_args, args->columns, args->depth)
TIMED(selective_scan, qref_selective_scan_args, 0, 0)
TIMED(selective_scan_update, qref_selective_scan_update_args, 0, 0)
TIMED(rmsnorm, qref_rmsnorm_args, 0, 0)
TIMED(hadamard, qref_hadamard_args, 0, 0)
TIMED(embedding_w8, qref_embedding_w8_args, 0, 0)
TIMED(linear_f32, qref_linear_f32_args, args->columns, args->depth)
TIMED(conv1d_silu_f32, qref_conv1d_silu_f32_args, 0, 0)
TIMED(selective_scan_f32, qref_selective_scan_f32_args, 0, 0)
TIMED(rmsnorm_f32, qref_rmsnorm_f32_args, 0, 0)
TIMED(hadamard_f32, qref_hadamard_f32_args, 0, 0)

const qref_backend *bench_op_times(const qref_backend *backend, double (*clock)(void)) {
  static qref_backend table;
  timed = backend;
  now = clock;
  table = *backend; /* its name, what it supports and its packing */
  table.conv1d_silu = timed_conv1d_silu;
  table.conv1d_silu_update = timed_conv1d_silu_update;
  table.conv1d_silu_floatsim = timed_conv1d_silu_floatsim;
  table.requantize = timed_requantize;
  table.linear_w8a8 = timed_linear_w8a8;
  table.linear_w8a8_f16 = timed_linear_w8a8_f16;
  table.linear_w8a8_parallel = timed_linear_w8a8_parallel;
  table.linear_w8a8_row = timed_linear_w8a8_row;
  table.linear_w8a8_per_channel = timed_linear_w8a8_per_channel;
  table.selective_scan = timed_selective_scan;
  table.selective_scan_update = timed_selective_scan_update;
  table.rmsnorm = timed_rmsnorm;
  table.hadamard = timed_hadamard;
  table.embedding_w8 = timed_embedding_w8;
  table.linear_f32 = timed_linear_f32;
  table.conv1d_silu_f32 = timed_conv1d_silu_f32;
  table.selective_scan_f32 = timed_selective_scan_f32;
  table.rmsnorm_f32 = timed_rmsnorm_f32;
  table.hadamard_f32 = timed_hadamard_f32;
  return &table;
}

void bench_op_times_reset(void) {
  time_count = 0;
}

static int longest_first(const void *a, const void *b) {
  double x = ((const op_time *)a)->seconds;
  double y = ((const op_time *)b)->seconds;
  return (x < y) - (x > y);
}

void bench_op_times_print(FILE *file, double total) {
  qsort(times, time_count, sizeof *times, longest_first);
  double rest = total;
  for (size_t i = 0; i < time_count; i++) {
    char name[96];
    snprintf(name, sizeof name, "%s", times[i].op);
    if (times[i].columns != 0) {
      snprintf(name, sizeof name, "%s %zu->%zu", times[i].op, times[i].depth, times[i].columns);
    }
    fprintf(file, "  %-40s %6zu calls %10.3f ms %6.1f%%\n", name, times[i].calls, 1e3 * times[i].seconds,
            100.0 * times[i].seconds / total);
    rest -= times[i].seconds;
  }
  fprintf(file, "  %-40s %12s %10.3f ms %6.1f%%\n", "between the ops", "", 1e3 * rest, 100.0 * rest / total);
}
