/* Sessions: what must be equal is equal to the bit, on every path. The numbers themselves are those of test_oracle.c.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>

#include "ref/base/error.h"
#include "ref/model/session_state.h"
#include "tests/model/synthetic_quantized.h"

enum { VOCAB = 40, LENGTH = 12, CHANNELS = 48, WIDTH = 4 };

static qref_quantized_model *model;
static const int32_t tokens[2 * LENGTH] = {3,  17, 39, 0,  8, 8,  21, 30, 11, 5,  2,  19,
                                           25, 1,  1,  14, 6, 33, 38, 0,  27, 12, 12, 4};

static int setup(void **state) {
  (void)state;
  model = synthetic_quantize_plain(QREF_DTYPE_FLOAT16);
  return 0;
}

static int teardown(void **state) {
  (void)state;
  qref_quantized_model_destroy(model);
  return 0;
}

static qref_session *open_session(const qref_session_options *options) {
  qref_error error;
  qref_session *session = NULL;
  if (qref_session_create(model, options, &session, &error) != QREF_OK) {
    fail_msg("%s", error.message);
  }
  return session;
}

static void prefill(qref_session *session, const int32_t *input, size_t length, qref_float16 *logits) {
  qref_error error;
  if (qref_session_prefill(session, input, length, logits, &error) != QREF_OK) {
    fail_msg("%s", error.message);
  }
}

static void decode(qref_session *session, const int32_t *input, qref_float16 *logits) {
  qref_error error;
  if (qref_session_decode(session, input, logits, &error) != QREF_OK) {
    fail_msg("%s", error.message);
  }
}

/* Prefill of 8 tokens and 4 decode steps: (LENGTH, VOCAB) logits. */
static void run(const qref_session_options *options, qref_float16 logits[LENGTH * VOCAB]) {
  qref_session *session = open_session(options);
  prefill(session, tokens, 8, logits);
  for (size_t t = 8; t < LENGTH; t++) {
    decode(session, tokens + t, logits + t * VOCAB);
  }
  qref_session_destroy(session);
}

/* The paths that every property is tried on. */
static qref_float_simulation path_of(size_t i) {
  static const char *const policies[] = {"2025", "absmax:8", "percentile:99:6"};
  qref_float_simulation simulation = {.enabled = i > 0, .better_scale = i > 1};
  if (i > 1) {
    assert_int_equal(qref_scale_policy_parse(policies[i - 2], &simulation.policy, NULL), QREF_OK);
  }
  return simulation;
}
enum { PATHS = 5 };

static void reproducible_on_any_backend_and_threads(void **state) {
  (void)state;
  for (size_t i = 0; i < PATHS; i++) {
    qref_float16 expected[LENGTH * VOCAB], actual[LENGTH * VOCAB];
    qref_session_options options = {.float_simulation = path_of(i)};
    run(&options, expected);
    run(&options, actual);
    assert_memory_equal(expected, actual, sizeof expected);
    options.execution.threads = 2;
    run(&options, actual);
    assert_memory_equal(expected, actual, sizeof expected);
    assert_int_equal(qref_backend_find("ref", &options.execution.backend, NULL), QREF_OK);
    run(&options, actual);
    assert_memory_equal(expected, actual, sizeof expected);
  }
}

static void reset_forgets(void **state) {
  (void)state;
  for (size_t i = 0; i < PATHS; i++) {
    const qref_session_options options = {.float_simulation = path_of(i)};
    qref_float16 first[LENGTH * VOCAB], second[LENGTH * VOCAB];
    qref_session *session = open_session(&options);
    prefill(session, tokens, LENGTH, first);
    decode(session, tokens, NULL);
    const qref_counts counts = *qref_session_counts(session);
    qref_session_reset(session);
    assert_int_equal(qref_session_counts(session)->saturated, 0);
    prefill(session, tokens, LENGTH, second);
    decode(session, tokens, NULL);
    assert_memory_equal(first, second, sizeof first);
    assert_memory_equal(&counts, qref_session_counts(session), sizeof counts);
    qref_session_destroy(session);
  }
}

/* A profile that asks for float simulation is the switch by another name. */
static void profile_switches_float_simulation_on(void **state) {
  (void)state;
  qref_float16 by_switch[LENGTH * VOCAB], by_profile[LENGTH * VOCAB];
  run(&(qref_session_options){.float_simulation = {.enabled = true}}, by_switch);
  run(&(qref_session_options){.profile = qref_profile_builtin("floatsim")}, by_profile);
  assert_memory_equal(by_switch, by_profile, sizeof by_switch);
}

/* better_scale without `enabled` is no float simulation at all. */
static void everything_off_is_the_int8_path(void **state) {
  (void)state;
  qref_float16 plain[LENGTH * VOCAB], off[LENGTH * VOCAB];
  run(NULL, plain);
  run(&(qref_session_options){.float_simulation = {.better_scale = true}}, off);
  assert_memory_equal(plain, off, sizeof plain);
}

static void batch_is_several_sequences(void **state) {
  (void)state;
  for (size_t i = 0; i < PATHS; i++) {
    /* The factor of absmax and percentile is the layer's: a batch shares it. */
    if (i > 2) {
      continue;
    }
    qref_float16 both[2 * LENGTH * VOCAB], alone[LENGTH * VOCAB];
    qref_session *batch = open_session(&(qref_session_options){.batch = 2, .float_simulation = path_of(i)});
    prefill(batch, tokens, LENGTH, both);
    for (size_t b = 0; b < 2; b++) {
      qref_session *single = open_session(&(qref_session_options){.float_simulation = path_of(i)});
      prefill(single, tokens + b * LENGTH, LENGTH, alone);
      assert_memory_equal(alone, both + b * LENGTH * VOCAB, sizeof alone);
      const size_t conv = CHANNELS * WIDTH, scan = CHANNELS * 5;
      for (size_t layer = 0; layer < 2; layer++) {
        assert_memory_equal(single->conv_state + layer * conv, batch->conv_state + (2 * layer + b) * conv, conv);
        assert_memory_equal(single->scan_state + layer * scan, batch->scan_state + (2 * layer + b) * scan, scan);
      }
      qref_session_destroy(single);
    }
    qref_session_destroy(batch);
  }
}

/* Two equal sequences stay equal through decode. */
static void batched_decode(void **state) {
  (void)state;
  for (size_t i = 0; i < PATHS; i++) {
    int32_t twice[2 * LENGTH];
    qref_float16 logits[2 * VOCAB];
    memcpy(twice, tokens, LENGTH * sizeof *twice);
    memcpy(twice + LENGTH, tokens, LENGTH * sizeof *twice);
    qref_session *session = open_session(&(qref_session_options){.batch = 2, .float_simulation = path_of(i)});
    prefill(session, twice, LENGTH, NULL);
    for (size_t step = 0; step < 3; step++) {
      const int32_t next[2] = {(int32_t)step, (int32_t)step};
      decode(session, next, logits);
      assert_memory_equal(logits, logits + VOCAB, VOCAB * sizeof *logits);
    }
    qref_session_destroy(session);
  }
}

static void logits_are_causal(void **state) {
  (void)state;
  /* of two tokens at least: a single row goes through another kernel */
  for (size_t i = 0; i < 3; i++) {
    const qref_session_options options = {.float_simulation = path_of(i)};
    qref_float16 whole[LENGTH * VOCAB], prefix[LENGTH * VOCAB];
    qref_session *session = open_session(&options);
    prefill(session, tokens, LENGTH, whole);
    for (size_t length = 2; length < LENGTH; length++) {
      qref_session_reset(session);
      prefill(session, tokens, length, prefix);
      assert_memory_equal(whole, prefix, length * VOCAB * sizeof *whole);
    }
    qref_session_destroy(session);
  }
}

/* Copies what the observer is shown of layer 0. */
typedef struct seen {
  size_t calls;
  qref_conv1d_observation last;
  int8_t x[CHANNELS * LENGTH], y[CHANNELS * LENGTH];
  float before[CHANNELS * LENGTH], after[CHANNELS * LENGTH];
} seen;

static qref_status look(void *context, const qref_conv1d_observation *observation, qref_error *error) {
  (void)error;
  seen *s = context;
  assert_int_equal(observation->layer, s->calls % 2);
  s->calls++;
  if (observation->layer == 0) {
    const size_t count = observation->batch * observation->channels * observation->length;
    assert_true(count <= CHANNELS * LENGTH);
    s->last = *observation;
    memcpy(s->x, observation->x, count);
    if (observation->y != NULL) {
      memcpy(s->y, observation->y, count);
    } else {
      memcpy(s->before, observation->before_quant, count * sizeof(float));
      memcpy(s->after, observation->after_quant, count * sizeof(float));
    }
  }
  return QREF_OK;
}

/* SPEC section 3 on layer 0, whose input is the same on both paths. */
static void observer_sees_both_paths(void **state) {
  (void)state;
  const qref_layer_scales *scales = qref_quantized_model_layer_scales(model, 0);
  static seen int8_seen, same_seen, better_seen;
  const float factor = 2025.0f;
  seen *all[] = {&int8_seen, &same_seen, &better_seen};
  for (size_t i = 0; i < 3; i++) {
    memset(all[i], 0, sizeof *all[i]);
    const qref_session_options options = {.float_simulation = path_of(i), .observer = look, .observer_context = all[i]};
    qref_session *session = open_session(&options);
    prefill(session, tokens, LENGTH, NULL);
    assert_int_equal(all[i]->calls, 2);
    assert_false(all[i]->last.decode);
    assert_int_equal(all[i]->last.length, LENGTH);
    assert_int_equal(all[i]->last.channels, CHANNELS);
    assert_int_equal(all[i]->last.width, WIDTH);
    assert_true(all[i]->last.output_scale == scales->conv1d_out);
    assert_true(all[i]->last.x_scale == scales->in_proj_out);
    qref_session_destroy(session);
  }
  assert_true(int8_seen.last.effective_scale == scales->conv1d_out && int8_seen.last.factor == 1.0f);
  assert_true(same_seen.last.effective_scale == scales->conv1d_out && same_seen.last.factor == 1.0f);
  assert_true(better_seen.last.effective_scale == scales->conv1d_out / factor && better_seen.last.factor == factor);
  assert_null(int8_seen.last.before_quant);
  assert_null(same_seen.last.y);
  assert_memory_equal(int8_seen.x, same_seen.x, sizeof int8_seen.x);
  assert_memory_equal(same_seen.before, better_seen.before, sizeof same_seen.before);
  size_t clamped = 0;
  for (size_t i = 0; i < CHANNELS * LENGTH; i++) {
    const float expected = (float)int8_seen.y[i] * scales->conv1d_out, step = better_seen.last.effective_scale;
    if (int8_seen.y[i] == 127) {
      clamped++;
      assert_true(same_seen.after[i] >= expected - 1e-5f);
    } else {
      assert_true(fabsf(same_seen.after[i] - expected) <= 1e-5f);
    }
    assert_true(fabsf(better_seen.after[i] - better_seen.before[i]) <= 0.501f * step);
  }
  assert_true(clamped < CHANNELS * LENGTH / 4);
}

/* In decode the observer sees one sample, and with two sequences, which go through the same kernels as a prefill, layer
 * 0 computes the very sample that a longer prefill computes. */
static void decode_continues_the_convolution(void **state) {
  (void)state;
  enum { PREFIX = 5 };
  for (size_t i = 1; i < 3; i++) {
    static seen whole, step;
    int32_t prefix[2 * PREFIX], longer[2 * (PREFIX + 1)], next[2];
    for (size_t b = 0; b < 2; b++) {
      memcpy(prefix + b * PREFIX, tokens + b * LENGTH, PREFIX * sizeof *prefix);
      memcpy(longer + b * (PREFIX + 1), tokens + b * LENGTH, (PREFIX + 1) * sizeof *prefix);
      next[b] = tokens[b * LENGTH + PREFIX];
    }
    memset(&whole, 0, sizeof whole);
    memset(&step, 0, sizeof step);
    qref_session_options options = {
        .batch = 2, .float_simulation = path_of(i), .observer = look, .observer_context = &whole};
    qref_session *session = open_session(&options);
    prefill(session, longer, PREFIX + 1, NULL);
    qref_session_destroy(session);
    options.observer_context = &step;
    session = open_session(&options);
    prefill(session, prefix, PREFIX, NULL);
    decode(session, next, NULL);
    qref_session_destroy(session);
    assert_true(step.last.decode);
    assert_int_equal(step.last.length, 1);
    for (size_t row = 0; row < 2 * CHANNELS; row++) {
      assert_int_equal(step.x[row], whole.x[row * (PREFIX + 1) + PREFIX]);
      assert_true(step.before[row] == whole.before[row * (PREFIX + 1) + PREFIX]);
      assert_true(step.after[row] == whole.after[row * (PREFIX + 1) + PREFIX]);
    }
  }
}

/* After a prefill shorter than the filter, the state has zeros in front; after a longer one the last samples. */
static void conv_state_after_prefill(void **state) {
  (void)state;
  for (size_t i = 0; i < 2; i++) {
    for (size_t length = 1; length <= 7; length++) {
      static seen s;
      memset(&s, 0, sizeof s);
      qref_session *session = open_session(
          &(qref_session_options){.float_simulation = path_of(i), .observer = look, .observer_context = &s});
      prefill(session, tokens, length, NULL);
      for (size_t channel = 0; channel < CHANNELS; channel++) {
        for (size_t k = 0; k < WIDTH; k++) {
          const size_t missing = length < WIDTH ? WIDTH - length : 0;
          const int8_t expected = k < missing ? 0 : s.x[channel * length + (length + k - WIDTH)];
          assert_int_equal(session->conv_state[channel * WIDTH + k], expected);
        }
      }
      qref_session_destroy(session);
    }
  }
}

/* The covering grid uses its bits: the layer's largest |y| is its last step. */
static void absmax_policy_covers_the_layer(void **state) {
  (void)state;
  static seen s;
  memset(&s, 0, sizeof s);
  qref_session *session =
      open_session(&(qref_session_options){.float_simulation = path_of(3), .observer = look, .observer_context = &s});
  prefill(session, tokens, LENGTH, NULL);
  float largest = 0.0f;
  for (size_t i = 0; i < CHANNELS * LENGTH; i++) {
    largest = fmaxf(largest, fabsf(s.before[i]));
  }
  assert_true(fabsf(largest / s.last.effective_scale - 127.0f) < 0.01f);
  qref_session_destroy(session);
}

/* SPEC section 5: Prefill(T) is not T decodes. Both run; how far they are apart is a property of the model. */
static void prefill_and_decode_drift_apart(void **state) {
  (void)state;
  qref_float16 at_once[LENGTH * VOCAB], one_by_one[LENGTH * VOCAB], logits[VOCAB];
  qref_session *session = open_session(NULL);
  prefill(session, tokens, LENGTH, at_once);
  qref_session_reset(session);
  for (size_t t = 0; t < LENGTH; t++) {
    decode(session, tokens + t, logits);
    memcpy(one_by_one + t * VOCAB, logits, sizeof logits);
  }
  float largest = 0.0f, difference = 0.0f;
  for (size_t i = 0; i < LENGTH * VOCAB; i++) {
    const float a = qref_f32_from_f16(at_once[i]), b = qref_f32_from_f16(one_by_one[i]);
    largest = fmaxf(largest, fabsf(a));
    difference = fmaxf(difference, fabsf(a - b));
  }
  print_message("largest logit %g, largest difference %g\n", (double)largest, (double)difference);
  assert_true(difference > 0.0f);
  assert_true(difference < 0.5f * largest);
  qref_session_destroy(session);
}

/* The quantized model follows the float32 one. */
static void follows_the_float_model(void **state) {
  (void)state;
  char directory[TEST_PATH_SIZE];
  synthetic_checkpoint checkpoint;
  qref_float_model *reference = NULL;
  float expected[LENGTH * VOCAB];
  temporary_directory_create(directory);
  synthetic_create(&checkpoint, QREF_DTYPE_FLOAT16);
  synthetic_save(&checkpoint, directory);
  assert_int_equal(qref_float_model_open(directory, &reference, NULL), QREF_OK);
  assert_int_equal(qref_float_model_forward(reference, NULL, tokens, LENGTH, expected, NULL, NULL), QREF_OK);
  qref_float_model_close(reference);
  temporary_directory_clear(directory);
  for (size_t kept = 0; kept < 4; kept++) {
    const qref_quantize_model_options options = {.float16_embedding = (kept & 1u) != 0,
                                                 .float16_lm_head = (kept & 2u) != 0};
    qref_quantized_model *quantized = synthetic_quantize(&checkpoint, directory, options, NULL);
    qref_session *session = NULL;
    qref_float16 logits[LENGTH * VOCAB];
    assert_int_equal(qref_session_create(quantized, NULL, &session, NULL), QREF_OK);
    prefill(session, tokens, LENGTH, logits);
    double signal = 0.0, noise = 0.0;
    for (size_t i = 0; i < LENGTH * VOCAB; i++) {
      const double difference = (double)qref_f32_from_f16(logits[i]) - (double)expected[i];
      signal += (double)expected[i] * (double)expected[i];
      noise += difference * difference;
    }
    print_message("float16 embedding %d, lm_head %d: noise to signal %g\n", options.float16_embedding,
                  options.float16_lm_head, noise / signal);
    assert_true(noise / signal < 0.1); /* unrelated logits have about 2 */
    qref_session_destroy(session);
    qref_quantized_model_destroy(quantized);
  }
  synthetic_destroy(&checkpoint);
  temporary_directory_remove(directory);
}

static void loaded_model_runs_the_same(void **state) {
  (void)state;
  char directory[TEST_PATH_SIZE], path[TEST_PATH_SIZE];
  qref_float16 made_logits[LENGTH * VOCAB], loaded_logits[LENGTH * VOCAB];
  qref_quantized_model *made = model, *loaded = NULL;
  temporary_directory_create(directory);
  join(path, directory, "model");
  run(NULL, made_logits);
  assert_int_equal(qref_quantized_model_save(made, path, NULL), QREF_OK);
  assert_int_equal(qref_quantized_model_load(path, &loaded, NULL), QREF_OK);
  model = loaded;
  run(NULL, loaded_logits);
  model = made;
  assert_memory_equal(made_logits, loaded_logits, sizeof made_logits);
  qref_quantized_model_destroy(loaded);
  temporary_directory_remove(directory);
}

static void refuses_bad_calls(void **state) {
  (void)state;
  qref_error error;
  qref_session *session = open_session(NULL), *none = NULL;
  const int32_t outside[3] = {1, 2, 40};
  assert_int_equal(qref_session_prefill(session, tokens, 0, NULL, &error), QREF_ERROR_ARGUMENT);
  assert_int_equal(qref_session_prefill(session, NULL, 3, NULL, &error), QREF_ERROR_ARGUMENT);
  assert_int_equal(qref_session_prefill(session, outside, 3, NULL, &error), QREF_ERROR_ARGUMENT);
  assert_string_equal(error.message, "tokens[2]: 40 is outside the vocabulary of 40");
  prefill(session, tokens, 2, NULL); /* the refused calls have left the session fresh */
  assert_int_equal(qref_session_prefill(session, tokens, 2, NULL, &error), QREF_ERROR_ARGUMENT);
  assert_int_equal(qref_session_decode(session, outside + 2, NULL, &error), QREF_ERROR_ARGUMENT);
  qref_session_reset(session);
  decode(session, tokens, NULL);
  assert_int_equal(qref_session_prefill(session, tokens, 2, NULL, &error), QREF_ERROR_ARGUMENT);
  qref_session_destroy(session);
  qref_session_destroy(NULL);
  assert_int_equal(qref_session_create(NULL, NULL, &none, &error), QREF_ERROR_ARGUMENT);
  qref_session_options options = {.float_simulation = {.enabled = true, .better_scale = true}};
  assert_int_equal(qref_session_create(model, &options, &none, &error), QREF_ERROR_ARGUMENT); /* factor 0 */
  options = (qref_session_options){.execution = {.threads = -3}};
  assert_int_equal(qref_session_create(model, &options, &none, &error), QREF_ERROR_ARGUMENT);
  options = (qref_session_options){.batch = SIZE_MAX / 2};
  assert_true(qref_session_create(model, &options, &none, &error) != QREF_OK);
  assert_null(none);
}

/* ---- packed weights ---- */

static size_t linears_with_packed_weights;

static qref_status packed_linear(const qref_linear_w8a8_args *args, qref_error *error) {
  const qref_backend *cpu = NULL;
  assert_int_equal(qref_backend_find("cpu", &cpu, NULL), QREF_OK);
  linears_with_packed_weights += args->w_packed != NULL;
  return cpu->linear_w8a8(args, error);
}

static qref_status packed_nowhere(const int8_t *w, size_t columns, size_t depth, void *packed, int threads,
                                  qref_error *error) {
  (void)w;
  (void)columns;
  (void)depth;
  (void)packed;
  (void)threads;
  return error == NULL ? QREF_ERROR_IO : QREF_ERROR_MEMORY;
}

static void packing_changes_no_bit(void **state) {
  (void)state;
  qref_float16 expected[LENGTH * VOCAB], actual[LENGTH * VOCAB];
  const qref_backend *ref = NULL, *cpu = NULL;
  assert_int_equal(qref_backend_find("ref", &ref, NULL), QREF_OK);
  assert_int_equal(qref_backend_find("cpu", &cpu, NULL), QREF_OK);
  qref_backend counting = *cpu;
  counting.linear_w8a8 = packed_linear;
  const qref_session_options with_ref = {.execution = {.backend = ref}};
  const qref_session_options with_cpu = {.execution = {.backend = &counting, .threads = 2}};
  run(&with_ref, expected);
  linears_with_packed_weights = 0;
  run(&with_cpu, actual);
  assert_int_equal(linears_with_packed_weights, 0);
  assert_int_equal(qref_quantized_model_pack(model, &with_ref.execution, NULL), QREF_OK); /* packs nothing */
  run(&with_cpu, actual);
  assert_int_equal(linears_with_packed_weights, 0);

  assert_int_equal(qref_quantized_model_pack(model, &with_cpu.execution, NULL), QREF_OK);
  assert_int_equal(qref_quantized_model_pack(model, &with_cpu.execution, NULL), QREF_OK);
  run(&with_cpu, actual);
  assert_memory_equal(expected, actual, sizeof expected);
  assert_true(linears_with_packed_weights > 0);
  run(&with_ref, actual);
  assert_memory_equal(expected, actual, sizeof expected);

  qref_backend failing = *cpu;
  failing.linear_pack = packed_nowhere;
  assert_int_equal(qref_quantized_model_pack(model, &(qref_execution){.backend = &failing}, NULL), QREF_ERROR_IO);
  linears_with_packed_weights = 0;
  run(&with_cpu, actual);
  assert_memory_equal(expected, actual, sizeof expected);
  assert_int_equal(linears_with_packed_weights, 0);
  assert_int_equal(qref_quantized_model_pack(NULL, NULL, NULL), QREF_ERROR_ARGUMENT);
}

static bool supports_nothing_but_conv1d(qref_op op, const qref_profile *profile) {
  (void)profile;
  return op == QREF_OP_CONV1D_SILU;
}

static void refuses_a_backend_without_the_ops(void **state) {
  (void)state;
  qref_error error;
  qref_session *none = NULL;
  const qref_backend *ref = NULL;
  assert_int_equal(qref_backend_find("ref", &ref, NULL), QREF_OK);
  qref_backend poor = *ref;
  poor.name = "poor";
  poor.supports = supports_nothing_but_conv1d;
  const qref_session_options options = {.execution = {.backend = &poor}};
  assert_int_equal(qref_session_create(model, &options, &none, &error), QREF_ERROR_UNSUPPORTED);
  assert_non_null(strstr(error.message, "backend 'poor' does not compute linear_w8a8"));
}

static qref_status refuse_layer_1(void *context, const qref_conv1d_observation *observation, qref_error *error) {
  const bool *refusing = context;
  return *refusing && observation->layer == 1 ? qref_fail(error, QREF_ERROR_IO, "disk full") : QREF_OK;
}

/* A step that fails half way must not be continued as if it had not. */
static void failure_needs_a_reset(void **state) {
  (void)state;
  qref_error error;
  bool refusing = true;
  qref_float16 expected[LENGTH * VOCAB], actual[LENGTH * VOCAB];
  const qref_session_options options = {.observer = refuse_layer_1, .observer_context = &refusing};
  qref_session *session = open_session(&options);
  assert_int_equal(qref_session_prefill(session, tokens, LENGTH, actual, &error), QREF_ERROR_IO);
  assert_string_equal(error.message, "layer 1: disk full");
  assert_int_equal(qref_session_decode(session, tokens, NULL, &error), QREF_ERROR_ARGUMENT);
  refusing = false;
  assert_int_equal(qref_session_decode(session, tokens, NULL, &error), QREF_ERROR_ARGUMENT);
  qref_session_reset(session);
  prefill(session, tokens, LENGTH, actual);
  qref_session_destroy(session);
  session = open_session(NULL);
  prefill(session, tokens, LENGTH, expected);
  assert_memory_equal(expected, actual, sizeof expected);
  qref_session_destroy(session);
}

/* Events are counted, and the saturating Hadamard has none of those that wrap.
 */
static void events_are_counted(void **state) {
  (void)state;
  static int32_t many[400];
  for (size_t i = 0; i < 400; i++) {
    many[i] = (int32_t)(qref_random_bits(9, 1, i) % VOCAB);
  }
  qref_session *session = open_session(NULL);
  prefill(session, many, 400, NULL);
  const qref_counts wrapping = *qref_session_counts(session);
  qref_session_destroy(session);
  session = open_session(&(qref_session_options){.profile = qref_profile_builtin("quamba-saturating")});
  prefill(session, many, 400, NULL);
  const qref_counts saturating = *qref_session_counts(session);
  qref_session_destroy(session);
  assert_true(wrapping.saturated > 0);
  assert_int_equal(wrapping.not_a_number, 0);
  assert_int_equal(saturating.wrapped, 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(reproducible_on_any_backend_and_threads),
      cmocka_unit_test(reset_forgets),
      cmocka_unit_test(profile_switches_float_simulation_on),
      cmocka_unit_test(everything_off_is_the_int8_path),
      cmocka_unit_test(batch_is_several_sequences),
      cmocka_unit_test(batched_decode),
      cmocka_unit_test(logits_are_causal),
      cmocka_unit_test(observer_sees_both_paths),
      cmocka_unit_test(decode_continues_the_convolution),
      cmocka_unit_test(conv_state_after_prefill),
      cmocka_unit_test(absmax_policy_covers_the_layer),
      cmocka_unit_test(prefill_and_decode_drift_apart),
      cmocka_unit_test(follows_the_float_model),
      cmocka_unit_test(loaded_model_runs_the_same),
      cmocka_unit_test(refuses_bad_calls),
      cmocka_unit_test(packing_changes_no_bit),
      cmocka_unit_test(refuses_a_backend_without_the_ops),
      cmocka_unit_test(failure_needs_a_reset),
      cmocka_unit_test(events_are_counted),
  };
  return cmocka_run_group_tests(tests, setup, teardown);
}
