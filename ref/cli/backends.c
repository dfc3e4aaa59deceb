#include "ref/cli/backends.h"

#include "ref/backends/builtin.h"
#include "ref/base/error.h"

/* --backend and --against */
enum { MAX_LIBRARIES = 2 };
static qref_backend_library *libraries[MAX_LIBRARIES];
static size_t library_count;

qref_status qref_named_backend(const char *name, const qref_backend **backend, qref_error *error) {
  qref_backend_library *library = NULL;
  if (library_count == MAX_LIBRARIES) {
    return qref_fail(error, QREF_ERROR_UNSUPPORTED, "backend '%s': expected at most %d modules", name, MAX_LIBRARIES);
  }
  QREF_TRY(qref_backend_open(name, &library, backend, error));
  if (library != NULL) {
    libraries[library_count++] = library;
  }
  const char *reason = qref_backend_unavailable(*backend);
  if (reason != NULL) {
    return qref_fail(error, QREF_ERROR_UNSUPPORTED, "backend '%s': %s", name, reason);
  }
  return QREF_OK;
}

void qref_named_backends_close(void) {
  while (library_count > 0) {
    qref_backend_close(libraries[--library_count]);
  }
}
