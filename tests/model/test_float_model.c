/* Import and the float32 model: against Hugging Face's own outputs, and one checkpoint stored in several ways. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>

#include "ref/vectors/npy.h"
#include "tests/model/synthetic_checkpoint.h"

#define TINY_MODEL QREF_SOURCE_DIR "/vectors/models/tiny-mamba"

static char directory[TEST_PATH_SIZE];

static int setup(void **state) {
  (void)state;
  temporary_directory_create(directory);
  return 0;
}

static int teardown(void **state) {
  (void)state;
  temporary_directory_remove(directory);
  return 0;
}

static void read_tensor(const char *name, qref_tensor *tensor) {
  char path[TEST_PATH_SIZE];
  qref_error error;
  join(path, TINY_MODEL, name);
  if (qref_npy_read(path, tensor, &error) != QREF_OK) {
    fail_msg("%s", error.message);
  }
}

static double largest_difference(const float *a, const float *b, size_t count) {
  double largest = 0.0;
  for (size_t i = 0; i < count; i++) {
    largest = fmax(largest, fabs((double)a[i] - (double)b[i]));
  }
  return largest;
}

static void agrees_with_hugging_face(void **state) {
  (void)state;
  qref_tensor tokens, logits, hidden;
  qref_float_model *model = NULL;
  read_tensor("hf_tokens.npy", &tokens);
  read_tensor("hf_logits.npy", &logits);
  read_tensor("hf_hidden.npy", &hidden);
  assert_int_equal(tokens.dtype, QREF_DTYPE_INT32);
  assert_int_equal(qref_float_model_open(TINY_MODEL, &model, NULL), QREF_OK);
  const qref_model_config *config = qref_float_model_config(model);
  assert_int_equal(config->n_layers, 8);
  assert_int_equal(config->vocab_size, 256);
  assert_int_equal(config->d_model, 192);
  assert_int_equal(config->d_inner, 384);
  assert_int_equal(config->d_state, 16);
  assert_int_equal(config->d_conv, 4);
  assert_int_equal(config->dt_rank, 12);
  assert_true(config->norm_eps == 1e-5f);
  assert_true(config->tied_lm_head);
  assert_int_equal(config->checkpoint_dtype, QREF_DTYPE_FLOAT16);
  float *own_logits = malloc(logits.count * sizeof(float)), *own_hidden = malloc(hidden.count * sizeof(float));
  assert_int_equal(tokens.count * config->vocab_size, logits.count);
  assert_int_equal((config->n_layers + 1) * tokens.count * config->d_model, hidden.count);
  assert_int_equal(qref_float_model_forward(model, NULL, tokens.data, tokens.count, own_logits, own_hidden, NULL),
                   QREF_OK);
  const double logit_difference = largest_difference(own_logits, logits.data, logits.count);
  const double hidden_difference = largest_difference(own_hidden, hidden.data, hidden.count);
  print_message("largest difference: logits %g, hidden states %g\n", logit_difference, hidden_difference);
  assert_true(logit_difference <= 2e-3);
  assert_true(hidden_difference <= 2e-3);
  free(own_logits);
  free(own_hidden);
  qref_tensor_free(&tokens);
  qref_tensor_free(&logits);
  qref_tensor_free(&hidden);
  qref_float_model_close(model);
}

enum { LENGTH = 9, VOCAB = 40, MODEL = 24, LAYERS = 2 };
static const int32_t tokens[LENGTH] = {0, 39, 7, 7, 21, 3, 18, 30, 1};

/* Logits of the checkpoint in `directory`, then removes its files. */
static void run(const char *backend_name, int threads, float logits[LENGTH * VOCAB]) {
  qref_error error;
  qref_float_model *model = NULL;
  qref_execution execution = {.threads = threads};
  assert_int_equal(qref_backend_find(backend_name, &execution.backend, NULL), QREF_OK);
  if (qref_float_model_open(directory, &model, &error) != QREF_OK) {
    fail_msg("%s", error.message);
  }
  assert_int_equal(qref_float_model_forward(model, &execution, tokens, LENGTH, logits, NULL, NULL), QREF_OK);
  for (size_t i = 0; i < LENGTH * VOCAB; i++) {
    assert_true(isfinite(logits[i]));
  }
  qref_float_model_close(model);
}

static void sharded_equals_single(void **state) {
  (void)state;
  synthetic_checkpoint checkpoint;
  float single[LENGTH * VOCAB], sharded[LENGTH * VOCAB];
  synthetic_create(&checkpoint, QREF_DTYPE_FLOAT16);
  synthetic_save(&checkpoint, directory);
  run("cpu", 1, single);
  temporary_directory_clear(directory);
  synthetic_save_sharded(&checkpoint, directory);
  run("cpu", 1, sharded);
  temporary_directory_clear(directory);
  assert_memory_equal(single, sharded, sizeof single);
  synthetic_destroy(&checkpoint);
}

/* Weights that float16 and bfloat16 both represent make the same model whatever they are stored as. */
static void element_type_does_not_matter(void **state) {
  (void)state;
  static const qref_dtype dtypes[] = {QREF_DTYPE_FLOAT16, QREF_DTYPE_BFLOAT16, QREF_DTYPE_FLOAT32};
  float logits[3][LENGTH * VOCAB];
  for (size_t k = 0; k < 3; k++) {
    synthetic_checkpoint checkpoint;
    synthetic_create(&checkpoint, dtypes[k]);
    for (size_t tensor = 0; tensor < checkpoint.count; tensor++) {
      for (size_t i = 0; i < synthetic_count(&checkpoint.items[tensor]); i++) {
        const float eighths = (float)(qref_random_bits(5, tensor, i) % 9u) - 4.0f;
        synthetic_store(checkpoint.data[tensor], i, dtypes[k], eighths * 0.125f);
      }
    }
    synthetic_save(&checkpoint, directory);
    run("cpu", 1, logits[k]);
    temporary_directory_clear(directory);
    synthetic_destroy(&checkpoint);
  }
  assert_memory_equal(logits[0], logits[1], sizeof logits[0]);
  assert_memory_equal(logits[0], logits[2], sizeof logits[0]);
}

static void backends_and_threads_agree(void **state) {
  (void)state;
  synthetic_checkpoint checkpoint;
  float reference[LENGTH * VOCAB], one[LENGTH * VOCAB], two[LENGTH * VOCAB];
  synthetic_create(&checkpoint, QREF_DTYPE_FLOAT32);
  synthetic_save(&checkpoint, directory);
  run("ref", 1, reference);
  run("cpu", 1, one);
  run("cpu", 2, two);
  temporary_directory_clear(directory);
  assert_memory_equal(reference, one, sizeof reference);
  assert_memory_equal(reference, two, sizeof reference);
  synthetic_destroy(&checkpoint);
}

/* The original's name of the embedding, an lm_head of its own that repeats the embedding, n_layer for
 * num_hidden_layers: nothing changes. An lm_head that differs does change the logits. */
static void other_names_and_own_head(void **state) {
  (void)state;
  synthetic_checkpoint checkpoint;
  float tied[LENGTH * VOCAB], own[LENGTH * VOCAB];
  synthetic_create(&checkpoint, QREF_DTYPE_FLOAT16);
  synthetic_save(&checkpoint, directory);
  run("cpu", 1, tied);
  const size_t embedding = synthetic_find(&checkpoint, "backbone.embeddings.weight");
  checkpoint.items[embedding].name = "backbone.embedding.weight";
  synthetic_add(&checkpoint, "lm_head.weight", VOCAB, MODEL, 0, 0.0f, 1.0f);
  void *head = checkpoint.data[checkpoint.count - 1];
  memcpy(head, checkpoint.data[embedding], VOCAB * MODEL * sizeof(uint16_t));
  snprintf(checkpoint.config, sizeof checkpoint.config, "{\"n_layer\":2,\"d_model\":24}");
  synthetic_save(&checkpoint, directory);
  run("cpu", 1, own);
  assert_memory_equal(tied, own, sizeof tied);
  synthetic_store(head, 0, QREF_DTYPE_FLOAT16, 9.0f);
  synthetic_save(&checkpoint, directory);
  run("cpu", 1, own);
  assert_true(tied[0] != own[0]);
  assert_true(tied[1] == own[1]);
  temporary_directory_clear(directory);
  synthetic_destroy(&checkpoint);
}

/* A bias of zeros is the same as none, which use_conv_bias allows. */
static void conv_bias_is_optional(void **state) {
  (void)state;
  synthetic_checkpoint checkpoint;
  float zeros[LENGTH * VOCAB], none[LENGTH * VOCAB];
  synthetic_create(&checkpoint, QREF_DTYPE_FLOAT16);
  memset(checkpoint.data[synthetic_find(&checkpoint, "0.mixer.conv1d.bias")], 0, 48 * sizeof(uint16_t));
  memset(checkpoint.data[synthetic_find(&checkpoint, "1.mixer.conv1d.bias")], 0, 48 * sizeof(uint16_t));
  synthetic_save(&checkpoint, directory);
  run("cpu", 1, zeros);
  synthetic_drop(&checkpoint, "0.mixer.conv1d.bias");
  synthetic_drop(&checkpoint, "1.mixer.conv1d.bias");
  snprintf(checkpoint.config, sizeof checkpoint.config, "{\"num_hidden_layers\":2,\"use_conv_bias\":false}");
  synthetic_save(&checkpoint, directory);
  run("cpu", 1, none);
  assert_memory_equal(zeros, none, sizeof zeros);
  temporary_directory_clear(directory);
  synthetic_destroy(&checkpoint);
}

/* A causal model: the logits of a prefix do not depend on what follows. */
static void logits_are_causal(void **state) {
  (void)state;
  synthetic_checkpoint checkpoint;
  qref_float_model *model = NULL;
  float whole[LENGTH * VOCAB], prefix[VOCAB];
  synthetic_create(&checkpoint, QREF_DTYPE_FLOAT16);
  synthetic_save(&checkpoint, directory);
  run("cpu", 1, whole);
  assert_int_equal(qref_float_model_open(directory, &model, NULL), QREF_OK);
  assert_int_equal(qref_float_model_forward(model, NULL, tokens, 1, prefix, NULL, NULL), QREF_OK);
  assert_memory_equal(whole, prefix, sizeof prefix);
  qref_float_model_close(model);
  temporary_directory_clear(directory);
  synthetic_destroy(&checkpoint);
}

static void refuses_bad_calls(void **state) {
  (void)state;
  synthetic_checkpoint checkpoint;
  qref_float_model *model = NULL;
  qref_error error;
  float logits[3 * VOCAB];
  const int32_t outside[3] = {1, 40, 2}, negative[3] = {1, 2, -1};
  synthetic_create(&checkpoint, QREF_DTYPE_FLOAT16);
  synthetic_save(&checkpoint, directory);
  assert_int_equal(qref_float_model_open(directory, &model, NULL), QREF_OK);
  assert_int_equal(qref_float_model_forward(model, NULL, outside, 3, logits, NULL, &error), QREF_ERROR_ARGUMENT);
  assert_string_equal(error.message, "tokens[1]: 40 is outside the vocabulary of 40");
  assert_int_equal(qref_float_model_forward(model, NULL, negative, 3, logits, NULL, &error), QREF_ERROR_ARGUMENT);
  assert_string_equal(error.message, "tokens[2]: -1 is outside the vocabulary of 40");
  assert_int_equal(qref_float_model_forward(model, NULL, outside, 0, logits, NULL, &error), QREF_ERROR_ARGUMENT);
  assert_int_equal(qref_float_model_forward(model, &(qref_execution){.threads = -1}, tokens, 3, logits, NULL, &error),
                   QREF_ERROR_ARGUMENT);
  assert_int_equal(qref_float_model_forward(NULL, NULL, tokens, 3, logits, NULL, &error), QREF_ERROR_ARGUMENT);
  qref_float_model_close(model);
  qref_float_model_close(NULL);
  temporary_directory_clear(directory);
  synthetic_destroy(&checkpoint);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(agrees_with_hugging_face),
      cmocka_unit_test_setup_teardown(sharded_equals_single, setup, teardown),
      cmocka_unit_test_setup_teardown(element_type_does_not_matter, setup, teardown),
      cmocka_unit_test_setup_teardown(backends_and_threads_agree, setup, teardown),
      cmocka_unit_test_setup_teardown(other_names_and_own_head, setup, teardown),
      cmocka_unit_test_setup_teardown(conv_bias_is_optional, setup, teardown),
      cmocka_unit_test_setup_teardown(logits_are_causal, setup, teardown),
      cmocka_unit_test_setup_teardown(refuses_bad_calls, setup, teardown),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
