#!/bin/bash
# A sample of the suites and of the numeric functions has the same digests whatever the compiler, its optimization, the
# processor and its instruction set: natively, and statically cross-compiled under an emulator. The whole matrix is run_matrix.sh.
set -euo pipefail
cd "$(dirname "$0")/../.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
source tests/portability/digest_common.sh

sample=(--suite standard --suite block --stride 8 --functions 65521)
failed=0
compared=0
if [ -x "${QREF_BINARY_DIR:-.}/tests/portability/write_layer" ]; then
  "$QREF_BINARY_DIR/tests/portability/write_layer" "$work/layer"
  sample+=(--suite "layer:$work/layer")
fi

# start NAME EMULATOR COMPILER FLAGS...: builds and runs in the background.
start() {
  local name=$1 emulator=$2 compiler=$3
  shift 3
  names+=("$name")
  (
    build_digest "$work/$name" "$compiler" "$@"
    # shellcheck disable=SC2086 # an emulator may have options
    $emulator "$work/$name" "${sample[@]}" >"$work/$name.lines"
  ) >"$work/$name.log" 2>&1 &
  pids+=($!)
}

# start_backend NAME EMULATOR PROGRAM BACKEND: runs what was built before with a backend, in the background.
start_backend() {
  local name=$1 emulator=$2 program=$3 backend=$4
  names+=("$name")
  (
    # shellcheck disable=SC2046,SC2086 # lists of words
    $emulator "$work/$program" "${sample[@]}" $(backend_arguments "$backend") >"$work/$name.lines"
  ) >"$work/$name.log" 2>&1 &
  pids+=($!)
}

# Waits for what was started last and compares each with the first of all.
collect() {
  local i
  for i in "${!names[@]}"; do
    if ! wait "${pids[i]}"; then
      failed=$((failed + 1))
      echo "FAILED: ${names[i]}"
      tail -n 20 "$work/${names[i]}.log"
    elif [ ! -e "$work/first" ]; then
      cp "$work/${names[i]}.lines" "$work/first"
      echo "reference: ${names[i]}, $(wc -l <"$work/first") digests"
    elif cmp -s "$work/${names[i]}.lines" "$work/first"; then
      compared=$((compared + 1))
      echo "equal: ${names[i]}"
    else
      failed=$((failed + 1))
      echo "DIFFERENT: ${names[i]}"
      diff "$work/first" "$work/${names[i]}.lines" || true
    fi
  done
  names=() pids=()
}
names=() pids=()

# Only gcc-O2 runs the kernels of this processor: they are compiled once, in two halves at a time.
kernels=("${digest_kernels[@]}")
half=$((${#kernels[@]} / 2))
gcc "${digest_flags[@]}" -O2 -r "${kernels[@]:0:half}" -o "$work/kernels-0.o" &
gcc "${digest_flags[@]}" -O2 -r "${kernels[@]:half}" -o "$work/kernels-1.o"
wait $!
digest_kernels=("$work"/kernels-{0,1}.o)

start "gcc-O2" "" gcc -O2
start "gcc-O0-funsigned-char" "" gcc -O0 -funsigned-char
collect
start "gcc-Os" "" gcc -Os
for backend in $(backends_here); do
  start_backend "$backend" "" gcc-O2 "$backend"
done
if has_x86 fma && command -v qemu-x86_64 >/dev/null; then
  start_backend "cpu-without-avx2" "$emulated_westmere" gcc-O2 cpu=cpu-portable
fi
collect
if has_x86 fma; then
  start "gcc-O3-hardware-fma" "" gcc -O3 -march=x86-64-v3
fi
collect
start "gcc-O2-lto" "" gcc -O2 -flto
if command -v clang >/dev/null; then
  start "clang-O2" "" clang -O2
else
  echo "left out: clang was not found"
fi
collect
digest_kernels=("${kernels[@]}")
for name in aarch64 s390x; do
  if architecture "$name"; then
    # shellcheck disable=SC2086 # a list of words
    start "$name" "$emulator" "$compiler" $architecture_flags -O2 -static
  fi
done
collect
if [ -x "$work/aarch64" ]; then
  start_backend "aarch64-cpu" qemu-aarch64 aarch64 cpu=cpu-neon
fi
if [ -x "$work/s390x" ]; then
  start_backend "s390x-cpu" qemu-s390x s390x cpu=cpu-portable
fi
collect

# The program gives the digest that this second implementation gives.
if [ -x "${QREF_PROGRAM:-}" ]; then
  "$QREF_PROGRAM" gen --suite smoke -o "$work/smoke" --quiet >"$work/gen.log" || { cat "$work/gen.log" && exit 1; }
  expected=$("$work/gcc-O2" --suite smoke | sed -n 's/ smoke all .*//p')
  if [ -n "$expected" ] && grep -q "\"digest\":\"$expected\"" "$work/smoke/manifest.json"; then
    compared=$((compared + 1))
    echo "equal: qref gen --suite smoke"
  else
    failed=$((failed + 1))
    echo "DIFFERENT: qref gen --suite smoke: expected $expected"
  fi
fi

echo "$compared compared, $failed different"
[ "$failed" = 0 ] && [ "$compared" -gt 0 ]
