/* Small random checkpoints, written by the test so that it can spoil any part of one. */
#ifndef QREF_TESTS_MODEL_SYNTHETIC_CHECKPOINT_H
#define QREF_TESTS_MODEL_SYNTHETIC_CHECKPOINT_H

#include <qref/model.h>

#include "ref/base/file.h"
#include "ref/model/safetensors.h"
#include "tests/model/temporary_directory.h"

enum { SYNTHETIC_TENSOR_LIMIT = 64, SYNTHETIC_NAME_SIZE = 80 };

typedef struct synthetic_checkpoint {
  size_t n_layers, vocab_size, M, D, N, R, W;
  qref_dtype dtype;
  char config[1024];
  size_t count;
  qref_safetensors_item items[SYNTHETIC_TENSOR_LIMIT];
  char names[SYNTHETIC_TENSOR_LIMIT][SYNTHETIC_NAME_SIZE];
  void *data[SYNTHETIC_TENSOR_LIMIT];
} synthetic_checkpoint;

/* center +- spread, uniform. */
static inline float synthetic_value(size_t tensor, size_t i, float center, float spread) {
  const float unit = (float)(qref_random_bits(20261123, tensor, i) >> 40) * 0x1p-23f - 1.0f;
  return center + spread * unit;
}

static inline void synthetic_store(void *data, size_t i, qref_dtype dtype, float value) {
  if (dtype == QREF_DTYPE_FLOAT32) {
    ((float *)data)[i] = value;
  } else {
    ((uint16_t *)data)[i] = dtype == QREF_DTYPE_FLOAT16 ? qref_f16_from_f32(value) : qref_bf16_from_f32(value);
  }
}

static inline size_t synthetic_count(const qref_safetensors_item *item) {
  size_t count = 1;
  for (size_t i = 0; i < item->dimensions; i++) {
    count *= item->shape[i];
  }
  return count;
}

static inline void synthetic_add(synthetic_checkpoint *checkpoint, const char *name, size_t a, size_t b, size_t c,
                                 float center, float spread) {
  const size_t index = checkpoint->count++;
  assert_true(index < SYNTHETIC_TENSOR_LIMIT);
  qref_safetensors_item *item = &checkpoint->items[index];
  snprintf(checkpoint->names[index], SYNTHETIC_NAME_SIZE, "%s", name);
  *item = (qref_safetensors_item){.name = checkpoint->names[index],
                                  .dtype = checkpoint->dtype,
                                  .dimensions = c != 0   ? 3
                                                : b != 0 ? 2
                                                         : 1,
                                  .shape = {a, b, c}};
  const size_t count = synthetic_count(item);
  checkpoint->data[index] = malloc(count * sizeof(float));
  assert_non_null(checkpoint->data[index]);
  for (size_t i = 0; i < count; i++) {
    synthetic_store(checkpoint->data[index], i, checkpoint->dtype, synthetic_value(index, i, center, spread));
  }
  item->data = checkpoint->data[index];
}

/* 2 layers, d_model 24, d_inner 48, 5 states, dt_rank 3, 4 taps, 40 tokens; tied lm_head. */
static inline void synthetic_create(synthetic_checkpoint *checkpoint, qref_dtype dtype) {
  *checkpoint =
      (synthetic_checkpoint){.n_layers = 2, .vocab_size = 40, .M = 24, .D = 48, .N = 5, .R = 3, .W = 4, .dtype = dtype};
  const size_t M = checkpoint->M, D = checkpoint->D, N = checkpoint->N, R = checkpoint->R;
  synthetic_add(checkpoint, "backbone.embeddings.weight", checkpoint->vocab_size, M, 0, 0.0f, 1.0f);
  for (size_t layer = 0; layer < checkpoint->n_layers; layer++) {
    static const char *const suffixes[] = {"norm.weight",          "mixer.in_proj.weight", "mixer.conv1d.weight",
                                           "mixer.conv1d.bias",    "mixer.x_proj.weight",  "mixer.dt_proj.weight",
                                           "mixer.dt_proj.bias",   "mixer.A_log",          "mixer.D",
                                           "mixer.out_proj.weight"};
    const size_t shapes[][3] = {{M}, {2 * D, M}, {D, 1, checkpoint->W}, {D}, {R + 2 * N, D}, {D, R}, {D}, {D, N},
                                {D}, {M, D}};
    const float centers[] = {1.0f, 0.0f, 0.2f, 0.0f, 0.0f, 0.0f, -2.0f, 0.7f, 1.0f, 0.0f};
    const float spreads[] = {0.5f, 0.4f, 0.5f, 0.2f, 0.3f, 0.5f, 1.0f, 0.7f, 0.3f, 0.3f};
    for (size_t i = 0; i < sizeof suffixes / sizeof suffixes[0]; i++) {
      char name[SYNTHETIC_NAME_SIZE];
      snprintf(name, sizeof name, "backbone.layers.%zu.%s", layer, suffixes[i]);
      synthetic_add(checkpoint, name, shapes[i][0], shapes[i][1], shapes[i][2], centers[i], spreads[i]);
    }
  }
  synthetic_add(checkpoint, "backbone.norm_f.weight", M, 0, 0, 1.0f, 0.5f);
  snprintf(checkpoint->config, sizeof checkpoint->config,
           "{\"model_type\":\"mamba\",\"num_hidden_layers\":2,\"hidden_size\":"
           "24,\"intermediate_size\":999,"
           "\"time_step_rank\":\"auto\",\"layer_norm_epsilon\":1e-05}");
}

static inline void synthetic_destroy(synthetic_checkpoint *checkpoint) {
  for (size_t i = 0; i < checkpoint->count; i++) {
    free(checkpoint->data[i]);
  }
}

/* Position of the tensor whose name ends like this. */
static inline size_t synthetic_find(const synthetic_checkpoint *checkpoint, const char *ending) {
  for (size_t i = 0; i < checkpoint->count; i++) {
    const size_t length = strlen(checkpoint->items[i].name), tail = strlen(ending);
    if (length >= tail && strcmp(checkpoint->items[i].name + (length - tail), ending) == 0) {
      return i;
    }
  }
  fail_msg("no tensor %s", ending);
  return 0;
}

static inline void synthetic_drop(synthetic_checkpoint *checkpoint, const char *ending) {
  const size_t index = synthetic_find(checkpoint, ending);
  free(checkpoint->data[index]);
  checkpoint->data[index] = NULL;
  checkpoint->count--;
  for (size_t i = index; i < checkpoint->count; i++) {
    checkpoint->data[i] = checkpoint->data[i + 1];
    checkpoint->items[i] = checkpoint->items[i + 1];
    memcpy(checkpoint->names[i], checkpoint->names[i + 1], SYNTHETIC_NAME_SIZE);
    checkpoint->items[i].name = checkpoint->names[i];
  }
}

static inline qref_status synthetic_sink(void *context, const void *data, size_t size, qref_error *error) {
  return qref_output_write(context, data, size, error);
}

static inline void synthetic_write_file(const qref_safetensors_item *items, size_t count, const char *directory,
                                        const char *name) {
  char path[TEST_PATH_SIZE];
  qref_output *output = NULL;
  join(path, directory, name);
  assert_int_equal(qref_output_open(path, &output, NULL), QREF_OK);
  assert_int_equal(qref_safetensors_write(items, count, NULL, 0, synthetic_sink, output, NULL), QREF_OK);
  assert_int_equal(qref_output_commit(output, NULL), QREF_OK);
}

static inline void synthetic_save(const synthetic_checkpoint *checkpoint, const char *directory) {
  write_text(directory, "config.json", checkpoint->config);
  synthetic_write_file(checkpoint->items, checkpoint->count, directory, "model.safetensors");
}

/* Even tensors in one shard, odd ones in another. */
static inline void synthetic_save_sharded(const synthetic_checkpoint *checkpoint, const char *directory) {
  static const char *const shards[2] = {"model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"};
  char index[16384];
  size_t used = (size_t)snprintf(index, sizeof index, "{\"metadata\":{\"total_size\":1},\"weight_map\":{");
  for (size_t shard = 0; shard < 2; shard++) {
    qref_safetensors_item items[SYNTHETIC_TENSOR_LIMIT];
    size_t count = 0;
    for (size_t i = shard; i < checkpoint->count; i += 2) {
      items[count++] = checkpoint->items[i];
      used += (size_t)snprintf(index + used, sizeof index - used, "%s\"%s\":\"%s\"", shard + count == 1 ? "" : ",",
                               checkpoint->items[i].name, shards[shard]);
    }
    synthetic_write_file(items, count, directory, shards[shard]);
  }
  snprintf(index + used, sizeof index - used, "}}");
  write_text(directory, "model.safetensors.index.json", index);
  write_text(directory, "config.json", checkpoint->config);
}

#endif
