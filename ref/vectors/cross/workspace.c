#include "ref/vectors/cross/workspace.h"

#include <stdlib.h>
#include <string.h>

#include "ref/base/error.h"
#include "ref/base/size.h"

enum { ALIGNMENT = 64, COPIES = 3 };

static const unsigned char patterns[] = {0xa5, 0x5a, 0xff, 0x81};

static qref_status out_of_memory(const qref_case *item, qref_error *error) {
  return qref_fail(error, QREF_ERROR_MEMORY, "case %s: no memory for the comparison", item->id);
}

/* At least `size` bytes in *memory, whose content may be lost; returns the first multiple of ALIGNMENT in it. NULL when
 * out of memory, with nothing left in *memory. */
static unsigned char *reserve(unsigned char **memory, size_t *capacity, size_t size) {
  if (size > SIZE_MAX - ALIGNMENT) {
    return NULL;
  }
  if (*memory == NULL || *capacity < size + ALIGNMENT) {
    free(*memory);
    *memory = malloc(size + ALIGNMENT);
    *capacity = *memory == NULL ? 0 : size + ALIGNMENT;
  }
  return *memory == NULL ? NULL : *memory + (ALIGNMENT - (uintptr_t)*memory % ALIGNMENT) % ALIGNMENT;
}

/* Puts a buffer into the next slot; false if that overflows. Half of all variations keep the alignment; the other half
 * move the buffer by whole elements. */
static bool place(qref_cross_slot *slot, size_t *end, size_t bytes, size_t element_size, uint64_t variation) {
  const size_t moved = (variation & 1u) != 0 ? 0 : (size_t)(variation >> 1) % (ALIGNMENT / element_size) * element_size;
  slot->begin = *end;
  slot->bytes = bytes;
  if (bytes > SIZE_MAX / COPIES / 2 || *end > SIZE_MAX / COPIES / 2) {
    return false;
  }
  slot->data = *end + QREF_CROSS_GUARD + moved;
  slot->end = (slot->data + bytes + QREF_CROSS_GUARD + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
  *end = slot->end;
  return true;
}

/* Another variation for each slot; the low bit is common to all. */
static uint64_t slot_variation(uint64_t variation, size_t slot) {
  return (variation & 1u) | ((variation >> 8) >> (slot % 8) * 6) << 1;
}

static size_t tensor_bytes(const qref_case_tensor *tensor) {
  return tensor->present ? tensor->count * qref_dtype_size(tensor->schema->dtype) : 0;
}

/* Bytes of the weights that a linear W8A8 op may get packed. */
static size_t decoy_bytes(const qref_case *item) {
  const qref_case_tensor *w = qref_case_tensor_const(item, "w");
  return qref_case_takes_packed(item) && w != NULL ? tensor_bytes(w) : 0;
}

qref_status qref_cross_lay_out(qref_cross_workspace *workspace, qref_case *item, uint64_t variation,
                               qref_error *error) {
  QREF_TRY(qref_case_resolve_shapes(item, error));
  size_t end = 0;
  bool fits = true;
  for (size_t i = 0; i < QREF_CROSS_SLOTS; i++) {
    qref_cross_slot *slot = &workspace->slots[i];
    size_t bytes = 0;
    size_t element_size = 1;
    if (i < item->tensor_count) {
      bytes = tensor_bytes(&item->tensors[i]);
      element_size = qref_dtype_size(item->tensors[i].schema->dtype);
    } else if (i == QREF_CROSS_SCRATCH) {
      element_size = sizeof(float);
      fits = fits && qref_size_multiply(qref_case_scratch_count(item), element_size, &bytes);
    } else if (i == QREF_CROSS_DECOY) {
      bytes = decoy_bytes(item);
    }
    if (bytes == 0) {
      *slot = (qref_cross_slot){.begin = end, .end = end, .data = end};
    } else {
      fits = fits && place(slot, &end, bytes, element_size, slot_variation(variation, i));
    }
  }
  if (!fits) {
    return out_of_memory(item, error);
  }
  workspace->pattern = patterns[(variation >> 4) % sizeof patterns];
  workspace->size = end;
  workspace->pristine = reserve(&workspace->memory, &workspace->capacity, COPIES * end);
  if (workspace->pristine == NULL) {
    return out_of_memory(item, error);
  }
  workspace->expected = workspace->pristine + end;
  workspace->work = workspace->expected + end;
  memset(workspace->pristine, workspace->pattern, end);
  return QREF_OK;
}

/* ---- packed weights ---- */

/* Guard, moved start, weights, guard. */
static size_t packed_total(size_t bytes) {
  return (3 * QREF_CROSS_GUARD + bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
}

qref_status qref_cross_lay_out_packed(qref_cross_workspace *workspace, size_t bytes, uint64_t variation,
                                      qref_error *error) {
  unsigned char *start = NULL;
  if (bytes <= SIZE_MAX / 4) {
    start = reserve(&workspace->packed_memory, &workspace->packed_capacity, 2 * packed_total(bytes));
  }
  if (start == NULL) {
    return qref_fail(error, QREF_ERROR_MEMORY, "no memory for packed weights of %zu bytes", bytes);
  }
  const size_t moved = (variation & 1u) != 0 ? 0 : (size_t)(variation >> 1) % ALIGNMENT;
  memset(start, workspace->pattern, packed_total(bytes));
  workspace->packed = start + QREF_CROSS_GUARD + moved;
  workspace->packed_bytes = bytes;
  return QREF_OK;
}

unsigned char *qref_cross_packed_copy(const qref_cross_workspace *workspace, unsigned char **original, size_t *size) {
  unsigned char *memory = workspace->packed_memory;
  *original = memory + (ALIGNMENT - (uintptr_t)memory % ALIGNMENT) % ALIGNMENT;
  *size = packed_total(workspace->packed_bytes);
  return *original + *size;
}

void qref_cross_workspace_free(qref_cross_workspace *workspace) {
  free(workspace->memory);
  free(workspace->packed_memory);
  memset(workspace, 0, sizeof *workspace);
}
