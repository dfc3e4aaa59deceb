/* softplus of dt as the rule of a scan has it, by the fast evaluations of e^x and of the logarithm alone wherever these
 * decide: a few instructions where the shared functions bring those of their accurate evaluations, too. */
#ifndef QREF_BACKENDS_CUDA_SCAN_SOFTPLUS_CUH
#define QREF_BACKENDS_CUDA_SCAN_SOFTPLUS_CUH

#include "ref/backends/cuda/scan/decay.cuh"
#include "ref/numerics/log_core.h"

namespace qref_cuda_scan {

static __device__ __noinline__ float softplus_by_definition(float dt, const qref_scan_rule &rule) {
  return qref_scan_softplus(dt, &rule);
}

__device__ __forceinline__ float softplus_of(float dt, const qref_scan_rule &rule) {
  if (rule.softplus.implementation == QREF_FUNCTION_EXACT && dt > -87.0f && dt <= 20.0f) {
    const bool is_log1p = rule.softplus_form == QREF_SOFTPLUS_LOG1P_EXP; /* or the logarithm of a rounded sum */
    const float power = decay_of(dt);
    const double wide = static_cast<double>(power);
    double log; /* as in qref_log1p_f32, or qref_log_f32 */
    if (is_log1p && power < 0x1p-7f) {
      log = wide + qref_log1p_tail(wide);
    } else {
      log = qref_log_fast(is_log1p ? 1.0 + wide : static_cast<double>(power + 1.0f));
    }
    int decided;
    const float result = qref_log_round_if_decided(log, &decided);
    if (is_log1p && power < 0x1p-25f) {
      return power;
    }
    if (decided) {
      return result;
    }
  }
  return softplus_by_definition(dt, rule);
}

}  // namespace qref_cuda_scan

#endif
