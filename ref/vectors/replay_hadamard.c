/* Recorded quantized Hadamard transforms: x (rows, dim) float16, scale; y (rows, dim) int8. And the base matrices. */
#include <math.h>
#include <string.h>

#include "ref/base/error.h"
#include "ref/vectors/replay_case.h"

qref_status qref_replay_hadamard(qref_replay_case *item, qref_error *error) {
  const qref_tensor *x = NULL;
  float scale = 0.0f;
  QREF_TRY(qref_replay_require(item, QREF_OP_HADAMARD, error));
  QREF_TRY(qref_replay_input(item, "x", QREF_DTYPE_FLOAT16, 2, (const size_t[2]){0, 0}, &x, error));
  QREF_TRY(qref_json_f32(item->json, "scale", item->source, &scale, error));
  void *y = NULL;
  void *before = NULL;
  void *scratch = NULL;
  QREF_TRY(qref_replay_buffer(item, x->count, 1, &y, error));
  QREF_TRY(qref_replay_buffer(item, x->count, sizeof(float), &before, error));
  QREF_TRY(qref_replay_buffer(item, x->shape[1], sizeof(float), &scratch, error));
  const qref_hadamard_args args = {
      .rule = &item->profile->hadamard,
      .rows = x->shape[0],
      .dim = x->shape[1],
      .x = x->data,
      .scale = scale,
      .y = y,
      .before_rounding = before,
      .scratch = scratch,
      .threads = item->threads,
  };
  QREF_TRY(item->backend->hadamard(&args, error));
  const qref_replay_rounding rounding = {.rule = &args.rule->output, .before = before};
  const cJSON *entry = NULL;
  QREF_TRY(qref_replay_first_output(item, &entry, error));
  for (; entry != NULL; entry = entry->next) {
    if (strcmp(entry->string, "y") != 0 && strcmp(entry->string, "y_precise") != 0) {
      return qref_replay_unknown_output(item, entry, "y or y_precise", error);
    }
    const qref_tensor *recorded = NULL;
    QREF_TRY(qref_replay_recorded(item, entry, QREF_DTYPE_INT8, 2, x->shape, &recorded, error));
    QREF_TRY(qref_replay_compare_int8(item, entry->string, recorded, args.y, &rounding, error));
  }
  return QREF_OK;
}

qref_status qref_replay_hadamard_matrix(qref_replay_case *item, const char *file, size_t order, qref_error *error) {
  qref_tensor *recorded = &item->tensors[item->tensor_count];
  QREF_TRY(qref_recording_load_file(item->recording, file, item->source, recorded, error));
  item->tensor_count++;
  if (recorded->dtype != QREF_DTYPE_INT8 || recorded->dimensions != 2 || recorded->shape[0] != order ||
      recorded->shape[1] != order || !qref_hadamard_supports(order)) {
    return qref_fail(error, QREF_ERROR_FORMAT, "%s: file '%s': expected int8 (%zu, %zu) of an order that is known",
                     item->source, file, order, order);
  }
  void *actual = NULL;
  void *row = NULL;
  QREF_TRY(qref_replay_buffer(item, recorded->count, 1, &actual, error));
  QREF_TRY(qref_replay_buffer(item, order, sizeof(double), &row, error));
  int8_t *matrix = actual;
  double *unit = row;
  for (size_t i = 0; i < order; i++) {
    memset(unit, 0, order * sizeof *unit);
    unit[i] = sqrt((double)order);
    QREF_TRY(qref_hadamard_f64(unit, order, error)); /* row i of the matrix */
    for (size_t j = 0; j < order; j++) {
      matrix[i * order + j] = (int8_t)rint(unit[j]);
    }
  }
  return qref_replay_compare_int8(item, "K", recorded, matrix, NULL, error);
}
