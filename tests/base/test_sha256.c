/* Expected values: the examples of FIPS 180-2 appendix B and NIST's for the empty message. */
#include "ref/base/sha256.h"

#include "tests/base/support.h"

static void published_examples(void **state) {
  (void)state;
  static const char *const cases[][2] = {
      {"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
      {"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
      {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
       "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    char hex[65];
    qref_sha256_of(cases[i][0], strlen(cases[i][0]), hex);
    assert_string_equal(hex, cases[i][1]);
  }
}

static void a_million_letters_in_pieces_of_every_size(void **state) {
  (void)state;
  char letters[200];
  memset(letters, 'a', sizeof letters);
  qref_sha256 hash;
  qref_sha256_begin(&hash);
  size_t left = 1000000;
  for (size_t piece = 0; left > 0; piece = (piece + 1) % sizeof letters) {
    size_t size = piece < left ? piece : left;
    qref_sha256_update(&hash, letters, size);
    left -= size;
  }
  char hex[65];
  qref_sha256_end(&hash, hex);
  assert_string_equal(hex, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

/* Lengths around the padding's edges, against sha256sum where there is one. */
static void lengths_around_a_block(void **state) {
  (void)state;
  scratch s;
  scratch_begin(&s);
  char data_path[sizeof s.path];
  memcpy(data_path, scratch_file(&s, "data"), sizeof data_path);
  uint8_t data[130];
  for (size_t i = 0; i < sizeof data; i++) {
    data[i] = (uint8_t)(i * 7 + 1);
  }
  for (size_t size = 53; size <= 130; size++) {
    write_bytes(data_path, data, size);
    const char *const program[] = {"sha256sum", data_path, NULL};
    int status = run_program(program, scratch_file(&s, "digest"));
    if (status == 127) {
      scratch_end(&s);
      print_message("skipped: sha256sum was not found\n");
      skip();
    }
    assert_int_equal(status, 0);
    size_t length = 0;
    char *expected = (char *)read_bytes(s.path, &length);
    assert_true(length > 64);
    expected[64] = '\0';
    char hex[65];
    qref_sha256_of(data, size, hex);
    assert_string_equal(hex, expected);
    free(expected);
  }
  scratch_end(&s);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(published_examples),
      cmocka_unit_test(a_million_letters_in_pieces_of_every_size),
      cmocka_unit_test(lengths_around_a_block),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
