#!/bin/bash
# README's lines that make a layer's suite and open it in NumPy, as they stand there but for the directory.
set -euo pipefail
source "$QREF_SOURCE_DIR/tests/install/common.sh"

"$QREF_PYTHON" -c 'import numpy' 2>/dev/null ||
  skip "$QREF_PYTHON has no NumPy (./setup.sh --tests makes a Python environment with it)"
block=$QREF_SOURCE_DIR/tests/install/readme_block.sh
mkdir "$work/bin"
ln -s "$QREF_PROGRAM" "$work/bin/qref"
cd "$QREF_SOURCE_DIR"

"$block" layer-suite | sed "s|/tmp/layer3|$work/layer3|g" >"$work/make.sh"
if [ "$QREF_SANITIZE" = ON ]; then
  # the whole calibration takes minutes then
  tiny=vectors/models/tiny-mamba
  qref=$work/bin/qref
  "$qref" quantize --model $tiny --calib $tiny/calib.txt --calib-windows 1 -o "$work/quantized" >"$work/text"
  sed -i "s|--suite layer|& --model $work/quantized --text $tiny/eval.txt|" "$work/make.sh"
fi
PATH=$work/bin:$PATH bash -euo pipefail "$work/make.sh" >"$work/text"
grep -E '^(cases|tensors|bytes) ' "$work/text"

"$block" numpy | sed "s|/tmp/layer3|$work/layer3|g" >"$work/open.py"
lines=$(wc -l <"$work/open.py")
[ "$lines" -le 5 ] || fail "README promises five lines of Python, the block has $lines"
"$QREF_PYTHON" "$work/open.py" | tee "$work/text"
grep -q 'layer3/prefill_[0-9]*_[a-z]*' "$work/text" || fail "the lines do not name a case of layer 3"
grep -q int8 "$work/text" || fail "the lines show no int8 tensor"
