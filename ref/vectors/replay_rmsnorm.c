/* Recorded quantized RMSNorm with residual: x (rows, n) and w (n) float16, r (rows, n) float32 optional;
 * static_out_scale. Outputs with a static scale: s_y, s_res; with a scale per row: d_y, d_res, d_token_scale. */
#include <string.h>

#include "ref/base/error.h"
#include "ref/vectors/replay_case.h"
#include "ref/vectors/verdict.h"

/* float32 ulp by which the original's approximate square root and division may move a row scale or a value before
 * rounding. */
enum { ALLOWED_ULP = 4 };

typedef struct rmsnorm_run {
  qref_rmsnorm_args args;
  float *allowance; /* (rows, n) */
  bool done;
} rmsnorm_run;

static qref_status prepare(qref_replay_case *item, qref_rmsnorm_args *args, qref_error *error) {
  const qref_tensor *x = NULL;
  const qref_tensor *w = NULL;
  QREF_TRY(qref_replay_require(item, QREF_OP_RMSNORM, error));
  QREF_TRY(qref_replay_input(item, "x", QREF_DTYPE_FLOAT16, 2, (const size_t[2]){0, 0}, &x, error));
  const size_t n = x->shape[1];
  QREF_TRY(qref_replay_input(item, "w", QREF_DTYPE_FLOAT16, 1, &n, &w, error));
  void *weight = NULL;
  QREF_TRY(qref_replay_buffer(item, n, sizeof(float), &weight, error));
  for (size_t i = 0; i < n; i++) {
    ((float *)weight)[i] = qref_f32_from_f16(((const qref_float16 *)w->data)[i]);
  }
  *args = (qref_rmsnorm_args){
      .rule = &item->profile->rmsnorm,
      .rows = x->shape[0],
      .n = n,
      .x = x->data,
      .weight = weight,
      .threads = item->threads,
  };
  if (qref_replay_has_input(item, "r")) {
    const qref_tensor *residual = NULL;
    QREF_TRY(qref_replay_input(item, "r", QREF_DTYPE_FLOAT32, 2, x->shape, &residual, error));
    args->residual = residual->data;
  }
  return qref_json_f32(item->json, "eps", item->source, &args->eps, error);
}

static qref_status run(qref_replay_case *item, bool dynamic, rmsnorm_run *result, qref_error *error) {
  qref_rmsnorm_args *args = &result->args;
  void *y = NULL;
  void *residual_out = NULL;
  void *before = NULL;
  void *allowance = NULL;
  void *row_scale = NULL;
  if (result->done) {
    return QREF_OK;
  }
  QREF_TRY(qref_replay_buffer(item, args->rows * args->n, 1, &y, error));
  QREF_TRY(qref_replay_buffer(item, args->rows * args->n, sizeof(float), &residual_out, error));
  QREF_TRY(qref_replay_buffer(item, args->rows * args->n, sizeof(float), &before, error));
  QREF_TRY(qref_replay_buffer(item, args->rows * args->n, sizeof(float), &allowance, error));
  args->y = y;
  args->residual_out = residual_out;
  args->before_rounding = before;
  if (dynamic) {
    QREF_TRY(qref_replay_buffer(item, args->rows, sizeof(float), &row_scale, error));
    args->row_scale = row_scale;
  } else {
    QREF_TRY(qref_json_f32(item->json, "static_out_scale", item->source, &args->out_scale, error));
  }
  QREF_TRY(item->backend->rmsnorm(args, error));
  result->allowance = allowance;
  for (size_t i = 0; i < args->rows * args->n; i++) {
    result->allowance[i] = (float)(ALLOWED_ULP * qref_ulp_f32((double)args->before_rounding[i]));
  }
  result->done = true;
  return QREF_OK;
}

qref_status qref_replay_rmsnorm(qref_replay_case *item, qref_error *error) {
  rmsnorm_run runs[2] = {{.done = false}, {.done = false}}; /* static, dynamic */
  QREF_TRY(prepare(item, &runs[0].args, error));
  runs[1] = runs[0];
  const size_t shape[2] = {runs[0].args.rows, runs[0].args.n};
  const cJSON *entry = NULL;
  QREF_TRY(qref_replay_first_output(item, &entry, error));
  for (; entry != NULL; entry = entry->next) {
    const char *name = entry->string;
    const bool dynamic = name[0] == 'd';
    const char *kind = (name[0] == 's' || dynamic) && name[1] == '_' ? name + 2 : "";
    const bool is_y = strcmp(kind, "y") == 0;
    const bool is_residual = strcmp(kind, "res") == 0;
    const bool is_scale = dynamic && strcmp(kind, "token_scale") == 0;
    if (!is_y && !is_residual && !is_scale) {
      return qref_replay_unknown_output(item, entry, "s_y, s_res, d_y, d_res or d_token_scale", error);
    }
    const qref_tensor *recorded = NULL;
    QREF_TRY(qref_replay_recorded(item, entry, is_y ? QREF_DTYPE_INT8 : QREF_DTYPE_FLOAT32, is_scale ? 1 : 2, shape,
                                  &recorded, error));
    rmsnorm_run *result = &runs[dynamic ? 1 : 0];
    QREF_TRY(run(item, dynamic, result, error));
    if (is_y) {
      const qref_replay_rounding rounding = {.rule = &result->args.rule->output.round,
                                             .before = result->args.before_rounding,
                                             .allowance = result->allowance};
      QREF_TRY(qref_replay_compare_int8(item, name, recorded, result->args.y, &rounding, error));
    } else {
      QREF_TRY(qref_replay_compare_f32(item, name, recorded,
                                       is_scale ? result->args.row_scale : result->args.residual_out,
                                       is_scale ? ALLOWED_ULP : 0, error));
    }
  }
  return QREF_OK;
}
