# What the module's users meet.
# Part of bench/cuda/device.sh, whose variables it uses.
# shellcheck shell=bash disable=SC2154

# expect NAME CODE PATTERN COMMAND...: it ends with exit code CODE, and a line of what it prints matches PATTERN.
expect() {
  local name=$1 expected=$2 pattern=$3 code line
  shift 3
  limited "$users_end" "$@" >"$work/users-$name.log" 2>&1
  code=$?
  if ((code == expected)) && line=$(grep -m 1 -E "$pattern" "$work/users-$name.log"); then
    printf '%-24s exit %d, as expected: %s\n' "$name:" $code "$(cut -c 1-160 <<<"$line")"
  else
    printf '%-24s FAILED: exit %d, expected %d and "%s"\n' "$name:" $code "$expected" "$pattern"
    touch "$work/failed-users-$name"
  fi
  { printf '\n== %s: %s\n' "$name" "$*" && cat "$work/users-$name.log"; } >>"$out/users.log"
}

# What a user's own kernels get: the PyTorch example, and the template of a module, as it is and with its planted bug.
# And what a user without a device gets, or without free memory on it.
users() {
  local template=tests/backends/template/my_kernel.cu flags
  flags=(-O2 -fmad=false -shared -Xcompiler -fPIC -I include -I "$build/include")
  echo "== users' kernels, and devices that cannot be used"
  if python3 -c 'import numpy, torch; torch.zeros(1, device="cuda")' 2>/dev/null; then
    "$qref" gen --suite smoke -o "$work/smoke" >/dev/null
    expect pytorch 0 'every difference explained' python3 tests/backends/pytorch/replay_suite.py "$work/smoke" \
      "$work/outputs" --device cuda --qref "$qref"
    expect memory-taken 2 'out of memory' python3 - "$qref" cross --backend "$module" --suite smoke <<'END'
import subprocess, sys, torch
taken, size = [], 1 << 30
while size >= 1 << 20:
    try:
        taken.append(torch.empty(size, dtype=torch.uint8, device="cuda"))
    except torch.OutOfMemoryError:
        size //= 2
sys.exit(subprocess.call(sys.argv[1:]))
END
  else
    leave_out pytorch "no Python with PyTorch for CUDA"
    leave_out memory-taken "no Python with PyTorch for CUDA"
  fi
  if command -v nvcc >/dev/null; then
    nvcc "${flags[@]}" $template -o "$work/my_kernel.so" && nvcc -DPLANTED_BUG "${flags[@]}" $template -o "$work/bug.so"
    expect template 0 'every bit equal' "$qref" cross --backend "$work/my_kernel.so" --op linear_w8a8 --random 1000
    expect planted-bug 1 'verdict +tie' "$qref" cross --backend "$work/bug.so" --op linear_w8a8
  else
    leave_out template "no nvcc"
    leave_out planted-bug "no nvcc"
  fi
  expect no-device 2 'no CUDA-capable device' env CUDA_VISIBLE_DEVICES= "$qref" cross --backend "$module" --suite smoke
}
