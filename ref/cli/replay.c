/* qref replay: recorded outputs of other people's kernels. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ref/base/error.h"
#include "ref/base/json.h"
#include "ref/cli/cli.h"
#include "ref/cli/junit.h"
#include "ref/cli/options.h"
#include "ref/cli/output.h"
#include "ref/cli/supervise.h"
#include "ref/model/execution.h"

typedef struct replay_results {
  qref_replay_output *outputs;
  size_t count;
  bool out_of_memory;
} replay_results;

static void collect(void *context, const qref_replay_output *output) {
  replay_results *results = context;
  qref_replay_output *outputs = realloc(results->outputs, (results->count + 1) * sizeof *outputs);
  if (outputs == NULL) {
    results->out_of_memory = true;
    return;
  }
  results->outputs = outputs;
  results->outputs[results->count++] = *output;
}

/* The first divergence in full. */
static void describe(const qref_replay_output *output, char *text, size_t size) {
  const int digits = 2 * (int)qref_dtype_size(output->dtype);
  char value[96] = "";
  if (!isnan(output->before_rounding)) {
    snprintf(value, sizeof value, ", value before rounding %.9g", (double)output->before_rounding);
  }
  char boundary[64] = "";
  if (!isnan(output->boundary_distance)) {
    snprintf(boundary, sizeof boundary, ", %.3g from a rounding boundary", output->boundary_distance);
  }
  snprintf(text, size, "%s: op %s, tensor %s, index %llu: recorded 0x%0*x, reference 0x%0*x%s%s", output->case_id,
           output->op, output->output, (unsigned long long)output->first_index, digits, (unsigned)output->expected_bits,
           digits, (unsigned)output->actual_bits, value, boundary);
}

static bool is_float(const qref_replay_output *output) {
  return output->dtype == QREF_DTYPE_FLOAT16 || output->dtype == QREF_DTYPE_FLOAT32;
}

static void count_verdicts(const replay_results *results, size_t counts[QREF_VERDICT_COUNT]) {
  memset(counts, 0, QREF_VERDICT_COUNT * sizeof *counts);
  for (size_t i = 0; i < results->count; i++) {
    counts[results->outputs[i].verdict]++;
  }
}

static const qref_replay_output *first_divergence(const replay_results *results) {
  const qref_replay_output *worst = NULL;
  for (size_t i = 0; i < results->count; i++) {
    if (results->outputs[i].verdict != QREF_VERDICT_EXACT &&
        (worst == NULL || results->outputs[i].verdict > worst->verdict)) {
      worst = &results->outputs[i];
    }
  }
  return worst;
}

static void print_text(const replay_results *results) {
  printf("%-28s %-22s %-18s %9s %9s %7s %10s  %s\n", "case", "op", "output", "elements", "different", "max ulp",
         "of allowed", "verdict");
  for (size_t i = 0; i < results->count; i++) {
    const qref_replay_output *output = &results->outputs[i];
    char ulp[24] = "-";
    char scaled[40] = "-";
    if (is_float(output)) {
      snprintf(ulp, sizeof ulp, "%llu", (unsigned long long)output->max_ulp);
    }
    if (output->allowed_ulp != 0) {
      snprintf(scaled, sizeof scaled, "%.3g/%llu", output->max_scaled_ulp, (unsigned long long)output->allowed_ulp);
    }
    printf("%-28s %-22s %-18s %9llu %9llu %7s %10s  %s\n", output->case_id, output->op, output->output,
           (unsigned long long)output->elements, (unsigned long long)output->different, ulp, scaled,
           qref_verdict_name(output->verdict));
  }
  size_t counts[QREF_VERDICT_COUNT];
  count_verdicts(results, counts);
  const qref_replay_output *first = first_divergence(results);
  if (first != NULL) {
    char text[512];
    describe(first, text, sizeof text);
    printf("\nfirst %s: %s\n", qref_verdict_name(first->verdict), text);
  }
  printf("\n%zu outputs:", results->count);
  for (size_t v = 0; v < QREF_VERDICT_COUNT; v++) {
    printf("%s %zu %s", v == 0 ? "" : ",", counts[v], qref_verdict_name((qref_verdict)v));
  }
  printf(": %s\n", counts[QREF_VERDICT_BUG] == 0 ? "every difference explained" : "NOT every difference explained");
}

/* ---- JSON ---- */

static bool add_output(cJSON *array, const qref_replay_output *output) {
  cJSON *object = cJSON_CreateObject();
  bool made = object != NULL && cJSON_AddItemToArray(array, object) &&
              cJSON_AddStringToObject(object, "case", output->case_id) != NULL &&
              cJSON_AddStringToObject(object, "op", output->op) != NULL &&
              cJSON_AddStringToObject(object, "output", output->output) != NULL &&
              cJSON_AddStringToObject(object, "dtype", qref_dtype_name(output->dtype)) != NULL &&
              qref_json_add_u64(object, "elements", output->elements) &&
              qref_json_add_u64(object, "different", output->different) &&
              cJSON_AddStringToObject(object, "verdict", qref_verdict_name(output->verdict)) != NULL;
  if (made && is_float(output)) {
    made = qref_json_add_u64(object, "max_ulp", output->max_ulp);
  }
  if (made && output->allowed_ulp != 0) {
    made = cJSON_AddNumberToObject(object, "max_scaled_ulp", output->max_scaled_ulp) != NULL &&
           qref_json_add_u64(object, "allowed_ulp", output->allowed_ulp);
  }
  if (made && output->verdict != QREF_VERDICT_EXACT) {
    cJSON *counts = cJSON_AddObjectToObject(object, "elements_by_verdict");
    made = counts != NULL;
    for (size_t v = 0; made && v < QREF_VERDICT_COUNT; v++) {
      made = qref_json_add_u64(counts, qref_verdict_name((qref_verdict)v), output->verdict_counts[v]);
    }
    cJSON *first = made ? cJSON_AddObjectToObject(object, "first_divergence") : NULL;
    char expected[16];
    char actual[16];
    const int digits = 2 * (int)qref_dtype_size(output->dtype);
    snprintf(expected, sizeof expected, "0x%0*x", digits, (unsigned)output->expected_bits);
    snprintf(actual, sizeof actual, "0x%0*x", digits, (unsigned)output->actual_bits);
    made = first != NULL && qref_json_add_u64(first, "index", output->first_index) &&
           cJSON_AddStringToObject(first, "recorded_bits", expected) != NULL &&
           cJSON_AddStringToObject(first, "reference_bits", actual) != NULL &&
           qref_json_add_f32(first, "before_rounding", output->before_rounding) &&
           qref_json_add_f32(first, "boundary_distance", (float)output->boundary_distance);
  }
  return made;
}

static cJSON *summarize(const replay_results *results, const char *directory) {
  size_t counts[QREF_VERDICT_COUNT];
  count_verdicts(results, counts);
  cJSON *object = cJSON_CreateObject();
  cJSON *array = NULL;
  bool made = object != NULL && cJSON_AddStringToObject(object, "recording", directory) != NULL &&
              (array = cJSON_AddArrayToObject(object, "outputs")) != NULL;
  for (size_t i = 0; made && i < results->count; i++) {
    made = add_output(array, &results->outputs[i]);
  }
  cJSON *verdicts = made ? cJSON_AddObjectToObject(object, "verdicts") : NULL;
  made = verdicts != NULL;
  for (size_t v = 0; made && v < QREF_VERDICT_COUNT; v++) {
    made = qref_json_add_u64(verdicts, qref_verdict_name((qref_verdict)v), counts[v]);
  }
  made = made && cJSON_AddBoolToObject(object, "explained", counts[QREF_VERDICT_BUG] == 0) != NULL;
  if (!made) {
    cJSON_Delete(object);
    return NULL;
  }
  return object;
}

static qref_junit *make_junit(const replay_results *results) {
  qref_junit *junit = qref_junit_create("replay");
  for (size_t i = 0; junit != NULL && i < results->count; i++) {
    const qref_replay_output *output = &results->outputs[i];
    char name[256];
    char text[512];
    snprintf(name, sizeof name, "%s.%s", output->case_id, output->output);
    describe(output, text, sizeof text);
    qref_junit_add(junit, "replay", name, output->verdict == QREF_VERDICT_BUG ? text : NULL);
  }
  return junit;
}

static int report(const replay_results *results, const char *directory, const qref_common *common) {
  size_t counts[QREF_VERDICT_COUNT];
  count_verdicts(results, counts);
  if (!common->json) {
    print_text(results);
  } else if (!qref_print_json(common->command, summarize(results, directory))) {
    return QREF_EXIT_BAD;
  }
  return qref_conclude(common, make_junit(results),
                       counts[QREF_VERDICT_BUG] == 0 ? QREF_EXIT_EXPLAINED : QREF_EXIT_DIFFERENCES);
}

/* The case in work, for the process that supervises this one. */
static void note_case(void *context, const char *what, size_t done, size_t total) {
  const qref_execution *shown = context;
  qref_case_position *position = &qref_watch_here()->position;
  position->op = "replay";
  snprintf(position->case_id, sizeof position->case_id, "%s", what);
  qref_execution_report(shown, what, done, total);
}

int qref_command_replay(int argc, char **argv) {
  const char *directory = NULL;
  const qref_command_line line = {
      .command = "replay",
      .arguments = "DIR",
      .description =
          "Runs every case of DIR/manifest.json through the reference and gives a verdict per output.\n"
          "'of allowed' is the distance as approx measures it: for a scan, float16 ulp beyond the error\n"
          "that float32 arithmetic in another order explains. Exit code 1 if there is a bug.",
      .example = "  qref replay vectors/recorded/quamba-h100\n",
      .positional = &directory,
      .positional_count = 1,
  };
  qref_common common;
  int exit_code = QREF_EXIT_BAD;
  if (!qref_parse_command_line(argc, argv, &line, &common, &exit_code)) {
    return exit_code;
  }
  qref_error error;
  replay_results results = {.outputs = NULL};
  qref_execution execution = common.execution;
  if (qref_watch_here() != NULL) {
    execution.progress = note_case;
    execution.progress_context = &common.execution;
  }
  qref_status status = qref_replay(directory, &common.profile, &execution, collect, &results, &error);
  if (status == QREF_OK && results.out_of_memory) {
    status = qref_fail(&error, QREF_ERROR_MEMORY, "%s: out of memory", directory);
  }
  exit_code = status == QREF_OK ? report(&results, directory, &common) : qref_report_error(common.command, &error);
  free(results.outputs);
  return exit_code;
}
