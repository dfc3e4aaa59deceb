#!/bin/sh
# Prints the fenced code block of README.md that follows the line "<!-- block: NAME -->".
set -eu
name=$1
readme=$(dirname "$0")/../../README.md
block=$(awk -v marker="<!-- block: $name -->" '
  $0 == marker { wanted = 1; next }
  wanted && /^```/ { if (inside) exit; inside = 1; next }
  inside { print }' "$readme")
if [ -z "$block" ]; then
  echo "README.md has no block '$name'" >&2
  exit 1
fi
printf '%s\n' "$block"
