# The table of times.
# Part of bench/cuda/device.sh, whose variables it uses.
# shellcheck shell=bash disable=SC2154

# Every op in a process of its own: one that hangs or breaks the device takes no other with it.
speeds() {
  local op bench=$build/bench/bench_cuda ending
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
