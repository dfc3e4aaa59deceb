#include "ref/vectors/case/op_schema_table.h"

#define S qref_requantize_args
static const qref_attribute_schema attributes[] = {QREF_SIZE_FIELD(S, count), QREF_F32_FIELD(S, scale),
                                                   QREF_FIELDS_END};
static const qref_tensor_schema tensors[] = {QREF_INPUT(S, x, QREF_DTYPE_FLOAT32, "count"),
                                             QREF_INTERMEDIATE(S, before_rounding, QREF_DTYPE_FLOAT32, "count"),
                                             QREF_OUTPUT(S, y, QREF_DTYPE_INT8, "count"), QREF_TENSORS_END};
#undef S

QREF_DEFINE_RUN(requantize, requantize)

const qref_op_schema qref_op_schemas_requantize[1] = {{.op = QREF_OP_REQUANTIZE,
                                                       .rule_offset = offsetof(qref_requantize_args, rule),
                                                       .profile_offset = offsetof(qref_profile, requantize),
                                                       .accumulator_offset = QREF_NO_OFFSET,
                                                       .counts_offset = offsetof(qref_requantize_args, counts),
                                                       .threads_offset = offsetof(qref_requantize_args, threads),
                                                       .scratch_offset = QREF_NO_OFFSET,
                                                       .run = run_requantize,
                                                       .attributes = attributes,
                                                       .tensors = tensors}};
