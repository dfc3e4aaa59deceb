# shellcheck shell=bash disable=SC2034
# What test_cross.sh and run_matrix.sh share: how tests/portability/digest_suites.c is built and run. To be sourced in
# the root of the source tree; $work is a scratch directory.

# Needs libc and libm only: no JSON, no files, no OpenMP.
digest_sources=(
  tests/portability/{digest_suites,chain_file,outputs_alone}.c
  ref/base/{bytes,decimal,error,order_statistic,sha256,size,types}.c
  ref/numerics/*.c ref/profile/profile_builtin.c ref/ops/*.c ref/backends/{map_f32,ref,registry}.c ref/backends/{blis,cpu}/*.c
  ref/model/{allocate,decode,execution,layer_tensors,prefill,scale_policy,tokens,transpose}.c ref/model/session*.c
  ref/vectors/case/*.c ref/vectors/generate/*.c ref/vectors/chain/*.c ref/vectors/suite/text.c
)
# The kernels take most of the time to compile: where another row has them compiled, this is an object.
digest_kernels=(ref/backends/cpu/*/*.c)

# Those of the build; no compiler may fuse or widen, whatever its processor has.
digest_flags=(-std=c11 -ffp-contract=off -fno-math-errno -D_POSIX_C_SOURCE=200809L -D_FILE_OFFSET_BITS=64
  -Wno-unknown-pragmas -Iinclude -I.)

# The name, the emulator and the compiler of an architecture, and the flags that only it needs. gcc widens float in
# strict C11 on s390x, and without SSE on i686.
digest_architectures="
x86-64  -             gcc
i686    qemu-i386     i686-linux-gnu-gcc        -msse2 -mfpmath=sse
aarch64 qemu-aarch64  aarch64-linux-gnu-gcc
armhf   qemu-arm      arm-linux-gnueabihf-gcc
riscv64 qemu-riscv64  riscv64-linux-gnu-gcc
ppc64le qemu-ppc64le  powerpc64le-linux-gnu-gcc
s390x   qemu-s390x    s390x-linux-gnu-gcc       -fexcess-precision=fast
"

# architecture NAME: sets emulator ("" for none), compiler and architecture_flags; fails, and says so, without one of them.
architecture() {
  local name
  while read -r name emulator compiler architecture_flags; do
    [ "$name" = "$1" ] && break
  done <<<"$digest_architectures"
  if [ "$emulator" = - ]; then
    emulator=
  fi
  for tool in $emulator $compiler; do
    command -v "$tool" >/dev/null || { echo "left out: $1: $tool was not found" && return 1; }
  done
}

# build_digest OUTPUT COMPILER FLAGS...
build_digest() {
  local output=$1 compiler=$2
  shift 2
  "$compiler" "${digest_flags[@]}" "$@" "${digest_sources[@]}" "${digest_kernels[@]}" -lm -o "$output"
}

# Whether this is an x86-64 processor with that instruction set, by its name in /proc/cpuinfo.
has_x86() {
  [ "$(uname -m)" = x86_64 ] && grep -qw "$1" /proc/cpuinfo
}

# The backends of single instruction sets that this processor has, but for NEON.
backends_here() {
  echo cpu-portable
  ! has_x86 avx2 || echo cpu-avx2
  ! has_x86 avx512_vnni || echo cpu-avx512
}

# backend_arguments BACKEND: those of the runner. "cpu=cpu-neon" is cpu, which must take NEON.
backend_arguments() {
  echo "--backend ${1%%=*}"
  [[ $1 != *=* ]] || echo "--cpu-takes ${1#*=}"
}

# An emulated x86-64 without AVX2, and one with it but without AVX-512.
emulated_westmere="qemu-x86_64 -cpu Westmere"
emulated_haswell="qemu-x86_64 -cpu Haswell"
