#!/bin/bash
# The SystemVerilog package of a suite under the simulators that are here: it compiles without a warning, its file names
# and sizes are those of the files, and its constants are those of the manifest.
set -eu
tools=
for tool in iverilog verilator; do
  command -v $tool >/dev/null && tools="$tools $tool"
done
[ -n "$tools" ] || { echo "skipped: neither iverilog nor verilator was found"; exit 77; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

"$QREF_PROGRAM" gen --suite block --format hex --hex-lanes 3 -o "$work/suite" --quiet >/dev/null
cd "$work/suite"
digest=$(sed -n 's/^"digest":"\(.*\)",$/\1/p' manifest.json)
cases=$(grep -c '^{"id":' manifest.json)
# A tensor of 8 bits: 2 digits a word, 3 words a line.
file=cases/block_one/prefill_01_in_proj/x.hex
name=BLOCK_ONE_PREFILL_01_IN_PROJ__X
lines=$(wc -l <"$file")
first=$(head -n 1 "$file")
cat >../testbench.sv <<EOF
module testbench;
  import qref_vectors_pkg::*;
  logic [HEX_LANES*4*${name}__DIGITS-1:0] words [0:${name}__LINES-1];
  initial begin
    \$readmemh(${name}__FILE, words);
    \$display("%s %0d %0d %0d %0d %h", DIGEST, CASES, ${name}__LINES, ${name}__BITS, ${name}__WORDS, words[0]);
    \$finish;
  end
endmodule
EOF
words=$(sed -n "s/^  localparam int ${name}__WORDS = \(.*\);/\1/p" qref_vectors_pkg.sv)
expected="$digest $cases $lines 8 $words $first"
[ $((words <= 3 * lines && words > 3 * (lines - 1))) = 1 ] || { echo "FAILED: $words words on $lines lines of 3"; exit 1; }

for tool in $tools; do
  if [ $tool = iverilog ]; then
    iverilog -g2012 -Wall -o ../testbench qref_vectors_pkg.sv ../testbench.sv 2>../warnings
    found=$(vvp -n ../testbench | grep -v '[$]finish' || true)
    [ "$found" = "$expected" ] || { echo "FAILED: expected '$expected', found '$found'"; exit 1; }
  else
    verilator --lint-only -Wall --top-module testbench qref_vectors_pkg.sv ../testbench.sv >../warnings 2>&1 ||
      { cat ../warnings; exit 1; }
  fi
  # A testbench without a timescale is this one's own affair.
  if grep -qvE 'timescale|^$' ../warnings; then
    echo "FAILED: $tool warns: $(cat ../warnings)"
    exit 1
  fi
done
echo "the package of $cases cases:$tools"
