/* A module with the reference's results and, by the environment variable QREF_MOCK, one fault. Faults of a call show in
 * the third call of requantize. */
#include <qref/qref.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static qref_backend backend;
static const qref_backend *ref;

static bool fault_is(const char *name) {
  const char *fault = getenv("QREF_MOCK");
  return fault != NULL && strcmp(fault, name) == 0;
}

static qref_status fail(qref_error *error, qref_status status, const char *message) {
  if (error != NULL) {
    snprintf(error->message, sizeof error->message, "%s", message);
  }
  return status;
}

static void crash(void) {
  signal(SIGSEGV, SIG_DFL); /* a sanitizer's handler would make an exit of it */
  raise(SIGSEGV);
}

static void hang(void) {
  for (;;) {
    sleep(1000);
  }
}

static qref_status requantize(const qref_requantize_args *args, qref_error *error) {
  static int calls;
  const bool third = ++calls == 3;
  if (third && fault_is("memory")) {
    return fail(error, QREF_ERROR_MEMORY, "mock: 3 GiB of device memory: out of memory");
  }
  if (third && fault_is("kernel")) {
    return fail(error, QREF_ERROR_DEVICE, "mock: kernel: an illegal memory access was encountered");
  }
  if (third && fault_is("hang")) {
    hang();
  }
  if (third && fault_is("crash")) {
    crash();
  }
  if (third && fault_is("abort")) {
    signal(SIGABRT, SIG_DFL);
    abort();
  }
  if (third && fault_is("exit")) {
    exit(0);
  }
  if (third && fault_is("_exit")) {
    _exit(1);
  }
  const qref_status status = ref->requantize(args, error);
  if (status == QREF_OK && fault_is("wrong") && args->count > 1) {
    args->y[1] ^= 1;
  }
  return status;
}

static qref_status map(qref_map_function function, const float *x, size_t count, float *y, int threads,
                       qref_error *error) {
  if (fault_is("map-crash")) {
    crash();
  }
  return ref->map_f32(function, x, count, y, threads, error);
}

static bool supports(qref_op op, const qref_profile *profile) {
  if (fault_is("supports-hang") && op == QREF_OP_HADAMARD) {
    hang();
  }
  if (fault_is("partial")) {
    return op == QREF_OP_REQUANTIZE;
  }
  if (fault_is("nothing")) {
    return false;
  }
  if (fault_is("null-custom") && op == QREF_OP_HADAMARD) {
    return profile != NULL && strcmp(profile->name, "custom") == 0;
  }
  return ref->supports(op, profile);
}

static size_t packed_size(size_t columns, size_t depth) {
  return columns * depth;
}

static void set_fault(void) {
  backend.abi_version += fault_is("abi") ? 1 : 0;
  backend.struct_size -= fault_is("small") ? sizeof(void (*)(void)) : 0;
  if (fault_is("null") || fault_is("null-custom")) {
    backend.hadamard = NULL;
  }
  if (fault_is("no-name")) {
    backend.name = NULL;
  }
  if (fault_is("no-supports")) {
    backend.supports = NULL;
  }
  if (fault_is("half-packing")) {
    backend.linear_packed_size = packed_size;
  }
  if (fault_is("load-crash")) {
    crash();
  }
  if (fault_is("load-hang")) {
    hang();
  }
  if (fault_is("load-exit")) {
    exit(0);
  }
}

__attribute__((visibility("default"))) const qref_backend *qref_backend_module(qref_error *error) {
  if (fault_is("no-driver")) {
    (void)fail(error, QREF_ERROR_DEVICE, "mock: driver: no driver of version 13 or newer was found");
    return NULL;
  }
  if (fault_is("no-device")) {
    (void)fail(error, QREF_ERROR_DEVICE, "mock: expected at least one device, found none");
    return NULL;
  }
  if (fault_is("silent") || qref_backend_find("ref", &ref, error) != QREF_OK) {
    return NULL;
  }
  backend = *ref;
  backend.name = "mock";
  backend.description = "the reference behind a module's interface";
  backend.supports = supports;
  backend.requantize = requantize;
  backend.map_f32 = map;
  set_fault();
  return &backend;
}

__attribute__((destructor)) static void unload(void) {
  if (fault_is("unload-crash")) {
    crash();
  }
  if (fault_is("unload-exit")) {
    _exit(3);
  }
}
