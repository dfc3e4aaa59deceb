#include "ref/cli/shell_word.h"

#include <stdbool.h>
#include <string.h>

static bool needs_quotes(const char *word) {
  static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+./:,";
  return word[0] == '\0' || word[strspn(word, plain)] != '\0';
}

void qref_put_word(FILE *stream, const char *word) {
  if (!needs_quotes(word)) {
    fputs(word, stream);
    return;
  }
  fputc('\'', stream);
  for (; *word != '\0'; word++) {
    if (*word == '\'') {
      fputs("'\\''", stream);
    } else {
      fputc(*word, stream);
    }
  }
  fputc('\'', stream);
}
