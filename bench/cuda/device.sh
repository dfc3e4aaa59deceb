#!/bin/bash
# The CUDA module on a machine with a GPU: every op against the reference, the speeds, and in full mode what a user's own
# kernels and a machine without a usable device show, compute-sanitizer, and the functions over all 2^32 arguments. Run
# from the repository root.
#   bench/cuda/device.sh BUILD_DIR OUT_DIR [quick|full|huge] [RANDOM_CASES [SEED]]
# BUILD_DIR  holds qref, qref_cuda.so, include/, bench/bench_cuda, bench/random_model, and in lib/ the shared libraries
#            that the machine may lack; bench/cuda/carry.sh makes it
# OUT_DIR    gets cross.log, random.log, models.log, users.log, sanitizer.log, bench.log, bench.csv, results.md,
#            sweep.log, huge.log and summary.log
# quick      (default) suites smoke and standard, 1,000 random cases of each op; about a minute, at most 3
# full       every suite, random cases for about 160 seconds (some 280,000 on 16 cores), and the rest; at most 8 minutes
# huge       the table's ops on tensors of more than 2^32 elements; needs 60 GiB on the device, and 85 on the host; at most
#            9 minutes
# RANDOM_CASES  of each op at most, in whole thousands; "-" for the mode's
# SEED       of suites and random cases (default 2025)
# A piece that fails is reported, and the others still run; the last line names it, and what the machine has no tool for.
# Exit code 1 if any failed, 2 where BUILD_DIR lacks a file.
set -uo pipefail
export LC_ALL=C # numbers and the order of names
if (($# < 2)); then
  sed -n '2,/^set /s/^# \?//p' "$0"
  exit 2
fi
build=$(realpath "$1")
for file in qref qref_cuda.so include/qref bench/bench_cuda bench/random_model; do
  [ -e "$build/$file" ] || { echo "device.sh: $build/$file: not there" >&2 && exit 2; }
done
out=$(mkdir -p "$2" && realpath "$2")
mode=${3:-quick}
module=$build/qref_cuda.so
qref=$build/qref
export LD_LIBRARY_PATH=$build/lib${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
export QREF_MODULE_PATH=$build
work=$(mktemp -d)
rm -f "$out"/{cross,random,models,users,sanitizer,bench,sweep,huge,summary}.log "$out"/{bench.csv,results.md}
trap 'rm -rf "$work"' EXIT
ops=(conv1d_silu conv1d_silu_update conv1d_silu_floatsim requantize linear_w8a8 linear_w8a8_f16 linear_w8a8_parallel
  linear_w8a8_row linear_w8a8_per_channel selective_scan selective_scan_update rmsnorm hadamard embedding_w8 linear_f32
  conv1d_silu_f32 selective_scan_f32 rmsnorm_f32 hadamard_f32)
profiles=(--profile quamba --profile quamba-saturating)
workers=$(($(nproc) < 12 ? $(nproc) : 12))

# The second at which each part must end, counted from the start; random cases of one process, and at most of an op.
case $mode in
  quick)
    suites=(--suite standard)
    smoke_end=40 bench_end=100 random_end=130 suites_end=150
    chunk=1000 most_random=1000
    ;;
  full)
    suites=(--suite standard --suite thorough --suite block --suite layer)
    smoke_end=40 bench_end=100 random_end=195 suites_end=230
    models_end=262 users_end=300 sweep_end=370 sanitizer_end=450 chunk=1000 most_random=100000000
    ;;
  huge) huge_end=540 most_random=0 ;;
  *) echo "device.sh: expected quick, full or huge, not '$mode'" >&2 && exit 2 ;;
esac
[ "${4:--}" = - ] || most_random=$4
seed=${5:-2025}

# limited END COMMAND...: with what is left until END seconds from the start as its time limit.
limited() {
  local left=$(($1 - SECONDS))
  shift
  ((left > 1)) || { echo "device.sh: no time left for this" && return 124; }
  timeout --kill-after=5 "$left" "$@"
}

# leave_out NAME WHY
leave_out() {
  echo "$1: left out, $2"
  touch "$work/left-out-$1"
}

# pieces PREFIX: those that have a file of this prefix, or "none".
pieces() {
  local names
  names=$(find "$work" -name "$1-*" -printf '%f\n' | sed "s/^$1-//" | sort | paste -sd ' ')
  echo "${names:-none}"
}

for file in bench/cuda/device/*.sh; do
  source "$file"
done

# part NAME: what it prints is seen and kept.
part() {
  "$1" 2>&1 | tee -a "$out/summary.log"
  echo "-- $1 ended at $SECONDS s" | tee -a "$out/summary.log"
}

machine() {
  nvidia-smi
  nproc
  timeout 30 "$qref" info
}

part machine
if [ "$mode" = huge ]; then
  part huge
else
  part smoke
  part speeds
  part random
  part suites
fi
if [ "$mode" = full ]; then
  part models
  part users
  part sweeps
  part sanitizer
fi
failed=$(pieces failed)
echo "device.sh: $mode, $SECONDS s; failed: $failed; left out: $(pieces left-out)" | tee -a "$out/summary.log"
[ "$failed" = none ]
