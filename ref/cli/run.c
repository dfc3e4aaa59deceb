/* qref run: tokens or text in, logits or text out. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ref/base/error.h"
#include "ref/base/json.h"
#include "ref/base/size.h"
#include "ref/cli/cli.h"
#include "ref/cli/junit.h"
#include "ref/cli/logits.h"
#include "ref/cli/model_path.h"
#include "ref/cli/model_source.h"
#include "ref/cli/output.h"
#include "ref/vectors/npy.h"

typedef struct run_options {
  const char *model;
  const char *text, *prompt, *tokens; /* one of them */
  const char *path;
  const char *logits;
  const char *log_dir;
  size_t decode;
  bool last;
  bool compare_decode;
  bool statistics;
  qref_calibration calibration;
  qref_switches switches;
} run_options;

/* Drift between two ways of computing the same rows. */
typedef struct drift {
  size_t rows;
  double max, mean;
  size_t agreements; /* rows with the same largest logit */
} drift;

typedef struct model_run {
  const run_options *options;
  const qref_common *common;
  qref_model_source source;
  qref_path path;
  qref_token_input input; /* the prompt, then what is generated */
  size_t prompt_length;
  qref_log_collector collector;
  qref_logits logits;         /* prompt_length + decode rows */
  qref_logits token_by_token; /* --compare-decode: the same rows, every token decoded */
  drift prompt_drift, decode_drift;
} model_run;

static void show_progress(const model_run *run, const char *what, size_t done, size_t total) {
  const qref_execution *execution = &run->common->execution;
  if (execution->progress != NULL && total > 1) {
    execution->progress(execution->progress_context, what, done, total);
  }
}

/* ---- input ---- */

static qref_status read_input(model_run *run, qref_error *error) {
  const run_options *options = run->options;
  const size_t vocab_size = run->source.config->vocab_size;
  if (options->text != NULL) {
    QREF_TRY(qref_tokens_from_text(options->text, vocab_size, &run->input, error));
  } else if (options->prompt != NULL) {
    QREF_TRY(qref_tokens_from_string(options->prompt, vocab_size, &run->input, error));
  } else {
    QREF_TRY(qref_tokens_from_numbers(options->tokens, vocab_size, &run->input, error));
  }
  run->prompt_length = run->input.count;
  if (options->decode > SIZE_MAX / sizeof(int32_t) - run->prompt_length) {
    return qref_fail(error, QREF_ERROR_ARGUMENT, "option --decode: too large");
  }
  const size_t total = run->prompt_length + options->decode;
  int32_t *tokens = realloc(run->input.tokens, total * sizeof *tokens);
  if (tokens == NULL) {
    return qref_fail(error, QREF_ERROR_MEMORY, "out of memory for %zu tokens", total);
  }
  run->input.tokens = tokens;
  return QREF_OK;
}

/* ---- the runs: row i of the logits is what follows token i ---- */

/* The float model has no state to go on from: every token runs its whole prefix again. */
static qref_status run_fp32(model_run *run, qref_error *error) {
  const size_t total = run->prompt_length + run->options->decode;
  for (size_t length = run->prompt_length; length <= total; length++) {
    QREF_TRY(qref_float_model_forward(run->source.float_model, &run->common->execution, run->input.tokens, length,
                                      run->logits.data, NULL, error));
    if (length < total) {
      run->input.tokens[length] = qref_logits_argmax(&run->logits, length - 1);
    }
  }
  return QREF_OK;
}

static qref_status generate(model_run *run, qref_session *session, qref_error *error) {
  const size_t total = run->prompt_length + run->options->decode;
  QREF_TRY(qref_session_prefill(session, run->input.tokens, run->prompt_length, run->logits.data, error));
  for (size_t i = run->prompt_length; i < total; i++) {
    run->input.tokens[i] = qref_logits_argmax(&run->logits, i - 1);
    QREF_TRY(qref_session_decode(session, &run->input.tokens[i], qref_logits_row(&run->logits, i), error));
    show_progress(run, "decode", i + 1 - run->prompt_length, run->options->decode);
  }
  return QREF_OK;
}

/* The same tokens once more, each decoded on its own. */
static qref_status decode_all(model_run *run, qref_session *session, qref_error *error) {
  const size_t total = run->prompt_length + run->options->decode;
  qref_session_reset(session);
  for (size_t i = 0; i < total; i++) {
    QREF_TRY(qref_session_decode(session, &run->input.tokens[i], qref_logits_row(&run->token_by_token, i), error));
    show_progress(run, "decode every token", i + 1, total);
  }
  return QREF_OK;
}

static drift measure_drift(const qref_logits *a, const qref_logits *b, size_t begin, size_t end) {
  drift result = {.rows = end - begin};
  double sum = 0.0;
  for (size_t row = begin; row < end; row++) {
    for (size_t token = 0; token < a->vocab_size; token++) {
      const double difference = fabs(qref_logits_at(a, row, token) - qref_logits_at(b, row, token));
      result.max = difference > result.max ? difference : result.max;
      sum += difference;
    }
    result.agreements += qref_logits_argmax(a, row) == qref_logits_argmax(b, row) ? 1 : 0;
  }
  result.mean = end == begin ? 0.0 : sum / ((double)(end - begin) * (double)a->vocab_size);
  return result;
}

static qref_status run_quantized(model_run *run, qref_error *error) {
  const size_t total = run->prompt_length + run->options->decode;
  qref_session *session = NULL;
  QREF_TRY(qref_model_source_quantize(&run->source, &run->options->calibration, run->common, error));
  QREF_TRY(qref_path_session(run->path, run->source.quantized, run->common, &run->options->switches, &run->collector,
                             &session, error));
  qref_status status = generate(run, session, error);
  if (status == QREF_OK && run->options->compare_decode) {
    status = qref_logits_create(QREF_DTYPE_FLOAT16, total, run->source.config->vocab_size, &run->token_by_token, error);
    if (status == QREF_OK) {
      status = decode_all(run, session, error);
    }
    if (status == QREF_OK) {
      run->prompt_drift = measure_drift(&run->logits, &run->token_by_token, 0, run->prompt_length);
      run->decode_drift = measure_drift(&run->logits, &run->token_by_token, run->prompt_length, total);
    }
  }
  qref_session_destroy(session);
  return status;
}

static qref_status run_model(model_run *run, qref_error *error) {
  const run_options *options = run->options;
  const int inputs = (options->text != NULL) + (options->prompt != NULL) + (options->tokens != NULL);
  if (options->model == NULL || inputs != 1) {
    return qref_fail(error, QREF_ERROR_ARGUMENT,
                     "expected --model M and one of --text F, --prompt STRING and --tokens F");
  }
  QREF_TRY(qref_path_choose(options->path, false, &options->switches, &run->common->profile, &run->path, error));
  QREF_TRY(qref_model_source_open(options->model, &run->source, error));
  const bool fp32 = run->path == QREF_PATH_FP32;
  if (fp32 && run->source.float_model == NULL) {
    return qref_fail(error, QREF_ERROR_ARGUMENT,
                     "%s: option --path: fp32 needs the checkpoint directory, this is a quantized model",
                     options->model);
  }
  if (fp32 && options->compare_decode) {
    return qref_fail(error, QREF_ERROR_ARGUMENT, "option --compare-decode: the float model has no decode state");
  }
  QREF_TRY(read_input(run, error));
  QREF_TRY(qref_logits_create(fp32 ? QREF_DTYPE_FLOAT32 : QREF_DTYPE_FLOAT16, run->prompt_length + options->decode,
                              run->source.config->vocab_size, &run->logits, error));
  run->collector.enabled = options->switches.write_logs;
  run->collector.statistics = options->statistics;
  return fp32 ? run_fp32(run, error) : run_quantized(run, error);
}

/* ---- report ---- */

/* Tokens that are bytes print as text; a control character, which could reprogram a terminal, as a full stop. */
static void print_bytes(const int32_t *tokens, size_t count) {
  for (size_t i = 0; i < count; i++) {
    const bool shown = tokens[i] >= 0x20 ? tokens[i] != 0x7f : (tokens[i] == '\n' || tokens[i] == '\t');
    putchar(shown ? tokens[i] : '.');
  }
}

static bool is_text(const model_run *run) {
  return run->options->tokens == NULL && run->source.config->vocab_size == 256;
}

static void print_drift(const char *name, const drift *found) {
  printf("%-8s %zu positions: logits differ by %.6g at most, %.6g on average; same largest logit in %zu\n", name,
         found->rows, found->max, found->mean, found->agreements);
}

static void print_text(const model_run *run, const char *digest, const char *other_digest) {
  const int32_t *generated = run->input.tokens + run->prompt_length;
  if (run->options->decode != 0 && is_text(run)) {
    print_bytes(run->input.tokens, run->prompt_length);
    print_bytes(generated, run->options->decode);
    printf("\n\n");
  } else if (run->options->decode != 0) {
    for (size_t i = 0; i < run->options->decode; i++) {
      printf("%s%ld", i == 0 ? "" : " ", (long)generated[i]);
    }
    printf("\n\n");
  }
  printf("path     %s\ntokens   %zu in, %zu generated\nlogits   sha256 %s\n", qref_path_name(run->path),
         run->prompt_length, run->options->decode, digest);
  if (run->options->compare_decode) {
    printf("decoded  sha256 %s\n", other_digest);
    print_drift("prefill", &run->prompt_drift);
    print_drift("decode", &run->decode_drift);
  }
}

static bool add_drift(cJSON *object, const char *name, const drift *found) {
  cJSON *item = cJSON_AddObjectToObject(object, name);
  return item != NULL && qref_json_add_u64(item, "positions", found->rows) &&
         cJSON_AddNumberToObject(item, "max", found->max) != NULL &&
         cJSON_AddNumberToObject(item, "mean", found->mean) != NULL &&
         qref_json_add_u64(item, "same_argmax", found->agreements);
}

static cJSON *summarize(const model_run *run, const char *digest, const char *other_digest) {
  cJSON *object = cJSON_CreateObject();
  cJSON *array = NULL;
  bool made = object != NULL && cJSON_AddStringToObject(object, "model", run->options->model) != NULL &&
              cJSON_AddStringToObject(object, "path", qref_path_name(run->path)) != NULL &&
              qref_json_add_u64(object, "prompt_tokens", run->prompt_length) &&
              (array = cJSON_AddArrayToObject(object, "generated")) != NULL;
  for (size_t i = 0; made && i < run->options->decode; i++) {
    cJSON *number = cJSON_CreateNumber((double)run->input.tokens[run->prompt_length + i]);
    made = number != NULL && cJSON_AddItemToArray(array, number);
  }
  made = made && cJSON_AddStringToObject(object, "logits_sha256", digest) != NULL;
  if (made && run->options->compare_decode) {
    made = cJSON_AddStringToObject(object, "decoded_logits_sha256", other_digest) != NULL &&
           add_drift(object, "prefill_drift", &run->prompt_drift) &&
           add_drift(object, "decode_drift", &run->decode_drift);
  }
  if (!made) {
    cJSON_Delete(object);
    return NULL;
  }
  return object;
}

static qref_status write_logits(const model_run *run, qref_error *error) {
  const qref_logits *logits = &run->logits;
  const size_t first = run->options->last ? logits->rows - 1 : 0;
  const size_t shape[2] = {logits->rows - first, logits->vocab_size};
  return qref_npy_write(run->options->logits, logits->dtype, 2, shape, qref_logits_row(logits, first), error);
}

static int report(const model_run *run) {
  const qref_common *common = run->common;
  qref_error error;
  char digest[65];
  char other_digest[65] = "";
  qref_logits_digest(&run->logits, digest);
  if (run->options->compare_decode) {
    qref_logits_digest(&run->token_by_token, other_digest);
  }
  if (!common->json) {
    print_text(run, digest, other_digest);
  } else if (!qref_print_json(common->command, summarize(run, digest, other_digest))) {
    return QREF_EXIT_BAD;
  }
  if (qref_finish_output(common->command, QREF_EXIT_EXPLAINED) != QREF_EXIT_EXPLAINED) {
    return QREF_EXIT_BAD;
  }
  qref_status status = QREF_OK;
  if (run->options->logits != NULL) {
    status = write_logits(run, &error);
  }
  if (status == QREF_OK && run->collector.count != 0) {
    status = qref_layer_logs_write(run->options->log_dir, run->collector.logs, run->collector.count, &error);
  }
  if (status != QREF_OK) {
    return qref_report_error(common->command, &error);
  }
  return qref_conclude(common, qref_junit_create(common->command), QREF_EXIT_EXPLAINED);
}

int qref_command_run(int argc, char **argv) {
  run_options options = {.log_dir = "yzCheckFloatSim"};
  qref_option calibration_options[QREF_CALIBRATION_OPTION_COUNT];
  qref_option switch_options[QREF_SWITCH_OPTION_COUNT];
  qref_calibration_options(&options.calibration, calibration_options);
  qref_switch_options(&options.switches, switch_options);
  const qref_option own[] = {
      QREF_STRING("--model", "M", "checkpoint directory, or quantized model (required)", &options.model),
      QREF_STRING("--text", "F", "feed this file, a token per byte", &options.text),
      QREF_STRING("--prompt", "STRING", "feed this text, a token per byte", &options.prompt),
      QREF_STRING("--tokens", "F", "feed token numbers: .npy, or decimal text", &options.tokens),
      QREF_SIZE("--decode", "N", "then generate N tokens, the largest logit each (default 0)", &options.decode, 0, 0),
      QREF_STRING("--path", "P", "int8, floatsim or fp32 (default int8, or FLOAT_SIM_ASIC)", &options.path),
      QREF_STRING("--logits", "F.npy", "write the logits behind every token, (tokens, vocabulary)", &options.logits),
      QREF_FLAG("--last", "with --logits: those behind the last token alone", &options.last),
      QREF_FLAG("--compare-decode", "also decode every token on its own, and report the drift",
                &options.compare_decode),
      QREF_STRING("--log-dir", "DIR", "where layer logs go (default yzCheckFloatSim)", &options.log_dir),
      QREF_FLAG("--statistics", "add statistics to the layer logs", &options.statistics),
  };
  const qref_option_table tables[] = {QREF_OPTION_TABLE(own), QREF_OPTION_TABLE(switch_options),
                                      QREF_OPTION_TABLE(calibration_options)};
  const qref_command_line line = {
      .command = "run",
      .arguments = "",
      .description =
          "Feeds a sequence, generates from it, prints the text or tokens and a digest of all logits. A\n"
          "checkpoint is quantized first. fp32 recomputes the whole prefix for every generated token.",
      .example = "  qref run --model vectors/models/tiny-mamba --prompt 'In the beginning' --decode 64\n",
      .tables = tables,
      .table_count = 3,
  };
  qref_common common;
  int exit_code = QREF_EXIT_BAD;
  if (!qref_parse_command_line(argc, argv, &line, &common, &exit_code)) {
    return exit_code;
  }
  qref_error error;
  model_run run = {.options = &options, .common = &common};
  qref_status status = qref_switches_resolve(&options.switches, &error);
  if (status == QREF_OK) {
    status = run_model(&run, &error);
  }
  exit_code = status == QREF_OK ? report(&run) : qref_report_error(common.command, &error);
  qref_logits_free(&run.logits);
  qref_logits_free(&run.token_by_token);
  qref_log_collector_free(&run.collector);
  qref_token_input_free(&run.input);
  qref_model_source_close(&run.source);
  return exit_code;
}
