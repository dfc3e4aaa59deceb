#!/bin/bash
# The integer stages under Verilator, driven by .hex files; they are lint-free too.
set -euo pipefail
source "$QREF_SOURCE_DIR/tests/rtl/common.sh"
need verilator g++ make
make_suite

step "lint"
for stage in dot_product_lane conv_accumulator int8_store; do
  verilator --lint-only -Wall "$rtl/$stage.sv" || fail "$stage"
done
# Not verilator -O0, which puts clocked logic in a wrong order: its own information says that it may.
verilator --binary -Wall -Wno-BLKSEQ -Wno-DECLFILENAME -j 2 -CFLAGS -O0 -I"$work" --Mdir "$work/stages" \
  --top-module stages_tb "${stage_sources[@]}" >"$work/build.log" 2>&1 || fail "verilator: $(cat "$work/build.log")"

simulate() {
  "$work/stages/Vstages_tb" "+stage=$1" "+suite=$2" "+count=$(cat "$work/store_count")" "+bug=$3"
}
check_stages dot_product_lane:3 conv_accumulator:3 int8_store:3
