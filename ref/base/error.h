/* Reporting a failure to the caller's error struct. */
#ifndef QREF_BASE_ERROR_H
#define QREF_BASE_ERROR_H

#include <qref/types.h>

/* Writes the message (cut to the struct's size) and returns `status`. error may be NULL. */
qref_status qref_fail(qref_error *error, qref_status status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Puts "prefix: " in front of the message already in `error`. Returns `status`. */
qref_status qref_fail_prefix(qref_error *error, qref_status status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The analyzer does not see into error.c: it is told here that these return the status they are given. */
#ifdef __clang_analyzer__
#define qref_fail(error, status, ...) ((void)qref_fail((error), (status), __VA_ARGS__), (status))
#define qref_fail_prefix(error, status, ...) ((void)qref_fail_prefix((error), (status), __VA_ARGS__), (status))
#endif

/* Evaluates to a return of any status other than QREF_OK. */
#define QREF_TRY(call)                \
  do {                                \
    qref_status try_status_ = (call); \
    if (try_status_ != QREF_OK) {     \
      return try_status_;             \
    }                                 \
  } while (0)

#endif
