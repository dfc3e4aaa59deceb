#include "ref/backends/module_path.h"

#include <errno.h>
#include <qref/backend.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ref/base/error.h"
#include "ref/base/file.h"

static const char environment[] = "QREF_MODULE_PATH";

/* The module of that name in the folder, if it is there. *memory becomes false when there is none. */
static char *in_folder(const char *folder, size_t length, const char *name, bool *memory) {
  const char separator[] = "/";
  const size_t size = length + sizeof separator + strlen("qref_.so") + strlen(name);
  char *path = malloc(size);
  if (path == NULL) {
    *memory = false;
    return NULL;
  }
  snprintf(path, size, "%.*s%sqref_%s.so", (int)length, folder, folder[length - 1] == '/' ? "" : separator, name);
  if (!qref_path_exists(path)) {
    free(path);
    return NULL;
  }
  return path;
}

static char *in_environment(const char *name, bool *memory) {
  const char *folder = getenv(environment);
  while (folder != NULL && *folder != '\0') {
    const size_t length = strcspn(folder, ":");
    char *path = length != 0 ? in_folder(folder, length, name, memory) : NULL;
    if (path != NULL || !*memory) {
      return path;
    }
    folder += length + (folder[length] == ':');
  }
  return NULL;
}

static char *near_program(const char *program, const char *name, bool *memory) {
  char *path = in_folder(program, strlen(program), name, memory);
  if (path != NULL || !*memory) {
    return path;
  }
  char *installed = qref_path_join(program, "../lib/qref");
  *memory = installed != NULL;
  path = *memory ? in_folder(installed, strlen(installed), name, memory) : NULL;
  free(installed);
  return path;
}

static qref_status find_named(const char *name, char **path, qref_error *error) {
  char *program = qref_program_folder();
  bool memory = true;
  *path = in_environment(name, &memory);
  if (*path == NULL && memory && program != NULL) {
    *path = near_program(program, name, &memory);
  }
  qref_status status = QREF_OK;
  if (!memory) {
    status = qref_fail(error, QREF_ERROR_MEMORY, "module '%s': out of memory", name);
  } else if (*path == NULL) {
    qref_error known;
    const qref_backend *none = NULL;
    const char *here = program != NULL ? program : "./";
    (void)qref_backend_find(name, &none, &known);
    status = qref_fail(error, QREF_ERROR_ARGUMENT, "%s, and found no module qref_%s.so in %s, %s and %s../lib/qref",
                       known.message, name, environment, here, here);
  }
  free(program);
  return status;
}

qref_status qref_module_path(const char *name, char **path, qref_error *error) {
  *path = NULL;
  if (name == NULL || name[0] == '\0') {
    return qref_fail(error, QREF_ERROR_ARGUMENT, "backend: expected the name of a backend or module");
  }
  const size_t length = strlen(name);
  const bool has_slash = strchr(name, '/') != NULL;
  if (!has_slash && (length < 3 || strcmp(name + length - 3, ".so") != 0)) {
    return find_named(name, path, error);
  }
  if (access(name, F_OK) != 0) {
    return qref_fail(error, QREF_ERROR_IO, "%s: cannot open the module: %s", name, strerror(errno));
  }
  *path = qref_path_join(has_slash ? "" : ".", name);
  return *path != NULL ? QREF_OK : qref_fail(error, QREF_ERROR_MEMORY, "%s: out of memory", name);
}
