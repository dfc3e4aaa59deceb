#!/bin/bash
# Time and memory of whole-model work: the check on the tiny model, and a 130 M-parameter model of random weights
# through import, calibration, quantization and 32 tokens. Each command runs REPEATS times (default 3); the median
# wall time and the largest resident set are printed. The resident set counts the memory-mapped checkpoint.
#   bench/measure_model.sh [BUILD_DIRECTORY] [THREADS]
set -euo pipefail
cd "$(dirname "$0")/.."
build=$(realpath "${1:-build/release}")
threads=${2:-2}
repeats=${REPEATS:-3}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
tiny=$PWD/vectors/models/tiny-mamba
head -c 32 "$tiny/eval.txt" >"$work/32-bytes"

cmake --build "$build" --target qref_program random_model >/dev/null
"$build/bench/random_model" "$work/random"
echo "checkpoint: $(stat -c %s "$work/random/model.safetensors") bytes; $threads threads; $repeats runs each"
printf '%-60s %10s %14s\n' command "median s" "max RSS KiB"

# measure NAME COMMAND...
measure() {
  local name=$1
  shift
  for _ in $(seq "$repeats"); do
    (cd "$work" && /usr/bin/env time -f '%e %M' -a -o "$work/times" "$@" >/dev/null)
  done
  printf '%-60s %10s %14s\n' "$name" "$(cut -d' ' -f1 "$work/times" | sort -n | sed -n "$(((repeats + 1) / 2))p")" \
    "$(cut -d' ' -f2 "$work/times" | sort -n | tail -1)"
  rm "$work/times"
}

qref="$build/qref"
measure "check, tiny model, 32 tokens, better scale" \
  "$qref" check --model "$tiny" --quantize --test-better-scale --threads "$threads" --quiet
measure "130 M: import and 32 tokens on the float32 path" \
  "$qref" run --model "$work/random" --text 32-bytes --path fp32 --threads "$threads" --quiet
measure "130 M: import, calibrate on 16 x 256 tokens, quantize, save" \
  "$qref" quantize --model "$work/random" --calib "$tiny/calib.txt" -o "$work/quantized.safetensors" \
  --threads "$threads" --quiet
measure "130 M: load and 32 tokens on the INT8 path" \
  "$qref" run --model "$work/quantized.safetensors" --text 32-bytes --threads "$threads" --quiet
