#!/bin/bash
# Digests of whole suites by architecture, compiler, flags and threads. Prints a table and, with --table, writes it to a
# file. What is not installed is left out by name. Exit status: 0 if all digests are equal, 1 if not.
#
#   run_matrix.sh [--table FILE] [--suites "standard thorough block layer"] [--jobs 2] [--only PATTERN]
#
# --only: just the rows that hold the pattern, beside the first, which the others are compared with. QREF_PROGRAM, if
# set, is a program whose `gen` is tried too; QREF_WRITE_LAYER is the program write_layer, which the suite layer needs.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 2
work=$(mktemp -d)
exec 3>&2 # progress: the rows' own standard error goes to their logs
trap 'rm -rf "$work"' EXIT
source tests/portability/digest_common.sh

table=
suites="smoke standard thorough block layer"
jobs=2
only=
while [ $# -gt 0 ]; do
  case $1,${2:-} in
    --table,?*) table=$2 ;;
    --suites,?*) suites=$2 ;;
    --jobs,[1-9]) jobs=$2 ;;
    --only,?*) only=$2 ;;
    *) sed -n '5p' "$0" >&2 && exit 2 ;;
  esac
  shift 2
done
digest_arguments=(--functions 16381)
if [[ " $suites " == *" layer "* ]] && ! "${QREF_WRITE_LAYER:-no-write_layer}" "$work/layer"; then
  echo "left out: suite layer: QREF_WRITE_LAYER names no program that writes it"
  suites=$(echo " $suites " | sed 's/ layer / /')
fi
for suite in $suites; do
  digest_arguments+=(--suite "${suite/#layer/layer:$work/layer}")
done

rows=0

# begin ARCHITECTURE COMPILER FLAGS THREADS: the next row, unless it is not wanted; sets row. Keeps `jobs` running.
begin() {
  if [ "$rows" -gt 0 ] && [ -n "$only" ] && [[ "$*" != *"$only"* ]]; then
    return 1
  fi
  while [ "$(jobs -rp | wc -l)" -ge "$jobs" ]; do
    wait -n
  done
  row=$(printf '%s/%03d' "$work" "$rows")
  rows=$((rows + 1))
  printf '%s|%s|%s|%s' "$@" >"$row.what"
}

# finish SECONDS: how the row ended. Called in the background.
finish() {
  echo "$1" >"$row.seconds"
  echo "ran: $(tr '|' ' ' <"$row.what"), $1 s" >&3
}

# run ARCHITECTURE EMULATOR COMPILER THREADS FLAGS...: one row of the digest runner. THREADS is a number, with a space
# and a backend behind it if that is not ref.
run() {
  local name=$1 emulator=$2 compiler=$3 threads=$4
  shift 4
  begin "$name" "$compiler" "$*" "$threads" || return 0
  (
    arguments=("${digest_arguments[@]}" --threads "${threads%% *}")
    # shellcheck disable=SC2207 # words
    [[ $threads != *" "* ]] || arguments+=($(backend_arguments "${threads#* }"))
    build_digest "$row.program" "$compiler" "$@" || exit 1
    start=$SECONDS
    # shellcheck disable=SC2086 # an emulator may have options
    $emulator "$row.program" "${arguments[@]}" >"$row.output" && mv "$row.output" "$row.lines"
    rm -f "$row.program"
    finish $((SECONDS - start))
  ) 2>"$row.log" &
  [ "$rows" -gt 1 ] || wait # the first is what the others are compared with
}

# The rows of a native compiler.
native() {
  local compiler=$1 flags backend
  if ! command -v "$compiler" >/dev/null; then
    echo "left out: $compiler was not found"
    return
  fi
  for flags in -O2 -O0 -O1 -O3 -Os "-O2 -funsigned-char"; do
    # shellcheck disable=SC2086 # lists of words
    run x86-64 "" "$compiler" 1 $flags
  done
  if echo 'int main(void) { return 0; }' | "$compiler" -flto -x c - -o "$work/lto" 2>"$work/lto.log"; then
    run x86-64 "" "$compiler" 1 -O2 -flto
  else
    echo "left out: $compiler -flto: $(head -n 1 "$work/lto.log")"
  fi
  if has_x86 fma; then
    run x86-64 "" "$compiler" 1 -O3 -march=x86-64-v3
  else
    echo "left out: $compiler -march=x86-64-v3: this processor has no FMA"
  fi
  if command -v qemu-x86_64 >/dev/null; then
    run "x86-64 without FMA" "$emulated_westmere" "$compiler" 1 -O2 -static
    run "x86-64 without FMA" "$emulated_westmere" "$compiler" "1 cpu=cpu-portable" -O2 -static
    if [[ $($emulated_haswell /bin/true 2>&1) == *avx2* ]]; then
      echo "left out: x86-64 with AVX2 alone: this qemu-x86_64 does not know AVX2"
    else
      run "x86-64 with AVX2" "$emulated_haswell" "$compiler" "1 cpu=cpu-avx2" -O2 -static
    fi
  else
    echo "left out: x86-64 without FMA: qemu-x86_64 was not found"
  fi
  if echo 'int main(void) { return 0; }' | "$compiler" -fopenmp -x c - -o "$work/openmp" 2>"$work/openmp.log"; then
    run x86-64 "" "$compiler" 1 -O2 -fopenmp
    run x86-64 "" "$compiler" 2 -O2 -fopenmp
    for backend in cpu $(backends_here); do
      run x86-64 "" "$compiler" "2 $backend" -O2 -fopenmp
    done
  else
    echo "left out: $compiler -fopenmp: $(head -n 1 "$work/openmp.log")"
  fi
}

# One row of the real program: its digests, in the form of the runner's lines.
program() {
  local suite
  begin x86-64 "$(basename "$(dirname "$QREF_PROGRAM")")/qref gen" "" "$1" || return 0
  (
    start=$SECONDS
    for suite in $suites; do
      # shellcheck disable=SC2046 # a list of words
      "$QREF_PROGRAM" gen --suite "$suite" $([ "$suite" = layer ] && echo --layer 3) --threads "$1" -o "$row.suite" --quiet >&2 || exit 1
      sed -nE "s/.*\"digest\":\"([0-9a-f]{64})\".*/\1 $suite all/p" "$row.suite/manifest.json" | sed -n 1p >>"$row.lines"
      rm -rf "$row.suite"
    done
    finish $((SECONDS - start))
  ) 2>"$row.log" &
}

native gcc
native clang
if [ -x "${QREF_PROGRAM:-}" ]; then
  program 1
  program 2
else
  echo "left out: qref gen: QREF_PROGRAM names no program"
fi
for name in i686 aarch64 armhf riscv64 ppc64le s390x; do
  if architecture "$name"; then
    # shellcheck disable=SC2086 # lists of words
    run "$name" "$emulator" "$compiler" 1 $architecture_flags -O2 -static
  fi
done
for name in i686 aarch64 s390x; do
  if architecture "$name" >/dev/null; then
    for level in -O0 -O3; do
      # shellcheck disable=SC2086 # lists of words
      run "$name" "$emulator" "$compiler" 1 $architecture_flags $level -static
    done
  fi
done
if architecture aarch64 >/dev/null; then
  run aarch64 "$emulator" "$compiler" "1 cpu=cpu-neon" -O2 -static
  run aarch64 "$emulator" "$compiler" "1 cpu-portable" -O2 -static
fi
if architecture s390x >/dev/null; then
  run s390x "$emulator" "$compiler" "1 cpu=cpu-portable" "$architecture_flags" -O2 -static
fi
wait

# ---- the table ----

first=$work/000.lines
different=0
short() {
  local suite
  for suite in $suites; do
    printf '%s ' "$(sed -nE "s/^(.{12}).* $suite all( .*)?$/\1/p" "$1" 2>/dev/null | grep . || echo '-')"
  done
}
print_table() {
  local what architecture compiler flags threads equal
  echo "Digests of: $suites"
  grep ' all ' "$first" | sed 's/ all / /; s/^/  /'
  printf '%-18s %-26s %-38s %-18s %-40s %7s  %s\n' architecture compiler flags threads \
    "digests ($(echo "$suites" | tr ' ' ','))" seconds equal
  for what in "$work"/*.what; do
    IFS='|' read -r architecture compiler flags threads <"$what"
    row=${what%.what}
    equal=yes
    if [ ! -s "$row.lines" ]; then
      equal="NO: failed"
    elif [[ $compiler == *gen ]]; then
      # The program has digests of whole suites only.
      diff <(grep ' all' "$first" | cut -d ' ' -f 1-3) "$row.lines" >/dev/null || equal=NO
    else
      cmp -s "$row.lines" "$first" || equal=NO
    fi
    [ "$equal" = yes ] || different=$((different + 1))
    printf '%-18s %-26s %-38s %-18s %-40s %7s  %s\n' "$architecture" "$compiler" "$flags" "$threads" \
      "$(short "$row.lines")" "$(cat "$row.seconds" 2>/dev/null)" "$equal"
  done
  echo "$rows rows, $different not equal; each row has $(wc -l <"$first") digests: by op, in all, and of the functions"
}
print_table >"$work/table"
different=$(sed -nE 's/^[0-9]+ rows, ([0-9]+) not equal.*/\1/p' "$work/table")
cat "$work/table"
for log in "$work"/[0-9]*.log; do
  if [ ! -s "${log%.log}.lines" ]; then
    echo "failed: $(tr '|' ' ' <"${log%.log}.what")" && tail -n 5 "$log"
  fi
done
if [ -n "$table" ]; then
  cp "$work/table" "$table"
fi
[ "$different" = 0 ] && [ "$rows" -gt 1 ]
