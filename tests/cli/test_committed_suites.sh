#!/bin/bash
# The suites whose bytes are promised: vectors/suites/smoke is verified and made anew byte for byte; `standard` is made
# and gives the digest of vectors/suites/digests.txt ("<digest> <suite>" a line), as does every suite listed there.
set -euo pipefail
source "$QREF_SOURCE_DIR/tests/install/common.sh"

cd "$QREF_SOURCE_DIR"
suites=vectors/suites
limit=$((3 * 1000 * 1000))

# field NAME MANIFEST: the value of a field of the manifest's head, without white space and quotes.
field() {
  tr -d ' \t\n"' <"$2" | sed -E "s/^.*[{,]$1:(\[[^]]*\]|[^,]*),.*$/\1/;q"
}

# verify DIRECTORY [OPTION...]: prints its last lines, or all of it when it fails.
verify() {
  "$QREF_PROGRAM" verify "$@" >"$work/verified" || { cat "$work/verified" && fail "qref verify $*"; }
  tail -n 2 "$work/verified"
}

# bytes DIRECTORY: of all its files.
bytes() {
  find "$1" -type f -printf '%s\n' | awk '{ n += $1 } END { print n + 0 }'
}

manifest=$suites/smoke/manifest.json
[ -f "$manifest" ] || fail "vectors/suites/smoke has no manifest.json"
size=$(bytes "$suites/smoke")
step "smoke: $size bytes in files"
[ "$size" -lt $limit ] || fail "vectors/suites/smoke: $size bytes, expected less than $limit"
verify "$suites/smoke"

# The head of the manifest, so that a case's fields are not taken for the suite's.
head -c 400 "$manifest" >"$work/head"
formats=$(field formats "$work/head" | tr -d '[]')
lanes=$(field hex_lanes "$work/head")
step "smoke made anew, formats $formats, hex_lanes $lanes"
"$QREF_PROGRAM" gen --suite smoke --format "$formats" --hex-lanes "$lanes" -o "$work/smoke" >"$work/text"
diff -r "$suites/smoke" "$work/smoke" || fail "smoke: made anew, it has other bytes than vectors/suites/smoke"

# The digest is over what the tensors hold, not over files: it does not depend on the format.
listed=0
standard=0
while read -r digest suite rest; do
  [ -n "$digest" ] || continue
  if [ -n "$rest" ] || ! [[ $digest =~ ^[0-9a-f]{64}$ ]]; then
    fail "vectors/suites/digests.txt: expected '<digest> <suite>', not '$digest $suite $rest'"
  fi
  listed=$((listed + 1))
  case $suite in
    thorough)
      step "thorough: listed, not made here: it is large"
      continue
      ;;
    standard) standard=1 ;;
  esac
  rm -rf "$work/suite"
  "$QREF_PROGRAM" gen --suite "$suite" --threads 2 -o "$work/suite" >"$work/text"
  grep -E '^(cases|bytes|digest) ' "$work/text" | sed "s/^/$suite: /"
  grep -qx "digest  *$digest" "$work/text" || fail "$suite: vectors/suites/digests.txt has $digest"
  verify "$work/suite" --threads 2
  grep -q . <(find "$work/suite" -name '*.npy') || fail "$suite: no tensors"
done <"$suites/digests.txt"
[ $standard = 1 ] || fail "vectors/suites/digests.txt does not list standard"
step "$listed digests listed"
