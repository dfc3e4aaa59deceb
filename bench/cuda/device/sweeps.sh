# exp, log1p and silu over all 2^32 arguments.
# Part of bench/cuda/device.sh, whose variables it uses.
# shellcheck shell=bash disable=SC2154

# Shards of all three functions side by side; then each whole, of the blocks that are there.
sweeps() {
  local function shard shards=$((workers > 3 ? workers : 3))
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
