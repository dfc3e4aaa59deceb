/* The suite `block`: a random quantized model of one layer, fed with a prefill and a few decode tokens. */
#include <math.h>
#include <stdlib.h>

#include "ref/base/error.h"
#include "ref/base/size.h"
#include "ref/model/quantized_model.h"
#include "ref/vectors/case/flags.h"
#include "ref/vectors/chain/chain.h"
#include "ref/vectors/generate/fill.h"

enum { VOCAB_SIZE = 16, MAX_TOKENS = 64 };

typedef struct block {
  const char *prefix;
  size_t batch, prefill_length, decode_length;
  size_t d_model, d_inner, d_state, d_conv, dt_rank;
} block;

/* A single sequence takes the single-row kernels in decode, a batch the others; bases 12 and 40 of the Hadamard. */
static const block blocks[] = {
    {"block_one", 1, 13, 4, 24, 48, 4, 4, 3},
    {"block_batch", 2, 9, 3, 40, 80, 16, 3, 5},
};

typedef struct random_model {
  qref_quantized_model model;
  qref_quantized_layer layer;
  int8_t *weights[QREF_LAYER_TENSOR_COUNT];
  int8_t *embedding;
  qref_float16 *embedding_scale;
} random_model;

static void destroy(random_model *random) {
  for (size_t i = 0; i < QREF_LAYER_TENSOR_COUNT; i++) {
    free(random->weights[i]);
  }
  free(random->embedding);
  free(random->embedding_scale);
}

static int8_t *random_codes(uint64_t seed, const char *prefix, const char *name, size_t count) {
  int8_t *codes = qref_allocate(count, 1);
  for (size_t i = 0; codes != NULL && i < count; i++) {
    codes[i] = (int8_t)((int)(qref_generate_bits(seed, prefix, name, i) >> 56) - 128);
  }
  return codes;
}

/* Output scale of a projection whose sums then spread over about a third of the int8 range: uniform codes have a
 * standard deviation of 74, activations of some 40. */
static float spread(float input_scale, float weight_scale, size_t depth) {
  return ((input_scale * weight_scale) * sqrtf((float)depth)) * 74.0f;
}

static qref_layer_scales scales_of(const block *shape) {
  qref_layer_scales s = {.norm_out = 0.025f,
                         .in_proj_w = 0.004f,
                         .conv1d_w = 0.011f,
                         .conv1d_bias = 0.009f,
                         .conv1d_out = 0.021f,
                         .x_proj_w = 0.0031f,
                         .dt_proj_w = 0.0053f,
                         .dt_bias = 0.017f,
                         .A_log = 0.0211f,
                         .D = 0.013f,
                         .scan_state = 0.15f,
                         .hadamard_out = 0.3f,
                         .out_proj_w = 0.0029f};
  s.in_proj_out = spread(s.norm_out, s.in_proj_w, shape->d_model);
  s.x_proj_out = spread(s.conv1d_out, s.x_proj_w, shape->d_inner);
  s.dt_proj_out = spread(s.x_proj_out, s.dt_proj_w, shape->dt_rank);
  return s;
}

static qref_status create(const block *shape, uint64_t seed, random_model *random, qref_error *error) {
  *random = (random_model){.model = {.config = {.n_layers = 1,
                                                .vocab_size = VOCAB_SIZE,
                                                .d_model = shape->d_model,
                                                .d_inner = shape->d_inner,
                                                .d_state = shape->d_state,
                                                .d_conv = shape->d_conv,
                                                .dt_rank = shape->dt_rank,
                                                .norm_eps = 1e-5f,
                                                .checkpoint_dtype = QREF_DTYPE_FLOAT32}}};
  qref_quantized_model *model = &random->model;
  bool made = true;
  for (size_t i = 0; i < QREF_LAYER_TENSOR_COUNT; i++) {
    const qref_layer_tensor which = (qref_layer_tensor)i;
    random->weights[i] = random_codes(seed, shape->prefix, qref_layer_tensor_name(which),
                                      qref_layer_tensor_count(&model->config, which));
    random->layer.tensor[i] = random->weights[i];
    made = made && random->weights[i] != NULL;
  }
  random->layer.scales = scales_of(shape);
  random->embedding = random_codes(seed, shape->prefix, "embedding", VOCAB_SIZE * shape->d_model);
  random->embedding_scale = qref_allocate(VOCAB_SIZE, sizeof *random->embedding_scale);
  if (!made || random->embedding == NULL || random->embedding_scale == NULL) {
    destroy(random);
    return qref_fail(error, QREF_ERROR_MEMORY, "%s: no memory for the weights", shape->prefix);
  }
  for (size_t i = 0; i < VOCAB_SIZE; i++) {
    random->embedding_scale[i] = qref_f16_from_f32(0.0078125f * (float)(i + 1));
  }
  model->embedding = random->embedding;
  model->embedding_scale = random->embedding_scale;
  model->layers = &random->layer;
  return QREF_OK;
}

static qref_status record(const block *shape, uint64_t seed, const qref_profile *profile, qref_chain *chain,
                          qref_error *error) {
  int32_t tokens[MAX_TOKENS];
  for (size_t i = 0; i < MAX_TOKENS; i++) {
    tokens[i] = (int32_t)(qref_generate_bits(seed, shape->prefix, "tokens", i) % VOCAB_SIZE);
  }
  random_model random;
  QREF_TRY(create(shape, seed, &random, error));
  const qref_chain_options options = {
      .model = &random.model,
      .profile = profile,
      .layer = 0,
      .batch = shape->batch,
      .prefill = tokens,
      .prefill_length = shape->prefill_length,
      .decode = tokens + shape->batch * shape->prefill_length,
      .decode_length = shape->decode_length,
      .prefix = shape->prefix,
      .flags = QREF_FLAG_BIT(QREF_FLAG_CHAIN) | QREF_FLAG_BIT(QREF_FLAG_PREFILL_DECODE),
  };
  const qref_status status = qref_chain_record(&options, chain, error);
  destroy(&random);
  return status;
}

qref_status qref_chain_block(uint64_t seed, const qref_profile *profile, qref_chain *chain, qref_error *error) {
  *chain = (qref_chain){0};
  for (size_t i = 0; i < sizeof blocks / sizeof blocks[0]; i++) {
    qref_status status = record(&blocks[i], seed, profile, chain, error);
    if (status != QREF_OK) {
      qref_chain_free(chain);
      return status;
    }
  }
  return QREF_OK;
}
