# Tensors of more than 2^32 elements.
# Part of bench/cuda/device.sh, whose variables it uses.
# shellcheck shell=bash disable=SC2154

huge_op() {
  limited "$huge_end" "$build/bench/bench_cuda" --huge --module "$module" --only "$1" >"$work/huge-$1.log" 2>&1 ||
    { echo "bench_cuda $1: exit $?" >>"$work/huge-$1.log" && touch "$work/failed-huge-$1"; }
  grep "^$1 \|^bench_cuda" "$work/huge-$1.log" >"$work/huge-$1.line"
}

# Every op of the table, two at a time: more would not find the memory. So the times mean little.
huge() {
  local op workers=2 named
  mapfile -t named < <("$build/bench/bench_cuda" --list)
  for op in "${named[@]}"; do
    throttle
    huge_op "$op" &
  done
  wait
  collect huge huge.log "tensors of more than 2^32 elements" "${named[@]}"
}
