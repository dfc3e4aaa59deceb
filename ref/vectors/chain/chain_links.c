#include "ref/vectors/chain/chain_links.h"

#include <stdio.h>
#include <string.h>

#include "ref/base/error.h"

/* Columns of a projection's output, in sizes of the model. */
typedef enum column {
  COLUMN_NONE,
  COLUMN_X,     /* in_proj: 0 .. D */
  COLUMN_Z,     /* in_proj: D .. 2D */
  COLUMN_DT,    /* x_proj: 0 .. R */
  COLUMN_B,     /* x_proj: R .. R+N */
  COLUMN_C,     /* x_proj: R+N .. R+2N */
  COLUMN_INNER, /* dt_proj: 0 .. D */
  COLUMN_TAPS,  /* the last W samples */
  COLUMN_STEP,  /* the samples of the step: all of a prefill, the last one of the taps in decode */
} column;

typedef struct wire {
  const char *stage, *tensor;               /* the input */
  const char *source_stage, *source_tensor; /* where it comes from, of the same step unless `earlier_step` */
  qref_link_layout layout;
  column columns;
  bool earlier_step; /* the state that the step in front left */
} wire;

static const wire wires[] = {
    {"in_proj", "x", "norm", "y", QREF_LINK_SAME, COLUMN_NONE, false},
    {"conv1d", "x", "in_proj", "y", QREF_LINK_ROWS_TO_CHANNELS, COLUMN_X, false},
    {"conv1d", "state", "conv1d", "x", QREF_LINK_LAST_SAMPLES, COLUMN_TAPS, true},
    {"conv1d", "state", "conv1d", "state_out", QREF_LINK_SAME, COLUMN_NONE, true},
    {"requantize", "x", "conv1d", "after_quant", QREF_LINK_LAST_SAMPLES, COLUMN_STEP, false},
    {"x_proj", "x", "conv1d", "y", QREF_LINK_CHANNELS_TO_ROWS, COLUMN_NONE, false},
    {"dt_proj", "x", "x_proj", "y", QREF_LINK_COLUMNS, COLUMN_DT, false},
    {"scan", "u", "conv1d", "y", QREF_LINK_SAME, COLUMN_NONE, false},
    {"scan", "u", "requantize", "y", QREF_LINK_SAME, COLUMN_NONE, false},
    {"scan", "dt", "dt_proj", "y", QREF_LINK_ROWS_TO_CHANNELS, COLUMN_INNER, false},
    {"scan", "B", "x_proj", "y", QREF_LINK_ROWS_TO_CHANNELS, COLUMN_B, false},
    {"scan", "C", "x_proj", "y", QREF_LINK_ROWS_TO_CHANNELS, COLUMN_C, false},
    {"scan", "z", "in_proj", "y", QREF_LINK_ROWS_TO_CHANNELS, COLUMN_Z, false},
    {"scan", "state", "scan", "state", QREF_LINK_SAME, COLUMN_NONE, true},
    {"scan", "state", "scan", "state_out", QREF_LINK_SAME, COLUMN_NONE, true},
    {"hadamard", "x", "scan", "y", QREF_LINK_SAME, COLUMN_NONE, false},
    {"out_proj", "x", "hadamard", "y", QREF_LINK_SAME, COLUMN_NONE, false},
};

/* `samples` of the source's rows belong to the step. */
static void resolve_columns(const qref_model_config *config, column which, size_t samples, qref_case_link *link) {
  const size_t D = config->d_inner, N = config->d_state, R = config->dt_rank;
  const struct {
    size_t first, count;
  } ranges[] = {[COLUMN_NONE] = {0, 0},      [COLUMN_X] = {0, D},
                [COLUMN_Z] = {D, D},         [COLUMN_DT] = {0, R},
                [COLUMN_B] = {R, N},         [COLUMN_C] = {R + N, N},
                [COLUMN_INNER] = {0, D},     [COLUMN_TAPS] = {0, config->d_conv},
                [COLUMN_STEP] = {0, samples}};
  link->first_column = ranges[which].first;
  link->columns = ranges[which].count;
}

static bool is_stage(const qref_case *item, const char *stage) {
  const size_t id = strlen(item->id), length = strlen(stage);
  return id > length && strcmp(item->id + id - length, stage) == 0 && item->id[id - length - 1] == '_';
}

/* Characters of an id in front of the place in the step: "<prefix>/prefill" or "<prefix>/decode_0". */
static size_t step_length(const char *id) {
  const char *place = strrchr(id, '/');
  for (const char *c = place; c != NULL && c[0] != '\0' && c[1] != '\0' && c[2] != '\0'; c++) {
    if (c[0] == '_' && c[1] >= '0' && c[1] <= '9' && c[2] >= '0' && c[2] <= '9') {
      return (size_t)(c - id);
    }
  }
  return strlen(id);
}

static bool same_step(const qref_case *a, const qref_case *b) {
  const size_t length = step_length(a->id);
  return length == step_length(b->id) && strncmp(a->id, b->id, length) == 0;
}

static bool same_prefix(const qref_case *a, const qref_case *b) {
  const size_t length = (size_t)(strchr(a->id, '/') - a->id) + 1;
  return strncmp(a->id, b->id, length) == 0;
}

/* The last case of that stage in front of the chain's last one: of its own step, or of the step before. */
static const qref_case *source_of(const qref_chain *chain, const wire *from) {
  const qref_case *item = &chain->cases[chain->count - 1];
  for (size_t i = chain->count - 1; i-- > 0;) {
    const qref_case *source = &chain->cases[i];
    if (is_stage(source, from->source_stage) && same_prefix(source, item) &&
        same_step(source, item) != from->earlier_step) {
      return source;
    }
  }
  return NULL;
}

static bool in_decode(const qref_case *item) {
  return strstr(item->id, "/decode_") != NULL;
}

/* An output, or the samples of a prefill, whose conv1d has no state of its own to give. In decode the float-simulated
 * conv1d takes its whole state as the samples, which no wire gives. */
static bool carries(const wire *from, const qref_case *item, const qref_case *source, const qref_case_tensor *tensor) {
  if (item->schema->op == QREF_OP_CONV1D_SILU_FLOATSIM && in_decode(item)) {
    return false;
  }
  if (from->columns == COLUMN_TAPS) {
    return qref_case_tensor_const(source, "state_out") == NULL;
  }
  return tensor->schema->role == QREF_ROLE_OUTPUT;
}

qref_status qref_chain_link(qref_chain *chain, const qref_model_config *config, const char *stage, qref_error *error) {
  qref_case *item = &chain->cases[chain->count - 1];
  for (size_t i = 0; i < sizeof wires / sizeof wires[0]; i++) {
    if (strcmp(wires[i].stage, stage) != 0) {
      continue;
    }
    const qref_case *source = source_of(chain, &wires[i]);
    const qref_case_tensor *target = qref_case_tensor_const(item, wires[i].tensor);
    const qref_case_tensor *from = source == NULL ? NULL : qref_case_tensor_const(source, wires[i].source_tensor);
    if (target == NULL || !target->present || from == NULL || !from->present ||
        !carries(&wires[i], item, source, from)) {
      continue;
    }
    if (item->link_count == QREF_CASE_MAX_LINKS) {
      return qref_fail(error, QREF_ERROR_OVERFLOW, "case %s: more than %d links", item->id, (int)QREF_CASE_MAX_LINKS);
    }
    qref_case_link *link = &item->links[item->link_count++];
    snprintf(link->tensor, sizeof link->tensor, "%s", wires[i].tensor);
    snprintf(link->source_case, sizeof link->source_case, "%s", source->id);
    snprintf(link->source_tensor, sizeof link->source_tensor, "%s", wires[i].source_tensor);
    link->layout = wires[i].layout;
    resolve_columns(config, wires[i].columns, in_decode(item) ? 1 : from->shape[from->rank - 1], link);
  }
  return QREF_OK;
}
