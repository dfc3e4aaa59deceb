/* What every program of bench/ needs besides the timing. */
#include <math.h>
#include <qref/numerics.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "bench/harness.h"

void bench_fail(const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  fprintf(stderr, "bench: ");
  vfprintf(stderr, format, arguments);
  fprintf(stderr, "\n");
  va_end(arguments);
  exit(2);
}

void *bench_allocate(size_t count, size_t size) {
  if (size != 0 && count > (SIZE_MAX - 64) / size) {
    bench_fail("no memory for %zu elements", count);
  }
  size_t bytes = (count * size + 63) / 64 * 64;
  void *memory = aligned_alloc(64, bytes == 0 ? 64 : bytes);
  if (memory == NULL) {
    bench_fail("no memory for %zu bytes", bytes);
  }
  return memset(memory, 0, bytes == 0 ? 64 : bytes);
}

static void usage(FILE *file, const char *program, const char *what) {
  fprintf(file,
          "usage: %s [options]\n%s\n"
          "  --rounds N      times that every contestant takes its turn (15)\n"
          "  --seconds S     least time of a turn (0.02)\n"
          "  --threads LIST  thread counts, separated by commas (1,2)\n"
          "  --shape TEXT    only shapes whose name contains TEXT\n"
          "  --isa avx2      nobody uses more than AVX2\n"
          "  --cpu-time      on one thread, time of the thread instead of wall time: for a machine that is shared\n"
          "  --quick         small shapes, few rounds: does it run?\n"
          "  --csv FILE      also write the results there\n"
          "  --json FILE\n",
          program, what);
}

static void read_threads(bench_options *options, const char *text) {
  options->thread_count_count = 0;
  while (*text != '\0' && options->thread_count_count < BENCH_MOST_THREAD_COUNTS) {
    char *end = NULL;
    long threads = strtol(text, &end, 10);
    if (end == text || threads < 1 || threads > 1024 || (*end != '\0' && *end != ',')) {
      bench_fail("--threads: expected numbers separated by commas, got %s", text);
    }
    options->thread_counts[options->thread_count_count++] = (int)threads;
    text = *end == ',' ? end + 1 : end;
  }
}

/* A number above zero. */
static double read_positive(const char *name, const char *text) {
  char *end = NULL;
  double value = strtod(text, &end);
  if (end == text || *end != '\0' || !(value > 0.0 && value <= 1e6)) {
    bench_fail("%s: expected a number above 0 and at most a million, got %s", name, text);
  }
  return value;
}

static bool read_option_with_value(bench_options *options, const char *name, const char *value) {
  if (strcmp(name, "--rounds") == 0) {
    options->rounds = (int)fmax(1.0, read_positive(name, value));
  } else if (strcmp(name, "--seconds") == 0) {
    options->seconds = read_positive(name, value);
  } else if (strcmp(name, "--threads") == 0) {
    read_threads(options, value);
  } else if (strcmp(name, "--shape") == 0) {
    options->shape = value;
  } else if (strcmp(name, "--csv") == 0) {
    options->csv = value;
  } else if (strcmp(name, "--json") == 0) {
    options->json = value;
  } else if (strcmp(name, "--isa") == 0 && strcmp(value, "avx2") == 0) {
    options->avx2 = true;
  } else {
    return false;
  }
  return true;
}

void bench_options_read(bench_options *options, int argc, char **argv, const char *what) {
  *options = (bench_options){.rounds = 0, .seconds = 0.02, .thread_counts = {1, 2}, .thread_count_count = 2};
  for (int i = 1; i < argc; i++) {
    const char *name = argv[i];
    const char *value = i + 1 < argc ? argv[i + 1] : NULL;
    if (strcmp(name, "--help") == 0) {
      usage(stdout, argv[0], what);
      exit(0);
    } else if (strcmp(name, "--quick") == 0) {
      options->quick = true;
    } else if (strcmp(name, "--cpu-time") == 0) {
      options->cpu_time = true;
    } else if (value != NULL && read_option_with_value(options, name, value)) {
      i++;
    } else {
      usage(stderr, argv[0], what);
      exit(2);
    }
  }
  if (options->rounds <= 0) {
    options->rounds = options->quick ? 2 : 15;
  }
  if (options->quick) {
    options->seconds = 0.0;
  }
}

bool bench_wants(const bench_options *options, const char *shape) {
  return options->shape == NULL || strstr(shape, options->shape) != NULL;
}

static void add_difference(bench_accuracy *accuracy, bool differs, double difference) {
  if (differs) {
    accuracy->differing++;
    accuracy->max_difference = fmax(accuracy->max_difference, fabs(difference));
  }
}

bench_accuracy bench_compare_i8(const int8_t *expected, const int8_t *actual, size_t count) {
  bench_accuracy accuracy = {count, 0, 0.0};
  for (size_t i = 0; i < count; i++) {
    add_difference(&accuracy, expected[i] != actual[i], (double)actual[i] - (double)expected[i]);
  }
  return accuracy;
}

bench_accuracy bench_compare_i32(const int32_t *expected, const int32_t *actual, size_t count) {
  bench_accuracy accuracy = {count, 0, 0.0};
  for (size_t i = 0; i < count; i++) {
    add_difference(&accuracy, expected[i] != actual[i], (double)actual[i] - (double)expected[i]);
  }
  return accuracy;
}

bench_accuracy bench_compare_f32(const float *expected, const float *actual, size_t count) {
  bench_accuracy accuracy = {count, 0, 0.0};
  for (size_t i = 0; i < count; i++) {
    add_difference(&accuracy, qref_bits_from_f32(expected[i]) != qref_bits_from_f32(actual[i]),
                   (double)actual[i] - (double)expected[i]);
  }
  return accuracy;
}

bench_accuracy bench_compare_rounded(const int8_t *expected, const float *actual, size_t count, float scale) {
  static const qref_quantize_rule rule = {QREF_SCALE_DIVISOR, {QREF_ROUND_HALF_AWAY, QREF_OVERFLOW_SATURATE, 0}};
  bench_accuracy accuracy = {count, 0, 0.0};
  for (size_t i = 0; i < count; i++) {
    int8_t rounded = qref_quantize(actual[i], scale, &rule, i, NULL);
    add_difference(&accuracy, expected[i] != rounded, (double)rounded - (double)expected[i]);
  }
  return accuracy;
}

bench_accuracy bench_compare_f16(const uint16_t *expected, const uint16_t *actual, size_t count) {
  bench_accuracy accuracy = {count, 0, 0.0};
  for (size_t i = 0; i < count; i++) {
    add_difference(&accuracy, expected[i] != actual[i],
                   (double)qref_f32_from_f16(actual[i]) - (double)qref_f32_from_f16(expected[i]));
  }
  return accuracy;
}
