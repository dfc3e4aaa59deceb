#include "ref/cli/model_path.h"

#include <stdlib.h>
#include <string.h>

#include "ref/base/error.h"

static const char *const names[] = {"fp32", "int8", "floatsim", "all"};

const char *qref_path_name(qref_path path) {
  return names[path];
}

qref_status qref_path_choose(const char *text, bool allow_all, const qref_switches *switches,
                             const qref_profile *profile, qref_path *path, qref_error *error) {
  if (text == NULL) {
    const bool simulated = switches->asic || profile->conv1d_arithmetic == QREF_CONV1D_FLOAT_SIMULATION;
    *path = simulated ? QREF_PATH_FLOATSIM : QREF_PATH_INT8;
    return QREF_OK;
  }
  for (size_t i = 0; i < (allow_all ? 4u : 3u); i++) {
    if (strcmp(text, names[i]) == 0) {
      *path = (qref_path)i;
      return QREF_OK;
    }
  }
  return qref_fail(error, QREF_ERROR_ARGUMENT, "option --path: expected fp32, int8%s floatsim%s, not '%s'",
                   allow_all ? "," : " or", allow_all ? " or all" : "", text);
}

void qref_log_collector_free(qref_log_collector *collector) {
  free(collector->logs);
  memset(collector, 0, sizeof *collector);
}

static qref_status collect(void *context, const qref_conv1d_observation *observation, qref_error *error) {
  qref_log_collector *collector = context;
  if (!collector->enabled || observation->decode) {
    return QREF_OK;
  }
  qref_layer_log *logs = realloc(collector->logs, (collector->count + 1) * sizeof *logs);
  if (logs == NULL) {
    return qref_fail(error, QREF_ERROR_MEMORY, "layer %zu: out of memory for its log", observation->layer);
  }
  collector->logs = logs;
  qref_layer_log_from_observation(observation, collector->better_scale, collector->statistics,
                                  &logs[collector->count++]);
  return QREF_OK;
}

qref_status qref_path_session(qref_path path, qref_quantized_model *model, const qref_common *common,
                              const qref_switches *switches, qref_log_collector *collector, qref_session **session,
                              qref_error *error) {
  qref_profile profile = common->profile;
  profile.conv1d_arithmetic = QREF_CONV1D_INT8; /* the path says it */
  const bool simulated = path == QREF_PATH_FLOATSIM;
  collector->better_scale = simulated && switches->better_scale;
  const qref_session_options options = {
      .batch = 1,
      .profile = &profile,
      .execution = common->execution,
      .float_simulation = {.enabled = simulated, .better_scale = collector->better_scale, .policy = switches->policy},
      .observer = collect,
      .observer_context = collector,
  };
  QREF_TRY(qref_quantized_model_pack(model, &common->execution, error));
  return qref_session_create(model, &options, session, error);
}
