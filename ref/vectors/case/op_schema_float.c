#include <string.h>

#include "ref/ops/scan_layout.h"
#include "ref/vectors/case/op_schema_table.h"

#define F32 QREF_DTYPE_FLOAT32

/* ---- linear ---- */

#define S qref_linear_f32_args
static const qref_attribute_schema linear_attributes[] = {QREF_SIZE_FIELD(S, rows), QREF_SIZE_FIELD(S, columns),
                                                          QREF_SIZE_FIELD(S, depth), QREF_SIZE_FIELD(S, y_row_stride),
                                                          QREF_FIELDS_END};
static const qref_tensor_schema linear_tensors[] = {QREF_INPUT(S, x, F32, "rows", "depth"),
                                                    QREF_INPUT(S, w, F32, "columns", "depth"),
                                                    QREF_OUTPUT(S, y, F32, "rows", "y_row"), QREF_TENSORS_END};
#undef S

static bool linear_sizes(const qref_op_args *args, const char *name, size_t *size) {
  const qref_linear_f32_args *linear = &args->linear_f32;
  *size = linear->y_row_stride != 0 ? linear->y_row_stride : linear->columns;
  return strcmp(name, "y_row") == 0;
}

/* ---- conv1d ---- */

#define S qref_conv1d_silu_f32_args
static const qref_attribute_schema conv1d_attributes[] = {QREF_SIZE_FIELD(S, batch), QREF_SIZE_FIELD(S, channels),
                                                          QREF_SIZE_FIELD(S, length), QREF_SIZE_FIELD(S, width),
                                                          QREF_FIELDS_END};
static const qref_tensor_schema conv1d_tensors[] = {
    QREF_INPUT(S, x, F32, "batch", "channels", "length"), QREF_INPUT(S, w, F32, "channels", "width"),
    QREF_OPTIONAL_INPUT(S, bias, F32, "channels"), QREF_OUTPUT(S, y, F32, "batch", "channels", "length"),
    QREF_TENSORS_END};
#undef S

/* ---- scan ---- */

#define S qref_selective_scan_f32_args
static const qref_attribute_schema scan_attributes[] = {QREF_SIZE_FIELD(S, batch),         QREF_SIZE_FIELD(S, channels),
                                                        QREF_SIZE_FIELD(S, length),        QREF_SIZE_FIELD(S, states),
                                                        QREF_SIZE_FIELD(S, y_time_stride), QREF_FIELDS_END};
static const qref_tensor_schema scan_tensors[] = {QREF_INPUT(S, u, F32, "batch", "channels", "length"),
                                                  QREF_INPUT(S, dt, F32, "batch", "channels", "length"),
                                                  QREF_INPUT(S, A_log, F32, "channels", "states"),
                                                  QREF_INPUT(S, B, F32, "batch", "states", "length"),
                                                  QREF_INPUT(S, C, F32, "batch", "states", "length"),
                                                  QREF_OPTIONAL_INPUT(S, D, F32, "channels"),
                                                  QREF_OPTIONAL_INPUT(S, z, F32, "batch", "channels", "length"),
                                                  QREF_OPTIONAL_INPUT(S, dt_bias, F32, "channels"),
                                                  QREF_START(h, F32, "batch", "channels", "states"),
                                                  QREF_OUTPUT(S, y, F32, "batch", "length", "y_row"),
                                                  QREF_IN_PLACE(S, h, F32, "batch", "channels", "states"),
                                                  QREF_TENSORS_END};
#undef S

static bool scan_sizes(const qref_op_args *args, const char *name, size_t *size) {
  const qref_selective_scan_f32_args *scan = &args->selective_scan_f32;
  *size = qref_scan_y_stride(scan->y_time_stride, scan->channels);
  return strcmp(name, "y_row") == 0;
}

static size_t scan_scratch(const qref_op_args *args) {
  return qref_selective_scan_scratch(args->selective_scan_f32.states);
}

/* ---- RMSNorm ---- */

#define S qref_rmsnorm_f32_args
static const qref_attribute_schema rmsnorm_attributes[] = {QREF_SIZE_FIELD(S, rows), QREF_SIZE_FIELD(S, n),
                                                           QREF_F32_FIELD(S, eps), QREF_FIELDS_END};
static const qref_tensor_schema rmsnorm_tensors[] = {QREF_INPUT(S, x, F32, "rows", "n"),
                                                     QREF_INPUT(S, weight, F32, "n"),
                                                     QREF_OUTPUT(S, y, F32, "rows", "n"), QREF_TENSORS_END};
#undef S

/* ---- Hadamard ---- */

#define S qref_hadamard_f32_args
static const qref_attribute_schema hadamard_attributes[] = {QREF_SIZE_FIELD(S, rows), QREF_SIZE_FIELD(S, dim),
                                                            QREF_FIELDS_END};
static const qref_tensor_schema hadamard_tensors[] = {QREF_INPUT(S, x, F32, "rows", "dim"),
                                                      QREF_OUTPUT(S, y, F32, "rows", "dim"), QREF_TENSORS_END};
#undef S

QREF_DEFINE_RUN(linear_f32, linear_f32)
QREF_DEFINE_RUN(conv1d_silu_f32, conv1d_silu_f32)
QREF_DEFINE_RUN(selective_scan_f32, selective_scan_f32)
QREF_DEFINE_RUN(rmsnorm_f32, rmsnorm_f32)
QREF_DEFINE_RUN(hadamard_f32, hadamard_f32)

/* None has a rule: all functions are exact, every multiply-add is fused. */
#define FLOAT_OP(op_, args_, run_, attributes_, tensors_)                                                             \
  .op = (op_), .rule_offset = QREF_NO_OFFSET, .profile_offset = QREF_NO_OFFSET, .accumulator_offset = QREF_NO_OFFSET, \
  .counts_offset = QREF_NO_OFFSET, .threads_offset = offsetof(args_, threads), .run = (run_),                         \
  .attributes = (attributes_), .tensors = (tensors_)
const qref_op_schema qref_op_schemas_float[5] = {
    {FLOAT_OP(QREF_OP_LINEAR_F32, qref_linear_f32_args, run_linear_f32, linear_attributes, linear_tensors),
     .scratch_offset = QREF_NO_OFFSET, .derived_size = linear_sizes},
    {FLOAT_OP(QREF_OP_CONV1D_SILU_F32, qref_conv1d_silu_f32_args, run_conv1d_silu_f32, conv1d_attributes,
              conv1d_tensors),
     .scratch_offset = QREF_NO_OFFSET},
    {FLOAT_OP(QREF_OP_SELECTIVE_SCAN_F32, qref_selective_scan_f32_args, run_selective_scan_f32, scan_attributes,
              scan_tensors),
     .scratch_offset = offsetof(qref_selective_scan_f32_args, scratch), .scratch_count = scan_scratch,
     .derived_size = scan_sizes},
    {FLOAT_OP(QREF_OP_RMSNORM_F32, qref_rmsnorm_f32_args, run_rmsnorm_f32, rmsnorm_attributes, rmsnorm_tensors),
     .scratch_offset = QREF_NO_OFFSET},
    {FLOAT_OP(QREF_OP_HADAMARD_F32, qref_hadamard_f32_args, run_hadamard_f32, hadamard_attributes, hadamard_tensors),
     .scratch_offset = QREF_NO_OFFSET}};
