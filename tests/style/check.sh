#!/bin/bash
# Pipes of the scripts, format of all C, C++ and CUDA files, lint of the C files.
# tests/style/check.sh [BUILD_DIRECTORY] [FILE.c ...]: the directory must hold compile_commands.json (default:
# build/release).
set -euo pipefail
cd "$(dirname "$0")/../.."
build=$(realpath "${1:-build/release}")
shift $(($# > 0 ? 1 : 0))
for tool in clang-format clang-tidy; do
  command -v $tool >/dev/null || { echo "style: $tool was not found (./setup.sh --tests)" >&2 && exit 2; }
done
[ -f "$build/compile_commands.json" ] || { echo "style: $build has no compile_commands.json" >&2 && exit 2; }

# A reader that leaves at its first match kills the writer now and then, which under pipefail fails the whole pipe: a
# test would fail, or skip, or run what it should have skipped, by chance.
mapfile -t scripts < <(find .ci bench tests setup.sh -type f \( -name '*.sh' -o -path '.ci/*' \) | sort)
early_reader='(?<!\|)\|\s*(head\b|grep(\s+-\w+)*\s+-\w*[qm]).*\n'
if [ "$(grep -PzL "$early_reader" "${scripts[@]}" | wc -l)" != ${#scripts[@]} ]; then
  grep -Pzo "$early_reader" "${scripts[@]}" | tr '\0' '\n'
  echo "style: a reader that may leave before its writer ends: let it read all (sed -n 1p), or test a variable" >&2
  exit 1
fi
echo "style: ${#scripts[@]} scripts have no pipe that fails by chance"

mapfile -t sources < <(find include ref tests bench -name '*.[ch]' -o -name '*.[ch]pp' -o -name '*.cu' -o -name '*.cuh' |
  sort)
clang-format --dry-run -Werror "${sources[@]}"
echo "style: ${#sources[@]} files are formatted"

# Files of the compile database, or those that were asked for.
if [ $# = 0 ]; then
  mapfile -t units < <(grep -oP '"file": "\K[^"]+\.c(?=")' "$build/compile_commands.json" | sort -u)
else
  mapfile -t units < <(realpath "$@")
fi
lint() {
  clang-tidy --quiet -p "$1" --extra-arg=-Wno-unknown-warning-option \
    --extra-arg=-Wno-ignored-optimization-argument "$2" 2>&1 | grep -v ' warnings\? generated\.$'
  exit "${PIPESTATUS[0]}"
}
export -f lint
printf '%s\0' "${units[@]}" | xargs -0 -P "$(nproc)" -I '{}' bash -c 'lint "$@"' lint "$build" '{}' ||
  { echo "style: clang-tidy found something" >&2 && exit 1; }
echo "style: ${#units[@]} files are lint-free"
