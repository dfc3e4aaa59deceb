# compute-sanitizer.
# Part of bench/cuda/device.sh, whose variables it uses.
# shellcheck shell=bash disable=SC2154

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
    leave_out "$name" "no time left" >"$work/$name.line"
    return
  fi
  printf '%-24s %s: exit %d, %s\n' "$title:" "$tool" $code "$(grep 'SUMMARY' "$work/$name.log" | tail -n 1)" \
    >"$work/$name.line"
  ((code == 0)) || touch "$work/failed-$name"
}

# Every op on suite standard and random cases, a whole model that models() made, and under memcheck the table's shapes.
sanitizer() {
  local tool op cases=(--suite standard --random 60 --profile quamba)
  local table=(conv1d_silu selective_scan hadamard linear_w8a8)
  if ! command -v compute-sanitizer >/dev/null; then
    leave_out compute-sanitizer "not found"
    return
  fi
  for tool in "${tools[@]}"; do
    for op in "${ops[@]}"; do
      throttle
      sanitize "$tool" "$op" "$qref" cross --quiet --backend "$module" --op "$op" "${cases[@]}" &
    done
    sanitize "$tool" model "$qref" run --model "$work/model-768.safetensors" --text "$work/text" --decode 8 \
      --path int8 --backend "$module" &
  done
  for op in "${table[@]}"; do
    throttle
    sanitize memcheck "table-$op" "$build/bench/bench_cuda" --module "$module" --only "$op" &
  done
  wait
  for tool in "${tools[@]}"; do
    collect "sanitizer-$tool" sanitizer.log "compute-sanitizer, $tool: ${cases[*]}" "${ops[@]}" model "${table[@]/#/table-}"
  done
}
