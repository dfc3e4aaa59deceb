/* Data of scans over longer sequences, and of sequences in parts. */
#include <string.h>

#include "ref/backends/builtin.h"
#include "ref/base/error.h"
#include "ref/vectors/generate/fill.h"
#include "ref/vectors/generate/fill_scan.h"
#include "ref/vectors/generate/scan_sequence.h"

qref_status qref_fill_scan_subnormal_states(qref_case *item, uint64_t seed, int64_t parameter, qref_error *error) {
  (void)parameter;
  QREF_TRY(qref_fill_scan_uniform(item, seed, 0, error));
  /* From about 2^-120 down by 2^-0.5 a step; what enters is of that size too. y is multiplied back into sight. */
  qref_scan_scales *scales = qref_scan_scales_of(item);
  scales->A_log = 0.001f;
  scales->dt = 0.0031f;
  scales->dt_bias = 0.0029f;
  scales->B = 1e-39f;
  scales->C = 1e35f;
  qref_fill(item, seed, "dt", QREF_FILL_UNIFORM, 1, 127);
  qref_fill(item, seed, "dt_bias", QREF_FILL_UNIFORM, 1, 127);
  float *h = qref_case_f32(item, "h_initial");
  for (size_t i = 0; h != NULL && i < qref_case_tensor_of(item, "h_initial")->count; i++) {
    h[i] *= 0x1p-118f;
  }
  return QREF_OK;
}

qref_status qref_fill_scan_drift(qref_case *item, uint64_t seed, int64_t parameter, qref_error *error) {
  (void)parameter;
  QREF_TRY(qref_fill_scan_uniform(item, seed, 0, error));
  /* dt is softplus(-4.6 +- 1.3), about 0.01; A is -0.02 and -0.4: decays of 0.9998 and 0.996. */
  qref_scan_scales *scales = qref_scan_scales_of(item);
  scales->dt = 0.01013f;
  scales->dt_bias = 0.05003f;
  scales->A_log = 0.0311f;
  scales->B = 0.0137f;
  scales->state = 0.0171f;
  qref_fill(item, seed, "dt_bias", QREF_FILL_CONSTANT, -92, -92);
  int8_t *A_log = qref_case_i8(item, "A_log");
  for (size_t i = 0; i < qref_case_tensor_of(item, "A_log")->count; i++) {
    A_log[i] = (int8_t)(-126 + 97 * (int)(i % 2));
  }
  return QREF_OK;
}

/* A case of `length` steps of `whole` from `first` on, run with `h_initial` (NULL: zeros). Free it. */
static qref_status run_part(qref_case *whole, size_t first, size_t length, const float *h_initial, qref_case *part,
                            qref_error *error) {
  qref_case_begin(part, QREF_OP_SELECTIVE_SCAN, whole->id, &whole->profile);
  part->args = whole->args;
  part->args.selective_scan.length = length;
  if (h_initial == NULL) {
    qref_case_without(part, "h_initial");
  }
  qref_status status = qref_case_allocate(part, error);
  if (status == QREF_OK) {
    qref_scan_cut(whole, first, part);
    if (h_initial != NULL) {
      memcpy(qref_case_f32(part, "h_initial"), h_initial,
             qref_case_tensor_of(part, "h_initial")->count * sizeof *h_initial);
    }
    status = qref_case_run(part, &qref_backend_ref, 1, error);
  }
  if (status != QREF_OK) {
    qref_case_free(part);
  }
  return status;
}

/* ---- snapshots ---- */

static qref_status fill_part(qref_case *item, size_t first, qref_case *whole, qref_error *error) {
  qref_scan_cut(whole, first, item);
  float *h_initial = qref_case_f32(item, "h_initial");
  if (h_initial == NULL) {
    return QREF_OK;
  }
  qref_case before;
  QREF_TRY(run_part(whole, 0, first, NULL, &before, error));
  const qref_case_tensor *h_final = qref_case_tensor_of(&before, "h_final");
  memcpy(h_initial, h_final->data, h_final->count * sizeof *h_initial);
  qref_case_free(&before);
  return QREF_OK;
}

qref_status qref_fill_scan_snapshot(qref_case *item, uint64_t seed, int64_t first, qref_error *error) {
  qref_case whole;
  qref_status status =
      qref_scan_whole_sequence(item, "selective_scan/snapshot", QREF_SCAN_SNAPSHOT_LENGTH, seed, &whole, error);
  if (status == QREF_OK) {
    status = fill_part(item, (size_t)first, &whole, error);
  }
  qref_case_free(&whole);
  return status;
}

/* ---- prefill and decode ---- */

static qref_status whole_of_decode(const qref_case *item, uint64_t seed, qref_case *whole, qref_error *error) {
  return qref_scan_whole_sequence(item, "selective_scan/prefill_decode",
                                  QREF_SCAN_PREFILL_LENGTH + QREF_SCAN_DECODE_STEPS, seed, whole, error);
}

qref_status qref_fill_scan_prefill(qref_case *item, uint64_t seed, int64_t parameter, qref_error *error) {
  (void)parameter;
  qref_case whole;
  qref_status status = whole_of_decode(item, seed, &whole, error);
  if (status == QREF_OK) {
    qref_scan_cut(&whole, 0, item);
  }
  qref_case_free(&whole);
  return status;
}

/* The state (B, D, N) behind the prefill: one chunk. */
static qref_status state_of_prefill(qref_case *whole, int8_t *state, qref_error *error) {
  qref_case prefill;
  QREF_TRY(run_part(whole, 0, QREF_SCAN_PREFILL_LENGTH, NULL, &prefill, error));
  memcpy(state, qref_case_i8(&prefill, "state"), qref_case_tensor_of(&prefill, "state")->count);
  qref_case_free(&prefill);
  return QREF_OK;
}

qref_status qref_fill_scan_decode(qref_case *item, uint64_t seed, int64_t step, qref_error *error) {
  qref_case whole;
  int8_t *state = qref_case_i8(item, "state");
  const size_t count = qref_case_tensor_of(item, "state")->count;
  qref_status status = whole_of_decode(item, seed, &whole, error);
  if (status == QREF_OK) {
    status = state_of_prefill(&whole, state, error);
  }
  for (int64_t i = 0; status == QREF_OK && i < step; i++) {
    qref_scan_cut(&whole, QREF_SCAN_PREFILL_LENGTH + (size_t)i, item);
    status = qref_case_run(item, &qref_backend_ref, 1, error);
    if (status == QREF_OK) {
      memcpy(state, qref_case_i8(item, "state_out"), count);
    }
  }
  if (status == QREF_OK) {
    qref_scan_cut(&whole, QREF_SCAN_PREFILL_LENGTH + (size_t)step, item);
  }
  qref_case_free(&whole);
  return status;
}
