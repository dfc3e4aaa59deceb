#include "ref/vectors/cross/compare.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "ref/base/error.h"

/* What a run's counts start from: the op adds to them. */
static const qref_counts counts_before = {11, 13, 17, 19, 23};

static uint64_t nanoseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (uint64_t)now.tv_sec * UINT64_C(1000000000) + (uint64_t)now.tv_nsec;
}

/* ---- the ways of calling an op ---- */

enum { MAX_RUNS = 20 };

/* Tensors of an output that may be its input; SIZE_MAX without. */
typedef struct alias {
  size_t input, output;
} alias;

static size_t index_of(const qref_case *item, const char *name) {
  const qref_case_tensor *tensor = qref_case_tensor_const(item, name);
  return tensor == NULL || !tensor->present ? SIZE_MAX : (size_t)(tensor - item->tensors);
}

static alias alias_of(const qref_case *item) {
  alias pair = {SIZE_MAX, SIZE_MAX};
  if (item->schema->op == QREF_OP_RMSNORM) {
    pair = (alias){index_of(item, "residual"), index_of(item, "residual_out")};
  } else if (item->schema->op == QREF_OP_SELECTIVE_SCAN) {
    pair = (alias){index_of(item, "h_initial"), index_of(item, "h_final")};
  } else if (item->schema->op == QREF_OP_HADAMARD_F32) {
    pair = (alias){index_of(item, "x"), index_of(item, "y")};
  }
  return pair.input == SIZE_MAX || pair.output == SIZE_MAX ? (alias){SIZE_MAX, SIZE_MAX} : pair;
}

static bool has_intermediates(const qref_case *item) {
  for (size_t i = 0; i < item->tensor_count; i++) {
    if (item->tensors[i].present && item->tensors[i].schema->role == QREF_ROLE_INTERMEDIATE) {
      return true;
    }
  }
  return false;
}

typedef struct run_list {
  size_t count;
  qref_cross_run runs[MAX_RUNS];
  bool intermediates, counts; /* that the op has */
} run_list;

/* Leaves out what would be a call like one before it. */
static void add_run(run_list *list, qref_cross_run run) {
  run.request = list->intermediates ? run.request : QREF_CROSS_ALL;
  run.counts = run.counts && list->counts;
  for (size_t i = 0; i < list->count; i++) {
    const qref_cross_run *other = &list->runs[i];
    if (other->request == run.request && other->counts == run.counts && other->packed == run.packed &&
        other->in_place == run.in_place && other->threads == run.threads) {
      return;
    }
  }
  list->runs[list->count++] = run;
}

/* The ways with so many threads: the first ones again where these are several. */
static void add_runs(run_list *list, bool packed, bool in_place, int threads) {
  add_run(list, (qref_cross_run){QREF_CROSS_ALL, true, packed, in_place, threads});
  add_run(list, (qref_cross_run){QREF_CROSS_NONE, true, packed, in_place, threads});
  if (threads == 1) {
    add_run(list, (qref_cross_run){QREF_CROSS_SOME, false, packed, in_place, threads});
    add_run(list, (qref_cross_run){QREF_CROSS_NONE, false, packed, in_place, threads});
  }
}

static void list_runs(const qref_case *item, const qref_backend *backend, bool in_place, int threads, run_list *list) {
  list->count = 0;
  list->intermediates = has_intermediates(item);
  list->counts = item->schema->counts_offset != QREF_NO_OFFSET;
  const bool packs =
      qref_case_takes_packed(item) && backend->linear_pack != NULL && backend->linear_packed_size != NULL;
  const int most = item->schema->threads_offset != QREF_NO_OFFSET && threads > 1 ? threads : 1;
  for (int team = 1;; team = most) {
    add_runs(list, false, false, team);
    if (packs) {
      add_runs(list, true, false, team);
    }
    if (in_place) {
      add_runs(list, false, true, team);
    }
    if (team == most) {
      return;
    }
  }
}

void qref_cross_run_text(const qref_cross_run *run, char text[QREF_CROSS_RUN_SIZE]) {
  static const char *const requests[] = {"all intermediates", "some intermediates", "outputs only"};
  snprintf(text, QREF_CROSS_RUN_SIZE, "%s%s%s%s, %d thread%s", requests[run->request], run->counts ? "" : ", no counts",
           run->packed ? ", packed weights" : "", run->in_place ? ", in place" : "", run->threads,
           run->threads == 1 ? "" : "s");
}

/* ---- one call ---- */

typedef struct comparison {
  qref_cross_workspace *space;
  qref_case *item;
  const qref_backend *backend;
  uint64_t variation;
  alias in_place;
  qref_cross_outcome *outcome;
} comparison;

static bool is_requested(const comparison *self, const qref_cross_run *run, size_t i) {
  const qref_case_tensor *tensor = &self->item->tensors[i];
  return tensor->present && (tensor->schema->role != QREF_ROLE_INTERMEDIATE || run->request == QREF_CROSS_ALL ||
                             (run->request == QREF_CROSS_SOME && (self->variation >> (16 + i) & 1u) != 0));
}

/* Pointers into one copy; what is updated in place starts as its input. */
static void bind(const comparison *self, const qref_cross_run *run, unsigned char *copy, qref_case_binding *binding) {
  const qref_cross_workspace *space = self->space;
  for (size_t i = 0; i < self->item->tensor_count; i++) {
    const qref_cross_slot *slot = &space->slots[i];
    binding->tensors[i] = is_requested(self, run, i) ? copy + slot->data : NULL;
    const char *start = self->item->tensors[i].schema->start;
    if (start != NULL) {
      memcpy(copy + slot->data, space->pristine + space->slots[index_of(self->item, start)].data, slot->bytes);
    }
  }
  if (run->in_place) {
    const qref_cross_slot *output = &space->slots[self->in_place.output];
    memcpy(copy + output->data, space->pristine + space->slots[self->in_place.input].data, output->bytes);
    binding->tensors[self->in_place.input] = copy + output->data;
  }
  if (run->packed) {
    binding->tensors[index_of(self->item, "w")] = copy + space->slots[QREF_CROSS_DECOY].data;
    binding->w_packed = space->packed;
  }
  if (space->slots[QREF_CROSS_SCRATCH].bytes != 0) {
    /* aligned as a float: slots begin at multiples of 64, moved by whole elements */
    binding->scratch = (float *)(void *)(copy + space->slots[QREF_CROSS_SCRATCH].data);
  }
  binding->threads = run->threads;
}

/* ---- what is compared ---- */

/* The copy that a slot must equal after a run: what the reference made, or what it was before. */
static const unsigned char *wanted_copy(const comparison *self, const qref_cross_run *run, size_t i) {
  return i < self->item->tensor_count && is_requested(self, run, i) ? self->space->expected : self->space->pristine;
}

static bool slot_differs(const comparison *self, const qref_cross_run *run, size_t i) {
  const qref_cross_slot *slot = &self->space->slots[i];
  const unsigned char *wanted = wanted_copy(self, run, i);
  const unsigned char *found = self->space->work;
  if (i == QREF_CROSS_SCRATCH) { /* its content is the op's own */
    const size_t behind = slot->data + slot->bytes;
    return memcmp(found + slot->begin, wanted + slot->begin, slot->data - slot->begin) != 0 ||
           memcmp(found + behind, wanted + behind, slot->end - behind) != 0;
  }
  return memcmp(found + slot->begin, wanted + slot->begin, slot->end - slot->begin) != 0;
}

static const char *slot_name(const comparison *self, size_t i) {
  return i == QREF_CROSS_SCRATCH ? "scratch" : i == QREF_CROSS_DECOY ? "w" : self->item->tensors[i].schema->name;
}

static uint32_t bits_at(const qref_case_tensor *tensor, const unsigned char *data, size_t index) {
  /* only read from */
  const qref_case_tensor view = {.schema = tensor->schema, .data = (void *)(uintptr_t)data};
  return qref_case_tensor_bits(&view, index);
}

/* Whether an element lies behind its row, where the rows of the tensor have a stride. */
static bool is_gap(const qref_case *item, const qref_case_tensor *tensor, size_t index) {
  size_t row = 0;
  if (strcmp(tensor->schema->shape[tensor->rank - 1], "y_row") != 0 ||
      (!qref_op_size(item->schema, &item->args, "channels", &row) &&
       !qref_op_size(item->schema, &item->args, "columns", &row))) {
    return false;
  }
  return index % tensor->shape[tensor->rank - 1] >= row;
}

/* Differing elements of tensor i between two copies: their count, and the first of them; gaps come last. */
static void find_elements(const comparison *self, const unsigned char *wanted, size_t i) {
  qref_cross_outcome *outcome = self->outcome;
  const qref_case_tensor *tensor = &self->item->tensors[i];
  const size_t data = self->space->slots[i].data;
  const bool is_input = tensor->schema->role == QREF_ROLE_INPUT;
  outcome->different = 0;
  for (size_t k = 0; k < tensor->count; k++) {
    const uint32_t expected = bits_at(tensor, wanted + data, k);
    const uint32_t found = bits_at(tensor, self->space->work + data, k);
    if (expected == found) {
      continue;
    }
    const bool gap = is_gap(self->item, tensor, k);
    if (outcome->different == 0 || (outcome->problem == QREF_CROSS_GAP && !gap)) {
      outcome->problem = is_input ? QREF_CROSS_INPUT : gap ? QREF_CROSS_GAP : QREF_CROSS_RESULT;
      outcome->element = k;
      outcome->expected_bits = expected;
      outcome->found_bits = found;
    }
    outcome->different++;
  }
}

/* Changed bytes around the data of a slot, or in a decoy. */
static void find_bytes(const comparison *self, const unsigned char *wanted, size_t i) {
  qref_cross_outcome *outcome = self->outcome;
  const qref_cross_slot *slot = &self->space->slots[i];
  outcome->different = 0;
  for (size_t at = slot->begin; at < slot->end; at++) {
    const bool inside = at >= slot->data && at < slot->data + slot->bytes;
    if (self->space->work[at] == wanted[at] || (inside && i == QREF_CROSS_SCRATCH)) {
      continue;
    }
    if (outcome->different++ == 0) {
      outcome->expected_bits = wanted[at];
      outcome->found_bits = self->space->work[at];
      outcome->problem = inside ? QREF_CROSS_INPUT : QREF_CROSS_BOUNDS;
      snprintf(outcome->message, sizeof outcome->message, "byte %zu %s %s was written to: 0x%02x, expected 0x%02x",
               inside            ? at - slot->data
               : at < slot->data ? slot->data - at
                                 : at - (slot->data + slot->bytes) + 1,
               inside            ? "of what stands in place of packed"
               : at < slot->data ? "in front of"
                                 : "behind the end of",
               slot_name(self, i), outcome->found_bits, outcome->expected_bits);
    }
  }
}

static void explain_slot(const comparison *self, const qref_cross_run *run, size_t i) {
  static const char *const problems[] = {[QREF_CROSS_INPUT] = "the input was written to",
                                         [QREF_CROSS_RESULT] = "the result differs",
                                         [QREF_CROSS_GAP] = "an element between the rows was written to"};
  qref_cross_outcome *outcome = self->outcome;
  const unsigned char *wanted = wanted_copy(self, run, i);
  outcome->different = 0;
  if (i < self->item->tensor_count && self->item->tensors[i].present) {
    find_elements(self, wanted, i);
  }
  if (outcome->different == 0) {
    find_bytes(self, wanted, i);
    outcome->tensor = QREF_CROSS_SLOTS;
    return;
  }
  outcome->tensor = i;
  snprintf(outcome->message, sizeof outcome->message, "%s %s: %s",
           is_requested(self, run, i) ? "tensor" : "unasked tensor", slot_name(self, i), problems[outcome->problem]);
}

/* Fields of event counts that differ, as "saturated 3 instead of 4". */
static void explain_counts(qref_cross_outcome *outcome) {
  static const char *const names[] = {"saturated", "wrapped", "not_a_number", "nonpositive_rows",
                                      "accumulator_overflows"};
  const uint64_t expected[] = {outcome->expected_counts.saturated, outcome->expected_counts.wrapped,
                               outcome->expected_counts.not_a_number, outcome->expected_counts.nonpositive_rows,
                               outcome->expected_counts.accumulator_overflows};
  const uint64_t found[] = {outcome->counts.saturated, outcome->counts.wrapped, outcome->counts.not_a_number,
                            outcome->counts.nonpositive_rows, outcome->counts.accumulator_overflows};
  size_t length = (size_t)snprintf(outcome->message, sizeof outcome->message, "event counts:");
  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
    if (expected[i] != found[i] && length < sizeof outcome->message) {
      length += (size_t)snprintf(outcome->message + length, sizeof outcome->message - length,
                                 " %s %lld instead of %lld;", names[i], (long long)found[i], (long long)expected[i]);
    }
  }
  outcome->problem = QREF_CROSS_COUNTS;
  outcome->tensor = QREF_CROSS_SLOTS;
}

/* What the run added. */
static qref_counts added(const qref_counts *counts) {
  return (qref_counts){.saturated = counts->saturated - counts_before.saturated,
                       .wrapped = counts->wrapped - counts_before.wrapped,
                       .not_a_number = counts->not_a_number - counts_before.not_a_number,
                       .nonpositive_rows = counts->nonpositive_rows - counts_before.nonpositive_rows,
                       .accumulator_overflows = counts->accumulator_overflows - counts_before.accumulator_overflows};
}

static void fail_status(qref_cross_outcome *outcome, const char *who, const qref_error *failure) {
  outcome->problem = QREF_CROSS_STATUS;
  outcome->tensor = QREF_CROSS_SLOTS;
  snprintf(outcome->message, sizeof outcome->message, "%s: status %s instead of %s%s%.500s", who,
           qref_status_name(outcome->status), qref_status_name(outcome->expected_status),
           failure->message[0] != '\0' ? ": " : "", failure->message);
}

/* Memory that ran out, or a device that failed, says nothing of a backend's results: it ends the comparison. */
static bool has_given_up(qref_status status) {
  return status == QREF_ERROR_MEMORY || status == QREF_ERROR_DEVICE;
}

static qref_status given_up(const comparison *self, const qref_backend *backend, qref_status status,
                            const qref_error *failure, qref_error *error) {
  return qref_fail(error, status, "backend %s: %s: %s", backend->name, qref_op_name(self->item->schema->op),
                   failure->message[0] != '\0' ? failure->message : qref_status_name(status));
}

/* ---- packed weights ---- */

/* Packs w out of the pristine copy. False if a problem was found, or the size overflows: then there is none. */
static qref_status pack(const comparison *self, int threads, bool *packed, qref_error *error) {
  qref_cross_workspace *space = self->space;
  const qref_linear_w8a8_args *args = &self->item->args.linear_w8a8;
  const size_t bytes = self->backend->linear_packed_size(args->columns, args->depth);
  *packed = false;
  if (bytes == 0) {
    return QREF_OK;
  }
  QREF_TRY(qref_cross_lay_out_packed(space, bytes, self->variation, error));
  qref_error failure = {""};
  const int8_t *w = (const int8_t *)(space->pristine + space->slots[index_of(self->item, "w")].data);
  self->outcome->expected_status = QREF_OK;
  self->outcome->status = self->backend->linear_pack(w, args->columns, args->depth, space->packed, threads, &failure);
  if (has_given_up(self->outcome->status)) {
    return given_up(self, self->backend, self->outcome->status, &failure, error);
  }
  if (self->outcome->status != QREF_OK) {
    fail_status(self->outcome, "linear_pack", &failure);
    return QREF_OK;
  }
  unsigned char *original = NULL;
  size_t size = 0;
  unsigned char *copy = qref_cross_packed_copy(space, &original, &size);
  memcpy(copy, original, size);
  const size_t front = (size_t)(space->packed - original);
  for (size_t i = 0; i < size; i++) {
    if ((i < front || i >= front + bytes) && original[i] != space->pattern) {
      self->outcome->problem = QREF_CROSS_BOUNDS;
      self->outcome->tensor = QREF_CROSS_SLOTS;
      self->outcome->different = 1;
      snprintf(self->outcome->message, sizeof self->outcome->message,
               "linear_pack wrote %s its %zu bytes (byte %lld of them)", i < front ? "in front of" : "behind", bytes,
               (long long)i - (long long)front);
      return QREF_OK;
    }
  }
  *packed = true;
  return QREF_OK;
}

static bool packed_changed(const comparison *self) {
  unsigned char *original = NULL;
  size_t size = 0;
  const unsigned char *copy = qref_cross_packed_copy(self->space, &original, &size);
  return memcmp(original, copy, size) != 0;
}

/* ---- a case ---- */

static void count_tensors(const comparison *self, const qref_cross_run *run) {
  for (size_t i = 0; i < self->item->tensor_count; i++) {
    if (is_requested(self, run, i) && self->item->tensors[i].schema->role != QREF_ROLE_INPUT) {
      self->outcome->tensors++;
      self->outcome->bytes += self->space->slots[i].bytes;
    }
  }
}

/* One run of the backend under test. A problem is left in the outcome. */
static qref_status compare_run(const comparison *self, const qref_cross_run *run, const qref_counts *expected_counts,
                               qref_error *error) {
  qref_cross_outcome *outcome = self->outcome;
  qref_counts counts = counts_before;
  qref_case_binding binding = {.counts = run->counts ? &counts : NULL};
  qref_error failure = {""};
  memcpy(self->space->work, self->space->pristine, self->space->size);
  bind(self, run, self->space->work, &binding);
  const uint64_t start = nanoseconds();
  outcome->status = qref_case_call(self->item, self->backend, &binding, &failure);
  if (outcome->runs++ == 0) {
    outcome->backend_nanoseconds = nanoseconds() - start;
  }
  outcome->run = *run;
  if (has_given_up(outcome->status)) {
    return given_up(self, self->backend, outcome->status, &failure, error);
  }
  if (outcome->status != outcome->expected_status) {
    fail_status(outcome, self->backend->name, &failure);
    return QREF_OK;
  }
  count_tensors(self, run);
  for (size_t i = 0; i < QREF_CROSS_SLOTS; i++) {
    if (self->space->slots[i].bytes != 0 && slot_differs(self, run, i)) {
      explain_slot(self, run, i);
      return QREF_OK;
    }
  }
  if (run->packed && packed_changed(self)) {
    outcome->problem = QREF_CROSS_INPUT;
    outcome->tensor = QREF_CROSS_SLOTS;
    snprintf(outcome->message, sizeof outcome->message, "the packed weights or the bytes around them were written to");
    return QREF_OK;
  }
  if (run->counts && memcmp(&counts, expected_counts, sizeof counts) != 0) {
    outcome->expected_counts = added(expected_counts);
    outcome->counts = added(&counts);
    explain_counts(outcome);
  }
  return QREF_OK;
}

/* The reference, with everything asked for; the case's tensors point to its results. */
static void run_reference(const comparison *self, const qref_backend *against, qref_counts *counts,
                          qref_error *failure) {
  const qref_cross_run run = {.request = QREF_CROSS_ALL, .counts = true, .threads = 1};
  qref_case_binding binding = {.counts = counts};
  memcpy(self->space->expected, self->space->pristine, self->space->size);
  bind(self, &run, self->space->expected, &binding);
  const uint64_t start = nanoseconds();
  self->outcome->expected_status = qref_case_call(self->item, against, &binding, failure);
  self->outcome->reference_nanoseconds = nanoseconds() - start;
  for (size_t i = 0; i < self->item->tensor_count; i++) {
    self->item->tensors[i].data =
        self->item->tensors[i].present ? self->space->expected + self->space->slots[i].data : NULL;
  }
}

qref_status qref_cross_compare(qref_cross_workspace *workspace, qref_case *item, const qref_backend *backend,
                               const qref_backend *against, int threads, uint64_t variation,
                               qref_cross_outcome *outcome, qref_error *error) {
  outcome->problem = QREF_CROSS_EQUAL;
  outcome->message[0] = '\0';
  outcome->runs = 0;
  outcome->tensors = outcome->bytes = 0;
  outcome->reference_nanoseconds = outcome->backend_nanoseconds = 0;
  outcome->tensor = QREF_CROSS_SLOTS;
  outcome->element = 0;
  outcome->different = 0;
  outcome->expected_bits = outcome->found_bits = 0;
  outcome->supported =
      backend->supports(item->schema->op, &item->profile) && against->supports(item->schema->op, &item->profile);
  if (!outcome->supported) {
    return QREF_OK;
  }
  comparison self = {.space = workspace,
                     .item = item,
                     .backend = backend,
                     .variation = variation,
                     .in_place = alias_of(item),
                     .outcome = outcome};
  qref_counts expected_counts = counts_before;
  qref_error failure = {""};
  run_reference(&self, against, &expected_counts, &failure);
  const qref_status expected_status = outcome->expected_status;
  if (has_given_up(expected_status)) {
    return given_up(&self, against, expected_status, &failure, error);
  }
  const bool in_place = self.in_place.input != SIZE_MAX && expected_status == QREF_OK;
  run_list list;
  list_runs(item, backend, in_place, threads, &list);
  int packed_by = 0; /* threads that made the packed weights */
  for (size_t i = 0; i < list.count && outcome->problem == QREF_CROSS_EQUAL; i++) {
    const qref_cross_run *run = &list.runs[i];
    if (run->packed && packed_by != run->threads) {
      bool packed = false;
      outcome->run = *run;
      QREF_TRY(pack(&self, run->threads, &packed, error));
      if (outcome->problem != QREF_CROSS_EQUAL || !packed) {
        continue;
      }
      packed_by = run->threads;
    }
    outcome->expected_status = expected_status;
    QREF_TRY(compare_run(&self, run, &expected_counts, error));
  }
  return QREF_OK;
}
