# Suites and random cases, each op in a process of its own.
# Part of bench/cuda/device.sh, whose variables it uses.
# shellcheck shell=bash disable=SC2154

# verdict LOG CODE: one line for what `qref cross` printed.
verdict() {
  case $2 in
    0) tail -n 1 "$1" ;;
    124 | 137) echo "TIME LIMIT" ;;
    *)
      printf 'FAILED, exit %d: ' "$2"
      grep -v '^$' "$1" | grep -vE '^(backend |suites |op  )' | sed -n 1,12p | cut -c 1-400 | paste -sd '|'
      ;;
  esac
}

# cross END NAME ARGUMENTS...: NAME.log and NAME.line; NAME ends in the op.
cross() {
  local end=$1 name=$2 start=$EPOCHREALTIME code
  shift 2
  limited "$end" "$qref" cross --quiet --backend "$module" --seed "$seed" "$@" >"$work/$name.log" 2>&1
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

# collect PREFIX LOG TITLE NAME...: prints the lines of those that were run, and keeps what was printed.
collect() {
  local prefix=$1 log=$2 title=$3 name
  shift 3
  echo "== $title"
  for name in "$@"; do
    [ -f "$work/$prefix-$name.line" ] && cat "$work/$prefix-$name.line"
  done
  for name in "$@"; do
    [ -f "$work/$prefix-$name.log" ] && printf '\n== %s, %s\n' "$name" "$title" &&
      head -c 200000 "$work/$prefix-$name.log"
  done >>"$out/$log"
}

smoke() {
  for op in "${ops[@]}"; do
    throttle
    cross "$smoke_end" "smoke-$op" --op "$op" --suite smoke "${profiles[@]}" &
  done
  wait
  collect smoke cross.log "suite smoke, seed $seed" "${ops[@]}"
}

suites() {
  for op in "${ops[@]}"; do
    throttle
    cross "$suites_end" "suites-$op" --op "$op" "${suites[@]}" "${profiles[@]}" &
  done
  wait
  collect suites cross.log "suites ${suites[*]//--suite/}, seed $seed" "${ops[@]}"
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
  echo "== random cases, seed $seed"
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
