/* The CUDA module on its emulation, by its entry on device memory, which in the emulation is the host's. */
#ifndef QREF_TESTS_BACKENDS_CUDA_MODULE_H
#define QREF_TESTS_BACKENDS_CUDA_MODULE_H

#include "tests/ops/fixture.h"
/* CMocka first. */
#include <dlfcn.h>
#include <qref/cuda.h>
#include <unistd.h>

/* The calling test is skipped where there is no emulation. The module stays open to the end. */
static inline const qref_cuda_ops *test_cuda_ops(void) {
  static const char path[] = QREF_BINARY_DIR "/qref_cuda_emulated.so";
  qref_backend_library *library = NULL;
  const qref_backend *backend = NULL;
  if (access(path, R_OK) != 0) {
    print_message("skipped: no C++ compiler, no emulation of the CUDA module\n");
    skip();
  }
  assert_int_equal(qref_backend_open(path, &library, &backend, NULL), QREF_OK);
  void *module = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  assert_non_null(module);
  /* POSIX has dlsym return functions, too; ISO C knows no such cast. */
  void *symbol = dlsym(module, QREF_CUDA_DEVICE_OPS_SYMBOL);
  assert_non_null(symbol);
  qref_cuda_device_ops_entry entry = NULL;
  memcpy(&entry, &symbol, sizeof entry);
  return entry();
}

#endif
