/* Where modules lie: qref_NAME.so in a directory of QREF_MODULE_PATH, beside the program, or in ../lib/qref of there;
 * the first of a name counts. */
#ifndef QREF_BACKENDS_MODULE_PATH_H
#define QREF_BACKENDS_MODULE_PATH_H

#include <qref/types.h>

/* The path of the module that a user names, as qref_backend_open finds it: malloc'ed, with a '/' in it. The file
 * exists. QREF_ERROR_IO: a path at which nothing is. QREF_ERROR_ARGUMENT: no module of that name. */
qref_status qref_module_path(const char *name, char **path, qref_error *error);

/* Every module that has a NAME, by name. */
typedef struct qref_module_file {
  char *name, *path;
} qref_module_file;
typedef struct qref_module_list {
  qref_module_file *files;
  size_t count;
} qref_module_list;

qref_status qref_module_list_make(qref_module_list *list, qref_error *error);
void qref_module_list_free(qref_module_list *list);

#endif
