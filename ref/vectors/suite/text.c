#include "ref/vectors/suite/text.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

char *qref_text_reserve(qref_text *text, size_t size) {
  if (text->failed || size > SIZE_MAX / 2 - text->size - 1) {
    text->failed = true;
    return NULL;
  }
  if (text->size + size + 1 > text->capacity) {
    size_t capacity = text->capacity == 0 ? 256 : text->capacity * 2;
    capacity = capacity < text->size + size + 1 ? text->size + size + 1 : capacity;
    char *data = realloc(text->data, capacity);
    if (data == NULL) {
      text->failed = true;
      return NULL;
    }
    text->data = data;
    text->capacity = capacity;
  }
  return text->data + text->size;
}

void qref_text_append(qref_text *text, const char *bytes, size_t size) {
  char *room = qref_text_reserve(text, size);
  if (room != NULL) {
    memcpy(room, bytes, size);
    text->size += size;
    text->data[text->size] = '\0';
  }
}

void qref_text_format(qref_text *text, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  const int length = vsnprintf(NULL, 0, format, arguments);
  va_end(arguments);
  char *room = length < 0 ? NULL : qref_text_reserve(text, (size_t)length);
  if (room == NULL) {
    text->failed = true;
    return;
  }
  va_start(arguments, format);
  vsnprintf(room, (size_t)length + 1, format, arguments);
  va_end(arguments);
  text->size += (size_t)length;
}

void qref_text_free(qref_text *text) {
  free(text->data);
  memset(text, 0, sizeof *text);
}
