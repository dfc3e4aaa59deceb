#include "ref/cli/options.h"

#include <stdio.h>
#include <string.h>

#include "ref/base/decimal.h"
#include "ref/base/error.h"
#include "ref/cli/backends.h"
#include "ref/cli/cli.h"
#include "ref/cli/output.h"
#include "ref/cli/supervise.h"

enum { MAX_THREADS = 1024, MAX_TIMEOUT = 1000000, DEFAULT_TIMEOUT = 60, COMMON_OPTION_COUNT = 7, HELP_COLUMN = 30 };

static void list_common(const qref_command_line *line, qref_common *common, qref_option options[COMMON_OPTION_COUNT]) {
  const char *backend_help = line->backend_help != NULL
                                 ? line->backend_help
                                 : "ops from this backend: cpu (default), ref, another of qref info, or a module";
  const qref_option list[COMMON_OPTION_COUNT] = {
      QREF_STRING("--backend", "NAME|FILE.so", backend_help, &common->backend_name),
      QREF_STRING("--profile", "P", "numerics profile, by name or as a JSON file (default quamba)",
                  &common->profile_name),
      QREF_SIZE("--threads", "N", "at most so many threads (default 1); never changes a result", &common->threads, 1,
                MAX_THREADS),
      QREF_SIZE("--timeout", "S", "of a module: at most so many seconds a call (default 60); 0: no limit",
                &common->timeout, 0, MAX_TIMEOUT),
      QREF_FLAG("--json", "print one JSON object instead of text", &common->json),
      QREF_STRING("--junit", "FILE", "write JUnit XML too", &common->junit_path),
      QREF_FLAG("--quiet", "no progress bar", &common->quiet),
  };
  memcpy(options, list, sizeof list);
  if (line->profiles != NULL) {
    options[1] = (qref_option)QREF_STRINGS("--profile", "P", line->profile_help, line->profiles);
  }
}

/* ---- help ---- */

static void print_options(const qref_option *options, size_t count) {
  for (size_t i = 0; i < count; i++) {
    char name[80];
    snprintf(name, sizeof name, "%s%s%s", options[i].name, options[i].argument != NULL ? " " : "",
             options[i].argument != NULL ? options[i].argument : "");
    printf("  %-*s %s\n", HELP_COLUMN, name, options[i].help);
  }
}

static void print_help(const qref_command_line *line, const qref_option *common) {
  printf("usage: %s %s%s%s [options]\n\n%s\n\noptions:\n", qref_program_name, line->command,
         line->arguments[0] != '\0' ? " " : "", line->arguments, line->description);
  for (size_t i = 0; i < line->table_count; i++) {
    print_options(line->tables[i].options, line->tables[i].count);
  }
  printf("\ncommon options:\n");
  print_options(common, COMMON_OPTION_COUNT);
  printf("  %-*s %s\n", HELP_COLUMN, "--help", "this text");
  printf("\nexample:\n%s", line->example);
}

/* ---- values ---- */

static qref_status add_string(const qref_option *option, const char *text, qref_error *error) {
  qref_option_strings *strings = option->value;
  if (strings->count == QREF_OPTION_MAX_STRINGS) {
    return qref_fail(error, QREF_ERROR_ARGUMENT, "option %s: expected at most %d of them", option->name,
                     QREF_OPTION_MAX_STRINGS);
  }
  strings->values[strings->count++] = text;
  return QREF_OK;
}

static qref_status store(const qref_option *option, const char *text, qref_error *error) {
  uint64_t number = 0;
  double real = 0.0;
  switch (option->kind) {
    case QREF_OPTION_FLAG:
      *(bool *)option->value = true;
      return QREF_OK;
    case QREF_OPTION_STRING:
    case QREF_OPTION_STRINGS:
      if (text[0] == '\0') {
        return qref_fail(error, QREF_ERROR_ARGUMENT, "option %s: expected %s, not an empty string", option->name,
                         option->argument);
      }
      if (option->kind == QREF_OPTION_STRINGS) {
        return add_string(option, text, error);
      }
      *(const char **)option->value = text;
      return QREF_OK;
    case QREF_OPTION_SIZE: {
      const size_t maximum = option->maximum == 0 ? SIZE_MAX : option->maximum;
      if (!qref_parse_u64(text, &number) || number < option->minimum || number > maximum) {
        if (option->maximum == 0) {
          return qref_fail(error, QREF_ERROR_ARGUMENT, "option %s: expected a whole number of at least %zu, not '%s'",
                           option->name, option->minimum, text);
        }
        return qref_fail(error, QREF_ERROR_ARGUMENT, "option %s: expected a whole number from %zu to %zu, not '%s'",
                         option->name, option->minimum, maximum, text);
      }
      *(size_t *)option->value = (size_t)number;
      return QREF_OK;
    }
    case QREF_OPTION_UINT64:
      if (!qref_parse_u64(text, &number)) {
        return qref_fail(error, QREF_ERROR_ARGUMENT, "option %s: expected a whole number, not '%s'", option->name,
                         text);
      }
      *(uint64_t *)option->value = number;
      return QREF_OK;
    case QREF_OPTION_REAL:
    default:
      if (!qref_parse_f64(text, &real)) {
        return qref_fail(error, QREF_ERROR_ARGUMENT, "option %s: expected a number, not '%s'", option->name, text);
      }
      *(double *)option->value = real;
      return QREF_OK;
  }
}

/* ---- the command line ---- */

static const qref_option *find_in(const qref_option *options, size_t count, const char *name, size_t length) {
  for (size_t i = 0; i < count; i++) {
    if (strlen(options[i].name) == length && strncmp(options[i].name, name, length) == 0) {
      return &options[i];
    }
  }
  return NULL;
}

static const qref_option *find_option(const qref_command_line *line, const qref_option *common, const char *name,
                                      size_t length) {
  const qref_option *found = find_in(common, COMMON_OPTION_COUNT, name, length);
  for (size_t i = 0; found == NULL && i < line->table_count; i++) {
    found = find_in(line->tables[i].options, line->tables[i].count, name, length);
  }
  return found;
}

static qref_status parse(int argc, char **argv, const qref_command_line *line, const qref_option *common,
                         qref_error *error) {
  size_t positional = 0;
  for (int i = 0; i < argc; i++) {
    const char *word = argv[i];
    if (word[0] != '-' || word[1] == '\0') {
      if (positional == line->positional_count) {
        return qref_fail(error, QREF_ERROR_ARGUMENT, "unexpected argument '%s'", word);
      }
      line->positional[positional++] = word;
      continue;
    }
    const char *equals = word[1] == '-' ? strchr(word, '=') : NULL;
    const qref_option *option =
        find_option(line, common, word, equals == NULL ? strlen(word) : (size_t)(equals - word));
    if (option == NULL) {
      return qref_fail(error, QREF_ERROR_ARGUMENT, "unknown option '%s'", word);
    }
    const char *text = equals == NULL ? NULL : equals + 1;
    if (option->kind == QREF_OPTION_FLAG && text != NULL) {
      return qref_fail(error, QREF_ERROR_ARGUMENT, "option %s takes no value", option->name);
    }
    if (option->kind != QREF_OPTION_FLAG && text == NULL) {
      if (i + 1 == argc) {
        return qref_fail(error, QREF_ERROR_ARGUMENT, "option %s: expected a value %s", option->name, option->argument);
      }
      text = argv[++i];
    }
    QREF_TRY(store(option, text, error));
  }
  if (line->positional_given != NULL) {
    *line->positional_given = positional;
  }
  if (line->positional_given != NULL ? positional == 0 : positional != line->positional_count) {
    return qref_fail(error, QREF_ERROR_ARGUMENT, "expected %s", line->arguments);
  }
  return QREF_OK;
}

static bool asks_for_help(int argc, char **argv) {
  for (int i = 0; i < argc; i++) {
    if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0) {
      return true;
    }
  }
  return false;
}

static qref_status resolve(const qref_command_line *line, qref_common *common, qref_error *error) {
  QREF_TRY(qref_named_backend(common->backend_name, &common->execution.backend, error));
  common->profile_given = common->profile_name != NULL || (line->profiles != NULL && line->profiles->count != 0);
  common->profile_name = common->profile_name != NULL ? common->profile_name : "quamba";
  QREF_TRY(qref_profile_resolve(common->profile_name, &common->profile, error));
  common->execution.threads = (int)common->threads;
  qref_progress_attach(&common->execution, common->quiet);
  return QREF_OK;
}

bool qref_parse_command_line(int argc, char **argv, const qref_command_line *line, qref_common *common,
                             int *exit_code) {
  qref_option options[COMMON_OPTION_COUNT];
  qref_error error;
  memset(common, 0, sizeof *common);
  common->command = line->command;
  common->backend_name = line->backend != NULL ? line->backend : "cpu";
  common->threads = 1;
  common->timeout = DEFAULT_TIMEOUT;
  list_common(line, common, options);
  if (asks_for_help(argc, argv)) {
    print_help(line, options);
    *exit_code = qref_finish_output(line->command, QREF_EXIT_EXPLAINED);
    return false;
  }
  qref_status status = parse(argc, argv, line, options, &error);
  if (status != QREF_OK) {
    fprintf(stderr, "%s %s: %s (see %s %s --help)\n", qref_program_name, line->command, error.message,
            qref_program_name, line->command);
    *exit_code = QREF_EXIT_BAD;
    return false;
  }
  const bool has_module = qref_names_module(common->backend_name) ||
                          (line->other_backend != NULL && qref_names_module(*line->other_backend));
  if (has_module && qref_watch_here() != NULL) { /* supervised since the program began */
    atomic_store(&qref_watch_here()->seconds, common->timeout);
  } else if (has_module && qref_supervise(common->timeout, &status, exit_code, &error)) {
    if (status != QREF_OK) {
      *exit_code = qref_report_error(line->command, &error);
    }
    return false;
  }
  status = resolve(line, common, &error);
  if (status != QREF_OK) {
    *exit_code = qref_report_error(line->command, &error);
    return false;
  }
  return true;
}
