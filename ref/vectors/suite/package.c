#include "ref/vectors/suite/package.h"

#include <inttypes.h>
#include <limits.h>

#include <stdlib.h>
#include <string.h>

#include "ref/base/size.h"
#include "ref/vectors/suite/hex.h"

/* The characters of an identifier, letters in upper case. */
static void append_name(qref_text *text, const char *name, size_t length) {
  for (size_t i = 0; i < length; i++) {
    char c = name[i];
    if (c >= 'a' && c <= 'z') {
      c = (char)(c - 'a' + 'A');
    } else if (!(c >= 'A' && c <= 'Z') && !(c >= '0' && c <= '9')) {
      c = '_';
    }
    qref_text_append(text, &c, 1);
  }
}

/* ---- one case ---- */

static void begin_name(qref_text *text, const char *name) {
  const char mark[] = {QREF_SUITE_PACKAGE_MARK, '_', '_'};
  qref_text_append(text, mark, sizeof mark);
  append_name(text, name, strlen(name));
}

static void print_size(qref_text *text, const char *name, const char *suffix, uint64_t value) {
  qref_text_format(text, "  localparam %s ", value <= INT_MAX ? "int" : "longint unsigned");
  begin_name(text, name);
  qref_text_format(text, "%s = %s%" PRIu64 ";\n", suffix, value <= INT_MAX ? "" : "64'd", value);
}

static void print_attribute(qref_text *text, const qref_case *item, size_t i) {
  const char *name = item->schema->attributes[i].name;
  switch (item->schema->attributes[i].kind) {
    case QREF_ATTRIBUTE_SIZE:
      print_size(text, name, "", qref_case_size_attribute(item, i));
      break;
    case QREF_ATTRIBUTE_F32:
      qref_text_format(text, "  localparam bit [31:0] ");
      begin_name(text, name);
      qref_text_format(text, " = 32'h%08" PRIx32 ";\n", qref_bits_from_f32(qref_case_f32_attribute(item, i)));
      break;
    case QREF_ATTRIBUTE_BOOL:
      qref_text_format(text, "  localparam bit ");
      begin_name(text, name);
      qref_text_format(text, " = 1'b%d;\n", qref_case_bool_attribute(item, i) ? 1 : 0);
      break;
  }
}

static void print_tensor(qref_text *text, const qref_suite_header *header, const qref_case *item,
                         const qref_case_tensor *tensor) {
  const char *name = tensor->schema->name;
  const qref_hex_layout layout = qref_hex_layout_of(tensor, header->hex_lanes);
  char path[QREF_SUITE_PATH_SIZE];
  qref_suite_path(item, tensor, "hex", path);
  qref_text_format(text, "  localparam ");
  begin_name(text, name);
  qref_text_format(text, "__FILE = \"%s\";\n", path);
  print_size(text, name, "__WORDS", layout.words);
  print_size(text, name, "__LINES", layout.lines);
  print_size(text, name, "__BITS", tensor->bits);
  print_size(text, name, "__DIGITS", layout.digits);
  print_size(text, name, "__RANK", tensor->rank);
  for (size_t i = 0; i < tensor->rank; i++) {
    const char suffix[] = {'_', '_', 'D', 'I', 'M', (char)('0' + i), '\0'};
    print_size(text, name, suffix, tensor->shape[i]);
  }
}

void qref_suite_package_case(const qref_suite_header *header, const qref_case *item, qref_text *text) {
  qref_text_format(text, "\n  // %s: op %s\n", item->id, qref_op_name(item->schema->op));
  for (size_t i = 0; item->schema->attributes[i].name != NULL; i++) {
    print_attribute(text, item, i);
  }
  for (size_t t = 0; t < item->tensor_count; t++) {
    if (item->tensors[t].present) {
      print_tensor(text, header, item, &item->tensors[t]);
    }
  }
}

/* ---- the package ---- */

/* The id of a case as text between "  // " and ':'. */
static void append_prefix(qref_text *text, const qref_text *lines) {
  static const char comment[] = "\n  // ";
  const char *id = lines->data + sizeof comment - 1;
  append_name(text, id, strcspn(id, ":"));
}

static int compare_strings(const void *a, const void *b) {
  return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The lines with the mark replaced. */
static void append_lines(qref_text *text, const qref_text *lines, const char *prefix) {
  const char *at = lines->data;
  const char *end = at + lines->size;
  while (at < end) {
    const char *mark = memchr(at, QREF_SUITE_PACKAGE_MARK, (size_t)(end - at));
    qref_text_append(text, at, (size_t)((mark != NULL ? mark : end) - at));
    if (mark != NULL) {
      qref_text_append(text, prefix, strlen(prefix));
    }
    at = mark != NULL ? mark + 1 : end;
  }
}

/* Whether a sorted list has the string more than once. */
static bool is_repeated(char *const *sorted, size_t count, const char *string) {
  char *const *found = bsearch(&string, sorted, count, sizeof *sorted, compare_strings);
  const size_t i = (size_t)(found - sorted);
  return (i > 0 && strcmp(sorted[i - 1], string) == 0) || (i + 1 < count && strcmp(sorted[i + 1], string) == 0);
}

static void print_cases(const qref_text *cases, size_t count, qref_text *prefixes, char **sorted, qref_text *text) {
  for (size_t i = 0; i < count; i++) {
    append_prefix(&prefixes[i], &cases[i]);
    if (prefixes[i].failed) {
      text->failed = true;
      return;
    }
    sorted[i] = prefixes[i].data;
  }
  qsort(sorted, count, sizeof *sorted, compare_strings);
  for (size_t i = 0; i < count; i++) {
    qref_text prefix = {0};
    qref_text_append(&prefix, prefixes[i].data, prefixes[i].size);
    if (is_repeated(sorted, count, prefixes[i].data)) {
      qref_text_format(&prefix, "_CASE%zu", i);
    }
    if (prefix.failed) {
      text->failed = true;
      return;
    }
    append_lines(text, &cases[i], prefix.data);
    qref_text_free(&prefix);
  }
}

void qref_suite_package_print(const qref_suite_header *header, const char *digest, const qref_text *cases, size_t count,
                              qref_text *text) {
  qref_text_format(text,
                   "// Generated by qref %s: the .hex files of suite %s. Paths are relative to this file's directory.\n"
                   "// A $readmemh of a file with fewer words than its memory passes silently: check __WORDS.\n"
                   "// verilator lint_off UNUSED\n"
                   "package qref_vectors_pkg;\n"
                   "  localparam SUITE = \"%s\";\n"
                   "  localparam DIGEST = \"%s\";\n"
                   "  localparam int CASES = %zu;\n"
                   "  // Words on a line of a file, the first in the least significant digits. A word takes __DIGITS\n"
                   "  // hexadecimal digits.\n"
                   "  localparam int HEX_LANES = %zu;\n",
                   header->version, header->suite, header->suite, digest, count, header->hex_lanes);
  qref_text *prefixes = qref_allocate_zeroed(count, sizeof *prefixes);
  char **sorted = qref_allocate(count, sizeof *sorted);
  if (prefixes == NULL || sorted == NULL) {
    text->failed = true;
  } else {
    print_cases(cases, count, prefixes, sorted, text);
  }
  for (size_t i = 0; prefixes != NULL && i < count; i++) {
    qref_text_free(&prefixes[i]);
  }
  free(prefixes);
  free(sorted);
  qref_text_format(text, "endpackage\n// verilator lint_on UNUSED\n");
}
