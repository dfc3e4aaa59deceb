/* Strings that are written as streams. */
#ifndef QREF_CLI_TEXT_STREAM_H
#define QREF_CLI_TEXT_STREAM_H

#include <stdbool.h>
#include <stdio.h>

typedef struct {
  FILE *stream; /* to write to */
  char *text;
  size_t size;
} qref_text_stream;

/* False when out of memory: there is nothing to end. */
bool qref_text_begin(qref_text_stream *text);
/* Closes the stream. What was written, malloc'ed; NULL when out of memory. */
char *qref_text_end(qref_text_stream *text);

#endif
