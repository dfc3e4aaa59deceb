#!/bin/bash
# qref_dpi_pkg.sv and dpi.h declare the same functions with the same arguments in the same order, and the package's
# constants are those of the C headers.
set -euo pipefail
source "$QREF_SOURCE_DIR/tests/install/common.sh"
header=$QREF_SOURCE_DIR/include/qref/dpi.h
package=$QREF_SOURCE_DIR/ref/dpi/qref_dpi_pkg.sv

# One declaration a line, in C's words: "unsigned int qref_dpi_add_f32(unsigned int a, unsigned int b)".
header_declarations() {
  sed -E 's|/\*.*\*/||' "$1" | tr -s '\n ' ' ' | grep -oP 'QREF_API \K[^;]*(?=;)' | sort
}
package_declarations() {
  sed -E 's|//.*||' "$1" | tr -s '\n ' ' ' | grep -oP 'import "DPI-C" pure function \K[^;]*(?=;)' |
    sed -E 's/\binput //g; s/\blongint unsigned\b/unsigned long long/g; s/\blongint\b/long long/g; s/\bint unsigned\b/unsigned int/g' |
    sort
}
# Constants of the package as assertions in C.
assertions() {
  printf '#include <qref/dpi.h>\n#include <qref/numerics.h>\n#include "ref/numerics/float_bits.h"\n'
  sed -nE "s/^ *localparam int (unsigned )?(QREF_\w+) = (32'sh|32'h)?([0-9a-f_]+);.*/\2 \3 \4/p" "$1" |
    while read -r name first second; do
      value=$first
      [ -z "$second" ] || value="0x${second//_/}"
      echo "_Static_assert((unsigned int)$name == ${value}u, \"$name\");"
    done
}
matches() {
  diff <(header_declarations "$header") <(package_declarations "$1") >"$work/declarations" &&
    assertions "$1" >"$work/constants.c" &&
    $CC -std=c11 -I"$QREF_SOURCE_DIR/include" -I"$QREF_SOURCE_DIR" -fsyntax-only "$work/constants.c" 2>"$work/constants"
}

functions=$(header_declarations "$header" | wc -l)
[ "$functions" = "$(grep -c '^QREF_API' "$header")" ] || fail "$header holds declarations that this test does not read"
matches "$package" || fail "the package differs from dpi.h: $(cat "$work/declarations" "$work/constants")"
constants=$(grep -c '^ *localparam' "$package")
[ "$constants" = "$(grep -c '^_Static_assert' "$work/constants.c")" ] || fail "a constant of the package was not read"
echo "$functions functions and $constants constants are the same"

# This test can fail.
for change in 's/input int lanes/input int lane/' 's/input int unsigned bias, /input int bias, /' \
  's/function int unsigned qref_dpi_exp_f32/function int qref_dpi_exp_f32/' '/qref_dpi_wrap_i8/d' \
  's/QREF_ROUND_HALF_UP = 2/QREF_ROUND_HALF_UP = 3/'; do
  sed "$change" "$package" >"$work/changed.sv"
  ! cmp -s "$package" "$work/changed.sv" || fail "$change changes nothing"
  ! matches "$work/changed.sv" || fail "not noticed: $change"
done
