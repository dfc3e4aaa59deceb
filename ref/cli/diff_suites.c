#include "ref/cli/diff_suites.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ref/base/error.h"
#include "ref/base/json.h"
#include "ref/cli/cli.h"
#include "ref/cli/junit.h"
#include "ref/cli/output.h"

enum { CASE_ID_SIZE = 128, TENSOR_NAME_SIZE = 64 };

typedef struct suite_difference {
  char case_id[CASE_ID_SIZE], tensor[TENSOR_NAME_SIZE];
  qref_suite_difference difference; /* its strings are not valid any more */
} suite_difference;

typedef struct suite_results {
  suite_difference *list;
  size_t count;
  bool out_of_memory;
  size_t cases;
  uint64_t elements;
} suite_results;

static void collect(void *context, const qref_suite_difference *difference) {
  suite_results *results = context;
  suite_difference *list = realloc(results->list, (results->count + 1) * sizeof *list);
  if (list == NULL) {
    results->out_of_memory = true;
    return;
  }
  results->list = list;
  suite_difference *item = &list[results->count++];
  item->difference = *difference;
  item->difference.case_id = item->difference.tensor = NULL;
  snprintf(item->case_id, sizeof item->case_id, "%s", difference->case_id);
  snprintf(item->tensor, sizeof item->tensor, "%s", difference->tensor != NULL ? difference->tensor : "");
}

/* Something other than elements differs: a message says what. */
static bool is_structural(const qref_suite_difference *difference) {
  return difference->only_in_a || difference->only_in_b || difference->attributes_differ;
}

static void describe(const qref_suite_difference *difference, char *text, size_t size) {
  if (is_structural(difference)) {
    snprintf(text, size, "%s", difference->message);
  } else {
    snprintf(text, size, "first at %zu: 0x%x, 0x%x", difference->first_index, (unsigned)difference->first_a,
             (unsigned)difference->first_b);
  }
}

static void print_text(const suite_results *results, const char *const directories[2]) {
  printf("A %s\nB %s\n\n", directories[0], directories[1]);
  if (results->count != 0) {
    printf("%-40s %-20s %10s %10s %12s %12s\n", "case", "tensor", "elements", "different", "max", "mean");
  }
  for (size_t i = 0; i < results->count; i++) {
    const suite_difference *item = &results->list[i];
    const qref_suite_difference *difference = &item->difference;
    char text[320];
    describe(difference, text, sizeof text);
    printf("%-40s %-20s ", item->case_id, item->tensor[0] != '\0' ? item->tensor : "-");
    if (is_structural(difference)) {
      printf("%10s %10s %12s %12s  %s\n", "-", "-", "-", "-", text);
    } else {
      printf("%10llu %10llu %12.6g %12.6g  %s\n", (unsigned long long)difference->elements,
             (unsigned long long)difference->different, difference->max_difference, difference->mean_difference, text);
    }
  }
  printf("%s%zu cases, %llu elements: ", results->count != 0 ? "\n" : "", results->cases,
         (unsigned long long)results->elements);
  if (results->count == 0) {
    printf("the same\n");
  } else {
    printf("%zu differences\n", results->count);
  }
}

static bool add_difference(cJSON *array, const suite_difference *item) {
  const qref_suite_difference *difference = &item->difference;
  cJSON *object = cJSON_CreateObject();
  bool made = object != NULL && cJSON_AddItemToArray(array, object) &&
              cJSON_AddStringToObject(object, "case", item->case_id) != NULL &&
              cJSON_AddStringToObject(object, "tensor", item->tensor) != NULL &&
              cJSON_AddBoolToObject(object, "only_in_a", difference->only_in_a) != NULL &&
              cJSON_AddBoolToObject(object, "only_in_b", difference->only_in_b) != NULL;
  if (made && is_structural(difference)) {
    return cJSON_AddStringToObject(object, "message", difference->message) != NULL;
  }
  made = made && qref_json_add_u64(object, "elements", difference->elements) &&
         qref_json_add_u64(object, "different", difference->different) &&
         cJSON_AddNumberToObject(object, "max", difference->max_difference) != NULL &&
         cJSON_AddNumberToObject(object, "mean", difference->mean_difference) != NULL;
  cJSON *first = made ? cJSON_AddObjectToObject(object, "first_divergence") : NULL;
  char a[16];
  char b[16];
  snprintf(a, sizeof a, "0x%x", (unsigned)difference->first_a);
  snprintf(b, sizeof b, "0x%x", (unsigned)difference->first_b);
  return first != NULL && qref_json_add_u64(first, "index", difference->first_index) &&
         cJSON_AddStringToObject(first, "a_bits", a) != NULL && cJSON_AddStringToObject(first, "b_bits", b) != NULL;
}

static cJSON *summarize(const suite_results *results, const char *const directories[2]) {
  cJSON *object = cJSON_CreateObject();
  cJSON *array = NULL;
  bool made = object != NULL && cJSON_AddStringToObject(object, "a", directories[0]) != NULL &&
              cJSON_AddStringToObject(object, "b", directories[1]) != NULL &&
              qref_json_add_u64(object, "cases", results->cases) &&
              qref_json_add_u64(object, "elements", results->elements) &&
              (array = cJSON_AddArrayToObject(object, "differences")) != NULL;
  for (size_t i = 0; made && i < results->count; i++) {
    made = add_difference(array, &results->list[i]);
  }
  made = made && cJSON_AddBoolToObject(object, "same", results->count == 0) != NULL;
  if (!made) {
    cJSON_Delete(object);
    return NULL;
  }
  return object;
}

static qref_junit *make_junit(const suite_results *results) {
  qref_junit *junit = qref_junit_create("diff");
  for (size_t i = 0; junit != NULL && i < results->count; i++) {
    const suite_difference *item = &results->list[i];
    char name[CASE_ID_SIZE + TENSOR_NAME_SIZE];
    char text[320];
    snprintf(name, sizeof name, "%s%s%s", item->case_id, item->tensor[0] != '\0' ? "." : "", item->tensor);
    describe(&item->difference, text, sizeof text);
    qref_junit_add(junit, "diff", name, text);
  }
  return junit;
}

static int report(const suite_results *results, const char *const directories[2], const qref_common *common) {
  if (!common->json) {
    print_text(results, directories);
  } else if (!qref_print_json(common->command, summarize(results, directories))) {
    return QREF_EXIT_BAD;
  }
  return qref_conclude(common, make_junit(results), results->count == 0 ? QREF_EXIT_EXPLAINED : QREF_EXIT_DIFFERENCES);
}

int qref_diff_suites_command(const char *const directories[2], const qref_common *common) {
  qref_error error;
  suite_results results = {.list = NULL};
  qref_status status =
      qref_diff_suites(directories[0], directories[1], collect, &results, &results.cases, &results.elements, &error);
  if (status == QREF_OK && results.out_of_memory) {
    status = qref_fail(&error, QREF_ERROR_MEMORY, "out of memory");
  }
  const int exit_code =
      status == QREF_OK ? report(&results, directories, common) : qref_report_error(common->command, &error);
  free(results.list);
  return exit_code;
}
