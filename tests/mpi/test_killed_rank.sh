#!/bin/bash
# A rank that dies is named, the run fails, and the same command then makes only what is missing.
set -euo pipefail
source "$QREF_SOURCE_DIR/tests/mpi/common.sh"
qref=$QREF_PROGRAM
[ -r "/proc/$$/task/$$/children" ] || skip "the kernel does not list children in /proc"

# pid_of LAUNCHER RANK
pid_of() {
  local child
  for child in $(cat "/proc/$1/task/$1/children"); do
    if grep -qzx "OMPI_COMM_WORLD_RANK=$2" "/proc/$child/environ"; then
      echo "$child"
    fi
  done
}

complete() {
  find "$1" -maxdepth 1 -name '*-of-*' 2>/dev/null | wc -l
}

"$qref" gen --suite standard -o plain >plain.txt

# One of those that follow, then the one that leads.
for rank in 2 0; do
  step "rank $rank of 4 is killed"
  mpirun "${options[@]}" -n 4 "$program" gen --suite standard -o suite >killed.txt 2>killed.err &
  launcher=$!
  until [ "$(complete suite.pieces)" -ge 8 ]; do
    kill -0 $launcher 2>/dev/null || fail "the run ended before it could be killed: $(cat killed.err)"
    sleep 0.01
  done
  kill -9 "$(pid_of $launcher $rank)"
  code=0
  wait $launcher || code=$?
  [ $code != 0 ] || fail "exit code 0"
  grep -q "process rank $rank .* signal 9" killed.err || fail "mpirun does not name the rank: $(cat killed.err)"
  # The leading rank says what was in work, unless mpirun kills it before it gets to that.
  if [ $rank != 0 ] && ! grep -q 'stopped by signal 15 with .* in work were piece [0-9]* at rank' killed.err; then
    echo "rank 0 was killed before it could say what was in work"
  fi
  sed 's/^/  | /' killed.err
  [ ! -e suite ] || fail "half a suite"
  there=$(complete suite.pieces)
  [ "$there" -lt 64 ] || fail "nothing was missing"

  ranks 2 gen --suite standard -o suite >text.txt 2>text.err
  sed 's/^/  | /' text.err
  grep -q ": $there of 64 pieces are there already, $((64 - there)) to do, 2 ranks" text.err || fail "$there were there"
  diff -r plain suite || fail "other bytes"
  [ ! -e suite.pieces ] || fail "pieces are left"
  rm -r suite
done
