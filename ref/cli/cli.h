/* The qref program: one function per subcommand, and what they share. */
#ifndef QREF_CLI_CLI_H
#define QREF_CLI_CLI_H

/* Exit codes. */
enum {
  QREF_EXIT_EXPLAINED = 0,   /* everything equal, or every difference explained */
  QREF_EXIT_DIFFERENCES = 1, /* something is not */
  QREF_EXIT_BAD = 2,         /* bad usage, bad input, or output that cannot be written */
};

/* "qref": of this program, for messages. */
extern const char qref_program_name[];

/* argv[0] is the first word after the subcommand. Each returns an exit code. */
int qref_command_check(int argc, char **argv);
int qref_command_quantize(int argc, char **argv);
int qref_command_run(int argc, char **argv);
int qref_command_eval(int argc, char **argv);
int qref_command_gen(int argc, char **argv);
int qref_command_merge(int argc, char **argv);
int qref_command_verify(int argc, char **argv);
int qref_command_sweep(int argc, char **argv);
int qref_command_cross(int argc, char **argv);
int qref_command_replay(int argc, char **argv);
int qref_command_diff(int argc, char **argv);
int qref_command_info(int argc, char **argv);

#endif
