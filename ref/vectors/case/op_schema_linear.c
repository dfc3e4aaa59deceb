#include "ref/vectors/case/op_schema_table.h"

#define I8 QREF_DTYPE_INT8
#define F32 QREF_DTYPE_FLOAT32
#define S qref_linear_w8a8_args

static const qref_attribute_schema attributes[] = {QREF_SIZE_FIELD(S, rows), QREF_SIZE_FIELD(S, columns),
                                                   QREF_SIZE_FIELD(S, depth), QREF_F32_FIELD(S, input_scale),
                                                   QREF_FIELDS_END};
/* One factor holds all scales. */
static const qref_attribute_schema row_attributes[] = {QREF_SIZE_FIELD(S, rows), QREF_SIZE_FIELD(S, columns),
                                                       QREF_SIZE_FIELD(S, depth), QREF_FIELDS_END};

#define TENSORS(weight_scales, ...)                                                                  \
  {                                                                                                  \
    QREF_INPUT(S, x, I8, "rows", "depth"), QREF_INPUT(S, w, I8, "columns", "depth"),                 \
        QREF_INPUT(S, weight_scale, F32, weight_scales), QREF_ACCUMULATOR(S, "rows", "columns"),     \
        QREF_INTERMEDIATE(S, before_rounding, F32, "rows", "columns"), __VA_ARGS__, QREF_TENSORS_END \
  }
static const qref_tensor_schema one_scale[] = TENSORS("1", QREF_OUTPUT(S, y, I8, "rows", "columns"));
static const qref_tensor_schema column_scales[] = TENSORS("columns", QREF_OUTPUT(S, y, I8, "rows", "columns"));
static const qref_tensor_schema float16_output[] =
    TENSORS("1", QREF_OUTPUT(S, y_f16, QREF_DTYPE_FLOAT16, "rows", "columns"));

QREF_DEFINE_RUN(linear_w8a8, linear_w8a8)
QREF_DEFINE_RUN(linear_w8a8_f16, linear_w8a8)
QREF_DEFINE_RUN(linear_w8a8_parallel, linear_w8a8)
QREF_DEFINE_RUN(linear_w8a8_row, linear_w8a8)
QREF_DEFINE_RUN(linear_w8a8_per_channel, linear_w8a8)

#define FORM(op_, rule_, run_, attributes_, tensors_)                                                      \
  {                                                                                                        \
    .op = (op_), .rule_offset = offsetof(S, rule), .profile_offset = offsetof(qref_profile, rule_),        \
    .accumulator_offset = offsetof(qref_profile, rule_.accumulator), .counts_offset = offsetof(S, counts), \
    .threads_offset = offsetof(S, threads), .scratch_offset = QREF_NO_OFFSET, .run = (run_),               \
    .attributes = (attributes_), .tensors = (tensors_)                                                     \
  }
const qref_op_schema qref_op_schemas_linear[5] = {
    FORM(QREF_OP_LINEAR_W8A8, linear, run_linear_w8a8, attributes, one_scale),
    FORM(QREF_OP_LINEAR_W8A8_F16, linear, run_linear_w8a8_f16, attributes, float16_output),
    FORM(QREF_OP_LINEAR_W8A8_PARALLEL, linear, run_linear_w8a8_parallel, attributes, column_scales),
    FORM(QREF_OP_LINEAR_W8A8_ROW, linear_row, run_linear_w8a8_row, row_attributes, one_scale),
    FORM(QREF_OP_LINEAR_W8A8_PER_CHANNEL, linear_per_channel, run_linear_w8a8_per_channel, attributes, column_scales)};
