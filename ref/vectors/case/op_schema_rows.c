#include "ref/vectors/case/op_schema_table.h"

#define I8 QREF_DTYPE_INT8
#define F16 QREF_DTYPE_FLOAT16
#define F32 QREF_DTYPE_FLOAT32

/* ---- RMSNorm; row_scale being present selects the dynamic mode ---- */

#define S qref_rmsnorm_args
static const qref_attribute_schema rmsnorm_attributes[] = {QREF_SIZE_FIELD(S, rows), QREF_SIZE_FIELD(S, n),
                                                           QREF_F32_FIELD(S, eps), QREF_F32_FIELD(S, out_scale),
                                                           QREF_FIELDS_END};
static const qref_tensor_schema rmsnorm_tensors[] = {QREF_INPUT(S, x, F16, "rows", "n"),
                                                     QREF_OPTIONAL_INPUT(S, residual, F32, "rows", "n"),
                                                     QREF_INPUT(S, weight, F32, "n"),
                                                     QREF_INTERMEDIATE(S, mean_square, F32, "rows"),
                                                     QREF_INTERMEDIATE(S, rstd, F32, "rows"),
                                                     QREF_INTERMEDIATE(S, normalized, F32, "rows", "n"),
                                                     QREF_INTERMEDIATE(S, before_rounding, F32, "rows", "n"),
                                                     QREF_OPTIONAL_OUTPUT(S, row_scale, F32, "rows"),
                                                     QREF_OUTPUT(S, residual_out, F32, "rows", "n"),
                                                     QREF_OUTPUT(S, y, I8, "rows", "n"),
                                                     QREF_TENSORS_END};
#undef S

/* ---- Hadamard ---- */

#define S qref_hadamard_args
static const qref_attribute_schema hadamard_attributes[] = {QREF_SIZE_FIELD(S, rows), QREF_SIZE_FIELD(S, dim),
                                                            QREF_F32_FIELD(S, scale), QREF_FIELDS_END};
static const qref_tensor_schema hadamard_tensors[] = {
    QREF_INPUT(S, x, F16, "rows", "dim"), QREF_INTERMEDIATE(S, transformed, F32, "rows", "dim"),
    QREF_INTERMEDIATE(S, before_rounding, F32, "rows", "dim"), QREF_OUTPUT(S, y, I8, "rows", "dim"), QREF_TENSORS_END};
#undef S

static size_t hadamard_scratch(const qref_op_args *args) {
  return args->hadamard.dim;
}

/* ---- embedding ---- */

#define S qref_embedding_w8_args
static const qref_attribute_schema embedding_attributes[] = {QREF_SIZE_FIELD(S, count), QREF_SIZE_FIELD(S, vocab_size),
                                                             QREF_SIZE_FIELD(S, d_model), QREF_FIELDS_END};
static const qref_tensor_schema embedding_tensors[] = {
    QREF_INPUT(S, tokens, QREF_DTYPE_INT32, "count"), QREF_INPUT(S, weight, I8, "vocab_size", "d_model"),
    QREF_INPUT(S, scale, F16, "vocab_size"),          QREF_INTERMEDIATE(S, before_store, F32, "count", "d_model"),
    QREF_OUTPUT(S, y, F16, "count", "d_model"),       QREF_TENSORS_END};
#undef S

QREF_DEFINE_RUN(rmsnorm, rmsnorm)
QREF_DEFINE_RUN(hadamard, hadamard)
QREF_DEFINE_RUN(embedding_w8, embedding_w8)

const qref_op_schema qref_op_schemas_rows[3] = {{.op = QREF_OP_RMSNORM,
                                                 .rule_offset = offsetof(qref_rmsnorm_args, rule),
                                                 .profile_offset = offsetof(qref_profile, rmsnorm),
                                                 .accumulator_offset = QREF_NO_OFFSET,
                                                 .counts_offset = offsetof(qref_rmsnorm_args, counts),
                                                 .threads_offset = offsetof(qref_rmsnorm_args, threads),
                                                 .scratch_offset = QREF_NO_OFFSET,
                                                 .run = run_rmsnorm,
                                                 .attributes = rmsnorm_attributes,
                                                 .tensors = rmsnorm_tensors},
                                                {.op = QREF_OP_HADAMARD,
                                                 .rule_offset = offsetof(qref_hadamard_args, rule),
                                                 .profile_offset = offsetof(qref_profile, hadamard),
                                                 .accumulator_offset = QREF_NO_OFFSET,
                                                 .counts_offset = offsetof(qref_hadamard_args, counts),
                                                 .threads_offset = offsetof(qref_hadamard_args, threads),
                                                 .scratch_offset = offsetof(qref_hadamard_args, scratch),
                                                 .scratch_count = hadamard_scratch,
                                                 .run = run_hadamard,
                                                 .attributes = hadamard_attributes,
                                                 .tensors = hadamard_tensors},
                                                {.op = QREF_OP_EMBEDDING_W8,
                                                 .rule_offset = QREF_NO_OFFSET,
                                                 .profile_offset = QREF_NO_OFFSET,
                                                 .accumulator_offset = QREF_NO_OFFSET,
                                                 .counts_offset = QREF_NO_OFFSET,
                                                 .threads_offset = QREF_NO_OFFSET,
                                                 .scratch_offset = QREF_NO_OFFSET,
                                                 .run = run_embedding_w8,
                                                 .attributes = embedding_attributes,
                                                 .tensors = embedding_tensors}};
