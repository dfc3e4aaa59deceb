/* safetensors files: 8-byte little-endian header length, JSON header, tensor data. */
#ifndef QREF_MODEL_SAFETENSORS_H
#define QREF_MODEL_SAFETENSORS_H

#include <qref/types.h>

enum { QREF_SAFETENSORS_MAX_DIMENSIONS = 8 };

typedef struct qref_safetensors qref_safetensors;

/* One tensor of an open file. Pointers live as long as the file is open. `data` is little-endian, unaligned. */
typedef struct qref_stored_tensor {
  const char *name;
  qref_dtype dtype;
  size_t dimensions;
  size_t shape[QREF_SAFETENSORS_MAX_DIMENSIONS];
  size_t count; /* elements */
  const uint8_t *data;
} qref_stored_tensor;

/* Maps the file and checks the whole header: its length lies inside the file, it is an object, every dtype is known
 * (I8, I32, I64, F16, BF16, F32), every shape's product times the element size equals the range of its data_offsets,
 * ranges lie inside the data, do not overlap and leave no hole, no name occurs twice. */
qref_status qref_safetensors_open(const char *path, qref_safetensors **file, qref_error *error);
void qref_safetensors_close(qref_safetensors *file);
const char *qref_safetensors_path(const qref_safetensors *file);
size_t qref_safetensors_count(const qref_safetensors *file);
const qref_stored_tensor *qref_safetensors_at(const qref_safetensors *file, size_t i);
/* NULL if there is none of that name. */
const qref_stored_tensor *qref_safetensors_find(const qref_safetensors *file, const char *name);
/* A value of the header's __metadata__, or NULL. */
const char *qref_safetensors_metadata(const qref_safetensors *file, const char *key);

/* ---- writing ---- */

typedef struct qref_safetensors_item {
  const char *name;
  qref_dtype dtype;
  size_t dimensions;
  size_t shape[QREF_SAFETENSORS_MAX_DIMENSIONS];
  const void *data; /* host byte order */
} qref_safetensors_item;

typedef struct qref_safetensors_metadata_item {
  const char *key;
  const char *value;
} qref_safetensors_metadata_item;

/* Receives the file's bytes in order. */
typedef qref_status (*qref_byte_sink)(void *context, const void *data, size_t size, qref_error *error);

/* Produces the file: header keys in the order of the items, header padded with spaces to a multiple of 8 bytes, data
 * in the same order, little-endian. The bytes are a function of the arguments alone. */
qref_status qref_safetensors_write(const qref_safetensors_item *items, size_t item_count,
                                   const qref_safetensors_metadata_item *metadata, size_t metadata_count,
                                   qref_byte_sink sink, void *context, qref_error *error);

#endif
