/* The float-simulation switches: environment variables, and the options that override them. SPEC section 3. */
#ifndef QREF_CLI_ENVIRONMENT_H
#define QREF_CLI_ENVIRONMENT_H

#include "ref/cli/options.h"

enum { QREF_SWITCH_OPTION_COUNT = 5 };

typedef struct qref_switches {
  /* as given on the command line; NULL where not */
  const char *asic_text;
  const char *better_scale_text;
  const char *factor_text;
  const char *write_logs_text;
  /* resolved: the option, else the variable, else the default */
  bool asic;                /* FLOAT_SIM_ASIC */
  bool better_scale;        /* FLOAT_SIM_BETTER_SCALE */
  bool write_logs;          /* YZ_CHECK_FLOAT_SIM */
  bool write_logs_given;    /* by option or variable */
  qref_scale_policy policy; /* FLOAT_SIM_SCALE_FACTOR */
} qref_switches;

/* The options that override the variables. */
void qref_switch_options(qref_switches *switches, qref_option options[QREF_SWITCH_OPTION_COUNT]);

/* Reads the environment. A value that is not one is an error that names variable (or option) and value. */
qref_status qref_switches_resolve(qref_switches *switches, qref_error *error);

#endif
