# For the script tests, sourced: a temporary directory $work that goes away, and plain messages.
# shellcheck shell=bash
work=$(mktemp -d "${TMPDIR:-/tmp}/qref-test.XXXXXX")
trap 'rm -rf "$work"' EXIT

step() {
  echo "- $*"
}

fail() {
  echo "FAILED: $*" >&2
  exit 1
}

skip() {
  echo "skipped: $*"
  exit 77
}

# A directory in which README's lines find this build and the tree's files, and leave nothing in the tree.
make_place_for_readme() {
  mkdir -p "$1/build"
  ln -s "$QREF_BINARY_DIR" "$1/build/release"
  ln -s "$QREF_SOURCE_DIR/include" "$QREF_SOURCE_DIR/tests" "$1"
}
