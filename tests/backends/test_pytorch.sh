#!/bin/bash
# The PyTorch example by README's lines: every output of its kernels is explained by qref replay, and a kernel that rounds
# once more than it should is found out.
set -euo pipefail
source "$QREF_SOURCE_DIR/tests/install/common.sh"

# What bench/setup.sh made must do, where it has PyTorch; another Python may.
python=$QREF_SOURCE_DIR/build/venv-bench/bin/python3
if ! "$python" -c 'import torch' 2>/dev/null; then
  python=
  for candidate in "$QREF_PYTHON" python3; do
    if "$candidate" -c 'import numpy, torch' 2>/dev/null; then
      python=$candidate
      break
    fi
  done
fi
[ -n "$python" ] || skip "no Python with PyTorch (bench/setup.sh puts one into build/venv-bench)"
devices=cpu
if "$python" -c 'import sys, torch; sys.exit(not torch.cuda.is_available())'; then
  devices+=" cuda"
else
  echo "on the CPU alone: PyTorch finds no GPU here"
fi

# README's lines, run where they find what they name.
mkdir "$work/here" "$work/here/build" "$work/bin"
ln -s "$QREF_PROGRAM" "$work/bin/qref"
ln -s "$QREF_SOURCE_DIR/tests" "$work/here"
export PATH=$work/bin:$PATH
cd "$work/here"
"$QREF_SOURCE_DIR/tests/install/readme_block.sh" pytorch |
  sed "s|/tmp/|$work/|g; s|build/venv-bench/bin/python3|$python|" >"$work/lines.sh"

for device in $devices; do
  step "$device"
  sed "s|replay_suite.py .*|& --device $device|" "$work/lines.sh" >"$work/device.sh"
  bash -euo pipefail "$work/device.sh" >"$work/output" || fail "exit status $?: $(tail -n 5 "$work/output")"
  tail -n 1 "$work/output"
  grep -q ": every difference explained$" "$work/output" || fail "not every difference is explained"
  for op in conv1d_silu linear_w8a8; do
    [ "$(awk -v op=$op '$2 == op' "$work/output" | wc -l)" -ge 5 ] || fail "fewer than 5 outputs of $op"
  done
done

step "a kernel that rounds once more"
sed 's/accumulator.double() \*/accumulator */; s/\(case.scale("x_scale"))\).double()/\1/; s/bias.double()/bias/' \
  tests/backends/pytorch/replay_suite.py >"$work/wrong.py"
! cmp -s tests/backends/pytorch/replay_suite.py "$work/wrong.py" || fail "nothing was planted"
status=0
"$python" "$work/wrong.py" "$work/smoke" "$work/wrong" --device cpu >"$work/output" || status=$?
[ "$status" = 1 ] || fail "exit status $status instead of 1: $(tail -n 5 "$work/output")"
grep '^first bug: conv1d_silu_cancellation_.*: op conv1d_silu, tensor y_no_silu, index [0-9]*: recorded 0x.*, reference 0x' \
  "$work/output" || fail "the first divergence is not shown"
