#include "ref/vectors/npy.h"

#include "ref/base/bytes.h"
#include "tests/base/support.h"

/* ---- reading ---- */

/* A file of version `major`.0 with the dictionary as given and `data_size` bytes 0, 1, 2, ... */
static void write_file(const char *path, unsigned major, const char *dictionary, size_t data_size) {
  size_t length = strlen(dictionary);
  size_t begin = major == 2 ? 12 : 10;
  uint8_t *bytes = malloc(begin + length + data_size);
  assert_non_null(bytes);
  memcpy(bytes, "\x93NUMPY", 6);
  bytes[6] = (uint8_t)major;
  bytes[7] = 0;
  if (major == 2) {
    qref_store_u32(bytes + 8, (uint32_t)length);
  } else {
    qref_store_u16(bytes + 8, (uint16_t)length);
  }
  memcpy(bytes + begin, dictionary, length);
  for (size_t i = 0; i < data_size; i++) {
    bytes[begin + length + i] = (uint8_t)(i & 0xffu);
  }
  write_bytes(path, bytes, begin + length + data_size);
  free(bytes);
}

static void reads_every_type(void **state) {
  (void)state;
  static const struct {
    const char *descr;
    qref_dtype dtype;
  } cases[] = {
      {"|i1", QREF_DTYPE_INT8},    {"<i4", QREF_DTYPE_INT32},   {"<i8", QREF_DTYPE_INT64},
      {"<f2", QREF_DTYPE_FLOAT16}, {"<f4", QREF_DTYPE_FLOAT32},
  };
  scratch s;
  scratch_begin(&s);
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    char dictionary[128];
    snprintf(dictionary, sizeof dictionary, "{'descr': '%s', 'fortran_order': False, 'shape': (2, 3), }  \n",
             cases[i].descr);
    size_t size = 6 * qref_dtype_size(cases[i].dtype);
    write_file(scratch_file(&s, "a.npy"), 1, dictionary, size);
    qref_tensor tensor;
    qref_error error;
    assert_int_equal(qref_npy_read(s.path, &tensor, &error), QREF_OK);
    assert_int_equal(tensor.dtype, cases[i].dtype);
    assert_int_equal(tensor.dimensions, 2);
    assert_int_equal(tensor.shape[0], 2);
    assert_int_equal(tensor.shape[1], 3);
    assert_int_equal(tensor.count, 6);
    uint8_t bytes[48];
    qref_to_little_endian(bytes, tensor.data, 6, qref_dtype_size(tensor.dtype));
    for (size_t k = 0; k < size; k++) {
      assert_int_equal(bytes[k], k);
    }
    qref_tensor_free(&tensor);
    assert_null(tensor.data);
  }
  scratch_end(&s);
}

static void reads_all_that_numpy_writes(void **state) {
  (void)state;
  static const struct {
    unsigned major;
    const char *dictionary;
    size_t dimensions, count;
  } cases[] = {
      {1, "{'descr': '|i1', 'fortran_order': False, 'shape': (), }\n", 0, 1},
      {1, "{'descr': '|i1', 'fortran_order': False, 'shape': (7,), }\n", 1, 7},
      {1, "{'descr': '|i1', 'fortran_order': True, 'shape': (7,), }\n", 1, 7},
      {1, "{'descr': '|i1', 'fortran_order': False, 'shape': (0, 5), }\n", 2, 0},
      {2, "{'descr': '|i1', 'fortran_order': False, 'shape': (2, 2), }\n", 2, 4},
      {1, "{ \"shape\" :(1,1,1,1,1,1,1,2,),'fortran_order':False,\"descr\":'|i1'}", 8, 2},
  };
  scratch s;
  scratch_begin(&s);
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    write_file(scratch_file(&s, "a.npy"), cases[i].major, cases[i].dictionary, cases[i].count);
    qref_tensor tensor;
    qref_error error = {""};
    assert_int_equal(qref_npy_read(s.path, &tensor, &error), QREF_OK);
    assert_int_equal(tensor.dimensions, cases[i].dimensions);
    assert_int_equal(tensor.count, cases[i].count);
    assert_non_null(tensor.data);
    qref_tensor_free(&tensor);
  }
  scratch_end(&s);
}

#define DICTIONARY(descr, order, shape) "{'descr': " descr ", 'fortran_order': " order ", 'shape': " shape ", }\n"

/* Each stands in front of 8 bytes of data. */
static const struct {
  const char *dictionary;
  const char *part;
} bad[] = {
    {DICTIONARY("'>f4'", "False", "(2,)"),
     "field 'descr': expected |i1, <i4, <i8, <f2 or <f4, found '>f4' (big-endian)"},
    {DICTIONARY("'=f4'", "False", "(2,)"), "found '=f4'"},
    {DICTIONARY("'|u1'", "False", "(8,)"), "found '|u1'"},
    {DICTIONARY("'|O'", "False", "(1,)"), "found '|O'"},
    {DICTIONARY("[('a', '<f4')]", "False", "(2,)"), "field 'descr': expected the type string"},
    {DICTIONARY("'<f4", "False", "(2,)"), "field 'descr'"},
    {DICTIONARY("'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa'", "False", "(2,)"), "field 'descr'"},
    {DICTIONARY("'<f4\\x00'", "False", "(2,)"), "field 'descr'"},
    {DICTIONARY("'<f4'", "True", "(2, 1)"), "field 'fortran_order': expected False"},
    {DICTIONARY("'<f4'", "0", "(2,)"), "field 'fortran_order': expected True or False"},
    {DICTIONARY("'<f4'", "'False'", "(2,)"), "field 'fortran_order'"},
    {DICTIONARY("'<f4'", "False", "(2)"), "field 'shape': expected a tuple"},
    {DICTIONARY("'<f4'", "False", "[2]"), "field 'shape': expected a tuple"},
    {DICTIONARY("'<f4'", "False", "(-2,)"), "field 'shape': expected a tuple"},
    {DICTIONARY("'<f4'", "False", "(2.0,)"), "field 'shape': expected a tuple"},
    {DICTIONARY("'<f4'", "False", "(,)"), "field 'shape': expected a tuple"},
    {DICTIONARY("'<f4'", "False", "(1 2)"), "field 'shape': expected a tuple"},
    {DICTIONARY("'<f4'", "False", "(1,,2)"), "field 'shape': expected a tuple"},
    {DICTIONARY("'<f4'", "False", "(1, 1, 1, 1, 1, 1, 1, 1, 2)"), "field 'shape': expected at most 8 dimensions"},
    {DICTIONARY("'<f4'", "False", "(99999999999999999999999,)"), "field 'shape'"},
    {DICTIONARY("'<f4'", "False", "(4294967296, 4294967296)"), "field 'shape': expected a product"},
    {DICTIONARY("'<f4'", "False", "(4611686018427387904,)"), "field 'shape': expected a product"},
    {DICTIONARY("'<f4'", "False", "(3,)"), "data: expected 12 bytes, as 'shape' and 'descr' say, found 8"},
    {DICTIONARY("'<f4'", "False", "(1,)"), "data: expected 4 bytes"},
    {"{'descr': '<f4', 'fortran_order': False}", "field 'shape': expected, found nothing"},
    {"{'descr': '<f4', 'shape': (2,)}", "field 'fortran_order': expected, found nothing"},
    {"{'shape': (2,), 'fortran_order': False}", "field 'descr': expected, found nothing"},
    {"{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': (2,)}", "once, found 'descr'"},
    {"{'descr': '<f4', 'fortran_order': False, 'shape': (2,), 'extra': 1}", "once, found 'extra'"},
    {"{'descr': '<f4' 'fortran_order': False, 'shape': (2,)}", "expected ',' or '}'"},
    {"{'descr' '<f4', 'fortran_order': False, 'shape': (2,)}", "expected a key and a colon"},
    {"{'descr': '<f4', 'fortran_order': False, 'shape': (2,)} x", "expected only white space"},
    {"{'descr': '<f4', 'fortran_order': False, 'shape': (2,)", "header"},
    {"[]", "header: expected a dictionary"},
    {"", "header: expected a dictionary"},
};

static void refuses_bad_headers(void **state) {
  (void)state;
  scratch s;
  scratch_begin(&s);
  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
    write_file(scratch_file(&s, "bad.npy"), 1, bad[i].dictionary, 8);
    qref_tensor tensor;
    qref_error error = {""};
    assert_failure(qref_npy_read(s.path, &tensor, &error), QREF_ERROR_FORMAT, &error, bad[i].part);
    assert_failure(QREF_ERROR_FORMAT, QREF_ERROR_FORMAT, &error, s.path);
    assert_null(tensor.data);
  }
  scratch_end(&s);
}

static void refuses_other_files(void **state) {
  (void)state;
  scratch s;
  scratch_begin(&s);
  qref_tensor tensor;
  qref_error error;
  write_text(scratch_file(&s, "bad.npy"), "");
  assert_failure(qref_npy_read(s.path, &tensor, &error), QREF_ERROR_FORMAT, &error, "magic");
  write_text(s.path, "\x93NUMPX\x01 and more");
  assert_failure(qref_npy_read(s.path, &tensor, &error), QREF_ERROR_FORMAT, &error, "magic");
  write_file(s.path, 3, "{}", 0);
  assert_failure(qref_npy_read(s.path, &tensor, &error), QREF_ERROR_FORMAT, &error, "expected 1.0 or 2.0, found 3.0");
  write_bytes(s.path, "\x93NUMPY\x01\x00\xff\xff{}", 12);
  assert_failure(qref_npy_read(s.path, &tensor, &error), QREF_ERROR_FORMAT, &error, "header length");
  write_bytes(s.path, "\x93NUMPY\x02\x00\xff\xff\xff\xff{}", 14);
  assert_failure(qref_npy_read(s.path, &tensor, &error), QREF_ERROR_FORMAT, &error, "header length");
  assert_failure(qref_npy_read(scratch_file(&s, "none"), &tensor, &error), QREF_ERROR_IO, &error, s.path);
  write_file(scratch_file(&s, "good.npy"), 1, DICTIONARY("'<f4'", "False", "(2,)"), 8);
  size_t size = 0;
  uint8_t *bytes = read_bytes(s.path, &size);
  for (size_t length = 0; length < size; length++) {
    write_bytes(s.path, bytes, length);
    assert_int_equal(qref_npy_read(s.path, &tensor, &error), QREF_ERROR_FORMAT);
  }
  free(bytes);
  scratch_end(&s);
}

/* ---- writing ---- */

/* NumPy wrote these files: written again, they must be the same bytes. */
static void writes_what_numpy_writes(void **state) {
  (void)state;
  static const char *const files[] = {
      "/vectors/models/tiny-mamba/hf_logits.npy",         "/vectors/models/tiny-mamba/hf_tokens.npy",
      "/vectors/recorded/quamba-h100/hadamard_00.x.npy",  "/vectors/recorded/quamba-h100/conv1d_00.x.npy",
      "/vectors/recorded/quamba-h100/conv1d_00.b.npy",    "/vectors/recorded/quamba-h100/linear_00_0.02.y_f16.npy",
      "/vectors/recorded/quamba-h100/rmsnorm_00.d_y.npy",
  };
  scratch s;
  scratch_begin(&s);
  for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
    char path[512];
    snprintf(path, sizeof path, "%s%s", QREF_SOURCE_DIR, files[i]);
    qref_tensor tensor;
    qref_error error;
    assert_int_equal(qref_npy_read(path, &tensor, &error), QREF_OK);
    assert_int_equal(qref_npy_write(scratch_file(&s, "copy.npy"), tensor.dtype, tensor.dimensions, tensor.shape,
                                    tensor.data, &error),
                     QREF_OK);
    qref_tensor_free(&tensor);
    size_t expected_size = 0;
    size_t size = 0;
    uint8_t *expected = read_bytes(path, &expected_size);
    uint8_t *actual = read_bytes(s.path, &size);
    assert_int_equal(size, expected_size);
    assert_memory_equal(actual, expected, size);
    free(expected);
    free(actual);
  }
  scratch_end(&s);
}

/* numpy.save of numpy.zeros((), 'i1') and of eight dimensions, by numpy's own description of the format. */
static void headers_of_extreme_shapes(void **state) {
  (void)state;
  scratch s;
  scratch_begin(&s);
  qref_error error;
  assert_int_equal(qref_npy_write(scratch_file(&s, "a.npy"), QREF_DTYPE_INT8, 0, NULL, "\x05", &error), QREF_OK);
  size_t size = 0;
  uint8_t *bytes = read_bytes(s.path, &size);
  assert_int_equal(size, 129);
  assert_memory_equal(bytes, "\x93NUMPY\x01\x00\x76\x00{'descr': '|i1', 'fortran_order': False, 'shape': (), }  ", 66);
  assert_int_equal(bytes[127], '\n');
  assert_int_equal(bytes[128], 5);
  free(bytes);
  const size_t largest[8] = {SIZE_MAX, SIZE_MAX, SIZE_MAX, SIZE_MAX, SIZE_MAX, SIZE_MAX, SIZE_MAX, 0};
  assert_failure(qref_npy_write(s.path, QREF_DTYPE_FLOAT32, 8, largest, NULL, &error), QREF_ERROR_OVERFLOW, &error,
                 "field 'shape'");
  const size_t none[8] = {0, SIZE_MAX, SIZE_MAX, SIZE_MAX, SIZE_MAX, SIZE_MAX, SIZE_MAX, SIZE_MAX};
  assert_int_equal(qref_npy_write(s.path, QREF_DTYPE_FLOAT32, 8, none, NULL, &error), QREF_OK);
  qref_tensor tensor;
  assert_int_equal(qref_npy_read(s.path, &tensor, &error), QREF_OK);
  assert_memory_equal(tensor.shape, none, sizeof none);
  qref_tensor_free(&tensor);
  scratch_end(&s);
}

static void refuses_to_write(void **state) {
  (void)state;
  scratch s;
  scratch_begin(&s);
  qref_error error;
  const size_t shape[9] = {1, 1, 1, 1, 1, 1, 1, 1, 1};
  scratch_file(&s, "a.npy");
  assert_failure(qref_npy_write(s.path, QREF_DTYPE_BFLOAT16, 1, shape, "ab", &error), QREF_ERROR_UNSUPPORTED, &error,
                 "a.npy: field 'descr': NumPy has no bfloat16");
  assert_failure(qref_npy_write(s.path, QREF_DTYPE_INT8, 9, shape, "a", &error), QREF_ERROR_ARGUMENT, &error,
                 "at most 8 dimensions");
  assert_failure(qref_npy_write(s.path, QREF_DTYPE_INT8, 1, shape, NULL, &error), QREF_ERROR_ARGUMENT, &error, "data");
  assert_int_equal(scratch_count(&s), 0);
  assert_failure(qref_npy_write("/dev/full", QREF_DTYPE_INT8, 1, shape, "a", &error), QREF_ERROR_IO, &error,
                 "/dev/full");
  scratch_end(&s);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(reads_every_type),         cmocka_unit_test(reads_all_that_numpy_writes),
      cmocka_unit_test(refuses_bad_headers),      cmocka_unit_test(refuses_other_files),
      cmocka_unit_test(writes_what_numpy_writes), cmocka_unit_test(headers_of_extreme_shapes),
      cmocka_unit_test(refuses_to_write),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
