#!/bin/bash
# qref sweep: the digests in vectors/functions, of some blocks here and of all of them by hand (target `sweep`); blocks
# through another backend; shards and interrupted runs. qref gen --pieces, interrupted too.
set -euo pipefail
source "$QREF_SOURCE_DIR/tests/install/common.sh"
qref=$QREF_PROGRAM
recorded=$QREF_SOURCE_DIR/vectors/functions
functions="exp log1p log silu sigmoid softplus"
cd "$work"

step "the recorded files: digest over the blocks"
for function in $functions; do
  [ "$(head -n 1 "$recorded/$function.txt")" = "qref-function-digests/1 $function" ] || fail "$function: first line"
  digest=$(sed -n 's/^block [0-9]* \([0-9a-f]*\) [0-9a-f]*$/\1/p' "$recorded/$function.txt" | sha256sum)
  grep -qx "digest ${digest%% *}" "$recorded/$function.txt" || fail "$function: digest"
done

step "blocks made anew: x around 1, and around -2^-63"
for shard in 64/256 161/256; do
  "$qref" sweep --threads 2 --shard $shard -o sweep >text.txt
done
for function in $functions; do
  [ "$(cat sweep/$function.*.partial | wc -l)" = 2 ] || fail "$function: expected 2 blocks"
  cat sweep/$function.*.partial | while read -r line; do
    grep -qx "$line" "$recorded/$function.txt" || fail "$function: expected other than $line"
  done
done

step "a block through a backend: its functions give the recorded digests too"
"$qref" sweep --backend cpu --threads 2 --shard 64/256 -o sweep-cpu >text.txt
for function in $functions; do
  cmp "sweep-cpu/$function.64-of-256.partial" "sweep/$function.64-of-256.partial" || fail "$function through cpu"
done
"$qref" sweep --backend blis --shard 64/256 -o sweep-blis >text.txt 2>text.err && fail "blis has no functions"
grep -qE "backend 'blis': (has no functions on arrays|this build has no BLIS)" text.err || fail "$(cat text.err)"

step "shards of a loop, one cut short, put together"
mkdir whole && cp "$recorded/silu.txt" whole
sed -n '/^block/p' "$recorded/silu.txt" | grep -v '^block 06[12] ' >sweep2.partial
mkdir sweep2 && mv sweep2.partial sweep2/silu.1-of-2.partial
printf 'block 061 0123' >>sweep2/silu.1-of-2.partial # died within a line
for i in 61 62; do
  "$qref" sweep --function silu --shard $((i + 1))/256 -o sweep2 >text.txt
done
"$qref" sweep --function silu -o sweep2 >text.txt
diff -r whole sweep2 || fail "silu: other bytes"
grep -q '^silu  *256 of 256 blocks, 256 of them there before, digest' text.txt || fail "$(cat text.txt)"

step "a wrong block, and a changed file, are found"
mkdir wrong && sed -n 's/^block 007 ./block 007 -/;T;s/-/0/p' "$recorded/exp.txt" >wrong/exp.a.partial
sed -n 's/^block 007 ./block 007 -/;T;s/-/1/p' "$recorded/exp.txt" >wrong/exp.b.partial
"$qref" sweep --function exp -o wrong >text.txt 2>text.err && fail "two digests of one block"
grep -q 'block 7: .* was found before' text.err || fail "$(cat text.err)"
mkdir changed && sed 's/^block 009 ./block 009 0/;s/^block 008 ./block 008 1/' "$recorded/exp.txt" >changed/exp.txt
"$qref" sweep --function exp -o changed >text.txt 2>text.err && fail "a changed file"
grep -q 'changed/exp.txt: expected the digests' text.err || fail "$(cat text.err)"

step "gen --pieces: interrupted and continued, the bytes of one run"
"$qref" gen --suite standard -o plain >text.txt
"$qref" gen --suite standard --pieces 32 -o pieces >text.txt 2>text.err &
run=$!
until [ "$(find pieces.pieces -maxdepth 1 -name '*-of-32' 2>/dev/null | wc -l)" -ge 4 ]; do
  kill -0 $run 2>/dev/null || fail "ended too early: $(cat text.err)"
  sleep 0.01
done
kill -9 $run
wait $run 2>/dev/null || true
there=$(find pieces.pieces -maxdepth 1 -name '*-of-32' | wc -l)
"$qref" gen --suite standard --pieces 32 -o pieces >text.txt 2>text.err
grep -q ": $there of 32 pieces are there already, $((32 - there)) to do" text.err || fail "$there: $(cat text.err)"
diff -r plain pieces || fail "other bytes"
[ ! -e pieces.pieces ] || fail "pieces are left"
