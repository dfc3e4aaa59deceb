/* Little-endian loads and stores, whatever the host. Arrays are converted the same way on every host: a little-endian
 * one has no path of its own that tests on it would leave out. */
#ifndef QREF_BASE_BYTES_H
#define QREF_BASE_BYTES_H

#include <stddef.h>
#include <stdint.h>

static inline uint16_t qref_load_u16(const uint8_t *bytes) {
  return (uint16_t)(bytes[0] | (bytes[1] << 8));
}

static inline uint32_t qref_load_u32(const uint8_t *bytes) {
  return (uint32_t)bytes[0] | ((uint32_t)bytes[1] << 8) | ((uint32_t)bytes[2] << 16) | ((uint32_t)bytes[3] << 24);
}

static inline uint64_t qref_load_u64(const uint8_t *bytes) {
  return (uint64_t)qref_load_u32(bytes) | ((uint64_t)qref_load_u32(bytes + 4) << 32);
}

static inline void qref_store_u16(uint8_t *bytes, uint16_t value) {
  bytes[0] = (uint8_t)(value & 0xffu);
  bytes[1] = (uint8_t)(value >> 8);
}

static inline void qref_store_u32(uint8_t *bytes, uint32_t value) {
  qref_store_u16(bytes, (uint16_t)(value & 0xffffu));
  qref_store_u16(bytes + 2, (uint16_t)(value >> 16));
}

static inline void qref_store_u64(uint8_t *bytes, uint64_t value) {
  qref_store_u32(bytes, (uint32_t)(value & 0xffffffffu));
  qref_store_u32(bytes + 4, (uint32_t)(value >> 32));
}

/* Arrays of `count` elements of 1, 2, 4 or 8 bytes between host order (any alignment) and little-endian bytes. The two
 * must not overlap. */
void qref_to_little_endian(uint8_t *bytes, const void *elements, size_t count, size_t element_size);
void qref_from_little_endian(void *elements, const uint8_t *bytes, size_t count, size_t element_size);

#endif
