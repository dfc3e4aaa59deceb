#include "ref/base/decimal.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The decimal point that printf and strtod use now, which may be several bytes. Read off a printed number, because
 * localeconv returns static storage that another thread may be filling. */
static void locale_point(char point[QREF_DECIMAL_SIZE]) {
  int length = snprintf(point, QREF_DECIMAL_SIZE, "%.1f", 0.5);
  if (length < 3 || length >= QREF_DECIMAL_SIZE) {
    memcpy(point, ".", 2);
    return;
  }
  memmove(point, point + 1, (size_t)length - 2); /* between the 0 and the 5 */
  point[length - 2] = '\0';
}

/* text with the locale's point replaced by '.', in place. */
static void use_full_stop(char *text) {
  char point[QREF_DECIMAL_SIZE];
  locale_point(point);
  char *found = strstr(text, point);
  if (found != NULL) {
    size_t length = strlen(point);
    *found = '.';
    memmove(found + 1, found + length, strlen(found + length) + 1);
  }
}

static void format_special(double value, char text[QREF_DECIMAL_SIZE]) {
  const char *name = isnan(value) ? "nan" : value > 0 ? "inf" : "-inf";
  memcpy(text, name, strlen(name) + 1);
}

void qref_format_f32(float value, char text[QREF_DECIMAL_SIZE]) {
  if (!isfinite(value)) {
    format_special((double)value, text);
    return;
  }
  /* A normal number that has a shorter decimal prints as it with FLT_DIG digits too; a subnormal may not. */
  int digits = fabsf(value) >= FLT_MIN ? FLT_DIG : 1;
  for (; digits <= FLT_DECIMAL_DIG; digits++) {
    snprintf(text, QREF_DECIMAL_SIZE, "%.*g", digits, (double)value);
    /* Readers of JSON go through binary64: the text must read back the same by that way too. */
    if (strtof(text, NULL) == value && (float)strtod(text, NULL) == value) {
      break;
    }
  }
  use_full_stop(text);
}

void qref_format_f64(double value, char text[QREF_DECIMAL_SIZE]) {
  if (!isfinite(value)) {
    format_special(value, text);
    return;
  }
  int digits = fabs(value) >= DBL_MIN ? DBL_DIG : 1;
  for (; digits <= DBL_DECIMAL_DIG; digits++) {
    snprintf(text, QREF_DECIMAL_SIZE, "%.*g", digits, value);
    if (strtod(text, NULL) == value) {
      break;
    }
  }
  use_full_stop(text);
}

static bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/* Whether text is [+-] digits [. digits] [e [+-] digits], with a digit before or after the point. *point is the
 * position of the point, or NULL. */
static bool is_decimal(const char *text, const char **point) {
  *point = NULL;
  bool any = false;
  text += *text == '+' || *text == '-';
  for (; is_digit(*text); text++) {
    any = true;
  }
  if (*text == '.') {
    *point = text;
    for (text++; is_digit(*text); text++) {
      any = true;
    }
  }
  if (!any) {
    return false;
  }
  if (*text == 'e' || *text == 'E') {
    text++;
    text += *text == '+' || *text == '-';
    if (!is_digit(*text)) {
      return false;
    }
    while (is_digit(*text)) {
      text++;
    }
  }
  return *text == '\0';
}

/* A malloc'ed copy of text with the full stop at `point` replaced by the locale's point; NULL when out of memory. */
static char *with_locale_point(const char *text, const char *point) {
  char replacement[QREF_DECIMAL_SIZE];
  locale_point(replacement);
  size_t before = (size_t)(point - text);
  size_t inserted = strlen(replacement);
  size_t after = strlen(point + 1);
  char *copy = malloc(before + inserted + after + 1);
  if (copy != NULL) {
    memcpy(copy, text, before);
    memcpy(copy + before, replacement, inserted);
    memcpy(copy + before + inserted, point + 1, after + 1);
  }
  return copy;
}

/* Checks that *text is a decimal and makes it readable by strtod: with the locale's point, in *copy where that needs
 * one, which the caller frees. */
static bool localize(const char **text, char **copy) {
  const char *point = NULL;
  *copy = NULL;
  if (!is_decimal(*text, &point)) {
    return false;
  }
  if (point == NULL) {
    return true;
  }
  *copy = with_locale_point(*text, point);
  if (*copy == NULL) {
    return false;
  }
  *text = *copy;
  return true;
}

bool qref_parse_f32(const char *text, float *value) {
  char *copy = NULL;
  if (!localize(&text, &copy)) {
    return false;
  }
  float result = strtof(text, NULL);
  free(copy);
  if (!isfinite(result)) {
    return false;
  }
  *value = result;
  return true;
}

bool qref_parse_f64(const char *text, double *value) {
  char *copy = NULL;
  if (!localize(&text, &copy)) {
    return false;
  }
  double result = strtod(text, NULL);
  free(copy);
  if (!isfinite(result)) {
    return false;
  }
  *value = result;
  return true;
}

bool qref_parse_u64(const char *text, uint64_t *value) {
  uint64_t result = 0;
  if (*text == '\0') {
    return false;
  }
  for (; *text != '\0'; text++) {
    if (!is_digit(*text)) {
      return false;
    }
    uint64_t digit = (uint64_t)(*text - '0');
    if (result > (UINT64_MAX - digit) / 10) {
      return false;
    }
    result = result * 10 + digit;
  }
  *value = result;
  return true;
}
