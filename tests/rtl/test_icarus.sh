#!/bin/bash
# The integer stages under Icarus Verilog, driven by .hex files.
set -euo pipefail
source "$QREF_SOURCE_DIR/tests/rtl/common.sh"
need iverilog vvp
make_suite
write_case_calls

# Icarus looks for an include file where it runs first.
(cd "$work" && iverilog -g2012 -Wall -I "$work" -s stages_tb -o stages "${stage_sources[@]}") 2>"$work/warnings" ||
  fail "iverilog: $(cat "$work/warnings")"
[ ! -s "$work/warnings" ] || fail "iverilog warns: $(cat "$work/warnings")"

simulate() {
  vvp -n "$work/stages" "+stage=$1" "+suite=$2" "+count=$(cat "$work/store_count")" "+bug=$3"
}
check_stages dot_product_lane:3 conv_accumulator:3 int8_store:3
