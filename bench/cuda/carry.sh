#!/bin/bash
# What bench/cuda/device.sh needs of a build, in one folder to take to another machine of the same processor: the
# programs, the module, the header that the build made, and the shared libraries that a bare system lacks.
#   bench/cuda/carry.sh BUILD_DIR FOLDER
set -euo pipefail
if (($# != 2)); then
  sed -n '2,4s/^# \?//p' "$0"
  exit 2
fi
mkdir -p "$2/bench" "$2/lib"
cp "$1/qref" "$1/qref_cuda.so" "$2/"
cp "$1/bench/bench_cuda" "$1/bench/random_model" "$2/bench/"
cp -R "$1/include" "$2/"
strip "$2/qref" "$2/bench/"*
ldd "$2/qref" "$2/qref_cuda.so" "$2/bench/bench_cuda" | grep -oE '/[^ ]*/lib(cjson|gomp|blis)[^ /]*' | sort -u |
  xargs -r -I '{}' cp -L '{}' "$2/lib/"
du -sh "$2"
