/* BLIS and OpenBLAS, loaded at run time: both define sgemm_, and neither may see the other's. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>

#include "bench/limits.h"
#include "bench/peers/peers.h"

typedef void (*sgemm_function)(const char *, const char *, const int *, const int *, const int *, const float *,
                               const float *, const int *, const float *, const int *, const float *, float *,
                               const int *);

typedef struct blas {
  sgemm_function sgemm;
  void (*set_threads)(int);
  void (*set_threads_blis)(long); /* dim_t */
} blas;

typedef struct product {
  const blas *library;
  const float *x, *w;
  float *y;
  int rows, columns, depth;
} product;

/* Row-major y = x w' is column-major y' = w x'. */
static void run(void *context, int threads) {
  const product *work = context;
  const float one = 1.0f, zero = 0.0f;
  if (work->library->set_threads_blis != NULL) {
    work->library->set_threads_blis(threads);
  } else {
    work->library->set_threads(threads);
  }
  work->library->sgemm("T", "N", &work->columns, &work->rows, &work->depth, &one, work->w, &work->depth, work->x,
                       &work->depth, &zero, work->y, &work->columns);
}

static void *symbol(void *library, const char *name) {
  return library != NULL ? dlsym(library, name) : NULL;
}

/* Function pointers from dlsym: through memory, because C has no such conversion. */
static bool load(blas *library, const char *file, const char *set_threads, bool is_blis) {
  void *handle = dlopen(file, RTLD_NOW | RTLD_LOCAL | RTLD_DEEPBIND);
  *(void **)(void *)&library->sgemm = symbol(handle, "sgemm_");
  void *set = symbol(handle, set_threads);
  *(void **)(is_blis ? (void *)&library->set_threads_blis : (void *)&library->set_threads) = set;
  return library->sgemm != NULL && set != NULL;
}

/* The kernels that the processor can run: of one that is younger than they are, or that a virtual machine disguises,
 * both libraries take too little for granted. What the user has set stays. */
static void choose_kernels(const bench_options *options) {
  bool wide = bench_has_avx512() && !options->avx2;
#if defined(__x86_64__)
  setenv("BLIS_ARCH_TYPE", wide ? "0" : "3", 0); /* skx, haswell */
  setenv("OPENBLAS_CORETYPE", wide ? "SkylakeX" : "Haswell", 0);
#else
  (void)wide;
#endif
}

void bench_add_sgemm(bench_work *work, const bench_options *options, bench_blas library, const float *x, const float *w,
                     size_t rows, size_t columns, size_t depth, const float *expected) {
  static blas loaded[2];
  static int tried[2]; /* 1: there, 2: not */
  static const char *const titles[2] = {"BLIS sgemm", "OpenBLAS sgemm"};
  if (tried[library] == 0) {
    choose_kernels(options);
    setenv("OPENBLAS_THREAD_TIMEOUT", "20", 1); /* a thread that waits for work soon sleeps */
    bool there = library == BENCH_BLIS ? load(&loaded[library], "libblis.so.4", "bli_thread_set_num_threads", true)
                                       : load(&loaded[library], "libopenblas.so.0", "openblas_set_num_threads", false);
    tried[library] = there ? 1 : 2;
  }
  if (tried[library] != 1) {
    bench_add_absent(
        work, titles[library],
        library == BENCH_BLIS ? "libblis.so.4 not found: libblis-dev" : "libopenblas.so.0 not found: libopenblas-dev");
    return;
  }
  product *context = bench_allocate(1, sizeof *context);
  *context = (product){&loaded[library], x, w, NULL, (int)rows, (int)columns, (int)depth};
  context->y = bench_allocate(rows * columns, sizeof(float));
  bench_contestant *contestant = bench_add(work, titles[library]);
  contestant->run = run;
  contestant->context = context;
  if (expected != NULL) {
    run(context, 1);
    contestant->accuracy = bench_compare_f32(expected, context->y, rows * columns);
  }
}
