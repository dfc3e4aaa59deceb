/* Little-endian: the number of cases; then per case its id (QREF_CASE_ID_SIZE bytes), its op, its attributes in the
 * order of the schema (sizes, bit patterns of float32, 0 or 1), for each tensor whether it is present, and the elements
 * of the inputs. */
#include "tests/portability/chain_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ref/base/bytes.h"
#include "ref/base/size.h"

static bool put_u32(FILE *file, uint32_t value) {
  uint8_t bytes[4];
  qref_store_u32(bytes, value);
  return fwrite(bytes, 1, sizeof bytes, file) == sizeof bytes;
}

static bool get_u32(FILE *file, uint32_t *value) {
  uint8_t bytes[4];
  bool read = fread(bytes, 1, sizeof bytes, file) == sizeof bytes;
  *value = read ? qref_load_u32(bytes) : 0;
  return read;
}

/* Reads the elements of a tensor, or writes them. */
static bool move_elements(FILE *file, const qref_case_tensor *tensor, bool write) {
  const size_t size = qref_dtype_size(tensor->schema->dtype), bytes = tensor->count * size;
  uint8_t *buffer = qref_allocate(bytes, 1);
  bool moved = buffer != NULL;
  if (moved && write) {
    qref_to_little_endian(buffer, tensor->data, tensor->count, size);
    moved = fwrite(buffer, 1, bytes, file) == bytes;
  } else if (moved) {
    moved = fread(buffer, 1, bytes, file) == bytes;
    qref_from_little_endian(tensor->data, buffer, tensor->count, size);
  }
  free(buffer);
  return moved;
}

static bool move_inputs(FILE *file, const qref_case *item, bool write) {
  bool moved = true;
  for (size_t t = 0; moved && t < item->tensor_count; t++) {
    if (item->tensors[t].present && item->tensors[t].schema->role == QREF_ROLE_INPUT) {
      moved = move_elements(file, &item->tensors[t], write);
    }
  }
  return moved;
}

bool chain_file_write(const char *path, const qref_chain *chain) {
  FILE *file = fopen(path, "wb");
  bool written = file != NULL && put_u32(file, (uint32_t)chain->count);
  for (size_t i = 0; written && i < chain->count; i++) {
    const qref_case *item = &chain->cases[i];
    written =
        fwrite(item->id, 1, QREF_CASE_ID_SIZE, file) == QREF_CASE_ID_SIZE && put_u32(file, (uint32_t)item->schema->op);
    for (size_t a = 0; written && item->schema->attributes[a].name != NULL; a++) {
      written = put_u32(file, qref_case_attribute_bits(item, a));
    }
    for (size_t t = 0; written && t < item->tensor_count; t++) {
      written = put_u32(file, item->tensors[t].present);
    }
    written = written && move_inputs(file, item, true);
  }
  return file != NULL && fclose(file) == 0 && written;
}

static bool read_case(FILE *file, qref_case *item) {
  char id[QREF_CASE_ID_SIZE];
  uint32_t value;
  if (fread(id, 1, sizeof id, file) != sizeof id || id[sizeof id - 1] != '\0' || !get_u32(file, &value) ||
      value >= QREF_OP_COUNT) {
    return false;
  }
  qref_case_begin(item, (qref_op)value, id, qref_profile_builtin("quamba"));
  for (size_t a = 0; item->schema->attributes[a].name != NULL; a++) {
    if (!get_u32(file, &value)) {
      return false;
    }
    qref_case_set_attribute_bits(item, a, value);
  }
  for (size_t t = 0; t < item->tensor_count; t++) {
    if (!get_u32(file, &value)) {
      return false;
    }
    item->tensors[t].present = value != 0;
  }
  return qref_case_allocate(item, NULL) == QREF_OK && move_inputs(file, item, false);
}

bool chain_file_read(const char *path, qref_chain *chain) {
  FILE *file = fopen(path, "rb");
  uint32_t count = 0;
  *chain = (qref_chain){0};
  bool read = file != NULL && get_u32(file, &count) && count <= 1000;
  if (read) {
    chain->cases = calloc(count == 0 ? 1 : count, sizeof *chain->cases);
    read = chain->cases != NULL;
  }
  for (; read && chain->count < count; chain->count++) {
    if (!read_case(file, &chain->cases[chain->count])) {
      read = false;
      qref_case_free(&chain->cases[chain->count]);
      break;
    }
  }
  read = read && fgetc(file) == EOF;
  if (file != NULL) {
    fclose(file);
  }
  if (!read) {
    qref_chain_free(chain);
  }
  return read;
}
