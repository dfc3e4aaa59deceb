#include "ref/vectors/suite/element_verdict.h"

#include <math.h>
#include <string.h>

#include "ref/vectors/verdict.h"

/* The rule that rounds the int8 results of the op, or NULL. */
static const qref_rounding_rule *rounding_rule(const qref_case *item) {
  const qref_profile *profile = &item->profile;
  switch (item->schema->op) {
    case QREF_OP_CONV1D_SILU:
      return &profile->conv1d_silu.output.round;
    case QREF_OP_CONV1D_SILU_UPDATE:
      return &profile->conv1d_silu_update.output.round;
    case QREF_OP_REQUANTIZE:
      return &profile->requantize.round;
    case QREF_OP_LINEAR_W8A8:
    case QREF_OP_LINEAR_W8A8_PARALLEL:
      return &profile->linear.output;
    case QREF_OP_LINEAR_W8A8_ROW:
      return &profile->linear_row.output;
    case QREF_OP_LINEAR_W8A8_PER_CHANNEL:
      return &profile->linear_per_channel.output;
    case QREF_OP_SELECTIVE_SCAN:
      return &profile->selective_scan.state.round;
    case QREF_OP_SELECTIVE_SCAN_UPDATE:
      return &profile->selective_scan_update.state.round;
    case QREF_OP_RMSNORM:
      return &profile->rmsnorm.output.round;
    case QREF_OP_HADAMARD:
      return &profile->hadamard.output;
    case QREF_OP_CONV1D_SILU_FLOATSIM:
    case QREF_OP_LINEAR_W8A8_F16:
    case QREF_OP_EMBEDDING_W8:
    case QREF_OP_LINEAR_F32:
    case QREF_OP_CONV1D_SILU_F32:
    case QREF_OP_SELECTIVE_SCAN_F32:
    case QREF_OP_RMSNORM_F32:
    case QREF_OP_HADAMARD_F32:
    case QREF_OP_COUNT:
    default:
      return NULL;
  }
}

/* The tensor of what an output was before rounding, laid out as it is; NULL if there is none. */
static const float *values_before(const qref_case *item, const qref_case_tensor *tensor) {
  const char *name = tensor->schema->name;
  const bool is_state = strcmp(name, "state") == 0 || strcmp(name, "state_out") == 0;
  const bool is_y = strcmp(name, "y") == 0 || strcmp(name, "y_f16") == 0;
  if (tensor->schema->role != QREF_ROLE_OUTPUT || (!is_state && !is_y)) {
    return NULL;
  }
  const char *const candidates[] = {is_state ? "state_before_rounding" : "before_rounding",
                                    is_state ? "state_before_rounding" : "before_store"};
  for (size_t i = 0; i < 2; i++) {
    const qref_case_tensor *before = qref_case_tensor_const(item, candidates[i]);
    if (before != NULL && before->present && before->data != NULL && before->count == tensor->count &&
        before->schema->dtype == QREF_DTYPE_FLOAT32) {
      return before->data;
    }
  }
  return NULL;
}

/* Whether the value rounds to the stored float16 if it is moved by 2 ulp. */
static bool is_tie_f16(float before, uint32_t stored_bits) {
  float below = before;
  float above = before;
  for (int i = 0; i < 2; i++) {
    below = nextafterf(below, -INFINITY);
    above = nextafterf(above, INFINITY);
    if (qref_f16_from_f32(below) == stored_bits || qref_f16_from_f32(above) == stored_bits) {
      return true;
    }
  }
  return false;
}

qref_element_verdict qref_element_verdict_of(const qref_case *item, size_t t, size_t index, uint32_t stored_bits) {
  const qref_case_tensor *tensor = &item->tensors[t];
  const uint32_t expected_bits = qref_case_tensor_bits(tensor, index);
  const float *before = values_before(item, tensor);
  qref_element_verdict result = {
      .verdict = stored_bits == expected_bits ? QREF_VERDICT_EXACT : QREF_VERDICT_BUG,
      .before_rounding = before != NULL ? before[index] : NAN,
      .boundary_distance = (double)NAN,
  };
  const qref_rounding_rule *rule = rounding_rule(item);
  if (before == NULL) {
    return result;
  }
  if (tensor->schema->dtype == QREF_DTYPE_INT8 && rule != NULL) {
    int8_t stored = 0;
    const uint8_t byte = (uint8_t)(stored_bits & 0xffu);
    memcpy(&stored, &byte, 1);
    result.verdict = qref_verdict_int8(stored, ((const int8_t *)tensor->data)[index], before[index], rule, index, 0.0);
    result.boundary_distance = qref_boundary_distance((double)before[index], rule->rounding);
  } else if (tensor->schema->dtype == QREF_DTYPE_FLOAT16 && result.verdict == QREF_VERDICT_BUG &&
             is_tie_f16(before[index], stored_bits)) {
    result.verdict = QREF_VERDICT_TIE;
  }
  return result;
}
