/* Modules: backends in shared objects. */
#include <dlfcn.h>
#include <qref/backend.h>
#include <stdlib.h>
#include <string.h>

#include "ref/backends/module_path.h"
#include "ref/backends/op_list.h"
#include "ref/base/error.h"
#include "ref/base/file.h"

struct qref_backend_library {
  void *handle; /* of dlopen */
};

static bool has_function(const qref_backend *backend, qref_op op) {
  switch (op) {
#define CASE(name, enumerator, arguments) \
  case QREF_OP_##enumerator:              \
    return backend->name != NULL;
    QREF_OP_LIST(CASE)
#undef CASE
    case QREF_OP_COUNT:
      break;
  }
  return false;
}

static qref_status check_functions(const char *path, const qref_backend *backend, qref_error *error) {
  if ((backend->linear_packed_size == NULL) != (backend->linear_pack == NULL)) {
    return qref_fail(error, QREF_ERROR_FORMAT,
                     "%s: module: fields 'linear_packed_size' and 'linear_pack': expected both or neither, found one",
                     path);
  }
  for (size_t i = 0; i < qref_profile_count(); i++) {
    for (qref_op op = 0; op < QREF_OP_COUNT; op++) {
      if (!has_function(backend, op) && backend->supports(op, qref_profile_at(i))) {
        return qref_fail(error, QREF_ERROR_FORMAT,
                         "%s: module: field '%s': expected a function, as the module supports the op under profile "
                         "%s, found NULL",
                         path, qref_op_name(op), qref_profile_at(i)->name);
      }
    }
  }
  return QREF_OK;
}

/* Nothing but the version may be read of a table of another version. */
static qref_status check_backend(const char *path, const qref_backend *backend, qref_error *error) {
  if (backend->abi_version != QREF_BACKEND_ABI_VERSION) {
    return qref_fail(error, QREF_ERROR_FORMAT,
                     "%s: module of ABI version %u, expected %u: build it with this qref's <qref/backend.h>", path,
                     (unsigned)backend->abi_version, QREF_BACKEND_ABI_VERSION);
  }
  if (backend->struct_size != sizeof(qref_backend)) {
    return qref_fail(error, QREF_ERROR_FORMAT,
                     "%s: module with a qref_backend of %zu bytes, expected %zu: build it with this qref's "
                     "<qref/backend.h>",
                     path, backend->struct_size, sizeof(qref_backend));
  }
  if (backend->name == NULL || backend->description == NULL || backend->supports == NULL) {
    return qref_fail(error, QREF_ERROR_FORMAT, "%s: module: field '%s': expected a %s, found NULL", path,
                     backend->name == NULL          ? "name"
                     : backend->description == NULL ? "description"
                                                    : "supports",
                     backend->name == NULL || backend->description == NULL ? "string" : "function");
  }
  return check_functions(path, backend, error);
}

/* What the module returns, or its reason not to. */
static qref_status enter(const char *path, void *handle, const qref_backend **backend, qref_error *error) {
  void *symbol = dlsym(handle, QREF_BACKEND_MODULE_SYMBOL);
  if (symbol == NULL) {
    return qref_fail(error, QREF_ERROR_FORMAT, "%s: not a module: expected the function %s in it", path,
                     QREF_BACKEND_MODULE_SYMBOL);
  }
  qref_backend_module_entry entry = NULL;
  _Static_assert(sizeof entry == sizeof symbol, "POSIX: an object pointer holds a function's address");
  memcpy(&entry, &symbol, sizeof entry);
  qref_error reason = {.message = ""};
  *backend = entry(&reason);
  if (*backend == NULL) {
    reason.message[sizeof reason.message - 1] = '\0';
    return qref_fail(error, QREF_ERROR_DEVICE, "%s: the module cannot run here: %s", path,
                     reason.message[0] != '\0' ? reason.message : "it gives no reason");
  }
  return check_backend(path, *backend, error);
}

/* The runtime of a device may leave threads and callbacks behind, which must not lose their code. */
#ifdef RTLD_NODELETE
static const int keep_code = RTLD_NODELETE;
#else
static const int keep_code = 0;
#endif

static qref_status load(const char *path, qref_backend_library **library, const qref_backend **backend,
                        qref_error *error) {
  qref_backend_library *loaded = malloc(sizeof *loaded);
  if (loaded == NULL) {
    return qref_fail(error, QREF_ERROR_MEMORY, "%s: out of memory", path);
  }
  loaded->handle = dlopen(path, RTLD_NOW | RTLD_LOCAL | keep_code);
  if (loaded->handle == NULL) {
    free(loaded);
    const char *reason = dlerror(); /* names the file that is at fault, another library's too */
    return qref_fail(error, QREF_ERROR_FORMAT, "cannot load the module %s: %s", path, reason != NULL ? reason : "");
  }
  const qref_status status = enter(path, loaded->handle, backend, error);
  if (status != QREF_OK) {
    qref_backend_close(loaded);
    return status;
  }
  *library = loaded;
  return QREF_OK;
}

qref_status qref_backend_open(const char *name, qref_backend_library **library, const qref_backend **backend,
                              qref_error *error) {
  *library = NULL;
  *backend = NULL;
  if (name != NULL && qref_backend_find(name, backend, NULL) == QREF_OK) {
    return QREF_OK;
  }
  char *path = NULL;
  QREF_TRY(qref_module_path(name, &path, error));
  const qref_backend *found = NULL;
  const qref_status status = load(path, library, &found, error);
  *backend = status == QREF_OK ? found : NULL;
  free(path);
  return status;
}

void qref_backend_close(qref_backend_library *library) {
  if (library != NULL) {
    dlclose(library->handle);
    free(library);
  }
}
