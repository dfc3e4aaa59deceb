#include <string.h>

#include "ref/ops/scan_layout.h"
#include "ref/vectors/case/op_schema_table.h"

#define I8 QREF_DTYPE_INT8
#define F16 QREF_DTYPE_FLOAT16
#define F32 QREF_DTYPE_FLOAT32

#define SCALE_FIELDS(S)                                                                          \
  QREF_SCAN_SCALE_FIELD(S, u), QREF_SCAN_SCALE_FIELD(S, dt), QREF_SCAN_SCALE_FIELD(S, dt_bias),  \
      QREF_SCAN_SCALE_FIELD(S, A_log), QREF_SCAN_SCALE_FIELD(S, B), QREF_SCAN_SCALE_FIELD(S, C), \
      QREF_SCAN_SCALE_FIELD(S, D), QREF_SCAN_SCALE_FIELD(S, z), QREF_SCAN_SCALE_FIELD(S, state)

/* ---- whole sequence ---- */

#define S qref_selective_scan_args
static const qref_attribute_schema sequence_attributes[] = {QREF_SIZE_FIELD(S, batch),
                                                            QREF_SIZE_FIELD(S, channels),
                                                            QREF_SIZE_FIELD(S, length),
                                                            QREF_SIZE_FIELD(S, states),
                                                            SCALE_FIELDS(S),
                                                            QREF_BOOL_FIELD(S, softplus),
                                                            QREF_SIZE_FIELD(S, chunk_length),
                                                            QREF_SIZE_FIELD(S, y_time_stride),
                                                            QREF_FIELDS_END};
static const qref_tensor_schema sequence_tensors[] = {
    QREF_INPUT(S, u, I8, "batch", "channels", "length"),
    QREF_INPUT(S, dt, I8, "batch", "channels", "length"),
    QREF_INPUT(S, A_log, I8, "channels", "states"),
    QREF_INPUT(S, B, I8, "batch", "states", "length"),
    QREF_INPUT(S, C, I8, "batch", "states", "length"),
    QREF_OPTIONAL_INPUT(S, D, I8, "channels"),
    QREF_OPTIONAL_INPUT(S, z, I8, "batch", "channels", "length"),
    QREF_OPTIONAL_INPUT(S, dt_bias, I8, "channels"),
    QREF_OPTIONAL_INPUT(S, h_initial, F32, "batch", "channels", "states"),
    QREF_INTERMEDIATE(S, dt_before_softplus, F32, "batch", "channels", "length"),
    QREF_INTERMEDIATE(S, dt_after_softplus, F32, "batch", "channels", "length"),
    QREF_INTERMEDIATE(S, decay, F32, "batch", "channels", "length", "states"),
    QREF_INTERMEDIATE(S, state_input, F32, "batch", "channels", "length", "states"),
    QREF_INTERMEDIATE(S, h, F32, "batch", "channels", "length", "states"),
    QREF_INTERMEDIATE(S, sum, F32, "batch", "channels", "length"),
    QREF_INTERMEDIATE(S, before_store, F32, "batch", "length", "y_row"),
    {.name = "state_before_rounding",
     .role = QREF_ROLE_INTERMEDIATE,
     .dtype = F32,
     .offset = offsetof(S, state_before_rounding),
     .with = "state",
     .shape = {"batch", "channels", "chunks", "states"}},
    QREF_OUTPUT(S, y, F16, "batch", "length", "y_row"),
    QREF_OPTIONAL_OUTPUT(S, state, I8, "batch", "channels", "chunks", "states"),
    QREF_OPTIONAL_OUTPUT(S, h_final, F32, "batch", "channels", "states"),
    QREF_TENSORS_END};
#undef S

static bool sequence_sizes(const qref_op_args *args, const char *name, size_t *size) {
  const qref_selective_scan_args *scan = &args->selective_scan;
  if (strcmp(name, "y_row") == 0) {
    *size = qref_scan_y_stride(scan->y_time_stride, scan->channels);
    return true;
  }
  if (strcmp(name, "chunks") == 0) {
    *size = scan->length == 0 ? 0 : qref_scan_chunk_count(scan);
    return true;
  }
  return false;
}

static size_t sequence_scratch(const qref_op_args *args) {
  return qref_selective_scan_scratch(args->selective_scan.states);
}

/* ---- one token ---- */

#define S qref_selective_scan_update_args
static const qref_attribute_schema token_attributes[] = {QREF_SIZE_FIELD(S, batch),    QREF_SIZE_FIELD(S, channels),
                                                         QREF_SIZE_FIELD(S, states),   SCALE_FIELDS(S),
                                                         QREF_BOOL_FIELD(S, softplus), QREF_FIELDS_END};
static const qref_tensor_schema token_tensors[] = {
    QREF_START(state, I8, "batch", "channels", "states"),
    QREF_INPUT(S, u, I8, "batch", "channels"),
    QREF_INPUT(S, dt, I8, "batch", "channels"),
    QREF_INPUT(S, A_log, I8, "channels", "states"),
    QREF_INPUT(S, B, I8, "batch", "states"),
    QREF_INPUT(S, C, I8, "batch", "states"),
    QREF_OPTIONAL_INPUT(S, D, I8, "channels"),
    QREF_OPTIONAL_INPUT(S, z, I8, "batch", "channels"),
    QREF_OPTIONAL_INPUT(S, dt_bias, I8, "channels"),
    QREF_INTERMEDIATE(S, dt_before_softplus, F32, "batch", "channels"),
    QREF_INTERMEDIATE(S, dt_after_softplus, F32, "batch", "channels"),
    QREF_INTERMEDIATE(S, decay, F32, "batch", "channels", "states"),
    QREF_INTERMEDIATE(S, state_input, F32, "batch", "channels", "states"),
    QREF_INTERMEDIATE(S, h, F32, "batch", "channels", "states"),
    QREF_INTERMEDIATE(S, sum, F32, "batch", "channels"),
    QREF_INTERMEDIATE(S, before_store, F32, "batch", "channels"),
    QREF_INTERMEDIATE(S, state_before_rounding, F32, "batch", "channels", "states"),
    QREF_OUTPUT(S, y, F16, "batch", "channels"),
    QREF_IN_PLACE(S, state, I8, "batch", "channels", "states"),
    QREF_TENSORS_END};
#undef S

QREF_DEFINE_RUN(selective_scan, selective_scan)
QREF_DEFINE_RUN(selective_scan_update, selective_scan_update)

const qref_op_schema qref_op_schemas_scan[2] = {{.op = QREF_OP_SELECTIVE_SCAN,
                                                 .rule_offset = offsetof(qref_selective_scan_args, rule),
                                                 .profile_offset = offsetof(qref_profile, selective_scan),
                                                 .accumulator_offset = QREF_NO_OFFSET,
                                                 .counts_offset = offsetof(qref_selective_scan_args, counts),
                                                 .threads_offset = offsetof(qref_selective_scan_args, threads),
                                                 .scratch_offset = offsetof(qref_selective_scan_args, scratch),
                                                 .scratch_count = sequence_scratch,
                                                 .derived_size = sequence_sizes,
                                                 .run = run_selective_scan,
                                                 .attributes = sequence_attributes,
                                                 .tensors = sequence_tensors},
                                                {.op = QREF_OP_SELECTIVE_SCAN_UPDATE,
                                                 .rule_offset = offsetof(qref_selective_scan_update_args, rule),
                                                 .profile_offset = offsetof(qref_profile, selective_scan_update),
                                                 .accumulator_offset = QREF_NO_OFFSET,
                                                 .counts_offset = offsetof(qref_selective_scan_update_args, counts),
                                                 .threads_offset = offsetof(qref_selective_scan_update_args, threads),
                                                 .scratch_offset = QREF_NO_OFFSET,
                                                 .run = run_selective_scan_update,
                                                 .attributes = token_attributes,
                                                 .tensors = token_tensors}};
