#!/bin/sh
# Installs what building qref needs, and with --tests also what its tests need, from Debian's packages.
# Safe to run again: what is there already is left alone.
set -eu

build_packages="gcc libc6-dev cmake ninja-build pkg-config libcjson-dev libblis-dev"
test_packages="libcmocka-dev libmpfr-dev clang clang-format clang-tidy libomp-dev locales python3 python3-venv ca-certificates"
mpi_packages="libopenmpi-dev openmpi-bin"
# RTL runs in these simulators; Verilator compiles C++ with make, and cocotb loads Python as a library.
simulator_packages="verilator iverilog ghdl g++ make libpython3-dev"
# The ops are compared across processors under an emulator; these cross compilers exist on amd64.
cross_packages="qemu-user gcc-aarch64-linux-gnu libc6-dev-arm64-cross gcc-s390x-linux-gnu libc6-dev-s390x-cross"
python_packages="numpy>=1.24,<3 safetensors>=0.4,<1 jsonschema>=4,<5"
cocotb_package="cocotb>=2,<3"

usage() {
  echo "usage: ./setup.sh [--mpi] [--tests]"
  echo "  installs what the build needs; --mpi adds Open MPI, for qref-mpi; --tests adds what the tests need, Open MPI too"
}

say() {
  echo "setup: $*"
}

tests=no
mpi=no
for argument in "$@"; do
  case $argument in
    --tests) tests=yes mpi=yes ;;
    --mpi) mpi=yes ;;
    --help | -h) usage && exit 0 ;;
    *) usage >&2 && exit 2 ;;
  esac
done
cd "$(dirname "$0")"

packages=$build_packages
[ $mpi = no ] || packages="$packages $mpi_packages"
if [ $tests = yes ]; then
  packages="$packages $test_packages $simulator_packages"
  if [ "$(dpkg --print-architecture 2>/dev/null)" = amd64 ]; then
    packages="$packages $cross_packages"
  fi
fi

# Where there is no apt-get the tools may have come some other way.
tools_are_there() {
  for tool in cc cmake ninja pkg-config; do
    command -v $tool >/dev/null || return 1
  done
  pkg-config --exists libcjson || return 1
  [ $tests = no ] || { pkg-config --exists cmocka mpfr && command -v clang >/dev/null; }
}

is_installed() {
  [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

install_packages() {
  missing=
  for package in $packages; do
    is_installed "$package" || missing="$missing $package"
  done
  if [ -z "$missing" ]; then
    say "all packages are installed already: $packages"
    return
  fi
  as_root=
  if [ "$(id -u)" != 0 ]; then
    if ! command -v sudo >/dev/null; then
      say "neither root nor sudo: run this as root, then ./setup.sh again:" >&2
      echo "  apt-get update && apt-get install --no-install-recommends$missing" >&2
      exit 1
    fi
    as_root=sudo
  fi
  say "installing with ${as_root:+$as_root }apt-get:$missing"
  $as_root apt-get -q update
  # shellcheck disable=SC2086 # lists of words
  $as_root env DEBIAN_FRONTEND=noninteractive \
    apt-get -q -y -o DPkg::Lock::Timeout=300 install --no-install-recommends $missing
}

# install_python MODULES REQUIREMENTS: what Python tests import, into build/venv. Where that cannot be done they are
# skipped, and say so.
install_python() {
  venv=build/venv
  if "$venv/bin/python3" -c "import $1" 2>/dev/null; then
    say "$venv has $1 already"
    return
  fi
  say "installing with pip into $venv: $2"
  mkdir -p build
  # shellcheck disable=SC2086 # lists of words
  if ! { python3 -m venv "$venv" &&
    "$venv/bin/python3" -m pip install -qq --retries 2 --disable-pip-version-check --only-binary :all: $2; }; then
    say "that failed: the tests that need $1 will be skipped" >&2
  fi
}

if command -v apt-get >/dev/null && command -v dpkg-query >/dev/null; then
  install_packages
elif tools_are_there; then
  say "not a Debian system, but everything needed was found"
else
  say "not a Debian system: install what it has for these Debian packages, then run ./setup.sh again:" >&2
  echo "  $packages" >&2
  exit 1
fi
if [ $tests = yes ]; then
  install_python "numpy, safetensors, jsonschema" "$python_packages"
  install_python cocotb "$cocotb_package"
fi
say "done"
