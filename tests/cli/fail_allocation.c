/* Preloaded into a program: the allocation after the first FAIL_AFTER of them fails, and so do all behind it. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

typedef void *(*malloc_function)(size_t);
typedef void *(*calloc_function)(size_t, size_t);
typedef void *(*realloc_function)(void *, size_t);

static malloc_function real_malloc;
static calloc_function real_calloc;
static realloc_function real_realloc;
static long left = -1; /* negative: never fail */

/* dlsym's result is an object pointer; ISO C has no cast to a function. */
static void find(const char *name, void *function) {
  void *symbol = dlsym(RTLD_NEXT, name);
  memcpy(function, &symbol, sizeof symbol);
}

__attribute__((constructor)) static void begin(void) {
  const char *text = getenv("FAIL_AFTER");
  find("malloc", &real_malloc);
  find("calloc", &real_calloc);
  find("realloc", &real_realloc);
  left = text != NULL ? strtol(text, NULL, 10) : -1;
}

static int fails(void) {
  if (left < 0 || (left > 0 && left-- > 0)) {
    return 0;
  }
  errno = ENOMEM;
  return 1;
}

void *malloc(size_t size) {
  if (real_malloc == NULL) {
    find("malloc", &real_malloc);
  }
  return fails() ? NULL : real_malloc(size);
}

void *calloc(size_t count, size_t size) {
  if (real_calloc == NULL) {
    find("calloc", &real_calloc);
  }
  return fails() ? NULL : real_calloc(count, size);
}

void *realloc(void *memory, size_t size) {
  if (real_realloc == NULL) {
    find("realloc", &real_realloc);
  }
  return fails() ? NULL : real_realloc(memory, size);
}
