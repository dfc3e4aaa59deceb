#!/bin/bash
# The CUDA module on a machine without a GPU: every command says so and ends with 2, and qref info gives the reason.
set -euo pipefail
source "$QREF_SOURCE_DIR/tests/install/common.sh"
cd "$QREF_SOURCE_DIR"
unset QREF_MODULE_PATH
[ ! -e /dev/nvidia0 ] || skip "there is a GPU here"

for command in "cross --suite smoke" "cross --backend cpu --against cuda --suite smoke" "verify vectors/suites/smoke"; do
  [[ $command == *--against* ]] || command+=" --backend cuda"
  step "qref $command"
  status=0
  # shellcheck disable=SC2086 # a list of words
  "$QREF_PROGRAM" $command >"$work/output" 2>"$work/error" || status=$?
  [ "$status" = 2 ] || fail "exit status $status instead of 2"
  [ ! -s "$work/output" ] || fail "there is output: $(cat "$work/output")"
  [ "$(wc -l <"$work/error")" = 1 ] || fail "not one line: $(cat "$work/error")"
  grep -E '/qref_cuda\.so: the module cannot run here: cuda: (driver|device|expected)' "$work/error" ||
    fail "another message: $(cat "$work/error")"
done

step "qref info"
"$QREF_PROGRAM" info >"$work/output"
grep -E '^  cuda +no: .*/qref_cuda\.so: the module cannot run here: cuda: ' "$work/output" || fail "qref info says nothing"
