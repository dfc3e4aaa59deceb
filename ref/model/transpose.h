/* Matrix transposition between the time-major layout of linear layers and the channel-major one of conv1d and scan. */
#ifndef QREF_MODEL_TRANSPOSE_H
#define QREF_MODEL_TRANSPOSE_H

#include <stddef.h>
#include <stdint.h>

/* x: (rows, columns) with row_stride elements from one row to the next; y: (columns, rows), dense. No overlap. */
void qref_transpose_f32(const float *x, size_t rows, size_t columns, size_t row_stride, float *y);
void qref_transpose_i8(const int8_t *x, size_t rows, size_t columns, size_t row_stride, int8_t *y);

/* The same for `batch` matrices: x: (batch, rows, row_stride), y: (batch, columns, rows). */
void qref_transpose_batch_f32(const float *x, size_t batch, size_t rows, size_t columns, size_t row_stride, float *y);
void qref_transpose_batch_i8(const int8_t *x, size_t batch, size_t rows, size_t columns, size_t row_stride, int8_t *y);

#endif
