/* Where the module that a user names lies. */
#ifndef QREF_BACKENDS_MODULE_PATH_H
#define QREF_BACKENDS_MODULE_PATH_H

#include <qref/types.h>

/* The path of the module of that name, as qref_backend_open finds it: malloc'ed, with a '/' in it. The file exists.
 * QREF_ERROR_IO: a path at which nothing is. QREF_ERROR_ARGUMENT: no module of that name. */
qref_status qref_module_path(const char *name, char **path, qref_error *error);

#endif
