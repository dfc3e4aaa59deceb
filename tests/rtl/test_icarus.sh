#!/bin/bash
# The integer stages under Icarus Verilog, driven by .hex files.
set -euo pipefail
source "$QREF_SOURCE_DIR/tests/rtl/common.sh"
need iverilog vvp
make_suite

# compile ARGUMENT...: Icarus looks for an include file where it runs first.
compile() {
  (cd "$work" && iverilog -g2012 -Wall -s stages_tb -o stages "$@" "${stage_sources[@]}") 2>"$work/warnings" ||
    fail "iverilog: $(cat "$work/warnings")"
  [ ! -s "$work/warnings" ] || fail "iverilog warns: $(cat "$work/warnings")"
}

simulate() {
  vvp -n "$work/stages" "+stage=$1" "+suite=$2" "+count=$(cat "$work/store_count")" "+bug=$3"
}
compile
check_stages dot_product_lane:3 conv_accumulator:3 int8_store:3

# Accumulators of 20 bits that overflow on the way: a lane that treats it the other way must fail.
for overflow in saturate wrap; do
  step "20 bits, $overflow"
  make_narrow_suite $overflow
  saturates=$([ $overflow = saturate ] && echo 1 || echo 0)
  compile -Pstages_tb.ACCUMULATOR_BITS=20 -Pstages_tb.SATURATE="$saturates"
  must_pass simulate dot_product_lane "$suite" 0
  compile -Pstages_tb.ACCUMULATOR_BITS=20 -Pstages_tb.SATURATE=$((1 - saturates))
  must_fail "^FAIL dot_product_lane: $divergence" simulate dot_product_lane "$suite" 0
done
