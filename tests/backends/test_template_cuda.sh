#!/bin/bash
# The template of a module with a CUDA kernel: under 100 lines; on the emulation of CUDA equal as it is, and with its
# planted bug found out. README's own lines compile it where nvcc is, and run it, or say why it cannot run here.
set -euo pipefail
source "$QREF_SOURCE_DIR/tests/install/common.sh"
cd "$QREF_SOURCE_DIR"
template=tests/backends/template/my_kernel.cu
[ "$(wc -l <$template)" -lt 100 ] || fail "$template has 100 lines or more"
tests/install/readme_block.sh own-cuda-kernel >"$work/lines.sh"

if command -v nvcc >/dev/null; then
  step "README's lines"
  make_place_for_readme "$work/here"
  status=0
  (cd "$work/here" && bash -euo pipefail "$work/lines.sh") >"$work/output" 2>&1 || status=$?
  if nvidia-smi >/dev/null 2>&1; then
    [ "$status" = 0 ] || fail "exit status $status: $(cat "$work/output")"
  else
    [ "$status" = 2 ] || fail "exit status $status instead of 2: $(cat "$work/output")"
    grep 'the module cannot run here: my_kernel: CUDA driver' "$work/output" || fail "another message: $(cat "$work/output")"
  fi
else
  echo "README's lines are left out: no nvcc here"
fi

emulation=tests/backends/cuda_emulation
[ -e "$QREF_BINARY_DIR/qref_cuda_emulated.so" ] ||
  skip "the emulation of CUDA is not in this build: no C++ compiler, or QREF_TEST_TOOLS=OFF"

# What is not C++: kernel<<<blocks, threads>>>(arguments) becomes emulated_launch(kernel, blocks, threads, arguments).
sed -E 's/my_kernel<<<(.*), ([0-9]+)>>>\(/emulated_launch(my_kernel, \1, \2, /' $template >"$work/my_kernel.cpp"
grep -q emulated_launch "$work/my_kernel.cpp" || fail "the template has no launch that this test knows"
cat >"$work/launch.h" <<'END'
#include <cuda_runtime.h>
template <typename... parameters, typename... arguments>
void emulated_launch(void (*kernel)(parameters...), unsigned int blocks, unsigned int threads, arguments... args) {
  cudaLaunchConfig_t config = {};
  config.gridDim = dim3(blocks);
  config.blockDim = dim3(threads);
  cudaLaunchKernelEx(&config, kernel, args...);
}
END
build() {
  c++ -std=c++20 -O2 -ffp-contract=off -shared -fPIC "$@" -D__CUDACC__ -D__CUDA_ARCH__=800 -DQREF_CUDA_EMULATED \
    -include "$work/launch.h" -I $emulation -I include -I "$QREF_BINARY_DIR/include" -I . "$work/my_kernel.cpp" \
    $emulation/block.cpp $emulation/cuda_runtime_api.cpp $emulation/cuda_events.cpp -Wl,-z,defs -o "$work/my_cuda_kernel.so"
}

step "equal as it is"
build
"$QREF_PROGRAM" cross --backend "$work/my_cuda_kernel.so" --op linear_w8a8 --suite smoke --random 300 >"$work/equal" ||
  fail "$(cat "$work/equal")"
grep -E '^linear_w8a8 .* equal, [0-9]+ unsupported$' "$work/equal" || fail "no row of linear_w8a8: $(cat "$work/equal")"

step "the planted bug"
build -DPLANTED_BUG
status=0
"$QREF_PROGRAM" cross --backend "$work/my_cuda_kernel.so" --op linear_w8a8 >"$work/bug" || status=$?
[ "$status" = 1 ] || fail "exit status $status instead of 1"
sed -n '/^DIFFERS/,/^  verdict/p' "$work/bug" | tee "$work/found"
grep -q '^  verdict  *tie$' "$work/found" || fail "no verdict: $(cat "$work/bug")"
