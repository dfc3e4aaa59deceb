/* qref diff of two suites. */
#ifndef QREF_CLI_DIFF_SUITES_H
#define QREF_CLI_DIFF_SUITES_H

#include "ref/cli/options.h"

/* Compares and prints; returns the exit code. */
int qref_diff_suites_command(const char *const directories[2], const qref_common *common);

#endif
