#!/bin/bash
# The dot-product lane under cocotb and Icarus Verilog, driven by .npy files that NumPy reads.
set -euo pipefail
source "$QREF_SOURCE_DIR/tests/rtl/common.sh"
need iverilog vvp
python=${QREF_PYTHON:-python3}
"$python" -c 'import cocotb, numpy' 2>/dev/null || skip "$python has no cocotb and NumPy (./setup.sh --tests installs them)"
"$python" -c 'import find_libpython, sys; sys.exit(find_libpython.find_libpython() is None)' ||
  skip "$python has no shared library, which cocotb loads (Debian: package libpython3-dev)"
make_suite

# run SUITE BUG
run() {
  PYTHONDONTWRITEBYTECODE=1 QREF_SUITE=$1 QREF_CASES=$work/dot_product_lane.cases \
    "$python" "$rtl/run_cocotb.py" "$2" "$work/cocotb"
}
step "the suite"
must_pass run "$suite" 0
step "planted bugs"
for bug in 1 2 3; do
  must_fail "^FAIL dot_product_lane: $divergence" run "$suite" $bug
done
step "damaged files"
file=$(files_of dot_product_lane | sed 's/ .*//; s/hex$/npy/')
with_file none "$file"
must_fail '^FAIL .*x\.npy: .*No such file' run "$work/damaged" 0
with_file 'head -c -1' "$file"
must_fail '^FAIL .*x\.npy: ' run "$work/damaged" 0
with_file 'cat; echo' "$file"
must_fail '^FAIL .*x\.npy: 1 bytes behind the end' run "$work/damaged" 0
with_file "cat >/dev/null; cat $(files_of conv_accumulator | sed 's/ .*//; s/hex$/npy/')" "$file"
must_fail '^FAIL .*x\.npy: expected .*, found int8 ' run "$work/damaged" 0
