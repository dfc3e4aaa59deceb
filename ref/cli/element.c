#include "ref/cli/element.h"

#include <qref/numerics.h>
#include <stdio.h>

#include "ref/base/decimal.h"

/* Two's complement of `width` bits. */
static long long signed_value(uint32_t bits, unsigned width) {
  const long long value = (long long)bits;
  return value >= (1LL << (width - 1)) ? value - (1LL << width) : value;
}

void qref_format_element(qref_dtype dtype, uint32_t bits, char text[QREF_ELEMENT_TEXT_SIZE]) {
  const int digits = 2 * (int)qref_dtype_size(dtype);
  char value[QREF_DECIMAL_SIZE] = "";
  switch (dtype) {
    case QREF_DTYPE_INT8:
      snprintf(value, sizeof value, "%lld", signed_value(bits, 8));
      break;
    case QREF_DTYPE_INT32:
      snprintf(value, sizeof value, "%lld", signed_value(bits, 32));
      break;
    case QREF_DTYPE_FLOAT16:
      qref_format_f32(qref_f32_from_f16((qref_float16)bits), value);
      break;
    case QREF_DTYPE_FLOAT32:
      qref_format_f32(qref_f32_from_bits(bits), value);
      break;
    case QREF_DTYPE_INT64:
    case QREF_DTYPE_BFLOAT16:
    default: /* a suite has none */
      break;
  }
  snprintf(text, QREF_ELEMENT_TEXT_SIZE, "0x%0*x%s%s", digits, (unsigned)bits, value[0] != '\0' ? " = " : "", value);
}

static void format_list(const size_t *numbers, size_t count, char text[QREF_ELEMENT_TEXT_SIZE]) {
  size_t length = 0;
  text[0] = '\0';
  for (size_t i = 0; i < count && length < QREF_ELEMENT_TEXT_SIZE; i++) {
    length += (size_t)snprintf(text + length, QREF_ELEMENT_TEXT_SIZE - length, "%s%zu%s", i == 0 ? "(" : ", ",
                               numbers[i], i + 1 == count ? ")" : "");
  }
}

void qref_format_coordinates(size_t index, const size_t *shape, size_t rank, char text[QREF_ELEMENT_TEXT_SIZE]) {
  size_t coordinates[4] = {0};
  for (size_t d = rank; d-- > 0;) {
    coordinates[d] = shape[d] == 0 ? 0 : index % shape[d];
    index = shape[d] == 0 ? 0 : index / shape[d];
  }
  format_list(coordinates, rank, text);
}

void qref_format_shape(const size_t *shape, size_t rank, char text[QREF_ELEMENT_TEXT_SIZE]) {
  format_list(shape, rank, text);
}
