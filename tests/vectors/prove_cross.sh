#!/bin/bash
# The long proof that the backends give the reference's bits: `cmake --build --preset cross`. Every suite under every
# profile, the layer suite, and CASES random cases (default 1000000) of every op, on each backend that runs here, as many
# processes side by side as there are processors. Prints a line for each piece and writes them to TABLE.
#
#   QREF_PROGRAM=build/release/qref tests/vectors/prove_cross.sh [--table TABLE] [BACKEND...]
set -uo pipefail
table=/dev/null
if [ "${1-}" = --table ]; then
  table=$2
  shift 2
fi
program=${QREF_PROGRAM:?expected the program to test}
cases=${CASES:-1000000}
backends=("$@")
if [ $# = 0 ]; then
  backends=(cpu-portable cpu-neon cpu-avx2 cpu-avx512 blis blis-dgemm)
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Those that are refused, and why; the others are proved.
usable=()
for backend in "${backends[@]}"; do
  if "$program" cross --backend "$backend" --suite smoke --op linear_w8a8 >/dev/null 2>"$work/reason"; then
    usable+=("$backend")
  elif [ -s "$work/reason" ]; then
    sed 's/^/left out: /' "$work/reason" | tee -a "$work/left_out"
  else
    usable+=("$backend") # it differs: the pieces say where
  fi
done
if [ ${#usable[@]} = 0 ]; then
  echo "no backend can be proved here"
  exit 2
fi

# One piece: its last line, behind its arguments. What a backend does not support is no failure of the proof as long as
# it is said; a piece without any supported case exits with 2 and says so.
piece() {
  local output rc
  output=$("$program" cross "$@" --quiet 2>&1)
  rc=$?
  if [ $rc = 2 ] && grep -q "supports no case" <<<"$output"; then
    echo "unsupported: $*"
    return 0
  fi
  echo "$([ $rc = 0 ] && echo equal || echo "FAILED ($rc)"): $*: $(tail -1 <<<"$output")"
  grep '^unsupported' <<<"$output" | sed "s|^|  $2: |"
  [ $rc = 0 ] || { echo "$output" && return 1; }
}
# Two threads each, on all processors: waiting must not cost what others need.
export OMP_WAIT_POLICY=passive
export -f piece
export program

ops=$("$program" cross --backend cpu --random 1 --json | sed -n 's/.*"op":\t"\(.*\)",/\1/p' | uniq)
for backend in "${usable[@]}"; do
  for suite in smoke standard thorough block; do
    echo "--backend $backend --suite $suite --profile all --threads 2"
  done
  echo "--backend $backend --suite layer --threads 2"
  for op in $ops; do
    echo "--backend $backend --op $op --random $cases --threads 2"
  done
done >"$work/pieces"

# shellcheck disable=SC2016
xargs -P "$(nproc)" -I{} bash -c 'piece {}' <"$work/pieces" | tee "$work/results"
status=${PIPESTATUS[0]}
sort "$work/results" | cat - "$work/left_out" 2>/dev/null >"$table"
echo "$(grep -c '^equal' "$work/results") of $(wc -l <"$work/pieces") pieces equal," \
  "$(grep -c '^unsupported:' "$work/results") unsupported, $(grep -c '^FAILED' "$work/results") failed"
exit "$status"
