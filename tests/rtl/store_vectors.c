/* Vectors for the int8 stores: store_vectors DIRECTORY ACCUMULATOR.hex... writes value.hex, saturated.hex and
 * wrapped.hex, the values being the words of the accumulator files and what lies around the limits; the expected words
 * are those of the DPI-C library. Prints how many there are. */
#include <errno.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <qref/dpi.h>

typedef struct outputs {
  FILE *value, *saturated, *wrapped;
  size_t count;
} outputs;

static void fail(const char *path) {
  (void)fprintf(stderr, "store_vectors: %s: %s\n", path, strerror(errno));
  exit(EXIT_FAILURE);
}

static FILE *open_output(const char *directory, const char *name) {
  char path[4096];
  (void)snprintf(path, sizeof path, "%s/%s", directory, name);
  FILE *file = fopen(path, "w");
  if (file == NULL) {
    fail(path);
  }
  return file;
}

static void put(outputs *out, uint32_t word) {
  const int value = (int)(int32_t)word;
  (void)fprintf(out->value, "%08" PRIx32 "\n", word);
  (void)fprintf(out->saturated, "%02x\n", (unsigned int)qref_dpi_saturate_i8(value) & 0xffu);
  (void)fprintf(out->wrapped, "%02x\n", (unsigned int)qref_dpi_wrap_i8(value) & 0xffu);
  out->count++;
}

static void put_limits(outputs *out) {
  static const uint32_t centres[] = {0, 127, 255, 0x7fff, 0x10000, 0x7fffffffu, (uint32_t)-128, 0xffff0000u};
  for (size_t i = 0; i < sizeof centres / sizeof centres[0]; i++) {
    for (uint32_t offset = 0; offset < 5; offset++) {
      put(out, centres[i] + offset - 2);
    }
  }
}

static void put_file(outputs *out, const char *path) {
  FILE *file = fopen(path, "r");
  if (file == NULL) {
    fail(path);
  }
  uint32_t word;
  while (fscanf(file, "%8" SCNx32, &word) == 1) {
    put(out, word);
  }
  (void)fclose(file);
}

int main(int argc, char **argv) {
  if (argc < 2) {
    (void)fputs("usage: store_vectors DIRECTORY ACCUMULATOR.hex...\n", stderr);
    return 2;
  }
  outputs out = {open_output(argv[1], "value.hex"), open_output(argv[1], "saturated.hex"),
                 open_output(argv[1], "wrapped.hex"), 0};
  put_limits(&out);
  for (int i = 2; i < argc; i++) {
    put_file(&out, argv[i]);
  }
  if (fclose(out.value) != 0 || fclose(out.saturated) != 0 || fclose(out.wrapped) != 0) {
    fail(argv[1]);
  }
  printf("%zu\n", out.count);
  return 0;
}
