/* A backend's fast paths may be those that write no intermediates: each case is therefore run a second time without. */
#ifndef QREF_TESTS_PORTABILITY_OUTPUTS_ALONE_H
#define QREF_TESTS_PORTABILITY_OUTPUTS_ALONE_H

#include "ref/vectors/case/case.h"

/* Runs a case that has been run again, asking for outputs and counts alone. QREF_ERROR_FORMAT if they are not the
 * same. */
qref_status outputs_alone(const qref_case *item, const qref_backend *backend, int threads, qref_error *error);

#endif
