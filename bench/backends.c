#include "bench/backends.h"

#include <string.h>

#include "bench/limits.h"

void bench_check(qref_status status, const qref_error *error) {
  if (status != QREF_OK) {
    bench_fail("%s: %s", qref_status_name(status), error->message);
  }
}

static const qref_backend *find(const char *name) {
  const qref_backend *backend = NULL;
  qref_error error = {""};
  bench_check(qref_backend_find(name, &backend, &error), &error);
  return backend;
}

const qref_backend *bench_reference(void) {
  return find("ref");
}

const qref_profile *bench_profile(void) {
  return qref_profile_builtin("quamba");
}

static void add(bench_backends *backends, const qref_backend *backend, const char *of, const char *limit) {
  if (backends->count < BENCH_MOST_BACKENDS) {
    snprintf(backends->list[backends->count].title, sizeof backends->list[0].title, "qref %s%s", backend->name, of);
    backends->list[backends->count].limit = limit;
    backends->list[backends->count++].backend = backend;
  }
}

bench_backends bench_find_backends(const bench_options *options, qref_op op) {
  bench_backends backends = {.count = 0};
  bool wide = bench_has_avx512() && !options->avx2;
  const char *best = options->avx2 ? "cpu-avx2" : "cpu";
  add(&backends, find(best), options->avx2 ? "" : wide ? " (avx512)" : "", NULL);
  for (size_t i = 0; i < qref_backend_count(); i++) {
    const qref_backend *backend = qref_backend_at(i);
    const char *name = backend->name;
    bool left_out = strcmp(name, "ref") == 0 || strcmp(name, "cpu") == 0 || strcmp(name, best) == 0 ||
                    strcmp(name, "cpu-portable") == 0 || strcmp(name, "cpu-avx512") == 0 ||
                    (!wide && strcmp(name, "cpu-avx2") == 0);
    if (!left_out && backend->supports(op, bench_profile())) {
      bool avx2 = strcmp(name, "cpu-avx2") == 0;
      add(&backends, backend, "", avx2 ? BENCH_LIMIT_INT8_AVX2 : NULL);
    }
  }
  return backends;
}

bench_contestant *bench_add_reference(bench_work *work, void (*run)(void *context, int threads), void *context,
                                      int most_rounds) {
  bench_contestant *contestant = bench_add(work, "qref ref");
  contestant->run = run;
  contestant->context = context;
  contestant->most_rounds = most_rounds;
  contestant->most_threads = 1;
  return contestant;
}
