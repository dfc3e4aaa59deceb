/* The part of qref info about modules: each is loaded, and asked, in a process of its own. */
#ifndef QREF_CLI_INFO_MODULES_H
#define QREF_CLI_INFO_MODULES_H

#include "ref/cli/options.h"

typedef struct qref_module_facts {
  char name[128], path[1024];
  bool usable;
  char reason[512]; /* unless usable */
  char description[128];
  bool supports[QREF_OP_COUNT]; /* under the profile */
} qref_module_facts;

typedef struct qref_modules_found {
  qref_module_facts *facts;
  size_t count;
} qref_modules_found;

/* Those that have a name, and the one that --backend gives by its path. Free with free(found->facts). */
qref_status qref_modules_find(const qref_common *common, qref_modules_found *found, qref_error *error);

/* Nothing where there are none. */
void qref_modules_print(const qref_modules_found *found, const char *profile);

struct cJSON;
/* Adds the member "modules" to an object; false when out of memory. */
bool qref_modules_add_json(struct cJSON *object, const qref_modules_found *found);

#endif
