#include "ref/base/bytes.h"

#include "tests/base/support.h"

static const uint8_t bytes[8] = {0x01, 0x82, 0x03, 0x84, 0x05, 0x86, 0x07, 0x88};

static void loads_and_stores(void **state) {
  (void)state;
  assert_true(qref_load_u16(bytes) == 0x8201u);
  assert_true(qref_load_u32(bytes) == 0x84038201u);
  assert_true(qref_load_u64(bytes) == 0x8807860584038201u);
  uint8_t stored[8];
  qref_store_u64(stored, 0x8807860584038201u);
  assert_memory_equal(stored, bytes, 8);
}

/* Each element is the load of its bytes, and the way back gives the bytes; also from unaligned places. */
static void arrays(void **state) {
  (void)state;
  uint8_t storage[9];
  memcpy(storage + 1, bytes, 8);
  uint16_t u16[4];
  qref_from_little_endian(u16, storage + 1, 4, 2);
  assert_int_equal(u16[1], 0x8403);
  uint32_t u32[2];
  qref_from_little_endian(u32, storage + 1, 2, 4);
  assert_true(u32[1] == 0x88078605u);
  uint64_t u64[1];
  qref_from_little_endian(u64, storage + 1, 1, 8);
  assert_true(u64[0] == 0x8807860584038201u);
  uint8_t u8[8];
  qref_from_little_endian(u8, storage + 1, 8, 1);
  assert_memory_equal(u8, bytes, 8);
  const void *elements[] = {u8, u16, u32, u64};
  const size_t sizes[] = {1, 2, 4, 8};
  for (int i = 0; i < 4; i++) {
    uint8_t back[9] = {0};
    qref_to_little_endian(back + 1, elements[i], 8 / sizes[i], sizes[i]);
    assert_memory_equal(back + 1, bytes, 8);
  }
  qref_to_little_endian(NULL, NULL, 0, 1);
  qref_from_little_endian(NULL, NULL, 0, 4);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(loads_and_stores), cmocka_unit_test(arrays)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
