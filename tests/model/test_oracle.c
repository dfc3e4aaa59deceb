/* Quantization and all three paths of the tiny model against an independent implementation: tests/model/oracle.py
 * prints these SHA-256 values. Two calibration windows of 32 bytes, then a prefill of 24 tokens and 8 decode steps. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "ref/base/sha256.h"
#include "ref/model/quantized_model.h"
#include "ref/vectors/npy.h"
#include "tests/model/temporary_directory.h"

#define TINY_MODEL QREF_SOURCE_DIR "/vectors/models/tiny-mamba"

enum { WINDOWS = 2, LENGTH = 32, PREFILL = 24, DECODE = 8, VOCAB = 256 };

static const char weights_hash[] = "113bb21b02711ba2ed86e51dc1adaa439eb994ffedeb55ada99b9539ae18b1e9";
static const char scales_hash[] = "5ed8ebe8e012798714cf849889c7268cbec0960586c3c63bcd8ea4a51cd6f321";
static const char int8_hash[] = "c3ea57e884e5484d1b8cfd3235dc4b4c6883223501c45b7f3089f291833d1856";
static const char better_scale_hash[] = "20aa4be7e3edbff4878ea52ba43049ca06eeab033d3f0fa36f579b91afb5efe6";

static qref_quantized_model *quantized;
static int32_t tokens[PREFILL + DECODE];

static void read_tokens(void) {
  qref_tensor tensor;
  assert_int_equal(qref_npy_read(TINY_MODEL "/hf_tokens.npy", &tensor, NULL), QREF_OK);
  assert_int_equal(tensor.count, PREFILL + DECODE);
  memcpy(tokens, tensor.data, sizeof tokens);
  qref_tensor_free(&tensor);
}

static int setup(void **state) {
  (void)state;
  qref_error error;
  qref_float_model *model = NULL;
  size_t size;
  unsigned char *text = read_whole(TINY_MODEL "/calib.txt", &size);
  int32_t windows[WINDOWS * LENGTH];
  for (size_t i = 0; i < WINDOWS * LENGTH; i++) {
    windows[i] = text[i];
  }
  free(text);
  const qref_quantize_model_options options = {.tokens = windows, .window_count = WINDOWS, .window_length = LENGTH};
  assert_int_equal(qref_float_model_open(TINY_MODEL, &model, NULL), QREF_OK);
  if (qref_quantize_model(model, &options, NULL, &quantized, &error) != QREF_OK) {
    fail_msg("%s", error.message);
  }
  qref_float_model_close(model);
  read_tokens();
  return 0;
}

static int teardown(void **state) {
  (void)state;
  qref_quantized_model_destroy(quantized);
  return 0;
}

static void hash_f32(qref_sha256 *hash, float value) {
  const uint32_t bits = qref_bits_from_f32(value);
  const uint8_t bytes[4] = {(uint8_t)bits, (uint8_t)(bits >> 8), (uint8_t)(bits >> 16), (uint8_t)(bits >> 24)};
  qref_sha256_update(hash, bytes, sizeof bytes);
}

static void hash_f16(qref_sha256 *hash, const qref_float16 *values, size_t count) {
  for (size_t i = 0; i < count; i++) {
    const uint8_t bytes[2] = {(uint8_t)values[i], (uint8_t)(values[i] >> 8)};
    qref_sha256_update(hash, bytes, sizeof bytes);
  }
}

static void weights_agree(void **state) {
  (void)state;
  qref_sha256 hash;
  char hex[65];
  const size_t table = quantized->config.vocab_size * quantized->config.d_model;
  qref_sha256_begin(&hash);
  qref_sha256_update(&hash, quantized->embedding, table);
  hash_f16(&hash, quantized->embedding_scale, quantized->config.vocab_size);
  for (size_t layer = 0; layer < quantized->config.n_layers; layer++) {
    for (size_t i = 0; i < QREF_LAYER_TENSOR_COUNT; i++) {
      const qref_layer_tensor which = (qref_layer_tensor)i;
      qref_sha256_update(&hash, quantized->layers[layer].tensor[which],
                         qref_layer_tensor_count(&quantized->config, which));
    }
  }
  qref_sha256_update(&hash, quantized->lm_head, table);
  qref_sha256_end(&hash, hex);
  assert_string_equal(hex, weights_hash);
}

static void scales_agree(void **state) {
  (void)state;
  qref_sha256 hash;
  char hex[65];
  qref_sha256_begin(&hash);
  for (size_t layer = 0; layer < quantized->config.n_layers; layer++) {
    const qref_layer_scales *s = qref_quantized_model_layer_scales(quantized, layer);
    const float all[] = {s->norm_out, s->in_proj_w,  s->in_proj_out,  s->conv1d_w,    s->conv1d_bias, s->conv1d_out,
                         s->x_proj_w, s->x_proj_out, s->dt_proj_w,    s->dt_proj_out, s->dt_bias,     s->A_log,
                         s->D,        s->scan_state, s->hadamard_out, s->out_proj_w};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
      hash_f32(&hash, all[i]);
    }
  }
  hash_f32(&hash, quantized->lm_head_in);
  hash_f32(&hash, quantized->lm_head_w);
  qref_sha256_end(&hash, hex);
  assert_string_equal(hex, scales_hash);
}

static void expect_logits(const qref_float_simulation *simulation, const char *expected) {
  static qref_float16 logits[(PREFILL + DECODE) * VOCAB];
  const qref_session_options options = {.float_simulation = *simulation};
  qref_session *session = NULL;
  qref_sha256 hash;
  char hex[65];
  assert_int_equal(qref_session_create(quantized, &options, &session, NULL), QREF_OK);
  assert_int_equal(qref_session_prefill(session, tokens, PREFILL, logits, NULL), QREF_OK);
  for (size_t i = PREFILL; i < PREFILL + DECODE; i++) {
    assert_int_equal(qref_session_decode(session, tokens + i, logits + i * VOCAB, NULL), QREF_OK);
  }
  qref_session_destroy(session);
  qref_sha256_begin(&hash);
  hash_f16(&hash, logits, (PREFILL + DECODE) * VOCAB);
  qref_sha256_end(&hash, hex);
  assert_string_equal(hex, expected);
}

static void int8_path_agrees(void **state) {
  (void)state;
  expect_logits(&(qref_float_simulation){.enabled = false}, int8_hash);
}

/* On these tokens no value lies next to a rounding boundary, so that the same scale gives the INT8 path's bits. */
static void same_scale_agrees(void **state) {
  (void)state;
  expect_logits(&(qref_float_simulation){.enabled = true}, int8_hash);
}

static void better_scale_agrees(void **state) {
  (void)state;
  expect_logits(
      &(qref_float_simulation){
          .enabled = true, .better_scale = true, .policy = {.kind = QREF_SCALE_POLICY_FIXED, .factor = 2025.0f}},
      better_scale_hash);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(weights_agree),     cmocka_unit_test(scales_agree),        cmocka_unit_test(int8_path_agrees),
      cmocka_unit_test(same_scale_agrees), cmocka_unit_test(better_scale_agrees),
  };
  return cmocka_run_group_tests(tests, setup, teardown);
}
