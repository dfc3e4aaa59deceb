#include "ref/cli/environment.h"

#include <stdlib.h>
#include <string.h>

#include "ref/base/error.h"

static const char asic_variable[] = "FLOAT_SIM_ASIC";
static const char better_scale_variable[] = "FLOAT_SIM_BETTER_SCALE";
static const char factor_variable[] = "FLOAT_SIM_SCALE_FACTOR";
static const char write_logs_variable[] = "YZ_CHECK_FLOAT_SIM";
static const char default_factor[] = "2025";

void qref_switch_options(qref_switches *switches, qref_option options[QREF_SWITCH_OPTION_COUNT]) {
  static const char factor_help[] =
      "factor or policy: 2025, absmax:BITS, percentile:P:BITS; else FLOAT_SIM_SCALE_FACTOR (2025)";
  const qref_option list[QREF_SWITCH_OPTION_COUNT] = {
      QREF_STRING("--float-sim-asic", "B", "true or false; else FLOAT_SIM_ASIC (false)", &switches->asic_text),
      QREF_STRING("--float-sim-better-scale", "B", "true or false; else FLOAT_SIM_BETTER_SCALE (false)",
                  &switches->better_scale_text),
      QREF_STRING("--float-sim-scale-factor", "F", factor_help, &switches->factor_text),
      QREF_STRING("--scale-factor", "F", "the same", &switches->factor_text),
      QREF_STRING("--yz-check-float-sim", "B", "write layer logs, true or false; else YZ_CHECK_FLOAT_SIM",
                  &switches->write_logs_text),
  };
  memcpy(options, list, sizeof list);
}

/* Letters of ASCII alone, whatever the locale. */
static bool equals_any_case(const char *text, const char *lower) {
  for (; *text != '\0' && *lower != '\0'; text++, lower++) {
    const char letter = *text >= 'A' && *text <= 'Z' ? (char)(*text - 'A' + 'a') : *text;
    if (letter != *lower) {
      return false;
    }
  }
  return *text == *lower;
}

/* The option's text, else the variable's; *name is then which of the two it came from. */
static const char *choose(const char *option_text, const char *option, const char *variable, const char **name) {
  *name = option_text != NULL ? option : variable;
  return option_text != NULL ? option_text : getenv(variable);
}

static qref_status read_boolean(const char *option_text, const char *option, const char *variable, bool *value,
                                bool *given, qref_error *error) {
  const char *name = NULL;
  const char *text = choose(option_text, option, variable, &name);
  *given = text != NULL;
  *value = false;
  if (text == NULL || equals_any_case(text, "false") || strcmp(text, "0") == 0) {
    return QREF_OK;
  }
  if (equals_any_case(text, "true") || strcmp(text, "1") == 0) {
    *value = true;
    return QREF_OK;
  }
  return qref_fail(error, QREF_ERROR_ARGUMENT, "%s: expected true, false, 1 or 0, not '%s'", name, text);
}

qref_status qref_switches_resolve(qref_switches *switches, qref_error *error) {
  bool given = false;
  QREF_TRY(read_boolean(switches->asic_text, "--float-sim-asic", asic_variable, &switches->asic, &given, error));
  QREF_TRY(read_boolean(switches->better_scale_text, "--float-sim-better-scale", better_scale_variable,
                        &switches->better_scale, &given, error));
  QREF_TRY(read_boolean(switches->write_logs_text, "--yz-check-float-sim", write_logs_variable, &switches->write_logs,
                        &switches->write_logs_given, error));
  const char *name = NULL;
  const char *factor = choose(switches->factor_text, "--scale-factor", factor_variable, &name);
  qref_status status = qref_scale_policy_parse(factor != NULL ? factor : default_factor, &switches->policy, error);
  if (status != QREF_OK) {
    return qref_fail_prefix(error, status, "%s", name);
  }
  return QREF_OK;
}
