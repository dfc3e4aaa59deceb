#include "ref/vectors/replay_case.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ref/base/error.h"
#include "ref/base/size.h"
#include "ref/vectors/verdict.h"

void qref_replay_case_free(qref_replay_case *item) {
  for (size_t i = 0; i < item->tensor_count; i++) {
    qref_tensor_free(&item->tensors[i]);
  }
  for (size_t i = 0; i < item->buffer_count; i++) {
    free(item->buffers[i]);
  }
  item->tensor_count = 0;
  item->buffer_count = 0;
}

qref_status qref_replay_require(const qref_replay_case *item, qref_op op, qref_error *error) {
  if (!item->backend->supports(op, item->profile)) {
    return qref_fail(error, QREF_ERROR_UNSUPPORTED, "%s: backend '%s' does not compute %s under profile '%s'",
                     item->source, item->backend->name, qref_op_name(op), item->profile->name);
  }
  return QREF_OK;
}

qref_status qref_replay_buffer(qref_replay_case *item, size_t count, size_t size, void **buffer, qref_error *error) {
  *buffer = NULL;
  if (item->buffer_count < QREF_REPLAY_MAX_BUFFERS) {
    *buffer = qref_allocate_zeroed(count, size);
  }
  if (*buffer == NULL) {
    return qref_fail(error, QREF_ERROR_MEMORY, "%s: out of memory for %zu elements", item->source, count);
  }
  item->buffers[item->buffer_count++] = *buffer;
  return QREF_OK;
}

/* ---- inputs ---- */

static const cJSON *listed_input(const cJSON *json, const char *name) {
  return cJSON_GetObjectItemCaseSensitive(cJSON_GetObjectItemCaseSensitive(json, "inputs"), name);
}

static const cJSON *find_input(const qref_replay_case *item, const char *name) {
  const cJSON *entry = listed_input(item->json, name);
  if (entry == NULL) {
    const char *owner = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(item->json, "weights_from"));
    entry = owner == NULL ? NULL : listed_input(qref_recording_find(item->recording, owner), name);
  }
  return entry;
}

bool qref_replay_has_input(const qref_replay_case *item, const char *name) {
  return find_input(item, name) != NULL;
}

static qref_status load(qref_replay_case *item, const cJSON *entry, const char *group, const char *name,
                        qref_dtype dtype, size_t dimensions, const size_t *shape, const qref_tensor **tensor,
                        qref_error *error) {
  char where[256];
  snprintf(where, sizeof where, "case '%s': %s '%s'", item->id, group, name);
  if (item->tensor_count == QREF_REPLAY_MAX_TENSORS) {
    return qref_fail(error, QREF_ERROR_FORMAT, "%s: more than %d tensors", item->source, QREF_REPLAY_MAX_TENSORS);
  }
  qref_tensor *loaded = &item->tensors[item->tensor_count];
  QREF_TRY(qref_recording_load(item->recording, entry, where, loaded, error));
  item->tensor_count++;
  if (loaded->dtype != dtype) {
    return qref_fail(error, QREF_ERROR_FORMAT, "%s: %s '%s': field 'dtype': expected %s, not %s", item->source, group,
                     name, qref_dtype_name(dtype), qref_dtype_name(loaded->dtype));
  }
  if (loaded->dimensions != dimensions) {
    return qref_fail(error, QREF_ERROR_FORMAT, "%s: %s '%s': field 'shape': expected %zu dimensions, not %zu",
                     item->source, group, name, dimensions, loaded->dimensions);
  }
  for (size_t i = 0; i < dimensions; i++) {
    if (shape[i] != 0 && loaded->shape[i] != shape[i]) {
      return qref_fail(error, QREF_ERROR_FORMAT, "%s: %s '%s': field 'shape': expected %zu in dimension %zu, not %zu",
                       item->source, group, name, shape[i], i, loaded->shape[i]);
    }
  }
  *tensor = loaded;
  return QREF_OK;
}

qref_status qref_replay_input(qref_replay_case *item, const char *name, qref_dtype dtype, size_t dimensions,
                              const size_t *shape, const qref_tensor **tensor, qref_error *error) {
  const cJSON *entry = find_input(item, name);
  if (entry == NULL) {
    return qref_fail(error, QREF_ERROR_FORMAT, "%s: field 'inputs': expected an input '%s'", item->source, name);
  }
  return load(item, entry, "input", name, dtype, dimensions, shape, tensor, error);
}

qref_status qref_replay_optional_int8(qref_replay_case *item, const char *flag, const char *name, size_t dimensions,
                                      const size_t *shape, const int8_t **data, qref_error *error) {
  bool listed = qref_replay_has_input(item, name);
  bool wanted = listed;
  *data = NULL;
  QREF_TRY(qref_json_bool_or(item->json, flag, item->source, listed, &wanted, error));
  if (wanted) {
    const qref_tensor *tensor = NULL;
    QREF_TRY(qref_replay_input(item, name, QREF_DTYPE_INT8, dimensions, shape, &tensor, error));
    *data = tensor->data;
  }
  return QREF_OK;
}

/* ---- outputs ---- */

qref_status qref_replay_recorded(qref_replay_case *item, const cJSON *entry, qref_dtype dtype, size_t dimensions,
                                 const size_t *shape, const qref_tensor **tensor, qref_error *error) {
  return load(item, entry, "output", entry->string, dtype, dimensions, shape, tensor, error);
}

qref_status qref_replay_first_output(const qref_replay_case *item, const cJSON **entry, qref_error *error) {
  const cJSON *outputs = NULL;
  QREF_TRY(qref_json_object(item->json, "outputs", item->source, &outputs, error));
  int count = cJSON_GetArraySize(outputs);
  if (count < 1 || count > QREF_REPLAY_MAX_OUTPUTS) {
    return qref_fail(error, QREF_ERROR_FORMAT, "%s: field 'outputs': expected 1 to %d outputs, not %d", item->source,
                     QREF_REPLAY_MAX_OUTPUTS, count);
  }
  *entry = outputs->child;
  return QREF_OK;
}

qref_status qref_replay_unknown_output(const qref_replay_case *item, const cJSON *entry, const char *known,
                                       qref_error *error) {
  return qref_fail(error, QREF_ERROR_FORMAT, "%s: op '%s': output '%s' is not known; expected %s", item->source,
                   item->op, entry->string, known);
}

/* ---- comparison ---- */

static qref_status add_output(qref_replay_case *item, const char *name, const qref_tensor *recorded,
                              qref_replay_output **output, qref_error *error) {
  if (item->output_count == QREF_REPLAY_MAX_OUTPUTS) {
    return qref_fail(error, QREF_ERROR_FORMAT, "%s: more than %d outputs", item->source, QREF_REPLAY_MAX_OUTPUTS);
  }
  qref_replay_output *result = &item->outputs[item->output_count];
  memset(result, 0, sizeof *result);
  if (strlen(item->id) >= sizeof result->case_id || strlen(item->op) >= sizeof result->op ||
      strlen(name) >= sizeof result->output) {
    return qref_fail(error, QREF_ERROR_FORMAT, "%s: output '%s': a name is too long", item->source, name);
  }
  snprintf(result->case_id, sizeof result->case_id, "%s", item->id);
  snprintf(result->op, sizeof result->op, "%s", item->op);
  snprintf(result->output, sizeof result->output, "%s", name);
  result->dtype = recorded->dtype;
  result->elements = recorded->count;
  result->before_rounding = NAN;
  result->boundary_distance = (double)NAN;
  item->output_count++;
  *output = result;
  return QREF_OK;
}

/* Counts one element; true if it is the first of a verdict worse than all before it, so that the caller describes it.
 */
static bool count_element(qref_replay_output *output, qref_verdict verdict, size_t index, uint32_t expected,
                          uint32_t actual) {
  output->verdict_counts[verdict]++;
  if (expected != actual) {
    output->different++;
  }
  if (verdict <= output->verdict) {
    return false;
  }
  output->verdict = verdict;
  output->first_index = index;
  output->expected_bits = expected;
  output->actual_bits = actual;
  return true;
}

qref_status qref_replay_compare_int8(qref_replay_case *item, const char *output, const qref_tensor *recorded,
                                     const int8_t *actual, const qref_replay_rounding *rounding, qref_error *error) {
  qref_replay_output *result = NULL;
  QREF_TRY(add_output(item, output, recorded, &result, error));
  const int8_t *expected = recorded->data;
  for (size_t i = 0; i < recorded->count; i++) {
    qref_verdict verdict = expected[i] == actual[i] ? QREF_VERDICT_EXACT : QREF_VERDICT_BUG;
    if (verdict != QREF_VERDICT_EXACT && rounding != NULL) {
      double allowance = rounding->allowance == NULL ? 0.0 : (double)rounding->allowance[i];
      verdict = qref_verdict_int8(expected[i], actual[i], rounding->before[i], rounding->rule, i, allowance);
    }
    if (count_element(result, verdict, i, (uint8_t)expected[i], (uint8_t)actual[i]) && rounding != NULL) {
      result->before_rounding = rounding->before[i];
      result->boundary_distance = qref_boundary_distance((double)rounding->before[i], rounding->rule->rounding);
    }
  }
  return QREF_OK;
}

qref_status qref_replay_compare_f32(qref_replay_case *item, const char *output, const qref_tensor *recorded,
                                    const float *actual, uint64_t allowed_ulp, qref_error *error) {
  qref_replay_output *result = NULL;
  QREF_TRY(add_output(item, output, recorded, &result, error));
  result->allowed_ulp = allowed_ulp;
  const float *expected = recorded->data;
  for (size_t i = 0; i < recorded->count; i++) {
    uint32_t expected_bits = qref_bits_from_f32(expected[i]);
    uint32_t actual_bits = qref_bits_from_f32(actual[i]);
    uint64_t ulp = qref_ulp_distance_f32(expected[i], actual[i]);
    result->max_ulp = ulp > result->max_ulp ? ulp : result->max_ulp;
    qref_verdict verdict = expected_bits == actual_bits ? QREF_VERDICT_EXACT
                           : ulp <= allowed_ulp         ? QREF_VERDICT_APPROX
                                                        : QREF_VERDICT_BUG;
    count_element(result, verdict, i, expected_bits, actual_bits);
  }
  result->max_scaled_ulp = (double)result->max_ulp;
  return QREF_OK;
}

enum {
  SCAN_ALLOWED_ULP = 1,        /* float16 ulp beyond the error bound: half for each side's rounding */
  SCAN_ALLOWED_FRACTION = 100, /* one element in so many may differ */
};

qref_status qref_replay_compare_f16(qref_replay_case *item, const char *output, const qref_tensor *recorded,
                                    const qref_float16 *actual, const float *before, const float *bound,
                                    qref_error *error) {
  qref_replay_output *result = NULL;
  QREF_TRY(add_output(item, output, recorded, &result, error));
  const qref_float16 *expected = recorded->data;
  uint64_t allowed = bound == NULL ? 0 : recorded->count / SCAN_ALLOWED_FRACTION;
  allowed = bound != NULL && allowed == 0 ? 1 : allowed;
  result->allowed_ulp = bound == NULL ? 0 : SCAN_ALLOWED_ULP;
  uint64_t different = 0;
  for (size_t i = 0; i < recorded->count; i++) {
    qref_verdict verdict = QREF_VERDICT_EXACT;
    if (expected[i] != actual[i]) {
      uint64_t ulp = qref_ulp_distance_f16(expected[i], actual[i]);
      result->max_ulp = ulp > result->max_ulp ? ulp : result->max_ulp;
      verdict = QREF_VERDICT_BUG;
      if (bound != NULL) {
        double reference = (double)qref_f32_from_f16(actual[i]);
        double difference = fabs((double)qref_f32_from_f16(expected[i]) - reference);
        double scaled = fmax(0.0, difference - (double)bound[i]) / qref_ulp_f16(reference);
        /* An infinity beside the largest finite number is one step away. */
        scaled = isfinite(scaled) || ulp == UINT64_MAX ? scaled : (double)ulp;
        result->max_scaled_ulp = fmax(result->max_scaled_ulp, scaled);
        different++;
        if (scaled <= SCAN_ALLOWED_ULP && different <= allowed) {
          verdict = QREF_VERDICT_APPROX;
        }
      }
    }
    if (count_element(result, verdict, i, expected[i], actual[i]) && before != NULL) {
      result->before_rounding = before[i];
    }
  }
  return QREF_OK;
}
