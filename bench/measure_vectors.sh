#!/bin/bash
# Rate of making and verifying suites: cases and MB of tensor data a second, with one thread and two, interleaved; the
# median of REPEATS runs (default 3). Size on disk in both formats.
#   bench/measure_vectors.sh [BUILD_DIRECTORY] [SUITE...]
set -euo pipefail
cd "$(dirname "$0")/.."
qref=$(realpath "${1:-build/release}")/qref
shift $(($# > 0 ? 1 : 0))
[ $# -gt 0 ] || set -- smoke standard block layer
repeats=${REPEATS:-3}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# seconds NAME COMMAND...: appends the wall time of one run.
seconds() {
  local name=$1
  shift
  /usr/bin/env time -f %e -a -o "$work/$name" "$@" >"$work/output"
}

median() {
  sort -n "$work/$1" | sed -n "$(((repeats + 1) / 2))p"
}

field() {
  sed -nE "s/^[[:space:]]*\"$1\":[[:space:]]*([0-9]+),?\$/\\1/p" "$work/report" | sed -n 1p
}

echo "median of $repeats runs; MB: 10^6 bytes of tensor data"
printf '%-10s %6s %8s %8s %9s %10s | %7s %9s %9s %8s\n' suite cases tensors "data MB" "npy MB" "npy+hex MB" threads step \
  cases/s MB/s
for suite in "$@"; do
  "$qref" gen --suite "$suite" --format npy,hex -o "$work/both" --json --quiet >"$work/report"
  both=$(field file_bytes)
  for _ in $(seq "$repeats"); do
    for threads in 1 2; do
      rm -rf "$work/suite"
      seconds "gen-$threads" "$qref" gen --suite "$suite" -o "$work/suite" --threads "$threads" --quiet
      seconds "verify-$threads" "$qref" verify "$work/suite" --threads "$threads" --quiet
    done
  done
  rm -rf "$work/suite"
  "$qref" gen --suite "$suite" -o "$work/suite" --json --quiet >"$work/report"
  cases=$(field cases)
  bytes=$(field bytes)
  head=$(printf '%-10s %6s %8s %8s %9s %10s' "$suite" "$cases" "$(field tensors)" \
    "$(awk "BEGIN { printf \"%.2f\", $bytes / 1e6 }")" "$(awk "BEGIN { printf \"%.2f\", $(field file_bytes) / 1e6 }")" \
    "$(awk "BEGIN { printf \"%.2f\", $both / 1e6 }")")
  for threads in 1 2; do
    for step in gen verify; do
      awk -v head="$head" -v threads="$threads" -v step="$step" -v s="$(median "$step-$threads")" -v n="$cases" \
        -v b="$bytes" 'BEGIN { if (s < 0.01) s = 0.01
          printf "%s | %7s %9s %9.0f %8.1f\n", head, threads, step, n / s, b / 1e6 / s }'
      head=$(printf '%-56s' "")
    done
  done
  rm -rf "${work:?}"/*
done
