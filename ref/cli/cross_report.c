#include "ref/cli/cross_report.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ref/base/size.h"
#include "ref/cli/cross_text.h"
#include "ref/cli/element.h"

/* ---- results ---- */

/* Each kept divergence owns one block of text. */
static bool copy_strings(qref_cross_divergence *divergence) {
  const char **strings[] = {&divergence->op, &divergence->profile, &divergence->case_id, &divergence->suite,
                            &divergence->tensor};
  enum { STRINGS = sizeof strings / sizeof strings[0] };
  size_t size = 0;
  for (size_t i = 0; i < STRINGS; i++) {
    *strings[i] = *strings[i] != NULL ? *strings[i] : "";
    size += strlen(*strings[i]) + 1;
  }
  char *at = malloc(size);
  if (at == NULL) {
    return false;
  }
  for (size_t i = 0; i < STRINGS; i++) { /* the op lies at its start */
    const size_t length = strlen(*strings[i]) + 1;
    memcpy(at, *strings[i], length);
    *strings[i] = at;
    at += length;
  }
  return true;
}

static const qref_cross_divergence *first_of(const qref_cross_results *results, const char *op, const char *profile) {
  for (size_t i = 0; i < results->count; i++) {
    if (strcmp(results->kept[i].op, op) == 0 && strcmp(results->kept[i].profile, profile) == 0) {
      return &results->kept[i];
    }
  }
  return NULL;
}

void qref_cross_collect(void *context, const qref_cross_divergence *divergence) {
  qref_cross_results *results = context;
  results->all++;
  if (results->count >= QREF_CROSS_KEPT && first_of(results, divergence->op, divergence->profile) != NULL) {
    return;
  }
  qref_cross_divergence copy = *divergence;
  qref_cross_divergence *kept = qref_grow(results->kept, results->count, &results->capacity, sizeof *kept);
  if (kept != NULL) {
    results->kept = kept;
  }
  if (kept == NULL || !copy_strings(&copy)) {
    results->out_of_memory = true;
    return;
  }
  kept[results->count++] = copy;
}

void qref_cross_results_free(qref_cross_results *results) {
  for (size_t i = 0; i < results->count; i++) {
    free((char *)(uintptr_t)results->kept[i].op);
  }
  free(results->kept);
  memset(results, 0, sizeof *results);
}

/* ---- JSON ---- */

static bool add_bits(cJSON *object, const char *name, qref_dtype dtype, uint32_t bits) {
  char text[16];
  snprintf(text, sizeof text, "0x%0*x", 2 * (int)qref_dtype_size(dtype), (unsigned)bits);
  return cJSON_AddStringToObject(object, name, text) != NULL;
}

static bool add_element(cJSON *object, const qref_cross_divergence *divergence) {
  cJSON *element = cJSON_AddObjectToObject(object, "first_divergence");
  cJSON *shape = NULL;
  bool made = element != NULL && cJSON_AddStringToObject(element, "tensor", divergence->tensor) != NULL &&
              cJSON_AddStringToObject(element, "dtype", qref_dtype_name(divergence->dtype)) != NULL &&
              (shape = cJSON_AddArrayToObject(element, "shape")) != NULL;
  for (size_t d = 0; made && d < divergence->rank; d++) {
    made = cJSON_AddItemToArray(shape, qref_json_from_u64(divergence->shape[d]));
  }
  return made && qref_json_add_u64(element, "elements", divergence->elements) &&
         qref_json_add_u64(element, "different", divergence->different) &&
         qref_json_add_u64(element, "index", divergence->element) &&
         add_bits(element, "backend_bits", divergence->dtype, divergence->found_bits) &&
         add_bits(element, "expected_bits", divergence->dtype, divergence->expected_bits) &&
         qref_json_add_f32(element, "before_rounding", divergence->before_rounding) &&
         qref_json_add_f32(element, "boundary_distance", (float)divergence->boundary_distance) &&
         cJSON_AddStringToObject(element, "verdict", qref_verdict_name(divergence->verdict)) != NULL;
}

static bool add_divergence(cJSON *array, const qref_cross_summary *summary, const qref_cross_divergence *divergence) {
  cJSON *object = cJSON_CreateObject();
  bool made = object != NULL && cJSON_AddItemToArray(array, object) &&
              cJSON_AddStringToObject(object, "op", divergence->op) != NULL &&
              cJSON_AddStringToObject(object, "profile", divergence->profile) != NULL;
  if (made && divergence->suite[0] != '\0') {
    made = cJSON_AddStringToObject(object, "suite", divergence->suite) != NULL &&
           cJSON_AddStringToObject(object, "case", divergence->case_id) != NULL;
  } else {
    made = made && qref_json_add_u64(object, "random_case", divergence->index);
  }
  char *command = qref_cross_repeat_text(summary, divergence);
  made = made && command != NULL && cJSON_AddStringToObject(object, "run", divergence->run) != NULL &&
         cJSON_AddStringToObject(object, "problem", qref_cross_problem_name(divergence->problem)) != NULL &&
         cJSON_AddStringToObject(object, "message", divergence->message) != NULL &&
         cJSON_AddStringToObject(object, "repeat", command) != NULL;
  free(command);
  return made && (!divergence->has_element || add_element(object, divergence));
}

static bool add_row(cJSON *array, const qref_cross_row *row) {
  cJSON *object = cJSON_CreateObject();
  return object != NULL && cJSON_AddItemToArray(array, object) &&
         cJSON_AddStringToObject(object, "op", row->op) != NULL &&
         cJSON_AddStringToObject(object, "profile", row->profile) != NULL &&
         cJSON_AddStringToObject(object, "verdict", qref_cross_row_verdict(row)) != NULL &&
         qref_json_add_u64(object, "cases", row->cases) && qref_json_add_u64(object, "failed", row->failed) &&
         qref_json_add_u64(object, "unsupported", row->unsupported) && qref_json_add_u64(object, "runs", row->runs) &&
         qref_json_add_u64(object, "tensors", row->tensors) && qref_json_add_u64(object, "bytes", row->bytes) &&
         qref_json_add_f32(object, "reference_seconds", (float)row->reference_seconds) &&
         qref_json_add_f32(object, "backend_seconds", (float)row->backend_seconds);
}

static bool add_settings(cJSON *object, const qref_cross_summary *summary) {
  const qref_cross_options *options = summary->options;
  char seed[24];
  snprintf(seed, sizeof seed, "0x%016llx", (unsigned long long)options->seed);
  cJSON *suites = NULL;
  bool made = cJSON_AddStringToObject(object, "backend", summary->backend) != NULL &&
              cJSON_AddStringToObject(object, "against", summary->against) != NULL &&
              cJSON_AddStringToObject(object, "seed", seed) != NULL &&
              qref_json_add_u64(object, "threads", (uint64_t)options->threads) &&
              (suites = cJSON_AddArrayToObject(object, "suites")) != NULL;
  for (size_t i = 0; made && i < options->suite_count; i++) {
    made = cJSON_AddItemToArray(suites, cJSON_CreateString(options->suites[i]));
  }
  return made && cJSON_AddBoolToObject(object, "forever", options->forever) != NULL &&
         qref_json_add_u64(object, "random_cases", options->forever ? 0 : options->random_cases) &&
         qref_json_add_u64(object, "first_random", options->first_random);
}

cJSON *qref_cross_to_json(const qref_cross_summary *summary) {
  const qref_cross_report *report = summary->report;
  cJSON *object = cJSON_CreateObject();
  cJSON *rows = NULL;
  cJSON *divergences = NULL;
  bool made = object != NULL && add_settings(object, summary) && qref_json_add_u64(object, "cases", report->cases) &&
              qref_json_add_u64(object, "failed", report->failed) &&
              qref_json_add_u64(object, "unsupported", report->unsupported) &&
              qref_json_add_u64(object, "runs", report->runs) &&
              qref_json_add_u64(object, "tensors", report->tensors) &&
              qref_json_add_u64(object, "bytes", report->bytes) &&
              qref_json_add_f32(object, "seconds", (float)summary->seconds) &&
              cJSON_AddBoolToObject(object, "interrupted", summary->interrupted) != NULL &&
              (rows = cJSON_AddArrayToObject(object, "rows")) != NULL;
  for (size_t i = 0; made && i < report->row_count; i++) {
    made = add_row(rows, &report->rows[i]);
  }
  made = made && (divergences = cJSON_AddArrayToObject(object, "divergences")) != NULL;
  for (size_t i = 0; made && i < summary->results->count; i++) {
    made = add_divergence(divergences, summary, &summary->results->kept[i]);
  }
  if (!made) {
    cJSON_Delete(object);
    return NULL;
  }
  return object;
}

/* ---- JUnit ---- */

void qref_cross_add_junit(const qref_cross_summary *summary, qref_junit *junit) {
  for (size_t i = 0; i < summary->report->row_count; i++) {
    const qref_cross_row *row = &summary->report->rows[i];
    char name[256];
    snprintf(name, sizeof name, "%s under %s", row->op, row->profile);
    const qref_cross_divergence *divergence = first_of(summary->results, row->op, row->profile);
    if (row->failed != 0) {
      char *text = divergence == NULL ? NULL : qref_cross_line_text(summary, divergence);
      qref_junit_add(junit, "cross", name, text != NULL ? text : "the backend differs");
      free(text);
    } else if (row->cases != 0) {
      qref_junit_add(junit, "cross", name, NULL);
    }
    if (row->unsupported != 0) {
      const unsigned long long all = row->cases + row->unsupported;
      char reason[128];
      snprintf(reason, sizeof reason, "the backend does not support %llu of %llu cases",
               (unsigned long long)row->unsupported, all);
      snprintf(name, sizeof name, "%s under %s, unsupported", row->op, row->profile);
      qref_junit_add_skipped(junit, "cross", name, reason);
    }
  }
}
