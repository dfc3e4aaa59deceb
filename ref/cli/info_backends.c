#include "ref/cli/info_backends.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <string.h>

#include "ref/backends/builtin.h"

/* "yes", "no: this build has no BLIS"; of cpu "yes: as cpu-avx2". */
static void describe_use(const qref_backend *backend, char *text, size_t size) {
  const char *reason = qref_backend_unavailable(backend);
  if (reason != NULL) {
    snprintf(text, size, "no: %s", reason);
  } else if (backend == &qref_backend_cpu) {
    snprintf(text, size, "yes: as %s", qref_backend_of_cpu()->name);
  } else {
    snprintf(text, size, "yes");
  }
}

void qref_backends_print(const qref_profile *profile) {
  printf("\n%-14s usable here\n", "backends");
  for (size_t i = 0; i < qref_backend_count(); i++) {
    const qref_backend *backend = qref_backend_at(i);
    char use[64];
    describe_use(backend, use, sizeof use);
    printf("  %-12s %-27s %s\n", backend->name, use, backend->description);
  }
  printf("\nops under profile %-14s", profile->name);
  for (size_t i = 0; i < qref_backend_count(); i++) {
    printf(" %s", qref_backend_at(i)->name);
  }
  printf("\n");
  for (qref_op op = 0; op < QREF_OP_COUNT; op++) {
    printf("  %-30s", qref_op_name(op));
    for (size_t i = 0; i < qref_backend_count(); i++) {
      const qref_backend *backend = qref_backend_at(i);
      /* the last column ends its line without spaces */
      const int width = i + 1 < qref_backend_count() ? (int)strlen(backend->name) : 0;
      printf(" %-*s", width, backend->supports(op, profile) ? "yes" : "-");
    }
    printf("\n");
  }
}

static bool add_backend(cJSON *array, const qref_backend *backend) {
  const char *reason = qref_backend_unavailable(backend);
  cJSON *item = cJSON_CreateObject();
  return item != NULL && cJSON_AddItemToArray(array, item) &&
         cJSON_AddStringToObject(item, "name", backend->name) != NULL &&
         cJSON_AddStringToObject(item, "description", backend->description) != NULL &&
         cJSON_AddBoolToObject(item, "usable", reason == NULL) != NULL &&
         (reason == NULL || cJSON_AddStringToObject(item, "reason", reason) != NULL) &&
         (backend != &qref_backend_cpu ||
          cJSON_AddStringToObject(item, "runs_as", qref_backend_of_cpu()->name) != NULL);
}

bool qref_backends_add_json(cJSON *object, const qref_profile *profile) {
  cJSON *array = cJSON_AddArrayToObject(object, "backends");
  bool made = array != NULL;
  for (size_t i = 0; made && i < qref_backend_count(); i++) {
    made = add_backend(array, qref_backend_at(i));
  }
  cJSON *ops = made ? cJSON_AddObjectToObject(object, "ops") : NULL;
  made = ops != NULL;
  for (qref_op op = 0; made && op < QREF_OP_COUNT; op++) {
    cJSON *row = cJSON_AddObjectToObject(ops, qref_op_name(op));
    made = row != NULL;
    for (size_t i = 0; made && i < qref_backend_count(); i++) {
      const qref_backend *backend = qref_backend_at(i);
      made = cJSON_AddBoolToObject(row, backend->name, backend->supports(op, profile)) != NULL;
    }
  }
  return made;
}
