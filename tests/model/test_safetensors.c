#include "ref/model/safetensors.h"

#include "ref/base/bytes.h"
#include "ref/base/file.h"
#include "tests/base/support.h"

/* ---- reading ---- */

/* A file of a header as text and `data_size` bytes 0, 1, 2, ... */
static void write_file(const char *path, const char *header, size_t data_size) {
  size_t length = strlen(header);
  uint8_t *bytes = malloc(8 + length + data_size);
  assert_non_null(bytes);
  qref_store_u64(bytes, length);
  memcpy(bytes + 8, header, length);
  for (size_t i = 0; i < data_size; i++) {
    bytes[8 + length + i] = (uint8_t)(i & 0xffu);
  }
  write_bytes(path, bytes, 8 + length + data_size);
  free(bytes);
}

static void reads_tensors_and_metadata(void **state) {
  (void)state;
  scratch s;
  scratch_begin(&s);
  write_file(scratch_file(&s, "m"),
             "{\"b\":{\"shape\":[2,3],\"dtype\":\"F16\",\"data_offsets\":[4,16]},"
             "\"__metadata__\":{\"format\":\"pt\"},"
             "\"a\":{\"dtype\":\"I32\",\"shape\":[],\"data_offsets\":[0,4]},"
             "\"none\":{\"dtype\":\"BF16\",\"shape\":[0,7],\"data_offsets\":[16,16]}}   ",
             16);
  qref_safetensors *file = NULL;
  qref_error error;
  assert_int_equal(qref_safetensors_open(s.path, &file, &error), QREF_OK);
  assert_string_equal(qref_safetensors_path(file), s.path);
  assert_int_equal(qref_safetensors_count(file), 3);
  const qref_stored_tensor *b = qref_safetensors_at(file, 0);
  assert_string_equal(b->name, "b");
  assert_int_equal(b->dtype, QREF_DTYPE_FLOAT16);
  assert_int_equal(b->dimensions, 2);
  assert_int_equal(b->shape[0], 2);
  assert_int_equal(b->shape[1], 3);
  assert_int_equal(b->count, 6);
  assert_int_equal(b->data[0], 4);
  const qref_stored_tensor *a = qref_safetensors_find(file, "a");
  assert_ptr_equal(a, qref_safetensors_at(file, 1));
  assert_int_equal(a->dimensions, 0);
  assert_int_equal(a->count, 1);
  assert_int_equal(a->data[3], 3);
  assert_int_equal(qref_safetensors_find(file, "none")->count, 0);
  assert_null(qref_safetensors_find(file, "c"));
  assert_null(qref_safetensors_find(file, "__metadata__"));
  assert_null(qref_safetensors_at(file, 3));
  assert_string_equal(qref_safetensors_metadata(file, "format"), "pt");
  assert_null(qref_safetensors_metadata(file, "other"));
  qref_safetensors_close(file);
  qref_safetensors_close(NULL);
  scratch_end(&s);
}

static void reads_the_tiny_model(void **state) {
  (void)state;
  qref_safetensors *file = NULL;
  qref_error error;
  assert_int_equal(qref_safetensors_open(QREF_SOURCE_DIR "/vectors/models/tiny-mamba/model.safetensors", &file, &error),
                   QREF_OK);
  const qref_stored_tensor *embedding = qref_safetensors_find(file, "backbone.embeddings.weight");
  assert_non_null(embedding);
  assert_int_equal(embedding->shape[0], 256);
  assert_int_equal(embedding->shape[1], 192);
  qref_safetensors_close(file);
}

static void an_empty_file_of_tensors(void **state) {
  (void)state;
  scratch s;
  scratch_begin(&s);
  write_file(scratch_file(&s, "m"), "{}", 0);
  qref_safetensors *file = NULL;
  qref_error error;
  assert_int_equal(qref_safetensors_open(s.path, &file, &error), QREF_OK);
  assert_int_equal(qref_safetensors_count(file), 0);
  assert_null(qref_safetensors_find(file, ""));
  assert_null(qref_safetensors_metadata(file, "format"));
  qref_safetensors_close(file);
  scratch_end(&s);
}

#define ONE(dtype, shape, offsets) "{\"x\":{\"dtype\":" dtype ",\"shape\":" shape ",\"data_offsets\":" offsets "}}"

/* Each header stands in front of 8 bytes of data. */
static const struct {
  const char *header;
  const char *part;
} bad_headers[] = {
    {"", "header length: expected 2"},
    {"[]", "header: expected a JSON object"},
    {" {}", "header: expected a JSON object"},
    {"{\"x\":1}", "tensor 'x': expected an object"},
    {"{\"x\":{\"shape\":[8],\"data_offsets\":[0,8]}}", "tensor 'x': field 'dtype': expected a string, found nothing"},
    {"{\"x\":{\"dtype\":\"I8\",\"data_offsets\":[0,8]}}", "field 'shape': expected an array, found nothing"},
    {"{\"x\":{\"dtype\":\"I8\",\"shape\":[8]}}", "field 'data_offsets': expected an array, found nothing"},
    {"{\"x\":{\"dtype\":\"I8\",\"shape\":[8],\"data_offsets\":[0,8],\"y\":1}}", "field 'y': expected only"},
    {ONE("1", "[8]", "[0,8]"), "field 'dtype': expected a string"},
    {ONE("\"F64\"", "[1]", "[0,8]"), "tensor 'x': field 'dtype': expected I8, I32, I64, F16, BF16 or F32, found 'F64'"},
    {ONE("\"i8\"", "[8]", "[0,8]"), "found 'i8'"},
    {ONE("\"I8\"", "8", "[0,8]"), "field 'shape': expected an array"},
    {ONE("\"I8\"", "[-8]", "[0,8]"), "field 'shape': expected integers"},
    {ONE("\"I8\"", "[8.5]", "[0,8]"), "field 'shape': expected integers"},
    {ONE("\"I8\"", "[\"8\"]", "[0,8]"), "field 'shape': expected integers"},
    {ONE("\"I8\"", "[1e300]", "[0,8]"), "field 'shape': expected integers"},
    {ONE("\"I8\"", "[4294967296,4294967296,8]", "[0,8]"), "field 'shape': expected a product that fits"},
    {ONE("\"I64\"", "[2305843009213693952]", "[0,0]"), "field 'shape'"},
    {ONE("\"I64\"", "[4503599627370496,512]", "[0,0]"), "field 'data_offsets'"}, /* 2^61 elements of 8 bytes */
    {ONE("\"I8\"", "[1,1,1,1,1,1,1,1,8]", "[0,8]"), "field 'shape': expected at most 8 dimensions"},
    {ONE("\"I8\"", "[8]", "8"), "field 'data_offsets': expected an array"},
    {ONE("\"I8\"", "[8]", "[0]"), "field 'data_offsets': expected two integers"},
    {ONE("\"I8\"", "[8]", "[0,4,8]"), "field 'data_offsets': expected two integers"},
    {ONE("\"I8\"", "[8]", "[-1,7]"), "field 'data_offsets': expected two integers"},
    {ONE("\"I8\"", "[8]", "[0,\"8\"]"), "field 'data_offsets': expected two integers"},
    {ONE("\"I8\"", "[8]", "[0,18446744073709551616]"), "field 'data_offsets': expected two integers"},
    {ONE("\"I8\"", "[8]", "[8,0]"), "expected begin <= end <= 8"},
    {ONE("\"I8\"", "[9]", "[0,9]"), "expected begin <= end <= 8"},
    {ONE("\"I8\"", "[7]", "[0,8]"), "tensor 'x': field 'data_offsets': expected the 7 elements of I8"},
    {ONE("\"F16\"", "[8]", "[0,8]"), "expected the 8 elements of F16"},
    {ONE("\"I8\"", "[7]", "[1,8]"), "tensor 'x': field 'data_offsets': expected to begin at 0"},
    {ONE("\"I8\"", "[7]", "[0,7]"), "data: expected 7 bytes, the end of 'x', found 8"},
    {"{}", "data: expected 0 bytes"},
    {"{\"x\":{\"dtype\":\"I8\",\"shape\":[5],\"data_offsets\":[0,5]},"
     "\"y\":{\"dtype\":\"I8\",\"shape\":[4],\"data_offsets\":[4,8]}}",
     "tensor 'y': field 'data_offsets': expected to begin at 5, the end of 'x', found 4 (overlap)"},
    {"{\"x\":{\"dtype\":\"I8\",\"shape\":[8],\"data_offsets\":[0,8]},"
     "\"y\":{\"dtype\":\"I8\",\"shape\":[8],\"data_offsets\":[0,8]}}",
     "(overlap)"},
    {"{\"y\":{\"dtype\":\"I8\",\"shape\":[3],\"data_offsets\":[5,8]},"
     "\"x\":{\"dtype\":\"I8\",\"shape\":[4],\"data_offsets\":[0,4]}}",
     "tensor 'y': field 'data_offsets': expected to begin at 4, the end of 'x', found 5 (hole)"},
    {"{\"x\":{\"dtype\":\"I8\",\"shape\":[8],\"data_offsets\":[0,8]},"
     "\"z\":{\"dtype\":\"I8\",\"shape\":[0],\"data_offsets\":[4,4]}}",
     "tensor 'z'"},
    {"{\"x\":{\"dtype\":\"I8\",\"shape\":[4],\"data_offsets\":[0,4]},"
     "\"x\":{\"dtype\":\"I8\",\"shape\":[4],\"data_offsets\":[4,8]}}",
     "field 'x': expected once"},
    {"{\"__metadata__\":[],\"x\":{\"dtype\":\"I8\",\"shape\":[8],\"data_offsets\":[0,8]}}",
     "field '__metadata__': expected an object"},
    {"{\"__metadata__\":{\"n\":1},\"x\":{\"dtype\":\"I8\",\"shape\":[8],\"data_offsets\":[0,8]}}",
     "field '__metadata__.n': expected a string"},
    {"{\"x\":{\"dtype\":\"I8\"", "line 1"},
    {"{} {}", "expected the end"},
};

static void refuses_bad_headers(void **state) {
  (void)state;
  scratch s;
  scratch_begin(&s);
  for (size_t i = 0; i < sizeof bad_headers / sizeof bad_headers[0]; i++) {
    write_file(scratch_file(&s, "bad"), bad_headers[i].header, 8);
    qref_safetensors *file = NULL;
    qref_error error;
    assert_failure(qref_safetensors_open(s.path, &file, &error), QREF_ERROR_FORMAT, &error, bad_headers[i].part);
    assert_failure(QREF_ERROR_FORMAT, QREF_ERROR_FORMAT, &error, s.path);
    assert_null(file);
  }
  scratch_end(&s);
}

static void refuses_bad_lengths(void **state) {
  (void)state;
  scratch s;
  scratch_begin(&s);
  qref_safetensors *file = NULL;
  qref_error error;
  write_bytes(scratch_file(&s, "bad"), "", 0);
  assert_failure(qref_safetensors_open(s.path, &file, &error), QREF_ERROR_FORMAT, &error, "expected 8 bytes, found 0");
  write_bytes(s.path, "\2\0\0\0\0\0\0", 7);
  assert_failure(qref_safetensors_open(s.path, &file, &error), QREF_ERROR_FORMAT, &error, "expected 8 bytes, found 7");
  static const uint64_t lengths[] = {0, 1, 3, 4096, 100000000, 100000001, UINT64_MAX, UINT64_MAX - 7, 1ull << 63};
  for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
    uint8_t bytes[10] = {0, 0, 0, 0, 0, 0, 0, 0, '{', '}'};
    qref_store_u64(bytes, lengths[i]);
    write_bytes(s.path, bytes, sizeof bytes);
    assert_failure(qref_safetensors_open(s.path, &file, &error), QREF_ERROR_FORMAT, &error, "header length: expected");
  }
  assert_failure(qref_safetensors_open(scratch_file(&s, "none"), &file, &error), QREF_ERROR_IO, &error, s.path);
  assert_failure(qref_safetensors_open(s.directory, &file, &error), QREF_ERROR_IO, &error, "regular file");
  scratch_end(&s);
}

/* Every prefix of a good file is refused. */
static void refuses_truncated_files(void **state) {
  (void)state;
  scratch s;
  scratch_begin(&s);
  write_file(scratch_file(&s, "good"), ONE("\"I32\"", "[2]", "[0,8]"), 8);
  size_t size = 0;
  uint8_t *bytes = read_bytes(s.path, &size);
  for (size_t length = 0; length < size; length++) {
    write_bytes(scratch_file(&s, "cut"), bytes, length);
    qref_safetensors *file = NULL;
    qref_error error;
    assert_int_equal(qref_safetensors_open(s.path, &file, &error), QREF_ERROR_FORMAT);
  }
  free(bytes);
  scratch_end(&s);
}

/* ---- writing ---- */

typedef struct buffer {
  uint8_t bytes[100000];
  size_t size;
  size_t capacity;
} buffer;

static qref_status append(void *context, const void *data, size_t size, qref_error *error) {
  buffer *b = context;
  if (size > b->capacity - b->size) {
    if (error != NULL) {
      strcpy(error->message, "full");
    }
    return QREF_ERROR_IO;
  }
  memcpy(b->bytes + b->size, data, size);
  b->size += size;
  return QREF_OK;
}

static const float floats[] = {1.0f, -2.5f};
static const int8_t integers[] = {-1, 2, -3};
static const qref_safetensors_item items[] = {
    {"w", QREF_DTYPE_FLOAT32, 2, {1, 2}, floats},
    {"q\"\\\n\xc3\xa9", QREF_DTYPE_INT8, 1, {3}, integers},
    {"scalar", QREF_DTYPE_INT8, 0, {0}, integers},
    {"empty", QREF_DTYPE_INT64, 1, {0}, NULL},
};
static const qref_safetensors_metadata_item metadata[] = {{"b", "2"}, {"a", "line\n\"1\""}};

/* Byte by byte, by hand from the format's description. */
static void writes_the_format(void **state) {
  (void)state;
  static const char header[] =
      "{\"__metadata__\":{\"b\":\"2\",\"a\":\"line\\n\\\"1\\\"\"},"
      "\"w\":{\"dtype\":\"F32\",\"shape\":[1,2],\"data_offsets\":[0,8]},"
      "\"q\\\"\\\\\\n\xc3\xa9\":{\"dtype\":\"I8\",\"shape\":[3],\"data_offsets\":[8,11]},"
      "\"scalar\":{\"dtype\":\"I8\",\"shape\":[],\"data_offsets\":[11,12]},"
      "\"empty\":{\"dtype\":\"I64\",\"shape\":[0],\"data_offsets\":[12,12]}}";
  static const uint8_t data[12] = {0, 0, 0x80, 0x3f, 0, 0, 0x20, 0xc0, 0xff, 2, 0xfd, 0xff};
  static buffer b;
  b.size = 0;
  b.capacity = sizeof b.bytes;
  qref_error error;
  assert_int_equal(qref_safetensors_write(items, 4, metadata, 2, append, &b, &error), QREF_OK);
  size_t length = (size_t)qref_load_u64(b.bytes);
  assert_int_equal(length % 8, 0);
  assert_in_range(length, sizeof header - 1, sizeof header - 1 + 7);
  assert_memory_equal(b.bytes + 8, header, sizeof header - 1);
  for (size_t i = sizeof header - 1; i < length; i++) {
    assert_int_equal(b.bytes[8 + i], ' ');
  }
  assert_int_equal(b.size, 8 + length + sizeof data);
  assert_memory_equal(b.bytes + 8 + length, data, sizeof data);
}

static void what_is_written_reads_back(void **state) {
  (void)state;
  static buffer b;
  b.size = 0;
  b.capacity = sizeof b.bytes;
  qref_error error;
  assert_int_equal(qref_safetensors_write(items, 4, metadata, 2, append, &b, &error), QREF_OK);
  scratch s;
  scratch_begin(&s);
  write_bytes(scratch_file(&s, "m"), b.bytes, b.size);
  qref_safetensors *file = NULL;
  assert_int_equal(qref_safetensors_open(s.path, &file, &error), QREF_OK);
  assert_int_equal(qref_safetensors_count(file), 4);
  for (size_t i = 0; i < 4; i++) {
    const qref_stored_tensor *tensor = qref_safetensors_at(file, i);
    assert_string_equal(tensor->name, items[i].name);
    assert_int_equal(tensor->dtype, items[i].dtype);
    assert_int_equal(tensor->dimensions, items[i].dimensions);
  }
  assert_string_equal(qref_safetensors_metadata(file, "a"), "line\n\"1\"");
  qref_safetensors_close(file);
  scratch_end(&s);
}

/* More than one conversion buffer, of each element size. */
static void large_tensors_keep_their_order(void **state) {
  (void)state;
  enum { COUNT = 10001 };
  static const qref_dtype dtypes[] = {QREF_DTYPE_INT8, QREF_DTYPE_BFLOAT16, QREF_DTYPE_INT32, QREF_DTYPE_INT64};
  static uint8_t elements[8 * COUNT];
  static uint8_t expected[8 * COUNT];
  uint64_t random = 4;
  for (size_t i = 0; i < sizeof elements; i++) {
    elements[i] = (uint8_t)(next_random(&random) & 0xffu);
  }
  for (size_t i = 0; i < 4; i++) {
    static buffer b;
    b.size = 0;
    b.capacity = sizeof b.bytes;
    const qref_safetensors_item item = {"x", dtypes[i], 1, {COUNT}, elements};
    qref_error error;
    assert_int_equal(qref_safetensors_write(&item, 1, NULL, 0, append, &b, &error), QREF_OK);
    size_t size = COUNT * qref_dtype_size(dtypes[i]);
    qref_to_little_endian(expected, elements, COUNT, qref_dtype_size(dtypes[i]));
    assert_memory_equal(b.bytes + b.size - size, expected, size);
  }
}

static void refuses_what_it_could_not_read(void **state) {
  (void)state;
  static buffer b;
  b.size = 0;
  b.capacity = sizeof b.bytes;
  qref_error error;
  const qref_safetensors_item twice[] = {{"x", QREF_DTYPE_INT8, 1, {1}, integers},
                                         {"y", QREF_DTYPE_INT8, 1, {1}, integers},
                                         {"x", QREF_DTYPE_INT8, 1, {1}, integers}};
  assert_failure(qref_safetensors_write(twice, 3, NULL, 0, append, &b, &error), QREF_ERROR_ARGUMENT, &error,
                 "name 'x': expected once");
  const qref_safetensors_metadata_item same[] = {{"k", "1"}, {"k", "2"}};
  assert_failure(qref_safetensors_write(items, 4, same, 2, append, &b, &error), QREF_ERROR_ARGUMENT, &error, "'k'");
  const qref_safetensors_item bad[] = {
      {"__metadata__", QREF_DTYPE_INT8, 1, {1}, integers},
      {"x", QREF_DTYPE_INT8, 9, {1}, integers},
      {"x", (qref_dtype)99, 1, {1}, integers},
      {"x", QREF_DTYPE_INT8, 1, {1}, NULL},
  };
  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
    assert_failure(qref_safetensors_write(&bad[i], 1, NULL, 0, append, &b, &error), QREF_ERROR_ARGUMENT, &error,
                   bad[i].name);
  }
  const qref_safetensors_item huge[] = {{"x", QREF_DTYPE_INT64, 1, {SIZE_MAX / 4}, integers}};
  assert_failure(qref_safetensors_write(huge, 1, NULL, 0, append, &b, &error), QREF_ERROR_OVERFLOW, &error, "'x'");
  const qref_safetensors_item sum[] = {{"x", QREF_DTYPE_INT8, 1, {SIZE_MAX}, integers},
                                       {"y", QREF_DTYPE_INT8, 1, {1}, integers}};
  assert_failure(qref_safetensors_write(sum, 2, NULL, 0, append, &b, &error), QREF_ERROR_OVERFLOW, &error, "'y'");
  assert_int_equal(b.size, 0);
}

static void a_failing_sink_ends_the_writing(void **state) {
  (void)state;
  static buffer b;
  static buffer whole;
  whole.capacity = sizeof whole.bytes;
  qref_error error;
  assert_int_equal(qref_safetensors_write(items, 4, metadata, 2, append, &whole, &error), QREF_OK);
  for (size_t capacity = 0; capacity < whole.size; capacity++) {
    b.size = 0;
    b.capacity = capacity;
    assert_failure(qref_safetensors_write(items, 4, metadata, 2, append, &b, &error), QREF_ERROR_IO, &error, "full");
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(reads_tensors_and_metadata),
      cmocka_unit_test(reads_the_tiny_model),
      cmocka_unit_test(an_empty_file_of_tensors),
      cmocka_unit_test(refuses_bad_headers),
      cmocka_unit_test(refuses_bad_lengths),
      cmocka_unit_test(refuses_truncated_files),
      cmocka_unit_test(writes_the_format),
      cmocka_unit_test(what_is_written_reads_back),
      cmocka_unit_test(large_tensors_keep_their_order),
      cmocka_unit_test(refuses_what_it_could_not_read),
      cmocka_unit_test(a_failing_sink_ends_the_writing),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
