#include "ref/vectors/case/op_schema.h"

#include <string.h>

#include "ref/vectors/case/op_schema_table.h"

static const struct {
  const qref_op_schema *schemas;
  size_t count;
} groups[] = {{qref_op_schemas_conv1d, 3}, {qref_op_schemas_requantize, 1}, {qref_op_schemas_linear, 5},
              {qref_op_schemas_scan, 2},   {qref_op_schemas_rows, 3},       {qref_op_schemas_float, 5}};

const qref_op_schema *qref_op_schema_of(qref_op op) {
  for (size_t group = 0; group < sizeof groups / sizeof groups[0]; group++) {
    for (size_t i = 0; i < groups[group].count; i++) {
      if (groups[group].schemas[i].op == op) {
        return &groups[group].schemas[i];
      }
    }
  }
  return NULL;
}

const qref_op_schema *qref_op_schema_find(const char *op_name) {
  for (int op = 0; op < QREF_OP_COUNT; op++) {
    if (strcmp(qref_op_name((qref_op)op), op_name) == 0) {
      return qref_op_schema_of((qref_op)op);
    }
  }
  return NULL;
}

bool qref_op_size(const qref_op_schema *schema, const qref_op_args *args, const char *name, size_t *size) {
  if (strcmp(name, "1") == 0) {
    *size = 1;
    return true;
  }
  for (const qref_attribute_schema *attribute = schema->attributes; attribute->name != NULL; attribute++) {
    if (attribute->kind == QREF_ATTRIBUTE_SIZE && strcmp(attribute->name, name) == 0) {
      memcpy(size, (const unsigned char *)args + attribute->offset, sizeof *size);
      return true;
    }
  }
  return schema->derived_size != NULL && schema->derived_size(args, name, size);
}
