#include <math.h>
#include <qref/vectors.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ref/base/decimal.h"
#include "ref/base/error.h"
#include "ref/base/file.h"
#include "ref/base/json.h"
#include "ref/base/size.h"

enum { LOG_FILE_LIMIT = 1 << 20 };

/* ---- making ---- */

static float after_quant_at(const qref_conv1d_observation *observation, size_t i) {
  return observation->y != NULL ? (float)observation->y[i] * observation->output_scale : observation->after_quant[i];
}

static void add_statistics(const qref_conv1d_observation *observation, size_t count, qref_layer_log *log) {
  double sum = 0.0;
  log->min = log->max = after_quant_at(observation, 0);
  for (size_t i = 0; i < count; i++) {
    float value = after_quant_at(observation, i);
    sum += (double)value;
    log->min = value < log->min ? value : log->min;
    log->max = value > log->max ? value : log->max;
  }
  const double mean = sum / (double)count;
  double squares = 0.0;
  for (size_t i = 0; i < count; i++) {
    double deviation = (double)after_quant_at(observation, i) - mean;
    squares += deviation * deviation;
  }
  log->mean = (float)mean;
  log->std = (float)sqrt(squares / (double)count);
  log->has_statistics = true;
}

void qref_layer_log_from_observation(const qref_conv1d_observation *observation, bool better_scale, bool statistics,
                                     qref_layer_log *log) {
  const size_t count = observation->batch * observation->channels * observation->length;
  memset(log, 0, sizeof *log);
  log->layer_idx = observation->layer;
  log->float_sim_asic = observation->y == NULL;
  log->float_sim_better_scale = log->float_sim_asic && better_scale;
  log->effective_scale = observation->effective_scale;
  log->output_scale = observation->output_scale;
  log->factor = observation->factor;
  log->value_count = count < QREF_LAYER_LOG_VALUES ? count : QREF_LAYER_LOG_VALUES;
  for (size_t i = 0; i < log->value_count; i++) {
    log->before_quant[i] = log->float_sim_asic ? observation->before_quant[i] : 0.0f;
    log->after_quant[i] = after_quant_at(observation, i);
  }
  if (statistics) {
    add_statistics(observation, count, log);
  }
}

void qref_layer_log_file_name(const qref_layer_log *log, char name[QREF_LAYER_LOG_NAME_SIZE]) {
  if (!log->float_sim_asic) {
    snprintf(name, QREF_LAYER_LOG_NAME_SIZE, "layer%02zu_int8_baseline.json", log->layer_idx);
  } else if (!log->float_sim_better_scale) {
    snprintf(name, QREF_LAYER_LOG_NAME_SIZE, "layer%02zu_floatsim_samescale.json", log->layer_idx);
  } else {
    char factor[QREF_DECIMAL_SIZE];
    qref_format_f32(log->factor, factor);
    snprintf(name, QREF_LAYER_LOG_NAME_SIZE, "layer%02zu_floatsim_betterscale_%s.json", log->layer_idx, factor);
  }
}

/* ---- writing ---- */

static bool add_values(cJSON *object, const char *name, const float *values, size_t count) {
  cJSON *array = cJSON_AddArrayToObject(object, name);
  for (size_t i = 0; array != NULL && i < count; i++) {
    cJSON *number = qref_json_from_f32(values[i]);
    if (number == NULL || !cJSON_AddItemToArray(array, number)) {
      cJSON_Delete(number);
      return false;
    }
  }
  return array != NULL;
}

static bool add_fields(cJSON *object, const qref_layer_log *log) {
  bool added = qref_json_add_u64(object, "layer_idx", log->layer_idx) &&
               cJSON_AddBoolToObject(object, "float_sim_asic", log->float_sim_asic) != NULL &&
               cJSON_AddBoolToObject(object, "float_sim_better_scale", log->float_sim_better_scale) != NULL &&
               qref_json_add_f32(object, "effective_scale", log->effective_scale) &&
               qref_json_add_f32(object, "output_scale", log->output_scale);
  if (log->float_sim_asic) {
    added = added && add_values(object, "before_quant", log->before_quant, log->value_count);
  } else {
    added = added && cJSON_AddNullToObject(object, "before_quant") != NULL;
  }
  added = added && add_values(object, "after_quant", log->after_quant, log->value_count);
  if (added && log->has_statistics) {
    cJSON *statistics = cJSON_AddObjectToObject(object, "statistics");
    added = statistics != NULL && qref_json_add_f32(statistics, "mean", log->mean) &&
            qref_json_add_f32(statistics, "std", log->std) && qref_json_add_f32(statistics, "min", log->min) &&
            qref_json_add_f32(statistics, "max", log->max);
  }
  return added;
}

/* The file's text, malloc'ed and ending in a newline; NULL when out of memory. */
static char *print_log(const qref_layer_log *log) {
  cJSON *object = cJSON_CreateObject();
  char *printed = object != NULL && add_fields(object, log) ? cJSON_Print(object) : NULL;
  cJSON_Delete(object);
  char *text = printed == NULL ? NULL : qref_allocate(strlen(printed) + 2, 1);
  if (text != NULL) {
    snprintf(text, strlen(printed) + 2, "%s\n", printed);
  }
  cJSON_free(printed);
  return text;
}

static qref_status write_all(const char *directory, const qref_layer_log *logs, qref_output_item *items, char **paths,
                             char **texts, size_t count, qref_error *error) {
  for (size_t i = 0; i < count; i++) {
    char name[QREF_LAYER_LOG_NAME_SIZE];
    qref_layer_log_file_name(&logs[i], name);
    paths[i] = qref_path_join(directory, name);
    texts[i] = print_log(&logs[i]);
    if (paths[i] == NULL || texts[i] == NULL) {
      return qref_fail(error, QREF_ERROR_MEMORY, "%s/%s: out of memory", directory, name);
    }
    items[i] = (qref_output_item){.path = paths[i], .data = texts[i], .size = strlen(texts[i])};
  }
  return qref_output_write_all(items, count, error);
}

qref_status qref_layer_logs_write(const char *directory, const qref_layer_log *logs, size_t count, qref_error *error) {
  if (directory == NULL || (logs == NULL && count != 0)) {
    return qref_fail(error, QREF_ERROR_ARGUMENT, "layer logs: expected a directory and logs");
  }
  bool created = false;
  QREF_TRY(qref_make_directory(directory, &created, error));
  qref_output_item *items = qref_allocate(count, sizeof *items);
  char **paths = qref_allocate_zeroed(count, sizeof *paths);
  char **texts = qref_allocate_zeroed(count, sizeof *texts);
  qref_status status = QREF_OK;
  if (items == NULL || paths == NULL || texts == NULL) {
    status = qref_fail(error, QREF_ERROR_MEMORY, "%s: out of memory for %zu logs", directory, count);
  } else {
    status = write_all(directory, logs, items, paths, texts, count, error);
  }
  for (size_t i = 0; i < count; i++) {
    if (paths != NULL) {
      free(paths[i]);
    }
    if (texts != NULL) {
      free(texts[i]);
    }
  }
  free(items);
  free(paths);
  free(texts);
  if (status != QREF_OK && created) {
    (void)rmdir(directory); /* leave nothing behind */
  }
  return status;
}

/* ---- reading ---- */

static qref_status read_values(const cJSON *object, const char *name, const char *path, float *values, size_t *count,
                               qref_error *error) {
  const cJSON *array = NULL;
  const cJSON *element = NULL;
  size_t i = 0;
  QREF_TRY(qref_json_array(object, name, path, &array, error));
  cJSON_ArrayForEach(element, array) {
    /* A value that is not finite is written as null. */
    if (i == QREF_LAYER_LOG_VALUES || !(cJSON_IsNumber(element) || cJSON_IsNull(element))) {
      return qref_fail(error, QREF_ERROR_FORMAT, "%s: field '%s': expected at most %d numbers", path, name,
                       QREF_LAYER_LOG_VALUES);
    }
    values[i++] = cJSON_IsNull(element) ? NAN : (float)element->valuedouble;
  }
  *count = i;
  return QREF_OK;
}

static qref_status read_flag(const cJSON *object, const char *name, const char *path, bool *value, qref_error *error) {
  const cJSON *flag = cJSON_GetObjectItemCaseSensitive(object, name);
  if (!cJSON_IsBool(flag)) {
    return qref_fail(error, QREF_ERROR_FORMAT, "%s: field '%s': expected true or false", path, name);
  }
  *value = cJSON_IsTrue(flag) != 0;
  return QREF_OK;
}

static qref_status read_fields(const cJSON *object, const char *path, qref_layer_log *log, qref_error *error) {
  size_t before_count = 0;
  QREF_TRY(qref_json_size(object, "layer_idx", path, &log->layer_idx, error));
  QREF_TRY(read_flag(object, "float_sim_asic", path, &log->float_sim_asic, error));
  QREF_TRY(read_flag(object, "float_sim_better_scale", path, &log->float_sim_better_scale, error));
  QREF_TRY(qref_json_f32(object, "effective_scale", path, &log->effective_scale, error));
  QREF_TRY(qref_json_f32(object, "output_scale", path, &log->output_scale, error));
  QREF_TRY(read_values(object, "after_quant", path, log->after_quant, &log->value_count, error));
  if (log->float_sim_asic) {
    QREF_TRY(read_values(object, "before_quant", path, log->before_quant, &before_count, error));
    if (before_count != log->value_count) {
      return qref_fail(error, QREF_ERROR_FORMAT, "%s: field 'before_quant': expected as many values as after_quant",
                       path);
    }
  } else if (!cJSON_IsNull(cJSON_GetObjectItemCaseSensitive(object, "before_quant"))) {
    return qref_fail(error, QREF_ERROR_FORMAT, "%s: field 'before_quant': expected null on the INT8 path", path);
  }
  log->factor = log->effective_scale > 0.0f ? log->output_scale / log->effective_scale : 1.0f;
  const cJSON *statistics = cJSON_GetObjectItemCaseSensitive(object, "statistics");
  if (statistics != NULL) {
    QREF_TRY(qref_json_object(object, "statistics", path, &statistics, error));
    QREF_TRY(qref_json_f32(statistics, "mean", path, &log->mean, error));
    QREF_TRY(qref_json_f32(statistics, "std", path, &log->std, error));
    QREF_TRY(qref_json_f32(statistics, "min", path, &log->min, error));
    QREF_TRY(qref_json_f32(statistics, "max", path, &log->max, error));
    log->has_statistics = true;
  }
  return QREF_OK;
}

qref_status qref_layer_log_read(const char *path, qref_layer_log *log, qref_error *error) {
  cJSON *object = NULL;
  memset(log, 0, sizeof *log);
  QREF_TRY(qref_json_read(path, LOG_FILE_LIMIT, &object, error));
  qref_status status = QREF_OK;
  if (!cJSON_IsObject(object)) {
    status = qref_fail(error, QREF_ERROR_FORMAT, "%s: expected an object", path);
  } else {
    status = read_fields(object, path, log, error);
  }
  cJSON_Delete(object);
  return status;
}
