/* qref quantize: calibrate, quantize, save. */
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "ref/base/error.h"
#include "ref/base/json.h"
#include "ref/cli/cli.h"
#include "ref/cli/junit.h"
#include "ref/cli/model_source.h"
#include "ref/cli/output.h"

static const struct {
  const char *name;
  size_t offset;
} scales[] = {
    {"norm_out", offsetof(qref_layer_scales, norm_out)},
    {"in_proj_out", offsetof(qref_layer_scales, in_proj_out)},
    {"conv1d_out", offsetof(qref_layer_scales, conv1d_out)},
    {"x_proj_out", offsetof(qref_layer_scales, x_proj_out)},
    {"dt_proj_out", offsetof(qref_layer_scales, dt_proj_out)},
    {"scan_state", offsetof(qref_layer_scales, scan_state)},
    {"hadamard_out", offsetof(qref_layer_scales, hadamard_out)},
};
enum { SCALE_COUNT = sizeof scales / sizeof scales[0] };

static float scale_of(const qref_quantized_model *model, size_t layer, size_t which) {
  float value = 0.0f;
  memcpy(&value, (const char *)qref_quantized_model_layer_scales(model, layer) + scales[which].offset, sizeof value);
  return value;
}

static cJSON *summarize(const qref_model_source *source, const char *path, const char *digest) {
  const qref_model_config *config = source->config;
  cJSON *object = cJSON_CreateObject();
  cJSON *layers = NULL;
  bool made =
      object != NULL && cJSON_AddStringToObject(object, "model", source->path) != NULL &&
      cJSON_AddStringToObject(object, "output", path) != NULL &&
      cJSON_AddStringToObject(object, "sha256", digest) != NULL &&
      qref_json_add_u64(object, "n_layers", config->n_layers) &&
      qref_json_add_u64(object, "vocab_size", config->vocab_size) &&
      qref_json_add_u64(object, "d_model", config->d_model) && qref_json_add_u64(object, "d_inner", config->d_inner) &&
      qref_json_add_u64(object, "d_state", config->d_state) && qref_json_add_u64(object, "d_conv", config->d_conv) &&
      qref_json_add_u64(object, "dt_rank", config->dt_rank) &&
      cJSON_AddStringToObject(object, "checkpoint_dtype", qref_dtype_name(config->checkpoint_dtype)) != NULL &&
      (layers = cJSON_AddArrayToObject(object, "scales")) != NULL;
  for (size_t l = 0; made && l < config->n_layers; l++) {
    cJSON *layer = cJSON_CreateObject();
    made = layer != NULL && cJSON_AddItemToArray(layers, layer) && qref_json_add_u64(layer, "layer", l);
    for (size_t i = 0; made && i < SCALE_COUNT; i++) {
      made = qref_json_add_f32(layer, scales[i].name, scale_of(source->quantized, l, i));
    }
  }
  if (!made) {
    cJSON_Delete(object);
    return NULL;
  }
  return object;
}

static void print_text(const qref_model_source *source, const char *path, const char *digest) {
  const qref_model_config *config = source->config;
  printf("model    %s (%s)\n", source->path, qref_dtype_name(config->checkpoint_dtype));
  printf("sizes    %zu layers, vocabulary %zu, d_model %zu, d_inner %zu, d_state %zu, d_conv %zu, dt_rank %zu\n",
         config->n_layers, config->vocab_size, config->d_model, config->d_inner, config->d_state, config->d_conv,
         config->dt_rank);
  printf("output   %s\nsha256   %s\n\nlayer", path, digest);
  for (size_t i = 0; i < SCALE_COUNT; i++) {
    printf(" %12s", scales[i].name);
  }
  for (size_t l = 0; l < config->n_layers; l++) {
    printf("\n%5zu", l);
    for (size_t i = 0; i < SCALE_COUNT; i++) {
      printf(" %12.6g", (double)scale_of(source->quantized, l, i));
    }
  }
  printf("\n");
}

static int report_and_save(const qref_model_source *source, const char *path, const qref_common *common) {
  qref_error error;
  char digest[65];
  if (qref_quantized_model_digest(source->quantized, digest, &error) != QREF_OK) {
    return qref_report_error(common->command, &error);
  }
  if (common->json) {
    if (!qref_print_json(common->command, summarize(source, path, digest))) {
      return QREF_EXIT_BAD;
    }
  } else {
    print_text(source, path, digest);
  }
  if (qref_finish_output(common->command, QREF_EXIT_EXPLAINED) != QREF_EXIT_EXPLAINED) {
    return QREF_EXIT_BAD;
  }
  if (qref_quantized_model_save(source->quantized, path, &error) != QREF_OK) {
    return qref_report_error(common->command, &error);
  }
  return qref_conclude(common, qref_junit_create(common->command), QREF_EXIT_EXPLAINED);
}

int qref_command_quantize(int argc, char **argv) {
  const char *model_path = NULL;
  const char *output_path = NULL;
  qref_calibration calibration;
  qref_option calibration_options[QREF_CALIBRATION_OPTION_COUNT];
  qref_calibration_options(&calibration, calibration_options);
  const qref_option options[] = {
      QREF_STRING("--model", "DIR", "Hugging Face directory: config.json, model.safetensors (required)", &model_path),
      QREF_STRING("-o", "FILE", "quantized model to write, .safetensors (required)", &output_path),
  };
  const qref_option_table tables[] = {QREF_OPTION_TABLE(options), QREF_OPTION_TABLE(calibration_options)};
  const qref_command_line line = {
      .command = "quantize",
      .arguments = "",
      .description =
          "Fuses, rotates, calibrates and quantizes a checkpoint, and writes one safetensors file. The same\n"
          "checkpoint and options give the same bytes.",
      .example =
          "  qref quantize --model vectors/models/tiny-mamba --calib vectors/models/tiny-mamba/calib.txt"
          " -o tiny.safetensors\n",
      .tables = tables,
      .table_count = 2,
  };
  qref_common common;
  int exit_code = QREF_EXIT_BAD;
  if (!qref_parse_command_line(argc, argv, &line, &common, &exit_code)) {
    return exit_code;
  }
  qref_error error;
  if (model_path == NULL || output_path == NULL) {
    (void)qref_fail(&error, QREF_ERROR_ARGUMENT, "expected --model DIR and -o FILE");
    return qref_report_error(common.command, &error);
  }
  qref_model_source source = {.path = NULL};
  qref_status status = qref_model_source_open(model_path, &source, &error);
  if (status == QREF_OK && !source.is_directory) {
    status = qref_fail(&error, QREF_ERROR_ARGUMENT, "%s: expected a checkpoint directory, it is quantized already",
                       model_path);
  }
  if (status == QREF_OK) {
    status = qref_model_source_quantize(&source, &calibration, &common, &error);
  }
  exit_code =
      status == QREF_OK ? report_and_save(&source, output_path, &common) : qref_report_error(common.command, &error);
  qref_model_source_close(&source);
  return exit_code;
}
