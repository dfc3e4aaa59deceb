/* Writes a Mamba checkpoint of random weights in the Hugging Face layout, for measurements of time and memory:
 *   random_model DIR [d_model n_layers vocab_size]        default: 768 24 50280, the shape of the 130 M model
 * The weights follow Mamba's own initialization and come from the counter-based generator: the same on every run. */
#include <math.h>
#include <qref/qref.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ref/base/file.h"
#include "ref/base/size.h"
#include "ref/model/safetensors.h"

enum { STATES = 16, WIDTH = 4, TENSORS_PER_LAYER = 10 };

typedef struct checkpoint {
  qref_safetensors_item *items;
  size_t count;
  size_t parameters;
} checkpoint;

/* How a tensor's elements are drawn. */
typedef enum fill { FILL_UNIFORM, FILL_ONES, FILL_A_LOG, FILL_DT_BIAS } fill;

static double uniform(uint64_t stream, uint64_t index) {
  return (double)(qref_random_bits(130, stream, index) >> 11) * 0x1p-53;
}

static double element(fill how, double range, uint64_t stream, size_t i) {
  switch (how) {
    case FILL_ONES:
      return 1.0;
    case FILL_A_LOG:
      return log((double)(i % STATES + 1));
    case FILL_DT_BIAS: { /* the inverse of softplus of a time step between 0.001 and 0.1 */
      double dt = exp(log(0.001) + uniform(stream, i) * (log(0.1) - log(0.001)));
      return dt + log(-expm1(-dt));
    }
    case FILL_UNIFORM:
      break;
  }
  return (2.0 * uniform(stream, i) - 1.0) * range;
}

/* Adds a float16 tensor of up to 3 dimensions (0 where there are fewer). */
static void add(checkpoint *model, const char *name, size_t a, size_t b, size_t c, fill how, double range) {
  qref_safetensors_item *item = &model->items[model->count];
  item->name = strdup(name);
  item->dtype = QREF_DTYPE_FLOAT16;
  item->dimensions = c != 0 ? 3 : b != 0 ? 2 : 1;
  item->shape[0] = a;
  item->shape[1] = b;
  item->shape[2] = c;
  size_t count = a * (b != 0 ? b : 1) * (c != 0 ? c : 1);
  qref_float16 *data = qref_allocate(count, sizeof(qref_float16));
  if (data == NULL || item->name == NULL) {
    fprintf(stderr, "random_model: no memory for %s\n", name);
    exit(2);
  }
  for (size_t i = 0; i < count; i++) {
    data[i] = qref_f16_from_f64(element(how, range, model->count, i));
  }
  item->data = data;
  model->count++;
  model->parameters += count;
}

static void add_layer(checkpoint *model, size_t layer, size_t d_model) {
  size_t d_inner = 2 * d_model;
  size_t dt_rank = (d_model + 15) / 16;
  const struct {
    const char *name;
    size_t a, b, c;
    fill how;
    double range;
  } tensors[TENSORS_PER_LAYER] = {
      {"norm.weight", d_model, 0, 0, FILL_ONES, 0.0},
      {"mixer.in_proj.weight", 2 * d_inner, d_model, 0, FILL_UNIFORM, 1.0 / sqrt((double)d_model)},
      {"mixer.conv1d.weight", d_inner, 1, WIDTH, FILL_UNIFORM, 0.5},
      {"mixer.conv1d.bias", d_inner, 0, 0, FILL_UNIFORM, 0.5},
      {"mixer.x_proj.weight", dt_rank + 2 * STATES, d_inner, 0, FILL_UNIFORM, 1.0 / sqrt((double)d_inner)},
      {"mixer.dt_proj.weight", d_inner, dt_rank, 0, FILL_UNIFORM, 1.0 / sqrt((double)dt_rank)},
      {"mixer.dt_proj.bias", d_inner, 0, 0, FILL_DT_BIAS, 0.0},
      {"mixer.A_log", d_inner, STATES, 0, FILL_A_LOG, 0.0},
      {"mixer.D", d_inner, 0, 0, FILL_ONES, 0.0},
      {"mixer.out_proj.weight", d_model, d_inner, 0, FILL_UNIFORM, 1.0 / sqrt((double)d_inner)},
  };
  for (size_t i = 0; i < TENSORS_PER_LAYER; i++) {
    char name[128];
    snprintf(name, sizeof name, "backbone.layers.%zu.%s", layer, tensors[i].name);
    add(model, name, tensors[i].a, tensors[i].b, tensors[i].c, tensors[i].how, tensors[i].range);
  }
}

static qref_status write_bytes(void *context, const void *data, size_t size, qref_error *error) {
  return qref_output_write(context, data, size, error);
}

static qref_status write_checkpoint(const checkpoint *model, const char *directory, const char *config,
                                    qref_error *error) {
  char *config_path = qref_path_join(directory, "config.json");
  char *weights_path = qref_path_join(directory, "model.safetensors");
  const qref_output_item config_item = {config_path, config, strlen(config)};
  const qref_safetensors_metadata_item metadata = {"format", "pt"};
  qref_output *output = NULL;
  bool created = false;
  qref_status status = qref_make_directory(directory, &created, error);
  if (status == QREF_OK) {
    status = qref_output_open(weights_path, &output, error);
  }
  if (status == QREF_OK) {
    status = qref_safetensors_write(model->items, model->count, &metadata, 1, write_bytes, output, error);
    if (status == QREF_OK) {
      status = qref_output_commit(output, error);
    } else {
      qref_output_discard(output);
    }
  }
  if (status == QREF_OK) {
    status = qref_output_write_all(&config_item, 1, error);
  }
  free(config_path);
  free(weights_path);
  return status;
}

int main(int argc, char **argv) {
  if ((argc != 2 && argc != 5) || argv[1][0] == '-') {
    fprintf(stderr, "usage: random_model DIR [d_model n_layers vocab_size]\n");
    return 2;
  }
  size_t d_model = argc == 5 ? strtoul(argv[2], NULL, 10) : 768;
  size_t n_layers = argc == 5 ? strtoul(argv[3], NULL, 10) : 24;
  size_t vocab_size = argc == 5 ? strtoul(argv[4], NULL, 10) : 50280;
  checkpoint model = {qref_allocate_zeroed(2 + n_layers * TENSORS_PER_LAYER, sizeof(qref_safetensors_item)), 0, 0};
  if (model.items == NULL || d_model == 0 || n_layers == 0 || vocab_size == 0) {
    fprintf(stderr, "random_model: expected three dimensions of at least 1 that fit memory\n");
    return 2;
  }
  add(&model, "backbone.embeddings.weight", vocab_size, d_model, 0, FILL_UNIFORM, 0.035);
  for (size_t layer = 0; layer < n_layers; layer++) {
    add_layer(&model, layer, d_model);
  }
  add(&model, "backbone.norm_f.weight", d_model, 0, 0, FILL_ONES, 0.0);

  char config[512];
  snprintf(
      config, sizeof config,
      "{\"architectures\": [\"MambaForCausalLM\"], \"model_type\": \"mamba\", \"vocab_size\": %zu, \"hidden_size\": "
      "%zu, \"intermediate_size\": %zu, \"state_size\": %d, \"num_hidden_layers\": %zu, \"conv_kernel\": %d, "
      "\"time_step_rank\": \"auto\", \"use_bias\": false, \"use_conv_bias\": true, \"hidden_act\": \"silu\", "
      "\"layer_norm_epsilon\": 1e-05, \"tie_word_embeddings\": true, \"torch_dtype\": \"float16\"}\n",
      vocab_size, d_model, 2 * d_model, STATES, n_layers, WIDTH);
  qref_error error = {""};
  if (write_checkpoint(&model, argv[1], config, &error) != QREF_OK) {
    fprintf(stderr, "random_model: %s\n", error.message);
    return 2;
  }
  printf("%s: %zu parameters in %zu tensors\n", argv[1], model.parameters, model.count);
  for (size_t i = 0; i < model.count; i++) {
    free((void *)(uintptr_t)model.items[i].name);
    free((void *)(uintptr_t)model.items[i].data);
  }
  free(model.items);
  return 0;
}
