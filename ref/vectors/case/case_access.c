/* Tensors, elements and attributes of a case. */
#include <string.h>

#include "ref/base/bytes.h"
#include "ref/base/sha256.h"
#include "ref/vectors/case/case.h"

const qref_case_tensor *qref_case_tensor_const(const qref_case *item, const char *name) {
  for (size_t i = 0; i < item->tensor_count; i++) {
    if (strcmp(item->tensors[i].schema->name, name) == 0) {
      return &item->tensors[i];
    }
  }
  return NULL;
}

qref_case_tensor *qref_case_tensor_of(qref_case *item, const char *name) {
  const qref_case_tensor *tensor = qref_case_tensor_const(item, name);
  return tensor == NULL ? NULL : &item->tensors[tensor - item->tensors];
}

static void *data_of(qref_case *item, const char *name, qref_dtype dtype) {
  const qref_case_tensor *tensor = qref_case_tensor_const(item, name);
  return tensor == NULL || tensor->schema->dtype != dtype ? NULL : tensor->data;
}

int8_t *qref_case_i8(qref_case *item, const char *name) {
  return data_of(item, name, QREF_DTYPE_INT8);
}

int32_t *qref_case_i32(qref_case *item, const char *name) {
  return data_of(item, name, QREF_DTYPE_INT32);
}

float *qref_case_f32(qref_case *item, const char *name) {
  return data_of(item, name, QREF_DTYPE_FLOAT32);
}

qref_float16 *qref_case_f16(qref_case *item, const char *name) {
  return data_of(item, name, QREF_DTYPE_FLOAT16);
}

/* ---- attributes ---- */

static const void *attribute(const qref_case *item, size_t i) {
  return (const unsigned char *)&item->args + item->schema->attributes[i].offset;
}

static void set_attribute(qref_case *item, size_t i, const void *value, size_t size) {
  memcpy((unsigned char *)&item->args + item->schema->attributes[i].offset, value, size);
}

size_t qref_case_size_attribute(const qref_case *item, size_t i) {
  size_t value;
  memcpy(&value, attribute(item, i), sizeof value);
  return value;
}

float qref_case_f32_attribute(const qref_case *item, size_t i) {
  float value;
  memcpy(&value, attribute(item, i), sizeof value);
  return value;
}

bool qref_case_bool_attribute(const qref_case *item, size_t i) {
  bool value;
  memcpy(&value, attribute(item, i), sizeof value);
  return value;
}

void qref_case_set_size_attribute(qref_case *item, size_t i, size_t value) {
  set_attribute(item, i, &value, sizeof value);
}

void qref_case_set_f32_attribute(qref_case *item, size_t i, float value) {
  set_attribute(item, i, &value, sizeof value);
}

void qref_case_set_bool_attribute(qref_case *item, size_t i, bool value) {
  set_attribute(item, i, &value, sizeof value);
}

uint32_t qref_case_attribute_bits(const qref_case *item, size_t i) {
  switch (item->schema->attributes[i].kind) {
    case QREF_ATTRIBUTE_SIZE:
      return (uint32_t)qref_case_size_attribute(item, i);
    case QREF_ATTRIBUTE_F32:
      return qref_bits_from_f32(qref_case_f32_attribute(item, i));
    case QREF_ATTRIBUTE_BOOL:
    default:
      return qref_case_bool_attribute(item, i);
  }
}

void qref_case_set_attribute_bits(qref_case *item, size_t i, uint32_t bits) {
  switch (item->schema->attributes[i].kind) {
    case QREF_ATTRIBUTE_SIZE:
      qref_case_set_size_attribute(item, i, bits);
      break;
    case QREF_ATTRIBUTE_F32:
      qref_case_set_f32_attribute(item, i, qref_f32_from_bits(bits));
      break;
    case QREF_ATTRIBUTE_BOOL:
      qref_case_set_bool_attribute(item, i, bits != 0);
      break;
  }
}

/* ---- elements ---- */

uint32_t qref_case_tensor_bits(const qref_case_tensor *tensor, size_t index) {
  uint8_t byte;
  uint16_t half;
  uint32_t word;
  switch (qref_dtype_size(tensor->schema->dtype)) {
    case 1:
      memcpy(&byte, (const uint8_t *)tensor->data + index, sizeof byte);
      return byte;
    case 2:
      memcpy(&half, (const uint16_t *)tensor->data + index, sizeof half);
      return half;
    default:
      memcpy(&word, (const uint32_t *)tensor->data + index, sizeof word);
      return word;
  }
}

size_t qref_case_tensor_difference(const qref_case_tensor *a, const qref_case_tensor *b) {
  for (size_t i = 0; i < a->count; i++) {
    if (qref_case_tensor_bits(a, i) != qref_case_tensor_bits(b, i)) {
      return i;
    }
  }
  return SIZE_MAX;
}

void qref_case_tensor_digest(const qref_case_tensor *tensor, char hex[65]) {
  enum { BLOCK = 1024 };
  const size_t size = qref_dtype_size(tensor->schema->dtype);
  uint8_t bytes[BLOCK * 4];
  qref_sha256 hash;
  qref_sha256_begin(&hash);
  for (size_t first = 0; first < tensor->count; first += BLOCK) {
    size_t count = tensor->count - first < BLOCK ? tensor->count - first : BLOCK;
    qref_to_little_endian(bytes, (const uint8_t *)tensor->data + first * size, count, size);
    qref_sha256_update(&hash, bytes, count * size);
  }
  qref_sha256_end(&hash, hex);
}
