#!/bin/bash
# A fixed sample of the seeded faults; `cmake --build --preset mutation` plants all of them.
set -euo pipefail
[ -n "$QREF_PYTHON" ] || { echo "skipped: the mutation test needs python3" && exit 77; }
exec "$QREF_PYTHON" "$QREF_SOURCE_DIR/tests/mutation/run.py" --build "$QREF_BINARY_DIR" --names \
  conv1d_silu/taps_reversed \
  conv1d_silu_update/tap_add_separate \
  conv1d_silu_floatsim/round_half_away \
  requantize/multiplier_for_divisor \
  linear_w8a8_form/accumulator_narrow_in_linear_w8a8_24 \
  linear_w8a8_per_channel/scales_one_by_one \
  selective_scan/h_requantized_at_chunks \
  selective_scan_update/factor_100_dropped \
  rmsnorm/dynamic_absolute_value \
  hadamard/saturate_for_wrap \
  embedding_w8/float16_store_truncated \
  softplus/threshold_moved_21
