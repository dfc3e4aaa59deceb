/* The counter-based generator: the published vectors of Philox4x32-10, how counter and key are filled, and that no
 * argument is ignored. */
#include "ref/numerics/philox.h"
#include "tests/numerics/assert_float.h"

/* Known answers published with the generator (Random123, kat_vectors). */
static void published_vectors(void **state) {
  (void)state;
  const struct {
    uint32_t counter[4];
    uint32_t key[2];
    uint32_t output[4];
  } vectors[] = {
      {{0, 0, 0, 0}, {0, 0}, {0x6627e8d5u, 0xe169c58du, 0xbc57ac4cu, 0x9b00dbd8u}},
      {{0xffffffffu, 0xffffffffu, 0xffffffffu, 0xffffffffu},
       {0xffffffffu, 0xffffffffu},
       {0x408f276du, 0x41c83b0eu, 0xa20bc7c6u, 0x6d5451fdu}},
      {{0x243f6a88u, 0x85a308d3u, 0x13198a2eu, 0x03707344u},
       {0xa4093822u, 0x299f31d0u},
       {0xd16cfe09u, 0x94fdccebu, 0x5001e420u, 0x24126ea1u}},
  };
  for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++) {
    uint32_t output[4];
    qref_philox4x32_10(vectors[i].counter, vectors[i].key, output);
    assert_memory_equal(output, vectors[i].output, sizeof output);
  }
}

/* The same vectors, through the public function. */
static void seed_is_the_key_and_index_and_stream_the_counter(void **state) {
  (void)state;
  assert_true(qref_random_bits(0, 0, 0) == UINT64_C(0xe169c58d6627e8d5));
  assert_true(qref_random_bits(UINT64_C(0x299f31d0a4093822), UINT64_C(0x0370734413198a2e),
                               UINT64_C(0x85a308d3243f6a88)) == UINT64_C(0x94fdccebd16cfe09));
}

static void every_bit_of_every_argument_matters(void **state) {
  (void)state;
  const uint64_t start = qref_random_bits(1, 2, 3);
  assert_true(start == qref_random_bits(1, 2, 3));
  for (int bit = 0; bit < 64; bit++) {
    const uint64_t flip = UINT64_C(1) << bit;
    assert_true(start != qref_random_bits(1 ^ flip, 2, 3));
    assert_true(start != qref_random_bits(1, 2 ^ flip, 3));
    assert_true(start != qref_random_bits(1, 2, 3 ^ flip));
  }
}

/* Each of 64 bits is set in about half of consecutive counters: 5 standard deviations of 128. */
static void bits_are_balanced(void **state) {
  (void)state;
  int set[64] = {0};
  for (uint64_t index = 0; index < 65536; index++) {
    const uint64_t random = qref_random_bits(9, 9, index);
    for (int bit = 0; bit < 64; bit++) {
      set[bit] += (int)(random >> bit & 1u);
    }
  }
  for (int bit = 0; bit < 64; bit++) {
    assert_in_range(set[bit], 32768 - 640, 32768 + 640);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(published_vectors),
      cmocka_unit_test(seed_is_the_key_and_index_and_stream_the_counter),
      cmocka_unit_test(every_bit_of_every_argument_matters),
      cmocka_unit_test(bits_are_balanced),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
