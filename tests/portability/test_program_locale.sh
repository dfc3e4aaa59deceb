#!/bin/bash
# The program's logs and output are the same bytes in a locale with a decimal comma.
set -euo pipefail
source "$QREF_SOURCE_DIR/tests/install/common.sh"

mkdir "$work/plain" "$work/foreign"
run_check() {
  "$QREF_PROGRAM" check --model "$QREF_SOURCE_DIR/vectors/models/tiny-mamba" --quantize --seq-len 8 \
    --test-better-scale --scale-factor 20.25 --calib-windows 1 --calib-length 32 --json
}
(cd "$work/plain" && LC_ALL=C run_check >output) || fail "qref check in the C locale"

name=de_DE.UTF-8
export LOCPATH=$work/locales
mkdir "$LOCPATH"
localedef -c -i de_DE -f UTF-8 "$LOCPATH/$name" >"$work/localedef.log" 2>&1 || true # warnings fail it too
[ "$(LC_ALL=$name bash -c 'printf %.1f 0,5' 2>&1)" = 0,5 ] ||
  skip "localedef cannot make the locale $name (Debian: package locales)"

(cd "$work/foreign" && LC_ALL=$name run_check >output) || fail "qref check in the locale $name"
[ "$(find "$work/plain" -name 'layer*.json' | wc -l)" -ge 24 ] || fail "fewer than 24 layer logs"
diff -r "$work/plain" "$work/foreign" || fail "the output depends on the locale"
