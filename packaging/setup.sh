#!/usr/bin/env bash
# setup.sh SET...: everything that running (run), testing (test) and comparing with virt-manager (peer) needs, on Debian 12 or newer.
#
# System packages are installed if we are root, else the command that is missing is printed. Python's packages go into .venv,
# exactly those of uv.lock. Doing it again costs nothing. No service is started, and none is left enabled, that was not before.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/.."

run=(
  python3 python3-dev python3-venv gcc libc6-dev pkg-config libvirt-dev # libvirt's Python binding is built from source
  openssh-client
  libegl1 libgl1 libfontconfig1 libdbus-1-3 libxkbcommon0 libxkbcommon-x11-0 libwayland-client0 libwayland-cursor0 libwayland-egl1
  libxcb-cursor0 libxcb-icccm4 libxcb-image0 libxcb-keysyms1 libxcb-randr0 libxcb-render-util0 libxcb-shape0 libxcb-xinerama0 libxcb-xkb1
  fonts-inter fonts-dejavu-core
)
test=(
  libvirt-daemon-system libvirt-daemon-driver-qemu libvirt-clients qemu-system-x86 qemu-utils dnsmasq-base iproute2 iptables nftables
  openssh-server openssl gnutls-bin sasl2-bin libsasl2-modules busybox-static cpio procps xvfb xauth xdotool
)
split=(network storage nodedev interface secret nwfilter) # packages of their own from Debian 13 on: libvirt-daemon-driver-…
peer=(virt-manager gir1.2-gtk-vnc-2.0 dbus-x11 xvfb xauth)

say() { printf 'setup: %s\n' "$*"; }
stop() { printf 'setup: %s\n' "$*" >&2; exit 1; }

links() { # what starts the services that come with the packages of `test`
  find /etc/systemd/system/*.target.wants /etc/rc?.d -type l ! -name 'K*' 2>/dev/null |
    grep -E '/[^/]*(ssh|virt|dnsmasq|nftables|sasl)[^/]*$' | sort
}

install_packages() { # NAME...: no recommended ones, no questions, no service started or left enabled
  local before policy=/usr/sbin/policy-rc.d link
  say "installing $# system packages: $*"
  before=$(links || true)
  if [ ! -e "$policy" ]; then
    trap 'rm -f /usr/sbin/policy-rc.d' EXIT
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod +x "$policy"
  fi
  export DEBIAN_FRONTEND=noninteractive
  apt-get -qq -y -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0 install --no-install-recommends "$@" >"$log" 2>&1 ||
    { tail -n 20 "$log" >&2; stop "apt-get could not install them; see $log"; }
  for link in $(comm -13 <(printf '%s\n' "$before") <(links || true)); do
    say "not left enabled: $(basename "$link")"
    rm -f "$link"
  done
}

installed() { # NAME...: those of them that are, a line each
  dpkg-query -W -f '${db:Status-Status} ${Package}\n' "$@" 2>/dev/null | awk '$1 == "installed" {print $2}' | sort -u
}

missing() { # NAME...: those that are not installed, a line each
  comm -23 <(printf '%s\n' "$@" | sort -u) <(installed "$@")
}

drivers() { # libvirt's drivers that are packages here and are not installed
  local names
  names=$(missing "${split[@]/#/libvirt-daemon-driver-}")
  [ -z "$names" ] || comm -12 <(printf '%s\n' "$names") <(apt-cache pkgnames libvirt-daemon-driver- | sort)
}

system() { # NAME...
  if ! command -v dpkg-query >/dev/null; then
    say "this is no Debian: these packages must be there under their names here: $*"
    return
  fi
  local names
  names=$(missing "$@")
  if [ -n "$names" ] && [ "$(id -u)" = 0 ]; then
    apt-get -qq -o DPkg::Lock::Timeout=300 update
  fi
  if [[ " $* " == *" libvirt-daemon-system "* ]]; then names+=" $(drivers)"; fi
  names=$(xargs <<<"$names")
  [ -n "$names" ] || return 0
  # shellcheck disable=SC2086 # one word a package
  if [ "$(id -u)" = 0 ]; then
    install_packages $names
  else
    stop "system packages are missing. Run this once, then try again:

  sudo apt-get install --no-install-recommends $names"
  fi
}

python_at_least_311() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }

digest() { cat "$@" | sha256sum | cut -d ' ' -f 1; }

done_with() { [ "$(cat "$1" 2>/dev/null)" = "$2" ]; } # STAMP DIGEST

python_packages() {
  local python stamp=.venv/setup-stamp now uv
  now=$(digest pyproject.toml uv.lock packaging/setup.sh)
  if done_with "$stamp" "$now" && [ -x .venv/bin/python ]; then return; fi
  for python in python3 /usr/bin/python3 ''; do
    [ -n "$python" ] || stop "Python 3.11 or newer is needed"
    if python_at_least_311 "$python"; then break; fi
  done
  uv=$(command -v uv || true)
  if [ -z "$uv" ]; then
    uv=build/uv/bin/uv
    if [ ! -x "$uv" ]; then
      say "installing uv into build/uv"
      "$python" -m venv build/uv
      build/uv/bin/pip install --quiet --disable-pip-version-check 'uv>=0.9'
    fi
  fi
  say "installing Python's packages of uv.lock into .venv"
  UV_PYTHON_DOWNLOADS=never VIRTUAL_ENV= "$uv" sync --quiet --frozen --compile-bytecode --python "$python"
  printf '%s\n' "$now" >"$stamp"
}

translations() {
  local stamp=.venv/translations-stamp now
  compgen -G 'i18n/*/LC_MESSAGES/*.po' >/dev/null || return 0
  now=$(digest i18n/*/LC_MESSAGES/*.po)
  if done_with "$stamp" "$now" && compgen -G 'i18n/*/LC_MESSAGES/*.mo' >/dev/null; then return; fi
  say "compiling the translations"
  .venv/bin/python packaging/translations.py compile
  printf '%s\n' "$now" >"$stamp"
}

packages=()
for set in "$@"; do
  case $set in
    run | test | peer) declare -n of=$set; packages+=("${of[@]}") ;;
    *) sed -n '2,5p' "$0" >&2; exit 2 ;;
  esac
done
[ "$#" -gt 0 ] || { sed -n '2,5p' "$0" >&2; exit 2; }

mkdir -p build
log=build/setup.log
exec 9>build/setup.lock
flock 9
system "${packages[@]}"
python_packages
translations
say "$(IFS=,; printf '%s' "$*"): all is in place"
