#!/bin/bash
# Installs the build to a prefix, moves that prefix, and builds README's C examples against it as a user would: through
# pkg-config and through find_package, shared and static, and from C++. All must print the same.
set -euo pipefail
source "$QREF_SOURCE_DIR/tests/install/common.sh"

cmake --install "$QREF_BINARY_DIR" --prefix "$work/first" >"$work/install.log" || fail "cmake --install"
mv "$work/first" "$work/moved"
prefix=$work/moved
model=$prefix/share/qref/models/tiny-mamba
pc=$(find "$prefix" -name qref.pc)
libdir=$(dirname "$(dirname "$pc")")
export PKG_CONFIG_PATH=$libdir/pkgconfig

step "everything is installed"
for file in "$prefix/bin/qref" "$libdir/libqref.so" "$libdir/libqref.a" "$libdir/cmake/qref/qrefConfig.cmake" \
  "$libdir/libqref_dpi.a" "$prefix/share/qref/sv/qref_dpi_pkg.sv" \
  "$prefix/include/qref/qref.h" "$prefix/include/qref/version.h" "$model/model.safetensors" "$model/config.json"; do
  [ -e "$file" ] || fail "$file is missing"
done
for header in "$QREF_SOURCE_DIR"/include/qref/*.h; do
  [ -e "$prefix/include/qref/$(basename "$header")" ] || fail "$(basename "$header") is not installed"
done
! grep -rl "$work/first" "$libdir/cmake" "$pc" || fail "package files name the prefix that they were installed to"

step "only qref_ symbols are public"
foreign=$(nm -D --defined-only "$libdir/libqref.so" | awk '$3 !~ /^qref_/ { print $3 }')
[ -z "$foreign" ] || fail "libqref.so exports $foreign"
foreign=$(nm -g --defined-only "$libdir/libqref.a" | awk 'NF == 3 && $3 !~ /^(qref_|\.gomp_critical_user_qref_)/ { print $3 }')
[ -z "$foreign" ] || fail "libqref.a defines $foreign"
# Of the hidden ones none, and of those that the headers declare all.
# What a module defines is not the library's.
declared=$(grep -ohP '^QREF_API [^(;]*?\K\bqref_\w+(?=\()' "$prefix"/include/qref/*.h |
  grep -vE '^qref_(backend_module|cuda_device_ops)$' | sort -u)
exported=$(nm -D --defined-only "$libdir/libqref.so" | awk '{ print $3 }' | sort -u)
difference=$(diff <(echo "$declared") <(echo "$exported")) ||
  fail "headers (<) and libqref.so (>) differ in: $(echo "$difference" | grep '^[<>]')"

step "the DPI-C library needs the C library and libm only"
$CC -shared -o "$work/dpi.so" -Wl,--whole-archive "$libdir/libqref_dpi.a" -Wl,--no-whole-archive -Wl,-z,defs -lm ||
  fail "libqref_dpi.a needs more"
foreign=$(readelf -d "$work/dpi.so" | grep -oP 'NEEDED.*\[\K[^]]*' | grep -vE '^lib(c|m|gcc_s)\.so' || true)
[ -z "$foreign" ] || fail "libqref_dpi.a needs $foreign"

step "the program finds the installed model from where it lies"
(cd "$work" && "$prefix/bin/qref" check --quantize --seq-len 4 --calib-windows 1 --calib-length 8 --quiet >check.output) ||
  fail "qref check without --model"
grep -q "^model  *$prefix/bin/../share/qref/models/tiny-mamba, 8 layers" "$work/check.output" ||
  fail "qref check used another model: $(head -1 "$work/check.output")"

step "README's examples through pkg-config"
for example in op model; do
  "$QREF_SOURCE_DIR/tests/install/readme_block.sh" example-$example >"$work/$example.c"
  # shellcheck disable=SC2046 # lists of flags
  {
    $CC -std=c11 -Wall -Wextra -Werror -o "$work/$example-shared" "$work/$example.c" $(pkg-config --cflags --libs qref)
    $CC -std=c11 -Wall -Wextra -Werror -o "$work/$example-static" "$work/$example.c" \
      $(pkg-config --cflags --libs --static qref | sed 's/-lqref/-l:libqref.a/')
  }
  [[ $(readelf -d "$work/$example-shared") == *NEEDED*libqref.so.* ]] || fail "$example-shared does not use libqref.so"
  [[ $(readelf -d "$work/$example-static") != *libqref* ]] || fail "$example-static uses libqref.so"
done

step "README's examples through find_package"
mkdir "$work/consumer"
cp "$work/op.c" "$work/model.c" "$work/consumer"
cat >"$work/consumer/CMakeLists.txt" <<'CMAKE'
cmake_minimum_required(VERSION 3.18)
project(consumer C)
find_package(qref 0.1 REQUIRED COMPONENTS static)
foreach(example op model)
  add_executable(${example}-package-shared ${example}.c)
  target_link_libraries(${example}-package-shared PRIVATE qref::qref)
  add_executable(${example}-package-static ${example}.c)
  target_link_libraries(${example}-package-static PRIVATE qref::qref_static)
endforeach()
add_library(my_kernel MODULE my_kernel.c)
target_link_libraries(my_kernel PRIVATE qref::qref m)
CMAKE
cp "$QREF_SOURCE_DIR/tests/backends/template/my_kernel.c" "$work/consumer"
{
  cmake -S "$work/consumer" -B "$work/consumer/build" -G Ninja -DCMAKE_PREFIX_PATH="$prefix" -DCMAKE_BUILD_TYPE=Release
  cmake --build "$work/consumer/build"
} >"$work/consumer.log" 2>&1 || {
  cat "$work/consumer.log"
  fail "the CMake consumer does not build"
}

step "all print the same"
export LD_LIBRARY_PATH=$libdir
for example in op model; do
  "$work/$example-shared" "$model" >"$work/$example.expected" || fail "$example-shared"
  cat "$work/$example.expected"
  for program in "$work/$example-static" "$work/consumer/build/$example-package-shared" \
    "$work/consumer/build/$example-package-static"; do
    "$program" "$model" >"$work/actual" || fail "$program"
    cmp "$work/$example.expected" "$work/actual" || fail "$program prints something else"
  done
done
# From the formula, worked out apart: v = 0.0005 * acc + 0.02 * bias, silu(v) / 0.04, half away from zero.
printf '%s\n' "13 -6 36 -7 62" "127 -1 53 -4 16" "1 saturated" | cmp - "$work/op.expected" || fail "the op example's numbers"

step "the installed program runs"
info=$(cd "$work" && "$prefix/bin/qref" info)
[[ $info == *0.1.0* ]] || fail "qref info does not give the version"

step "the installed program finds an installed module"
mkdir -p "$prefix/lib/qref"
cp "$work/consumer/build/libmy_kernel.so" "$prefix/lib/qref/qref_own.so"
(cd "$work" && "$prefix/bin/qref" cross --backend own --op linear_w8a8 --suite smoke >cross.output) || fail "qref cross --backend own"

step "headers from C++"
cxx=
for candidate in g++ clang++; do
  command -v $candidate >/dev/null && cxx=$candidate && break
done
if [ -z "$cxx" ]; then
  echo "  left out: no C++ compiler"
else
  printf '%s\n' '#include <qref/qref.h>' '#include <cstdio>' \
    'int main() { std::printf("%s %s\n", QREF_VERSION, qref_status_name(QREF_ERROR_FORMAT)); }' >"$work/consumer.cc"
  # shellcheck disable=SC2046
  $cxx -std=c++17 -Wall -Wextra -Wpedantic -Werror -o "$work/consumer-cc" "$work/consumer.cc" \
    $(pkg-config --cflags --libs qref)
  [ "$("$work/consumer-cc")" = "0.1.0 format" ] || fail "the C++ consumer"
fi

step "each header stands alone, and refuses -ffast-math"
for header in "$prefix"/include/qref/*.h; do
  name=qref/$(basename "$header")
  printf '#include <%s>\nextern int unused;\n' "$name" >"$work/alone.c"
  $CC -std=c11 -Wall -Wextra -Wpedantic -Werror -I"$prefix/include" -fsyntax-only "$work/alone.c" || fail "$name"
done
! $CC -std=c11 -ffast-math -I"$prefix/include" -fsyntax-only "$work/op.c" 2>"$work/refusal" || fail "-ffast-math accepted"
grep -q 'bit-exact: do not compile with -ffast-math' "$work/refusal" || fail "-ffast-math is not named"
echo "all good"
