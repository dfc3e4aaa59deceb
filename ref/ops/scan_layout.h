/* What the defaults in a scan's arguments stand for, shared with the backends that split a scan. */
#ifndef QREF_OPS_SCAN_LAYOUT_H
#define QREF_OPS_SCAN_LAYOUT_H

#include <qref/ops.h>

#include "ref/numerics/portability.h"

/* Steps between stored states in the original. */
#define QREF_SCAN_DEFAULT_CHUNK_LENGTH ((size_t)2048)

QREF_DEVICE static inline size_t qref_scan_chunk_length(const qref_selective_scan_args *args) {
  return args->chunk_length != 0 ? args->chunk_length : QREF_SCAN_DEFAULT_CHUNK_LENGTH;
}

/* Stored states of a row; the length must be at least 1. */
QREF_DEVICE static inline size_t qref_scan_chunk_count(const qref_selective_scan_args *args) {
  return (args->length - 1) / qref_scan_chunk_length(args) + 1;
}

/* Elements of y from one step to the next. */
QREF_DEVICE static inline size_t qref_scan_y_stride(size_t y_time_stride, size_t channels) {
  return y_time_stride != 0 ? y_time_stride : channels;
}

#endif
