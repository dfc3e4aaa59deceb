/* libFuzzer entry; PARSER is one of the functions of parsers.h. Built and run by run.sh. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tests/fuzz/parsers.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  char path[64];
  snprintf(path, sizeof path, "/dev/shm/qref-fuzz-%ld", (long)getpid());
  FILE *file = fopen(path, "wb");
  if (file == NULL || fwrite(data, 1, size, file) != size || fclose(file) != 0) {
    abort();
  }
  unsigned sum = 0;
  qref_error error = {""};
  if (PARSER(path, &sum, &error) != QREF_OK && strstr(error.message, path) == NULL) {
    abort(); /* a refusal names the file */
  }
  unlink(path);
  return sum == 0x12345678u ? -1 : 0;
}
