/* qref eval: bits per byte (or per token) over a text in windows, each from a fresh state. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "ref/base/decimal.h"
#include "ref/base/error.h"
#include "ref/base/json.h"
#include "ref/cli/cli.h"
#include "ref/cli/junit.h"
#include "ref/cli/logits.h"
#include "ref/cli/model_path.h"
#include "ref/cli/model_source.h"
#include "ref/cli/output.h"

typedef struct eval_options {
  const char *model;
  const char *text;
  const char *tokens;
  const char *path;
  const char *log_dir;
  size_t window;
  size_t bytes; /* predictions; 0 is all */
  bool statistics;
  qref_calibration calibration;
  qref_switches switches;
} eval_options;

typedef struct eval_result {
  qref_path path;
  double bits; /* per prediction */
} eval_result;

typedef struct eval_run {
  const eval_options *options;
  const qref_common *common;
  qref_common inner; /* without the progress bar: there is one for the whole text */
  qref_model_source source;
  qref_token_input input;
  size_t predictions;
  qref_log_collector collector;
  eval_result results[QREF_PATH_ALL];
  size_t result_count;
} eval_run;

/* One window of `length` tokens: the logits behind each. */
static qref_status forward(const eval_run *run, qref_path path, qref_session *session, const int32_t *tokens,
                           size_t length, const qref_logits *logits, qref_error *error) {
  if (path == QREF_PATH_FP32) {
    return qref_float_model_forward(run->source.float_model, &run->inner.execution, tokens, length, logits->data, NULL,
                                    error);
  }
  qref_session_reset(session);
  return qref_session_prefill(session, tokens, length, logits->data, error);
}

static qref_status score(eval_run *run, qref_path path, qref_session *session, const qref_logits *logits, double *bits,
                         qref_error *error) {
  const qref_execution *execution = &run->common->execution;
  const size_t window = run->options->window;
  double sum = 0.0;
  for (size_t begin = 0; begin < run->predictions; begin += window) {
    const size_t left = run->predictions - begin;
    const size_t length = left < window ? left : window;
    if (execution->progress != NULL) {
      execution->progress(execution->progress_context, qref_path_name(path), begin, run->predictions);
    }
    QREF_TRY(forward(run, path, session, run->input.tokens + begin, length, logits, error));
    run->collector.enabled = false; /* the first window is logged */
    for (size_t i = 0; i < length; i++) {
      sum += qref_logits_bits(logits, i, run->input.tokens[begin + i + 1]);
    }
  }
  if (execution->progress != NULL) {
    execution->progress(execution->progress_context, qref_path_name(path), run->predictions, run->predictions);
  }
  *bits = sum / (double)run->predictions;
  return QREF_OK;
}

static qref_status evaluate(eval_run *run, qref_path path, qref_error *error) {
  const size_t window = run->options->window < run->predictions ? run->options->window : run->predictions;
  qref_logits logits;
  qref_session *session = NULL;
  eval_result *result = &run->results[run->result_count];
  result->path = path;
  run->collector.enabled = run->options->switches.write_logs;
  run->collector.statistics = run->options->statistics;
  if (path != QREF_PATH_FP32) {
    QREF_TRY(qref_model_source_quantize(&run->source, &run->options->calibration, run->common, error));
    QREF_TRY(qref_path_session(path, run->source.quantized, &run->inner, &run->options->switches, &run->collector,
                               &session, error));
  }
  qref_status status = qref_logits_create(path == QREF_PATH_FP32 ? QREF_DTYPE_FLOAT32 : QREF_DTYPE_FLOAT16, window,
                                          run->source.config->vocab_size, &logits, error);
  if (status == QREF_OK) {
    status = score(run, path, session, &logits, &result->bits, error);
    qref_logits_free(&logits);
  }
  qref_session_destroy(session);
  run->result_count += status == QREF_OK ? 1 : 0;
  return status;
}

static qref_status prepare(eval_run *run, qref_error *error) {
  const eval_options *options = run->options;
  if (options->model == NULL || (options->text == NULL) == (options->tokens == NULL)) {
    return qref_fail(error, QREF_ERROR_ARGUMENT, "expected --model M and one of --text F and --tokens F");
  }
  QREF_TRY(qref_model_source_open(options->model, &run->source, error));
  const size_t vocab_size = run->source.config->vocab_size;
  const char *name = options->text != NULL ? options->text : options->tokens;
  QREF_TRY(options->text != NULL ? qref_tokens_from_text(name, vocab_size, &run->input, error)
                                 : qref_tokens_from_numbers(name, vocab_size, &run->input, error));
  if (options->bytes == SIZE_MAX) {
    return qref_fail(error, QREF_ERROR_ARGUMENT, "option --bytes: too large");
  }
  /* n predictions need n + 1 tokens. */
  QREF_TRY(qref_tokens_require(&run->input, options->bytes == 0 ? 2 : options->bytes + 1, name, error));
  run->predictions = options->bytes == 0 ? run->input.count - 1 : options->bytes;
  return QREF_OK;
}

static qref_status run_paths(eval_run *run, qref_error *error) {
  qref_path path = QREF_PATH_INT8;
  QREF_TRY(qref_path_choose(run->options->path, true, &run->options->switches, &run->common->profile, &path, error));
  QREF_TRY(prepare(run, error));
  if ((path == QREF_PATH_FP32 || path == QREF_PATH_ALL) && run->source.float_model == NULL) {
    return qref_fail(error, QREF_ERROR_ARGUMENT,
                     "%s: option --path: fp32 needs the checkpoint directory, this is a quantized model",
                     run->source.path);
  }
  const qref_path first = path == QREF_PATH_ALL ? QREF_PATH_FP32 : path;
  const qref_path last = path == QREF_PATH_ALL ? QREF_PATH_FLOATSIM : path;
  for (qref_path each = first; each <= last; each++) {
    QREF_TRY(evaluate(run, each, error));
  }
  return QREF_OK;
}

/* ---- report ---- */

static bool add_result(cJSON *object, const eval_run *run, const eval_result *result) {
  const qref_switches *switches = &run->options->switches;
  const bool text = run->options->text != NULL;
  bool made = cJSON_AddStringToObject(object, "path", qref_path_name(result->path)) != NULL &&
              cJSON_AddNumberToObject(object, text ? "bits_per_byte" : "bits_per_token", result->bits) != NULL &&
              cJSON_AddNumberToObject(object, "perplexity", exp2(result->bits)) != NULL;
  if (result->path == QREF_PATH_FLOATSIM) {
    made = made && cJSON_AddBoolToObject(object, "float_sim_better_scale", switches->better_scale) != NULL;
  }
  return made;
}

static cJSON *summarize(const eval_run *run) {
  cJSON *object = cJSON_CreateObject();
  bool made = object != NULL && cJSON_AddStringToObject(object, "model", run->options->model) != NULL &&
              cJSON_AddStringToObject(object, run->options->text != NULL ? "text" : "tokens",
                                      run->options->text != NULL ? run->options->text : run->options->tokens) != NULL &&
              qref_json_add_u64(object, "window", run->options->window) &&
              qref_json_add_u64(object, "predictions", run->predictions);
  if (made && run->result_count == 1) {
    made = add_result(object, run, &run->results[0]);
  } else if (made) {
    cJSON *array = cJSON_AddArrayToObject(object, "results");
    made = array != NULL;
    for (size_t i = 0; made && i < run->result_count; i++) {
      cJSON *item = cJSON_CreateObject();
      made = item != NULL && cJSON_AddItemToArray(array, item) && add_result(item, run, &run->results[i]);
    }
  }
  if (!made) {
    cJSON_Delete(object);
    return NULL;
  }
  return object;
}

static int report(const eval_run *run) {
  const qref_common *common = run->common;
  qref_error error;
  if (!qref_print_json(common->command, summarize(run)) ||
      qref_finish_output(common->command, QREF_EXIT_EXPLAINED) != QREF_EXIT_EXPLAINED) {
    return QREF_EXIT_BAD;
  }
  if (run->collector.count != 0 &&
      qref_layer_logs_write(run->options->log_dir, run->collector.logs, run->collector.count, &error) != QREF_OK) {
    return qref_report_error(common->command, &error);
  }
  return qref_conclude(common, qref_junit_create(common->command), QREF_EXIT_EXPLAINED);
}

int qref_command_eval(int argc, char **argv) {
  eval_options options = {.window = 256, .log_dir = "yzCheckFloatSim"};
  qref_option calibration_options[QREF_CALIBRATION_OPTION_COUNT];
  qref_option switch_options[QREF_SWITCH_OPTION_COUNT];
  qref_calibration_options(&options.calibration, calibration_options);
  qref_switch_options(&options.switches, switch_options);
  const qref_option own[] = {
      QREF_STRING("--model", "M", "checkpoint directory, or quantized model (required)", &options.model),
      QREF_STRING("--text", "F", "text, a token per byte", &options.text),
      QREF_STRING("--tokens", "F", "token numbers instead: .npy, or decimal text", &options.tokens),
      QREF_STRING("--path", "P", "fp32, int8, floatsim or all (default int8, or FLOAT_SIM_ASIC)", &options.path),
      QREF_SIZE("--window", "N", "tokens of a window (default 256)", &options.window, 1, 0),
      QREF_SIZE("--bytes", "N", "predictions to score (default all)", &options.bytes, 1, 0),
      QREF_STRING("--log-dir", "DIR", "where layer logs go (default yzCheckFloatSim)", &options.log_dir),
      QREF_FLAG("--statistics", "add statistics to the layer logs", &options.statistics),
  };
  const qref_option_table tables[] = {QREF_OPTION_TABLE(own), QREF_OPTION_TABLE(switch_options),
                                      QREF_OPTION_TABLE(calibration_options)};
  const qref_command_line line = {
      .command = "eval",
      .arguments = "",
      .description =
          "Bits per byte, as one JSON object: window i feeds tokens window*i and on to a fresh state and\n"
          "scores its predictions of the token after each. A checkpoint is quantized first.",
      .example =
          "  qref eval --model vectors/models/tiny-mamba --text vectors/models/tiny-mamba/eval.txt"
          " --bytes 8192 --path all\n",
      .tables = tables,
      .table_count = 3,
  };
  qref_common common;
  int exit_code = QREF_EXIT_BAD;
  if (!qref_parse_command_line(argc, argv, &line, &common, &exit_code)) {
    return exit_code;
  }
  qref_error error;
  eval_run run = {.options = &options, .common = &common, .inner = common};
  run.inner.execution.progress = NULL;
  qref_status status = qref_switches_resolve(&options.switches, &error);
  if (status == QREF_OK) {
    status = run_paths(&run, &error);
  }
  exit_code = status == QREF_OK ? report(&run) : qref_report_error(common.command, &error);
  qref_log_collector_free(&run.collector);
  qref_token_input_free(&run.input);
  qref_model_source_close(&run.source);
  return exit_code;
}
