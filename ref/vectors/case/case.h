/* A case: one op with its attributes, its numerics profile and all of its tensors. The unit of suites, verification,
 * coverage and cross-checks. Needs libc only.
 *
 *   qref_case_begin(&item, QREF_OP_HADAMARD, "hadamard/uniform_00", profile);
 *   item.args.hadamard.rows = 3; ...; qref_case_without(&item, "row_scale");   attributes, absent optional tensors
 *   qref_case_allocate(&item, &error);                                         shapes and memory, all zero
 *   ... inputs are filled through qref_case_tensor_of(&item, "x")->data ...
 *   qref_case_run(&item, backend, threads, &error);                            intermediates, outputs, counts
 *   qref_case_free(&item); */
#ifndef QREF_VECTORS_CASE_H
#define QREF_VECTORS_CASE_H

#include "ref/vectors/case/op_schema.h"

enum { QREF_CASE_ID_SIZE = 96, QREF_CASE_MAX_LINKS = 6 };

typedef struct qref_case_tensor {
  const qref_tensor_schema *schema;
  bool present;
  uint32_t bits; /* width in hardware: the element's, or the accumulator's */
  size_t rank;
  size_t shape[QREF_OP_MAX_RANK];
  size_t count;
  void *data; /* owned by the case, host byte order; NULL if not present or not allocated */
} qref_case_tensor;

/* Where an input of a case in a chain (block, layer) comes from. */
typedef enum qref_link_layout {
  QREF_LINK_SAME,             /* the same elements in the same order */
  QREF_LINK_COLUMNS,          /* (rows, C) -> (rows, columns): some columns of every row */
  QREF_LINK_ROWS_TO_CHANNELS, /* (B*T, C) -> (B, columns, T): some columns, transposed per sequence */
  QREF_LINK_CHANNELS_TO_ROWS, /* (B, C, T) -> (B*T, C) */
  QREF_LINK_LAST_SAMPLES,     /* (B, C, T) -> (B, C, columns): the end of every row, zeros in front of a short one */
} qref_link_layout;
enum { QREF_LINK_LAYOUT_COUNT = QREF_LINK_LAST_SAMPLES + 1 };
/* "same", "columns", "rows_to_channels", "channels_to_rows", "last_samples"; static storage, NULL past the end. */
const char *qref_link_layout_name(qref_link_layout layout);

typedef struct qref_case_link {
  char tensor[32];                     /* input of this case */
  char source_case[QREF_CASE_ID_SIZE]; /* an earlier case of the suite */
  char source_tensor[32];              /* any tensor of it */
  qref_link_layout layout;
  size_t first_column, columns; /* where the layout has columns; 0 otherwise */
} qref_case_link;

typedef struct qref_case {
  char id[QREF_CASE_ID_SIZE]; /* "<op>/<name>", letters, digits, '_', '-', '.', '/' */
  const qref_op_schema *schema;
  qref_profile profile; /* a copy; its name tells variants apart */
  uint64_t flags;       /* bits of ref/vectors/case/flags.h: what the case provokes */
  qref_op_args args;    /* attributes; the pointers are set by qref_case_run only */
  size_t tensor_count;  /* the tensors of the schema, in its order */
  qref_case_tensor tensors[QREF_OP_MAX_TENSORS];
  qref_counts counts; /* of the last run */
  size_t link_count;
  qref_case_link links[QREF_CASE_MAX_LINKS];
} qref_case;

/* Zeroes the case and sets id, schema and profile. Every tensor is present at first, but those that the schema calls
 * optional inputs too: leave one out with qref_case_without. */
void qref_case_begin(qref_case *item, qref_op op, const char *id, const qref_profile *profile);
/* Leaves an optional tensor out. */
void qref_case_without(qref_case *item, const char *name);
/* Sets the shapes of all present tensors from the attributes and allocates them, zeroed. Sizes that overflow or are 0
 * are errors. */
qref_status qref_case_allocate(qref_case *item, qref_error *error);
/* Computes shapes and widths only. */
qref_status qref_case_resolve_shapes(qref_case *item, qref_error *error);
/* Runs the op on the inputs; fills intermediates, outputs and counts. QREF_ERROR_UNSUPPORTED if the backend does not
 * support the op under the case's profile. */
qref_status qref_case_run(qref_case *item, const qref_backend *backend, int threads, qref_error *error);
void qref_case_free(qref_case *item);

/* Where one call of a case's op finds what it works on: memory of the caller's choice instead of the case's own. */
typedef struct qref_case_binding {
  void *tensors[QREF_OP_MAX_TENSORS]; /* by the case's index; NULL leaves a tensor out. Not read for a tensor that the
                                         op does not see, the start of one that is updated in place. */
  const void *w_packed;               /* linear W8A8 only, as in its arguments */
  float *scratch;                     /* qref_case_scratch_count floats */
  qref_counts *counts;                /* NULL: none */
  int threads;
} qref_case_binding;

/* Calls the op once with these pointers and the case's attributes and rule. Nothing is cleared or copied before it, and
 * supports() is not asked. */
qref_status qref_case_call(const qref_case *item, const qref_backend *backend, const qref_case_binding *binding,
                           qref_error *error);
/* Floats of scratch that the op needs: 0 where it needs none. */
size_t qref_case_scratch_count(const qref_case *item);
/* Whether the op is a form of linear W8A8, which takes packed weights. */
bool qref_case_takes_packed(const qref_case *item);

/* The tensor of that name, or NULL; it may be absent (present == false). */
qref_case_tensor *qref_case_tensor_of(qref_case *item, const char *name);
const qref_case_tensor *qref_case_tensor_const(const qref_case *item, const char *name);

/* Typed shortcuts for generators: data of a tensor that must be there with this element type, NULL otherwise. */
int8_t *qref_case_i8(qref_case *item, const char *name);
int32_t *qref_case_i32(qref_case *item, const char *name);
float *qref_case_f32(qref_case *item, const char *name);
qref_float16 *qref_case_f16(qref_case *item, const char *name);

/* Attributes by index of the schema, for manifests. */
size_t qref_case_size_attribute(const qref_case *item, size_t i);
float qref_case_f32_attribute(const qref_case *item, size_t i);
bool qref_case_bool_attribute(const qref_case *item, size_t i);
void qref_case_set_size_attribute(qref_case *item, size_t i, size_t value);
void qref_case_set_f32_attribute(qref_case *item, size_t i, float value);
void qref_case_set_bool_attribute(qref_case *item, size_t i, bool value);

/* The same for an attribute of any kind in 32 bits: a size, which must fit, the bit pattern of a float, 0 or 1. */
uint32_t qref_case_attribute_bits(const qref_case *item, size_t i);
void qref_case_set_attribute_bits(qref_case *item, size_t i, uint32_t bits);

/* A copy with memory of its own. */
qref_status qref_case_clone(const qref_case *item, qref_case *clone, qref_error *error);

/* First element whose bits differ, or SIZE_MAX. The tensors must have one element type and count. */
size_t qref_case_tensor_difference(const qref_case_tensor *a, const qref_case_tensor *b);
/* Bit pattern of an element, zero-extended. */
uint32_t qref_case_tensor_bits(const qref_case_tensor *tensor, size_t index);
/* SHA-256 of the elements as little-endian bytes: the same on every host. */
void qref_case_tensor_digest(const qref_case_tensor *tensor, char hex[65]);

/* Makes an allocated case of what an op is about to get: `args` is its argument struct with all inputs. Optional
 * outputs that it lacks are left out. Free the case. */
qref_status qref_case_capture(qref_case *item, qref_op op, const char *id, const qref_profile *profile,
                              const void *args, qref_error *error);

/* Copies the linked input of `item` out of `source`. Fails if shapes do not fit. */
qref_status qref_case_apply_link(qref_case *item, const qref_case_link *link, const qref_case *source,
                                 qref_error *error);

#endif
