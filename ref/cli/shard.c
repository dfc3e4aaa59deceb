#include "ref/cli/shard.h"

#include <string.h>

#include "ref/base/decimal.h"
#include "ref/base/error.h"

qref_status qref_parse_shard(const char *text, size_t *index, size_t *count, qref_error *error) {
  char index_text[QREF_DECIMAL_SIZE];
  const size_t length = strcspn(text, "/");
  uint64_t first = 0;
  uint64_t second = 0;
  bool valid = text[length] == '/' && length < sizeof index_text;
  if (valid) {
    memcpy(index_text, text, length);
    index_text[length] = '\0';
    valid = qref_parse_u64(index_text, &first) && qref_parse_u64(text + length + 1, &second) && first >= 1 &&
            first <= second && second <= SIZE_MAX;
  }
  if (!valid) {
    return qref_fail(error, QREF_ERROR_ARGUMENT, "option --shard: expected I/N with I from 1 to N, not '%s'", text);
  }
  *index = (size_t)first;
  *count = (size_t)second;
  return QREF_OK;
}
