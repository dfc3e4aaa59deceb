/* Inputs that come out of an earlier case of a chain. */
#include <string.h>

#include "ref/base/error.h"
#include "ref/vectors/case/case.h"

static size_t size_or_1(const qref_case_tensor *tensor, size_t axis) {
  return axis < tensor->rank ? tensor->shape[axis] : 1;
}

const char *qref_link_layout_name(qref_link_layout layout) {
  static const char *const names[QREF_LINK_LAYOUT_COUNT] = {"same", "columns", "rows_to_channels", "channels_to_rows",
                                                            "last_samples"};
  return (unsigned)layout < QREF_LINK_LAYOUT_COUNT ? names[layout] : NULL;
}

/* Element of the source that element i of the target is. Both are dense; `size` counts the columns of the source. */
typedef struct layout {
  size_t columns;        /* of a row of the target: channels */
  size_t source_columns; /* of a row of the source */
  size_t first_column;
  size_t length; /* T */
} layout;

/* SIZE_MAX where there is none: a zero. */
static size_t source_index(qref_link_layout kind, const layout *shape, size_t i) {
  const size_t C = shape->columns, T = shape->length;
  switch (kind) {
    case QREF_LINK_COLUMNS:
      return i / C * shape->source_columns + shape->first_column + i % C;
    case QREF_LINK_ROWS_TO_CHANNELS: { /* (b, c, t) <- (b * T + t, c) */
      size_t b = i / (C * T), c = i / T % C, t = i % T;
      return (b * T + t) * shape->source_columns + shape->first_column + c;
    }
    case QREF_LINK_CHANNELS_TO_ROWS: { /* (b * T + t, c) <- (b, c, t) */
      size_t b = i / (C * T), t = i / C % T, c = i % C;
      return (b * C + c) * T + t;
    }
    case QREF_LINK_LAST_SAMPLES: { /* (row, k) <- (row, T - columns + k) */
      size_t k = i % C + T;
      return k < C ? SIZE_MAX : i / C * T + (k - C);
    }
    case QREF_LINK_SAME:
    default:
      return i;
  }
}

qref_status qref_case_apply_link(qref_case *item, const qref_case_link *link, const qref_case *source,
                                 qref_error *error) {
  qref_case_tensor *target = qref_case_tensor_of(item, link->tensor);
  const qref_case_tensor *from = qref_case_tensor_const(source, link->source_tensor);
  if (target == NULL || from == NULL || target->data == NULL || from->data == NULL ||
      target->schema->role != QREF_ROLE_INPUT || target->schema->dtype != from->schema->dtype) {
    return qref_fail(error, QREF_ERROR_FORMAT, "case %s: link of tensor '%s' to '%s' of %s: no such pair of tensors",
                     item->id, link->tensor, link->source_tensor, link->source_case);
  }
  layout shape = {.columns = link->columns,
                  .source_columns = from->rank == 0 ? 1 : from->shape[from->rank - 1],
                  .first_column = link->first_column,
                  .length = 1};
  size_t expected = from->count;
  if (link->layout == QREF_LINK_COLUMNS || link->layout == QREF_LINK_ROWS_TO_CHANNELS) {
    bool inside = link->columns != 0 && link->first_column <= shape.source_columns &&
                  link->columns <= shape.source_columns - link->first_column;
    if (link->layout == QREF_LINK_ROWS_TO_CHANNELS) {
      inside = inside && size_or_1(target, 1) == link->columns;
      shape.length = size_or_1(target, 2);
    }
    expected = inside ? from->count / shape.source_columns * link->columns : 0;
  } else if (link->layout == QREF_LINK_CHANNELS_TO_ROWS) {
    shape.columns = size_or_1(from, 1);
    shape.length = size_or_1(from, 2);
  } else if (link->layout == QREF_LINK_LAST_SAMPLES) {
    shape.length = shape.source_columns;
    expected = from->count / shape.length * link->columns;
  }
  const bool whole = link->layout == QREF_LINK_SAME || (shape.columns != 0 && shape.length != 0);
  if (expected != target->count || target->count == 0 || !whole) {
    return qref_fail(error, QREF_ERROR_FORMAT, "case %s: link of tensor '%s': expected %zu elements, got %zu", item->id,
                     link->tensor, target->count, expected);
  }
  const size_t size = qref_dtype_size(target->schema->dtype);
  for (size_t i = 0; i < target->count; i++) {
    const size_t source_element = source_index(link->layout, &shape, i);
    unsigned char *element = (unsigned char *)target->data + i * size;
    if (source_element == SIZE_MAX) {
      memset(element, 0, size);
    } else {
      memcpy(element, (const unsigned char *)from->data + source_element * size, size);
    }
  }
  return QREF_OK;
}
