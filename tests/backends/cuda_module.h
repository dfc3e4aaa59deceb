/* The CUDA module on its emulation. A calling test is skipped where there is none. */
#ifndef QREF_TESTS_BACKENDS_CUDA_MODULE_H
#define QREF_TESTS_BACKENDS_CUDA_MODULE_H

#include "tests/ops/fixture.h"
/* CMocka first. */
#include <dlfcn.h>
#include <qref/cuda.h>
#include <unistd.h>

static const char test_cuda_module_path[] = QREF_BINARY_DIR "/qref_cuda_emulated.so";

/* Its backend on host memory. The caller closes the library. */
static inline const qref_backend *test_cuda_backend(qref_backend_library **library) {
  const qref_backend *backend = NULL;
  if (access(test_cuda_module_path, R_OK) != 0) {
    print_message("skipped: the emulation of CUDA is not in this build: no C++ compiler, or QREF_TEST_TOOLS=OFF\n");
    skip();
  }
  assert_int_equal(qref_backend_open(test_cuda_module_path, library, &backend, NULL), QREF_OK);
  return backend;
}

/* Its entry on device memory, which in the emulation is the host's. A module's code stays when it is closed. */
static inline const qref_cuda_ops *test_cuda_ops(void) {
  qref_backend_library *library = NULL;
  test_cuda_backend(&library);
  void *module = dlopen(test_cuda_module_path, RTLD_NOW | RTLD_LOCAL);
  assert_non_null(module);
  /* POSIX has dlsym return functions, too; ISO C knows no such cast. */
  void *symbol = dlsym(module, QREF_CUDA_DEVICE_OPS_SYMBOL);
  assert_non_null(symbol);
  qref_cuda_device_ops_entry entry = NULL;
  memcpy(&entry, &symbol, sizeof entry);
  dlclose(module);
  qref_backend_close(library);
  return entry();
}

#endif
