/* qref diff: two suites, or two directories of layer logs. */
#include <stdio.h>
#include <stdlib.h>

#include "ref/base/decimal.h"
#include "ref/base/error.h"
#include "ref/base/json.h"
#include "ref/cli/cli.h"
#include "ref/cli/diff_suites.h"
#include "ref/cli/junit.h"
#include "ref/cli/options.h"
#include "ref/cli/output.h"

typedef struct diff_results {
  qref_log_difference *files;
  size_t count;
  bool out_of_memory;
} diff_results;

static void collect(void *context, const qref_log_difference *difference) {
  diff_results *results = context;
  qref_log_difference *files = realloc(results->files, (results->count + 1) * sizeof *files);
  if (files == NULL) {
    results->out_of_memory = true;
    return;
  }
  results->files = files;
  results->files[results->count++] = *difference;
}

static bool differs(const qref_log_difference *file) {
  return file->only_in_a || file->only_in_b || file->different != 0;
}

static void describe(const qref_log_difference *file, char *text, size_t size) {
  if (file->only_in_a || file->only_in_b) {
    snprintf(text, size, "only in %s", file->only_in_a ? "A" : "B");
  } else if (file->different == 0) {
    snprintf(text, size, "same");
  } else {
    char a[QREF_DECIMAL_SIZE];
    char b[QREF_DECIMAL_SIZE];
    qref_format_f32(file->first_a, a);
    qref_format_f32(file->first_b, b);
    snprintf(text, size, "first at %s[%zu]: %s, %s", file->first_field, file->first_index, a, b);
  }
}

static size_t count_different(const diff_results *results) {
  size_t different = 0;
  for (size_t i = 0; i < results->count; i++) {
    different += differs(&results->files[i]) ? 1 : 0;
  }
  return different;
}

static void print_text(const diff_results *results, const char *const directories[2]) {
  printf("A %s\nB %s\n\n%-48s %7s %9s %12s %12s\n", directories[0], directories[1], "file", "values", "different",
         "max", "mean");
  for (size_t i = 0; i < results->count; i++) {
    const qref_log_difference *file = &results->files[i];
    char text[256];
    describe(file, text, sizeof text);
    printf("%-48s %7llu %9llu %12.6g %12.6g  %s\n", file->file, (unsigned long long)file->values,
           (unsigned long long)file->different, file->max_difference, file->mean_difference, text);
  }
  printf("\n%zu of %zu files differ\n", count_different(results), results->count);
}

static cJSON *summarize(const diff_results *results, const char *const directories[2]) {
  cJSON *object = cJSON_CreateObject();
  cJSON *array = NULL;
  bool made = object != NULL && cJSON_AddStringToObject(object, "a", directories[0]) != NULL &&
              cJSON_AddStringToObject(object, "b", directories[1]) != NULL &&
              (array = cJSON_AddArrayToObject(object, "files")) != NULL;
  for (size_t i = 0; made && i < results->count; i++) {
    const qref_log_difference *file = &results->files[i];
    cJSON *item = cJSON_CreateObject();
    made = item != NULL && cJSON_AddItemToArray(array, item) &&
           cJSON_AddStringToObject(item, "file", file->file) != NULL &&
           cJSON_AddBoolToObject(item, "only_in_a", file->only_in_a) != NULL &&
           cJSON_AddBoolToObject(item, "only_in_b", file->only_in_b) != NULL &&
           qref_json_add_u64(item, "values", file->values) && qref_json_add_u64(item, "different", file->different) &&
           cJSON_AddNumberToObject(item, "max", file->max_difference) != NULL &&
           cJSON_AddNumberToObject(item, "mean", file->mean_difference) != NULL;
    if (made && file->different != 0) {
      cJSON *first = cJSON_AddObjectToObject(item, "first_divergence");
      made = first != NULL && cJSON_AddStringToObject(first, "field", file->first_field) != NULL &&
             qref_json_add_u64(first, "index", file->first_index) && qref_json_add_f32(first, "a", file->first_a) &&
             qref_json_add_f32(first, "b", file->first_b);
    }
  }
  made = made && cJSON_AddBoolToObject(object, "same", count_different(results) == 0) != NULL;
  if (!made) {
    cJSON_Delete(object);
    return NULL;
  }
  return object;
}

static qref_junit *make_junit(const diff_results *results) {
  qref_junit *junit = qref_junit_create("diff");
  for (size_t i = 0; junit != NULL && i < results->count; i++) {
    char text[256];
    describe(&results->files[i], text, sizeof text);
    qref_junit_add(junit, "diff", results->files[i].file, differs(&results->files[i]) ? text : NULL);
  }
  return junit;
}

static int report(const diff_results *results, const char *const directories[2], const qref_common *common) {
  if (!common->json) {
    print_text(results, directories);
  } else if (!qref_print_json(common->command, summarize(results, directories))) {
    return QREF_EXIT_BAD;
  }
  return qref_conclude(common, make_junit(results),
                       count_different(results) == 0 ? QREF_EXIT_EXPLAINED : QREF_EXIT_DIFFERENCES);
}

static int diff_logs(const char *const directories[2], const qref_common *common) {
  qref_error error;
  diff_results results = {.files = NULL};
  qref_status status = qref_diff_logs(directories[0], directories[1], collect, &results, &error);
  if (status == QREF_OK && results.out_of_memory) {
    status = qref_fail(&error, QREF_ERROR_MEMORY, "out of memory");
  }
  const int exit_code =
      status == QREF_OK ? report(&results, directories, common) : qref_report_error(common->command, &error);
  free(results.files);
  return exit_code;
}

int qref_command_diff(int argc, char **argv) {
  const char *directories[2] = {NULL, NULL};
  const qref_command_line line = {
      .command = "diff",
      .arguments = "A B",
      .description =
          "Compares two suites of golden vectors, case by case and tensor by tensor, or the layer logs of\n"
          "two directories file by file: how many values differ, by how much, and where first. Of suites\n"
          "only what differs is listed. Exit code 0 if they are the same, 1 if not.",
      .example =
          "  qref check --quantize --log-dir logs-a --quiet\n"
          "  qref check --quantize --log-dir logs-b --quiet --threads 2\n"
          "  qref diff logs-a logs-b\n"
          "  qref gen --suite smoke -o smoke-a\n"
          "  qref gen --suite smoke --threads 2 -o smoke-b\n"
          "  qref diff smoke-a smoke-b\n",
      .positional = directories,
      .positional_count = 2,
  };
  qref_common common;
  int exit_code = QREF_EXIT_BAD;
  if (!qref_parse_command_line(argc, argv, &line, &common, &exit_code)) {
    return exit_code;
  }
  const bool is_suite[2] = {qref_is_suite(directories[0]), qref_is_suite(directories[1])};
  if (is_suite[0] != is_suite[1]) {
    qref_error error;
    (void)qref_fail(&error, QREF_ERROR_ARGUMENT, "%s: expected a suite of vectors, as %s is one",
                    directories[is_suite[0] ? 1 : 0], directories[is_suite[0] ? 0 : 1]);
    return qref_report_error(common.command, &error);
  }
  return is_suite[0] ? qref_diff_suites_command(directories, &common) : diff_logs(directories, &common);
}
