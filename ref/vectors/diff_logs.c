#include <dirent.h>
#include <math.h>
#include <qref/vectors.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ref/base/error.h"
#include "ref/base/file.h"
#include "ref/base/size.h"

/* Names of the *.json files of a directory, sorted. */
typedef struct log_names {
  size_t count;
  size_t capacity;
  char **names;
} log_names;

static void free_names(log_names *list) {
  for (size_t i = 0; i < list->count; i++) {
    free(list->names[i]);
  }
  free(list->names);
  memset(list, 0, sizeof *list);
}

static bool is_log(const char *name) {
  const size_t length = strlen(name);
  return name[0] != '.' && length > 5 && strcmp(name + length - 5, ".json") == 0;
}

static bool add_name(log_names *list, const char *name) {
  char **names = qref_grow(list->names, list->count, &list->capacity, sizeof *names);
  if (names == NULL) {
    return false;
  }
  list->names = names;
  const size_t size = strlen(name) + 1;
  char *copy = qref_allocate(size, 1);
  if (copy == NULL) {
    return false;
  }
  memcpy(copy, name, size);
  list->names[list->count++] = copy;
  return true;
}

static int by_name(const void *a, const void *b) {
  return strcmp(*(char *const *)a, *(char *const *)b);
}

static qref_status list_logs(const char *directory, log_names *list, qref_error *error) {
  DIR *handle = opendir(directory);
  if (handle == NULL) {
    return qref_fail(error, QREF_ERROR_IO, "%s: expected a directory of layer logs", directory);
  }
  qref_status status = QREF_OK;
  for (struct dirent *entry = readdir(handle); entry != NULL; entry = readdir(handle)) {
    if (is_log(entry->d_name) && !add_name(list, entry->d_name)) {
      status = qref_fail(error, QREF_ERROR_MEMORY, "%s: out of memory", directory);
      break;
    }
  }
  closedir(handle);
  if (status == QREF_OK && list->count == 0) {
    status = qref_fail(error, QREF_ERROR_FORMAT, "%s: expected at least one layer log (*.json)", directory);
  }
  if (status == QREF_OK) {
    qsort(list->names, list->count, sizeof *list->names, by_name);
  }
  return status;
}

/* ---- one file ---- */

static void compare_number(const char *field, size_t index, float a, float b, qref_log_difference *result) {
  result->values++;
  if (a == b || (a != a && b != b)) {
    return;
  }
  double difference = fabs((double)a - (double)b);
  difference = difference == difference ? difference : (double)INFINITY; /* NaN beside a number */
  result->max_difference = fmax(result->max_difference, difference);
  result->mean_difference += difference; /* a sum until the end */
  if (result->different++ == 0) {
    snprintf(result->first_field, sizeof result->first_field, "%s", field);
    result->first_index = index;
    result->first_a = a;
    result->first_b = b;
  }
}

static void compare_array(const char *field, const float *a, size_t a_count, const float *b, size_t b_count,
                          qref_log_difference *result) {
  for (size_t i = 0; i < a_count || i < b_count; i++) {
    compare_number(field, i, i < a_count ? a[i] : NAN, i < b_count ? b[i] : NAN, result);
  }
}

static void compare_logs(const qref_layer_log *a, const qref_layer_log *b, qref_log_difference *result) {
  compare_number("layer_idx", 0, (float)a->layer_idx, (float)b->layer_idx, result);
  compare_number("float_sim_asic", 0, a->float_sim_asic ? 1.0f : 0.0f, b->float_sim_asic ? 1.0f : 0.0f, result);
  compare_number("float_sim_better_scale", 0, a->float_sim_better_scale ? 1.0f : 0.0f,
                 b->float_sim_better_scale ? 1.0f : 0.0f, result);
  compare_number("effective_scale", 0, a->effective_scale, b->effective_scale, result);
  compare_number("output_scale", 0, a->output_scale, b->output_scale, result);
  compare_array("before_quant", a->before_quant, a->float_sim_asic ? a->value_count : 0, b->before_quant,
                b->float_sim_asic ? b->value_count : 0, result);
  compare_array("after_quant", a->after_quant, a->value_count, b->after_quant, b->value_count, result);
  if (a->has_statistics && b->has_statistics) {
    compare_number("statistics.mean", 0, a->mean, b->mean, result);
    compare_number("statistics.std", 0, a->std, b->std, result);
    compare_number("statistics.min", 0, a->min, b->min, result);
    compare_number("statistics.max", 0, a->max, b->max, result);
  }
  if (result->different != 0) {
    result->mean_difference /= (double)result->values;
  }
}

static qref_status read_log(const char *directory, const char *name, qref_layer_log *log, qref_error *error) {
  char *path = qref_path_join(directory, name);
  if (path == NULL) {
    return qref_fail(error, QREF_ERROR_MEMORY, "%s/%s: out of memory", directory, name);
  }
  qref_status status = qref_layer_log_read(path, log, error);
  free(path);
  return status;
}

/* Walks both sorted lists. With callback NULL the files are only read, so that a malformed one fails before anything
 * is reported. */
static qref_status walk(const char *a, const log_names *in_a, const char *b, const log_names *in_b,
                        qref_log_difference_callback callback, void *context, qref_error *error) {
  size_t i = 0;
  size_t j = 0;
  while (i < in_a->count || j < in_b->count) {
    const int order = i == in_a->count ? 1 : j == in_b->count ? -1 : strcmp(in_a->names[i], in_b->names[j]);
    qref_log_difference result = {.only_in_a = order<0, .only_in_b = order> 0};
    qref_layer_log log_a;
    qref_layer_log log_b;
    snprintf(result.file, sizeof result.file, "%s", order > 0 ? in_b->names[j] : in_a->names[i]);
    if (order <= 0) {
      QREF_TRY(read_log(a, in_a->names[i], &log_a, error));
    }
    if (order >= 0) {
      QREF_TRY(read_log(b, in_b->names[j], &log_b, error));
    }
    if (order == 0) {
      compare_logs(&log_a, &log_b, &result);
    }
    if (callback != NULL) {
      callback(context, &result);
    }
    i += order <= 0 ? 1 : 0;
    j += order >= 0 ? 1 : 0;
  }
  return QREF_OK;
}

qref_status qref_diff_logs(const char *a, const char *b, qref_log_difference_callback callback, void *context,
                           qref_error *error) {
  if (a == NULL || b == NULL || callback == NULL) {
    return qref_fail(error, QREF_ERROR_ARGUMENT, "diff: expected two directories and a callback");
  }
  log_names in_a = {0};
  log_names in_b = {0};
  qref_status status = list_logs(a, &in_a, error);
  if (status == QREF_OK) {
    status = list_logs(b, &in_b, error);
  }
  if (status == QREF_OK) {
    status = walk(a, &in_a, b, &in_b, NULL, NULL, error);
  }
  if (status == QREF_OK) {
    status = walk(a, &in_a, b, &in_b, callback, context, error);
  }
  free_names(&in_a);
  free_names(&in_b);
  return status;
}
