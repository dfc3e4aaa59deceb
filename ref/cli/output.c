#include "ref/cli/output.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "ref/cli/cli.h"

int qref_report_error(const char *command, const qref_error *error) {
  fprintf(stderr, "%s %s: %s\n", qref_program_name, command, error->message);
  return QREF_EXIT_BAD;
}

int qref_finish_output(const char *command, int exit_code) {
  errno = 0;
  if (fflush(stdout) != 0 || ferror(stdout)) {
    fprintf(stderr, "%s %s: standard output: cannot write: %s\n", qref_program_name, command,
            errno != 0 ? strerror(errno) : "an earlier write failed");
    return QREF_EXIT_BAD;
  }
  return exit_code;
}

bool qref_print_json(const char *command, cJSON *object) {
  char *text = object == NULL ? NULL : cJSON_Print(object);
  cJSON_Delete(object);
  if (text == NULL) {
    fprintf(stderr, "%s %s: out of memory\n", qref_program_name, command);
    return false;
  }
  printf("%s\n", text);
  cJSON_free(text);
  return true;
}

static void draw_progress(void *context, const char *what, size_t done, size_t total) {
  enum { WIDTH = 40 };
  (void)context;
  char bar[WIDTH + 1];
  const size_t filled = total == 0 ? WIDTH : (done >= total ? WIDTH : done * WIDTH / total);
  memset(bar, '.', WIDTH);
  memset(bar, '#', filled);
  bar[WIDTH] = '\0';
  fprintf(stderr, "\r%-24.24s [%s] %zu/%zu", what, bar, done, total);
  if (done >= total) {
    fprintf(stderr, "\r\033[K"); /* gone when the work is done */
  }
  fflush(stderr);
}

void qref_progress_attach(qref_execution *execution, bool quiet) {
  if (!quiet && isatty(STDERR_FILENO)) {
    execution->progress = draw_progress;
  }
}
