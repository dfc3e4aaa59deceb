/* Offline quantization: deterministic, independent of backend, threads and float simulation, and refusing what it
 * cannot do. Its numbers are those of test_oracle.c and test_quantize_weights.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <float.h>

#include "ref/model/quantized_model.h"
#include "tests/model/synthetic_quantized.h"

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

static void digest(qref_quantize_model_options options, const char *backend, int threads, char hex[65]) {
  qref_execution execution = {.threads = threads};
  assert_int_equal(qref_backend_find(backend, &execution.backend, NULL), QREF_OK);
  qref_quantized_model *quantized = synthetic_quantize(&checkpoint, directory, options, &execution);
  assert_int_equal(qref_quantized_model_digest(quantized, hex, NULL), QREF_OK);
  qref_quantized_model_destroy(quantized);
}

static void same_bytes_every_time(void **state) {
  (void)state;
  static const qref_dtype dtypes[] = {QREF_DTYPE_FLOAT16, QREF_DTYPE_BFLOAT16, QREF_DTYPE_FLOAT32};
  char seen[3][65];
  for (size_t k = 0; k < 3; k++) {
    char again[65], reference[65], threaded[65];
    synthetic_destroy(&checkpoint);
    synthetic_create(&checkpoint, dtypes[k]);
    digest((qref_quantize_model_options){0}, "cpu", 1, seen[k]);
    digest((qref_quantize_model_options){0}, "cpu", 1, again);
    digest((qref_quantize_model_options){0}, "ref", 1, reference);
    digest((qref_quantize_model_options){0}, "cpu", 2, threaded);
    assert_string_equal(seen[k], again);
    assert_string_equal(seen[k], reference);
    assert_string_equal(seen[k], threaded);
  }
  assert_string_not_equal(seen[0], seen[1]);
  assert_string_not_equal(seen[0], seen[2]);
}

/* Float simulation is a matter of inference: a profile that asks for it gives the same file. */
static void float_simulation_does_not_matter(void **state) {
  (void)state;
  char quamba[65], floatsim[65], floor_rounding[65];
  digest((qref_quantize_model_options){.profile = qref_profile_builtin("quamba")}, "cpu", 1, quamba);
  digest((qref_quantize_model_options){.profile = qref_profile_builtin("floatsim")}, "cpu", 1, floatsim);
  assert_string_equal(quamba, floatsim);
  qref_profile other = *qref_profile_builtin("quamba");
  other.weight.round.rounding = QREF_ROUND_FLOOR;
  digest((qref_quantize_model_options){.profile = &other}, "cpu", 1, floor_rounding);
  assert_string_not_equal(quamba, floor_rounding);
}

static void default_quantile(void **state) {
  (void)state;
  char unset[65], explicit_default[65], other[65];
  digest((qref_quantize_model_options){0}, "cpu", 1, unset);
  digest((qref_quantize_model_options){.quantile = 0.9995}, "cpu", 1, explicit_default);
  digest((qref_quantize_model_options){.quantile = 0.9}, "cpu", 1, other);
  assert_string_equal(unset, explicit_default);
  assert_string_not_equal(unset, other);
}

/* Window by window or in groups: a layer's windows do not see each other. 1200 tokens a window run one at a time. */
static void windows_are_independent(void **state) {
  (void)state;
  enum { LONG = 1200 };
  qref_float_model *model = NULL;
  static int32_t tokens[2 * LONG];
  qref_quantized_model *once = NULL, *twice = NULL;
  synthetic_save(&checkpoint, directory);
  for (size_t i = 0; i < 2 * LONG; i++) {
    tokens[i] = (int32_t)(i % LONG % 40u);
  }
  assert_int_equal(qref_float_model_open(directory, &model, NULL), QREF_OK);
  qref_quantize_model_options options = {.tokens = tokens, .window_count = 1, .window_length = LONG};
  assert_int_equal(qref_quantize_model(model, &options, NULL, &once, NULL), QREF_OK);
  options.window_count = 2; /* the same window again changes neither a maximum
                               nor a smoothed quantile */
  assert_int_equal(qref_quantize_model(model, &options, NULL, &twice, NULL), QREF_OK);
  for (size_t layer = 0; layer < 2; layer++) {
    assert_memory_equal(qref_quantized_model_layer_scales(once, layer), qref_quantized_model_layer_scales(twice, layer),
                        sizeof(qref_layer_scales));
  }
  qref_quantized_model_destroy(once);
  qref_quantized_model_destroy(twice);
  qref_float_model_close(model);
}

/* Every weight read back through its scale is within half a step of what the checkpoint says, for tensors that neither
 * fuse nor rotate touches. */
static void weights_are_within_half_a_step(void **state) {
  (void)state;
  static const struct {
    const char *name;
    qref_layer_tensor which;
    size_t scale_offset;
  } plain[] = {
      {"1.mixer.conv1d.weight", QREF_LAYER_CONV1D, offsetof(qref_layer_scales, conv1d_w)},
      {"1.mixer.conv1d.bias", QREF_LAYER_CONV1D_BIAS, offsetof(qref_layer_scales, conv1d_bias)},
      {"1.mixer.x_proj.weight", QREF_LAYER_X_PROJ, offsetof(qref_layer_scales, x_proj_w)},
      {"1.mixer.dt_proj.weight", QREF_LAYER_DT_PROJ, offsetof(qref_layer_scales, dt_proj_w)},
      {"1.mixer.dt_proj.bias", QREF_LAYER_DT_BIAS, offsetof(qref_layer_scales, dt_bias)},
      {"1.mixer.A_log", QREF_LAYER_A_LOG, offsetof(qref_layer_scales, A_log)},
      {"1.mixer.D", QREF_LAYER_D, offsetof(qref_layer_scales, D)},
  };
  synthetic_destroy(&checkpoint);
  synthetic_create(&checkpoint, QREF_DTYPE_FLOAT32);
  qref_quantized_model *quantized = synthetic_quantize(&checkpoint, directory, (qref_quantize_model_options){0}, NULL);
  for (size_t k = 0; k < sizeof plain / sizeof plain[0]; k++) {
    const size_t index = synthetic_find(&checkpoint, plain[k].name);
    const float *w = checkpoint.data[index];
    const int8_t *q = quantized->layers[1].tensor[plain[k].which];
    float scale;
    memcpy(&scale, (const char *)&quantized->layers[1].scales + plain[k].scale_offset, sizeof scale);
    int largest = 0;
    for (size_t i = 0; i < synthetic_count(&checkpoint.items[index]); i++) {
      assert_true(w[i] - (float)q[i] * scale <= 0.5001f * scale);
      assert_true((float)q[i] * scale - w[i] <= 0.5001f * scale);
      largest = abs(q[i]) > largest ? abs(q[i]) : largest;
    }
    assert_int_equal(largest, 127);
  }
  qref_quantized_model_destroy(quantized);
}

static void no_conv_bias(void **state) {
  (void)state;
  synthetic_drop(&checkpoint, "0.mixer.conv1d.bias");
  synthetic_drop(&checkpoint, "1.mixer.conv1d.bias");
  snprintf(checkpoint.config, sizeof checkpoint.config, "{\"num_hidden_layers\":2,\"use_conv_bias\":false}");
  qref_quantized_model *quantized = synthetic_quantize(&checkpoint, directory, (qref_quantize_model_options){0}, NULL);
  assert_null(quantized->layers[0].tensor[QREF_LAYER_CONV1D_BIAS]);
  assert_true(quantized->layers[0].scales.conv1d_bias == 1.0f);
  qref_quantized_model_destroy(quantized);
}

/* A_log in float32 beside float16 weights: quantized in float32, the rest as it was. */
static void mixed_element_types(void **state) {
  (void)state;
  qref_quantized_model *plain = synthetic_quantize(&checkpoint, directory, (qref_quantize_model_options){0}, NULL);
  const size_t index = synthetic_find(&checkpoint, "1.mixer.A_log");
  const size_t count = synthetic_count(&checkpoint.items[index]);
  float *wide = malloc(count * sizeof *wide), largest = 0.0f;
  assert_non_null(wide);
  for (size_t i = 0; i < count; i++) {
    wide[i] = qref_f32_from_f16(((const qref_float16 *)checkpoint.data[index])[i]);
    largest = wide[i] > largest ? wide[i] : largest;
  }
  free(checkpoint.data[index]);
  checkpoint.data[index] = wide;
  checkpoint.items[index].data = wide;
  checkpoint.items[index].dtype = QREF_DTYPE_FLOAT32;
  qref_quantized_model *mixed = synthetic_quantize(&checkpoint, directory, (qref_quantize_model_options){0}, NULL);
  assert_int_equal(mixed->config.checkpoint_dtype, QREF_DTYPE_FLOAT16);
  assert_true(mixed->layers[1].scales.A_log == largest / 127.0f);
  const float float16_scale = qref_f32_from_f16(qref_f16_from_f32(largest / 127.0f));
  assert_true(plain->layers[1].scales.A_log == float16_scale);
  mixed->layers[1].scales.A_log = plain->layers[1].scales.A_log;
  assert_memory_equal(&mixed->layers[1].scales, &plain->layers[1].scales, sizeof(qref_layer_scales));
  qref_quantized_model_destroy(plain);
  qref_quantized_model_destroy(mixed);
}

/* A row of zeros, as padding of the vocabulary has, stays one. */
static void nonpositive_rows_are_counted(void **state) {
  (void)state;
  const size_t index = synthetic_find(&checkpoint, "embeddings.weight");
  qref_float16 *row = (qref_float16 *)checkpoint.data[index] + 5 * checkpoint.M;
  qref_quantized_model *quantized = synthetic_quantize(&checkpoint, directory, (qref_quantize_model_options){0}, NULL);
  assert_int_equal(qref_quantized_model_nonpositive_rows(quantized), 0);
  qref_quantized_model_destroy(quantized);
  memset(row, 0, checkpoint.M * sizeof *row);
  quantized = synthetic_quantize(&checkpoint, directory, (qref_quantize_model_options){0}, NULL);
  assert_int_equal(qref_quantized_model_nonpositive_rows(quantized), 1);
  for (size_t i = 0; i < checkpoint.M; i++) {
    assert_int_equal(quantized->embedding[5 * checkpoint.M + i], 0);
  }
  qref_quantized_model_destroy(quantized);
}

static qref_status try_options(const qref_quantize_model_options *options, qref_error *error) {
  qref_float_model *model = NULL;
  qref_quantized_model *quantized = NULL;
  synthetic_save(&checkpoint, directory);
  assert_int_equal(qref_float_model_open(directory, &model, NULL), QREF_OK);
  const qref_status status = qref_quantize_model(model, options, NULL, &quantized, error);
  qref_float_model_close(model);
  assert_null(quantized);
  return status;
}

static void refuses_bad_options(void **state) {
  (void)state;
  qref_error error;
  const int32_t tokens[4] = {1, 2, 3, 40};
  assert_int_equal(
      try_options(&(qref_quantize_model_options){.tokens = tokens, .window_count = 2, .window_length = 2}, &error),
      QREF_ERROR_ARGUMENT);
  assert_string_equal(error.message, "tokens[3]: 40 is outside the vocabulary of 40");
  assert_int_equal(
      try_options(&(qref_quantize_model_options){.tokens = tokens, .window_count = 0, .window_length = 2}, &error),
      QREF_ERROR_ARGUMENT);
  assert_int_equal(
      try_options(&(qref_quantize_model_options){.tokens = tokens, .window_count = 1, .window_length = 0}, &error),
      QREF_ERROR_ARGUMENT);
  assert_int_equal(try_options(&(qref_quantize_model_options){.window_count = 1, .window_length = 2}, &error),
                   QREF_ERROR_ARGUMENT);
  assert_int_equal(
      try_options(&(qref_quantize_model_options){.tokens = tokens, .window_count = SIZE_MAX, .window_length = 2},
                  &error),
      QREF_ERROR_OVERFLOW);
  assert_int_equal(
      try_options(
          &(qref_quantize_model_options){.tokens = tokens, .window_count = 1, .window_length = 2, .quantile = 1.5},
          &error),
      QREF_ERROR_ARGUMENT);
}

/* d_model 22 = 2 * 11 has no Hadamard matrix. */
static void refuses_sizes_without_a_rotation(void **state) {
  (void)state;
  static const char *const endings[] = {"embeddings.weight",       "0.norm.weight",          "1.norm.weight",
                                        "norm_f.weight",           "0.mixer.in_proj.weight", "1.mixer.in_proj.weight",
                                        "0.mixer.out_proj.weight", "1.mixer.out_proj.weight"};
  qref_error error;
  const int32_t tokens[1] = {1};
  for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++) {
    qref_safetensors_item *item = &checkpoint.items[synthetic_find(&checkpoint, endings[i])];
    item->shape[i >= 6 || item->dimensions == 1 ? 0 : 1] = 22;
  }
  assert_int_equal(
      try_options(&(qref_quantize_model_options){.tokens = tokens, .window_count = 1, .window_length = 1}, &error),
      QREF_ERROR_UNSUPPORTED);
  assert_string_equal(error.message, "d_model: 22 has no Hadamard rotation, expected 2^k, 12*2^k or 40*2^k");
}

/* Weights that are finite, with activations that are not. */
static void refuses_overflowing_activations(void **state) {
  (void)state;
  qref_error error;
  const int32_t tokens[2] = {1, 2};
  synthetic_destroy(&checkpoint);
  synthetic_create(&checkpoint, QREF_DTYPE_FLOAT32);
  const size_t index = synthetic_find(&checkpoint, "1.mixer.x_proj.weight");
  float *w = checkpoint.data[index];
  for (size_t i = 0; i < synthetic_count(&checkpoint.items[index]); i++) {
    w[i] = FLT_MAX;
  }
  assert_int_equal(
      try_options(&(qref_quantize_model_options){.tokens = tokens, .window_count = 1, .window_length = 2}, &error),
      QREF_ERROR_FORMAT);
  assert_non_null(strstr(error.message, "layer 1"));
  assert_non_null(strstr(error.message, "not finite"));
}

/* The product of two float16 weights need not fit float16. */
static void refuses_overflowing_fusion(void **state) {
  (void)state;
  qref_error error;
  const int32_t tokens[2] = {1, 2};
  synthetic_store(checkpoint.data[synthetic_find(&checkpoint, "0.norm.weight")], 3, QREF_DTYPE_FLOAT16, 60000.0f);
  synthetic_store(checkpoint.data[synthetic_find(&checkpoint, "0.mixer.in_proj.weight")], 24 + 3, QREF_DTYPE_FLOAT16,
                  60000.0f);
  assert_int_equal(
      try_options(&(qref_quantize_model_options){.tokens = tokens, .window_count = 1, .window_length = 2}, &error),
      QREF_ERROR_FORMAT);
  assert_non_null(strstr(error.message, "backbone.layers.0.mixer.in_proj.weight', row 1"));
}

static void reports_progress(void *context, const char *what, size_t done, size_t total) {
  size_t *last = context;
  assert_string_equal(what, "quantize");
  assert_int_equal(total, 4);
  assert_int_equal(done, ++*last);
}

static void progress_runs_to_the_end(void **state) {
  (void)state;
  size_t last = 0;
  const qref_execution execution = {.progress = reports_progress, .progress_context = &last};
  qref_quantized_model_destroy(
      synthetic_quantize(&checkpoint, directory, (qref_quantize_model_options){0}, &execution));
  assert_int_equal(last, 4);
}

int main(void) {
#define WITH_CHECKPOINT(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
  const struct CMUnitTest tests[] = {
      WITH_CHECKPOINT(same_bytes_every_time),
      WITH_CHECKPOINT(float_simulation_does_not_matter),
      WITH_CHECKPOINT(default_quantile),
      WITH_CHECKPOINT(windows_are_independent),
      WITH_CHECKPOINT(weights_are_within_half_a_step),
      WITH_CHECKPOINT(no_conv_bias),
      WITH_CHECKPOINT(mixed_element_types),
      WITH_CHECKPOINT(nonpositive_rows_are_counted),
      WITH_CHECKPOINT(refuses_bad_options),
      WITH_CHECKPOINT(refuses_sizes_without_a_rotation),
      WITH_CHECKPOINT(refuses_overflowing_activations),
      WITH_CHECKPOINT(refuses_overflowing_fusion),
      WITH_CHECKPOINT(progress_runs_to_the_end),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
