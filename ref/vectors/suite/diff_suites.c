#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ref/base/error.h"
#include "ref/vectors/suite/load.h"

typedef struct diff_work {
  const qref_suite_manifest *a, *b;
  qref_suite_difference_callback callback;
  void *context;
  uint64_t elements;
} diff_work;

static void report(const diff_work *work, const qref_suite_difference *difference) {
  if (work->callback != NULL) {
    work->callback(work->context, difference);
  }
}

/* ---- values ---- */

static double value_of(const qref_case_tensor *tensor, size_t i) {
  switch (tensor->schema->dtype) {
    case QREF_DTYPE_INT8:
      return ((const int8_t *)tensor->data)[i];
    case QREF_DTYPE_INT32:
      return ((const int32_t *)tensor->data)[i];
    case QREF_DTYPE_FLOAT16:
      return (double)qref_f32_from_f16(((const qref_float16 *)tensor->data)[i]);
    case QREF_DTYPE_FLOAT32:
      return (double)((const float *)tensor->data)[i];
    case QREF_DTYPE_INT64:
    case QREF_DTYPE_BFLOAT16:
    default:
      return (double)NAN;
  }
}

/* Two equal infinities are 0 apart. */
static double distance(double a, double b) {
  return a == b ? 0.0 : fabs(a - b);
}

static void compare_values(const qref_case_tensor *a, const qref_case_tensor *b, qref_suite_difference *difference) {
  difference->elements = a->count;
  for (size_t i = 0; i < a->count; i++) {
    const uint32_t a_bits = qref_case_tensor_bits(a, i);
    const uint32_t b_bits = qref_case_tensor_bits(b, i);
    if (a_bits == b_bits) {
      continue;
    }
    if (difference->different++ == 0) {
      difference->first_index = i;
      difference->first_a = a_bits;
      difference->first_b = b_bits;
    }
    const double apart = distance(value_of(a, i), value_of(b, i));
    difference->mean_difference += apart;
    /* fmax would lose a NaN. */
    difference->max_difference =
        apart > difference->max_difference || apart != apart ? apart : difference->max_difference;
  }
  if (difference->mean_difference != difference->mean_difference) {
    difference->max_difference = difference->mean_difference;
  }
  difference->mean_difference /= (double)a->count;
}

/* ---- one case ---- */

static qref_status load(const qref_suite_manifest *manifest, const qref_suite_case *entry, size_t t,
                        qref_case_tensor *tensor, qref_error *error) {
  qref_load_problem problem;
  QREF_TRY(qref_suite_load_tensor(manifest, entry, t, tensor, &problem, error));
  /* What the file holds is compared, whatever its digest. */
  return problem.kind != QREF_PROBLEM_FILE ? QREF_OK
                                           : qref_fail(error, QREF_ERROR_FORMAT, "%s: case '%s': %.300s",
                                                       manifest->path, entry->item.id, problem.message);
}

static bool same_shape(const qref_case_tensor *a, const qref_case_tensor *b) {
  return a->schema->dtype == b->schema->dtype && a->rank == b->rank &&
         memcmp(a->shape, b->shape, a->rank * sizeof a->shape[0]) == 0;
}

static qref_status compare_tensor(diff_work *work, const qref_suite_case *a, const qref_suite_case *b, size_t t,
                                  qref_error *error) {
  qref_case_tensor left = a->item.tensors[t];
  qref_case_tensor right = b->item.tensors[t];
  qref_suite_difference difference = {.case_id = a->item.id, .tensor = left.schema->name};
  if (left.present != right.present) {
    difference.only_in_a = left.present;
    difference.only_in_b = right.present;
    snprintf(difference.message, sizeof difference.message, "only in %.200s",
             left.present ? work->a->path : work->b->path);
    report(work, &difference);
    return QREF_OK;
  }
  if (!left.present) {
    return QREF_OK;
  }
  if (!same_shape(&left, &right)) {
    difference.attributes_differ = true;
    snprintf(difference.message, sizeof difference.message, "shape: not the same");
    report(work, &difference);
    return QREF_OK;
  }
  QREF_TRY(load(work->a, a, t, &left, error));
  qref_status status = load(work->b, b, t, &right, error);
  if (status == QREF_OK) {
    compare_values(&left, &right, &difference);
    work->elements += difference.elements;
    if (difference.different != 0) {
      report(work, &difference);
    }
    free(right.data);
  }
  free(left.data);
  return status;
}

static void describe_attribute(const qref_case *a, const qref_case *b, size_t i, char *text, size_t size) {
  const char *name = a->schema->attributes[i].name;
  if (a->schema->attributes[i].kind == QREF_ATTRIBUTE_F32) {
    const float x = qref_case_f32_attribute(a, i);
    const float y = qref_case_f32_attribute(b, i);
    if (qref_bits_from_f32(x) != qref_bits_from_f32(y)) {
      snprintf(text, size, "attribute '%s': 0x%08x against 0x%08x", name, (unsigned)qref_bits_from_f32(x),
               (unsigned)qref_bits_from_f32(y));
    }
    return;
  }
  const bool is_size = a->schema->attributes[i].kind == QREF_ATTRIBUTE_SIZE;
  const size_t x = is_size ? qref_case_size_attribute(a, i) : qref_case_bool_attribute(a, i);
  const size_t y = is_size ? qref_case_size_attribute(b, i) : qref_case_bool_attribute(b, i);
  if (x != y) {
    snprintf(text, size, "attribute '%s': %zu against %zu", name, x, y);
  }
}

static qref_status describe_case(const qref_case *a, const qref_case *b, char *text, size_t size, qref_error *error) {
  char a_hash[65];
  char b_hash[65];
  text[0] = '\0';
  if (a->schema != b->schema) {
    snprintf(text, size, "op: %s against %s", qref_op_name(a->schema->op), qref_op_name(b->schema->op));
    return QREF_OK;
  }
  QREF_TRY(qref_profile_hash(&a->profile, a_hash, error));
  QREF_TRY(qref_profile_hash(&b->profile, b_hash, error));
  if (strcmp(a_hash, b_hash) != 0) {
    snprintf(text, size, "profile: %s against %s, of other numerics", a->profile.name, b->profile.name);
  }
  for (size_t i = 0; text[0] == '\0' && a->schema->attributes[i].name != NULL; i++) {
    describe_attribute(a, b, i, text, size);
  }
  for (size_t i = 0; text[0] == '\0' && i < QREF_COUNTS; i++) {
    if (qref_counts_value(&a->counts, i) != qref_counts_value(&b->counts, i)) {
      snprintf(text, size, "counts: %s: %llu against %llu", qref_counts_name(i),
               (unsigned long long)qref_counts_value(&a->counts, i),
               (unsigned long long)qref_counts_value(&b->counts, i));
    }
  }
  return QREF_OK;
}

static qref_status compare_case(diff_work *work, const qref_suite_case *a, const qref_suite_case *b,
                                qref_error *error) {
  qref_suite_difference difference = {.case_id = a->item.id, .tensor = "", .attributes_differ = true};
  QREF_TRY(describe_case(&a->item, &b->item, difference.message, sizeof difference.message, error));
  if (difference.message[0] != '\0') {
    report(work, &difference);
  }
  for (size_t t = 0; a->item.schema == b->item.schema && t < a->item.tensor_count; t++) {
    QREF_TRY(compare_tensor(work, a, b, t, error));
  }
  return QREF_OK;
}

static void report_missing(const diff_work *work, const qref_suite_case *entry, bool in_a) {
  qref_suite_difference difference = {.case_id = entry->item.id, .tensor = "", .only_in_a = in_a, .only_in_b = !in_a};
  snprintf(difference.message, sizeof difference.message, "only in %.200s", in_a ? work->a->path : work->b->path);
  report(work, &difference);
}

static qref_status compare_suites(diff_work *work, size_t *cases, qref_error *error) {
  for (size_t i = 0; i < work->a->count; i++) {
    const qref_suite_case *entry = &work->a->cases[i];
    const qref_suite_case *other = qref_suite_find(work->b, entry->item.id);
    if (other == NULL) {
      report_missing(work, entry, true);
    } else {
      QREF_TRY(compare_case(work, entry, other, error));
      ++*cases;
    }
  }
  for (size_t i = 0; i < work->b->count; i++) {
    if (qref_suite_find(work->a, work->b->cases[i].item.id) == NULL) {
      report_missing(work, &work->b->cases[i], false);
    }
  }
  return QREF_OK;
}

qref_status qref_diff_suites(const char *a, const char *b, qref_suite_difference_callback callback, void *context,
                             size_t *cases, uint64_t *elements, qref_error *error) {
  if (a == NULL || b == NULL || cases == NULL || elements == NULL) {
    return qref_fail(error, QREF_ERROR_ARGUMENT, "diff: expected two directories and room for the counts");
  }
  *cases = 0;
  *elements = 0;
  qref_suite_manifest left;
  qref_suite_manifest right;
  QREF_TRY(qref_suite_open(a, &left, error));
  qref_status status = qref_suite_open(b, &right, error);
  if (status == QREF_OK) {
    diff_work work = {.a = &left, .b = &right, .callback = callback, .context = context};
    status = compare_suites(&work, cases, error);
    *elements = work.elements;
    qref_suite_close(&right);
  }
  qref_suite_close(&left);
  return status;
}
