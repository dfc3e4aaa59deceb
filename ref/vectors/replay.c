#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ref/base/decimal.h"
#include "ref/base/error.h"
#include "ref/base/size.h"
#include "ref/vectors/replay_case.h"

static const struct {
  const char *op;
  qref_status (*replay)(qref_replay_case *, qref_error *);
} ops[] = {
    {"conv1d_silu", qref_replay_conv1d_silu},       {"conv1d_silu_update", qref_replay_conv1d_silu_update},
    {"linear_w8a8", qref_replay_linear_w8a8},       {"linear_w8a8_parallel", qref_replay_linear_w8a8},
    {"selective_scan", qref_replay_selective_scan}, {"selective_scan_update", qref_replay_selective_scan_update},
    {"rmsnorm_quant", qref_replay_rmsnorm},         {"hadamard_quant", qref_replay_hadamard},
};

typedef struct replay_run {
  const qref_recording *recording;
  const qref_profile *profile;
  const qref_backend *backend;
  int threads;
  qref_replay_callback callback;
  void *context;
  qref_replay_case *item; /* reused */
} replay_run;

static void begin(replay_run *run, const cJSON *json, const char *id, const char *op) {
  qref_replay_case *item = run->item;
  memset(item, 0, sizeof *item);
  item->recording = run->recording;
  item->json = json;
  item->id = id;
  item->op = op;
  item->profile = run->profile;
  item->backend = run->backend;
  item->threads = run->threads;
  snprintf(item->source, sizeof item->source, "%.60s: case '%.100s'", run->recording->manifest_path, id);
}

/* Reports the results, unless the case failed, and frees what it held. */
static qref_status end(replay_run *run, qref_status status) {
  for (size_t i = 0; status == QREF_OK && i < run->item->output_count; i++) {
    run->callback(run->context, &run->item->outputs[i]);
  }
  qref_replay_case_free(run->item);
  return status;
}

static qref_status check_weights_owner(const replay_run *run, const cJSON *json, qref_error *error) {
  if (cJSON_GetObjectItemCaseSensitive(json, "weights_from") == NULL) {
    return QREF_OK;
  }
  const char *owner = NULL;
  QREF_TRY(qref_json_string(json, "weights_from", run->item->source, &owner, error));
  if (qref_recording_find(run->recording, owner) == NULL) {
    return qref_fail(error, QREF_ERROR_FORMAT, "%s: field 'weights_from': there is no case '%s'", run->item->source,
                     owner);
  }
  return QREF_OK;
}

static qref_status replay_case(replay_run *run, const cJSON *json, qref_error *error) {
  const char *id = NULL;
  const char *op = NULL;
  QREF_TRY(qref_json_string(json, "id", run->recording->manifest_path, &id, error));
  begin(run, json, id, "");
  QREF_TRY(qref_json_string(json, "op", run->item->source, &op, error));
  run->item->op = op;
  QREF_TRY(check_weights_owner(run, json, error));
  for (size_t i = 0; i < sizeof ops / sizeof ops[0]; i++) {
    if (strcmp(ops[i].op, op) == 0) {
      return end(run, ops[i].replay(run->item, error));
    }
  }
  return qref_fail(error, QREF_ERROR_UNSUPPORTED, "%s: field 'op': '%s' is not an op that replay knows",
                   run->item->source, op);
}

/* {"hadamard12": FILE, ..., "convention": text} */
static qref_status replay_matrices(replay_run *run, qref_error *error) {
  static const char prefix[] = "hadamard";
  const cJSON *entry = NULL;
  cJSON_ArrayForEach(entry, cJSON_GetObjectItemCaseSensitive(run->recording->manifest, "matrices")) {
    uint64_t order = 0;
    if (entry->string == NULL || strncmp(entry->string, prefix, strlen(prefix)) != 0) {
      continue;
    }
    const char *file = cJSON_GetStringValue(entry);
    if (file == NULL || !qref_parse_u64(entry->string + strlen(prefix), &order)) {
      return qref_fail(error, QREF_ERROR_FORMAT, "%s: field 'matrices': '%s': expected hadamard<order>: a file name",
                       run->recording->manifest_path, entry->string);
    }
    begin(run, run->recording->manifest, entry->string, "hadamard_matrix");
    QREF_TRY(end(run, qref_replay_hadamard_matrix(run->item, file, (size_t)order, error)));
  }
  return QREF_OK;
}

qref_status qref_replay(const char *directory, const qref_profile *profile, const qref_execution *execution,
                        qref_replay_callback callback, void *context, qref_error *error) {
  if (directory == NULL || callback == NULL) {
    return qref_fail(error, QREF_ERROR_ARGUMENT, "replay: expected a directory and a callback");
  }
  qref_recording recording;
  replay_run run = {
      .recording = &recording,
      .profile = profile != NULL ? profile : qref_profile_builtin("quamba"),
      .backend = execution == NULL ? NULL : execution->backend,
      .threads = execution == NULL ? 1 : execution->threads,
      .callback = callback,
      .context = context,
  };
  if (run.backend == NULL) {
    QREF_TRY(qref_backend_find("cpu", &run.backend, error));
  }
  QREF_TRY(qref_recording_open(directory, &recording, error));
  qref_status status = QREF_OK;
  run.item = qref_allocate(1, sizeof *run.item);
  if (run.item == NULL) {
    status = qref_fail(error, QREF_ERROR_MEMORY, "%s: out of memory", directory);
  } else {
    status = replay_matrices(&run, error);
  }
  const size_t count = (size_t)cJSON_GetArraySize(recording.cases);
  size_t done = 0;
  const cJSON *json = NULL;
  cJSON_ArrayForEach(json, recording.cases) {
    if (status != QREF_OK) {
      break;
    }
    if (execution != NULL && execution->progress != NULL) {
      const char *id = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(json, "id"));
      execution->progress(execution->progress_context, id != NULL ? id : "replay", done, count);
    }
    status = replay_case(&run, json, error);
    done++;
  }
  if (execution != NULL && execution->progress != NULL && status == QREF_OK) {
    execution->progress(execution->progress_context, "replay", done, count);
  }
  free(run.item);
  qref_recording_close(&recording);
  return status;
}
