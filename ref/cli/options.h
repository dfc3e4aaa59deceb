/* Command-line options as tables: a subcommand lists its own, the common ones are added here, and --help is printed
 * from the same tables. An option takes its value as "--name value" or "--name=value". */
#ifndef QREF_CLI_OPTIONS_H
#define QREF_CLI_OPTIONS_H

#include <qref/qref.h>

typedef enum qref_option_kind {
  QREF_OPTION_FLAG,    /* bool *: becomes true */
  QREF_OPTION_STRING,  /* const char **: not empty */
  QREF_OPTION_STRINGS, /* qref_option_strings *: one more each time that the option is given; not empty */
  QREF_OPTION_SIZE,    /* size_t *: minimum..maximum */
  QREF_OPTION_UINT64,  /* uint64_t * */
  QREF_OPTION_REAL,    /* double * */
} qref_option_kind;

/* The values of an option that may be repeated. */
enum { QREF_OPTION_MAX_STRINGS = 64 };
typedef struct qref_option_strings {
  const char *values[QREF_OPTION_MAX_STRINGS];
  size_t count;
} qref_option_strings;

typedef struct qref_option {
  const char *name;     /* "--seq-len" */
  const char *argument; /* "N", for the help; NULL for a flag */
  const char *help;
  qref_option_kind kind;
  void *value;
  size_t minimum, maximum; /* QREF_OPTION_SIZE; a maximum of 0 is SIZE_MAX */
} qref_option;

#define QREF_FLAG(name_, help_, target) \
  { .name = (name_), .help = (help_), .kind = QREF_OPTION_FLAG, .value = (target) }
#define QREF_STRING(name_, argument_, help_, target) \
  { .name = (name_), .argument = (argument_), .help = (help_), .kind = QREF_OPTION_STRING, .value = (target) }
#define QREF_STRINGS(name_, argument_, help_, target) \
  { .name = (name_), .argument = (argument_), .help = (help_), .kind = QREF_OPTION_STRINGS, .value = (target) }
#define QREF_SIZE(name_, argument_, help_, target, least, most)                                             \
  {                                                                                                         \
    .name = (name_), .argument = (argument_), .help = (help_), .kind = QREF_OPTION_SIZE, .value = (target), \
    .minimum = (least), .maximum = (most)                                                                   \
  }
#define QREF_UINT64(name_, argument_, help_, target) \
  { .name = (name_), .argument = (argument_), .help = (help_), .kind = QREF_OPTION_UINT64, .value = (target) }
#define QREF_REAL(name_, argument_, help_, target) \
  { .name = (name_), .argument = (argument_), .help = (help_), .kind = QREF_OPTION_REAL, .value = (target) }

/* Several tables make a command's options. */
typedef struct qref_option_table {
  const qref_option *options;
  size_t count;
} qref_option_table;
#define QREF_OPTION_TABLE(array) \
  { .options = (array), .count = sizeof(array) / sizeof((array)[0]) }

typedef struct qref_command_line {
  const char *command;     /* "check" */
  const char *arguments;   /* "DIR" or "" */
  const char *description; /* a paragraph */
  const char *example;     /* lines to copy and paste */
  const qref_option_table *tables;
  size_t table_count;
  const char **positional;    /* where the arguments without a name go */
  size_t positional_count;    /* exactly so many are expected */
  size_t *positional_given;   /* not NULL: 1 to positional_count are, and this receives how many */
  const char *backend;        /* unless --backend is given; NULL: cpu */
  const char *backend_help;   /* NULL: says which that is */
  const char **other_backend; /* not NULL: where another option's backend goes */
  /* not NULL: --profile may be repeated, and its values go here as they are */
  qref_option_strings *profiles;
  const char *profile_help; /* only with profiles */
} qref_command_line;

/* What every subcommand takes. */
typedef struct qref_common {
  const char *command;
  const char *backend_name;
  const char *profile_name;
  bool profile_given;
  size_t threads;
  size_t timeout;
  bool json;
  const char *junit_path;
  bool quiet;
  qref_profile profile;     /* resolved */
  qref_execution execution; /* resolved; draws the progress bar */
} qref_common;

/* Parses everything and resolves backend and profile. True to go on; false to leave with *exit_code, --help having been
 * printed or a message. `common` must outlive the execution. */
bool qref_parse_command_line(int argc, char **argv, const qref_command_line *line, qref_common *common, int *exit_code);

#endif
