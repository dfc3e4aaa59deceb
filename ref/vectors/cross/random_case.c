#include "ref/vectors/cross/random_case.h"

#include <stdio.h>
#include <string.h>

/* Tells the streams of random cases from those of suites. */
#define STREAM UINT64_C(0x63726f7373000000)

static void draw_profile(qref_cross_random *random, const qref_cross_random_options *options, qref_profile *profile) {
  const size_t drawn = options->profile_count + (options->random_rules ? 1 : 0);
  const size_t choice = drawn < 2 ? 0 : qref_cross_below(random, (uint32_t)drawn);
  if (choice < options->profile_count) {
    *profile = options->profiles != NULL ? options->profiles[choice] : *qref_profile_at(choice);
    return;
  }
  *profile = *qref_profile_at(0);
  snprintf(profile->name, sizeof profile->name, "%s", QREF_CROSS_RANDOM_RULES);
  qref_cross_random_rules(random, profile);
}

/* Inside the vocabulary, but for a rare one that the op refuses. */
static void fill_tokens(qref_cross_random *random, const qref_case *item, int32_t *tokens, size_t count) {
  const uint32_t vocabulary = (uint32_t)item->args.embedding_w8.vocab_size;
  for (size_t i = 0; i < count; i++) {
    tokens[i] = (int32_t)qref_cross_below(random, vocabulary);
  }
  if (qref_cross_one_in(random, 128)) {
    tokens[qref_cross_below(random, (uint32_t)count)] = qref_cross_one_in(random, 2) ? -1 : (int32_t)vocabulary;
  }
}

static void fill_scales(qref_cross_random *random, const qref_case *item, float *scales, size_t count) {
  const bool one_factor = item->schema->op == QREF_OP_LINEAR_W8A8_ROW;
  for (size_t i = 0; i < count; i++) {
    scales[i] = qref_cross_scale(random, one_factor ? 0.001f : 0.01f);
    /* of many scales, one that is refused would be in nearly every case */
    if (i >= 4 && !(scales[i] > 0.0f && scales[i] <= 1e30f)) {
      scales[i] = 0.01f;
    }
  }
}

static void fill(qref_cross_random *random, const qref_case *item, const qref_case_tensor *tensor, void *data) {
  if (strcmp(tensor->schema->name, "weight_scale") == 0) {
    fill_scales(random, item, data, tensor->count);
    return;
  }
  switch (tensor->schema->dtype) {
    case QREF_DTYPE_INT8:
      qref_cross_fill_i8(random, data, tensor->count);
      break;
    case QREF_DTYPE_FLOAT16:
      qref_cross_fill_f16(random, data, tensor->count);
      break;
    case QREF_DTYPE_FLOAT32:
      qref_cross_fill_f32(random, data, tensor->count);
      break;
    case QREF_DTYPE_INT32: /* the only such input */
      fill_tokens(random, item, data, tensor->count);
      break;
    case QREF_DTYPE_INT64:
    case QREF_DTYPE_BFLOAT16:
    default:
      break;
  }
}

qref_status qref_cross_random_case(const qref_cross_random_options *options, qref_op op, uint64_t index,
                                   qref_cross_workspace *workspace, qref_case *item, uint64_t *variation,
                                   qref_error *error) {
  qref_cross_random random = {qref_random_bits(options->seed, STREAM + (uint64_t)op, index)};
  qref_profile profile;
  draw_profile(&random, options, &profile);
  qref_case_begin(item, op, "random", &profile);
  *variation = qref_cross_bits(&random);
  qref_cross_random_attributes(&random, item);
  qref_status status = qref_cross_lay_out(workspace, item, *variation, error);
  for (size_t i = 0; status == QREF_OK && i < item->tensor_count; i++) {
    const qref_case_tensor *tensor = &item->tensors[i];
    if (tensor->present && tensor->schema->role == QREF_ROLE_INPUT) {
      fill(&random, item, tensor, qref_cross_input(workspace, i));
    }
  }
  return status;
}
