#!/bin/sh
# Installs what bench/ compares with: libraries and a C++ compiler from Debian's packages, PyTorch and NumPy with pip
# into build/venv-bench. Whatever is missing is left out of the measurements, and they say so. Safe to run again.
set -eu
cd "$(dirname "$0")/.."

packages="g++ libblis-dev libopenblas-dev libxnnpack-dev libdnnl-dev libgemmlowp-dev python3 python3-venv ca-certificates"
venv=build/venv-bench

say() {
  echo "bench setup: $*"
}

as_root=
if [ "$(id -u)" != 0 ]; then
  as_root=sudo
fi
if ! command -v apt-get >/dev/null; then
  say "not a Debian system: install what it has for these Debian packages: $packages" >&2
else
  missing=
  for package in $packages; do
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || missing="$missing $package"
  done
  if [ -z "$missing" ]; then
    say "all packages are installed already: $packages"
  else
    say "installing with ${as_root:+$as_root }apt-get:$missing"
    $as_root apt-get -q update
    # One by one: a release of Debian without one of them still gets the others.
    for package in $missing; do
      $as_root env DEBIAN_FRONTEND=noninteractive \
        apt-get -q -y -o DPkg::Lock::Timeout=300 install --no-install-recommends "$package" ||
        say "$package could not be installed: what needs it will be left out" >&2
    done
  fi
fi

if "$venv/bin/python3" -c "import numpy, torch" 2>/dev/null; then
  say "$venv has torch and numpy already"
else
  say "installing torch and numpy with pip into $venv (pip's own settings, such as PIP_INDEX_URL, choose a smaller build for the CPU)"
  mkdir -p build
  # shellcheck disable=SC2015 # said when any of it failed
  python3 -m venv "$venv" && "$venv/bin/python3" -m pip install -qq --disable-pip-version-check torch numpy ||
    say "that failed: torch will be left out" >&2
fi
say "done"
