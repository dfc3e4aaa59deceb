#include "ref/backends/module_path.h"

#include <dirent.h>
#include <errno.h>
#include <qref/backend.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ref/base/error.h"
#include "ref/base/file.h"

static const char environment[] = "QREF_MODULE_PATH";
static const char prefix[] = "qref_";
static const char suffix[] = ".so";

/* ---- folders ---- */

typedef struct folder_list {
  char **paths;
  size_t count;
  bool out_of_memory;
} folder_list;

/* Takes the string over. */
static void add_folder(folder_list *list, char *path) {
  char **paths = path == NULL ? NULL : realloc(list->paths, (list->count + 1) * sizeof *paths);
  if (paths == NULL) {
    free(path);
    list->out_of_memory = true;
    return;
  }
  list->paths = paths;
  paths[list->count++] = path;
}

static folder_list list_folders(void) {
  folder_list list = {.paths = NULL};
  const char *rest = getenv(environment);
  while (rest != NULL && *rest != '\0') {
    const size_t length = strcspn(rest, ":");
    if (length != 0) {
      add_folder(&list, strndup(rest, length));
    }
    rest += length + (rest[length] == ':');
  }
  char *program = NULL;
  list.out_of_memory = !qref_program_folder(&program) || list.out_of_memory;
  if (program != NULL) {
    add_folder(&list, strdup(program));
    add_folder(&list, qref_path_join(program, "../lib/qref"));
  }
  free(program);
  return list;
}

static void free_folders(folder_list *list) {
  for (size_t i = 0; i < list->count; i++) {
    free(list->paths[i]);
  }
  free(list->paths);
}

/* ---- one module ---- */

static char *file_name(const char *name) {
  const size_t size = strlen(prefix) + strlen(name) + sizeof suffix;
  char *file = malloc(size);
  if (file != NULL) {
    snprintf(file, size, "%s%s%s", prefix, name, suffix);
  }
  return file;
}

static qref_status unknown(const char *name, qref_error *error) {
  qref_error known;
  const qref_backend *none = NULL;
  char *program = NULL;
  const bool memory = qref_program_folder(&program);
  const char *here = memory && program != NULL ? program : "./";
  (void)qref_backend_find(name, &none, &known);
  (void)qref_fail(error, QREF_ERROR_ARGUMENT, "%s, and found no module %s%s%s in %s, %s and %s../lib/qref",
                  known.message, prefix, name, suffix, environment, here, here);
  free(program);
  return QREF_ERROR_ARGUMENT;
}

static qref_status find_named(const char *name, char **path, qref_error *error) {
  folder_list folders = list_folders();
  char *file = file_name(name);
  bool memory = file != NULL && !folders.out_of_memory;
  for (size_t i = 0; memory && *path == NULL && i < folders.count; i++) {
    *path = qref_path_join(folders.paths[i], file);
    memory = *path != NULL;
    if (memory && !qref_path_exists(*path)) {
      free(*path);
      *path = NULL;
    }
  }
  free(file);
  free_folders(&folders);
  if (!memory) {
    return qref_fail(error, QREF_ERROR_MEMORY, "module '%s': out of memory", name);
  }
  return *path != NULL ? QREF_OK : unknown(name, error);
}

/* Whether it has the suffix and something in front of it. */
static bool is_file_of_module(const char *name) {
  const size_t length = strlen(name);
  return length > strlen(suffix) && strcmp(name + length - strlen(suffix), suffix) == 0;
}

qref_status qref_module_path(const char *name, char **path, qref_error *error) {
  *path = NULL;
  if (name == NULL || name[0] == '\0') {
    return qref_fail(error, QREF_ERROR_ARGUMENT, "backend: expected the name of a backend or module");
  }
  const bool has_slash = strchr(name, '/') != NULL;
  if (!has_slash && !is_file_of_module(name)) {
    return find_named(name, path, error);
  }
  if (access(name, F_OK) != 0) {
    return qref_fail(error, QREF_ERROR_IO, "%s: cannot open the module: %s", name, strerror(errno));
  }
  *path = has_slash ? strdup(name) : qref_path_join(".", name);
  return *path != NULL ? QREF_OK : qref_fail(error, QREF_ERROR_MEMORY, "%s: out of memory", name);
}

/* ---- all of them ---- */

static bool is_listed(const qref_module_list *list, const char *name, size_t length) {
  for (size_t i = 0; i < list->count; i++) {
    if (strlen(list->files[i].name) == length && strncmp(list->files[i].name, name, length) == 0) {
      return true;
    }
  }
  return false;
}

/* False when out of memory. */
static bool add_file(qref_module_list *list, const char *folder, const char *file) {
  const char *name = file + strlen(prefix);
  if (strncmp(file, prefix, strlen(prefix)) != 0 || !is_file_of_module(name) ||
      is_listed(list, name, strlen(name) - strlen(suffix))) {
    return true;
  }
  qref_module_file *files = realloc(list->files, (list->count + 1) * sizeof *files);
  if (files == NULL) {
    return false;
  }
  list->files = files;
  qref_module_file *added = &files[list->count++];
  added->name = strndup(name, strlen(name) - strlen(suffix));
  added->path = qref_path_join(folder, file);
  return added->name != NULL && added->path != NULL;
}

static int compare_names(const void *a, const void *b) {
  return strcmp(((const qref_module_file *)a)->name, ((const qref_module_file *)b)->name);
}

qref_status qref_module_list_make(qref_module_list *list, qref_error *error) {
  *list = (qref_module_list){.files = NULL};
  folder_list folders = list_folders();
  bool memory = !folders.out_of_memory;
  for (size_t i = 0; memory && i < folders.count; i++) {
    DIR *stream = opendir(folders.paths[i]);
    const struct dirent *entry = NULL;
    while (stream != NULL && memory && (entry = readdir(stream)) != NULL) {
      memory = add_file(list, folders.paths[i], entry->d_name);
    }
    if (stream != NULL) {
      closedir(stream);
    }
  }
  free_folders(&folders);
  if (!memory) {
    qref_module_list_free(list);
    return qref_fail(error, QREF_ERROR_MEMORY, "modules: out of memory");
  }
  if (list->count != 0) {
    qsort(list->files, list->count, sizeof *list->files, compare_names);
  }
  return QREF_OK;
}

void qref_module_list_free(qref_module_list *list) {
  for (size_t i = 0; i < list->count; i++) {
    free(list->files[i].name);
    free(list->files[i].path);
  }
  free(list->files);
  *list = (qref_module_list){.files = NULL};
}
