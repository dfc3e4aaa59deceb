#!/bin/bash
# The CUDA module on a machine with a GPU: every op against the reference, the speeds, and in full mode what a user's own
# kernels and a machine without a usable device show, compute-sanitizer, and the functions over all 2^32 arguments. Run
# from the repository root.
#   bench/cuda/device.sh BUILD_DIR OUT_DIR [quick|full] [EXTRA_DIR]
# BUILD_DIR  holds qref, qref_cuda.so, include/, bench/bench_cuda, bench/random_model, and in lib/ the shared libraries
#            that the machine may lack; bench/cuda/carry.sh makes it
# OUT_DIR    gets cross.log, random.log, models.log, users.log, sanitizer.log, bench.log, bench.csv, results.md,
#            sweep.log and summary.log
# quick      (default) suites smoke and standard, 1,000 random cases of each op; about a minute, at most 3
# full       every suite, random cases for about 160 seconds (286,000 on 16 cores), and the rest; at most 8 minutes
# EXTRA_DIR  its *.sh run last, a minute each at most, their output in summary.log
# A piece that fails is reported, and the others still run. Exit code 1 if any failed.
set -uo pipefail
if (($# < 2)); then
  sed -n '2,/^set /s/^# \?//p' "$0"
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
rm -f "$out"/{cross,random,models,users,sanitizer,bench,sweep,summary}.log "$out"/{bench.csv,results.md}
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
    chunk=1000 most_random=1000 extra_end=178
    ;;
  full)
    suites=(--suite standard --suite thorough --suite block --suite layer)
    smoke_end=40 bench_end=100 random_end=195 suites_end=230
    models_end=262 users_end=300 sweep_end=370 sanitizer_end=450 chunk=1000 most_random=100000000 extra_end=478
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

# collect PREFIX LOG TITLE: prints the lines and keeps what was printed, the ops first.
collect() {
  local name names=("${ops[@]}" model table-{conv1d_silu,selective_scan,hadamard,linear_w8a8})
  echo "== $3"
  for name in "${names[@]}"; do
    [ -f "$work/$1-$name.line" ] && cat "$work/$1-$name.line"
  done
  for name in "${names[@]}"; do
    [ -f "$work/$1-$name.log" ] && printf '\n== %s, %s\n' "$name" "$3" && head -c 200000 "$work/$1-$name.log"
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

# Models of random weights, two layers of the widths of the table's shapes: the logits are those of backend cpu. The
# suites and random cases seldom have rows as long as a real model's.
models() {
  local width paths path of model logits
  echo "== models, 600 tokens and 8 more"
  head -c 600 README.md >"$work/text"
  for width in 768 2560; do
    model=$work/model-$width
    limited "$models_end" "$build/bench/random_model" "$model" "$width" 2 256 >/dev/null &&
      limited "$models_end" "$qref" quantize --model "$model" -o "$model.safetensors" --calib "$work/text" \
        --calib-windows 1 --calib-length 64 >/dev/null
    paths=(int8 floatsim)
    ((width == 768)) && paths+=(fp32) # the whole prefix anew for every token
    for path in "${paths[@]}"; do
      of=$model
      [ "$path" = fp32 ] || of+=.safetensors
      for backend in cpu "$module"; do
        limited "$models_end" "$qref" run --model "$of" --text "$work/text" --decode 8 --path "$path" \
          --log-dir "$work/layers" --backend "$backend" 2>&1 | tail -n 1
      done >"$work/logits"
      mapfile -t logits <"$work/logits"
      if [[ ${logits[0]} == *sha256* && ${logits[0]} = "${logits[1]}" ]]; then
        echo "d_model $width, $path: equal, ${logits[0]}"
      else
        echo "d_model $width, $path: FAILED: cpu: ${logits[0]}; cuda: ${logits[1]}"
        touch "$work/failed-model-$width-$path"
      fi
    done
  done | tee "$out/models.log"
}

# expect NAME CODE PATTERN COMMAND...: it ends with exit code CODE, and a line of what it prints matches PATTERN.
expect() {
  local name=$1 expected=$2 pattern=$3 code line
  shift 3
  limited "$users_end" "$@" >"$work/users-$name.log" 2>&1
  code=$?
  if ((code == expected)) && line=$(grep -m 1 -E "$pattern" "$work/users-$name.log"); then
    printf '%-24s exit %d, as expected: %s\n' "$name:" $code "$(cut -c 1-160 <<<"$line")"
  else
    printf '%-24s FAILED: exit %d, expected %d and "%s"\n' "$name:" $code "$expected" "$pattern"
    touch "$work/failed-users-$name"
  fi
  { printf '\n== %s: %s\n' "$name" "$*" && cat "$work/users-$name.log"; } >>"$out/users.log"
}

# What a user's own kernels get: the PyTorch example, and the template of a module, as it is and with its planted bug.
# And what a user without a device gets, or without free memory on it.
users() {
  local template=tests/backends/template/my_kernel.cu flags
  flags=(-O2 -fmad=false -shared -Xcompiler -fPIC -I include -I "$build/include")
  echo "== users' kernels, and devices that cannot be used"
  if python3 -c 'import numpy, torch; torch.zeros(1, device="cuda")' 2>/dev/null; then
    "$qref" gen --suite smoke -o "$work/smoke" >/dev/null
    expect pytorch 0 'every difference explained' python3 tests/backends/pytorch/replay_suite.py "$work/smoke" \
      "$work/outputs" --device cuda --qref "$qref"
    expect memory-taken 2 'out of memory' python3 - "$qref" cross --backend "$module" --suite smoke <<'END'
import subprocess, sys, torch
taken, size = [], 1 << 30
while size >= 1 << 20:
    try:
        taken.append(torch.empty(size, dtype=torch.uint8, device="cuda"))
    except torch.OutOfMemoryError:
        size //= 2
sys.exit(subprocess.call(sys.argv[1:]))
END
  else
    echo "no Python with PyTorch for CUDA: two pieces are left out"
  fi
  if command -v nvcc >/dev/null; then
    nvcc "${flags[@]}" $template -o "$work/my_kernel.so" && nvcc -DPLANTED_BUG "${flags[@]}" $template -o "$work/bug.so"
    expect template 0 'every bit equal' "$qref" cross --backend "$work/my_kernel.so" --op linear_w8a8 --random 1000
    expect planted-bug 1 'verdict +tie' "$qref" cross --backend "$work/bug.so" --op linear_w8a8
  else
    echo "no nvcc: the template is left out"
  fi
  expect no-device 2 'no CUDA-capable device' env CUDA_VISIBLE_DEVICES= "$qref" cross --backend "$module" --suite smoke
}

# Tools of compute-sanitizer, the most telling first: what the time does not suffice for is left out.
tools=(memcheck racecheck synccheck initcheck)

# sanitize TOOL NAME COMMAND...: the command under a tool of compute-sanitizer.
sanitize() {
  local tool=$1 name=sanitizer-$1-$2 title=$2 code
  shift 2
  limited "$sanitizer_end" compute-sanitizer --target-processes all --tool "$tool" --error-exitcode 9 "$@" \
    >"$work/$name.log" 2>&1
  code=$?
  if ((code == 124)) && [[ $tool = synccheck || $tool = initcheck ]]; then
    printf '%-24s %s: not run to its end, no time left\n' "$title:" "$tool" >"$work/$name.line"
    return
  fi
  printf '%-24s %s: exit %d, %s\n' "$title:" "$tool" $code "$(grep 'SUMMARY' "$work/$name.log" | tail -n 1)" \
    >"$work/$name.line"
  ((code == 0)) || touch "$work/failed-$name"
}

# Every op on suite standard and random cases, a whole model, and under memcheck the shapes of the table.
sanitizer() {
  local tool op cases=(--suite standard --random 60 --profile quamba)
  command -v compute-sanitizer >/dev/null || { echo "== compute-sanitizer was not found" && return; }
  for tool in "${tools[@]}"; do
    for op in "${ops[@]}"; do
      throttle
      sanitize "$tool" "$op" "$qref" cross --quiet --backend "$module" --op "$op" "${cases[@]}" &
    done
    sanitize "$tool" model "$qref" run --model "$work/model-768.safetensors" --text "$work/text" --decode 8 \
      --path int8 --backend "$module" &
  done
  for op in conv1d_silu selective_scan hadamard linear_w8a8; do
    throttle
    sanitize memcheck "table-$op" "$build/bench/bench_cuda" --module "$module" --only "$op" &
  done
  wait
  for tool in "${tools[@]}"; do
    collect "sanitizer-$tool" sanitizer.log "compute-sanitizer, $tool: ${cases[*]}"
  done
}

# random_worker W: the pieces W, W + workers, ... of the work, in each of which an op gets the next `chunk` cases. The
# last seconds are for what has begun.
random_worker() {
  local piece op turn first result
  for ((piece = $1; SECONDS < random_end - 15; piece += workers)); do
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
    if ((result == 124 && SECONDS >= random_end - 2)); then # cut off by the end of the time: not a failure
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
  nvidia-smi --query-gpu=clocks.sm,power.draw --format=csv,noheader,nounits -lms 200 >"$work/clocks" 2>/dev/null &
  local sampler=$!
  QREF_CUBLASLT=$(find /usr/local/cuda*/ /opt /usr/lib -name 'libcublasLt.so.1*' -print -quit 2>/dev/null)
  export QREF_CUBLASLT
  for op in $("$bench" --list); do
    ending=$((SECONDS + 40 < bench_end ? SECONDS + 40 : bench_end))
    limited $ending "$bench" --module "$module" --only "$op" --csv "$out/bench.csv" 2>&1 ||
      { echo "bench_cuda $op: exit $?" && touch "$work/failed-bench-$op"; }
  done | tee "$out/bench.log" | grep -v '^$' | awk '!seen[$0]++'
  kill "$sampler" 2>/dev/null
  clocks >"$work/clocks.txt"
  python3 bench/cuda/table.py "$out/bench.csv" "$work/clocks.txt" >"$out/results.md"
  sed '/^Shapes without a goal/,$d' "$out/results.md"
}

# One line on the clocks, from samples of "MHz, W".
clocks() {
  sort -n "$work/clocks" | awk -F', ' -v limits="$(nvidia-smi --query-gpu=clocks.max.sm,power.limit,driver_version \
    --format=csv,noheader)" '
    $1 > 0 { clock[n++] = $1; watt = $2 > watt ? $2 : watt }
    END {
      split(limits, limit, ", ")
      printf "Clocks not set: multiprocessors at up to %s, driver %s. ", limit[1], limit[3]
      if (n) printf "During the runs %d to %d MHz, median %d; at most %d of %s.\n", clock[0], clock[n - 1],
        clock[int(n / 2)], watt, limit[2]
    }'
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
  part models
  part users
  part sweeps
  part sanitizer
fi
if [ -n "$extra" ] && [ -d "$extra" ]; then
  part extras
fi
failed=$(find "$work" -name 'failed-*' -printf '%f\n' | sed 's/^failed-//' | sort | paste -sd ' ')
echo "device.sh: $mode, $SECONDS s; failed: ${failed:-none}" | tee -a "$out/summary.log"
[ -z "$failed" ]
