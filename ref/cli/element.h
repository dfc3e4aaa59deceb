/* An element of a tensor as text. */
#ifndef QREF_CLI_ELEMENT_H
#define QREF_CLI_ELEMENT_H

#include <qref/types.h>

enum { QREF_ELEMENT_TEXT_SIZE = 96 };

/* "0xbf = -65": the bit pattern, of the width of its type, and the value. */
void qref_format_element(qref_dtype dtype, uint32_t bits, char text[QREF_ELEMENT_TEXT_SIZE]);

/* "(0, 1, 2)": where a flattened, row-major index lies in a shape of at most 4 dimensions. */
void qref_format_coordinates(size_t index, const size_t *shape, size_t rank, char text[QREF_ELEMENT_TEXT_SIZE]);
/* "(1, 2, 5)". */
void qref_format_shape(const size_t *shape, size_t rank, char text[QREF_ELEMENT_TEXT_SIZE]);

#endif
