#include "ref/cli/text_stream.h"

#include <stdlib.h>

bool qref_text_begin(qref_text_stream *text) {
  *text = (qref_text_stream){0};
  text->stream = open_memstream(&text->text, &text->size);
  return text->stream != NULL;
}

char *qref_text_end(qref_text_stream *text) {
  if (fclose(text->stream) != 0) {
    free(text->text);
    return NULL;
  }
  return text->text;
}
