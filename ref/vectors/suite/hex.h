/* .hex files for $readmemh: words of `bits` bits in lower-case hex, two's complement, row-major, `lanes` words on a
 * line with the first in the least significant digits, the last line padded with zeros. A word takes whole digits,
 * whatever its width. */
#ifndef QREF_VECTORS_SUITE_HEX_H
#define QREF_VECTORS_SUITE_HEX_H

#include "ref/vectors/case/case.h"
#include "ref/vectors/suite/text.h"

typedef struct qref_hex_layout {
  size_t words, lines;
  size_t digits; /* of a word */
  size_t lanes;
} qref_hex_layout;

qref_hex_layout qref_hex_layout_of(const qref_case_tensor *tensor, size_t lanes);

/* The file's content; text->failed when out of memory. */
void qref_hex_print(const qref_case_tensor *tensor, size_t lanes, qref_text *text);

/* Bit pattern of an element as a word: cut to the tensor's width. */
uint32_t qref_hex_word(const qref_case_tensor *tensor, size_t index);

/* Reads a whole file into a tensor whose shape and width are known. Allocates tensor->data, which must be NULL. `name`
 * is the file's name in errors. */
qref_status qref_hex_read(const char *path, const char *name, size_t lanes, qref_case_tensor *tensor,
                          qref_error *error);

#endif
