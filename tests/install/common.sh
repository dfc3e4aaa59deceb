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
