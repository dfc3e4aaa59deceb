/* .hex files: their text by hand, and everything that a reader must refuse. */
#include "ref/vectors/suite/hex.h"
#include "tests/base/support.h"

static const qref_tensor_schema accumulator = {.name = "accumulator", .dtype = QREF_DTYPE_INT32};
static const qref_tensor_schema bytes = {.name = "y", .dtype = QREF_DTYPE_INT8};
static const qref_tensor_schema halves = {.name = "h", .dtype = QREF_DTYPE_FLOAT16};

static qref_case_tensor tensor_of(const qref_tensor_schema *schema, uint32_t bits, size_t count, void *data) {
  return (qref_case_tensor){
      .schema = schema, .present = true, .bits = bits, .rank = 1, .shape = {count}, .count = count, .data = data};
}

static void expect_text(const qref_case_tensor *tensor, size_t lanes, const char *expected) {
  qref_text text = {0};
  qref_hex_print(tensor, lanes, &text);
  assert_false(text.failed);
  assert_string_equal(text.data, expected);
  qref_text_free(&text);
}

static void prints_words(void **state) {
  (void)state;
  int8_t small[] = {0, 1, -1, 127, -128};
  const qref_case_tensor y = tensor_of(&bytes, 8, 5, small);
  expect_text(&y, 1, "00\n01\nff\n7f\n80\n");
  expect_text(&y, 2, "0100\n7fff\n0080\n"); /* the first word at the right; zeros behind the last */
  expect_text(&y, 8, "000000807fff0100\n");
  int32_t sums[] = {-1, 5, -65536, 65535};
  const qref_case_tensor narrow = tensor_of(&accumulator, 17, 4, sums);
  expect_text(&narrow, 1, "1ffff\n00005\n10000\n0ffff\n"); /* 17 bits take 5 digits */
  const qref_case_tensor wide = tensor_of(&accumulator, 32, 4, sums);
  expect_text(&wide, 1, "ffffffff\n00000005\nffff0000\n0000ffff\n");
  uint16_t half[] = {0x3c00, 0x8001};
  const qref_case_tensor h = tensor_of(&halves, 16, 2, half);
  expect_text(&h, 1, "3c00\n8001\n");
}

static qref_status read_as(const char *text, const qref_case_tensor *like, size_t lanes, void *data,
                           qref_error *error) {
  scratch s;
  scratch_begin(&s);
  scratch_file(&s, "x.hex");
  write_bytes(s.path, text, strlen(text));
  qref_case_tensor tensor = *like;
  tensor.data = NULL;
  qref_status status = qref_hex_read(s.path, "x.hex", lanes, &tensor, error);
  if (status == QREF_OK) {
    memcpy(data, tensor.data, tensor.count * qref_dtype_size(tensor.schema->dtype));
    free(tensor.data);
  } else {
    assert_null(tensor.data);
    assert_non_null(strstr(error->message, "x.hex"));
  }
  scratch_end(&s);
  return status;
}

static void reads_words(void **state) {
  (void)state;
  qref_error error = {""};
  int8_t small[5];
  const qref_case_tensor y = tensor_of(&bytes, 8, 5, NULL);
  assert_int_equal(read_as("0100\n7fff\n0080\n", &y, 2, small, &error), QREF_OK);
  assert_memory_equal(small, ((int8_t[]){0, 1, -1, 127, -128}), 5);
  int32_t sums[4];
  const qref_case_tensor narrow = tensor_of(&accumulator, 17, 4, NULL);
  assert_int_equal(read_as("1ffff\n00005\n10000\n0ffff\n", &narrow, 1, sums, &error), QREF_OK);
  assert_memory_equal(sums, ((int32_t[]){-1, 5, -65536, 65535}), sizeof sums);
}

static void refuses_malformed_files(void **state) {
  (void)state;
  static const struct {
    const char *text, *expected;
    size_t lanes;
  } files[] = {
      {"", "expected 2 lines", 1},
      {"00000\n", "found 1 lines", 1},               /* short */
      {"00000\n00001\n00002\n", "found 3 lines", 1}, /* over-long */
      {"00000\n00001", "expected 2 lines", 1},       /* no end of the last line */
      {"0000\n000001\n", "line 1", 1},               /* a digit too few */
      {"00000\n0000g\n", "line 2", 1},               /* not a digit */
      {"00000\n0000F\n", "line 2", 1},               /* upper case */
      {"00000\n 0001\n", "line 2", 1},               /* white space */
      {"00000\n20000\n", "expected words of 17", 1}, /* more bits than there are */
      {"00000\n000000000000000000000000\n", "", 1},  /* a long line */
      {"000020000100000\n", "expected zeros", 3},    /* padding that is not zero */
      {"0000000001\n", "", 3},                       /* padding that is missing */
  };
  const qref_case_tensor tensor = tensor_of(&accumulator, 17, 2, NULL);
  for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
    qref_error error = {""};
    int32_t data[2];
    const char *text = files[i].text;
    if (read_as(text, &tensor, files[i].lanes, data, &error) != QREF_ERROR_FORMAT ||
        strstr(error.message, files[i].expected) == NULL) {
      fail_msg("file %zu: %s", i, error.message);
    }
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(prints_words),
      cmocka_unit_test(reads_words),
      cmocka_unit_test(refuses_malformed_files),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
