/* Short forms for the tables of op_schema_*.c. S is the argument struct's type. */
#ifndef QREF_VECTORS_OP_SCHEMA_TABLE_H
#define QREF_VECTORS_OP_SCHEMA_TABLE_H

#include "ref/base/error.h"
#include "ref/vectors/case/op_schema.h"

#define QREF_SIZE_FIELD(S, field) \
  { .name = #field, .kind = QREF_ATTRIBUTE_SIZE, .offset = offsetof(S, field) }
#define QREF_F32_FIELD(S, field) \
  { .name = #field, .kind = QREF_ATTRIBUTE_F32, .offset = offsetof(S, field) }
#define QREF_BOOL_FIELD(S, field) \
  { .name = #field, .kind = QREF_ATTRIBUTE_BOOL, .offset = offsetof(S, field) }
/* scales.u as "scale_u" */
#define QREF_SCAN_SCALE_FIELD(S, field) \
  { .name = "scale_" #field, .kind = QREF_ATTRIBUTE_F32, .offset = offsetof(S, scales.field) }
#define QREF_FIELDS_END \
  { .name = NULL }

/* The names behind the element type are those of the sizes that make the shape. */
#define QREF_INPUT(S, field, type, ...)                                                                              \
  {                                                                                                                  \
    .name = #field, .role = QREF_ROLE_INPUT, .dtype = (type), .offset = offsetof(S, field), .shape = { __VA_ARGS__ } \
  }
#define QREF_OPTIONAL_INPUT(S, field, type, ...)                                                              \
  {                                                                                                           \
    .name = #field, .role = QREF_ROLE_INPUT, .dtype = (type), .optional = true, .offset = offsetof(S, field), \
    .shape = {                                                                                                \
      __VA_ARGS__                                                                                             \
    }                                                                                                         \
  }
/* What an op that works in place starts from: the op sees only the output's copy of it. */
#define QREF_START(field, type, ...)                                                                             \
  {                                                                                                              \
    .name = #field, .role = QREF_ROLE_INPUT, .dtype = (type), .offset = QREF_NO_OFFSET, .shape = { __VA_ARGS__ } \
  }
#define QREF_IN_PLACE(S, field, type, ...)                                                                           \
  {                                                                                                                  \
    .name = #field "_out", .role = QREF_ROLE_OUTPUT, .dtype = (type), .offset = offsetof(S, field), .start = #field, \
    .shape = {                                                                                                       \
      __VA_ARGS__                                                                                                    \
    }                                                                                                                \
  }
#define QREF_INTERMEDIATE(S, field, type, ...)                                                                \
  {                                                                                                           \
    .name = #field, .role = QREF_ROLE_INTERMEDIATE, .dtype = (type), .offset = offsetof(S, field), .shape = { \
      __VA_ARGS__                                                                                             \
    }                                                                                                         \
  }
#define QREF_ACCUMULATOR(S, ...)                                                                           \
  {                                                                                                        \
    .name = "accumulator", .role = QREF_ROLE_INTERMEDIATE, .dtype = QREF_DTYPE_INT32, .accumulator = true, \
    .offset = offsetof(S, accumulator), .shape = {                                                         \
      __VA_ARGS__                                                                                          \
    }                                                                                                      \
  }
#define QREF_OUTPUT(S, field, type, ...)                                                                              \
  {                                                                                                                   \
    .name = #field, .role = QREF_ROLE_OUTPUT, .dtype = (type), .offset = offsetof(S, field), .shape = { __VA_ARGS__ } \
  }
#define QREF_OPTIONAL_OUTPUT(S, field, type, ...)                                                              \
  {                                                                                                            \
    .name = #field, .role = QREF_ROLE_OUTPUT, .dtype = (type), .optional = true, .offset = offsetof(S, field), \
    .shape = {                                                                                                 \
      __VA_ARGS__                                                                                              \
    }                                                                                                          \
  }
#define QREF_TENSORS_END \
  { .name = NULL }

/* The function that calls a backend's entry of that name. */
#define QREF_DEFINE_RUN(entry, member)                                                                       \
  static qref_status run_##entry(const qref_backend *backend, const qref_op_args *args, qref_error *error) { \
    if (backend->entry == NULL) {                                                                            \
      return qref_fail(error, QREF_ERROR_UNSUPPORTED, "backend %s has no %s", backend->name, #entry);        \
    }                                                                                                        \
    return backend->entry(&args->member, error);                                                             \
  }

extern const qref_op_schema qref_op_schemas_conv1d[3];
extern const qref_op_schema qref_op_schemas_requantize[1];
extern const qref_op_schema qref_op_schemas_linear[5];
extern const qref_op_schema qref_op_schemas_scan[2];
extern const qref_op_schema qref_op_schemas_rows[3]; /* RMSNorm, Hadamard, embedding */
extern const qref_op_schema qref_op_schemas_float[5];

#endif
