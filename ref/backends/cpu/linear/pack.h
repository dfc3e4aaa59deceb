/* Weights of linear W8A8 as the kernels of every instruction set read them.
 *
 * Columns are grouped into panels of QREF_PANEL_COLUMNS, the last one filled up with zeros; K is filled up with zeros
 * to a multiple of 4. A panel holds, for each group of 4 k's in order, 4 consecutive weights of each of its columns:
 *   panel p, k group q, column j, i < 4:  w[p * 16 + j][4 * q + i], 64 bytes per group
 * Behind the panels lie the sums over k of every column as int32, filled up likewise, which an instruction that takes
 * one operand as unsigned needs to correct its offset. The buffer may have any alignment; 64 is fastest. */
#ifndef QREF_BACKENDS_CPU_LINEAR_PACK_H
#define QREF_BACKENDS_CPU_LINEAR_PACK_H

#include <qref/types.h>

enum { QREF_PANEL_COLUMNS = 16, QREF_PANEL_DEPTH = 4 };

/* Bytes of packed weights, 0 if that overflows or a dimension is 0. */
size_t qref_cpu_linear_packed_size(size_t columns, size_t depth);
/* Bytes of one panel. */
size_t qref_cpu_linear_panel_size(size_t depth);
/* w (columns, depth) -> packed. */
qref_status qref_cpu_linear_pack(const int8_t *w, size_t columns, size_t depth, void *packed, int threads,
                                 qref_error *error);
/* The weights (depth) of a column, as they were. */
void qref_cpu_linear_unpack_column(const void *packed, size_t column, size_t depth, int8_t *w);

#endif
