/* A few thousand damaged copies of good files: each must be read or refused with a message, and nothing else (run
 * under AddressSanitizer). Deterministic; run.sh beside this searches further. */
#include "ref/base/file.h"
#include "tests/base/support.h"
#include "tests/fuzz/parsers.h"

enum { ROUNDS = 3000, MAX_SIZE = 16384 };

static size_t pick(uint64_t *random, size_t bound) {
  return (size_t)(next_random(random) % bound);
}

/* Damages bytes[0 .. size) in one of the ways that files break and attackers try; returns the new size. */
static size_t mutate(uint8_t *bytes, size_t size, uint64_t *random) {
  static const char *const tokens[] = {
      "0", "-1", "9007199254740993", "18446744073709551615", "1e308", "null", "\"", "[[", "{", "}", "(",
      ")", ",",  "\\u0000"};
  if (size == 0) {
    return 0;
  }
  size_t at = pick(random, size);
  switch (pick(random, 6)) {
    case 0:
      bytes[at] ^= (uint8_t)(1u << pick(random, 8));
      return size;
    case 1:
      bytes[at] = (uint8_t)(next_random(random) & 0xffu);
      return size;
    case 2: /* truncate */
      return at;
    case 3: { /* leave out a piece */
      size_t length = pick(random, size - at) + 1;
      memmove(bytes + at, bytes + at + length, size - at - length);
      return size - length;
    }
    case 4: { /* repeat a piece */
      size_t length = pick(random, size - at) + 1;
      if (size + length > MAX_SIZE) {
        return size;
      }
      memmove(bytes + at + length, bytes + at, size - at);
      return size + length;
    }
    default: { /* write a token over it */
      const char *token = tokens[pick(random, sizeof tokens / sizeof tokens[0])];
      size_t length = strlen(token) < size - at ? strlen(token) : size - at;
      memcpy(bytes + at, token, length);
      return size;
    }
  }
}

static void survive(const uint8_t *good, size_t size, qref_status (*parse)(const char *, unsigned *, qref_error *)) {
  scratch s;
  scratch_begin(&s);
  scratch_file(&s, "input");
  assert_true(size <= MAX_SIZE);
  uint64_t random = 5;
  unsigned sum = 0;
  int accepted = 0;
  write_bytes(s.path, good, size);
  qref_error error = {""};
  assert_int_equal(parse(s.path, &sum, &error), QREF_OK);
  for (int round = 0; round < ROUNDS; round++) {
    uint8_t bytes[MAX_SIZE];
    memcpy(bytes, good, size);
    size_t damaged = size;
    for (size_t i = pick(&random, 4) + 1; i > 0; i--) {
      damaged = mutate(bytes, damaged, &random);
    }
    unlink(s.path); /* rewriting a file in place makes some file systems flush it */
    write_bytes(s.path, bytes, damaged);
    error.message[0] = '\0';
    qref_status status = parse(s.path, &sum, &error);
    accepted += status == QREF_OK;
    if (status != QREF_OK) {
      assert_true(strstr(error.message, s.path) != NULL);
      assert_null(strchr(error.message, '\n'));
    }
  }
  assert_in_range(accepted, 1, ROUNDS - 1); /* both ways were taken */
  scratch_end(&s);
}

static void safetensors(void **state) {
  (void)state;
  static const char file[] =
      "\0\0\0\0\0\0\0\0{\"__metadata__\":{\"format\":\"pt\"},"
      "\"a\":{\"dtype\":\"F32\",\"shape\":[2,2],\"data_offsets\":[0,16]},"
      "\"b.c\":{\"dtype\":\"I8\",\"shape\":[3],\"data_offsets\":[16,19]},"
      "\"d\":{\"dtype\":\"BF16\",\"shape\":[0],\"data_offsets\":[19,19]}}0123456789abcdef012";
  uint8_t bytes[sizeof file - 1];
  memcpy(bytes, file, sizeof bytes);
  bytes[0] = (uint8_t)(sizeof bytes - 8 - 19);
  survive(bytes, sizeof bytes, parse_safetensors);
}

static void npy(void **state) {
  (void)state;
  static const char file[] =
      "\x93NUMPY\x01\x00\x76\x00"
      "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }                                                "
      "          \n"
      "0123456789abcdef01234567";
  survive((const uint8_t *)file, sizeof file - 1, parse_npy);
}

static void profile(void **state) {
  (void)state;
  char *text = NULL;
  qref_error error;
  assert_int_equal(qref_profile_to_json(qref_profile_builtin("floatsim"), &text, &error), QREF_OK);
  survive((const uint8_t *)text, strlen(text), parse_profile);
  free(text);
}

/* One step of a block: attributes, tensors, links, two formats. */
static void manifest(void **state) {
  (void)state;
  scratch s;
  scratch_begin(&s);
  const qref_gen_options options = {
      .suite = "block", .npy = true, .hex = true, .hex_lanes = 2, .shard_index = 3, .shard_count = 72};
  qref_gen_report report;
  qref_error error = {""};
  assert_int_equal(qref_gen(scratch_file(&s, "suite"), &options, &report, &error), QREF_OK);
  assert_int_equal(report.cases, 1);
  qref_gen_report_free(&report);
  char *text = NULL;
  size_t size = 0;
  assert_int_equal(qref_read_file(scratch_file(&s, "suite/manifest.json"), MAX_SIZE, &text, &size, &error), QREF_OK);
  assert_non_null(strstr(text, "\"links\""));
  survive((const uint8_t *)text, size, parse_manifest);
  free(text);
  scratch_end(&s);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(safetensors),
      cmocka_unit_test(npy),
      cmocka_unit_test(profile),
      cmocka_unit_test(manifest),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
