/* What an op is made of, as data: its attributes, its tensors with role, element type, width and shape, and where each
 * lies in its argument struct. Everything that handles cases of any op (allocation, running, manifest, comparison,
 * coverage, the SystemVerilog package) goes through these tables; a new op or a new intermediate is a line here. */
#ifndef QREF_VECTORS_OP_SCHEMA_H
#define QREF_VECTORS_OP_SCHEMA_H

#include <qref/backend.h>

enum { QREF_OP_MAX_ATTRIBUTES = 20, QREF_OP_MAX_TENSORS = 24, QREF_OP_MAX_RANK = 4 };

/* The argument struct of any op. */
typedef union qref_op_args {
  qref_conv1d_silu_args conv1d_silu;
  qref_conv1d_silu_update_args conv1d_silu_update;
  qref_conv1d_silu_floatsim_args conv1d_silu_floatsim;
  qref_requantize_args requantize;
  qref_linear_w8a8_args linear_w8a8; /* all five forms */
  qref_selective_scan_args selective_scan;
  qref_selective_scan_update_args selective_scan_update;
  qref_rmsnorm_args rmsnorm;
  qref_hadamard_args hadamard;
  qref_embedding_w8_args embedding_w8;
  qref_linear_f32_args linear_f32;
  qref_conv1d_silu_f32_args conv1d_silu_f32;
  qref_selective_scan_f32_args selective_scan_f32;
  qref_rmsnorm_f32_args rmsnorm_f32;
  qref_hadamard_f32_args hadamard_f32;
} qref_op_args;

typedef enum qref_attribute_kind {
  QREF_ATTRIBUTE_SIZE, /* size_t: a dimension, a stride, a chunk length */
  QREF_ATTRIBUTE_F32,  /* float: a scale */
  QREF_ATTRIBUTE_BOOL,
} qref_attribute_kind;

typedef struct qref_attribute_schema {
  const char *name; /* NULL behind the last */
  qref_attribute_kind kind;
  size_t offset; /* in the argument struct */
} qref_attribute_schema;

typedef enum qref_tensor_role {
  QREF_ROLE_INPUT,
  QREF_ROLE_INTERMEDIATE, /* what hardware has between inputs and outputs */
  QREF_ROLE_OUTPUT,
} qref_tensor_role;

typedef struct qref_tensor_schema {
  const char *name; /* NULL behind the last */
  qref_tensor_role role;
  qref_dtype dtype;
  bool optional;     /* a case may be without it. Intermediates that are optional in the op are not so here. */
  bool accumulator;  /* its width in bits is that of the rule's accumulator, not of its element type */
  size_t offset;     /* of the pointer in the argument struct; QREF_NO_OFFSET for a snapshot, see `snapshot_of` */
  const char *start; /* an op that updates in place: the output starts as a copy of the input of this name, whose own
                        pointer the op never sees. NULL otherwise. */
  const char *with;  /* there only if the tensor of this name is. NULL otherwise. */
  const char *shape[QREF_OP_MAX_RANK]; /* names of size attributes, of derived sizes, or "1"; NULL behind the last */
} qref_tensor_schema;

#define QREF_NO_OFFSET SIZE_MAX

typedef struct qref_op_schema {
  qref_op op;
  size_t rule_offset;        /* of the rule pointer in the argument struct; QREF_NO_OFFSET without a rule */
  size_t profile_offset;     /* of the rule in qref_profile */
  size_t accumulator_offset; /* of the accumulator rule in qref_profile; QREF_NO_OFFSET without one */
  size_t counts_offset;      /* of the counts pointer in the argument struct, or QREF_NO_OFFSET */
  size_t threads_offset;     /* of threads, or QREF_NO_OFFSET */
  size_t scratch_offset;     /* of the float scratch pointer, or QREF_NO_OFFSET */
  size_t (*scratch_count)(const qref_op_args *args);
  /* Sizes that are not attributes, such as the number of chunks; false for a name that is not one. NULL without any. */
  bool (*derived_size)(const qref_op_args *args, const char *name, size_t *size);
  qref_status (*run)(const qref_backend *backend, const qref_op_args *args, qref_error *error);
  const qref_attribute_schema *attributes; /* ends with a NULL name */
  const qref_tensor_schema *tensors;       /* inputs, then intermediates, then outputs; ends with a NULL name */
} qref_op_schema;

/* NULL past the last op. Static storage. */
const qref_op_schema *qref_op_schema_of(qref_op op);
/* The schema of the op of that name, or NULL. */
const qref_op_schema *qref_op_schema_find(const char *op_name);

/* Value of a size attribute or derived size by name ("1" is 1); false if there is none. */
bool qref_op_size(const qref_op_schema *schema, const qref_op_args *args, const char *name, size_t *size);

#endif
