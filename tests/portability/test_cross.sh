#!/bin/bash
# The digests of tests/portability/digest.c are the same on every processor, compiler and optimization level at hand:
# natively, and cross-compiled statically under qemu-user. Prints which ran; skipped only if none but the first can.
set -euo pipefail
cd "$(dirname "$0")/../.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

flags="-std=c11 -ffp-contract=off -fno-math-errno -D_POSIX_C_SOURCE=200809L -Iinclude -I."
sources="tests/portability/digest.c ref/base/error.c ref/base/size.c ref/base/types.c ref/base/sha256.c ref/profile/profile_builtin.c"
sources="$sources $(echo ref/numerics/*.c ref/ops/*.c)"
failed=0
compared=0

# digest NAME RUNNER COMPILER FLAGS...: builds, runs and compares with the first.
digest() {
  local name=$1 runner=$2 compiler=$3
  shift 3
  if ! command -v "$compiler" >/dev/null || { [ -n "$runner" ] && ! command -v "$runner" >/dev/null; }; then
    echo "left out: $name: ${runner:+$runner or }$compiler was not found"
    return
  fi
  # shellcheck disable=SC2086 # lists of words
  "$compiler" $flags "$@" $sources -lm -o "$work/digest"
  $runner "$work/digest" >"$work/lines"
  if [ ! -e "$work/first" ]; then
    cp "$work/lines" "$work/first"
    echo "reference: $name, $(wc -l <"$work/first") digests"
  elif cmp -s "$work/lines" "$work/first"; then
    compared=$((compared + 1))
    echo "equal: $name"
  else
    failed=$((failed + 1))
    echo "DIFFERENT: $name"
    diff "$work/first" "$work/lines" || true
  fi
}

digest "gcc -O2" "" gcc -O2
digest "gcc -O0 -funsigned-char" "" gcc -O0 -funsigned-char
digest "gcc -O3 -march=x86-64-v3 (hardware fma)" "$(grep -qw fma /proc/cpuinfo || echo no-fma-on-this-processor)" \
  "$([ "$(uname -m)" = x86_64 ] && echo gcc || echo no-x86-64)" -O3 -march=x86-64-v3
digest "clang -O2" "" clang -O2
digest "aarch64 (hardware fma, unsigned char)" qemu-aarch64 aarch64-linux-gnu-gcc -O2 -static
digest "s390x (big-endian)" qemu-s390x s390x-linux-gnu-gcc -O2 -static -fexcess-precision=fast
digest "riscv64" qemu-riscv64 riscv64-linux-gnu-gcc -O2 -static
digest "ppc64le" qemu-ppc64le powerpc64le-linux-gnu-gcc -O2 -static
digest "armhf" qemu-arm arm-linux-gnueabihf-gcc -O2 -static
digest "i686" qemu-i386 i686-linux-gnu-gcc -O2 -static -msse2 -mfpmath=sse

echo "$compared compared, $failed different"
if [ "$compared" = 0 ] && [ "$failed" = 0 ]; then
  echo "skipped: no second compiler or processor to compare with"
  exit 77
fi
[ "$failed" = 0 ]
