/* Numbers as text, independent of the locale. */
#ifndef QREF_BASE_DECIMAL_H
#define QREF_BASE_DECIMAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { QREF_DECIMAL_SIZE = 32 };

/* Shortest decimal that reads back as the same float32, with '.' as the point and no trailing ".0": "2025", "0.1",
 * "1e-05". NaN and infinities give "nan", "inf", "-inf". */
void qref_format_f32(float value, char text[QREF_DECIMAL_SIZE]);
/* The same for binary64. */
void qref_format_f64(double value, char text[QREF_DECIMAL_SIZE]);

/* The whole of `text` as a decimal number: optional sign, digits, point, exponent; no white space, no hex, no nan or
 * inf. Correctly rounded. False if it is not one or overflows. */
bool qref_parse_f32(const char *text, float *value);
bool qref_parse_f64(const char *text, double *value);
/* The whole of `text` as decimal digits. */
bool qref_parse_u64(const char *text, uint64_t *value);

#endif
