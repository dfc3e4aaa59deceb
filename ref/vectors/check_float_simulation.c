/* The float-simulation check: the model on the INT8 path, then under float simulation, compared layer by layer. */
#include <stdlib.h>
#include <string.h>

#include "ref/base/error.h"
#include "ref/base/size.h"
#include "ref/vectors/compare_conv1d.h"

typedef enum path { PATH_INT8, PATH_SAME_SCALE, PATH_BETTER_SCALE, PATH_COUNT } path;

/* Scratch of one layer, (B, D, T) each. */
typedef struct layer_scratch {
  size_t capacity;
  int8_t *y;
  float *before_rounding;
  float *before_quant;
  float *after_quant;
} layer_scratch;

typedef struct check_run {
  const qref_check_options *options;
  const qref_profile *profile;
  const qref_backend *backend;
  qref_check_report *report;
  size_t batch, length;
  int8_t **int8_x; /* per layer: the INT8 run's input, (B, D, T) */
  layer_scratch scratch;
  size_t *upstream;         /* (B): the earliest time at which the layers so far differ from the INT8 run */
  size_t *first_difference; /* (B) */
  path path;
} check_run;

/* ---- memory ---- */

static void free_scratch(layer_scratch *scratch) {
  free(scratch->y);
  free(scratch->before_rounding);
  free(scratch->before_quant);
  free(scratch->after_quant);
  memset(scratch, 0, sizeof *scratch);
}

static qref_status reserve(layer_scratch *scratch, size_t count, qref_error *error) {
  if (count <= scratch->capacity) {
    return QREF_OK;
  }
  free_scratch(scratch);
  scratch->y = qref_allocate(count, 1);
  scratch->before_rounding = qref_allocate(count, sizeof(float));
  scratch->before_quant = qref_allocate(count, sizeof(float));
  scratch->after_quant = qref_allocate(count, sizeof(float));
  if (scratch->y == NULL || scratch->before_rounding == NULL || scratch->before_quant == NULL ||
      scratch->after_quant == NULL) {
    return qref_fail(error, QREF_ERROR_MEMORY, "check: out of memory for %zu elements of a layer", count);
  }
  scratch->capacity = count;
  return QREF_OK;
}

void qref_check_report_free(qref_check_report *report) {
  if (report != NULL) {
    free(report->layers);
    free(report->logs);
    memset(report, 0, sizeof *report);
  }
}

/* ---- one layer ---- */

/* The INT8 op on the input of the INT8 run: y and what it was before rounding. */
static qref_status run_int8(check_run *run, const qref_conv1d_observation *seen, const int8_t *x, qref_error *error) {
  const qref_conv1d_silu_args args = {
      .rule = &run->profile->conv1d_silu,
      .batch = seen->batch,
      .channels = seen->channels,
      .length = seen->length,
      .width = seen->width,
      .x = x,
      .w = seen->w,
      .bias = seen->bias,
      .x_scale = seen->x_scale,
      .w_scale = seen->w_scale,
      .bias_scale = seen->bias_scale,
      .out_scale = seen->output_scale,
      .silu = true,
      .y = run->scratch.y,
      .before_rounding = run->scratch.before_rounding,
      .threads = run->options->execution.threads,
  };
  return run->backend->conv1d_silu(&args, error);
}

static qref_status run_float_simulation(check_run *run, const qref_conv1d_observation *seen, float effective_scale,
                                        qref_error *error) {
  const qref_conv1d_silu_floatsim_args args = {
      .rule = &run->profile->conv1d_floatsim,
      .batch = seen->batch,
      .channels = seen->channels,
      .length = seen->length,
      .width = seen->width,
      .x = seen->x,
      .w = seen->w,
      .bias = seen->bias,
      .x_scale = seen->x_scale,
      .w_scale = seen->w_scale,
      .bias_scale = seen->bias_scale,
      .effective_scale = effective_scale,
      .silu = true,
      .before_quant = run->scratch.before_quant,
      .after_quant = run->scratch.after_quant,
      .threads = run->options->execution.threads,
  };
  return run->backend->conv1d_silu_floatsim(&args, error);
}

static qref_conv1d_pair make_pair(const check_run *run, const qref_conv1d_observation *seen) {
  return (qref_conv1d_pair){
      .profile = run->profile,
      .batch = seen->batch,
      .channels = seen->channels,
      .length = seen->length,
      .width = seen->width,
      .x_scale = seen->x_scale,
      .w_scale = seen->w_scale,
      .bias_scale = seen->bias_scale,
      .output_scale = seen->output_scale,
      .w = seen->w,
      .bias = seen->bias,
      .int8_x = run->int8_x[seen->layer],
      .int8_y = run->scratch.y,
      .int8_before_rounding = run->scratch.before_rounding,
  };
}

/* The INT8 run reaches a layer: keep its input, and run both arithmetics on it. */
static qref_status lockstep(check_run *run, const qref_conv1d_observation *seen, size_t count, qref_error *error) {
  qref_check_layer *layer = &run->report->layers[seen->layer];
  free(run->int8_x[seen->layer]);
  run->int8_x[seen->layer] = qref_allocate(count, 1);
  if (run->int8_x[seen->layer] == NULL) {
    return qref_fail(error, QREF_ERROR_MEMORY, "check: out of memory for the input of layer %zu", seen->layer);
  }
  memcpy(run->int8_x[seen->layer], seen->x, count);
  QREF_TRY(run_int8(run, seen, seen->x, error));
  if (memcmp(run->scratch.y, seen->y, count) != 0) {
    return qref_fail(error, QREF_ERROR_UNSUPPORTED,
                     "check: layer %zu: backend '%s' does not repeat its own conv1d output on the same input",
                     seen->layer, run->backend->name);
  }
  qref_conv1d_pair pair = make_pair(run, seen);
  pair.float_x = pair.int8_x;
  pair.before_quant = run->scratch.before_quant;
  pair.after_quant = run->scratch.after_quant;
  pair.effective_scale = seen->output_scale;
  QREF_TRY(run_float_simulation(run, seen, pair.effective_scale, error));
  qref_compare_conv1d(&pair, &layer->lockstep_same);
  if (run->options->better_scale) {
    float factor = 1.0f;
    QREF_TRY(qref_scale_policy_factor(&run->options->policy, run->scratch.before_quant, count, seen->output_scale,
                                      &factor, error));
    pair.effective_scale = seen->output_scale / factor;
    pair.better_scale = true;
    QREF_TRY(run_float_simulation(run, seen, pair.effective_scale, error));
    qref_compare_conv1d(&pair, &layer->lockstep_better);
  }
  layer->compared = true;
  return QREF_OK;
}

/* A float-simulated run reaches a layer: compare with what the INT8 run had there. */
static qref_status against_int8_run(check_run *run, const qref_conv1d_observation *seen, qref_error *error) {
  qref_check_layer *layer = &run->report->layers[seen->layer];
  if (!layer->compared) {
    return qref_fail(error, QREF_ERROR_UNSUPPORTED, "check: layer %zu has a conv1d under float simulation only",
                     seen->layer);
  }
  QREF_TRY(run_int8(run, seen, run->int8_x[seen->layer], error));
  for (size_t b = 0; b < run->batch; b++) {
    run->first_difference[b] = SIZE_MAX;
  }
  qref_conv1d_pair pair = make_pair(run, seen);
  pair.float_x = seen->x;
  pair.before_quant = seen->before_quant;
  pair.after_quant = seen->after_quant;
  pair.effective_scale = seen->effective_scale;
  pair.better_scale = run->path == PATH_BETTER_SCALE;
  pair.upstream = run->upstream;
  pair.first_difference = run->first_difference;
  qref_compare_conv1d(&pair, pair.better_scale ? &layer->run_better : &layer->run_same);
  for (size_t b = 0; b < run->batch; b++) {
    if (run->first_difference[b] < run->upstream[b]) {
      run->upstream[b] = run->first_difference[b];
    }
  }
  return QREF_OK;
}

static qref_status observe(void *context, const qref_conv1d_observation *seen, qref_error *error) {
  check_run *run = context;
  const size_t per_layer = run->options->better_scale ? 3 : 2;
  if (seen->layer >= run->report->layer_count || seen->batch != run->batch || seen->length != run->length) {
    return qref_fail(error, QREF_ERROR_UNSUPPORTED, "check: an observation of layer %zu does not fit the run",
                     seen->layer);
  }
  const size_t count = seen->batch * seen->channels * seen->length;
  QREF_TRY(reserve(&run->scratch, count, error));
  if (run->path == PATH_INT8) {
    QREF_TRY(lockstep(run, seen, count, error));
  } else {
    QREF_TRY(against_int8_run(run, seen, error));
  }
  qref_layer_log_from_observation(seen, run->path == PATH_BETTER_SCALE, run->options->statistics,
                                  &run->report->logs[seen->layer * per_layer + (size_t)run->path]);
  const qref_execution *execution = &run->options->execution;
  if (execution->progress != NULL) {
    const size_t layers = run->report->layer_count;
    execution->progress(execution->progress_context, "check", (size_t)run->path * layers + seen->layer + 1,
                        per_layer * layers);
  }
  return QREF_OK;
}

/* ---- the runs ---- */

static qref_status run_path(check_run *run, const qref_quantized_model *model, path which, const int32_t *tokens,
                            qref_error *error) {
  qref_profile profile = *run->profile;
  profile.conv1d_arithmetic = QREF_CONV1D_INT8; /* float simulation is asked for below */
  const qref_session_options options = {
      .batch = run->batch,
      .profile = &profile,
      .execution = run->options->execution,
      .float_simulation =
          {
              .enabled = which != PATH_INT8,
              .better_scale = which == PATH_BETTER_SCALE,
              .policy = run->options->policy,
          },
      .observer = observe,
      .observer_context = run,
  };
  qref_session *session = NULL;
  run->path = which;
  for (size_t b = 0; b < run->batch; b++) {
    run->upstream[b] = SIZE_MAX;
  }
  QREF_TRY(qref_session_create(model, &options, &session, error));
  qref_status status = qref_session_prefill(session, tokens, run->length, NULL, error);
  qref_session_destroy(session);
  return status;
}

static bool allocate_run(check_run *run) {
  qref_check_report *report = run->report;
  report->layers = qref_allocate_zeroed(report->layer_count, sizeof *report->layers);
  report->logs = qref_allocate_zeroed(report->log_count, sizeof *report->logs);
  run->int8_x = qref_allocate_zeroed(report->layer_count, sizeof *run->int8_x);
  run->upstream = qref_allocate(run->batch, sizeof *run->upstream);
  run->first_difference = qref_allocate(run->batch, sizeof *run->first_difference);
  return report->layers != NULL && report->logs != NULL && run->int8_x != NULL && run->upstream != NULL &&
         run->first_difference != NULL;
}

/* Drops the logs of layers that have no conv1d, and sums up. */
static void conclude(qref_check_report *report) {
  const size_t per_layer = report->better_scale ? 3 : 2;
  size_t kept = 0;
  report->explained = true;
  for (size_t l = 0; l < report->layer_count; l++) {
    const qref_check_layer *layer = &report->layers[l];
    if (!layer->compared) {
      report->explained = false;
      continue;
    }
    memmove(&report->logs[kept * per_layer], &report->logs[l * per_layer], per_layer * sizeof *report->logs);
    kept++;
    report->explained =
        report->explained && qref_conv1d_explained(&layer->lockstep_same) && qref_conv1d_explained(&layer->run_same);
    if (report->better_scale) {
      report->explained = report->explained && qref_conv1d_explained(&layer->lockstep_better) &&
                          qref_conv1d_explained(&layer->run_better);
    }
  }
  report->compared_layers = kept;
  report->log_count = kept * per_layer;
}

qref_status qref_check(const qref_quantized_model *model, const qref_check_options *options, const int32_t *tokens,
                       size_t length, qref_check_report *report, qref_error *error) {
  if (model == NULL || options == NULL || tokens == NULL || length == 0 || report == NULL) {
    return qref_fail(error, QREF_ERROR_ARGUMENT, "check: expected a model, options, at least one token and a report");
  }
  memset(report, 0, sizeof *report);
  check_run run = {
      .options = options,
      .profile = options->profile != NULL ? options->profile : qref_profile_builtin("quamba"),
      .backend = options->execution.backend,
      .report = report,
      .batch = options->batch == 0 ? 1 : options->batch,
      .length = length,
  };
  if (run.backend == NULL) {
    QREF_TRY(qref_backend_find("cpu", &run.backend, error));
  }
  report->layer_count = qref_quantized_model_config(model)->n_layers;
  report->better_scale = options->better_scale;
  report->log_count = report->layer_count * (options->better_scale ? 3 : 2);
  qref_status status = QREF_OK;
  if (!allocate_run(&run)) {
    status = qref_fail(error, QREF_ERROR_MEMORY, "check: out of memory for %zu layers", report->layer_count);
  }
  const path last = options->better_scale ? PATH_BETTER_SCALE : PATH_SAME_SCALE;
  for (path which = PATH_INT8; status == QREF_OK && which <= last; which++) {
    status = run_path(&run, model, which, tokens, error);
  }
  for (size_t l = 0; run.int8_x != NULL && l < report->layer_count; l++) {
    free(run.int8_x[l]);
  }
  free(run.int8_x);
  free(run.upstream);
  free(run.first_difference);
  free_scratch(&run.scratch);
  if (status == QREF_OK) {
    conclude(report);
  } else {
    qref_check_report_free(report);
  }
  return status;
}
