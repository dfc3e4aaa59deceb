#!/bin/bash
# The template of a module, built and run by README's own lines: it is under 100 lines, equal as it is, and with its
# planted bug found out, with verdict and first divergence.
set -euo pipefail
source "$QREF_SOURCE_DIR/tests/install/common.sh"
cd "$QREF_SOURCE_DIR"
template=tests/backends/template/my_kernel.c
[ "$(wc -l <$template)" -lt 100 ] || fail "$template has 100 lines or more"

make_place_for_readme "$work/here"
tests/install/readme_block.sh own-kernel | sed "s|^cc |$CC -Wall -Wextra -Werror |" >"$work/lines.sh"
cd "$work/here"

step "README's lines"
bash -euo pipefail "$work/lines.sh" >"$work/equal" || fail "README's lines: $(tail -n 3 "$work/equal")"
grep -qE '^linear_w8a8 .* equal, [0-9]+ unsupported$' "$work/equal" || fail "no row of linear_w8a8: $(cat "$work/equal")"
grep -q ': every bit equal where the backend supports it$' "$work/equal" || fail "not equal"
"$QREF_PROGRAM" cross --backend my_kernel.so --op linear_w8a8 --random 3000 --profile all >"$work/random" ||
  fail "random cases: $(cat "$work/random")"

step "the planted bug"
sed -i 's|-shared|-DPLANTED_BUG -shared|' "$work/lines.sh"
status=0
bash -euo pipefail "$work/lines.sh" >"$work/bug" || status=$?
[ "$status" = 1 ] || fail "exit status $status instead of 1"
sed -n '/^DIFFERS/,/^  repeat/p' "$work/bug" | tee "$work/found"
tests/install/readme_block.sh own-kernel-found | diff - "$work/found" || fail "README shows something else"

step "the line that repeats it"
repeat=$(sed -n 's/^  repeat  *//p' "$work/bug" | sed "s|^qref|$QREF_PROGRAM|")
status=0
bash -c "$repeat" >"$work/again" || status=$?
[ "$status" = 1 ] || fail "$repeat: exit status $status instead of 1"
