#!/bin/bash
# Random stimulus through the integer stages under Verilator; a scoreboard calls the DPI-C library for every clock.
set -euo pipefail
source "$QREF_SOURCE_DIR/tests/rtl/common.sh"
need verilator g++ make

# The library goes in as an archive: Verilator compiles .c files as C++.
verilator --binary -Wall -Wno-BLKSEQ -Wno-DECLFILENAME -j 2 -CFLAGS -O0 --Mdir "$work/dpi" \
  --top-module dpi_scoreboard_tb "$QREF_SOURCE_DIR/ref/dpi/qref_dpi_pkg.sv" \
  "$rtl"/{dot_product_lane,conv_accumulator,int8_store,dpi_scoreboard_tb}.sv -LDFLAGS "$dpi_library" \
  >"$work/build.log" 2>&1 || fail "verilator: $(cat "$work/build.log")"

# scoreboard ARGUMENT...
scoreboard() {
  "$work/dpi/Vdpi_scoreboard_tb" "$@"
}
step "stages against the library"
for seed in 1 2 3; do
  must_pass scoreboard +seed=$seed
done
step "planted bugs"
for stage in lane:1,2,3 saturating_lane:1,2,3 wrapping_lane:1,2,3 conv:1,2,3 saturated:1,2 wrapped:3; do
  for bug in $(tr , ' ' <<<"${stage#*:}"); do
    must_fail "^FAIL dpi_scoreboard: first divergence: tensor ${stage%:*}, index [0-9]+: expected [0-9a-f]+, got" \
      scoreboard "+stage=${stage%:*}" "+bug=$bug"
  done
done
