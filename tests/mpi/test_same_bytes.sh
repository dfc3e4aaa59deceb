#!/bin/bash
# gen, verify and sweep on 1, 2 and 4 ranks: the bytes, the text and the exit code of qref; errors are said once.
set -euo pipefail
source "$QREF_SOURCE_DIR/tests/mpi/common.sh"
qref=$QREF_PROGRAM

step "gen: the bytes of one process"
"$qref" gen --suite smoke --format npy,hex -o suite >plain.txt
for n in 1 2 4; do
  mkdir $n && (cd $n && ranks $n gen --suite smoke --format npy,hex -o suite >../gen$n.txt 2>../gen$n.err)
  diff -r suite $n/suite || fail "$n ranks: other bytes"
  diff plain.txt gen$n.txt || fail "$n ranks: another report"
  grep -q " of 64 pieces are there already, 64 to do, $n rank" gen$n.err || fail "$n ranks: $(cat gen$n.err)"
  [ ! -e $n/suite.pieces ] || fail "$n ranks: pieces are left"
done

step "verify: the text of one process, for a suite in order and for a damaged one"
cp -r suite damaged
victim=$(find damaged -name 'y.npy' | sort | sed -n 1p)
printf '\001' | dd of="$victim" bs=1 seek=128 conv=notrunc status=none
for directory in suite damaged; do
  code=0
  "$qref" verify $directory >plain.txt || code=$?
  for n in 1 2 4; do
    found=0
    ranks $n verify $directory >verify.txt 2>verify.err || found=$?
    diff plain.txt verify.txt || fail "$n ranks: another report"
    [ $found = $code ] || fail "$n ranks: exit code $found, not $code"
  done
done
[ $code = 1 ] || fail "the damaged suite passes"

step "sweep: ranks and shards give the recorded digests"
ranks 2 sweep --function exp --shard 50/64 -o sweep >sweep.txt
ranks 4 sweep --function log1p --shard 50/64 -o sweep >sweep.txt
for function in exp log1p; do
  [ "$(wc -l <sweep/$function.50-of-64.partial)" = 4 ] || fail "sweep: expected 4 blocks of $function"
  while read -r line; do
    grep -qx "$line" "$QREF_SOURCE_DIR/vectors/functions/$function.txt" || fail "$function: $line"
  done <sweep/$function.50-of-64.partial
done
ranks 2 sweep --function exp --shard 50/64 -o sweep >sweep.txt
grep -q '^exp  *4 of 256 blocks, 4 of them there before' sweep.txt || fail "sweep: computed again"

proofs=$QREF_BINARY_DIR/tests/proof
if [ -x "$proofs/prove_functions_mpi" ]; then
  step "the proof against MPFR: the report of one process"
  "$proofs/prove_functions" all --stride 4096 --hardest 2 | grep -v ' s$' >plain.txt
  for n in 1 4; do
    mpirun "${options[@]}" -n $n "$proofs/prove_functions_mpi" all --stride 4096 --hardest 2 | grep -v ' s$' >proof.txt
    diff plain.txt proof.txt || fail "$n ranks: another report"
  done
fi

step "what is wrong is said once"
# refused CODE PATTERN ARGUMENT...: on 4 ranks; rank 0's own line, and mpirun's below it.
refused() {
  local code=$1 pattern=$2 found=0
  shift 2
  ranks 4 "$@" >refused.txt 2>refused.err || found=$?
  [ $found = "$code" ] || fail "$*: exit code $found"
  [ "$(grep -c "$pattern" refused.err)" = 1 ] || fail "$*: $(cat refused.err)"
}
refused 2 "option --suite: expected" gen --suite '' -o x
refused 2 "suite: expected a directory that does not exist" gen --suite smoke -o suite
refused 2 "expected gen, verify or sweep" check
refused 2 "nowhere: expected a directory with manifest.json" verify nowhere
mkdir other.pieces
"$qref" gen --suite smoke --shard 3/64 --seed 7 -o other.pieces/3-of-64 >refused.txt
refused 2 "field 'seed': from a run with other options" gen --suite smoke -o other
# A failure at any rank is the failure of the run, and names it.
mkdir broken.pieces && ln -s nowhere broken.pieces/3-of-64
refused 2 "rank [0-3] ([^)]*): broken.pieces/3-of-64: expected a directory" gen --suite smoke -o broken
[ ! -e broken ] || fail "a suite without a piece"
rm broken.pieces/3-of-64
ranks 2 gen --suite smoke --format npy,hex -o broken >refused.txt 2>refused.err && fail "pieces of another format are taken"
ranks 2 gen --suite smoke -o broken >refused.txt 2>refused.err
grep -q '^[^ ]* gen: [1-9][0-9]* of 64 pieces are there already' refused.err || fail "pieces were lost: $(cat refused.err)"
