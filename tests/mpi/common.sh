# For the tests of qref-mpi, sourced: skips where it cannot run, else defines `ranks N COMMAND...`.
# shellcheck shell=bash
source "$QREF_SOURCE_DIR/tests/install/common.sh"

program=$QREF_BINARY_DIR/qref-mpi
[ -x "$program" ] || skip "qref-mpi is not built: no MPI, or a build with sanitizers"
command -v mpirun >/dev/null || skip "mpirun was not found (./setup.sh --mpi)"

# More ranks than cores, as root, in a container that lets no process read another: all of that needs to be said.
options=(--oversubscribe)
if [ "$(id -u)" = 0 ]; then
  export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
fi
export OMPI_MCA_btl_vader_single_copy_mechanism=none

# ranks N COMMAND...: qref-mpi on N ranks.
ranks() {
  local count=$1
  shift
  mpirun "${options[@]}" -n "$count" "$program" "$@"
}

if ! ranks 2 --version >"$work/version" 2>&1; then
  cat "$work/version"
  skip "mpirun does not start two ranks here"
fi
cd "$work" || exit
