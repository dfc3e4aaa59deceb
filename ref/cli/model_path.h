/* The arithmetic that run and eval use for the model, and the layer logs of such a run. */
#ifndef QREF_CLI_MODEL_PATH_H
#define QREF_CLI_MODEL_PATH_H

#include "ref/cli/environment.h"

typedef enum qref_path { QREF_PATH_FP32, QREF_PATH_INT8, QREF_PATH_FLOATSIM, QREF_PATH_ALL } qref_path;

/* "fp32", "int8", "floatsim"; static storage. */
const char *qref_path_name(qref_path path);

/* --path where it was given, else FLOAT_SIM_ASIC, else the profile's conv1d arithmetic. "all" only if allowed. */
qref_status qref_path_choose(const char *text, bool allow_all, const qref_switches *switches,
                             const qref_profile *profile, qref_path *path, qref_error *error);

/* Layer logs taken while sessions run. Zeroed is empty. */
typedef struct qref_log_collector {
  bool enabled; /* set it to false to let layers pass by */
  bool better_scale;
  bool statistics;
  qref_layer_log *logs; /* malloc'ed */
  size_t count;
} qref_log_collector;
void qref_log_collector_free(qref_log_collector *collector);

/* A session of `model` on INT8 or under float simulation, whose prefills go to the collector. */
qref_status qref_path_session(qref_path path, qref_quantized_model *model, const qref_common *common,
                              const qref_switches *switches, qref_log_collector *collector, qref_session **session,
                              qref_error *error);

#endif
