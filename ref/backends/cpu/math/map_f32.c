#include "ref/backends/cpu/math/map_f32.h"

#include "ref/backends/cpu/math/map.h"
#include "ref/backends/cpu/parallel.h"
#include "ref/backends/map_f32.h"
#include "ref/base/error.h"

typedef struct map_job {
  qref_cpu_level level;
  qref_cpu_function function;
  const float *x;
  float *y;
} map_job;

static const qref_cpu_function functions[QREF_MAP_FUNCTION_COUNT] = {
    [QREF_MAP_EXP] = QREF_CPU_EXP,   [QREF_MAP_LOG1P] = QREF_CPU_LOG1P,     [QREF_MAP_LOG] = QREF_CPU_LOG,
    [QREF_MAP_SILU] = QREF_CPU_SILU, [QREF_MAP_SIGMOID] = QREF_CPU_SIGMOID, [QREF_MAP_SOFTPLUS] = QREF_CPU_SOFTPLUS,
};

static qref_status map_part(const void *context, size_t first, size_t count, qref_counts *counts, qref_error *error) {
  const map_job *job = context;
  (void)counts;
  (void)error;
  qref_cpu_map(job->level, job->function, job->x + first, count, job->y + first);
  return QREF_OK;
}

qref_status qref_cpu_map_f32(qref_cpu_level level, qref_map_function function, const float *x, size_t count, float *y,
                             int threads, qref_error *error) {
  enum { GRANULARITY = 64 };      /* whole vectors of any level */
  static const double cost = 2.0; /* nanoseconds a result */
  QREF_TRY(qref_map_f32_check(function, x, count, y, error));
  const map_job job = {.level = level, .function = functions[function], .x = x, .y = y};
  return count == 0 ? QREF_OK : qref_cpu_parallel(count, GRANULARITY, cost, threads, map_part, &job, NULL, error);
}
