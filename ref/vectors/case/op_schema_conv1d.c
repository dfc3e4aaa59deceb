#include "ref/vectors/case/op_schema_table.h"

#define I8 QREF_DTYPE_INT8
#define F32 QREF_DTYPE_FLOAT32

/* ---- whole sequence ---- */

#define S qref_conv1d_silu_args
static const qref_attribute_schema sequence_attributes[] = {QREF_SIZE_FIELD(S, batch),     QREF_SIZE_FIELD(S, channels),
                                                            QREF_SIZE_FIELD(S, length),    QREF_SIZE_FIELD(S, width),
                                                            QREF_F32_FIELD(S, x_scale),    QREF_F32_FIELD(S, w_scale),
                                                            QREF_F32_FIELD(S, bias_scale), QREF_F32_FIELD(S, out_scale),
                                                            QREF_BOOL_FIELD(S, silu),      QREF_FIELDS_END};
static const qref_tensor_schema sequence_tensors[] = {
    QREF_INPUT(S, x, I8, "batch", "channels", "length"),
    QREF_INPUT(S, w, I8, "channels", "width"),
    QREF_OPTIONAL_INPUT(S, bias, I8, "channels"),
    QREF_ACCUMULATOR(S, "batch", "channels", "length"),
    QREF_INTERMEDIATE(S, before_activation, F32, "batch", "channels", "length"),
    QREF_INTERMEDIATE(S, after_activation, F32, "batch", "channels", "length"),
    QREF_INTERMEDIATE(S, before_rounding, F32, "batch", "channels", "length"),
    QREF_OUTPUT(S, y, I8, "batch", "channels", "length"),
    QREF_TENSORS_END};
#undef S

/* ---- one token ---- */

#define S qref_conv1d_silu_update_args
static const qref_attribute_schema token_attributes[] = {
    QREF_SIZE_FIELD(S, batch),    QREF_SIZE_FIELD(S, channels), QREF_SIZE_FIELD(S, width),
    QREF_F32_FIELD(S, x_scale),   QREF_F32_FIELD(S, w_scale),   QREF_F32_FIELD(S, bias_scale),
    QREF_F32_FIELD(S, out_scale), QREF_BOOL_FIELD(S, silu),     QREF_FIELDS_END};
static const qref_tensor_schema token_tensors[] = {QREF_START(state, I8, "batch", "channels", "width"),
                                                   QREF_INPUT(S, x, I8, "batch", "channels"),
                                                   QREF_INPUT(S, w, I8, "channels", "width"),
                                                   QREF_OPTIONAL_INPUT(S, bias, I8, "channels"),
                                                   QREF_INTERMEDIATE(S, tap_sum, F32, "batch", "channels", "width"),
                                                   QREF_INTERMEDIATE(S, before_activation, F32, "batch", "channels"),
                                                   QREF_INTERMEDIATE(S, after_activation, F32, "batch", "channels"),
                                                   QREF_INTERMEDIATE(S, before_rounding, F32, "batch", "channels"),
                                                   QREF_OUTPUT(S, y, I8, "batch", "channels"),
                                                   QREF_IN_PLACE(S, state, I8, "batch", "channels", "width"),
                                                   QREF_TENSORS_END};
#undef S

/* ---- float simulation ---- */

#define S qref_conv1d_silu_floatsim_args
static const qref_attribute_schema simulation_attributes[] = {
    QREF_SIZE_FIELD(S, batch),     QREF_SIZE_FIELD(S, channels),
    QREF_SIZE_FIELD(S, length),    QREF_SIZE_FIELD(S, width),
    QREF_F32_FIELD(S, x_scale),    QREF_F32_FIELD(S, w_scale),
    QREF_F32_FIELD(S, bias_scale), QREF_F32_FIELD(S, effective_scale),
    QREF_BOOL_FIELD(S, silu),      QREF_FIELDS_END};
static const qref_tensor_schema simulation_tensors[] = {
    QREF_INPUT(S, x, I8, "batch", "channels", "length"),
    QREF_INPUT(S, w, I8, "channels", "width"),
    QREF_OPTIONAL_INPUT(S, bias, I8, "channels"),
    QREF_INTERMEDIATE(S, before_activation, F32, "batch", "channels", "length"),
    QREF_INTERMEDIATE(S, before_quant, F32, "batch", "channels", "length"),
    QREF_INTERMEDIATE(S, before_rounding, F32, "batch", "channels", "length"),
    QREF_OUTPUT(S, after_quant, F32, "batch", "channels", "length"),
    QREF_TENSORS_END};
#undef S

QREF_DEFINE_RUN(conv1d_silu, conv1d_silu)
QREF_DEFINE_RUN(conv1d_silu_update, conv1d_silu_update)
QREF_DEFINE_RUN(conv1d_silu_floatsim, conv1d_silu_floatsim)

const qref_op_schema qref_op_schemas_conv1d[3] = {
    {.op = QREF_OP_CONV1D_SILU,
     .rule_offset = offsetof(qref_conv1d_silu_args, rule),
     .profile_offset = offsetof(qref_profile, conv1d_silu),
     .accumulator_offset = offsetof(qref_profile, conv1d_silu.accumulator),
     .counts_offset = offsetof(qref_conv1d_silu_args, counts),
     .threads_offset = offsetof(qref_conv1d_silu_args, threads),
     .scratch_offset = QREF_NO_OFFSET,
     .run = run_conv1d_silu,
     .attributes = sequence_attributes,
     .tensors = sequence_tensors},
    {.op = QREF_OP_CONV1D_SILU_UPDATE,
     .rule_offset = offsetof(qref_conv1d_silu_update_args, rule),
     .profile_offset = offsetof(qref_profile, conv1d_silu_update),
     .accumulator_offset = QREF_NO_OFFSET,
     .counts_offset = offsetof(qref_conv1d_silu_update_args, counts),
     .threads_offset = offsetof(qref_conv1d_silu_update_args, threads),
     .scratch_offset = QREF_NO_OFFSET,
     .run = run_conv1d_silu_update,
     .attributes = token_attributes,
     .tensors = token_tensors},
    {.op = QREF_OP_CONV1D_SILU_FLOATSIM,
     .rule_offset = offsetof(qref_conv1d_silu_floatsim_args, rule),
     .profile_offset = offsetof(qref_profile, conv1d_floatsim),
     .accumulator_offset = QREF_NO_OFFSET,
     .counts_offset = QREF_NO_OFFSET,
     .threads_offset = offsetof(qref_conv1d_silu_floatsim_args, threads),
     .scratch_offset = QREF_NO_OFFSET,
     .run = run_conv1d_silu_floatsim,
     .attributes = simulation_attributes,
     .tensors = simulation_tensors}};
