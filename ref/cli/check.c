/* qref check: the float-simulation check on a whole model. */
#include <stdio.h>
#include <stdlib.h>

#include "ref/base/error.h"
#include "ref/base/size.h"
#include "ref/cli/check_report.h"
#include "ref/cli/cli.h"
#include "ref/cli/default_model.h"
#include "ref/cli/environment.h"
#include "ref/cli/model_source.h"
#include "ref/cli/output.h"

typedef struct check_options {
  const char *model;
  const char *text, *tokens;
  const char *log_dir;
  size_t length;
  size_t batch;
  uint64_t seed;
  bool quantize;
  bool test_better_scale;
  bool statistics;
  qref_calibration calibration;
  qref_switches switches;
} check_options;

typedef struct check_run {
  const check_options *options;
  const qref_common *common;
  char *default_model; /* NULL where the options name one */
  qref_model_source source;
  qref_token_input input;
  char tokens[160]; /* where they are from */
  qref_check_report report;
} check_run;

static qref_status read_tokens(check_run *run, qref_error *error) {
  const check_options *options = run->options;
  const size_t vocab_size = run->source.config->vocab_size;
  size_t needed = 0;
  if (options->text != NULL && options->tokens != NULL) {
    return qref_fail(error, QREF_ERROR_ARGUMENT, "options --text and --tokens: expected one of them");
  }
  if (!qref_size_multiply(options->batch, options->length, &needed)) {
    return qref_fail(error, QREF_ERROR_OVERFLOW, "options --batch and --seq-len: the product overflows");
  }
  char *beside = qref_model_source_text(&run->source, "eval.txt");
  const char *name = options->text != NULL ? options->text : options->tokens != NULL ? options->tokens : beside;
  qref_status status = QREF_OK;
  if (name == NULL) {
    snprintf(run->tokens, sizeof run->tokens, "random, seed %llu", (unsigned long long)options->seed);
    status = qref_tokens_at_random(options->seed, needed, vocab_size, &run->input, error);
  } else {
    snprintf(run->tokens, sizeof run->tokens, "the first of %s", name);
    status = options->tokens != NULL && options->text == NULL
                 ? qref_tokens_from_numbers(name, vocab_size, &run->input, error)
                 : qref_tokens_from_text(name, vocab_size, &run->input, error);
  }
  if (status == QREF_OK) {
    status = qref_tokens_require(&run->input, needed, name == NULL ? run->tokens : name, error);
  }
  free(beside);
  return status;
}

/* A float checkpoint has nothing to compare: name every layer and say what is missing. */
static qref_status refuse_float_checkpoint(const check_run *run, qref_error *error) {
  if (!run->common->json) {
    for (size_t l = 0; l < run->source.config->n_layers; l++) {
      printf("layer %02zu: no quantized conv1d (float checkpoint)\n", l);
    }
  }
  return qref_fail(error, QREF_ERROR_ARGUMENT,
                   "%s: a float checkpoint, nothing was compared: give --quantize to calibrate and quantize it first",
                   run->source.path);
}

static qref_status run_check(check_run *run, qref_error *error) {
  const check_options *options = run->options;
  if (options->model == NULL) {
    run->default_model = qref_default_model();
    if (run->default_model == NULL) {
      return qref_fail(error, QREF_ERROR_MEMORY, "out of memory for the name of the default model");
    }
  }
  const char *model = options->model != NULL ? options->model : run->default_model;
  QREF_TRY(qref_model_source_open(model, &run->source, error));
  if (run->source.is_directory && !options->quantize) {
    return refuse_float_checkpoint(run, error);
  }
  if (!run->source.is_directory && options->quantize) {
    return qref_fail(error, QREF_ERROR_ARGUMENT,
                     "%s: option --quantize: expected a checkpoint directory, this is quantized already",
                     run->source.path);
  }
  QREF_TRY(read_tokens(run, error));
  QREF_TRY(qref_model_source_quantize(&run->source, &options->calibration, run->common, error));
  QREF_TRY(qref_quantized_model_pack(run->source.quantized, &run->common->execution, error));
  const qref_check_options check = {
      .profile = &run->common->profile,
      .execution = run->common->execution,
      .batch = options->batch,
      .better_scale = options->test_better_scale || options->switches.better_scale,
      .policy = options->switches.policy,
      .statistics = options->statistics,
  };
  return qref_check(run->source.quantized, &check, run->input.tokens, options->length, &run->report, error);
}

static int report(const check_run *run) {
  const qref_common *common = run->common;
  const check_options *options = run->options;
  const bool write_logs = options->switches.write_logs || !options->switches.write_logs_given;
  qref_check_summary summary = {
      .model = run->source.path,
      .tokens = run->tokens,
      .batch = options->batch,
      .length = options->length,
      .log_dir = write_logs ? options->log_dir : NULL,
      .report = &run->report,
  };
  qref_error error;
  if (qref_quantized_model_digest(run->source.quantized, summary.digest, &error) != QREF_OK) {
    return qref_report_error(common->command, &error);
  }
  if (!common->json) {
    qref_check_print_text(&summary);
  } else if (!qref_print_json(common->command, qref_check_to_json(&summary))) {
    return QREF_EXIT_BAD;
  }
  const int exit_code = run->report.explained ? QREF_EXIT_EXPLAINED : QREF_EXIT_DIFFERENCES;
  if (qref_finish_output(common->command, exit_code) == QREF_EXIT_BAD) {
    return QREF_EXIT_BAD;
  }
  if (write_logs &&
      qref_layer_logs_write(options->log_dir, run->report.logs, run->report.log_count, &error) != QREF_OK) {
    return qref_report_error(common->command, &error);
  }
  qref_junit *junit = qref_junit_create(common->command);
  if (junit != NULL) {
    qref_check_add_junit(&summary, junit);
  }
  return qref_conclude(common, junit, exit_code);
}

int qref_command_check(int argc, char **argv) {
  check_options options = {.log_dir = "yzCheckFloatSim", .length = 32, .batch = 1};
  qref_option calibration_options[QREF_CALIBRATION_OPTION_COUNT];
  qref_option switch_options[QREF_SWITCH_OPTION_COUNT];
  qref_calibration_options(&options.calibration, calibration_options);
  qref_switch_options(&options.switches, switch_options);
  const qref_option own[] = {
      QREF_STRING("--model", "M", "checkpoint directory or quantized model (default vectors/models/tiny-mamba)",
                  &options.model),
      QREF_FLAG("--quantize", "calibrate and quantize the checkpoint first", &options.quantize),
      QREF_SIZE("--seq-len", "N", "tokens of a sequence (default 32)", &options.length, 1, 0),
      QREF_SIZE("--batch", "N", "sequences (default 1)", &options.batch, 1, 0),
      QREF_FLAG("--test-better-scale", "test the better scale too", &options.test_better_scale),
      QREF_STRING("--text", "F", "tokens are the bytes of this file (default eval.txt of the model, else random)",
                  &options.text),
      QREF_STRING("--tokens", "F", "token numbers: .npy, or decimal text", &options.tokens),
      QREF_UINT64("--seed", "S", "of random tokens (default 0)", &options.seed),
      QREF_STRING("--log-dir", "DIR", "where layer logs go (default yzCheckFloatSim)", &options.log_dir),
      QREF_FLAG("--statistics", "add mean, std (population), min, max of each layer to its logs", &options.statistics),
  };
  const qref_option_table tables[] = {QREF_OPTION_TABLE(own), QREF_OPTION_TABLE(switch_options),
                                      QREF_OPTION_TABLE(calibration_options)};
  const qref_command_line line = {
      .command = "check",
      .arguments = "",
      .description =
          "Runs the quantized model on the INT8 path and under float simulation, with the same scale and, if asked\n"
          "for, the better one; writes a log per layer and path; compares every element of every conv1d, and names\n"
          "each difference: saturated, tie, cancel (a tie whose taps cancel), finer (better scale), inherited (from\n"
          "an earlier layer). Exit code 0 only if every difference is explained. Logs are written unless\n"
          "YZ_CHECK_FLOAT_SIM is false.",
      .example = "  qref check --quantize --seq-len 32 --test-better-scale --scale-factor 2025\n",
      .tables = tables,
      .table_count = 3,
  };
  qref_common common;
  int exit_code = QREF_EXIT_BAD;
  if (!qref_parse_command_line(argc, argv, &line, &common, &exit_code)) {
    return exit_code;
  }
  qref_error error;
  check_run run = {.options = &options, .common = &common};
  qref_status status = qref_switches_resolve(&options.switches, &error);
  if (status == QREF_OK) {
    status = run_check(&run, &error);
  }
  exit_code = status == QREF_OK ? report(&run) : qref_report_error(common.command, &error);
  qref_check_report_free(&run.report);
  qref_token_input_free(&run.input);
  qref_model_source_close(&run.source);
  free(run.default_model);
  return exit_code;
}
