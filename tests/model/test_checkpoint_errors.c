/* Everything that can be wrong with a checkpoint directory: the right status, and a message with file and field. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>

#include "tests/model/synthetic_checkpoint.h"

static char directory[TEST_PATH_SIZE];
static synthetic_checkpoint checkpoint;

static int setup(void **state) {
  (void)state;
  temporary_directory_create(directory);
  synthetic_create(&checkpoint, QREF_DTYPE_FLOAT16);
  return 0;
}

static int teardown(void **state) {
  (void)state;
  synthetic_destroy(&checkpoint);
  temporary_directory_remove(directory);
  return 0;
}

/* Opening must fail with this status and a one-line message that has both parts. */
static void expect_failure(qref_status status, const char *file, const char *field) {
  qref_error error = {.message = ""};
  qref_float_model *model = NULL;
  const qref_status actual = qref_float_model_open(directory, &model, &error);
  if (actual != status || strstr(error.message, file) == NULL || strstr(error.message, field) == NULL ||
      strchr(error.message, '\n') != NULL) {
    fail_msg("status %s, message '%s', expected %s with '%s' and '%s'", qref_status_name(actual), error.message,
             qref_status_name(status), file, field);
  }
  assert_null(model);
}

static void expect_config_failure(const char *config, qref_status status, const char *field) {
  write_text(directory, "config.json", config);
  expect_failure(status, "config.json", field);
}

static void the_checkpoint_is_good(void **state) {
  (void)state;
  qref_error error;
  qref_float_model *model = NULL;
  synthetic_save(&checkpoint, directory);
  if (qref_float_model_open(directory, &model, &error) != QREF_OK) {
    fail_msg("%s", error.message);
  }
  assert_int_equal(qref_float_model_config(model)->d_inner, 48);
  qref_float_model_close(model);
}

static void config_types(void **state) {
  (void)state;
  synthetic_save(&checkpoint, directory);
  expect_config_failure("", QREF_ERROR_FORMAT, "config.json");
  expect_config_failure("[]", QREF_ERROR_FORMAT, "object");
  expect_config_failure("{\"num_hidden_layers\":2", QREF_ERROR_FORMAT, "config.json");
  expect_config_failure("{}", QREF_ERROR_FORMAT, "num_hidden_layers");
  expect_config_failure("{\"num_hidden_layers\":\"eight\"}", QREF_ERROR_FORMAT, "num_hidden_layers");
  expect_config_failure("{\"num_hidden_layers\":-2}", QREF_ERROR_FORMAT, "num_hidden_layers");
  expect_config_failure("{\"num_hidden_layers\":0}", QREF_ERROR_FORMAT, "num_hidden_layers");
  expect_config_failure("{\"num_hidden_layers\":2.5}", QREF_ERROR_FORMAT, "num_hidden_layers");
  expect_config_failure("{\"num_hidden_layers\":1e300}", QREF_ERROR_FORMAT, "num_hidden_layers");
  expect_config_failure("{\"num_hidden_layers\":1000000000}", QREF_ERROR_FORMAT, "num_hidden_layers");
  expect_config_failure("{\"num_hidden_layers\":2,\"n_layer\":3}", QREF_ERROR_FORMAT, "n_layer");
  expect_config_failure("{\"n_layer\":true}", QREF_ERROR_FORMAT, "n_layer");
  expect_config_failure("{\"num_hidden_layers\":2,\"hidden_size\":-24}", QREF_ERROR_FORMAT, "hidden_size");
  expect_config_failure("{\"num_hidden_layers\":2,\"vocab_size\":[40]}", QREF_ERROR_FORMAT, "vocab_size");
  expect_config_failure("{\"num_hidden_layers\":2,\"time_step_rank\":\"big\"}", QREF_ERROR_FORMAT, "time_step_rank");
  expect_config_failure("{\"num_hidden_layers\":2,\"time_step_rank\":false}", QREF_ERROR_FORMAT, "time_step_rank");
  expect_config_failure("{\"num_hidden_layers\":2,\"layer_norm_epsilon\":\"1e-5\"}", QREF_ERROR_FORMAT,
                        "layer_norm_epsilon");
  expect_config_failure("{\"num_hidden_layers\":2,\"layer_norm_epsilon\":-1}", QREF_ERROR_FORMAT, "layer_norm_epsilon");
  expect_config_failure("{\"num_hidden_layers\":2,\"use_conv_bias\":\"yes\"}", QREF_ERROR_FORMAT, "use_conv_bias");
  expect_config_failure("{\"num_hidden_layers\":2,\"tie_word_embeddings\":1}", QREF_ERROR_FORMAT,
                        "tie_word_embeddings");
  expect_config_failure("{\"num_hidden_layers\":2,\"model_type\":5}", QREF_ERROR_FORMAT, "model_type");
}

static void config_unsupported(void **state) {
  (void)state;
  synthetic_save(&checkpoint, directory);
  expect_config_failure("{\"num_hidden_layers\":2,\"model_type\":\"mamba2\"}", QREF_ERROR_UNSUPPORTED, "mamba2");
  expect_config_failure("{\"num_hidden_layers\":2,\"hidden_act\":\"gelu\"}", QREF_ERROR_UNSUPPORTED, "hidden_act");
  expect_config_failure("{\"num_hidden_layers\":2,\"use_bias\":true}", QREF_ERROR_UNSUPPORTED, "use_bias");
  expect_config_failure("{\"num_hidden_layers\":2,\"rms_norm\":false}", QREF_ERROR_UNSUPPORTED, "rms_norm");
  expect_config_failure("{\"num_hidden_layers\":2,\"ssm_cfg\":{\"layer\":\"Mamba2\"}}", QREF_ERROR_UNSUPPORTED,
                        "ssm_cfg");
}

static void missing_files(void **state) {
  (void)state;
  expect_failure(QREF_ERROR_IO, "config.json", directory);
  write_text(directory, "config.json", checkpoint.config);
  expect_failure(QREF_ERROR_IO, "model.safetensors", directory);
}

static void layer_count_disagrees(void **state) {
  (void)state;
  synthetic_save(&checkpoint, directory);
  write_text(directory, "config.json", "{\"num_hidden_layers\":3}");
  expect_failure(QREF_ERROR_FORMAT, directory, "backbone.layers.2.norm.weight");
  write_text(directory, "config.json", "{\"num_hidden_layers\":1}");
  expect_failure(QREF_ERROR_UNSUPPORTED, "model.safetensors", "backbone.layers.1.");
}

static void missing_tensors(void **state) {
  (void)state;
  while (checkpoint.count > 1) {
    char name[SYNTHETIC_NAME_SIZE];
    snprintf(name, sizeof name, "%s", checkpoint.items[checkpoint.count - 1].name);
    synthetic_drop(&checkpoint, name);
    synthetic_save(&checkpoint, directory);
    if (checkpoint.count >= 2) {
      expect_failure(QREF_ERROR_FORMAT, directory, "is missing");
    }
  }
}

static void one_missing_tensor_is_named(void **state) {
  (void)state;
  synthetic_drop(&checkpoint, "1.mixer.x_proj.weight");
  synthetic_save(&checkpoint, directory);
  expect_failure(QREF_ERROR_FORMAT, directory, "backbone.layers.1.mixer.x_proj.weight");
}

static void missing_lm_head(void **state) {
  (void)state;
  snprintf(checkpoint.config, sizeof checkpoint.config, "{\"num_hidden_layers\":2,\"tie_word_embeddings\":false}");
  synthetic_save(&checkpoint, directory);
  expect_failure(QREF_ERROR_FORMAT, directory, "lm_head.weight");
}

/* Every tensor with its last dimension off by one, and with a dimension too many. */
static void misshapen_tensors(void **state) {
  (void)state;
  for (size_t i = 0; i < checkpoint.count; i++) {
    qref_safetensors_item *item = &checkpoint.items[i];
    const qref_safetensors_item good = *item;
    item->shape[item->dimensions - 1]--;
    synthetic_save(&checkpoint, directory);
    expect_failure(QREF_ERROR_FORMAT, "model.safetensors", "shape");
    *item = good;
    item->shape[item->dimensions++] = 1;
    synthetic_save(&checkpoint, directory);
    expect_failure(QREF_ERROR_FORMAT, item->name, "shape");
    *item = good;
    item->shape[0] = 0;
    synthetic_save(&checkpoint, directory);
    expect_failure(QREF_ERROR_FORMAT, "model.safetensors", "shape");
    *item = good;
  }
}

static void wrong_element_type(void **state) {
  (void)state;
  checkpoint.items[synthetic_find(&checkpoint, "0.mixer.D")].dtype = QREF_DTYPE_INT8;
  synthetic_save(&checkpoint, directory);
  expect_failure(QREF_ERROR_FORMAT, "model.safetensors", "backbone.layers.0.mixer.D");
}

static void not_finite(void **state) {
  (void)state;
  static const qref_dtype dtypes[] = {QREF_DTYPE_FLOAT16, QREF_DTYPE_BFLOAT16, QREF_DTYPE_FLOAT32};
  static const char *const tensors[] = {"backbone.embeddings.weight", "1.mixer.A_log", "backbone.norm_f.weight"};
  for (size_t k = 0; k < 3; k++) {
    synthetic_destroy(&checkpoint);
    synthetic_create(&checkpoint, dtypes[k]);
    void *data = checkpoint.data[synthetic_find(&checkpoint, tensors[k])];
    synthetic_store(data, 7, dtypes[k], NAN);
    synthetic_save(&checkpoint, directory);
    expect_failure(QREF_ERROR_FORMAT, tensors[k], "element 7 is NaN");
    synthetic_store(data, 7, dtypes[k], -INFINITY);
    synthetic_save(&checkpoint, directory);
    expect_failure(QREF_ERROR_FORMAT, "model.safetensors", "element 7 is infinite");
  }
}

static void unknown_tensors(void **state) {
  (void)state;
  synthetic_add(&checkpoint, "backbone.layers.0.mixer.in_proj.bias", 96, 0, 0, 0.0f, 1.0f);
  synthetic_save(&checkpoint, directory);
  expect_failure(QREF_ERROR_UNSUPPORTED, "model.safetensors", "backbone.layers.0.mixer.in_proj.bias");
}

static void damaged_files(void **state) {
  (void)state;
  char path[TEST_PATH_SIZE];
  size_t size;
  synthetic_save(&checkpoint, directory);
  join(path, directory, "model.safetensors");
  unsigned char *bytes = read_whole(path, &size);
  static const size_t lengths[] = {0, 4, 8, 100, 2000};
  for (size_t i = 0; i <= sizeof lengths / sizeof lengths[0]; i++) {
    const size_t length = i < sizeof lengths / sizeof lengths[0] ? lengths[i] : size - 1;
    FILE *file = fopen(path, "wb");
    assert_int_equal(fwrite(bytes, 1, length, file), length);
    fclose(file);
    expect_failure(QREF_ERROR_FORMAT, "model.safetensors", "");
  }
  bytes[7] = 0x7f; /* a header of 2^62 bytes */
  FILE *file = fopen(path, "wb");
  assert_int_equal(fwrite(bytes, 1, size, file), size);
  fclose(file);
  expect_failure(QREF_ERROR_FORMAT, "model.safetensors", "header");
  free(bytes);
}

static void bad_index(void **state) {
  (void)state;
  static const char index[] = "model.safetensors.index.json";
  synthetic_save_sharded(&checkpoint, directory);
  write_text(directory, index, "{}");
  expect_failure(QREF_ERROR_FORMAT, index, "weight_map");
  write_text(directory, index, "{\"weight_map\":{\"a\":\"../config.json\"}}");
  expect_failure(QREF_ERROR_FORMAT, index, "weight_map.a");
  write_text(directory, index, "{\"weight_map\":{\"a\":\"/etc/passwd\"}}");
  expect_failure(QREF_ERROR_FORMAT, index, "weight_map.a");
  write_text(directory, index, "{\"weight_map\":{\"a\":\"..\"}}");
  expect_failure(QREF_ERROR_FORMAT, index, "weight_map.a");
  write_text(directory, index, "{\"weight_map\":{\"a\":7}}");
  expect_failure(QREF_ERROR_FORMAT, index, "weight_map.a");
  write_text(directory, index, "{\"weight_map\":{\"a\":\"missing.safetensors\"}}");
  expect_failure(QREF_ERROR_IO, "missing.safetensors", directory);
  write_text(directory, index, "{\"weight_map\":{\"a\":\"model-00001-of-00002.safetensors\"}}");
  expect_failure(QREF_ERROR_FORMAT, "model-00001-of-00002.safetensors", "'a'");
  write_text(directory, index, "{\"weight_map\":{}}");
  expect_failure(QREF_ERROR_FORMAT, directory, "");
}

int main(void) {
#define WITH_DIRECTORY(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
  const struct CMUnitTest tests[] = {
      WITH_DIRECTORY(the_checkpoint_is_good),
      WITH_DIRECTORY(config_types),
      WITH_DIRECTORY(config_unsupported),
      WITH_DIRECTORY(missing_files),
      WITH_DIRECTORY(layer_count_disagrees),
      WITH_DIRECTORY(missing_tensors),
      WITH_DIRECTORY(missing_lm_head),
      WITH_DIRECTORY(one_missing_tensor_is_named),
      WITH_DIRECTORY(misshapen_tensors),
      WITH_DIRECTORY(wrong_element_type),
      WITH_DIRECTORY(not_finite),
      WITH_DIRECTORY(unknown_tensors),
      WITH_DIRECTORY(damaged_files),
      WITH_DIRECTORY(bad_index),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
