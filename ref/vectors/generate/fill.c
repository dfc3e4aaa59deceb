#include "ref/vectors/generate/fill.h"

#include <string.h>

/* FNV-1a of the id, a separator and the name: a key that does not depend on the order of cases. */
uint64_t qref_generate_stream(const char *case_id, const char *tensor) {
  uint64_t hash = UINT64_C(0xcbf29ce484222325);
  const char *parts[3] = {case_id, "\n", tensor};
  for (size_t part = 0; part < 3; part++) {
    for (const char *c = parts[part]; *c != '\0'; c++) {
      hash = (hash ^ (unsigned char)*c) * UINT64_C(0x100000001b3);
    }
  }
  return hash;
}

uint64_t qref_generate_bits(uint64_t seed, const char *case_id, const char *tensor, uint64_t index) {
  return qref_random_bits(seed, qref_generate_stream(case_id, tensor), index);
}

/* A value of the fill for integers low..high, from 64 random bits. */
static int64_t integer_of(qref_fill_kind kind, uint64_t bits, uint64_t index, int64_t low, int64_t high) {
  const uint64_t range = (uint64_t)(high - low) + 1;
  uint64_t sum = 0;
  switch (kind) {
    case QREF_FILL_UNIFORM:
      return low + (int64_t)((bits >> 32) * range >> 32);
    case QREF_FILL_BELL:
      for (unsigned part = 0; part < 4; part++) {
        sum += ((bits >> (16 * part)) & 0xffff) * range >> 16;
      }
      return low + (int64_t)(sum / 4);
    case QREF_FILL_ALTERNATING:
      return index % 2 == 0 ? low : high;
    case QREF_FILL_CODES:
      return (int64_t)(index % 256) - 128;
    case QREF_FILL_CONSTANT:
    default:
      return low;
  }
}

static double real_of(qref_fill_kind kind, uint64_t bits, uint64_t index, double low, double high) {
  uint64_t sum = 0;
  switch (kind) {
    case QREF_FILL_UNIFORM:
      return low + (high - low) * ((double)(bits >> 40) * 0x1p-24);
    case QREF_FILL_BELL:
      for (unsigned part = 0; part < 4; part++) {
        sum += (bits >> (16 * part)) & 0xffff;
      }
      return low + (high - low) * ((double)sum * 0x1p-18);
    case QREF_FILL_ALTERNATING:
      return index % 2 == 0 ? low : high;
    case QREF_FILL_CODES:
      return (double)(index % 256) - 128.0;
    case QREF_FILL_CONSTANT:
    default:
      return low;
  }
}

void qref_fill(qref_case *item, uint64_t seed, const char *tensor, qref_fill_kind kind, double low, double high) {
  qref_case_tensor *target = qref_case_tensor_of(item, tensor);
  if (target == NULL || target->data == NULL) {
    return;
  }
  const uint64_t stream = qref_generate_stream(item->id, tensor);
  int8_t *i8 = target->data;
  int32_t *i32 = target->data;
  float *f32 = target->data;
  qref_float16 *f16 = target->data;
  for (size_t i = 0; i < target->count; i++) {
    const uint64_t bits = qref_random_bits(seed, stream, i);
    switch (target->schema->dtype) {
      case QREF_DTYPE_INT8:
        i8[i] = (int8_t)integer_of(kind, bits, i, (int64_t)low, (int64_t)high);
        break;
      case QREF_DTYPE_INT32:
        i32[i] = (int32_t)integer_of(kind, bits, i, (int64_t)low, (int64_t)high);
        break;
      case QREF_DTYPE_FLOAT32:
        f32[i] = (float)real_of(kind, bits, i, low, high);
        break;
      case QREF_DTYPE_FLOAT16:
        f16[i] = qref_f16_from_f64(real_of(kind, bits, i, low, high));
        break;
      case QREF_DTYPE_INT64:
      case QREF_DTYPE_BFLOAT16:
        break; /* no op takes them */
    }
  }
}

void qref_fill_all_uniform(qref_case *item, uint64_t seed) {
  for (size_t i = 0; i < item->tensor_count; i++) {
    const qref_tensor_schema *schema = item->tensors[i].schema;
    if (schema->role != QREF_ROLE_INPUT) {
      continue;
    }
    if (schema->dtype == QREF_DTYPE_INT8) {
      qref_fill(item, seed, schema->name, QREF_FILL_UNIFORM, -128, 127);
    } else if (schema->dtype == QREF_DTYPE_INT32) {
      qref_fill(item, seed, schema->name, QREF_FILL_CONSTANT, 0, 0);
    } else {
      qref_fill(item, seed, schema->name, QREF_FILL_UNIFORM, -1, 1);
    }
  }
}
