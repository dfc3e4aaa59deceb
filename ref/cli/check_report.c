#include "ref/cli/check_report.h"

#include <stdio.h>

/* The four comparisons of a layer. */
static const struct {
  const char *run;   /* "lockstep", "whole_model" */
  const char *title; /* of the table */
  const char *scale;
  bool better_scale;
  size_t offset; /* in qref_check_layer */
} comparisons[] = {
    {"lockstep", "float simulation of every layer on the inputs of the INT8 run", "same", false,
     offsetof(qref_check_layer, lockstep_same)},
    {"lockstep", NULL, "better", true, offsetof(qref_check_layer, lockstep_better)},
    {"whole_model", "float-simulated run of the whole model against the INT8 run", "same", false,
     offsetof(qref_check_layer, run_same)},
    {"whole_model", NULL, "better", true, offsetof(qref_check_layer, run_better)},
};
enum { COMPARISON_COUNT = sizeof comparisons / sizeof comparisons[0] };

static const struct {
  const char *name;
  size_t offset; /* in qref_conv1d_comparison */
} counters[] = {
    {"elements", offsetof(qref_conv1d_comparison, elements)},
    {"exact", offsetof(qref_conv1d_comparison, exact)},
    {"saturated", offsetof(qref_conv1d_comparison, saturated)},
    {"wrapped", offsetof(qref_conv1d_comparison, wrapped)},
    {"tie", offsetof(qref_conv1d_comparison, tie)},
    {"tie_by_cancellation", offsetof(qref_conv1d_comparison, tie_by_cancellation)},
    {"finer", offsetof(qref_conv1d_comparison, finer)},
    {"inherited", offsetof(qref_conv1d_comparison, inherited)},
    {"bug", offsetof(qref_conv1d_comparison, bug)},
};
enum { COUNTER_COUNT = sizeof counters / sizeof counters[0] };

static const qref_conv1d_comparison *comparison_at(const qref_check_layer *layer, size_t which) {
  return (const qref_conv1d_comparison *)(const void *)((const char *)layer + comparisons[which].offset);
}

static uint64_t counter_at(const qref_conv1d_comparison *comparison, size_t which) {
  return *(const uint64_t *)(const void *)((const char *)comparison + counters[which].offset);
}

static bool was_made(const qref_check_report *report, size_t which) {
  return !comparisons[which].better_scale || report->better_scale;
}

/* The first divergence in full. */
static void describe(size_t layer, const qref_conv1d_comparison *found, char *text, size_t size) {
  snprintf(text, size,
           "layer %zu, batch %zu, channel %zu, time %zu: int8 %d = %.9g (0x%08x), float simulation %.9g (0x%08x); "
           "before rounding, in steps: int8 %.9g, float simulation %.9g, %.3g from a rounding boundary",
           layer, found->batch, found->channel, found->time, found->q, (double)found->int8_value,
           (unsigned)qref_bits_from_f32(found->int8_value), (double)found->float_value,
           (unsigned)qref_bits_from_f32(found->float_value), (double)found->int8_before_rounding,
           (double)found->float_before_rounding, found->boundary_distance);
}

/* ---- text ---- */

static void print_row(size_t layer, size_t which, const qref_conv1d_comparison *row) {
  printf("%5zu  %-6s %12.8g %15.8g %9llu %9llu %9llu %7llu %6llu %6llu %8llu %9llu %5llu %10.4g\n", layer,
         comparisons[which].scale, (double)row->output_scale, (double)row->effective_scale,
         (unsigned long long)row->elements, (unsigned long long)row->exact, (unsigned long long)row->saturated,
         (unsigned long long)row->wrapped, (unsigned long long)row->tie, (unsigned long long)row->tie_by_cancellation,
         (unsigned long long)row->finer, (unsigned long long)row->inherited, (unsigned long long)row->bug,
         row->max_difference);
}

static void print_bugs(size_t layer, size_t which, const qref_conv1d_comparison *row) {
  if (row->bug != 0 && row->has_first) {
    char text[512];
    describe(layer, row, text, sizeof text);
    printf("       %s scale, first of %llu unexplained: %s\n", comparisons[which].scale, (unsigned long long)row->bug,
           text);
  }
}

static void print_table(const qref_check_report *report, size_t first) {
  printf(
      "\n%s\nlayer  scale  output_scale effective_scale  elements     exact saturated wrapped    tie cancel    finer "
      "inherited   bug  max |diff|\n",
      comparisons[first].title);
  for (size_t l = 0; l < report->layer_count; l++) {
    if (!report->layers[l].compared) {
      printf("%5zu  no quantized conv1d\n", l);
      continue;
    }
    for (size_t which = first; which < first + 2; which++) {
      if (was_made(report, which)) {
        print_row(l, which, comparison_at(&report->layers[l], which));
        print_bugs(l, which, comparison_at(&report->layers[l], which));
      }
    }
  }
}

static void print_conclusion(const qref_check_report *report) {
  uint64_t totals[COUNTER_COUNT] = {0};
  double max_tie_ulp = 0.0;
  double max_bound_fraction = 0.0;
  for (size_t l = 0; l < report->layer_count; l++) {
    for (size_t which = 0; which < COMPARISON_COUNT; which++) {
      const qref_conv1d_comparison *row = comparison_at(&report->layers[l], which);
      for (size_t i = 0; i < COUNTER_COUNT; i++) {
        totals[i] += counter_at(row, i);
      }
      max_tie_ulp = row->max_tie_ulp > max_tie_ulp ? row->max_tie_ulp : max_tie_ulp;
      max_bound_fraction = row->max_bound_fraction > max_bound_fraction ? row->max_bound_fraction : max_bound_fraction;
    }
  }
  printf(
      "\nties: at most %.3g ulp from the boundary between the two results; the two values before rounding at most "
      "%.3g of their error bound apart\n",
      max_tie_ulp, max_bound_fraction);
  if (report->compared_layers == report->layer_count) {
    printf("all %zu layers:", report->layer_count);
  } else {
    printf("%zu of %zu layers:", report->compared_layers, report->layer_count);
  }
  for (size_t i = 0; i < COUNTER_COUNT; i++) {
    printf("%s %llu %s", i == 0 ? "" : ",", (unsigned long long)totals[i], counters[i].name);
  }
  printf(": %s\n", report->explained ? "every difference explained" : "NOT every difference explained");
}

void qref_check_print_text(const qref_check_summary *summary) {
  const qref_check_report *report = summary->report;
  printf("model   %s, %zu layers, quantized sha256 %.16s\n", summary->model, report->layer_count, summary->digest);
  printf("tokens  %zu x %zu, %s\n", summary->batch, summary->length, summary->tokens);
  if (summary->log_dir != NULL) {
    printf("logs    %s/, %zu files\n", summary->log_dir, report->log_count);
  }
  print_table(report, 0);
  print_table(report, 2);
  print_conclusion(report);
}

/* ---- JSON ---- */

static bool add_first(cJSON *object, const qref_conv1d_comparison *found) {
  cJSON *first = cJSON_AddObjectToObject(object, "first_divergence");
  char int8_bits[16];
  char float_bits[16];
  snprintf(int8_bits, sizeof int8_bits, "0x%08x", (unsigned)qref_bits_from_f32(found->int8_value));
  snprintf(float_bits, sizeof float_bits, "0x%08x", (unsigned)qref_bits_from_f32(found->float_value));
  return first != NULL && cJSON_AddBoolToObject(first, "bug", found->first_is_bug) != NULL &&
         qref_json_add_u64(first, "batch", found->batch) && qref_json_add_u64(first, "channel", found->channel) &&
         qref_json_add_u64(first, "time", found->time) &&
         cJSON_AddNumberToObject(first, "int8", (double)found->q) != NULL &&
         qref_json_add_f32(first, "int8_value", found->int8_value) &&
         cJSON_AddStringToObject(first, "int8_bits", int8_bits) != NULL &&
         qref_json_add_f32(first, "float_simulation_value", found->float_value) &&
         cJSON_AddStringToObject(first, "float_simulation_bits", float_bits) != NULL &&
         qref_json_add_f32(first, "int8_before_rounding", found->int8_before_rounding) &&
         qref_json_add_f32(first, "float_simulation_before_rounding", found->float_before_rounding) &&
         qref_json_add_f32(first, "boundary_distance", (float)found->boundary_distance);
}

static bool add_comparison(cJSON *object, const char *name, const qref_conv1d_comparison *found) {
  cJSON *item = cJSON_AddObjectToObject(object, name);
  bool made = item != NULL && qref_json_add_f32(item, "output_scale", found->output_scale) &&
              qref_json_add_f32(item, "effective_scale", found->effective_scale);
  for (size_t i = 0; made && i < COUNTER_COUNT; i++) {
    made = qref_json_add_u64(item, counters[i].name, counter_at(found, i));
  }
  made = made && cJSON_AddNumberToObject(item, "max_difference", found->max_difference) != NULL &&
         cJSON_AddNumberToObject(item, "max_tie_ulp", found->max_tie_ulp) != NULL &&
         cJSON_AddNumberToObject(item, "max_bound_fraction", found->max_bound_fraction) != NULL;
  return made && (!found->has_first || add_first(item, found));
}

static bool add_layer(cJSON *array, const qref_check_report *report, size_t l) {
  const qref_check_layer *layer = &report->layers[l];
  cJSON *item = cJSON_CreateObject();
  bool made = item != NULL && cJSON_AddItemToArray(array, item) && qref_json_add_u64(item, "layer", l) &&
              cJSON_AddBoolToObject(item, "compared", layer->compared) != NULL;
  if (!made || !layer->compared) {
    return made;
  }
  cJSON *run = NULL;
  for (size_t which = 0; made && which < COMPARISON_COUNT; which++) {
    if (comparisons[which].title != NULL) {
      run = cJSON_AddObjectToObject(item, comparisons[which].run);
      made = run != NULL;
    }
    if (made && was_made(report, which)) {
      made = add_comparison(run, comparisons[which].better_scale ? "betterscale" : "samescale",
                            comparison_at(layer, which));
    }
  }
  return made;
}

cJSON *qref_check_to_json(const qref_check_summary *summary) {
  const qref_check_report *report = summary->report;
  cJSON *object = cJSON_CreateObject();
  cJSON *layers = NULL;
  cJSON *logs = NULL;
  bool made = object != NULL && cJSON_AddStringToObject(object, "model", summary->model) != NULL &&
              cJSON_AddStringToObject(object, "model_sha256", summary->digest) != NULL &&
              cJSON_AddStringToObject(object, "tokens", summary->tokens) != NULL &&
              qref_json_add_u64(object, "batch", summary->batch) &&
              qref_json_add_u64(object, "seq_len", summary->length) &&
              (layers = cJSON_AddArrayToObject(object, "layers")) != NULL;
  for (size_t l = 0; made && l < report->layer_count; l++) {
    made = add_layer(layers, report, l);
  }
  if (made && summary->log_dir != NULL) {
    made = cJSON_AddStringToObject(object, "log_dir", summary->log_dir) != NULL &&
           (logs = cJSON_AddArrayToObject(object, "logs")) != NULL;
    for (size_t i = 0; made && i < report->log_count; i++) {
      char name[QREF_LAYER_LOG_NAME_SIZE];
      qref_layer_log_file_name(&report->logs[i], name);
      cJSON *string = cJSON_CreateString(name);
      made = string != NULL && cJSON_AddItemToArray(logs, string);
    }
  }
  made = made && qref_json_add_u64(object, "compared_layers", report->compared_layers) &&
         cJSON_AddBoolToObject(object, "explained", report->explained) != NULL;
  if (!made) {
    cJSON_Delete(object);
    return NULL;
  }
  return object;
}

/* ---- JUnit ---- */

void qref_check_add_junit(const qref_check_summary *summary, qref_junit *junit) {
  const qref_check_report *report = summary->report;
  for (size_t l = 0; l < report->layer_count; l++) {
    for (size_t which = 0; which < COMPARISON_COUNT; which++) {
      const qref_conv1d_comparison *found = comparison_at(&report->layers[l], which);
      char name[64];
      char text[512] = "no quantized conv1d";
      if (!was_made(report, which)) {
        continue;
      }
      snprintf(name, sizeof name, "layer%02zu.%s", l, comparisons[which].better_scale ? "betterscale" : "samescale");
      if (report->layers[l].compared) {
        describe(l, found, text, sizeof text);
      }
      qref_junit_add(junit, comparisons[which].run, name, qref_conv1d_explained(found) ? NULL : text);
    }
  }
}
