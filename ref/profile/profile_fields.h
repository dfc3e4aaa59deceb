/* The one list of what a profile consists of: reading, writing, hashing and checking walk it. */
#ifndef QREF_PROFILE_PROFILE_FIELDS_H
#define QREF_PROFILE_PROFILE_FIELDS_H

#include <qref/profile.h>

typedef enum qref_profile_kind {
  QREF_PROFILE_CHOICE,        /* an enumeration: a JSON string */
  QREF_PROFILE_INTEGER,       /* uint32_t in [minimum, maximum]: a JSON number */
  QREF_PROFILE_TABLE_ENTRIES, /* the `entries` of a qref_function_rule: an integer too, followed in the list by the
                                 rule's minimum and maximum */
  QREF_PROFILE_SEED,          /* uint64_t: a JSON string of decimal digits, since a JSON number holds 53 bits */
  QREF_PROFILE_REAL,          /* finite float */
  QREF_PROFILE_POSITIVE_REAL, /* finite float > 0 */
} qref_profile_kind;

typedef struct qref_profile_field {
  const char *path; /* dotted, as in the JSON: "hadamard.output.overflow" */
  qref_profile_kind kind;
  size_t offset, size;        /* of the member in qref_profile */
  const char *const *choices; /* the names of values 0 .. maximum */
  uint32_t minimum, maximum;  /* of choices and integers */
} qref_profile_field;

/* The i-th field in canonical order, NULL past the end. */
const qref_profile_field *qref_profile_field_at(size_t i);

/* The value of a choice, an integer or a seed. */
uint64_t qref_profile_integer(const qref_profile *profile, const qref_profile_field *field);
void qref_profile_set_integer(qref_profile *profile, const qref_profile_field *field, uint64_t value);
/* The value of a real. */
float qref_profile_real(const qref_profile *profile, const qref_profile_field *field);
void qref_profile_set_real(qref_profile *profile, const qref_profile_field *field, float value);

enum { QREF_PROFILE_EXPECTED_SIZE = 160 };
/* What the field accepts, for a message: "one of saturate, wrap", "an integer from 16 to 32", ... */
void qref_profile_expected(const qref_profile_field *field, char text[QREF_PROFILE_EXPECTED_SIZE]);

/* Whether every value is in its range, a function that is a table has one, and the name ends. Fails with `status` and
 * a message "<source>: field '<path>': expected ...". */
qref_status qref_profile_check(const qref_profile *profile, const char *source, qref_status status, qref_error *error);

#endif
