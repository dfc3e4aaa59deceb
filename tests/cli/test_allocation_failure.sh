#!/bin/bash
# Whichever allocation fails, the program ends with exit code 2 and a message, and leaves no output file.
set -euo pipefail
source "$QREF_SOURCE_DIR/tests/install/common.sh"

[ "$QREF_SANITIZE" != ON ] || skip "a sanitizer has its own allocator"
[[ $(ldd "$QREF_PROGRAM") != *libomp* ]] || skip "LLVM's OpenMP runtime aborts by itself when an allocation of its own fails"
"$CC" -std=c11 -O1 -shared -fPIC "$QREF_SOURCE_DIR/tests/cli/fail_allocation.c" -o "$work/fail.so" -ldl ||
  skip "$CC cannot build a library to preload"
tiny=$QREF_SOURCE_DIR/vectors/models/tiny-mamba
calibration=(--calib "$tiny/calib.txt" --calib-windows 1 --calib-length 8)
"$QREF_PROGRAM" quantize --quiet --model "$tiny" "${calibration[@]}" -o "$work/model" >"$work/out"

# sweep NAME STEP COMMAND...: fails the allocation behind 8, 8 + STEP, ... until the command succeeds. The OpenMP
# runtime makes the first few before main and gives up by itself when they fail.
sweep() {
  local name=$1 step=$2 after=8 code failures=0
  shift 2
  while :; do
    rm -rf "$work/output"
    code=0
    FAIL_AFTER=$after LD_PRELOAD=$work/fail.so "$@" >"$work/out" 2>"$work/err" || code=$?
    [ $code != 0 ] || break
    [ $code = 2 ] || fail "$name: exit code $code, not 2, when the allocation behind $after fails: $(cat "$work/err")"
    [ -s "$work/err" ] || fail "$name: no message when the allocation behind $after fails"
    [ ! -e "$work/output" ] || fail "$name: an output is left when the allocation behind $after fails"
    failures=$((failures + 1))
    after=$((after + step))
  done
  [ $failures -gt 10 ] || fail "$name: only $failures allocations failed: the sweep does not reach the program"
  echo "$name: $failures failures, all with exit code 2, a message, and nothing written"
}

sweep info 5 "$QREF_PROGRAM" info --profile quamba --json
suite=(--suite smoke --op requantize --format "npy,hex")
"$QREF_PROGRAM" gen "${suite[@]}" -o "$work/suite" >"$work/out"
for shard in 1 2; do
  "$QREF_PROGRAM" gen "${suite[@]}" --shard $shard/2 -o "$work/shard$shard" >"$work/out"
done
sweep gen 61 "$QREF_PROGRAM" gen "${suite[@]}" -o "$work/output"
sweep merge 149 "$QREF_PROGRAM" merge -o "$work/output" "$work/shard1" "$work/shard2"
sweep verify 157 "$QREF_PROGRAM" verify "$work/suite" --json
sweep cross 3 "$QREF_PROGRAM" cross --suite smoke --op requantize --op linear_w8a8 --random 3 --json
QREF_MODULE_PATH=$QREF_BINARY_DIR/tests/modules sweep "cross with a module" 7 "$QREF_PROGRAM" cross --backend mock \
  --suite smoke --op requantize --json
sweep "diff of suites" 163 "$QREF_PROGRAM" diff "$work/suite" "$work/suite"
sweep replay 97 "$QREF_PROGRAM" replay "$QREF_SOURCE_DIR/vectors/recorded/quamba-h100"
sweep quantize 67 "$QREF_PROGRAM" quantize --model "$tiny" "${calibration[@]}" -o "$work/output"
sweep run 31 "$QREF_PROGRAM" run --model "$work/model" --prompt abc --decode 2 --logits "$work/output"
sweep check 131 "$QREF_PROGRAM" check --model "$work/model" --seq-len 4 --test-better-scale --json --log-dir "$work/output"
sweep eval 41 "$QREF_PROGRAM" eval --model "$tiny" --text "$tiny/eval.txt" --bytes 16 --window 8 --path fp32
