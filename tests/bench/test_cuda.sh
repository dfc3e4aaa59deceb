#!/bin/bash
# bench_cuda on the emulated CUDA module: it finds every op exact on small shapes, and its table is made. The times mean
# nothing. The functions of the module give the digests of the reference.
set -euo pipefail
source "$QREF_SOURCE_DIR/tests/install/common.sh"
module=$QREF_BINARY_DIR/qref_cuda_emulated.so
bench=$QREF_BINARY_DIR/tests/bench/bench_cuda_emulated
[ -x "$bench" ] || { echo "skipped: the emulation of CUDA is not in this build: no C++ compiler, or QREF_TEST_TOOLS=OFF" && exit 77; }
cd "$work"

step "every op of the benchmark"
"$bench" --quick --module "$module" --csv bench.csv >bench.log || fail "$(cat bench.log)"
for op in $("$bench" --list); do
  grep -q "^$op,.*,\"equal\"$" bench.csv || fail "$op: $(cat bench.log)"
done
[ "$("$bench" --huge --list)" = "$("$bench" --list)" ] || fail "--huge leaves out an op"

step "the table"
printf 'All clocks at rest.' >clocks
"$QREF_PYTHON" "$QREF_SOURCE_DIR/bench/cuda/table.py" bench.csv clocks >results.md
rows=$(($(wc -l <bench.csv) - 1))
[ "$(grep -c '| equal |$' results.md)" = "$rows" ] || fail "$(cat results.md)"
[ "$(grep '^| op |' results.md | awk -F'|' '{ print NF }' | paste -sd ' ')" = "16 12" ] || fail "$(cat results.md)"
grep -q "All clocks at rest.$" results.md || fail "$(cat results.md)"
cat >goals.csv <<'END'
op,shape,median_us,low_us,high_us,goal_us,goal_over_cublas,floor_us,recorded_us,recorded_cublas_us,cublas_us,runs,sets,device,copy_tb_s,verdict
met,"1 x 2",75.0,74.0,76.0,100,,50.0,150,,,60,1,"a GPU",3.00,"equal"
missed,"1 x 2",750,740,760,690,1.15,,,1200,600,60,1,"a GPU",3.00,"y[0, 0]: 1, expected 2"
END
"$QREF_PYTHON" "$QREF_SOURCE_DIR/bench/cuda/table.py" goals.csv >results.md
for line in '^1 of 2 goals met. Outputs equal to those of backend cpu: 1 of 2\.$' \
  '^| met | 1 x 2 | 75.0 | 74.0 to 76.0 | 100 | met, 25 % less | 150 | 2.00 | 50.0 | 1.50 | - | - | 60 | equal |$' \
  '| 690 = 1.15 x cuBLAS | \*\*missed, 8.7 % more\*\* | - | - | - | - | 600 | 1.25 | 60 | y\[0, 0\]: 1, expected 2 |$'; do
  grep -q "$line" results.md || fail "no line $line: $(cat results.md)"
done

step "a module that is none"
"$bench" --module "$QREF_PROGRAM" >text.txt 2>text.err && fail "a program as a module"
grep -q '^bench_cuda: ' text.err || fail "$(cat text.err)"

[ "$QREF_SANITIZE" != ON ] || exit 0 # minutes
step "a block of a function"
"$QREF_PROGRAM" sweep --backend "$module" --function silu --shard 64/256 -o sweep >text.txt
grep -qxF "$(cat sweep/silu.64-of-256.partial)" "$QREF_SOURCE_DIR/vectors/functions/silu.txt" || fail "silu"
