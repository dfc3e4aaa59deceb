#include "ref/cli/backends.h"

#include "ref/backends/builtin.h"
#include "ref/base/error.h"
#include "ref/cli/supervise.h"
#include "ref/cli/watched_module.h"

static struct {
  qref_backend_library *library;
  const qref_backend *module; /* its own table */
  const qref_backend *watched;
  const char *name;
} opened[QREF_WATCHED_MODULES];
static size_t opened_count;

bool qref_names_module(const char *name) {
  const qref_backend *builtin = NULL;
  return name != NULL && qref_backend_find(name, &builtin, NULL) != QREF_OK;
}

/* The table through which a module's functions are called: of the same module the same. */
static const qref_backend *watch(const char *name, qref_backend_library *library, const qref_backend *module) {
  for (size_t i = 0; i < opened_count; i++) {
    if (opened[i].module == module) {
      qref_backend_close(library);
      return opened[i].watched;
    }
  }
  const size_t index = opened_count++;
  opened[index].library = library;
  opened[index].module = module;
  opened[index].watched = qref_watched_module(index, name, module);
  opened[index].name = name;
  return opened[index].watched;
}

qref_status qref_named_backend(const char *name, const qref_backend **backend, qref_error *error) {
  qref_backend_library *library = NULL;
  if (opened_count == QREF_WATCHED_MODULES) {
    return qref_fail(error, QREF_ERROR_UNSUPPORTED, "backend '%s': expected at most %d modules", name,
                     QREF_WATCHED_MODULES);
  }
  qref_watch_begin(name, "its loading");
  const qref_status status = qref_backend_open(name, &library, backend, error);
  qref_watch_end();
  if (status != QREF_OK) {
    return status;
  }
  if (library != NULL) {
    *backend = watch(name, library, *backend);
  }
  const char *reason = qref_backend_unavailable(*backend);
  if (reason != NULL) {
    return qref_fail(error, QREF_ERROR_UNSUPPORTED, "backend '%s': %s", name, reason);
  }
  return QREF_OK;
}

void qref_named_backends_close(void) {
  if (qref_watch_here() != NULL) {
    qref_watch_here()->position.op = NULL; /* the cases are done */
  }
  while (opened_count > 0) {
    opened_count--;
    qref_watch_begin(opened[opened_count].name, "its unloading");
    qref_backend_close(opened[opened_count].library);
    qref_watch_end();
  }
}
