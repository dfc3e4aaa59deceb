/* Recorded selective scans.
 *   u, dt, z (B, D, T); A, which holds A_log, (D, N); B, C (B, 1, N, T) or (B, N, T); D, db (D)
 *   y (B, T, D) float16; state (B, D, chunks of 2048, N)
 * one token: u, dt, z (B, D); B, C (B, N); state_in, state_out (B, D, N); y (B, D)
 * has_z, has_D, has_dt_bias, softplus: a listed file is not used where its flag is false. */
#include <math.h>
#include <string.h>

#include "ref/base/error.h"
#include "ref/base/size.h"
#include "ref/ops/scan_layout.h"
#include "ref/vectors/replay_case.h"
#include "ref/vectors/scan_error.h"

static qref_status read_scales(qref_replay_case *item, const qref_selective_scan_args *args, qref_scan_scales *scales,
                               qref_error *error) {
  const cJSON *json = NULL;
  QREF_TRY(qref_json_object(item->json, "scales", item->source, &json, error));
  QREF_TRY(qref_json_f32(json, "u", item->source, &scales->u, error));
  QREF_TRY(qref_json_f32(json, "dt", item->source, &scales->dt, error));
  QREF_TRY(qref_json_f32(json, "A_log", item->source, &scales->A_log, error));
  QREF_TRY(qref_json_f32(json, "B", item->source, &scales->B, error));
  QREF_TRY(qref_json_f32(json, "C", item->source, &scales->C, error));
  QREF_TRY(qref_json_f32(json, "state", item->source, &scales->state, error));
  if (args->D != NULL) {
    QREF_TRY(qref_json_f32(json, "D", item->source, &scales->D, error));
  }
  if (args->z != NULL) {
    QREF_TRY(qref_json_f32(json, "z", item->source, &scales->z, error));
  }
  if (args->dt_bias != NULL) {
    QREF_TRY(qref_json_f32(json, "dt_bias", item->source, &scales->dt_bias, error));
  }
  return QREF_OK;
}

/* B or C: (B, N, T), or with one group in front of the states. */
static qref_status read_projection(qref_replay_case *item, const char *name, const size_t shape[3], const int8_t **data,
                                   qref_error *error) {
  const qref_tensor *tensor = NULL;
  size_t grouped[4] = {shape[0], 1, shape[1], shape[2]};
  qref_error discarded;
  qref_status status = qref_replay_input(item, name, QREF_DTYPE_INT8, 4, grouped, &tensor, error);
  if (status == QREF_ERROR_FORMAT &&
      qref_replay_input(item, name, QREF_DTYPE_INT8, 3, shape, &tensor, &discarded) == QREF_OK) {
    status = QREF_OK;
  }
  QREF_TRY(status);
  *data = tensor->data;
  return QREF_OK;
}

/* What both forms share. `rank` is 3 with a time axis, 2 without; length is 1 then. */
static qref_status read_inputs(qref_replay_case *item, size_t rank, qref_selective_scan_args *args, qref_error *error) {
  const qref_tensor *u = NULL;
  const qref_tensor *dt = NULL;
  const qref_tensor *A = NULL;
  QREF_TRY(qref_replay_input(item, "u", QREF_DTYPE_INT8, rank, (const size_t[3]){0, 0, 0}, &u, error));
  args->batch = u->shape[0];
  args->channels = u->shape[1];
  args->length = rank == 3 ? u->shape[2] : 1;
  args->u = u->data;
  QREF_TRY(qref_replay_input(item, "dt", QREF_DTYPE_INT8, rank, u->shape, &dt, error));
  args->dt = dt->data;
  QREF_TRY(qref_replay_input(item, "A", QREF_DTYPE_INT8, 2, (const size_t[2]){args->channels, 0}, &A, error));
  args->A_log = A->data;
  args->states = A->shape[1];
  QREF_TRY(qref_replay_optional_int8(item, "has_D", "D", 1, &args->channels, &args->D, error));
  QREF_TRY(qref_replay_optional_int8(item, "has_z", "z", rank, u->shape, &args->z, error));
  QREF_TRY(qref_replay_optional_int8(item, "has_dt_bias", "db", 1, &args->channels, &args->dt_bias, error));
  QREF_TRY(qref_json_bool_or(item->json, "softplus", item->source, true, &args->softplus, error));
  QREF_TRY(read_scales(item, args, &args->scales, error));
  args->chunk_length = QREF_SCAN_DEFAULT_CHUNK_LENGTH;
  args->threads = item->threads;
  return QREF_OK;
}

/* What the recorded values may be measured against: error bounds of y, and the state before rounding with its
 * allowance. */
typedef struct scan_yardstick {
  qref_scan_error bounds;
  qref_replay_rounding rounding;
} scan_yardstick;

static qref_status measure(qref_replay_case *item, const qref_selective_scan_args *args, const qref_scan_rule *rule,
                           size_t stored, scan_yardstick *yardstick, qref_error *error) {
  const size_t outputs = args->batch * args->length * args->channels;
  void *y = NULL;
  void *state = NULL;
  void *state_error = NULL;
  QREF_TRY(qref_replay_buffer(item, outputs, sizeof(float), &y, error));
  QREF_TRY(qref_replay_buffer(item, stored, sizeof(float), &state, error));
  QREF_TRY(qref_replay_buffer(item, stored, sizeof(float), &state_error, error));
  yardstick->bounds = (qref_scan_error){.y = y, .state = state, .state_error = state_error};
  QREF_TRY(qref_scan_error_compute(args, &yardstick->bounds, error));
  float *before = state;
  float *allowance = state_error;
  const float scale = args->scales.state * rule->state_prescale;
  for (size_t i = 0; i < stored; i++) {
    before[i] = qref_apply_scale(before[i] * rule->state_prescale, scale, rule->state.scale_form);
    allowance[i] = allowance[i] / args->scales.state;
  }
  yardstick->rounding = (qref_replay_rounding){.rule = &rule->state.round, .before = before, .allowance = allowance};
  return QREF_OK;
}

qref_status qref_replay_selective_scan(qref_replay_case *item, qref_error *error) {
  qref_selective_scan_args args = {.rule = &item->profile->selective_scan};
  QREF_TRY(qref_replay_require(item, QREF_OP_SELECTIVE_SCAN, error));
  QREF_TRY(read_inputs(item, 3, &args, error));
  const size_t projection[3] = {args.batch, args.states, args.length};
  QREF_TRY(read_projection(item, "B", projection, &args.B, error));
  QREF_TRY(read_projection(item, "C", projection, &args.C, error));
  const size_t chunks = qref_scan_chunk_count(&args);
  const size_t outputs = args.batch * args.length * args.channels;
  size_t stored = 0;
  if (!qref_size_product((const size_t[4]){args.batch, args.channels, chunks, args.states}, 4, &stored)) {
    return qref_fail(error, QREF_ERROR_OVERFLOW, "%s: the size of the state overflows", item->source);
  }
  void *y = NULL;
  void *state = NULL;
  void *before_store = NULL;
  void *scratch = NULL;
  QREF_TRY(qref_replay_buffer(item, outputs, sizeof *args.y, &y, error));
  QREF_TRY(qref_replay_buffer(item, stored, 1, &state, error));
  QREF_TRY(qref_replay_buffer(item, outputs, sizeof(float), &before_store, error));
  QREF_TRY(qref_replay_buffer(item, qref_selective_scan_scratch(args.states), sizeof(float), &scratch, error));
  args.y = y;
  args.state = state;
  args.before_store = before_store;
  args.scratch = scratch;
  QREF_TRY(item->backend->selective_scan(&args, error));
  scan_yardstick yardstick;
  QREF_TRY(measure(item, &args, args.rule, stored, &yardstick, error));

  const size_t y_shape[3] = {args.batch, args.length, args.channels};
  const size_t state_shape[4] = {args.batch, args.channels, chunks, args.states};
  const cJSON *entry = NULL;
  QREF_TRY(qref_replay_first_output(item, &entry, error));
  for (; entry != NULL; entry = entry->next) {
    const char *name = entry->string;
    const qref_tensor *recorded = NULL;
    if (strcmp(name, "y") == 0 || strcmp(name, "y_precise") == 0) {
      QREF_TRY(qref_replay_recorded(item, entry, QREF_DTYPE_FLOAT16, 3, y_shape, &recorded, error));
      QREF_TRY(qref_replay_compare_f16(item, name, recorded, args.y, args.before_store, yardstick.bounds.y, error));
    } else if (strcmp(name, "state") == 0 || strcmp(name, "state_precise") == 0) {
      QREF_TRY(qref_replay_recorded(item, entry, QREF_DTYPE_INT8, 4, state_shape, &recorded, error));
      QREF_TRY(qref_replay_compare_int8(item, name, recorded, args.state, &yardstick.rounding, error));
    } else {
      return qref_replay_unknown_output(item, entry, "y or state, each also with _precise", error);
    }
  }
  return QREF_OK;
}

qref_status qref_replay_selective_scan_update(qref_replay_case *item, qref_error *error) {
  qref_selective_scan_args whole = {.rule = &item->profile->selective_scan_update};
  QREF_TRY(qref_replay_require(item, QREF_OP_SELECTIVE_SCAN_UPDATE, error));
  QREF_TRY(read_inputs(item, 2, &whole, error));
  const qref_tensor *B = NULL;
  const qref_tensor *C = NULL;
  const qref_tensor *state_in = NULL;
  const size_t projection[2] = {whole.batch, whole.states};
  const size_t state_shape[3] = {whole.batch, whole.channels, whole.states};
  const size_t y_shape[2] = {whole.batch, whole.channels};
  QREF_TRY(qref_replay_input(item, "B", QREF_DTYPE_INT8, 2, projection, &B, error));
  QREF_TRY(qref_replay_input(item, "C", QREF_DTYPE_INT8, 2, projection, &C, error));
  QREF_TRY(qref_replay_input(item, "state_in", QREF_DTYPE_INT8, 3, state_shape, &state_in, error));
  whole.B = B->data;
  whole.C = C->data;

  const size_t outputs = whole.batch * whole.channels;
  void *y = NULL;
  void *state = NULL;
  void *before_store = NULL;
  void *h = NULL;
  QREF_TRY(qref_replay_buffer(item, outputs, sizeof(qref_float16), &y, error));
  QREF_TRY(qref_replay_buffer(item, state_in->count, 1, &state, error));
  QREF_TRY(qref_replay_buffer(item, outputs, sizeof(float), &before_store, error));
  QREF_TRY(qref_replay_buffer(item, state_in->count, sizeof(float), &h, error));
  memcpy(state, state_in->data, state_in->count);
  qref_selective_scan_update_args args = {
      .rule = whole.rule,
      .batch = whole.batch,
      .channels = whole.channels,
      .states = whole.states,
      .state = state,
      .u = whole.u,
      .dt = whole.dt,
      .A_log = whole.A_log,
      .B = whole.B,
      .C = whole.C,
      .D = whole.D,
      .z = whole.z,
      .dt_bias = whole.dt_bias,
      .scales = whole.scales,
      .softplus = whole.softplus,
      .y = y,
      .before_store = before_store,
      .threads = item->threads,
  };
  QREF_TRY(item->backend->selective_scan_update(&args, error));
  const int8_t *initial = state_in->data;
  for (size_t i = 0; i < state_in->count; i++) {
    ((float *)h)[i] = (float)initial[i] * whole.scales.state;
  }
  whole.h_initial = h;
  scan_yardstick yardstick;
  QREF_TRY(measure(item, &whole, whole.rule, state_in->count, &yardstick, error));

  const cJSON *entry = NULL;
  QREF_TRY(qref_replay_first_output(item, &entry, error));
  for (; entry != NULL; entry = entry->next) {
    const char *name = entry->string;
    const qref_tensor *recorded = NULL;
    if (strcmp(name, "y") == 0 || strcmp(name, "y_precise") == 0) {
      QREF_TRY(qref_replay_recorded(item, entry, QREF_DTYPE_FLOAT16, 2, y_shape, &recorded, error));
      QREF_TRY(qref_replay_compare_f16(item, name, recorded, args.y, args.before_store, yardstick.bounds.y, error));
    } else if (strcmp(name, "state_out") == 0 || strcmp(name, "state_out_precise") == 0) {
      QREF_TRY(qref_replay_recorded(item, entry, QREF_DTYPE_INT8, 3, state_shape, &recorded, error));
      QREF_TRY(qref_replay_compare_int8(item, name, recorded, args.state, &yardstick.rounding, error));
    } else {
      return qref_replay_unknown_output(item, entry, "y or state_out, each also with _precise", error);
    }
  }
  return QREF_OK;
}
