#include "ref/vectors/generate/plan_linear.h"

#include <stdio.h>
#include <string.h>

#include "ref/base/error.h"

qref_seek_stream qref_linear_stream(const qref_case *item, uint64_t seed) {
  return (qref_seek_stream){.seed = seed, .case_id = item->id, .name = "seek"};
}

bool qref_linear_is_f16(const qref_case *item) {
  return item->schema->op == QREF_OP_LINEAR_W8A8_F16;
}

bool qref_linear_has_input_scale(const qref_case *item) {
  return item->schema->op != QREF_OP_LINEAR_W8A8_ROW;
}

bool qref_linear_scale_per_column(const qref_case *item) {
  return item->schema->op == QREF_OP_LINEAR_W8A8_PARALLEL || item->schema->op == QREF_OP_LINEAR_W8A8_PER_CHANNEL;
}

qref_linear_rule *qref_linear_rule_of(qref_case *item) {
  switch (item->schema->op) {
    case QREF_OP_LINEAR_W8A8_ROW:
      return &item->profile.linear_row;
    case QREF_OP_LINEAR_W8A8_PER_CHANNEL:
      return &item->profile.linear_per_channel;
    default:
      return &item->profile.linear;
  }
}

float qref_linear_value(qref_linear_order order, int32_t sum, float weight_scale, float input_scale) {
  const float acc = (float)sum;
  if (order == QREF_LINEAR_SCALES_FIRST) {
    const float scale = weight_scale * input_scale;
    return scale * acc;
  }
  const float first = acc * (order == QREF_LINEAR_SUM_FIRST ? weight_scale : input_scale);
  return first * (order == QREF_LINEAR_SUM_FIRST ? input_scale : weight_scale);
}

qref_linear_order qref_linear_order_of(const qref_case *item) {
  return item->schema->op == QREF_OP_LINEAR_W8A8_PER_CHANNEL ? QREF_LINEAR_SCALES_FIRST : QREF_LINEAR_SUM_FIRST;
}

uint32_t qref_linear_stored(qref_case *item, float value) {
  if (qref_linear_is_f16(item)) {
    return qref_f16_from_f32(value);
  }
  return (uint32_t)(int32_t)qref_round_to_int8(value, &qref_linear_rule_of(item)->output, 0, NULL);
}

int32_t qref_linear_tie_distance(const qref_case *item, float value) {
  return qref_linear_is_f16(item) ? qref_seek_f16_tie_distance(value) : qref_seek_tie_distance(value);
}

void qref_linear_prepare(qref_case *item, qref_seek_stream *stream) {
  const size_t depth = item->args.linear_w8a8.depth;
  int8_t *x = qref_case_i8(item, "x");
  for (size_t m = 0; m < item->args.linear_w8a8.rows; m++) {
    for (size_t k = 0; k < depth; k++) {
      int8_t *element = &x[m * depth + k];
      if (m == 0) {
        const int64_t large = qref_seek_integer(stream, 100, 127);
        *element = k + 1 == depth ? 1 : (int8_t)(qref_seek_integer(stream, 0, 1) == 0 ? large : -large);
      } else {
        *element = m == 1 ? (int8_t)-x[k] : (int8_t)qref_seek_integer(stream, -128, 127);
      }
    }
  }
}

qref_status qref_linear_set_sum(qref_case *item, qref_seek_stream *stream, size_t n, int64_t sum, qref_error *error) {
  const size_t depth = item->args.linear_w8a8.depth;
  int8_t *w = qref_case_i8(item, "w") + n * depth;
  for (size_t k = 0; k < depth; k++) {
    w[k] = (int8_t)(k + 1 == depth ? 0 : qref_seek_integer(stream, -128, 127));
  }
  if (!qref_seek_dot(qref_case_i8(item, "x"), w, depth, 1, sum)) {
    return qref_fail(error, QREF_ERROR_ARGUMENT, "case %s: column %zu: a sum of %lld is out of reach of depth %zu",
                     item->id, n, (long long)sum, depth);
  }
  return QREF_OK;
}

void qref_linear_set_scales(qref_case *item, float weight_scale, float input_scale) {
  qref_case_tensor *scales = qref_case_tensor_of(item, "weight_scale");
  float *values = scales->data;
  for (size_t n = 0; n < scales->count; n++) {
    values[n] = weight_scale;
  }
  item->args.linear_w8a8.input_scale = qref_linear_has_input_scale(item) ? input_scale : 0.0f;
}

float qref_linear_power(int exponent) {
  return qref_f32_from_bits((uint32_t)(exponent + 127) << 23);
}

qref_planned_case *qref_linear_add(qref_plan *plan, qref_op op, const char *name, uint64_t flags, size_t rows,
                                   size_t columns, size_t depth, qref_case_fill fill, int64_t parameter) {
  qref_planned_case *planned = qref_plan_add(plan, op, name, flags, fill, parameter);
  const bool single_row = op == QREF_OP_LINEAR_W8A8_ROW || op == QREF_OP_LINEAR_W8A8_PER_CHANNEL;
  planned->item.args.linear_w8a8.rows = single_row ? 1 : rows;
  planned->item.args.linear_w8a8.columns = columns;
  planned->item.args.linear_w8a8.depth = depth;
  return planned;
}

void qref_linear_set_rule(qref_planned_case *planned, const qref_linear_rule *rule, const char *variant) {
  const qref_op op = planned->item.schema->op;
  char name[64];
  snprintf(name, sizeof name, "%s-%s",
           op == QREF_OP_LINEAR_W8A8_ROW           ? "linear_row"
           : op == QREF_OP_LINEAR_W8A8_PER_CHANNEL ? "linear_per_channel"
                                                   : "linear",
           variant);
  *qref_linear_rule_of(&planned->item) = *rule;
  qref_planned_variant(planned, name);
}
