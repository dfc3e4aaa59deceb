#include "ref/base/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#undef qref_fail
#undef qref_fail_prefix

/* Names out of files end up in messages: whatever they hold, the message stays one line. */
static void keep_one_line(char *message) {
  for (char *c = message; *c != '\0'; c++) {
    if ((unsigned char)*c < 0x20 || *c == 0x7f) {
      *c = '?';
    }
  }
}

qref_status qref_fail(qref_error *error, qref_status status, const char *format, ...) {
  if (error == NULL) {
    return status;
  }
  /* Formatted apart, because an argument may point into error->message. */
  qref_error result;
  va_list arguments;
  va_start(arguments, format);
  if (vsnprintf(result.message, sizeof result.message, format, arguments) < 0) {
    snprintf(result.message, sizeof result.message, "%s", qref_status_name(status));
  }
  va_end(arguments);
  keep_one_line(result.message);
  memcpy(error->message, result.message, strlen(result.message) + 1);
  return status;
}

qref_status qref_fail_prefix(qref_error *error, qref_status status, const char *format, ...) {
  if (error == NULL) {
    return status;
  }
  qref_error prefix;
  va_list arguments;
  va_start(arguments, format);
  if (vsnprintf(prefix.message, sizeof prefix.message, format, arguments) < 0) {
    prefix.message[0] = '\0';
  }
  va_end(arguments);
  return qref_fail(error, status, "%s: %s", prefix.message, error->message);
}
