/* Types that every other qref header uses: status codes, the error message a caller receives, bit-pattern
 * aliases for the 16-bit float formats, and tensor element types. */
#ifndef QREF_TYPES_H
#define QREF_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__FAST_MATH__)
#error "qref is bit-exact: do not compile with -ffast-math"
#endif

#if defined(QREF_BUILDING_SHARED) || defined(__GNUC__)
#define QREF_API __attribute__((visibility("default")))
#else
#define QREF_API
#endif

/* Result of every qref function that can fail. */
typedef enum qref_status {
  QREF_OK = 0,
  QREF_ERROR_ARGUMENT,    /* a caller's argument is missing or out of its documented range */
  QREF_ERROR_FORMAT,      /* a file's content is malformed, truncated or inconsistent */
  QREF_ERROR_IO,          /* the operating system refused to open, read, write or rename a file */
  QREF_ERROR_MEMORY,      /* an allocation failed */
  QREF_ERROR_OVERFLOW,    /* a size computed from dimensions does not fit size_t or an accumulator */
  QREF_ERROR_UNSUPPORTED, /* valid, but not something that this build or backend computes */
  QREF_ERROR_DEVICE,      /* an accelerator or its driver is missing, or failed; a module's own failure */
} qref_status;

/* Where a function that fails says why. Supplied by the caller; every function accepts NULL for it. The message is
 * one line, names the file and the field where there is one, and says what was expected. It is valid only after a
 * status other than QREF_OK. */
typedef struct qref_error {
  char message[512];
} qref_error;

/* Short name of a status, such as "format". Never NULL; static storage. */
QREF_API const char *qref_status_name(qref_status status);

/* IEEE-754 binary16 and bfloat16 values are held as their bit patterns. */
typedef uint16_t qref_float16;
typedef uint16_t qref_bfloat16;

/* Element types of a stored tensor. */
typedef enum qref_dtype {
  QREF_DTYPE_INT8,
  QREF_DTYPE_INT32,
  QREF_DTYPE_INT64,
  QREF_DTYPE_FLOAT16,
  QREF_DTYPE_BFLOAT16,
  QREF_DTYPE_FLOAT32,
} qref_dtype;

/* Bytes of one element. */
QREF_API size_t qref_dtype_size(qref_dtype dtype);
/* Name as NumPy writes it: "int8", "float16", ...; bfloat16 is "bfloat16". Static storage. */
QREF_API const char *qref_dtype_name(qref_dtype dtype);

#ifdef __cplusplus
}
#endif
#endif
