/* Memory in which a case is run on two backends and compared, reused from case to case. Needs libc only.
 *
 * One layout, three copies of it: `pristine`, what a run starts from (inputs, and a pattern in everything else),
 * `expected`, what the reference made of it, and `work`, where the backend under test works. Every buffer has a slot of
 * its own, with at least QREF_CROSS_GUARD bytes of the pattern on either side of the data, so that comparing whole
 * slots finds writes past an end, into the gaps of a stride, and into an input. */
#ifndef QREF_VECTORS_CROSS_WORKSPACE_H
#define QREF_VECTORS_CROSS_WORKSPACE_H

#include "ref/vectors/case/case.h"

enum {
  QREF_CROSS_GUARD = 64,
  QREF_CROSS_SCRATCH = QREF_OP_MAX_TENSORS, /* slot of the op's scratch */
  QREF_CROSS_DECOY,                         /* slot of what stands for w where packed weights are given */
  QREF_CROSS_SLOTS
};

typedef struct qref_cross_slot {
  size_t begin, end;  /* of the slot, in each copy */
  size_t data, bytes; /* of the buffer in it; 0 bytes where there is none */
} qref_cross_slot;

/* Zero it before first use. */
typedef struct qref_cross_workspace {
  unsigned char *pristine, *expected, *work; /* `size` bytes each */
  size_t size;
  qref_cross_slot slots[QREF_CROSS_SLOTS];
  unsigned char pattern;
  unsigned char *memory; /* malloc'ed: what the three point into */
  size_t capacity;
  /* Packed weights, with guards, and the same again to compare with. */
  unsigned char *packed_memory;
  size_t packed_capacity;
  unsigned char *packed;
  size_t packed_bytes;
} qref_cross_workspace;

/* Resolves the shapes of a case and lays it out, all of `pristine` filled with the pattern. The inputs are then to be
 * written there, through qref_cross_input. `variation` chooses the pattern and how far the buffers are from multiples
 * of 64 bytes. */
qref_status qref_cross_lay_out(qref_cross_workspace *workspace, qref_case *item, uint64_t variation, qref_error *error);

/* Where the data of input tensor i goes; NULL if it is not present. */
static inline void *qref_cross_input(const qref_cross_workspace *workspace, size_t i) {
  return workspace->slots[i].bytes == 0 ? NULL : workspace->pristine + workspace->slots[i].data;
}

/* Room for packed weights of that many bytes, filled with the pattern, and for the copy behind it. */
qref_status qref_cross_lay_out_packed(qref_cross_workspace *workspace, size_t bytes, uint64_t variation,
                                      qref_error *error);
/* The copy of the packed weights and their guards, and the bytes of each. */
unsigned char *qref_cross_packed_copy(const qref_cross_workspace *workspace, unsigned char **original, size_t *size);

void qref_cross_workspace_free(qref_cross_workspace *workspace);

#endif
