#!/bin/bash
# A module that crashes, hangs or ends its process under qref-mpi: one line with its rank, function and case, and exit
# code 2, with mpirun and without.
set -euo pipefail
source "$QREF_SOURCE_DIR/tests/mpi/common.sh"
qref=$QREF_PROGRAM
export QREF_MODULE_PATH=$QREF_BINARY_DIR/tests/modules
"$qref" gen --suite smoke -o suite >gen.txt

step "a module that works: the report of one process"
"$qref" verify suite --backend mock >plain.txt
"$program" verify suite --backend mock >alone.txt
ranks 3 verify suite --backend mock >ranks.txt 2>ranks.err
for report in alone ranks; do
  diff plain.txt $report.txt || fail "$report: another report"
done

step "a module that computes something else: exit code 1"
code=0
QREF_MOCK=wrong ranks 3 verify suite --backend mock >wrong.txt 2>wrong.err || code=$?
[ $code = 1 ] || fail "exit code $code, not 1"
grep -q ' cases FAILED$' wrong.txt || fail "no case failed"

# expect_line PREFIX PATTERN COMMAND...: exit code 2, and a line of the program that says why; nothing else of it but
# rank 0's of what was in work, and the same from a rank that met the same.
expect_line() {
  local prefix=$1 pattern=$2 code=0 lines
  shift 2
  timeout 60 "$@" </dev/null >fault.txt 2>fault.err || code=$?
  [ $code = 2 ] || fail "$QREF_MOCK: $*: exit code $code, not 2: $(cat fault.err)"
  lines=$(grep '^qref-mpi ' fault.err | grep -v ': stopped by signal 15 with ' || true)
  grep -qxE "$prefix$pattern" <<<"$lines" || fail "$QREF_MOCK: $*: no line '$prefix$pattern': $(cat fault.err)"
  ! grep -qvxE "$prefix$pattern" <<<"$lines" || fail "$QREF_MOCK: $*: more than that: $lines"
}

in_requantize=' in requantize, case requantize/[a-z0-9_]+'
while read -r fault where event; do
  export QREF_MOCK=$fault
  pattern="module mock: $event"
  if [ "$where" = call ]; then
    pattern+=$in_requantize
  else
    pattern+=' in its loading'
  fi
  step "$fault"
  command=(verify suite --backend mock)
  [[ $fault != *hang ]] || command+=(--timeout 1)
  expect_line 'qref-mpi verify: ' "$pattern" "$program" "${command[@]}"
  expect_line 'qref-mpi verify: rank [0-2] \(.+\): ' "$pattern" mpirun "${options[@]}" -n 3 "$program" "${command[@]}"
done <<'FAULTS'
crash call signal 11 \(Segmentation fault\)
exit call ended the program, with exit code 0,
_exit call ended the program, with exit code 1,
hang call no answer within 1 s \(--timeout\)
load-exit loading ended the program, with exit code 0,
load-hang loading no answer within 1 s \(--timeout\)
FAULTS

step "sweep: in rank 0's own worker"
command=(sweep --backend mock --function exp --shard 1/64 -o sweep)
QREF_MOCK=map-crash expect_line 'qref-mpi sweep: ' 'module mock: signal 11 \(Segmentation fault\) in map_f32' \
  mpirun "${options[@]}" -n 1 "$program" "${command[@]}"
[ ! -s sweep/exp.1-of-64.partial ] || fail "sweep: results of a crash"
