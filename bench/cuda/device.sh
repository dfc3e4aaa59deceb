#!/bin/bash
# The CUDA module on a machine with a GPU: every op against the reference, the speeds, and in full mode the functions
# over all 2^32 arguments. Run from the repository root.
#   bench/cuda/device.sh BUILD_DIR OUT_DIR [quick|full] [EXTRA_DIR]
# BUILD_DIR  holds qref, qref_cuda.so, bench/bench_cuda, and in lib/ the shared libraries that the machine may lack;
#            bench/cuda/carry.sh makes it
# OUT_DIR    gets cross.log, random.log, sanitizer.log, bench.log, bench.csv, results.md, sweep.log and summary.log
# quick      (default) suites smoke and standard, 1,000 random cases of each op; at most 3 minutes
# full       every suite, random cases for as long as there is time, compute-sanitizer, the sweeps; at most 8 minutes
# EXTRA_DIR  its *.sh run last, a minute each at most, their output in summary.log
# A piece that fails is reported, and the others still run. Exit code 1 if any failed.
set -uo pipefail
if (($# < 2)); then
  sed -n '2,13s/^# \?//p' "$0"
  exit 2
fi
build=$(realpath "$1")
out=$(mkdir -p "$2" && realpath "$2")
mode=${3:-quick}
extra=${4:-}
module=$build/qref_cuda.so
qref=$build/qref
export LD_LIBRARY_PATH=$build/lib${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
export QREF_MODULE_PATH=$build
work=$(mktemp -d)
rm -f "$out"/{cross,random,sanitizer,bench,sweep,summary}.log "$out"/{bench.csv,results.md}
trap 'rm -rf "$work"' EXIT
ops=(conv1d_silu conv1d_silu_update conv1d_silu_floatsim requantize linear_w8a8 linear_w8a8_f16 linear_w8a8_parallel
  linear_w8a8_row linear_w8a8_per_channel selective_scan selective_scan_update rmsnorm hadamard embedding_w8 linear_f32
  conv1d_silu_f32 selective_scan_f32 rmsnorm_f32 hadamard_f32)
profiles=(--profile quamba --profile quamba-saturating)
workers=$(($(nproc) < 12 ? $(nproc) : 12))

# The second at which each part ends, from the start; random cases of one process, and of an op.
case $mode in
  quick)
    suites=(--suite standard)
    smoke_end=40 bench_end=100 random_end=130 suites_end=150
    sanitizer_end=0 sweep_end=0 chunk=1000 most_random=1000 extra_end=178
    ;;
  full)
    suites=(--suite standard --suite thorough --suite block)
    smoke_end=40 bench_end=130 random_end=250 suites_end=290
    sanitizer_end=340 sweep_end=420 chunk=2000 most_random=100000000 extra_end=478
    ;;
  *) echo "device.sh: expected quick or full, not '$mode'" >&2 && exit 2 ;;
esac

# limited END COMMAND...: with what is left until END seconds from the start as its time limit.
limited() {
  local left=$(($1 - SECONDS))
  shift
  ((left > 1)) || { echo "device.sh: no time left for this" && return 124; }
  timeout --kill-after=5 "$left" "$@"
}

# verdict LOG CODE: one line for what `qref cross` printed.
verdict() {
  case $2 in
    0) tail -n 1 "$1" ;;
    124 | 137) echo "TIME LIMIT" ;;
    *)
      printf 'FAILED, exit %d: ' "$2"
      grep -v '^$' "$1" | grep -vE '^(backend |suites |op  )' | head -n 12 | cut -c 1-400 | paste -sd '|'
      ;;
  esac
}

# cross END NAME ARGUMENTS...: NAME.log and NAME.line; NAME ends in the op.
cross() {
  local end=$1 name=$2 start=$EPOCHREALTIME code
  shift 2
  limited "$end" "$qref" cross --quiet --backend "$module" "$@" >"$work/$name.log" 2>&1
  code=$?
  printf '%-24s %s (%.1f s)\n' "${name##*-}:" "$(verdict "$work/$name.log" $code)" \
    "$(awk -v a="$start" -v b="$EPOCHREALTIME" 'BEGIN { print b - a }')" >"$work/$name.line"
  if ((code != 0)); then
    touch "$work/failed-$name"
  fi
  return $code
}

# Runs at most $workers of the jobs started at a time.
throttle() {
  while (($(jobs -rp | wc -l) >= workers)); do
    wait -n
  done
}

# collect PREFIX LOG TITLE: prints the lines and keeps what was printed.
collect() {
  local op
  echo "== $3"
  for op in "${ops[@]}"; do
    [ -f "$work/$1-$op.line" ] && cat "$work/$1-$op.line"
  done
  for op in "${ops[@]}"; do
    [ -f "$work/$1-$op.log" ] && printf '\n== %s, %s\n' "$op" "$3" && head -c 200000 "$work/$1-$op.log"
  done >>"$out/$2"
}

smoke() {
  for op in "${ops[@]}"; do
    throttle
    cross "$smoke_end" "smoke-$op" --op "$op" --suite smoke "${profiles[@]}" &
  done
  wait
  collect smoke cross.log "suite smoke"
}

suites() {
  for op in "${ops[@]}"; do
    throttle
    cross "$suites_end" "suites-$op" --op "$op" "${suites[@]}" "${profiles[@]}" &
  done
  wait
  collect suites cross.log "suites ${suites[*]//--suite/}"
}

# sanitize TOOL OP: suite smoke of an op under a tool of compute-sanitizer.
sanitize() {
  local name=sanitizer-$1-$2 code
  limited "$sanitizer_end" compute-sanitizer --target-processes all --tool "$1" --error-exitcode 9 \
    "$qref" cross --quiet --backend "$module" --op "$2" --suite smoke --profile quamba >"$work/$name.log" 2>&1
  code=$?
  printf '%-24s %s: exit %d, %s\n' "$2:" "$1" $code "$(grep 'SUMMARY' "$work/$name.log" | tail -n 1)" \
    >"$work/$name.line"
  ((code == 0)) || touch "$work/failed-$name"
}

sanitizer() {
  local tool op
  command -v compute-sanitizer >/dev/null || { echo "== compute-sanitizer was not found" && return; }
  for tool in memcheck racecheck; do
    for op in "${ops[@]}"; do
      throttle
      sanitize $tool "$op" &
    done
  done
  wait
  for tool in memcheck racecheck; do
    collect "sanitizer-$tool" sanitizer.log "suite smoke under compute-sanitizer, $tool"
  done
}

# random_worker W: the pieces W, W + workers, ... of the work, in each of which an op gets the next `chunk` cases.
random_worker() {
  local piece op turn first result
  for ((piece = $1; SECONDS < random_end - 2; piece += workers)); do
    op=${ops[piece % ${#ops[@]}]}
    turn=$((piece / ${#ops[@]}))
    first=$((turn * chunk))
    if ((first >= most_random)); then
      return
    fi
    if compgen -G "$work/failed-random-*-$op" >/dev/null; then
      continue
    fi
    cross "$random_end" "random-$piece-$op" --op "$op" --random "$chunk" --first "$first" "${profiles[@]}"
    result=$?
    if ((result == 124 && SECONDS >= random_end - 2)); then # cut off by the end of the time, not a failure
      rm -f "$work/failed-random-$piece-$op" "$work/random-$piece-$op".*
    fi
  done
}

random() {
  local worker op cases line total=0
  for ((worker = 0; worker < workers; worker++)); do
    random_worker $worker &
  done
  wait
  echo "== random cases"
  for op in "${ops[@]}"; do
    cases=$(cat "$work"/random-*-"$op".log 2>/dev/null |
      sed -nE 's/^([0-9]+) cases, .*: every bit equal$/\1/p' | awk '{ n += $1 } END { print n + 0 }')
    total=$((total + cases))
    printf '%-24s %d cases equal\n' "$op:" "$cases"
    for line in "$work"/failed-random-*-"$op"; do
      if [ -e "$line" ]; then
        line=${line/failed-/}
        cat "$line.line"
        printf '\n== %s\n' "${line##*/}" >>"$out/random.log"
        head -c 400000 "$line.log" >>"$out/random.log"
      fi
    done
  done
  echo "$total random cases equal" | tee -a "$out/random.log"
}

# Every op in a process of its own: one that hangs or breaks the device takes no other with it.
speeds() {
  local op bench=$build/bench/bench_cuda ending
  if [ ! -x "$bench" ]; then
    echo "== speeds: bench_cuda was not built"
    return
  fi
  echo "== speeds"
  QREF_CUBLASLT=$(find /usr/local/cuda*/ /opt /usr/lib -name 'libcublasLt.so.1*' -print -quit 2>/dev/null)
  export QREF_CUBLASLT
  for op in $("$bench" --list); do
    ending=$((SECONDS + 30 < bench_end ? SECONDS + 30 : bench_end))
    limited $ending "$bench" --module "$module" --only "$op" --csv "$out/bench.csv" 2>&1 ||
      { echo "bench_cuda $op: exit $?" && touch "$work/failed-bench-$op"; }
  done | tee "$out/bench.log" | grep -v '^$' | awk '!seen[$0]++'
  python3 bench/cuda/table.py "$out/bench.csv" >"$out/results.md"
}

# Shards of all three functions side by side; then each whole, of the blocks that are there.
sweeps() {
  local function shard shards=$((workers > 3 ? workers : 3))
  if ! "$qref" sweep --help | grep -q 'of --backend'; then
    echo "== sweeps: not in this qref"
    return
  fi
  echo "== functions over all 2^32 arguments"
  for ((shard = 1; shard <= shards; shard++)); do
    for function in exp log1p silu; do
      echo "$function $shard/$shards"
    done
  done | (
    while read -r function shard; do
      throttle
      limited "$sweep_end" "$qref" sweep --quiet --backend "$module" --function "$function" --shard "$shard" \
        -o "$work/sweep" >>"$work/sweep-$function-${shard/\//-}.log" 2>&1 &
    done
    wait
  )
  for function in exp log1p silu; do
    limited $((sweep_end + 5)) "$qref" sweep --quiet --backend "$module" --function "$function" -o "$work/sweep" \
      >"$work/sweep-$function.log" 2>&1
    if cmp -s "$work/sweep/$function.txt" "vectors/functions/$function.txt"; then
      echo "$function: all 2^32 results as in vectors/functions/$function.txt, $(tail -n 1 "$work/sweep/$function.txt")"
    else
      echo "$function: FAILED or unfinished: $(tail -n 2 "$work/sweep-$function.log" | paste -sd '|')"
      touch "$work/failed-sweep-$function"
    fi
  done
  cat "$work"/sweep-*.log >"$out/sweep.log"
  cat "$work"/sweep/*.txt >>"$out/sweep.log" 2>/dev/null
}

extras() {
  local script
  for script in "$extra"/*.sh; do
    if [ -f "$script" ] && ((SECONDS < extra_end - 2)); then
      echo "== $script"
      BUILD_DIR=$build limited $((SECONDS + 60 < extra_end ? SECONDS + 60 : extra_end)) bash "$script" 2>&1 |
        head -c 2000000
      echo "exit ${PIPESTATUS[0]}, at $SECONDS s"
    fi
  done
}

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
part smoke
part speeds
part random
part suites
if [ "$mode" = full ]; then
  part sanitizer
  part sweeps
fi
if [ -n "$extra" ] && [ -d "$extra" ]; then
  part extras
fi
failed=$(find "$work" -name 'failed-*' -printf '%f\n' | sed 's/^failed-//' | sort | paste -sd ' ')
echo "device.sh: $mode, $SECONDS s; failed: ${failed:-none}" | tee -a "$out/summary.log"
[ -z "$failed" ]
