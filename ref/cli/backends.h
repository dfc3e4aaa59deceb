/* The backends that the command line names, by name or as modules. */
#ifndef QREF_CLI_BACKENDS_H
#define QREF_CLI_BACKENDS_H

#include <qref/backend.h>

/* Whether the name is not that of a built-in backend. */
bool qref_names_module(const char *name);

/* The backend of that name, which can be used here. A module stays loaded until qref_named_backends_close; it is called
 * through a table of ref/cli/watched_module.h. */
qref_status qref_named_backend(const char *name, const qref_backend **backend, qref_error *error);

/* Closes what was opened: when the command is done. */
void qref_named_backends_close(void);

#endif
