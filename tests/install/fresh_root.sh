#!/bin/bash
# Tries README's two lines as a new user would: in an empty Debian 12 root, in a clone of this repository, first as root
# and then, in a second root, as an ordinary user with sudo. Run by hand, as root, where debootstrap and the network are.
#   tests/install/fresh_root.sh [BASE_ROOT]
# BASE_ROOT, a root that debootstrap made before (--variant=minbase bookworm), saves the download; it is only copied.
set -euo pipefail
source "$(dirname "$0")/common.sh"
cd "$(dirname "$0")/../.."
repository=$PWD
[ "$(id -u)" = 0 ] || fail "needs root"

root=
unmount() {
  for place in dev/pts dev proc; do
    ! mountpoint -q "$root/$place" || umount "$root/$place"
  done
}
# Nothing is removed while anything of the host is still mounted inside.
clean_up() {
  status=$?
  if [ -n "$root" ] && ! unmount; then
    echo "still mounted: see $root" >&2
    exit 1
  fi
  rm -rf --one-file-system "$work"
  exit $status
}
trap clean_up EXIT

base=${1-}
if [ -z "$base" ]; then
  base=$work/base
  step "debootstrap"
  debootstrap --variant=minbase bookworm "$base" >"$work/debootstrap.log" || fail "debootstrap: $(tail -3 "$work/debootstrap.log")"
fi

make_root() {
  root=$work/$1
  cp -a "$base" "$root"
  cp /etc/resolv.conf "$root/etc/resolv.conf"
  # pip trusts what the host trusts.
  cp /etc/ssl/certs/ca-certificates.crt "$root/etc/host-certificates.crt"
  mkdir -p "$root/proc" "$root/dev"
  mount -t proc proc "$root/proc"
  mount --bind /dev "$root/dev"
}

drop_root() {
  unmount
  rm -rf --one-file-system "$root"
  root=
}

inside() {
  chroot "$root" /usr/bin/env -i HOME=/root LANG=C.UTF-8 PIP_CERT=/etc/host-certificates.crt \
    PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin "$@"
}

check=$(tests/install/readme_block.sh check)
test=$(tests/install/readme_block.sh test)

step "as root"
make_root as-root
git clone -q --no-hardlinks "$repository" "$root/root/qref"
inside bash -ec "cd /root/qref && time { $check; }" </dev/null || fail "README's check line as root"
inside bash -ec "cd /root/qref && time { $test; }" </dev/null || fail "README's test line as root"
step "setup.sh again, as root: nothing is installed"
again=$(inside bash -ec "cd /root/qref && ./setup.sh --tests" </dev/null)
echo "$again"
grep -q 'all packages are installed already' <<<"$again" || fail "setup.sh installs again"
drop_root

step "as a user with sudo"
make_root as-user
inside bash -ec "apt-get -q update && DEBIAN_FRONTEND=noninteractive apt-get -q -y install --no-install-recommends sudo &&
  useradd -m someone && echo 'someone ALL=(ALL) NOPASSWD: ALL' >/etc/sudoers.d/someone" </dev/null >"$work/sudo.log" ||
  fail "preparing a user: $(tail -3 "$work/sudo.log")"
git clone -q --no-hardlinks "$repository" "$root/home/someone/qref"
inside chown -R someone: /home/someone/qref
inside su someone -c "cd ~/qref && bash -ec '$check && $test'" </dev/null || fail "README's lines as a user"
drop_root

step "without apt-get, and without root or sudo, setup.sh names the packages"
make_root bare
git archive --format=tar HEAD setup.sh | tar -x -C "$root/tmp"
message=$(inside bash -c 'useradd -m someone && su someone -c "cd /tmp && sh setup.sh" 2>&1') && fail "succeeded without root"
echo "$message"
grep -q 'apt-get install .*libcjson-dev' <<<"$message" || fail "the packages are not named"
message=$(inside bash -c 'mv /usr/bin/apt-get /tmp && cd /tmp && sh setup.sh 2>&1') && fail "succeeded without apt-get"
echo "$message"
grep -q 'libcjson-dev' <<<"$message" || fail "the packages are not named"
drop_root
echo "all good"
