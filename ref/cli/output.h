/* Where a subcommand's results go: stdout, which is checked at the end, messages and the progress bar on stderr. */
#ifndef QREF_CLI_OUTPUT_H
#define QREF_CLI_OUTPUT_H

#include <cjson/cJSON.h>
#include <qref/qref.h>

/* "qref COMMAND: message" on stderr; returns QREF_EXIT_BAD. */
int qref_report_error(const char *command, const qref_error *error);

/* Flushes stdout: `exit_code`, or QREF_EXIT_BAD with a message if something could not be written. Files that a
 * subcommand writes are written after this, so that a full output device leaves nothing behind. */
int qref_finish_output(const char *command, int exit_code);

/* Prints the object on stdout, indented, and deletes it. An object of NULL means that memory ran out while it was made:
 * false, with a message. */
bool qref_print_json(const char *command, cJSON *object);

/* Draws a progress bar on stderr if that is a terminal and `quiet` is false. */
void qref_progress_attach(qref_execution *execution, bool quiet);

#endif
