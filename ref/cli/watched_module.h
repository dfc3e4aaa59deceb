/* A module as the program calls it: one call at a time, each of them seen by the process that supervises this one. */
#ifndef QREF_CLI_WATCHED_MODULE_H
#define QREF_CLI_WATCHED_MODULE_H

#include <qref/backend.h>

/* --backend and --against */
enum { QREF_WATCHED_MODULES = 2 };

/* The module's table with functions that call its own; static storage, one for each index. `name` is what the user
 * calls it. An op without a function fails with QREF_ERROR_DEVICE. */
const qref_backend *qref_watched_module(size_t index, const char *name, const qref_backend *module);

/* Around code of the module that is not in its table. */
void qref_watch_begin(const char *module, const char *function);
void qref_watch_end(void);

#endif
