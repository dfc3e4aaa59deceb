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

step "the table"
"$QREF_PYTHON" "$QREF_SOURCE_DIR/bench/cuda/table.py" bench.csv >results.md
[ "$(wc -l <results.md)" = $(($(wc -l <bench.csv) + 1)) ] || fail "$(cat results.md)"
[ "$(awk -F'|' '{ print NF }' results.md | sort -u)" = 13 ] || fail "$(cat results.md)"

step "a module that is none"
"$bench" --module "$QREF_PROGRAM" >text.txt 2>text.err && fail "a program as a module"
grep -q '^bench_cuda: ' text.err || fail "$(cat text.err)"

[ "$QREF_SANITIZE" != ON ] || exit 0 # minutes
step "a block of a function"
"$QREF_PROGRAM" sweep --backend "$module" --function silu --shard 64/256 -o sweep >text.txt
grep -qxF "$(cat sweep/silu.64-of-256.partial)" "$QREF_SOURCE_DIR/vectors/functions/silu.txt" || fail "silu"
