/* The committed cut-outs of a real layer are what the model in the tree gives. With the argument --write FILE the
 * program writes them anew:
 *   build/release/tests/vectors_test_real_activations --write ref/vectors/generate/real_activations.c */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
/* CMocka needs the above first. */
#include <cmocka.h>

#include "ref/vectors/generate/real_activations.h"
#include "tests/vectors/real_layer.h"

enum { DECODE = 1 };

/* The first so many of an axis are kept. */
static size_t limit_of(const char *axis) {
  static const struct {
    const char *axis;
    size_t limit;
  } limits[] = {{"channels", 8}, {"rows", 3}, {"columns", 8}};
  for (size_t i = 0; i < sizeof limits / sizeof limits[0]; i++) {
    if (strcmp(axis, limits[i].axis) == 0) {
      return limits[i].limit;
    }
  }
  return SIZE_MAX;
}

/* The case with its axes cut. */
static void cut(const qref_case *whole, qref_case *part) {
  qref_error error;
  *part = *whole;
  for (size_t a = 0; part->schema->attributes[a].name != NULL; a++) {
    if (part->schema->attributes[a].kind == QREF_ATTRIBUTE_SIZE) {
      const size_t size = qref_case_size_attribute(whole, a), limit = limit_of(part->schema->attributes[a].name);
      qref_case_set_size_attribute(part, a, size < limit ? size : limit);
    }
  }
  assert_int_equal(qref_case_allocate(part, &error), QREF_OK);
  for (size_t t = 0; t < part->tensor_count; t++) {
    const qref_case_tensor *from = &whole->tensors[t], *to = &part->tensors[t];
    const size_t size = qref_dtype_size(to->schema->dtype);
    if (!to->present || to->schema->role != QREF_ROLE_INPUT) {
      continue;
    }
    for (size_t i = 0; i < to->count; i++) {
      size_t rest = i, source = 0, stride = 1;
      for (size_t axis = to->rank; axis-- > 0;) {
        source += rest % to->shape[axis] * stride;
        rest /= to->shape[axis];
        stride *= from->shape[axis];
      }
      memcpy((char *)to->data + i * size, (const char *)from->data + source * size, size);
    }
  }
}

/* ---- the file ---- */

static void print_tensor(FILE *file, size_t number, const qref_case_tensor *tensor) {
  static const char *const types[] = {[1] = "int8_t", [2] = "uint16_t", [4] = "uint32_t"};
  const size_t size = qref_dtype_size(tensor->schema->dtype);
  fprintf(file, "static const %s tensor_%zu_%s[%zu] = {", types[size], number, tensor->schema->name, tensor->count);
  for (size_t i = 0; i < tensor->count; i++) {
    const uint32_t bits = qref_case_tensor_bits(tensor, i);
    fputs(i % 24 == 0 ? "\n    " : "", file);
    if (size == 1) {
      fprintf(file, "%d, ", bits < 128 ? (int)bits : (int)bits - 256);
    } else {
      fprintf(file, "0x%0*x, ", (int)(2 * size), (unsigned)bits);
    }
  }
  fprintf(file, "};\n");
}

static void print_case(FILE *file, size_t number, const qref_case *item) {
  for (size_t t = 0; t < item->tensor_count; t++) {
    if (item->tensors[t].present && item->tensors[t].schema->role == QREF_ROLE_INPUT) {
      print_tensor(file, number, &item->tensors[t]);
    }
  }
  fprintf(file, "static const qref_real_tensor inputs_%zu[] = {", number);
  for (size_t t = 0; t < item->tensor_count; t++) {
    if (item->tensors[t].present && item->tensors[t].schema->role == QREF_ROLE_INPUT) {
      fprintf(file, "{\"%s\", tensor_%zu_%s}, ", item->tensors[t].schema->name, number, item->tensors[t].schema->name);
    }
  }
  fprintf(file, "{NULL, NULL}};\nstatic const uint32_t attributes_%zu[] = {", number);
  for (size_t a = 0; item->schema->attributes[a].name != NULL; a++) {
    fprintf(file, item->schema->attributes[a].kind == QREF_ATTRIBUTE_F32 ? "0x%08x, " : "%u, ",
            (unsigned)qref_case_attribute_bits(item, a));
  }
  fprintf(file, "};\n\n");
}

static int write_file(const char *path) {
  FILE *file = fopen(path, "w");
  qref_chain chain = {0};
  if (file == NULL) {
    perror(path);
    return 1;
  }
  if (!real_layer_record(DECODE, &chain)) {
    fclose(file);
    return 1;
  }
  fprintf(file,
          "/* Written by tests/vectors/test_real_activations.c. */\n/* clang-format off */\n"
          "#include \"ref/vectors/generate/real_activations.h\"\n\n");
  for (size_t i = 0; i < chain.count; i++) {
    qref_case part;
    cut(&chain.cases[i], &part);
    print_case(file, i, &part);
    qref_case_free(&part);
  }
  fprintf(file, "const qref_real_case qref_real_cases[] = {\n");
  for (size_t i = 0; i < chain.count; i++) {
    fprintf(file, "    {QREF_OP_");
    for (const char *c = qref_op_name(chain.cases[i].schema->op); *c != '\0'; c++) {
      fputc(*c >= 'a' && *c <= 'z' ? *c - 'a' + 'A' : *c, file);
    }
    fprintf(file, ", \"real_%s\", attributes_%zu, inputs_%zu},\n", strchr(chain.cases[i].id, '/') + 1, i, i);
  }
  fprintf(file, "};\nconst size_t qref_real_case_count = sizeof qref_real_cases / sizeof qref_real_cases[0];\n");
  qref_chain_free(&chain);
  return fclose(file) == 0 ? 0 : 1;
}

/* ---- the test ---- */

static void cut_outs_are_those_of_the_model(void **state) {
  (void)state;
  qref_chain chain = {0};
  assert_true(real_layer_record(DECODE, &chain));
  assert_int_equal(chain.count, qref_real_case_count);
  for (size_t i = 0; i < chain.count; i++) {
    const qref_real_case *real = &qref_real_cases[i];
    qref_case part;
    cut(&chain.cases[i], &part);
    assert_int_equal(real->op, part.schema->op);
    for (size_t a = 0; part.schema->attributes[a].name != NULL; a++) {
      assert_int_equal(real->attributes[a], qref_case_attribute_bits(&part, a));
    }
    const qref_real_tensor *input = real->inputs;
    for (size_t t = 0; t < part.tensor_count; t++) {
      const qref_case_tensor *tensor = &part.tensors[t];
      if (tensor->present && tensor->schema->role == QREF_ROLE_INPUT) {
        assert_string_equal(input->name, tensor->schema->name);
        assert_memory_equal(input->data, tensor->data, tensor->count * qref_dtype_size(tensor->schema->dtype));
        input++;
      }
    }
    assert_null(input->name);
    qref_case_free(&part);
  }
  qref_chain_free(&chain);
}

int main(int argc, char **argv) {
  if (argc == 3 && strcmp(argv[1], "--write") == 0) {
    return write_file(argv[2]);
  }
  const struct CMUnitTest tests[] = {cmocka_unit_test(cut_outs_are_those_of_the_model)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
