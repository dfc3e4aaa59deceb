#include "ref/base/bytes.h"

#include <string.h>

void qref_to_little_endian(uint8_t *bytes, const void *elements, size_t count, size_t element_size) {
  const uint8_t *from = elements;
  switch (element_size) {
    case 2:
      for (size_t i = 0; i < count; i++) {
        uint16_t value;
        memcpy(&value, from + 2 * i, 2);
        qref_store_u16(bytes + 2 * i, value);
      }
      break;
    case 4:
      for (size_t i = 0; i < count; i++) {
        uint32_t value;
        memcpy(&value, from + 4 * i, 4);
        qref_store_u32(bytes + 4 * i, value);
      }
      break;
    case 8:
      for (size_t i = 0; i < count; i++) {
        uint64_t value;
        memcpy(&value, from + 8 * i, 8);
        qref_store_u64(bytes + 8 * i, value);
      }
      break;
    default:
      if (count > 0) {
        memcpy(bytes, from, count);
      }
      break;
  }
}

void qref_from_little_endian(void *elements, const uint8_t *bytes, size_t count, size_t element_size) {
  uint8_t *to = elements;
  switch (element_size) {
    case 2:
      for (size_t i = 0; i < count; i++) {
        uint16_t value = qref_load_u16(bytes + 2 * i);
        memcpy(to + 2 * i, &value, 2);
      }
      break;
    case 4:
      for (size_t i = 0; i < count; i++) {
        uint32_t value = qref_load_u32(bytes + 4 * i);
        memcpy(to + 4 * i, &value, 4);
      }
      break;
    case 8:
      for (size_t i = 0; i < count; i++) {
        uint64_t value = qref_load_u64(bytes + 8 * i);
        memcpy(to + 8 * i, &value, 8);
      }
      break;
    default:
      if (count > 0) {
        memcpy(to, bytes, count);
      }
      break;
  }
}
