/* A cross-check as text. */
#ifndef QREF_CLI_CROSS_TEXT_H
#define QREF_CLI_CROSS_TEXT_H

#include "ref/cli/cross_report.h"

/* "equal", "differs", "unsupported", "partly unsupported" */
const char *qref_cross_row_verdict(const qref_cross_row *row);
/* The command that repeats one case; malloc'ed, NULL when out of memory. */
char *qref_cross_repeat_text(const qref_cross_summary *summary, const qref_cross_divergence *divergence);
/* A divergence and that command on one line; malloc'ed, NULL when out of memory. */
char *qref_cross_line_text(const qref_cross_summary *summary, const qref_cross_divergence *divergence);

#endif
