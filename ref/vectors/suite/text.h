/* Text that grows. */
#ifndef QREF_VECTORS_SUITE_TEXT_H
#define QREF_VECTORS_SUITE_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/* Zero-initialized it is empty. */
typedef struct qref_text {
  char *data; /* ends with a NUL that `size` does not count; NULL while empty */
  size_t size, capacity;
  bool failed; /* out of memory: the text is incomplete */
} qref_text;

void qref_text_append(qref_text *text, const char *bytes, size_t size);
void qref_text_format(qref_text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Room for `size` more bytes, which the caller fills and counts in text->size. NULL when out of memory. */
char *qref_text_reserve(qref_text *text, size_t size);
void qref_text_free(qref_text *text);

#endif
