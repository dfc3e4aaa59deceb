#include "ref/vectors/suite/hex.h"

#include <stdlib.h>
#include <string.h>

#include "ref/base/error.h"
#include "ref/base/file.h"
#include "ref/base/size.h"

static const char hex_digits[] = "0123456789abcdef";

qref_hex_layout qref_hex_layout_of(const qref_case_tensor *tensor, size_t lanes) {
  lanes = lanes == 0 ? 1 : lanes;
  return (qref_hex_layout){
      .words = tensor->count,
      .lines = tensor->count / lanes + (tensor->count % lanes != 0 ? 1 : 0),
      .digits = (tensor->bits + 3u) / 4u,
      .lanes = lanes,
  };
}

uint32_t qref_hex_word(const qref_case_tensor *tensor, size_t index) {
  const uint32_t bits = qref_case_tensor_bits(tensor, index);
  return tensor->bits >= 32 ? bits : bits & ((UINT32_C(1) << tensor->bits) - 1u);
}

/* Bytes of the file; false if they do not fit a size. */
static bool file_size(const qref_hex_layout *layout, size_t *size) {
  size_t line = 0;
  return qref_size_multiply(layout->digits, layout->lanes, &line) && line < SIZE_MAX &&
         qref_size_multiply(layout->lines, line + 1, size);
}

void qref_hex_print(const qref_case_tensor *tensor, size_t lanes, qref_text *text) {
  const qref_hex_layout layout = qref_hex_layout_of(tensor, lanes);
  size_t size = 0;
  char *at = file_size(&layout, &size) ? qref_text_reserve(text, size) : NULL;
  if (at == NULL) {
    text->failed = true;
    return;
  }
  for (size_t line = 0; line < layout.lines; line++) {
    for (size_t lane = layout.lanes; lane-- > 0;) {
      const size_t index = line * layout.lanes + lane;
      const uint32_t word = index < layout.words ? qref_hex_word(tensor, index) : 0;
      for (size_t digit = layout.digits; digit-- > 0;) {
        *at++ = hex_digits[(word >> (4 * digit)) & 0xfu];
      }
    }
    *at++ = '\n';
  }
  text->size += size;
  text->data[text->size] = '\0';
}

/* ---- reading ---- */

/* The word as an element: integers narrower than their element type are extended by their sign. */
static void store_word(qref_case_tensor *tensor, size_t index, uint32_t word) {
  const bool is_integer = tensor->schema->dtype == QREF_DTYPE_INT8 || tensor->schema->dtype == QREF_DTYPE_INT32;
  if (is_integer && tensor->bits < 32 && (word >> (tensor->bits - 1u) & 1u) != 0) {
    word |= ~((UINT32_C(1) << tensor->bits) - 1u);
  }
  switch (qref_dtype_size(tensor->schema->dtype)) {
    case 1:
      ((uint8_t *)tensor->data)[index] = (uint8_t)(word & 0xffu);
      break;
    case 2:
      ((uint16_t *)tensor->data)[index] = (uint16_t)(word & 0xffffu);
      break;
    default:
      memcpy((uint8_t *)tensor->data + 4 * index, &word, sizeof word);
      break;
  }
}

static int digit_value(uint8_t byte) {
  const char *found = byte == 0 ? NULL : strchr(hex_digits, byte);
  return found == NULL ? -1 : (int)(found - hex_digits);
}

static qref_status read_line(const uint8_t *at, size_t line, const char *name, const qref_hex_layout *layout,
                             qref_case_tensor *tensor, qref_error *error) {
  for (size_t lane = layout->lanes; lane-- > 0;) {
    const size_t index = line * layout->lanes + lane;
    uint32_t word = 0;
    for (size_t digit = 0; digit < layout->digits; digit++) {
      const int value = digit_value(*at++);
      if (value < 0) {
        return qref_fail(error, QREF_ERROR_FORMAT, "%s: line %zu: expected %zu digits 0 to 9, a to f", name, line + 1,
                         layout->digits * layout->lanes);
      }
      word = (word << 4) | (uint32_t)value;
    }
    if (tensor->bits < 32 && word >> tensor->bits != 0) {
      return qref_fail(error, QREF_ERROR_FORMAT, "%s: line %zu: expected words of %u bits, found %x", name, line + 1,
                       (unsigned)tensor->bits, (unsigned)word);
    }
    if (index < layout->words) {
      store_word(tensor, index, word);
    } else if (word != 0) {
      return qref_fail(error, QREF_ERROR_FORMAT, "%s: line %zu: expected zeros behind the last word", name, line + 1);
    }
  }
  if (*at != '\n') {
    return qref_fail(error, QREF_ERROR_FORMAT, "%s: line %zu: expected its end behind %zu digits", name, line + 1,
                     layout->digits * layout->lanes);
  }
  return QREF_OK;
}

static qref_status read_lines(const qref_mapped_file *map, const char *name, size_t lanes, qref_case_tensor *tensor,
                              qref_error *error) {
  const qref_hex_layout layout = qref_hex_layout_of(tensor, lanes);
  const size_t line_size = layout.digits * layout.lanes + 1;
  size_t size = 0;
  size_t found = 0;
  for (size_t i = 0; i < map->size; i++) {
    found += map->data[i] == '\n';
  }
  if (!file_size(&layout, &size) || found != layout.lines || (map->size > 0 && map->data[map->size - 1] != '\n')) {
    return qref_fail(error, QREF_ERROR_FORMAT, "%s: expected %zu lines, %zu words, found %zu lines", name, layout.lines,
                     layout.words, found);
  }
  /* What a manifest asks for is allocated only where a file holds it. */
  if (map->size / layout.digits < layout.words) {
    return qref_fail(error, QREF_ERROR_FORMAT, "%s: expected %zu words of %zu digits, found %zu bytes", name,
                     layout.words, layout.digits, map->size);
  }
  tensor->data = qref_allocate_zeroed(tensor->count, qref_dtype_size(tensor->schema->dtype));
  if (tensor->data == NULL) {
    return qref_fail(error, QREF_ERROR_MEMORY, "%s: out of memory", name);
  }
  for (size_t line = 0; line < layout.lines; line++) {
    /* A line that is too short or too long is found before the next one is looked at. */
    if (map->size - line * line_size < line_size) {
      return qref_fail(error, QREF_ERROR_FORMAT, "%s: line %zu: expected %zu digits", name, line + 1, line_size - 1);
    }
    QREF_TRY(read_line(map->data + line * line_size, line, name, &layout, tensor, error));
  }
  return map->size == size
             ? QREF_OK
             : qref_fail(error, QREF_ERROR_FORMAT, "%s: expected %zu bytes, found %zu", name, size, map->size);
}

qref_status qref_hex_read(const char *path, const char *name, size_t lanes, qref_case_tensor *tensor,
                          qref_error *error) {
  qref_mapped_file map;
  QREF_TRY(qref_mapped_file_open(path, &map, error));
  qref_status status = read_lines(&map, name, lanes, tensor, error);
  qref_mapped_file_close(&map);
  if (status != QREF_OK) {
    free(tensor->data);
    tensor->data = NULL;
  }
  return status;
}
