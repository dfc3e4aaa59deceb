/* The part of qref info about backends. */
#ifndef QREF_CLI_INFO_BACKENDS_H
#define QREF_CLI_INFO_BACKENDS_H

#include <qref/profile.h>

/* A line for each backend with what keeps it from running here, and which backend computes which op. */
void qref_backends_print(const qref_profile *profile);

struct cJSON;
/* Adds the members "backends" and "ops" to an object; false when out of memory. */
bool qref_backends_add_json(struct cJSON *object, const qref_profile *profile);

#endif
