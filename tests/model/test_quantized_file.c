/* The quantized model on disk: the same bytes after a round trip, and every spoiled file refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "ref/base/sha256.h"
#include "ref/model/quantized_metadata.h"
#include "tests/model/synthetic_quantized.h"

static char directory[TEST_PATH_SIZE], path[TEST_PATH_SIZE];

static int setup(void **state) {
  (void)state;
  temporary_directory_create(directory);
  join(path, directory, "model.qref.safetensors");
  return 0;
}

static int teardown(void **state) {
  (void)state;
  temporary_directory_remove(directory);
  return 0;
}

static void saved_bytes(const qref_quantized_model *model, unsigned char **bytes, size_t *size) {
  assert_int_equal(qref_quantized_model_save(model, path, NULL), QREF_OK);
  *bytes = read_whole(path, size);
}

static void round_trip(qref_dtype dtype, qref_quantize_model_options options) {
  synthetic_checkpoint checkpoint;
  qref_quantized_model *loaded = NULL;
  qref_error error;
  unsigned char *first, *second;
  size_t first_size, second_size;
  char digest[65], loaded_digest[65], file_digest[65];
  synthetic_create(&checkpoint, dtype);
  qref_quantized_model *made = synthetic_quantize(&checkpoint, directory, options, NULL);
  saved_bytes(made, &first, &first_size);
  if (qref_quantized_model_load(path, &loaded, &error) != QREF_OK) {
    fail_msg("%s", error.message);
  }
  assert_int_equal(qref_quantized_model_digest(made, digest, NULL), QREF_OK);
  assert_int_equal(qref_quantized_model_digest(loaded, loaded_digest, NULL), QREF_OK);
  saved_bytes(loaded, &second, &second_size); /* over the file that is mapped */
  assert_int_equal(first_size, second_size);
  assert_memory_equal(first, second, first_size);
  assert_string_equal(digest, loaded_digest);
  qref_sha256_of(first, first_size, file_digest);
  assert_string_equal(digest, file_digest);
  assert_memory_equal(&made->config.norm_eps, &loaded->config.norm_eps, sizeof(float));
  assert_int_equal(loaded->config.checkpoint_dtype, dtype);
  for (size_t layer = 0; layer < 2; layer++) {
    assert_memory_equal(&made->layers[layer].scales, &loaded->layers[layer].scales, sizeof(qref_layer_scales));
  }
  free(first);
  free(second);
  qref_quantized_model_destroy(made);
  qref_quantized_model_destroy(loaded);
  synthetic_destroy(&checkpoint);
}

static void round_trips(void **state) {
  (void)state;
  round_trip(QREF_DTYPE_FLOAT16, (qref_quantize_model_options){0});
  round_trip(QREF_DTYPE_BFLOAT16, (qref_quantize_model_options){.float16_embedding = true});
  round_trip(QREF_DTYPE_FLOAT32, (qref_quantize_model_options){.float16_lm_head = true});
  round_trip(QREF_DTYPE_FLOAT16, (qref_quantize_model_options){.float16_embedding = true, .float16_lm_head = true});
}

/* Writes the saved file again with one thing changed: a metadata value, or a tensor (dropped, renamed, reshaped, of
 * another type). */
typedef struct spoiling {
  const char *key, *value; /* metadata; value NULL: dropped */
  const char *tensor;      /* the tensor to change */
  bool drop;
  const char *rename;
  qref_dtype dtype; /* taken if not INT8 */
  bool flatten;
} spoiling;

static qref_status write_spoiled(const char *source, const spoiling *how) {
  static const char *const keys[] = {QREF_QUANTIZED_FORMAT_KEY, QREF_QUANTIZED_VERSION_KEY, QREF_QUANTIZED_CONFIG_KEY,
                                     QREF_QUANTIZED_WEIGHT_RULE_KEY, QREF_QUANTIZED_SCALES_KEY};
  qref_safetensors *file = NULL;
  qref_safetensors_item items[SYNTHETIC_TENSOR_LIMIT];
  qref_safetensors_metadata_item metadata[5];
  size_t item_count = 0, metadata_count = 0;
  assert_int_equal(qref_safetensors_open(source, &file, NULL), QREF_OK);
  for (size_t i = 0; i < 5; i++) {
    const bool changed = how->key != NULL && strcmp(keys[i], how->key) == 0;
    if (!changed || how->value != NULL) {
      metadata[metadata_count++] =
          (qref_safetensors_metadata_item){keys[i], changed ? how->value : qref_safetensors_metadata(file, keys[i])};
    }
  }
  for (size_t i = 0; i < qref_safetensors_count(file); i++) {
    const qref_stored_tensor *tensor = qref_safetensors_at(file, i);
    qref_safetensors_item item = {
        .name = tensor->name, .dtype = tensor->dtype, .dimensions = tensor->dimensions, .data = tensor->data};
    memcpy(item.shape, tensor->shape, sizeof item.shape);
    if (how->tensor != NULL && strcmp(tensor->name, how->tensor) == 0) {
      if (how->drop) {
        continue;
      }
      item.name = how->rename != NULL ? how->rename : item.name;
      if (how->dtype != QREF_DTYPE_INT8) {
        item.dtype = how->dtype;
        item.shape[0] /= qref_dtype_size(how->dtype);
      }
      if (how->flatten) {
        item.shape[0] *= item.shape[1];
        item.dimensions = 1;
      }
    }
    items[item_count++] = item;
  }
  qref_output *output = NULL;
  assert_int_equal(qref_output_open(path, &output, NULL), QREF_OK);
  const qref_status status =
      qref_safetensors_write(items, item_count, metadata, metadata_count, synthetic_sink, output, NULL);
  assert_int_equal(qref_output_commit(output, NULL), QREF_OK);
  qref_safetensors_close(file);
  return status;
}

static void expect_refused(const char *source, const spoiling *how, const char *field) {
  qref_error error = {.message = ""};
  qref_quantized_model *model = NULL;
  assert_int_equal(write_spoiled(source, how), QREF_OK);
  const qref_status status = qref_quantized_model_load(path, &model, &error);
  if (status == QREF_OK || strstr(error.message, path) == NULL || strstr(error.message, field) == NULL) {
    fail_msg("status %s, message '%s', expected '%s'", qref_status_name(status), error.message, field);
  }
  assert_null(model);
}

/* `text` with the first `from` replaced by `to`; malloc'ed. */
static char *replaced(const char *text, const char *from, const char *to) {
  const char *at = strstr(text, from);
  assert_non_null(at);
  char *result = malloc(strlen(text) + strlen(to) + 1);
  assert_non_null(result);
  sprintf(result, "%.*s%s%s", (int)(at - text), text, to, at + strlen(from));
  return result;
}

static void expect_text_refused(const char *source, const char *key, const char *text, const char *from, const char *to,
                                const char *field) {
  char *value = replaced(text, from, to);
  expect_refused(source, &(spoiling){.key = key, .value = value}, field);
  free(value);
}

static void refuses_spoiled_files(void **state) {
  (void)state;
  char source[TEST_PATH_SIZE];
  char *config = NULL, *scales = NULL;
  qref_quantized_model *model = synthetic_quantize_plain(QREF_DTYPE_FLOAT16);
  join(source, directory, "good");
  assert_int_equal(qref_quantized_model_save(model, source, NULL), QREF_OK);
  assert_int_equal(qref_quantized_config_print(&model->config, &config, NULL), QREF_OK);
  assert_int_equal(qref_quantized_scales_print(model, &scales, NULL), QREF_OK);
  const char *keys[] = {QREF_QUANTIZED_FORMAT_KEY, QREF_QUANTIZED_VERSION_KEY, QREF_QUANTIZED_CONFIG_KEY,
                        QREF_QUANTIZED_WEIGHT_RULE_KEY, QREF_QUANTIZED_SCALES_KEY};
  for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
    expect_refused(source, &(spoiling){.key = keys[i]}, keys[i]);
  }
  expect_refused(source, &(spoiling){.key = "format", .value = "qref-quantized-model/2"}, "format");
  expect_refused(source, &(spoiling){.key = "config", .value = "{}"}, "n_layers");
  expect_refused(source, &(spoiling){.key = "config", .value = "7"}, "n_layers");
  expect_refused(source, &(spoiling){.key = "scales", .value = "[1"}, "scales");
  expect_text_refused(source, "config", config, "\"n_layers\":2", "\"n_layers\":3", "");
  expect_text_refused(source, "config", config, "\"n_layers\":2", "\"n_layers\":1", "");
  expect_text_refused(source, "config", config, "\"n_layers\":2", "\"n_layers\":2147483647", "n_layers");
  expect_text_refused(source, "config", config, "\"d_model\":24", "\"d_model\":48", "shape");
  expect_text_refused(source, "config", config, "\"d_model\":24", "\"d_model\":0", "d_model");
  expect_text_refused(source, "config", config, "\"d_inner\":48", "\"d_inner\":44", "d_inner");
  expect_text_refused(source, "config", config, "\"d_state\":5", "\"d_state\":\"5\"", "d_state");
  expect_text_refused(source, "config", config, "\"norm_eps\":1e-05", "\"norm_eps\":-1", "norm_eps");
  expect_text_refused(source, "config", config, "float16", "float64", "checkpoint_dtype");
  expect_text_refused(source, "scales", scales, "\"lm_head_in\":", "\"lm_head_in\":-", "lm_head_in");
  expect_text_refused(source, "scales", scales, "\"scan_state\":0", "\"scan_state\":null,\"x\":0", "scan_state");
  expect_text_refused(source, "scales", scales, "\"conv1d_out\":0", "\"conv1d_out\":1e99,\"x\":0", "conv1d_out");
  expect_text_refused(source, "scales", scales, "\"D\":0", "\"D\":0,\"x\":0", "'D'");
  expect_text_refused(source, "scales", scales, "{\"norm_out\"", "{},{\"norm_out\"", "layers");
  expect_refused(source, &(spoiling){.tensor = "layers.1.A_log", .drop = true}, "layers.1.A_log");
  expect_refused(source, &(spoiling){.tensor = "embedding.scale", .drop = true}, "embedding.scale");
  expect_refused(source, &(spoiling){.tensor = "layers.1.A_log", .rename = "layers.2.A_log"}, "layers.1.A_log");
  expect_refused(source, &(spoiling){.tensor = "layers.0.conv1d.bias", .rename = "extra"}, "tensors");
  expect_refused(source, &(spoiling){.tensor = "layers.0.in_proj.weight", .flatten = true}, "layers.0.in_proj.weight");
  expect_refused(source, &(spoiling){.tensor = "layers.0.D", .dtype = QREF_DTYPE_FLOAT16}, "layers.0.D");
  expect_refused(source, &(spoiling){.tensor = "lm_head.weight", .dtype = QREF_DTYPE_FLOAT32}, "lm_head.weight");
  /* nothing changed: the spoiling itself is not what is refused */
  qref_quantized_model *unchanged = NULL;
  assert_int_equal(write_spoiled(source, &(spoiling){.key = NULL}), QREF_OK);
  assert_int_equal(qref_quantized_model_load(path, &unchanged, NULL), QREF_OK);
  qref_quantized_model_destroy(unchanged);
  free(config);
  free(scales);
  qref_quantized_model_destroy(model);
}

static void refuses_truncated_files(void **state) {
  (void)state;
  qref_quantized_model *model = synthetic_quantize_plain(QREF_DTYPE_FLOAT16), *loaded = NULL;
  unsigned char *bytes;
  size_t size;
  saved_bytes(model, &bytes, &size);
  for (size_t length = 0; length < size; length += size / 7) {
    FILE *file = fopen(path, "wb");
    assert_int_equal(fwrite(bytes, 1, length, file), length);
    fclose(file);
    assert_int_equal(qref_quantized_model_load(path, &loaded, NULL), QREF_ERROR_FORMAT);
  }
  free(bytes);
  qref_quantized_model_destroy(model);
}

static void failed_save_leaves_nothing(void **state) {
  (void)state;
  char missing[TEST_PATH_SIZE];
  qref_error error;
  qref_quantized_model *model = synthetic_quantize_plain(QREF_DTYPE_FLOAT16);
  join(missing, directory, "no/such/directory");
  assert_int_equal(qref_quantized_model_save(model, missing, &error), QREF_ERROR_IO);
  assert_non_null(strstr(error.message, missing));
  assert_int_equal(qref_quantized_model_save(model, "/dev/full", &error), QREF_ERROR_IO);
  assert_int_equal(temporary_directory_clear(directory), 0);
  qref_quantized_model_destroy(model);
}

static void missing_file(void **state) {
  (void)state;
  qref_error error;
  qref_quantized_model *model = NULL;
  assert_int_equal(qref_quantized_model_load(path, &model, &error), QREF_ERROR_IO);
  assert_non_null(strstr(error.message, path));
  qref_quantized_model_destroy(NULL);
}

int main(void) {
#define WITH_DIRECTORY(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
  const struct CMUnitTest tests[] = {
      WITH_DIRECTORY(round_trips),
      WITH_DIRECTORY(refuses_spoiled_files),
      WITH_DIRECTORY(refuses_truncated_files),
      WITH_DIRECTORY(failed_save_leaves_nothing),
      WITH_DIRECTORY(missing_file),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
