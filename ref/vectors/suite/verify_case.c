#include "ref/vectors/suite/verify_case.h"

#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ref/base/error.h"
#include "ref/vectors/suite/element_verdict.h"
#include "ref/vectors/suite/load.h"

/* What a case is verified with. Cases without data are those that could not be made. */
typedef struct verified_case {
  const qref_verify_work *work;
  const qref_suite_case *entry;
  qref_case stored;
  qref_case generated; /* inputs as the generator gives them */
  qref_case computed;  /* run on the stored inputs */
  bool is_generated, is_computed;
  char generator_problem[256]; /* the generator's own failure, or the attribute that differs */
  char run_problem[256];
  qref_load_problem digest_problem; /* the first one */
  size_t digest_tensor;
  qref_verify_case *result;
} verified_case;

/* ---- reporting ---- */

static void set_message(qref_verify_case *result, qref_vector_problem problem, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static void set_message(qref_verify_case *result, qref_vector_problem problem, const char *format, ...) {
  va_list arguments;
  result->problem = problem;
  va_start(arguments, format);
  vsnprintf(result->message, sizeof result->message, format, arguments);
  va_end(arguments);
}

static void set_tensor(qref_verify_case *result, const qref_case_tensor *tensor) {
  result->tensor = tensor->schema->name;
  result->elements = tensor->count;
  result->rank = tensor->rank;
  memcpy(result->shape, tensor->shape, sizeof result->shape);
  result->dtype = tensor->schema->dtype;
}

/* "5 (0, 1, 0)": the flattened index and the one per dimension. */
static void print_index(const qref_case_tensor *tensor, size_t index, char *text, size_t size) {
  size_t parts[QREF_OP_MAX_RANK] = {0};
  size_t rest = index;
  for (size_t i = tensor->rank; i-- > 0;) {
    parts[i] = rest % tensor->shape[i];
    rest /= tensor->shape[i];
  }
  size_t length = (size_t)snprintf(text, size, "%zu (", index);
  for (size_t i = 0; i < tensor->rank && length < size; i++) {
    length += (size_t)snprintf(text + length, size - length, i == 0 ? "%zu" : ", %zu", parts[i]);
  }
  if (length < size) {
    snprintf(text + length, size - length, ")");
  }
}

/* The first element in which two tensors differ; false if there is none. */
static bool describe(qref_verify_case *result, const qref_case_tensor *stored, const qref_case_tensor *expected) {
  const size_t first = qref_case_tensor_difference(stored, expected);
  if (first == SIZE_MAX) {
    return false;
  }
  set_tensor(result, stored);
  result->has_element = true;
  result->element = first;
  result->stored_bits = qref_case_tensor_bits(stored, first);
  result->expected_bits = qref_case_tensor_bits(expected, first);
  result->verdict = QREF_VERDICT_BUG;
  result->different = 0;
  for (size_t i = first; i < stored->count; i++) {
    result->different += qref_case_tensor_bits(stored, i) != qref_case_tensor_bits(expected, i);
  }
  return true;
}

/* "tensor 'y', element 5 (0, 5): stored 0x01, expected 0x02, 1 of 10 differ" */
static void append_element(qref_verify_case *result, const qref_case_tensor *tensor) {
  char index[96];
  print_index(tensor, result->element, index, sizeof index);
  const int digits = (int)(2 * qref_dtype_size(result->dtype));
  const size_t length = strlen(result->message);
  snprintf(result->message + length, sizeof result->message - length,
           "%stensor '%s', element %s: stored 0x%0*" PRIx32 ", expected 0x%0*" PRIx32 ", %zu of %zu differ",
           length == 0 ? "" : "; ", result->tensor, index, digits, result->stored_bits, digits, result->expected_bits,
           result->different, result->elements);
}

/* ---- making the cases ---- */

/* Loads every tensor; with a file that cannot be used the result has its problem. */
static qref_status load(verified_case *v, uint64_t *tensors, uint64_t *bytes, qref_error *error) {
  v->stored = v->entry->item;
  for (size_t t = 0; t < v->stored.tensor_count; t++) {
    qref_case_tensor *tensor = &v->stored.tensors[t];
    if (!tensor->present) {
      continue;
    }
    qref_load_problem problem;
    QREF_TRY(qref_suite_load_tensor(v->work->manifest, v->entry, t, tensor, &problem, error));
    if (problem.kind == QREF_PROBLEM_FILE && v->result->problem == QREF_PROBLEM_NONE) {
      set_tensor(v->result, tensor);
      set_message(v->result, QREF_PROBLEM_FILE, "%s", problem.message);
    } else if (problem.kind == QREF_PROBLEM_DIGEST && v->digest_problem.kind == QREF_PROBLEM_NONE) {
      v->digest_problem = problem;
      v->digest_tensor = t;
    }
    ++*tensors;
    *bytes += (uint64_t)tensor->count * qref_dtype_size(tensor->schema->dtype);
  }
  return QREF_OK;
}

/* The attribute, tensor or flag in which two cases differ, as text; "" if there is none. */
static void compare_definitions(const qref_case *stored, const qref_case *generated, char *text, size_t size) {
  const qref_attribute_schema *attributes = stored->schema->attributes;
  char stored_hash[65] = "";
  char generated_hash[65] = "";
  if (stored->schema != generated->schema) {
    snprintf(text, size, "op: expected %s, found %s", qref_op_name(generated->schema->op),
             qref_op_name(stored->schema->op));
    return;
  }
  if (qref_profile_hash(&stored->profile, stored_hash, NULL) != QREF_OK ||
      qref_profile_hash(&generated->profile, generated_hash, NULL) != QREF_OK ||
      strcmp(stored_hash, generated_hash) != 0 || strcmp(stored->profile.name, generated->profile.name) != 0) {
    snprintf(text, size, "profile: expected %.60s of hash %s, found %.60s", generated->profile.name, generated_hash,
             stored->profile.name);
    return;
  }
  if (stored->flags != generated->flags) {
    snprintf(text, size, "flags: not those of the generator");
    return;
  }
  for (size_t i = 0; attributes[i].name != NULL; i++) {
    if (attributes[i].kind == QREF_ATTRIBUTE_F32) {
      const uint32_t a = qref_bits_from_f32(qref_case_f32_attribute(stored, i));
      const uint32_t b = qref_bits_from_f32(qref_case_f32_attribute(generated, i));
      if (a != b) {
        snprintf(text, size, "attribute '%s': expected 0x%08" PRIx32 ", found 0x%08" PRIx32, attributes[i].name, b, a);
        return;
      }
      continue;
    }
    const bool is_size = attributes[i].kind == QREF_ATTRIBUTE_SIZE;
    const size_t a = is_size ? qref_case_size_attribute(stored, i) : qref_case_bool_attribute(stored, i);
    const size_t b = is_size ? qref_case_size_attribute(generated, i) : qref_case_bool_attribute(generated, i);
    if (a != b) {
      snprintf(text, size, "attribute '%s': expected %zu, found %zu", attributes[i].name, b, a);
      return;
    }
  }
  for (size_t t = 0; t < stored->tensor_count; t++) {
    if (stored->tensors[t].present != generated->tensors[t].present) {
      snprintf(text, size, "tensor '%s': expected it to be %s", stored->tensors[t].schema->name,
               generated->tensors[t].present ? "there" : "absent");
      return;
    }
  }
}

/* Equal attributes and presence give equal shapes. */
static qref_status generate(verified_case *v, qref_error *error) {
  const qref_verify_work *work = v->work;
  const size_t index = work->source == NULL ? SIZE_MAX : work->source_index[qref_suite_index(work->manifest, v->entry)];
  if (index == SIZE_MAX) {
    return QREF_OK;
  }
  qref_error failure = {""};
  const qref_status status = work->source->make(work->source->context, index, &v->generated, &failure);
  if (status == QREF_ERROR_MEMORY) {
    return qref_fail(error, status, "%s", failure.message);
  }
  if (status != QREF_OK) {
    snprintf(v->generator_problem, sizeof v->generator_problem, "%.255s", failure.message);
    return QREF_OK;
  }
  compare_definitions(&v->stored, &v->generated, v->generator_problem, sizeof v->generator_problem);
  v->is_generated = v->generator_problem[0] == '\0';
  if (!v->is_generated) {
    qref_case_free(&v->generated);
  }
  return QREF_OK;
}

static qref_status compute(verified_case *v, qref_error *error) {
  QREF_TRY(qref_case_clone(&v->stored, &v->computed, error));
  v->is_computed = true;
  qref_error failure = {""};
  const qref_status status = qref_case_run(&v->computed, v->work->backend, v->work->threads, &failure);
  if (status == QREF_ERROR_MEMORY || status == QREF_ERROR_UNSUPPORTED || status == QREF_ERROR_DEVICE) {
    return qref_fail(error, status, "%s", failure.message);
  }
  if (status != QREF_OK) {
    snprintf(v->run_problem, sizeof v->run_problem, "%.255s", failure.message);
  }
  return QREF_OK;
}

/* ---- the checks, in the order of the problems ---- */

/* The verdict on the element that was found in a tensor of the computed case. */
static void judge(verified_case *v, size_t t) {
  const qref_element_verdict element =
      qref_element_verdict_of(&v->computed, t, v->result->element, v->result->stored_bits);
  v->result->verdict = element.verdict;
  v->result->before_rounding = element.before_rounding;
  v->result->boundary_distance = element.boundary_distance;
}

/* Where the content of a file went wrong: against what it should hold. */
static void report_digest(verified_case *v) {
  const qref_load_problem *problem = &v->digest_problem;
  const size_t t = v->digest_tensor;
  const qref_case_tensor *stored = &v->stored.tensors[t];
  const bool is_input = stored->schema->role == QREF_ROLE_INPUT;
  set_tensor(v->result, stored);
  set_message(v->result, QREF_PROBLEM_DIGEST, "%s", problem->message);
  if (problem->has_element) {
    v->result->has_element = true;
    v->result->element = problem->element;
    v->result->different = problem->different;
    v->result->stored_bits = problem->hex_bits;
    v->result->expected_bits = problem->npy_bits;
    v->result->verdict = QREF_VERDICT_BUG;
    return;
  }
  const qref_case *expected = is_input ? &v->generated : &v->computed;
  if (is_input ? !v->is_generated : v->run_problem[0] != '\0') {
    return; /* nothing to compare with */
  }
  if (describe(v->result, stored, &expected->tensors[t])) {
    if (!is_input) {
      judge(v, t);
    }
    append_element(v->result, stored);
  } else {
    const size_t length = strlen(v->result->message);
    snprintf(v->result->message + length, sizeof v->result->message - length,
             "; the file holds what it should: the manifest is wrong");
  }
}

static void check_generator(verified_case *v) {
  if (v->generator_problem[0] != '\0') {
    set_message(v->result, QREF_PROBLEM_GENERATOR, "%s", v->generator_problem);
    return;
  }
  for (size_t t = 0; v->is_generated && t < v->stored.tensor_count; t++) {
    const qref_case_tensor *stored = &v->stored.tensors[t];
    if (stored->present && stored->schema->role == QREF_ROLE_INPUT &&
        describe(v->result, stored, &v->generated.tensors[t])) {
      set_message(v->result, QREF_PROBLEM_GENERATOR, "not what the seed gives");
      append_element(v->result, stored);
      return;
    }
  }
}

/* One input against the output that it comes from. */
static qref_status check_link(verified_case *v, const qref_case_link *link, qref_error *error) {
  const qref_suite_case *source = qref_suite_find(v->work->manifest, link->source_case);
  if (source == NULL) {
    return QREF_OK; /* in another shard */
  }
  const size_t from = (size_t)(qref_case_tensor_const(&source->item, link->source_tensor) - source->item.tensors);
  const size_t to = (size_t)(qref_case_tensor_const(&v->stored, link->tensor) - v->stored.tensors);
  qref_case source_case = source->item;
  qref_load_problem problem;
  QREF_TRY(qref_suite_load_tensor(v->work->manifest, source, from, &source_case.tensors[from], &problem, error));
  qref_case linked = v->entry->item;
  qref_status status = QREF_OK;
  if (problem.kind == QREF_PROBLEM_FILE) {
    set_tensor(v->result, &v->stored.tensors[to]);
    set_message(v->result, QREF_PROBLEM_LINK, "tensor '%s' of case '%s': %.250s", link->source_tensor,
                link->source_case, problem.message);
  } else {
    linked.tensors[to].data = calloc(linked.tensors[to].count, qref_dtype_size(linked.tensors[to].schema->dtype));
    if (linked.tensors[to].data == NULL) {
      status = qref_fail(error, QREF_ERROR_MEMORY, "case '%s': out of memory", linked.id);
    }
  }
  if (status == QREF_OK && v->result->problem == QREF_PROBLEM_NONE) {
    qref_error failure = {""};
    if (qref_case_apply_link(&linked, link, &source_case, &failure) != QREF_OK) {
      set_tensor(v->result, &v->stored.tensors[to]);
      set_message(v->result, QREF_PROBLEM_LINK, "%s", failure.message);
    } else if (describe(v->result, &v->stored.tensors[to], &linked.tensors[to])) {
      set_message(v->result, QREF_PROBLEM_LINK, "not '%s' of case '%s'", link->source_tensor, link->source_case);
      append_element(v->result, &v->stored.tensors[to]);
    }
  }
  qref_case_free(&source_case);
  qref_case_free(&linked);
  return status;
}

static bool tensor_differs(const verified_case *v, size_t t) {
  const qref_case_tensor *stored = &v->stored.tensors[t];
  return stored->present && stored->schema->role != QREF_ROLE_INPUT &&
         qref_case_tensor_difference(stored, &v->computed.tensors[t]) != SIZE_MAX;
}

/* The first event count that differs, or QREF_COUNTS. */
static size_t different_count(const verified_case *v) {
  size_t i = 0;
  while (i < QREF_COUNTS && qref_counts_value(&v->stored.counts, i) == qref_counts_value(&v->computed.counts, i)) {
    i++;
  }
  return i;
}

static void check_results(verified_case *v) {
  if (v->run_problem[0] != '\0') {
    set_message(v->result, QREF_PROBLEM_RESULT, "%s", v->run_problem);
    return;
  }
  size_t first = SIZE_MAX;
  for (size_t t = 0; t < v->stored.tensor_count; t++) {
    if (tensor_differs(v, t)) {
      const bool is_output = v->stored.tensors[t].schema->role == QREF_ROLE_OUTPUT;
      *(is_output ? &v->result->different_outputs : &v->result->different_intermediates) += 1;
      first = first == SIZE_MAX ? t : first;
    }
  }
  const size_t count = different_count(v);
  v->result->counts_differ = count < QREF_COUNTS;
  if (first != SIZE_MAX) {
    (void)describe(v->result, &v->stored.tensors[first], &v->computed.tensors[first]);
    judge(v, first);
    set_message(v->result, QREF_PROBLEM_RESULT, "not what %s computes", v->work->backend->name);
    append_element(v->result, &v->stored.tensors[first]);
  } else if (v->result->counts_differ) {
    v->result->verdict = QREF_VERDICT_BUG;
    set_message(v->result, QREF_PROBLEM_RESULT, "counts: field '%s': stored %" PRIu64 ", expected %" PRIu64,
                qref_counts_name(count), qref_counts_value(&v->stored.counts, count),
                qref_counts_value(&v->computed.counts, count));
  }
}

static qref_status verify(verified_case *v, uint64_t *tensors, uint64_t *bytes, qref_error *error) {
  QREF_TRY(load(v, tensors, bytes, error));
  if (v->result->problem != QREF_PROBLEM_NONE) {
    return QREF_OK;
  }
  QREF_TRY(generate(v, error));
  QREF_TRY(compute(v, error));
  if (v->digest_problem.kind != QREF_PROBLEM_NONE) {
    report_digest(v);
    return QREF_OK;
  }
  check_generator(v);
  for (size_t i = 0; i < v->stored.link_count && v->result->problem == QREF_PROBLEM_NONE; i++) {
    QREF_TRY(check_link(v, &v->stored.links[i], error));
  }
  if (v->result->problem == QREF_PROBLEM_NONE) {
    check_results(v);
  }
  return QREF_OK;
}

qref_status qref_verify_one(const qref_verify_work *work, const qref_suite_case *entry, qref_verify_case *result,
                            uint64_t *tensors, uint64_t *bytes, qref_error *error) {
  verified_case v = {.work = work, .entry = entry, .result = result};
  memset(result, 0, sizeof *result);
  result->id = entry->item.id;
  result->op = qref_op_name(entry->item.schema->op);
  result->profile = entry->item.profile.name;
  result->tensor = "";
  result->before_rounding = NAN;
  result->boundary_distance = (double)NAN;
  const qref_status status = verify(&v, tensors, bytes, error);
  qref_case_free(&v.stored);
  if (v.is_generated) {
    qref_case_free(&v.generated);
  }
  if (v.is_computed) {
    qref_case_free(&v.computed);
  }
  return status;
}
