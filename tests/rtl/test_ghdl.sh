#!/bin/bash
# The dot-product lane and the int8 stores in VHDL-2008 under GHDL, driven by .hex files.
set -euo pipefail
source "$QREF_SOURCE_DIR/tests/rtl/common.sh"
need ghdl
make_suite

mkdir "$work/ghdl"
ghdl -a --std=08 --workdir="$work/ghdl" \
  "$rtl"/vhdl/{hex_words,dot_product_lane,int8_store,dot_product_lane_tb,int8_store_tb}.vhd || fail "ghdl -a"

simulate() {
  local generics=("-gSUITE=$2" "-gCASES=$work/$1.cases")
  if [ "$1" = int8_store ]; then
    generics=("-gSTORES=$2/stores" "-gCOUNT=$(cat "$work/store_count")")
  fi
  # Some GHDL back ends leave an executable where they run.
  (cd "$work/ghdl" && ghdl --elab-run --std=08 "$1_tb" --max-stack-alloc=0 "${generics[@]}" "-gBUG=$3")
}
check_stages dot_product_lane:3 int8_store:3
