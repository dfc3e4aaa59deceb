#define _DEFAULT_SOURCE /* MAP_ANONYMOUS: NOLINT(bugprone-reserved-identifier) */

#include "ref/cli/info_modules.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "ref/backends/module_path.h"
#include "ref/base/error.h"
#include "ref/base/size.h"
#include "ref/cli/supervise.h"
#include "ref/cli/watched_module.h"

static void describe(const qref_backend *backend, const qref_profile *profile, qref_module_facts *facts) {
  facts->usable = true;
  snprintf(facts->description, sizeof facts->description, "%s", backend->description);
  for (qref_op op = 0; op < QREF_OP_COUNT; op++) {
    facts->supports[op] = backend->supports(op, profile);
  }
}

/* In the process made for it, which ends with this. */
static void look_at(const qref_profile *profile, qref_module_facts *facts) {
  qref_backend_library *library = NULL;
  const qref_backend *backend = NULL;
  qref_error error;
  qref_watch_begin(facts->name, "its loading");
  if (qref_backend_open(facts->path, &library, &backend, &error) == QREF_OK) {
    describe(backend, profile, facts);
    qref_backend_close(library);
  } else {
    snprintf(facts->reason, sizeof facts->reason, "%s", error.message);
  }
  qref_watch_end();
  qref_watch_done(0);
  _exit(0);
}

/* `shared` is in memory that processes share. */
static void find_out(const qref_common *common, const qref_module_file *file, qref_module_facts *shared) {
  qref_status status = QREF_OK;
  int exit_code = 0;
  qref_error error;
  memset(shared, 0, sizeof *shared);
  snprintf(shared->name, sizeof shared->name, "%s", file->name);
  snprintf(shared->path, sizeof shared->path, "%s", file->path);
  if (!qref_supervise(common->timeout, &status, &exit_code, &error)) {
    look_at(&common->profile, shared);
  }
  if (status != QREF_OK) {
    shared->usable = false;
    snprintf(shared->reason, sizeof shared->reason, "%s", error.message);
  }
}

static bool is_listed(const qref_module_list *list, const char *name) {
  for (size_t i = 0; i < list->count; i++) {
    if (strcmp(list->files[i].name, name) == 0) {
      return true;
    }
  }
  return false;
}

static void find_all(const qref_common *common, const qref_module_list *list, qref_module_facts *shared,
                     qref_modules_found *found) {
  for (size_t i = 0; i < list->count; i++) {
    find_out(common, &list->files[i], shared);
    found->facts[found->count++] = *shared;
  }
  if (qref_watch_here() != NULL && !is_listed(list, common->backend_name)) { /* --backend has loaded it */
    qref_module_facts *given = &found->facts[found->count++];
    memset(given, 0, sizeof *given);
    snprintf(given->name, sizeof given->name, "%s", common->execution.backend->name);
    snprintf(given->path, sizeof given->path, "%s", common->backend_name);
    describe(common->execution.backend, &common->profile, given);
  }
}

qref_status qref_modules_find(const qref_common *common, qref_modules_found *found, qref_error *error) {
  qref_module_list list;
  *found = (qref_modules_found){.facts = NULL};
  QREF_TRY(qref_module_list_make(&list, error));
  found->facts = qref_allocate(list.count + 1, sizeof *found->facts);
  qref_module_facts *shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  qref_status status = QREF_OK;
  if (found->facts == NULL || shared == MAP_FAILED) {
    status = qref_fail(error, QREF_ERROR_MEMORY, "modules: out of memory");
  } else {
    find_all(common, &list, shared, found);
  }
  if (shared != MAP_FAILED) {
    munmap(shared, sizeof *shared);
  }
  qref_module_list_free(&list);
  return status;
}

/* ---- text ---- */

static void print_ops(const qref_module_facts *facts, const char *profile) {
  size_t count = 0;
  for (qref_op op = 0; op < QREF_OP_COUNT; op++) {
    count += facts->supports[op];
  }
  printf("  %-12s %zu of %d ops under profile %s", "", count, QREF_OP_COUNT, profile);
  const char *separator = ": ";
  for (qref_op op = 0; op < QREF_OP_COUNT && count != QREF_OP_COUNT; op++) {
    if (facts->supports[op]) {
      printf("%s%s", separator, qref_op_name(op));
      separator = ", ";
    }
  }
  printf("\n");
}

void qref_modules_print(const qref_modules_found *found, const char *profile) {
  if (found->count != 0) {
    printf("\n%-14s usable here\n", "modules");
  }
  for (size_t i = 0; i < found->count; i++) {
    const qref_module_facts *facts = &found->facts[i];
    if (facts->usable) {
      printf("  %-12s %-27s %s\n  %-12s %s\n", facts->name, "yes", facts->description, "", facts->path);
      print_ops(facts, profile);
    } else {
      printf("  %-12s no: %s\n", facts->name, facts->reason);
    }
  }
}

/* ---- JSON ---- */

static bool add_module(cJSON *array, const qref_module_facts *facts) {
  cJSON *item = cJSON_CreateObject();
  if (item == NULL || !cJSON_AddItemToArray(array, item) ||
      cJSON_AddStringToObject(item, "name", facts->name) == NULL ||
      cJSON_AddStringToObject(item, "file", facts->path) == NULL ||
      cJSON_AddBoolToObject(item, "usable", facts->usable) == NULL) {
    return false;
  }
  if (!facts->usable) {
    return cJSON_AddStringToObject(item, "reason", facts->reason) != NULL;
  }
  cJSON *ops = cJSON_AddObjectToObject(item, "ops");
  bool made = ops != NULL && cJSON_AddStringToObject(item, "description", facts->description) != NULL;
  for (qref_op op = 0; made && op < QREF_OP_COUNT; op++) {
    made = cJSON_AddBoolToObject(ops, qref_op_name(op), facts->supports[op]) != NULL;
  }
  return made;
}

bool qref_modules_add_json(cJSON *object, const qref_modules_found *found) {
  cJSON *array = cJSON_AddArrayToObject(object, "modules");
  bool made = array != NULL;
  for (size_t i = 0; made && i < found->count; i++) {
    made = add_module(array, &found->facts[i]);
  }
  return made;
}
