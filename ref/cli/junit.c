#include "ref/cli/junit.h"

#include <stdio.h>
#include <stdlib.h>

#include "ref/base/error.h"
#include "ref/base/file.h"
#include "ref/base/size.h"
#include "ref/cli/cli.h"
#include "ref/cli/output.h"

struct qref_junit {
  const char *suite;
  size_t tests;
  size_t failures;
  size_t skipped;
  char *text; /* of the stream */
  size_t size;
  FILE *cases;
};

qref_junit *qref_junit_create(const char *suite) {
  qref_junit *junit = qref_allocate_zeroed(1, sizeof *junit);
  if (junit == NULL) {
    return NULL;
  }
  junit->suite = suite;
  junit->cases = open_memstream(&junit->text, &junit->size);
  if (junit->cases == NULL) {
    free(junit);
    return NULL;
  }
  return junit;
}

void qref_junit_destroy(qref_junit *junit) {
  if (junit != NULL) {
    if (junit->cases != NULL) {
      fclose(junit->cases);
    }
    free(junit->text);
    free(junit);
  }
}

static void put_escaped(FILE *stream, const char *text) {
  for (; *text != '\0'; text++) {
    switch (*text) {
      case '&':
        fputs("&amp;", stream);
        break;
      case '<':
        fputs("&lt;", stream);
        break;
      case '>':
        fputs("&gt;", stream);
        break;
      case '"':
        fputs("&quot;", stream);
        break;
      default:
        /* XML has no control characters but tab and line ends. */
        fputc((unsigned char)*text < 0x20 && *text != '\t' && *text != '\n' ? '?' : *text, stream);
        break;
    }
  }
}

/* `element` and its message inside the test case; neither where it passed. */
static void put_case(qref_junit *junit, const char *group, const char *name, const char *element, const char *message) {
  junit->tests++;
  fputs("  <testcase classname=\"qref.", junit->cases);
  put_escaped(junit->cases, group);
  fputs("\" name=\"", junit->cases);
  put_escaped(junit->cases, name);
  if (message == NULL) {
    fputs("\"/>\n", junit->cases);
    return;
  }
  fprintf(junit->cases, "\">\n    <%s message=\"", element);
  put_escaped(junit->cases, message);
  fputs("\"/>\n  </testcase>\n", junit->cases);
}

void qref_junit_add(qref_junit *junit, const char *group, const char *name, const char *failure) {
  junit->failures += failure != NULL ? 1 : 0;
  put_case(junit, group, name, "failure", failure);
}

void qref_junit_add_skipped(qref_junit *junit, const char *group, const char *name, const char *reason) {
  junit->skipped++;
  put_case(junit, group, name, "skipped", reason);
}

/* A command without cases of its own counts as one that passed. */
static qref_status write_file(qref_junit *junit, const char *path, qref_error *error) {
  if (junit->tests == 0) {
    qref_junit_add(junit, junit->suite, junit->suite, NULL);
  }
  if (fflush(junit->cases) != 0 || ferror(junit->cases)) {
    return qref_fail(error, QREF_ERROR_MEMORY, "%s: out of memory", path);
  }
  char skipped[48] = ""; /* most commands leave nothing out */
  if (junit->skipped != 0) {
    snprintf(skipped, sizeof skipped, " skipped=\"%zu\"", junit->skipped);
  }
  char head[256];
  const int head_size = snprintf(head, sizeof head,
                                 "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                                 "<testsuite name=\"qref.%s\" tests=\"%zu\" failures=\"%zu\" errors=\"0\"%s>\n",
                                 junit->suite, junit->tests, junit->failures, skipped);
  static const char tail[] = "</testsuite>\n";
  qref_output *output = NULL;
  QREF_TRY(qref_output_open(path, &output, error));
  qref_status status = qref_output_write(output, head, (size_t)head_size, error);
  if (status == QREF_OK) {
    status = qref_output_write(output, junit->text, junit->size, error);
  }
  if (status == QREF_OK) {
    status = qref_output_write(output, tail, sizeof tail - 1, error);
  }
  if (status != QREF_OK) {
    qref_output_discard(output);
    return status;
  }
  return qref_output_commit(output, error);
}

int qref_conclude(const qref_common *common, qref_junit *junit, int exit_code) {
  exit_code = qref_finish_output(common->command, exit_code);
  if (common->junit_path != NULL && exit_code != QREF_EXIT_BAD) {
    qref_error error;
    qref_status status = junit == NULL ? qref_fail(&error, QREF_ERROR_MEMORY, "out of memory")
                                       : write_file(junit, common->junit_path, &error);
    if (status != QREF_OK) {
      exit_code = qref_report_error(common->command, &error);
    }
  }
  qref_junit_destroy(junit);
  return exit_code;
}
