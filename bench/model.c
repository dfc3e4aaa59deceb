/* The whole model on the INT8 path: prefill and decode in tokens per second, where the time goes, and memory.
 *   bench_model FILE [options]      FILE: what `qref quantize` wrote
 *   bench_model FILE --profile      time per op
 *   bench_model FILE --memory       resident memory step by step, against the file's size and the states */
#include <qref/model.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "bench/backends.h"
#include "bench/limits.h"
#include "bench/op_times.h"
#include "bench/peers/peers.h"

enum { PREFILL = 2048, DECODE = 32, REFERENCE_PREFILL = 16, REFERENCE_DECODE = 4 };

/* Those with all ops of a model: backends for the linear ops alone have no scan. */
static bench_backends find_backends(const bench_options *options) {
  return bench_find_backends(options, QREF_OP_SELECTIVE_SCAN);
}

typedef struct runner {
  qref_quantized_model *model;
  const qref_backend *backend;
  size_t prefill, decode;
  int32_t *tokens;
  qref_float16 *logits; /* (vocab_size) */
  qref_session *sessions[BENCH_MOST_THREAD_COUNTS];
  int session_threads[BENCH_MOST_THREAD_COUNTS];
} runner;

static qref_quantized_model *load(const char *path, const qref_backend *backend) {
  qref_quantized_model *model = NULL;
  qref_error error = {""};
  qref_execution execution = {.backend = backend, .threads = 2};
  bench_check(qref_quantized_model_load(path, &model, &error), &error);
  bench_check(qref_quantized_model_pack(model, &execution, &error), &error);
  return model;
}

static qref_session *create_session(const runner *self, int threads) {
  qref_session_options options = {.execution = {.backend = self->backend, .threads = threads}};
  qref_session *session = NULL;
  qref_error error = {""};
  bench_check(qref_session_create(self->model, &options, &session, &error), &error);
  return session;
}

/* The session of that many threads, made on the first call. */
static qref_session *session_of(runner *self, int threads) {
  for (size_t i = 0; i < BENCH_MOST_THREAD_COUNTS; i++) {
    if (self->sessions[i] == NULL) {
      self->sessions[i] = create_session(self, threads);
      self->session_threads[i] = threads;
    }
    if (self->session_threads[i] == threads) {
      return self->sessions[i];
    }
  }
  bench_fail("more than %d thread counts", BENCH_MOST_THREAD_COUNTS);
}

static void run_prefill(void *context, int threads) {
  runner *self = context;
  qref_session *session = session_of(self, threads);
  qref_error error = {""};
  qref_session_reset(session);
  bench_check(qref_session_prefill(session, self->tokens, self->prefill, NULL, &error), &error);
}

static void run_decode(void *context, int threads) {
  runner *self = context;
  qref_session *session = session_of(self, threads);
  qref_error error = {""};
  for (size_t i = 0; i < self->decode; i++) {
    bench_check(qref_session_decode(session, &self->tokens[i], self->logits, &error), &error);
  }
}

static runner *create(const char *path, const qref_backend *backend, size_t prefill, size_t decode) {
  runner *self = bench_allocate(1, sizeof *self);
  self->backend = backend;
  self->model = load(path, backend);
  self->prefill = prefill;
  self->decode = decode;
  const qref_model_config *config = qref_quantized_model_config(self->model);
  self->logits = bench_allocate(config->vocab_size, sizeof(qref_float16));
  self->tokens = bench_allocate(PREFILL, sizeof(int32_t));
  for (size_t i = 0; i < PREFILL; i++) {
    self->tokens[i] = (int32_t)(qref_random_bits(4, 1, i) % config->vocab_size);
  }
  return self;
}

/* Logits behind a short prefill and one token. */
static void first_logits(runner *self, qref_float16 *logits) {
  qref_session *session = create_session(self, 1);
  qref_error error = {""};
  bench_check(qref_session_prefill(session, self->tokens, REFERENCE_PREFILL, NULL, &error), &error);
  bench_check(qref_session_decode(session, self->tokens, logits, &error), &error);
  qref_session_destroy(session);
}

static void add(bench_work *work, const char *name, runner *self, bool prefill, const qref_float16 *expected,
                bool reference) {
  bench_contestant *contestant = bench_add(work, name);
  contestant->run = prefill ? run_prefill : run_decode;
  contestant->context = self;
  contestant->amount = 1e9 * (double)(prefill ? self->prefill : self->decode);
  if (reference) {
    contestant->most_rounds = 1;
    contestant->most_threads = 1;
    return;
  }
  size_t vocab_size = qref_quantized_model_config(self->model)->vocab_size;
  qref_float16 *logits = bench_allocate(vocab_size, sizeof(qref_float16));
  first_logits(self, logits);
  contestant->accuracy = bench_compare_f16(expected, logits, vocab_size);
  free(logits);
}

static void measure(const bench_options *options, const char *path) {
  bench_backends backends = find_backends(options);
  size_t prefill = options->quick ? 64 : PREFILL;
  runner *reference = create(path, bench_reference(), REFERENCE_PREFILL, REFERENCE_DECODE);
  const qref_model_config *config = qref_quantized_model_config(reference->model);
  qref_float16 *expected = bench_allocate(config->vocab_size, sizeof(qref_float16));
  first_logits(reference, expected);
  runner *runners[BENCH_MOST_BACKENDS];
  for (size_t i = 0; i < backends.count; i++) {
    runners[i] = create(path, backends.list[i].backend, prefill, DECODE);
  }
  for (int decode = 0; decode < 2; decode++) {
    bench_work work = {.program = decode ? "decode" : "prefill", .unit = "tokens/s"};
    snprintf(work.shape, sizeof work.shape, "%zu layers of %zu: %d tokens", config->n_layers, config->d_model,
             decode ? DECODE : (int)prefill);
    for (size_t i = 0; i < backends.count; i++) {
      add(&work, backends.list[i].title, runners[i], decode == 0, expected, false);
    }
    add(&work, "qref ref", reference, decode == 0, expected, true);
    char request[96];
    snprintf(request, sizeof request, "%s %zu %zu %zu %d", decode ? "decode" : "prefill", config->d_model,
             config->n_layers, config->vocab_size, decode ? DECODE : (int)prefill);
    bench_add_torch(&work, options, "torch float32", request);
    work.contestants[work.count - 1].amount = 1e9 * (decode ? DECODE : (double)prefill);
    work.contestants[work.count - 1].most_rounds = decode || options->quick ? 0 : 3;
    bench_run(options, &work);
  }
}

static void profile(const bench_options *options, const char *path) {
  const qref_backend *backend = find_backends(options).list[0].backend;
  bool of_thread = options->cpu_time && options->thread_count_count == 1 && options->thread_counts[0] == 1;
  double (*now)(void) = of_thread ? bench_thread_time : bench_now;
  runner *self = create(path, bench_op_times(backend, now), options->quick ? 64 : PREFILL, DECODE);
  for (size_t i = 0; i < options->thread_count_count; i++) {
    int threads = options->thread_counts[i];
    for (int decode = 0; decode < 2; decode++) {
      if (decode == 0 || i != 0) {
        run_prefill(self, threads); /* pages touched, threads started */
      }
      bench_op_times_reset();
      double start = now();
      (decode == 0 ? run_prefill : run_decode)(self, threads);
      double total = now() - start;
      size_t tokens = decode == 0 ? self->prefill : self->decode;
      printf("\n%s of %zu tokens, backend %s, %d thread%s: %.1f ms, %.1f tokens/s\n",
             decode == 0 ? "prefill" : "decode", tokens, backend->name, threads, threads == 1 ? "" : "s", 1e3 * total,
             (double)tokens / total);
      bench_op_times_print(stdout, total);
    }
  }
}

/* A line such as "VmHWM:    1234 kB" of /proc/self/status, in MB; 0 where there is none. */
static double resident(const char *field) {
  FILE *file = fopen("/proc/self/status", "r");
  char line[256];
  double result = 0.0;
  while (file != NULL && fgets(line, sizeof line, file) != NULL) {
    if (strncmp(line, field, strlen(field)) == 0) {
      result = 1024e-6 * strtod(line + strlen(field) + 1, NULL);
    }
  }
  if (file != NULL) {
    fclose(file);
  }
  return result;
}

static void print_memory(const char *when) {
  printf("  %-36s %10.1f MB now %10.1f MB at most\n", when, resident("VmRSS"), resident("VmHWM"));
}

static void memory(const bench_options *options, const char *path) {
  const qref_backend *backend = find_backends(options).list[0].backend;
  struct stat file;
  if (stat(path, &file) != 0) {
    bench_fail("cannot read %s", path);
  }
  printf("\nresident memory, backend %s\n", backend->name);
  print_memory("at the start");
  runner *self = create(path, backend, options->quick ? 64 : PREFILL, DECODE);
  const qref_model_config *config = qref_quantized_model_config(self->model);
  double states = (double)(config->n_layers * config->d_inner * (config->d_conv + config->d_state));
  print_memory("model loaded and packed");
  run_decode(self, 1);
  print_memory("32 tokens decoded");
  run_prefill(self, 1);
  char text[64];
  snprintf(text, sizeof text, "%zu tokens prefilled", self->prefill);
  print_memory(text);
  printf("  weights on disk %.1f MB, states %.1f MB: 1.2 times both is %.1f MB\n", 1e-6 * (double)file.st_size,
         1e-6 * states, 1.2e-6 * ((double)file.st_size + states));
}

int main(int argc, char **argv) {
  bool wants_profile = false, wants_memory = false;
  if (argc > 2 && strcmp(argv[2], "--profile") == 0) {
    wants_profile = true;
  } else if (argc > 2 && strcmp(argv[2], "--memory") == 0) {
    wants_memory = true;
  }
  if (argc < 2 || argv[1][0] == '-') {
    bench_fail("usage: bench_model FILE [--profile|--memory] [options]; FILE is what qref quantize wrote");
  }
  int shift = wants_profile || wants_memory ? 2 : 1;
  char *program = argv[0];
  const char *path = argv[1];
  argv[shift] = program;
  bench_options options;
  bench_options_read(&options, argc - shift, argv + shift, "Prefill and decode of a whole quantized model.");
  if (wants_profile) {
    profile(&options, path);
  } else if (wants_memory) {
    memory(&options, path);
  } else {
    measure(&options, path);
  }
  bench_finish(&options);
  return 0;
}
