#include "ref/cli/suite_report.h"

#include <stdio.h>

#include "ref/base/error.h"
#include "ref/cli/cli.h"
#include "ref/cli/junit.h"
#include "ref/cli/output.h"
#include "ref/vectors/suite/manifest.h"

static bool is_missed(const qref_coverage_entry *entry) {
  return entry->required && entry->seen < entry->needed;
}

/* A missed point under a profile of the user's own need not be one. */
static bool is_hole(const qref_gen_report *report, const qref_coverage_entry *entry) {
  return report->holes > 0 && is_missed(entry);
}

static size_t count_required(const qref_gen_report *report) {
  size_t required = 0;
  for (size_t i = 0; i < report->coverage_count; i++) {
    required += report->coverage[i].required ? 1 : 0;
  }
  return required;
}

/* ---- text ---- */

static void print_coverage(const qref_gen_report *report) {
  if (report->coverage_count == 0) {
    printf("coverage  not checked: only whole suites of ops have one\n");
    return;
  }
  printf("\n%-26s %-20s %-28s %10s %10s\n", "op", "tensor", "point", "seen", "needed");
  for (size_t i = 0; i < report->coverage_count; i++) {
    const qref_coverage_entry *entry = &report->coverage[i];
    const char *mark = is_hole(report, entry) ? "  HOLE"
                       : is_missed(entry)     ? "  missed"
                       : !entry->required     ? "  not required"
                                              : "";
    printf("%-26s %-20s %-28s %10llu %10llu%s\n", entry->op, entry->tensor[0] == '\0' ? "-" : entry->tensor,
           entry->point, (unsigned long long)entry->seen, (unsigned long long)entry->needed, mark);
  }
  printf("\n%zu points, %zu required, %zu holes\n", report->coverage_count, count_required(report), report->holes);
}

static void print_text(const qref_suite_summary *summary) {
  const qref_gen_report *report = summary->report;
  printf("suite     %s, seed %llu", summary->suite, (unsigned long long)summary->seed);
  if (summary->op != NULL) {
    printf(", op %s", summary->op);
  }
  if (summary->case_id != NULL) {
    printf(", case %s", summary->case_id);
  }
  printf(", profile %s", summary->profile);
  if (summary->merged != 0) {
    printf(", merged from %zu shards", summary->merged);
  }
  if (summary->shard_count != 0) {
    printf(", shard %zu of %zu", summary->shard_index, summary->shard_count);
  }
  printf("\ncases     %zu\ntensors   %zu\nbytes     %llu of tensors", report->cases, report->tensors,
         (unsigned long long)report->bytes);
  if (report->holes == 0) {
    printf(", %llu of files\ndigest    %s\nwritten   %s\n", (unsigned long long)report->file_bytes, report->digest,
           summary->directory);
  } else {
    printf("\nwritten   nothing\n");
  }
  print_coverage(report);
}

/* ---- JSON ---- */

static bool add_text_or_null(cJSON *object, const char *name, const char *text) {
  return text != NULL ? cJSON_AddStringToObject(object, name, text) != NULL
                      : cJSON_AddNullToObject(object, name) != NULL;
}

static bool add_coverage(cJSON *object, const qref_gen_report *report) {
  cJSON *array = cJSON_AddArrayToObject(object, "coverage");
  bool made = array != NULL;
  for (size_t i = 0; made && i < report->coverage_count; i++) {
    const qref_coverage_entry *entry = &report->coverage[i];
    cJSON *item = cJSON_CreateObject();
    made = item != NULL && cJSON_AddItemToArray(array, item) &&
           cJSON_AddStringToObject(item, "op", entry->op) != NULL &&
           cJSON_AddStringToObject(item, "tensor", entry->tensor) != NULL &&
           cJSON_AddStringToObject(item, "point", entry->point) != NULL &&
           qref_json_add_u64(item, "seen", entry->seen) && qref_json_add_u64(item, "needed", entry->needed) &&
           cJSON_AddBoolToObject(item, "required", entry->required) != NULL &&
           cJSON_AddBoolToObject(item, "hole", is_hole(report, entry)) != NULL;
  }
  return made;
}

static cJSON *summarize(const qref_suite_summary *summary) {
  const qref_gen_report *report = summary->report;
  char seed[24];
  snprintf(seed, sizeof seed, "0x%016llx", (unsigned long long)summary->seed);
  cJSON *object = cJSON_CreateObject();
  bool made = object != NULL && cJSON_AddStringToObject(object, "suite", summary->suite) != NULL &&
              cJSON_AddStringToObject(object, "seed", seed) != NULL &&
              cJSON_AddStringToObject(object, "profile", summary->profile) != NULL &&
              add_text_or_null(object, "op", summary->op) && add_text_or_null(object, "case", summary->case_id);
  if (made && summary->shard_count != 0) {
    cJSON *shard = cJSON_AddObjectToObject(object, "shard");
    made = shard != NULL && qref_json_add_u64(shard, "index", summary->shard_index) &&
           qref_json_add_u64(shard, "count", summary->shard_count);
  } else if (made) {
    made = cJSON_AddNullToObject(object, "shard") != NULL;
  }
  if (made && summary->merged != 0) {
    made = qref_json_add_u64(object, "merged_shards", summary->merged);
  }
  made = made && qref_json_add_u64(object, "cases", report->cases) &&
         qref_json_add_u64(object, "tensors", report->tensors) && qref_json_add_u64(object, "bytes", report->bytes) &&
         add_text_or_null(object, "directory", report->holes == 0 ? summary->directory : NULL) &&
         add_text_or_null(object, "digest", report->holes == 0 ? report->digest : NULL);
  if (made && report->holes == 0) {
    made = qref_json_add_u64(object, "file_bytes", report->file_bytes);
  }
  if (made && report->coverage_count != 0) {
    made = add_coverage(object, report);
  } else if (made) {
    made = cJSON_AddNullToObject(object, "coverage") != NULL;
  }
  made = made && qref_json_add_u64(object, "holes", report->holes);
  if (!made) {
    cJSON_Delete(object);
    return NULL;
  }
  return object;
}

/* ---- JUnit ---- */

static void add_points(qref_junit *junit, const char *command, const qref_gen_report *report) {
  for (size_t i = 0; i < report->coverage_count; i++) {
    const qref_coverage_entry *entry = &report->coverage[i];
    char name[256];
    char text[128];
    snprintf(name, sizeof name, "%s%s%s.%s", entry->op, entry->tensor[0] == '\0' ? "" : ".", entry->tensor,
             entry->point);
    snprintf(text, sizeof text, "a hole in the coverage: seen %llu of %llu", (unsigned long long)entry->seen,
             (unsigned long long)entry->needed);
    qref_junit_add(junit, command, name, is_hole(report, entry) ? text : NULL);
  }
}

static qref_status add_cases(qref_junit *junit, const char *command, const char *directory, qref_error *error) {
  qref_suite_manifest manifest;
  QREF_TRY(qref_suite_open(directory, &manifest, error));
  for (size_t i = 0; i < manifest.count; i++) {
    qref_junit_add(junit, command, manifest.cases[i].item.id, NULL);
  }
  qref_suite_close(&manifest);
  return QREF_OK;
}

int qref_report_suite(const qref_suite_summary *summary, const qref_common *common) {
  const qref_gen_report *report = summary->report;
  const int exit_code = report->holes == 0 ? QREF_EXIT_EXPLAINED : QREF_EXIT_DIFFERENCES;
  if (!common->json) {
    print_text(summary);
  } else if (!qref_print_json(common->command, summarize(summary))) {
    return QREF_EXIT_BAD;
  }
  qref_junit *junit = qref_junit_create(common->command);
  if (junit != NULL && report->coverage_count != 0) {
    add_points(junit, common->command, report);
  } else if (junit != NULL && common->junit_path != NULL) {
    qref_error error;
    if (add_cases(junit, common->command, summary->directory, &error) != QREF_OK) {
      qref_junit_destroy(junit);
      return qref_report_error(common->command, &error);
    }
  }
  if (report->holes != 0) {
    fflush(stdout); /* the message stands below the table where both go to one place; errors are found at the end */
    fprintf(stderr, "%s %s: holes in the coverage, marked HOLE: %zu; %s is not written\n", qref_program_name,
            common->command, report->holes, summary->directory);
  }
  return qref_conclude(common, junit, exit_code);
}
