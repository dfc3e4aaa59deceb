#include <stdlib.h>
#include <string.h>

#include "ref/model/allocate.h"
#include "ref/model/float_forward.h"

qref_status qref_float_work_create(const qref_model_config *config, size_t batch, size_t length, qref_float_work *work,
                                   qref_error *error) {
  const size_t M = config->d_model, D = config->d_inner, N = config->d_state, R = config->dt_rank;
  const size_t f = sizeof(float);
  *work = (qref_float_work){
      .batch = batch,
      .length = length,
      .rows_model = qref_allocate_tensor(f, batch, length, M),
      .in_proj = qref_allocate_tensor(f, batch, length, 2 * D),
      .x = qref_allocate_tensor(f, batch, D, length),
      .z = qref_allocate_tensor(f, batch, D, length),
      .conv = qref_allocate_tensor(f, batch, D, length),
      .rows_inner = qref_allocate_tensor(f, batch, length, D),
      .x_proj = qref_allocate_tensor(f, batch, length, R + 2 * N),
      .dt_low_rank = qref_allocate_tensor(f, batch, length, R),
      .input_matrix = qref_allocate_tensor(f, batch, N, length),
      .output_matrix = qref_allocate_tensor(f, batch, N, length),
      .state = qref_allocate_tensor(f, batch, D, N),
      .scan_scratch = qref_allocate_tensor(f, qref_selective_scan_scratch(N), 1, 1),
  };
  if (work->rows_model == NULL || work->in_proj == NULL || work->x == NULL || work->z == NULL || work->conv == NULL ||
      work->rows_inner == NULL || work->x_proj == NULL || work->dt_low_rank == NULL || work->input_matrix == NULL ||
      work->output_matrix == NULL || work->state == NULL || work->scan_scratch == NULL) {
    qref_float_work_destroy(work);
    return qref_fail_memory(error, "the activations of a layer");
  }
  return QREF_OK;
}

void qref_float_work_destroy(qref_float_work *work) {
  free(work->rows_model);
  free(work->in_proj);
  free(work->x);
  free(work->z);
  free(work->conv);
  free(work->rows_inner);
  free(work->x_proj);
  free(work->dt_low_rank);
  free(work->input_matrix);
  free(work->output_matrix);
  free(work->state);
  free(work->scan_scratch);
  memset(work, 0, sizeof *work);
}
