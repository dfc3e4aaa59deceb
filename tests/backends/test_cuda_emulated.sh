#!/bin/bash
# The CUDA module's own sources on an emulation of CUDA give the reference's bits: every op, both profiles of the module.
# RANDOM_CASES of each op (default 20; 1 with sanitizers, which take their time) beside suite smoke.
set -u
[ "$QREF_SANITIZE" = ON ] && usual=1 || usual=20
module=$QREF_BINARY_DIR/qref_cuda_emulated.so
if [ ! -e "$module" ]; then
  echo "skipped: the emulation of CUDA is not in this build: no C++ compiler, or QREF_TEST_TOOLS=OFF"
  exit 77
fi
output=$("$QREF_PROGRAM" cross --backend "$module" --suite smoke --random "${RANDOM_CASES:-$usual}" --profile quamba \
  --profile quamba-saturating --quiet 2>&1)
status=$?
echo "$output"
if [ $status != 0 ]; then
  exit 1
fi
# Every op was compared: the module leaves none out.
missing=0
for op in $("$QREF_PROGRAM" cross --backend cpu --random 1 --json | sed -n 's/.*"op":\t"\(.*\)",/\1/p' | uniq); do
  if ! grep -Eq "^$op +[1-9]" <<<"$output"; then
    echo "no case of $op was compared"
    missing=1
  fi
done
exit $missing
