#include "ref/backends/cuda/supports.h"

#include <initializer_list>

namespace {

bool same(const qref_rounding_rule &a, const qref_rounding_rule &b) {
  return a.rounding == b.rounding && a.overflow == b.overflow;
}

bool same(const qref_quantize_rule &a, const qref_quantize_rule &b) {
  return a.scale_form == b.scale_form && same(a.round, b.round);
}

bool same(const qref_accumulator_rule &a, const qref_accumulator_rule &b) {
  return a.bits == b.bits && a.overflow == b.overflow;
}

/* Neither built-in profile has a table. */
bool same(const qref_function_rule &a, const qref_function_rule &b) {
  return a.implementation == QREF_FUNCTION_EXACT && b.implementation == QREF_FUNCTION_EXACT;
}

bool same(const qref_linear_rule &a, const qref_linear_rule &b) {
  return same(a.accumulator, b.accumulator) && same(a.output, b.output);
}

bool same(const qref_scan_rule &a, const qref_scan_rule &b) {
  return a.dt_bias_add == b.dt_bias_add && a.state_update == b.state_update && a.output_sum == b.output_sum &&
         a.softplus_form == b.softplus_form && same(a.softplus, b.softplus) && same(a.decay, b.decay) &&
         a.state_prescale == b.state_prescale && same(a.state, b.state);
}

/* Whether both profiles have the same rules for the op. */
bool same_rules(qref_op op, const qref_profile &a, const qref_profile &b) {
  switch (op) {
    case QREF_OP_CONV1D_SILU:
      return same(a.conv1d_silu.accumulator, b.conv1d_silu.accumulator) &&
             a.conv1d_silu.bias_add == b.conv1d_silu.bias_add && same(a.conv1d_silu.silu, b.conv1d_silu.silu) &&
             same(a.conv1d_silu.output, b.conv1d_silu.output);
    case QREF_OP_CONV1D_SILU_UPDATE:
      return a.conv1d_silu_update.tap_add == b.conv1d_silu_update.tap_add &&
             same(a.conv1d_silu_update.silu, b.conv1d_silu_update.silu) &&
             same(a.conv1d_silu_update.output, b.conv1d_silu_update.output);
    case QREF_OP_CONV1D_SILU_FLOATSIM:
      return a.conv1d_floatsim.tap_add == b.conv1d_floatsim.tap_add &&
             same(a.conv1d_floatsim.silu, b.conv1d_floatsim.silu) &&
             a.conv1d_floatsim.grid_scale_form == b.conv1d_floatsim.grid_scale_form &&
             a.conv1d_floatsim.grid_rounding == b.conv1d_floatsim.grid_rounding;
    case QREF_OP_REQUANTIZE:
      return same(a.requantize, b.requantize);
    case QREF_OP_LINEAR_W8A8:
    case QREF_OP_LINEAR_W8A8_F16:
    case QREF_OP_LINEAR_W8A8_PARALLEL:
      return same(a.linear, b.linear);
    case QREF_OP_LINEAR_W8A8_ROW:
      return same(a.linear_row, b.linear_row);
    case QREF_OP_LINEAR_W8A8_PER_CHANNEL:
      return same(a.linear_per_channel, b.linear_per_channel);
    case QREF_OP_SELECTIVE_SCAN:
      return same(a.selective_scan, b.selective_scan);
    case QREF_OP_SELECTIVE_SCAN_UPDATE:
      return same(a.selective_scan_update, b.selective_scan_update);
    case QREF_OP_RMSNORM:
      return a.rmsnorm.partial_sums == b.rmsnorm.partial_sums && same(a.rmsnorm.output, b.rmsnorm.output);
    case QREF_OP_HADAMARD:
      return same(a.hadamard.output, b.hadamard.output);
    case QREF_OP_EMBEDDING_W8:
    case QREF_OP_LINEAR_F32:
    case QREF_OP_CONV1D_SILU_F32:
    case QREF_OP_SELECTIVE_SCAN_F32:
    case QREF_OP_RMSNORM_F32:
    case QREF_OP_HADAMARD_F32:
      return true;
    case QREF_OP_COUNT:
      break;
  }
  return false;
}

}  // namespace

bool qref_cuda_supports(qref_op op, const qref_profile *profile) {
  if (profile == nullptr) {
    return false;
  }
  for (const char *name : {"quamba", "quamba-saturating"}) {
    const qref_profile *const known = qref_profile_builtin(name);
    if (known != nullptr && same_rules(op, *profile, *known)) {
      return true;
    }
  }
  return false;
}
