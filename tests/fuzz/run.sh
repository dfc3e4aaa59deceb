#!/bin/bash
# Fuzzes the parsers of files from outside with libFuzzer (clang), under ASan and UBSan.
# usage: tests/fuzz/run.sh [SECONDS for each parser: 60] [safetensors|npy|profile|manifest ...: all]
set -euo pipefail
cd "$(dirname "$0")/../.."

seconds=${1:-60}
shift || true
parsers=("${@:-}")
[ -n "${parsers[0]}" ] || parsers=(safetensors npy profile manifest)
clang=${CLANG:-clang}
output=${QREF_FUZZ_OUTPUT:-build/fuzz}
cjson=$(pkg-config --cflags --libs libcjson)

for parser in "${parsers[@]}"; do
  corpus=$output/$parser.corpus
  mkdir -p "$corpus"
  sources="ref/base/*.c ref/profile/*.c ref/model/safetensors_*.c ref/vectors/npy_*.c"
  case $parser in
    safetensors)
      printf '\x47\0\0\0\0\0\0\0{"__metadata__":{},"a":{"dtype":"I8","shape":[2],"data_offsets":[0,2]}}xx' \
        >"$corpus/seed"
      ;;
    npy) cp vectors/recorded/quamba-h100/rmsnorm_00.d_token_scale.npy "$corpus/seed" ;;
    manifest)
      # A suite of one case, from the program that was built.
      sources="$sources ref/numerics/*.c ref/ops/*.c ref/backends/*.c ref/backends/*/*.c ref/backends/cpu/*/*.c ref/vectors/case/*.c
        ref/vectors/suite/manifest_*.c ref/vectors/suite/text.c ref/vectors/suite/hex.c"
      "${QREF_PROGRAM:-build/release/qref}" gen --suite smoke --case requantize/uniform_00 --format npy,hex \
        -o "$output/seed" >/dev/null
      mv "$output/seed/manifest.json" "$corpus/seed"
      rm -r "$output/seed"
      ;;
    profile) echo '{"base":"floatsim","hadamard":{"output":{"overflow":"wrap","seed":"1"}}}' >"$corpus/seed" ;;
  esac
  # shellcheck disable=SC2086
  $clang -std=c11 -g -O1 -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all -ffp-contract=off \
    -D_POSIX_C_SOURCE=200809L -D_FILE_OFFSET_BITS=64 -DPARSER=parse_"$parser" -Iinclude -I. tests/fuzz/fuzz_parser.c \
    $sources $cjson -lm -o "$output/$parser"
  "$output/$parser" -max_total_time="$seconds" -max_len=8192 -rss_limit_mb=4096 \
    -artifact_prefix="$output/$parser-" -print_final_stats=1 "$corpus"
done
