/* A profile inside another JSON file. */
#ifndef QREF_PROFILE_PROFILE_FROM_JSON_H
#define QREF_PROFILE_PROFILE_FROM_JSON_H

#include <cjson/cJSON.h>
#include <qref/profile.h>

/* What qref_profile_load does with the content of a file. `source` goes into errors; *profile may be changed by a
 * failure. */
qref_status qref_profile_from_json(const cJSON *root, const char *source, qref_profile *profile, qref_error *error);

#endif
