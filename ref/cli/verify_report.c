#include "ref/cli/verify_report.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ref/cli/element.h"
#include "ref/cli/shell_word.h"
#include "ref/cli/text_stream.h"

/* ---- results ---- */

/* Many results share an op, a profile and a tensor name, but ids are many: each result owns one block of text. */
static char *copy_strings(qref_verify_case *result) {
  const char **strings[] = {&result->id, &result->op, &result->profile, &result->tensor};
  enum { STRINGS = sizeof strings / sizeof strings[0] };
  size_t size = 0;
  for (size_t i = 0; i < STRINGS; i++) {
    *strings[i] = *strings[i] != NULL ? *strings[i] : "";
    size += strlen(*strings[i]) + 1;
  }
  char *block = malloc(size);
  char *at = block;
  for (size_t i = 0; block != NULL && i < STRINGS; i++) {
    const size_t length = strlen(*strings[i]) + 1;
    memcpy(at, *strings[i], length);
    *strings[i] = at;
    at += length;
  }
  return block; /* the id lies at its start */
}

void qref_verify_collect(void *context, const qref_verify_case *result) {
  qref_verify_results *results = context;
  qref_verify_case copy = *result;
  qref_verify_case *cases = realloc(results->cases, (results->count + 1) * sizeof *cases);
  if (cases != NULL) {
    results->cases = cases;
  }
  if (cases == NULL || copy_strings(&copy) == NULL) {
    results->out_of_memory = true;
    return;
  }
  cases[results->count++] = copy;
}

void qref_verify_results_free(qref_verify_results *results) {
  for (size_t i = 0; i < results->count; i++) {
    free((char *)(uintptr_t)results->cases[i].id);
  }
  free(results->cases);
  memset(results, 0, sizeof *results);
}

static bool failed(const qref_verify_case *result) {
  return result->problem != QREF_PROBLEM_NONE;
}

/* ---- the commands that reproduce a failing case ---- */

static void put_verify_command(FILE *stream, const qref_verify_summary *summary, const qref_verify_case *result) {
  fputs("qref verify ", stream);
  qref_put_word(stream, summary->directory);
  if (strcmp(summary->backend, "ref") != 0) {
    fputs(" --backend ", stream);
    qref_put_word(stream, summary->backend);
  }
  fprintf(stream, "%s --case ", summary->stored_inputs_only ? " --stored-inputs" : "");
  qref_put_word(stream, result->id);
}

static bool is_layer(const qref_verify_summary *summary) {
  return strcmp(summary->suite, "layer") == 0;
}

/* A profile of the user's own is a file whose name the suite does not know. */
static void put_gen_command(FILE *stream, const qref_verify_summary *summary, const qref_verify_case *result) {
  fputs("qref gen --suite ", stream);
  qref_put_word(stream, summary->suite);
  if (is_layer(summary)) {
    const char *number = result->id + strcspn(result->id, "0123456789"); /* "layer3/..." */
    fprintf(stream, " --layer %.*s", (int)strspn(number, "0123456789"), number);
  }
  if (summary->seed != QREF_SUITE_DEFAULT_SEED) {
    fprintf(stream, " --seed %llu", (unsigned long long)summary->seed);
  }
  if (strcmp(summary->profile, "quamba") != 0) {
    fputs(" --profile ", stream);
    qref_put_word(stream, summary->profile);
    fputs(qref_profile_builtin(summary->profile) == NULL ? ".json" : "", stream);
  }
  fputs(" --case ", stream);
  qref_put_word(stream, result->id);
  fputs(" -o NEW", stream);
}

/* Either command as a string; malloc'ed, NULL when out of memory. */
static char *command_text(void (*put)(FILE *, const qref_verify_summary *, const qref_verify_case *),
                          const qref_verify_summary *summary, const qref_verify_case *result) {
  qref_text_stream text;
  if (!qref_text_begin(&text)) {
    return NULL;
  }
  put(text.stream, summary, result);
  return qref_text_end(&text);
}

/* What the inputs are compared with. */
static const char *inputs_name(const qref_verify_summary *summary) {
  return summary->inputs_generated ? "made anew" : "as they are stored";
}

/* ---- text ---- */

/* In the order in which the ops first come. */
static void print_ops(const qref_verify_results *results) {
  printf("%-28s %7s %7s\n", "op", "cases", "failed");
  for (size_t i = 0; i < results->count; i++) {
    size_t cases = 0;
    size_t failures = 0;
    bool first = true;
    for (size_t k = 0; first && k < results->count; k++) {
      if (strcmp(results->cases[k].op, results->cases[i].op) == 0) {
        first = k >= i;
        cases++;
        failures += failed(&results->cases[k]) ? 1 : 0;
      }
    }
    if (first) {
      printf("%-28s %7zu %7zu\n", results->cases[i].op, cases, failures);
    }
  }
}

static void print_element(const qref_verify_case *result) {
  char shape[QREF_ELEMENT_TEXT_SIZE];
  char coordinates[QREF_ELEMENT_TEXT_SIZE];
  char stored[QREF_ELEMENT_TEXT_SIZE];
  char expected[QREF_ELEMENT_TEXT_SIZE];
  qref_format_shape(result->shape, result->rank, shape);
  qref_format_coordinates(result->element, result->shape, result->rank, coordinates);
  qref_format_element(result->dtype, result->stored_bits, stored);
  qref_format_element(result->dtype, result->expected_bits, expected);
  printf("  tensor           %s, %s %s, %zu of %zu elements differ\n", result->tensor, qref_dtype_name(result->dtype),
         shape, result->different, result->elements);
  printf("  index            %zu = %s\n  stored           %s\n  expected         %s\n", result->element, coordinates,
         stored, expected);
  if (!isnan(result->before_rounding)) {
    printf("  before rounding  %.9g\n", (double)result->before_rounding);
  }
  if (!isnan(result->boundary_distance)) {
    printf("  boundary         %.3g away\n", result->boundary_distance);
  }
  printf("  verdict          %s\n", qref_verdict_name(result->verdict));
}

static void print_failure(const qref_verify_summary *summary, const qref_verify_case *result) {
  printf("\nFAILED %s\n  op               %s, profile %s\n  problem          %s: %s\n", result->id, result->op,
         result->profile, qref_vector_problem_name(result->problem), result->message);
  if (result->has_element) {
    print_element(result);
  }
  if (result->different_intermediates != 0 || result->different_outputs != 0 || result->counts_differ) {
    printf("  reaches          %zu intermediates, %zu outputs%s\n", result->different_intermediates,
           result->different_outputs, result->counts_differ ? ", event counts" : "");
  }
  printf("  reproduce        ");
  put_verify_command(stdout, summary, result);
  printf("\n  make anew        ");
  put_gen_command(stdout, summary, result);
  printf("%s\n", is_layer(summary) ? " (with the --model, --text, --seq-len and --decode of the suite)" : "");
}

void qref_verify_print_text(const qref_verify_summary *summary) {
  const qref_verify_report *report = summary->report;
  printf("suite %s of %s, seed %llu, backend %s, inputs %s\n\n", summary->suite, summary->directory,
         (unsigned long long)summary->seed, summary->backend, inputs_name(summary));
  print_ops(summary->results);
  for (size_t i = 0; i < summary->results->count; i++) {
    if (failed(&summary->results->cases[i])) {
      print_failure(summary, &summary->results->cases[i]);
    }
  }
  printf("\n%zu cases, %llu tensors, %llu bytes: ", report->cases, (unsigned long long)report->tensors,
         (unsigned long long)report->bytes);
  if (report->failed != 0) {
    printf("%zu cases FAILED\n", report->failed);
  } else {
    printf("every bit as computed\n");
  }
  if (report->digest[0] != '\0') {
    printf("digest %s\n", report->digest);
  }
}

/* ---- JSON ---- */

static bool add_bits(cJSON *object, const char *name, const qref_verify_case *result, uint32_t bits) {
  char text[16];
  snprintf(text, sizeof text, "0x%0*x", 2 * (int)qref_dtype_size(result->dtype), (unsigned)bits);
  return cJSON_AddStringToObject(object, name, text) != NULL;
}

static bool add_element(cJSON *object, const qref_verify_case *result) {
  cJSON *element = cJSON_AddObjectToObject(object, "first_divergence");
  cJSON *shape = NULL;
  bool made = element != NULL && cJSON_AddStringToObject(element, "tensor", result->tensor) != NULL &&
              cJSON_AddStringToObject(element, "dtype", qref_dtype_name(result->dtype)) != NULL &&
              (shape = cJSON_AddArrayToObject(element, "shape")) != NULL;
  for (size_t d = 0; made && d < result->rank; d++) {
    made = cJSON_AddItemToArray(shape, qref_json_from_u64(result->shape[d]));
  }
  return made && qref_json_add_u64(element, "elements", result->elements) &&
         qref_json_add_u64(element, "different", result->different) &&
         qref_json_add_u64(element, "index", result->element) &&
         add_bits(element, "stored_bits", result, result->stored_bits) &&
         add_bits(element, "expected_bits", result, result->expected_bits) &&
         qref_json_add_f32(element, "before_rounding", result->before_rounding) &&
         qref_json_add_f32(element, "boundary_distance", (float)result->boundary_distance) &&
         cJSON_AddStringToObject(element, "verdict", qref_verdict_name(result->verdict)) != NULL;
}

static bool add_command(cJSON *object, const char *name, char *text) {
  const bool made = text != NULL && cJSON_AddStringToObject(object, name, text) != NULL;
  free(text);
  return made;
}

static bool add_failure(cJSON *array, const qref_verify_summary *summary, const qref_verify_case *result) {
  cJSON *object = cJSON_CreateObject();
  bool made = object != NULL && cJSON_AddItemToArray(array, object) &&
              cJSON_AddStringToObject(object, "case", result->id) != NULL &&
              cJSON_AddStringToObject(object, "op", result->op) != NULL &&
              cJSON_AddStringToObject(object, "profile", result->profile) != NULL &&
              cJSON_AddStringToObject(object, "problem", qref_vector_problem_name(result->problem)) != NULL &&
              cJSON_AddStringToObject(object, "message", result->message) != NULL &&
              add_command(object, "reproduce", command_text(put_verify_command, summary, result)) &&
              add_command(object, "make_anew", command_text(put_gen_command, summary, result)) &&
              qref_json_add_u64(object, "different_intermediates", result->different_intermediates) &&
              qref_json_add_u64(object, "different_outputs", result->different_outputs) &&
              cJSON_AddBoolToObject(object, "counts_differ", result->counts_differ) != NULL;
  return made && (!result->has_element || add_element(object, result));
}

cJSON *qref_verify_to_json(const qref_verify_summary *summary) {
  const qref_verify_report *report = summary->report;
  char seed[24];
  snprintf(seed, sizeof seed, "0x%016llx", (unsigned long long)summary->seed);
  cJSON *object = cJSON_CreateObject();
  cJSON *failures = NULL;
  bool made =
      object != NULL && cJSON_AddStringToObject(object, "directory", summary->directory) != NULL &&
      cJSON_AddStringToObject(object, "suite", summary->suite) != NULL &&
      cJSON_AddStringToObject(object, "seed", seed) != NULL &&
      cJSON_AddStringToObject(object, "backend", summary->backend) != NULL &&
      qref_json_add_u64(object, "cases", report->cases) && qref_json_add_u64(object, "failed", report->failed) &&
      qref_json_add_u64(object, "tensors", report->tensors) && qref_json_add_u64(object, "bytes", report->bytes);
  if (made) {
    made = report->digest[0] != '\0' ? cJSON_AddStringToObject(object, "digest", report->digest) != NULL
                                     : cJSON_AddNullToObject(object, "digest") != NULL;
  }
  made = made && (failures = cJSON_AddArrayToObject(object, "failures")) != NULL;
  for (size_t i = 0; made && i < summary->results->count; i++) {
    const qref_verify_case *result = &summary->results->cases[i];
    made = !failed(result) || add_failure(failures, summary, result);
  }
  if (!made) {
    cJSON_Delete(object);
    return NULL;
  }
  return object;
}

/* ---- JUnit ---- */

/* Problem, first divergence and the command, on one line. */
static void put_failure(FILE *stream, const qref_verify_summary *summary, const qref_verify_case *result) {
  fprintf(stream, "%s: %s", qref_vector_problem_name(result->problem), result->message);
  if (result->has_element) {
    char coordinates[QREF_ELEMENT_TEXT_SIZE];
    char stored[QREF_ELEMENT_TEXT_SIZE];
    char expected[QREF_ELEMENT_TEXT_SIZE];
    qref_format_coordinates(result->element, result->shape, result->rank, coordinates);
    qref_format_element(result->dtype, result->stored_bits, stored);
    qref_format_element(result->dtype, result->expected_bits, expected);
    fprintf(stream, "; op %s, tensor %s, index %zu = %s: stored %s, expected %s, verdict %s", result->op,
            result->tensor, result->element, coordinates, stored, expected, qref_verdict_name(result->verdict));
  }
  fputs("; ", stream);
  put_verify_command(stream, summary, result);
}

void qref_verify_add_junit(const qref_verify_summary *summary, qref_junit *junit) {
  for (size_t i = 0; i < summary->results->count; i++) {
    const qref_verify_case *result = &summary->results->cases[i];
    char *text = failed(result) ? command_text(put_failure, summary, result) : NULL;
    /* the short message where there is no memory for the long one */
    qref_junit_add(junit, "verify", result->id, text != NULL ? text : failed(result) ? result->message : NULL);
    free(text);
  }
}
