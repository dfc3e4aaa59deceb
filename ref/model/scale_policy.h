/* Checks of scale policies. */
#ifndef QREF_MODEL_SCALE_POLICY_H
#define QREF_MODEL_SCALE_POLICY_H

#include <qref/model.h>

/* QREF_ERROR_ARGUMENT names the field that is out of its range. */
qref_status qref_scale_policy_check(const qref_scale_policy *policy, qref_error *error);

#endif
