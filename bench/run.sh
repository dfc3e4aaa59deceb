#!/bin/bash
# Builds and runs every measurement of bench/ on one and two threads, and writes results.md, results.svg and for each
# program its CSV, JSON and what it printed. bench/setup.sh installs what is compared with; what is absent is named.
#   bench/run.sh [OUTPUT_DIRECTORY] [--quick] [--model FILE] [-- OPTIONS OF THE PROGRAMS]
# OUTPUT_DIRECTORY  build/bench-results by default
# --quick           small shapes, one round, no model unless --model names one: does it all run?
# --model FILE      what `qref quantize` wrote; otherwise a model of random weights in the shapes of 130 M parameters is
#                   made once, which takes minutes
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
output=
model=
quick=no
options=()
while (($# > 0)); do
  case $1 in
    --quick) quick=yes ;;
    --model)
      (($# > 1)) || { echo "run.sh: --model needs a file" >&2 && exit 2; }
      model=$(realpath "$2")
      shift
      ;;
    --help | -h) sed -n '2,9s/^# \?//p' "$0" && exit 0 ;;
    --)
      shift
      options+=("$@")
      break
      ;;
    -*) echo "run.sh: unknown option $1; --help lists them" >&2 && exit 2 ;;
    *)
      [ -z "$output" ] || { echo "run.sh: one output directory, not also $1" >&2 && exit 2; }
      output=$1
      ;;
  esac
  shift
done
[ $quick = no ] || options=(--quick --rounds 1 "${options[@]}")
output=${output:-$root/build/bench-results}
mkdir -p "$output"
output=$(realpath "$output")
cd "$root"
export PYTHONDONTWRITEBYTECODE=1 # nothing beside the sources
cmake --preset bench >/dev/null
cmake --build --preset bench
programs=$root/build/bench/bench

# measure NAME COMMAND...: a program that fails is named in the end, and the others still run.
failed=()
measure() {
  local name=$1
  shift
  echo "== $name"
  rm -f "$output/$name".{txt,csv,json}
  "$@" 2>&1 | tee "$output/$name.txt" || failed+=("$name")
}

names=(linear gemv conv1d scan rmsnorm hadamard embedding linear_f32)
for name in "${names[@]}"; do
  measure "$name" "$programs/bench_$name" --csv "$output/$name.csv" --json "$output/$name.json" "${options[@]}"
done
if [ $quick = yes ]; then
  measure strassen "$programs/strassen" 96 64 64
else
  measure strassen "$programs/strassen"
fi

if [ -z "$model" ] && [ $quick = no ]; then
  model=$root/build/bench/random-130m.safetensors
  if [ ! -f "$model" ]; then
    echo "== making a quantized model of random weights"
    work=$(mktemp -d)
    trap 'rm -rf "$work"' EXIT
    cmake --build --preset bench --target qref_program
    "$programs/random_model" "$work/random"
    build/bench/qref quantize --model "$work/random" --calib vectors/models/tiny-mamba/calib.txt -o "$model" \
      --threads "$(nproc)" --quiet
    rm -rf "$work"
  fi
fi
rm -f "$output"/model*.{txt,csv,json}
if [ -n "$model" ]; then
  # A round of the whole model lasts seconds.
  [ $quick = yes ] || options=(--rounds 5 "${options[@]}")
  measure model "$programs/bench_model" "$model" --csv "$output/model.csv" --json "$output/model.json" "${options[@]}"
  measure model-ops "$programs/bench_model" "$model" --profile "${options[@]}"
  measure model-memory "$programs/bench_model" "$model" --memory "${options[@]}"
fi

python3 bench/tables.py "$output" >"$output/results.md"
python3 bench/chart.py "$output" >"$output/results.svg"
echo "written: $output/results.md and results.svg"
((${#failed[@]} == 0)) || { echo "run.sh: failed: ${failed[*]}" >&2 && exit 1; }
