#!/bin/bash
# Testbenches that call the DPI-C library, under Verilator: a scoreboard beside the integer stages with random stimulus,
# compared at every clock, and what follows the accumulators, with the scales of the suite's package.
set -euo pipefail
source "$QREF_SOURCE_DIR/tests/rtl/common.sh"
need verilator g++ make
make_suite

# The library goes in as an archive: Verilator compiles .c files as C++.
verilator --binary -Wall -Wno-BLKSEQ -Wno-DECLFILENAME -j 2 -CFLAGS -O0 -I"$work" --Mdir "$work/dpi" \
  --top-module dpi_tb "$QREF_SOURCE_DIR/ref/dpi/qref_dpi_pkg.sv" "$suite/qref_vectors_pkg.sv" \
  "$rtl"/{hex_words,dot_product_lane,conv_accumulator,int8_store,dpi_scoreboard_tb,requantize_tb,dpi_tb}.sv \
  -LDFLAGS "$dpi_library" >"$work/build.log" 2>&1 || fail "verilator: $(cat "$work/build.log")"

# simulate ARGUMENT...
simulate() {
  "$work/dpi/Vdpi_tb" "$@"
}
step "stages against the library"
for seed in 1 2 3; do
  must_pass simulate +seed=$seed
done
step "planted bugs"
for stage in lane:1,2,3 saturating_lane:1,2,3 wrapping_lane:1,2,3 conv:1,2,3 saturated:1,2 wrapped:3; do
  for bug in $(tr , ' ' <<<"${stage#*:}"); do
    must_fail "^FAIL dpi_scoreboard: first divergence: tensor ${stage%:*}, index [0-9]+: expected [0-9a-f]+, got" \
      simulate "+stage=${stage%:*}" "+bug=$bug"
  done
done

step "the library against the suite"
must_pass simulate "+suite=$suite"
step "another rounding, no SiLU"
for bug in 1 2; do
  must_fail "^FAIL requantize: $divergence" simulate "+suite=$suite" "+bug=$bug"
done
