#!/bin/bash
# bench/cuda/device.sh, on programs that answer as qref and its companions do: what fails is named, whichever part finds
# it, and the exit code tells.
set -euo pipefail
source "$QREF_SOURCE_DIR/tests/install/common.sh"
build=$work/build
mkdir -p "$build/bench" "$build/include/qref" "$work/bin"

# BROKEN: a pattern of the commands that find a difference.
cat >"$build/qref" <<'END'
#!/bin/bash
if [ -n "${CUDA_VISIBLE_DEVICES+is set}" ]; then
  echo "no CUDA-capable device is detected" && exit 2
fi
if [[ -n ${BROKEN:-} && "$*" == $BROKEN ]]; then
  echo "DIFFERS" && exit 1
fi
case "$*" in
  cross*/bug.so*) echo "  verdict          tie" && exit "${PLANTED_BUG:-1}" ;;
  cross*) echo "1000 cases, 4000 runs: every bit equal" ;;
  sweep*)
    while [ "$1" != -o ]; do
      [ "$1" != --function ] || function=$2
      shift
    done
    mkdir -p "$2" && cp "vectors/functions/$function.txt" "$2/"
    ;;
  run*) echo "logits   sha256 0123" ;;
  quantize*) ;;
esac
END
cat >"$build/bench/bench_cuda" <<'END'
#!/bin/bash
[ "$1" != --list ] || { echo requantize && exit; }
echo "requantize 1 x 2"
verdict=equal
[ -z "${BROKEN_SPEED:-}" ] || verdict="y[0]: 1, expected 2"
while (($# > 0)) && [ "$1" != --csv ]; do
  shift
done
(($# > 0)) || exec test "$verdict" = equal
cat >"$2" <<CSV
op,shape,median_us,low_us,high_us,goal_us,goal_over_cublas,floor_us,recorded_us,recorded_cublas_us,cublas_us,runs,sets,device,copy_tb_s,verdict
requantize,"1 x 2",75.0,74.0,76.0,100,,50.0,150,,,60,1,"a GPU",3.00,"$verdict"
CSV
[ "$verdict" = equal ]
END
cat >"$build/bench/random_model" <<'END'
#!/bin/bash
END
cat >"$work/bin/compute-sanitizer" <<'END'
#!/bin/bash
echo "========= ERROR SUMMARY: 0 errors"
[[ -z ${BROKEN_TOOL:-} || "$*" != $BROKEN_TOOL ]] || exit 9
END
printf '#!/bin/bash\necho "1980, 200.00"\n' >"$work/bin/nvidia-smi"
printf '#!/bin/bash\n' >"$work/bin/nvcc"
printf '#!/bin/bash\n[ "$1" != -c ] || exit 1 # no PyTorch\nexec "%s" "$@"\n' "$QREF_PYTHON" >"$work/bin/python3"
touch "$build/qref_cuda.so"
chmod +x "$build"/qref "$build"/bench/* "$work"/bin/*
cd "$QREF_SOURCE_DIR"

# device_sh MODE CODE LINE: it ends so, and its last line is that.
device_sh() {
  local code=0
  PATH=$work/bin:/usr/bin:/bin bash bench/cuda/device.sh "$build" "$work/out" "$1" 1000 ${SEED:+"$SEED"} >"$work/log" 2>&1 || code=$?
  [ $code = "$2" ] && [[ $(tail -n 1 "$work/log") == $3 ]] || fail "exit $code, expected $2 and $3: $(cat "$work/log")"
}

no_pytorch="left out: memory-taken pytorch"

step "all is well"
device_sh full 0 "device.sh: full, * s; failed: none; $no_pytorch"
grep -qx '19000 random cases equal' "$work/out/random.log" || fail "$(cat "$work/out/random.log")"
grep -q '^1 of 1 goals met' "$work/out/results.md" || fail "$(cat "$work/out/results.md")"
grep -q '^log1p: all 2^32 results as in' "$work/log" || fail "$(cat "$work/log")"
[ "$(grep -c '^rmsnorm: .*: exit 0, ' "$work/log")" = 4 ] || fail "$(cat "$work/log")"
device_sh huge 0 "device.sh: huge, * s; failed: none; left out: none"
grep -qx 'requantize 1 x 2' "$work/log" || fail "$(cat "$work/log")"

step "what fails is named"
BROKEN='cross *--op rmsnorm --suite smoke*' device_sh quick 1 "*failed: smoke-rmsnorm; left out: none"
grep -q '^rmsnorm: *FAILED, exit 1: DIFFERS' "$work/out/summary.log" || fail "$(cat "$work/out/summary.log")"
SEED=7 BROKEN='cross *--seed 7 --op rmsnorm --suite smoke*' device_sh quick 1 "*failed: smoke-rmsnorm; left out: none"
BROKEN='cross *--op hadamard --random*' device_sh quick 1 "*failed: random-*-hadamard; left out: none"
grep -qx '18000 random cases equal' "$work/out/random.log" || fail "$(cat "$work/out/random.log")"
BROKEN='cross *--op requantize --suite standard *' device_sh quick 1 "*failed: suites-requantize; left out: none"
BROKEN_SPEED=1 device_sh huge 1 "*failed: huge-requantize; left out: none"
grep -q '^bench_cuda requantize: exit 1' "$work/out/summary.log" || fail "$(cat "$work/out/summary.log")"
BROKEN_SPEED=1 device_sh quick 1 "*failed: bench-requantize; left out: none"
grep -q '| y\[0\]: 1, expected 2 |$' "$work/out/results.md" || fail "$(cat "$work/out/results.md")"
BROKEN='run *--path floatsim *qref_cuda.so' device_sh full 1 "*failed: model-2560-floatsim model-768-floatsim; $no_pytorch"
BROKEN='sweep *log1p*' device_sh full 1 "*failed: sweep-log1p; $no_pytorch"
PLANTED_BUG=0 device_sh full 1 "*failed: users-planted-bug; $no_pytorch"
BROKEN_TOOL='*--tool racecheck *--op selective_scan *' device_sh full 1 "*failed: sanitizer-racecheck-selective_scan; $no_pytorch"

step "what there is no tool for is named"
if [ -e /usr/bin/nvcc ] || [ -e /usr/bin/compute-sanitizer ]; then
  echo "not tried: CUDA's tools are in /usr/bin here"
else
  rm "$work/bin/nvcc" "$work/bin/compute-sanitizer"
  device_sh full 0 "*failed: none; left out: compute-sanitizer memory-taken planted-bug pytorch template"
fi

step "arguments"
device_sh thorough 2 "device.sh: expected quick, full or huge, not 'thorough'"
rm "$build/bench/random_model"
device_sh full 2 "device.sh: $build/bench/random_model: not there"
