/* JUnit XML, collected in memory and written whole. */
#ifndef QREF_CLI_JUNIT_H
#define QREF_CLI_JUNIT_H

#include "ref/cli/options.h"

typedef struct qref_junit qref_junit;

/* NULL when out of memory. */
qref_junit *qref_junit_create(const char *suite);
void qref_junit_destroy(qref_junit *junit);
/* One test case; failure is NULL or what went wrong. */
void qref_junit_add(qref_junit *junit, const char *group, const char *name, const char *failure);
/* One that was not run, and why. */
void qref_junit_add_skipped(qref_junit *junit, const char *group, const char *name, const char *reason);
/* The end of a subcommand: flushes stdout, then writes --junit, and destroys `junit`. A junit of NULL means that memory
 * ran out. Returns exit_code, or QREF_EXIT_BAD with a message. Nothing is written if exit_code is QREF_EXIT_BAD. */
int qref_conclude(const qref_common *common, qref_junit *junit, int exit_code);

#endif
